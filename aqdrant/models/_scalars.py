"""Readers of single values: numbers, texts, moments, point ids; and what readers refuse with.

Called by the readers that `_readers` compiles. A reader takes a value and the depth at which it
lies, and returns the canonical value or raises `Mismatch`. None imports numpy: an array is whatever
has its members.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from math import isfinite
from typing import Any, TypeGuard, cast
from uuid import UUID

import msgspec

from aqdrant.exceptions import ArgumentError

__all__ = [
    "MAX_UNSIGNED",
    "Mismatch",
    "bounded",
    "check_text",
    "is_array",
    "is_listlike",
    "is_mapping",
    "kind_of",
    "listed",
    "read_bool",
    "read_datetime",
    "read_datetime_or_text",
    "read_float",
    "read_int",
    "read_none",
    "read_point_id",
    "read_str",
    "read_unsigned",
    "read_uuid",
]

MAX_UNSIGNED = 2**64 - 1
_MAX_EXACT = 2**53
_LONGEST_KEY = 60

_is_canonical_uuid = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
).fullmatch


class Mismatch(Exception):
    """A value is not what its place wants; collects the path while it travels up."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[str | int] = []

    def inside(self, step: str | int) -> Mismatch:
        """Prepend a key or an index to the path."""
        self.steps.append(step)
        return self

    def path(self, root: str) -> str:
        """Write where the value lies, from a root downwards."""
        steps = [
            f"[{step}]" if isinstance(step, int) else f".{shortened(step)}"
            for step in reversed(self.steps)
        ]
        if len(steps) > 24:
            steps[12:-6] = [" ... "]
        return root + "".join(steps)

    def error(self, root: str) -> ArgumentError:
        """Make the error that a user sees."""
        path = self.path(root)
        return ArgumentError(f"{path}: {self.reason}.", parameter=path)


# ---- what came


def shortened(key: str) -> str:
    """A key as it stands in a message, which a long one would fill."""
    return key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}..."


def kind_of(value: object) -> str:
    """Name what came in a few words: the kind and the shape, never the numbers of a vector."""
    if value is None:
        return "None"
    name = type(value).__name__
    if is_array(value):
        shape = tuple(value.shape)
        return f"{name} of shape {shape}" if shape else f"{name} {value.tolist()!r}"
    if isinstance(value, str):
        return f"str {str(value)!r}" if len(value) <= 40 else f"str of {len(value)} characters"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"{name} of {value.bit_length()} bits"
    if isinstance(value, bool | int | float):
        return f"{name} {value!r}"
    if isinstance(value, list | tuple | dict | set):
        return f"{name} of {len(cast('list[Any]', value))}"
    return name


def is_array(value: object) -> TypeGuard[Any]:
    """Whether this looks like a numpy array, a tensor or a series."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "tolist")


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether this maps keys to values."""
    return value.__class__ is dict or isinstance(value, Mapping)


_NO_LISTS = (str, bytes, bytearray, Mapping, msgspec.Struct, Enum)


def is_listlike(value: object) -> bool:
    """Whether this holds elements in order and is no text and no mapping."""
    if value.__class__ is list or value.__class__ is tuple:
        return True
    if is_array(value):
        return len(value.shape) > 0
    if isinstance(value, _NO_LISTS) or hasattr(type(value), "model_dump"):
        return False  # pydantic's models are iterable, too
    return isinstance(value, Iterable)


def listed(value: Any) -> list[Any]:
    """Take the elements of any iterable that is no text and no mapping; a list as it is."""
    if value.__class__ is list:
        return value
    if is_array(value) and len(value.shape) == 1:
        items: list[Any] = value.tolist()
        return items
    if is_listlike(value):
        return [*value]
    raise Mismatch(f"{kind_of(value)}, wanted a list")


# ---- scalars


def read_none(value: Any, _depth: int = 0) -> None:
    """Read None."""
    if value is not None:
        raise Mismatch(f"{kind_of(value)}, wanted None")


def read_bool(value: Any, _depth: int = 0) -> bool:
    """Read a bool, numpy's too."""
    if value is True:
        return True
    if value is False:
        return False
    if _is_numpy_bool(value):
        return bool(value)
    raise Mismatch(f"{kind_of(value)}, wanted bool")


def read_int(value: Any, _depth: int = 0) -> int:
    """Read an integer, or a float that is one; no bool."""
    if value.__class__ is int:
        return value
    if not isinstance(value, bool | str) and not _is_numpy_bool(value):
        if hasattr(value, "is_integer"):
            if value.is_integer():
                return int(value)
        else:
            try:
                return operator.index(value)
            except TypeError:
                pass
    raise Mismatch(f"{kind_of(value)}, wanted int")


