"""Readers of payloads: any JSON value, out of anything that has an obvious form in JSON.

Called by the readers that `_readers` compiles. What they return is fresh: the caller's own objects
are neither kept nor changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from aqdrant.models._scalars import (
    MAX_UNSIGNED,
    Mismatch,
    check_text,
    is_mapping,
    kind_of,
    read_str,
)

__all__ = ["MAX_DEPTH", "TOO_DEEP", "read_model_input", "read_payload", "read_payload_value"]

MAX_DEPTH = 126
"""Depth of the innermost object or array that Qdrant takes in a body; the body is at 0."""
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels, which Qdrant cannot take"

_MIN_SIGNED = -(2**63)


def read_payload(value: Any, depth: int = 0) -> dict[str, Any]:
    """Read a payload."""
    if is_mapping(value):
        return _read_dict(value, depth)
    raise Mismatch(f"{kind_of(value)}, wanted a dict")


def read_payload_value(value: Any, depth: int = 0) -> Any:
    """Read any value of a payload."""
    kind: Any = value.__class__
    if kind is str:
        if not value.isascii():
            check_text(value)
        return value
    if kind is bool or value is None:
        return value
    if kind is float:
        if isfinite(value):
            return value
        raise Mismatch(f"float {value!r}, which JSON cannot carry")
    if kind is int:
        if _MIN_SIGNED <= value <= MAX_UNSIGNED:
            return value
        raise Mismatch("int beyond 64 bits, which Qdrant cannot carry; store it as str")
    if kind is dict:
        return _read_dict(value, depth)
    if kind is list or kind is tuple:
        return _read_items(value, depth)
    return _read_other(value, depth)


def read_model_input(value: Any, depth: int = 0) -> Any:
    """Read what a model in this process may embed: any object; what JSON has, in its form there."""
    try:
        return read_payload_value(value, depth)
    except Mismatch:
        return value


def _read_dict(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise Mismatch(TOO_DEEP)
    plain: dict[str, Any] = {}
    for given, item in value.items():
        key = given if given.__class__ is str and given.isascii() else _read_key(given)
        kind: Any = item.__class__
        if (kind is str and item.isascii()) or (kind is int and 0 <= item <= MAX_UNSIGNED):
            plain[key] = item
            continue
        try:
            plain[key] = read_payload_value(item, depth + 1)
        except Mismatch as mismatch:
            raise mismatch.inside(key) from None
    return plain


def _read_key(key: Any) -> str:
    if isinstance(key, str):
        return read_str(key)
    raise Mismatch(f"key {kind_of(key)}, wanted str")


def _read_items(value: Iterable[Any], depth: int) -> list[Any]:
    if depth > MAX_DEPTH:
        raise Mismatch(TOO_DEEP)
    items: list[Any] = []
    for index, item in enumerate(value):
        try:
            items.append(read_payload_value(item, depth + 1))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
    return items


def _plain_moment(value: Any) -> Any:
    """What a subclass of theirs, as pandas' Timestamp is, has of a class that msgspec knows."""
    try:
        if isinstance(value, datetime):
            moment = value.timetz()
            return datetime.combine(date(value.year, value.month, value.day), moment)
        if isinstance(value, date):
            return date(value.year, value.month, value.day)
        if isinstance(value, timedelta):
            return timedelta(value.days, value.seconds, value.microseconds)
        if isinstance(value, UUID):
            return UUID(int=value.int)
        if isinstance(value, Decimal):
            return Decimal(value)
    except (TypeError, ValueError) as error:  # NaT, which is none
        raise Mismatch(f"{type(value).__name__}, which has no form in JSON") from error
    raise Mismatch(f"{type(value).__name__}, which has no form in JSON")


def _read_other(value: Any, depth: int) -> Any:
    """Read what is no builtin but has an obvious form in JSON."""
    if isinstance(value, Enum):
        return read_payload_value(value.value, depth)
    if is_mapping(value):
        return _read_dict(value, depth)
    if isinstance(value, datetime | date | time | timedelta | UUID | Decimal):
        return msgspec.to_builtins(value, enc_hook=_plain_moment)
    if isinstance(value, list | tuple | set | frozenset):
        return _read_items(cast("Iterable[Any]", value), depth)
    if hasattr(value, "tolist"):
        return read_payload_value(_in_known_kind(value).tolist(), depth)
    if hasattr(value, "model_dump"):
        return read_payload_value(value.model_dump(mode="json", exclude_none=True), depth)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return read_payload_value(kind(value), depth)
    raise Mismatch(f"{type(value).__name__}, which has no form in JSON")


_KNOWN_KINDS: Final = {"f": "f8", "c": "c16", "M": "M8[us]", "m": "m8[us]"}
"""Kinds of numpy's whose own form in Python is none of the builtins at some precision."""


def _in_known_kind(value: Any) -> Any:
    """An array or scalar that `tolist` turns into builtins: nanoseconds would be plain integers."""
    known = _KNOWN_KINDS.get(getattr(getattr(value, "dtype", None), "kind", ""))
    return value if known is None or not hasattr(value, "itemsize") else value.astype(known)
