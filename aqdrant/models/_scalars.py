"""Readers of the leaves: numbers, texts, point ids, vectors and payloads.

Called by the readers that `_reading` compiles. Each returns the canonical value or raises `Mismatch`; none imports numpy:
an array is whatever has its members.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeGuard
from uuid import UUID

import msgspec

__all__ = [
    "Mismatch",
    "has_numbers",
    "is_array",
    "is_listlike",
    "kind_of",
    "listed",
    "read_array",
    "read_bool",
    "read_datetime",
    "read_datetime_or_text",
    "read_float",
    "read_int",
    "read_integers",
    "read_none",
    "read_numbers",
    "read_payload",
    "read_payload_value",
    "read_point_id",
    "read_str",
    "read_uuid",
]

MAX_POINT_ID = 2**64 - 1
MAX_PAYLOAD_DEPTH = 120
"""Qdrant refuses JSON nested deeper than 128; the rest of the request needs some of that."""

_CANONICAL_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
).fullmatch


class Mismatch(Exception):
    """A value is not what its place wants; collects the path while it travels up."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[str | int] = []

    def inside(self, step: str | int) -> Mismatch:
        self.steps.append(step)
        return self

    def path(self, root: str) -> str:
        steps = (
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.steps)
        )
        return root + "".join(steps)


def kind_of(value: object) -> str:
    """What came, in a few words: the kind and the shape, never the numbers of a vector."""
    if value is None:
        return "None"
    name = type(value).__name__
    if is_array(value):
        return f"{name} of shape {tuple(value.shape)}"
    if isinstance(value, str):
        return f"str {value!r}" if len(value) <= 40 else f"str of {len(value)} characters"
    if isinstance(value, bool | int | float):
        return f"{name} {value!r}"
    if isinstance(value, list | tuple | dict | set):
        return f"{name} of {len(value)}"
    return name