def read_unsigned(value: Any, _depth: int = 0) -> int:
    """Read an integer that is not negative, as all counts, sizes and limits of Qdrant."""
    number = value if value.__class__ is int else read_int(value)
    if 0 <= number <= MAX_UNSIGNED:
        return number
    raise Mismatch(f"{kind_of(number)}, wanted an int from 0 to 2**64 - 1")


def bounded(least: int, most: int) -> Callable[..., int]:
    """Make a reader of integers between two, both included."""
    wanted = f"an int from {least} to {'2**64 - 1' if most == MAX_UNSIGNED else most}"

    def read_bounded(value: Any, _depth: int = 0) -> int:
        number = value if value.__class__ is int else read_int(value)
        if least <= number <= most:
            return number
        raise Mismatch(f"{kind_of(number)}, wanted {wanted}")

    return read_bounded


def read_float(value: Any, _depth: int = 0) -> Any:
    """Read a finite number; an int stays one, for JSON knows no difference."""
    kind: Any = value.__class__
    if kind is int and -_MAX_EXACT <= value <= _MAX_EXACT:
        return value
    if kind is not float:
        value = _to_float(value)
    if not isfinite(value):
        raise Mismatch(f"float {value!r}, wanted a finite number")
    return value


def _to_float(value: Any) -> Any:
    if isinstance(value, bool | str | bytes) or _is_numpy_bool(value):
        raise Mismatch(f"{kind_of(value)}, wanted float")
    if hasattr(value, "__float__"):
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            pass
    raise Mismatch(f"{kind_of(value)}, wanted float")


def _is_numpy_bool(value: object) -> bool:
    return type(value).__name__ in ("bool", "bool_") and hasattr(value, "item")


def read_str(value: Any, _depth: int = 0) -> str:
    """Read text; the member of a str enum gives its value."""
    if value.__class__ is str:
        if not value.isascii():
            check_text(value)
        return value
    if isinstance(value, Enum) and isinstance(value.value, str):
        return value.value
    if isinstance(value, str):
        # A subclass, numpy's str_ above all, which msgspec does not encode.
        return read_str("".join(value))
    raise Mismatch(f"{kind_of(value)}, wanted str")


def check_text(value: str) -> None:
    """Refuse text that UTF-8 cannot carry."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Mismatch(
            f"str with a lone surrogate at {error.start}, which UTF-8 cannot carry"
        ) from None


def read_datetime(value: Any, _depth: int = 0) -> Any:
    """Read a moment; RFC 3339 text becomes one, unless Python cannot hold it."""
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, str):
        try:
            return msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            return value
    raise Mismatch(f"{kind_of(value)}, wanted a datetime or RFC 3339 text")


def read_datetime_or_text(value: Any, _depth: int = 0) -> Any:
    """Read a moment; text stays text, for Qdrant reads more forms than Python."""
    if isinstance(value, datetime | date):
        return value
    return read_str(value)


def read_uuid(value: Any, _depth: int = 0) -> UUID:
    """Read a UUID or its text."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise Mismatch(f"{kind_of(value)}, wanted a UUID") from None


def are_numeric_ids(values: Any) -> bool:
    """Whether this is a list of point ids that are plain integers, seen at a glance."""
    return (
        values.__class__ is list
        and set(map(type, values)) == {int}
        and min(values) >= 0
        and max(values) <= MAX_UNSIGNED
    )


def read_point_id(value: Any, _depth: int = 0) -> int | str:
    """Read a point id: an unsigned 64-bit integer, or a UUID in its canonical text."""
    if value.__class__ is int:
        if 0 <= value <= MAX_UNSIGNED:
            return value
        raise Mismatch(f"point id {kind_of(value)} is out of range, wanted 0 to 2**64 - 1")
    if isinstance(value, str):
        if value.__class__ is str and _is_canonical_uuid(value):
            return value
        try:
            return str(UUID(value))
        except ValueError:
            raise Mismatch(
                f"{kind_of(value)} is no point id, wanted an unsigned int or a UUID"
            ) from None
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, bool | float) and not _is_numpy_bool(value):
        try:
            return read_point_id(operator.index(value))
        except TypeError:
            pass
    raise Mismatch(f"{kind_of(value)} is no point id, wanted an unsigned int or a UUID")