def is_array(value: object) -> TypeGuard[Any]:
    """Whether this looks like a numpy array, a tensor or a series."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "tolist")


def is_listlike(value: object) -> bool:
    """Whether this holds elements in order and is no text and no mapping."""
    if isinstance(value, list | tuple):
        return True
    if isinstance(value, str | bytes | bytearray | Mapping | msgspec.Struct | Enum):
        return False
    if is_array(value):
        return len(value.shape) > 0
    return isinstance(value, Iterable)


def listed(value: Any) -> list[Any] | tuple[Any, ...]:
    """The elements of any iterable that is no text and no mapping; a list or a tuple as it is."""
    if type(value) is list:
        return value
    if is_listlike(value):
        return value if isinstance(value, list) else list(value)
    raise Mismatch(f"{kind_of(value)}, wanted a list")


def has_numbers(value: Any) -> bool:
    """Whether the first leaf of nested lists or arrays is a number; an empty list counts."""
    while True:
        if is_array(value):
            return True
        if not isinstance(value, list | tuple):
            return hasattr(value, "__float__") and not isinstance(value, str)
        if not value:
            return True
        value = value[0]


# ---- scalars


def read_none(value: Any) -> None:
    if value is not None:
        raise Mismatch(f"{kind_of(value)}, wanted None")


def read_bool(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if type(value).__name__ in ("bool", "bool_") and hasattr(value, "item"):
        return bool(value)
    raise Mismatch(f"{kind_of(value)}, wanted bool")


def read_int(value: Any) -> int:
    if type(value) is int:
        return value
    if not isinstance(value, bool | str) and not _is_numpy_bool(value):
        if isinstance(value, float) and value.is_integer():
            return int(value)
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise Mismatch(f"{kind_of(value)}, wanted int")


def read_float(value: Any) -> float:
    if type(value) is not float:
        if (
            isinstance(value, bool | str | bytes)
            or _is_numpy_bool(value)
            or not hasattr(value, "__float__")
        ):
            raise Mismatch(f"{kind_of(value)}, wanted float")
        if type(value) is int:
            return value
        try:
            value = float(value)
        except (TypeError, ValueError):
            raise Mismatch(f"{kind_of(value)}, wanted float") from None
    if not math.isfinite(value):
        raise Mismatch(f"float {value!r}, wanted a finite number")
    return float(value)


def _is_numpy_bool(value: object) -> bool:
    return type(value).__name__ in ("bool", "bool_")


def read_str(value: Any) -> str:
    if type(value) is str:
        if not value.isascii():
            _check_text(value)
        return value
    if isinstance(value, Enum) and isinstance(value.value, str):
        return value.value
    if isinstance(value, str):
        return read_str(str(value))
    raise Mismatch(f"{kind_of(value)}, wanted str")


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Mismatch(
            f"str with a lone surrogate at {error.start}, which UTF-8 cannot carry"
        ) from None


def read_datetime(value: Any) -> Any:
    """A datetime or date; text as RFC 3339, which stays text where Python cannot hold it."""
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, str):
        try:
            return msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            return value
    raise Mismatch(f"{kind_of(value)}, wanted a datetime or RFC 3339 text")


def read_datetime_or_text(value: Any) -> Any:
    """A datetime or date as it is; text stays text, for the engine reads more forms than Python."""
    if isinstance(value, datetime | date):
        return value
    return read_str(value)


def read_uuid(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise Mismatch(f"{kind_of(value)}, wanted a UUID") from None


def read_point_id(value: Any, wanted: str = "int, UUID or UUID text") -> int | str:
    """A point id: an unsigned 64-bit integer, or a UUID in its canonical text."""
    if type(value) is int:
        if 0 <= value <= MAX_POINT_ID:
            return value
        raise Mismatch(f"point id {value} is out of range, wanted 0 to 2**64 - 1")
    if isinstance(value, str):
        if _CANONICAL_UUID(value):
            return value
        try:
            return str(UUID(value))
        except ValueError:
            raise Mismatch(
                f"{kind_of(value)} is no point id, wanted an unsigned int or a UUID"
            ) from None
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, bool | float):
        try:
            return read_point_id(operator.index(value))
        except TypeError:
            pass
    raise Mismatch(f"{kind_of(value)}, wanted {wanted}")


# ---- vectors


def read_numbers(value: Any) -> Any:
    """A sequence of finite numbers; arrays become lists."""
    return read_array(value, (1,), keep=False)


def read_integers(value: Any) -> Any:
    """A sequence of integers; a 1-d array of integers stays one."""
    if is_array(value):
        if len(value.shape) == 1 and getattr(value.dtype, "kind", "O") in "iu":
            return value
        raise Mismatch(f"{kind_of(value)} of {value.dtype}, wanted a 1-d array of integers")
    given = listed(value)
    if type(given) is list and all(type(item) is int for item in given):
        return given
    taken: list[int] = []
    for index, item in enumerate(given):
        try:
            taken.append(read_int(item))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
    return taken


def read_array(value: Any, depths: Collection[int], *, keep: bool = True) -> Any:
    """Numbers nested as deep as one of `depths` says: arrays stay arrays where `keep`, tuples become lists."""
    if is_array(value):
        return _read_true_array(value, depths, keep)
    value = listed(value)
    depth = _depth(value)
    if depth not in depths:
        raise Mismatch(
            f"numbers nested {depth} deep, wanted {' or '.join(map(str, sorted(depths)))}"
        )
    return _read_nested(value, depth, keep)


def _depth(value: Any) -> int:
    depth = 0
    while True:
        if is_array(value):
            return depth + len(value.shape)
        if not isinstance(value, list | tuple):
            return depth
        depth += 1
        if not value:
            return depth
        value = value[0]


def _read_true_array(value: Any, depths: Collection[int], keep: bool) -> Any:
    kind = getattr(value.dtype, "kind", None)
    if kind is None or not hasattr(value, "ndim") or hasattr(value, "to_numpy"):
        # A tensor or a series: only a real array may go further as one.
        to_numpy = getattr(value, "to_numpy", None)
        return read_array(to_numpy() if to_numpy else value.tolist(), depths, keep=keep)
    if kind not in "fiu":
        raise Mismatch(f"{kind_of(value)} of {value.dtype}, wanted numbers")
    if value.ndim not in depths:
        wanted = " or ".join(f"{depth}-d" for depth in sorted(depths))
        raise Mismatch(f"{kind_of(value)}, wanted a {wanted} array")
    if kind == "f" and not math.isfinite(float(value.sum(dtype="float64"))):
        flat = value.reshape(-1)
        bad = next((i for i in range(flat.shape[0]) if not math.isfinite(float(flat[i]))), None)
        if bad is not None:
            row = f" in row {bad // value.shape[-1]}" if value.ndim > 1 else ""
            raise Mismatch(
                f"{float(flat[bad])!r} at position {bad % value.shape[-1]}{row}, wanted finite numbers"
            )
    return value if keep else value.tolist()


def _read_nested(value: Any, depth: int, keep: bool) -> Any:
    if depth == 1:
        return _read_row(value)
    taken: list[Any] = []
    changed = type(value) is not list
    for index, item in enumerate(value):
        try:
            row = read_array(item, (depth - 1,), keep=keep)
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
        changed = changed or row is not item
        taken.append(row)
    return taken if changed else value


def _read_row(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    # One pass in C proves the common case: numbers all, and finite all.
    try:
        if math.isfinite(sum(value)):
            return value if type(value) is list else list(value)
    except (TypeError, ValueError, OverflowError):
        pass
    taken: list[float] = []
    for index, item in enumerate(value):
        try:
            taken.append(read_float(item))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
    return taken


# ---- payloads


def read_payload(value: Any) -> dict[str, Any]:
    """A payload as fresh builtins that JSON can carry: the caller's own objects stay untouched."""
    if not isinstance(value, Mapping):
        raise Mismatch(f"{kind_of(value)}, wanted a dict")
    return _plain_dict(value, 0)


def read_payload_value(value: Any) -> Any:
    """Any JSON value as fresh builtins."""
    return _plain(value, 0)


def _plain_dict(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    if depth > MAX_PAYLOAD_DEPTH:
        raise Mismatch(f"nested deeper than {MAX_PAYLOAD_DEPTH} levels, which Qdrant cannot take")
    plain: dict[str, Any] = {}
    for key, item in value.items():
        kind = type(item)
        try:
            if type(key) is not str or not key.isascii():
                key = _payload_key(key)
            if (kind is int and -0x8000000000000000 <= item <= MAX_POINT_ID) or (
                kind is str and item.isascii()
            ):
                plain[key] = item
            else:
                plain[key] = _plain(item, depth + 1)
        except Mismatch as mismatch:
            raise mismatch.inside(str(key)) from None
    return plain


def _payload_key(key: Any) -> str:
    if isinstance(key, str):
        return read_str(key)
    if isinstance(key, int | UUID | float):
        return str(key)
    raise Mismatch(f"key of type {type(key).__name__}, wanted str")


def _plain(value: Any, depth: int) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return read_str(value)
    if kind is float:
        if math.isfinite(value):
            return value
        raise Mismatch(f"float {value!r}, which JSON cannot carry")
    if kind is int:
        if -(2**63) <= value <= MAX_POINT_ID:
            return value
        raise Mismatch("int beyond 64 bits, which Qdrant cannot carry; store it as str")
    if kind is dict:
        return _plain_dict(value, depth)
    if kind is list or kind is tuple:
        if depth > MAX_PAYLOAD_DEPTH:
            raise Mismatch(
                f"nested deeper than {MAX_PAYLOAD_DEPTH} levels, which Qdrant cannot take"
            )
        return _plain_items(value, depth)
    return _plain_other(value, depth)


def _plain_items(value: Iterable[Any], depth: int) -> list[Any]:
    items: list[Any] = []
    for index, item in enumerate(value):
        try:
            items.append(_plain(item, depth + 1))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
    return items


def _plain_other(value: Any, depth: int) -> Any:
    """What is no builtin but has an obvious form in JSON."""
    if isinstance(value, Enum):
        return _plain(value.value, depth)
    if isinstance(value, Mapping):
        return _plain_dict(value, depth)
    if isinstance(value, datetime | date | time | timedelta | UUID | Decimal):
        return msgspec.to_builtins(value)
    if isinstance(value, bool | int | float | str):
        return _plain(
            next(k for k in (bool, int, float, str) if isinstance(value, k))(value), depth
        )
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), depth)
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json", exclude_none=True), depth)
    if isinstance(value, list | tuple | set | frozenset):
        return _plain_items(value, depth)
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.to_builtins(value), depth)
    raise Mismatch(f"{kind_of(value)}, which JSON cannot carry")
