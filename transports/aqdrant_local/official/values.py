"""What the pickled points of the official client consist of besides plain data.

Used by `pickles`. A class is known by its name and read by a function here; it is never imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import msgspec
import numpy as np

from aqdrant_local.engine.paths import is_object

__all__ = ["CLASSES", "REDUCED", "Instance", "Named", "PickleRefused", "Refused", "plain"]

_DEEPEST: Final = 250
_LARGEST: Final = 32 << 20  # bytes, about: what a server takes in one request
_VALUE: Final = 16  # bytes that any value counts for
_LONGEST_DECIMAL: Final = 1000


class PickleRefused(Exception):
    """Why a pickle is not read; the text completes a sentence about it."""


class Refused(PickleRefused):
    """A pickle that names, or asks for, what points have not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"it holds {what}, which no point of the official client has")


class Named(NamedTuple):
    """A class or function that a pickle names."""

    module: str
    name: str
    is_model: bool = False
    """Whether there may be objects of it, made without arguments, which get a state."""

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Instance:
    """An object that a pickle describes, of one of `CLASSES`."""

    __slots__ = ("arguments", "named", "state")

    state: Any

    def __init__(self, named: Named, arguments: tuple[Any, ...] = ()) -> None:
        self.named = named
        self.arguments = arguments
        self.state = None

    def __str__(self) -> str:
        return f"an object of {self.named}"

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a model of pydantic, of either of its versions."""
        fields = self.state.get("__dict__") if is_object(self.state) else None
        if not is_object(fields):
            raise PickleRefused(f"{self} has no fields")
        return fields


_MODELS: Final = "qdrant_client.http.models.models"
POINT: Final = Named(_MODELS, "PointStruct", is_model=True)
SPARSE: Final = Named(_MODELS, "SparseVector", is_model=True)
_UUID: Final = Named("uuid", "UUID", is_model=True)
_DTYPES: Final = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
_DTYPE: Final = Named("numpy", "dtype")
_NDARRAY: Final = Named("numpy", "ndarray")


def _datetime(data: bytes, zone: Any = None) -> datetime:
    year, month, day, hour, minute, second = data[0] << 8 | data[1], *data[2:7]
    clock = (hour, minute, second, int.from_bytes(data[7:10], "big"))
    return datetime(year, month & 0x7F, day, *clock, _zone(zone), fold=month >> 7)


def _date(data: bytes) -> date:
    return date(data[0] << 8 | data[1], data[2], data[3])


def _time(data: bytes, zone: Any = None) -> time:
    hour, minute, second = data[:3]
    micros = int.from_bytes(data[3:6], "big")
    return time(hour & 0x7F, minute, second, micros, _zone(zone), fold=hour >> 7)


def _zone(zone: Any) -> timezone | None:
    if zone is not None and not isinstance(zone, timezone):
        raise Refused(f"a time zone that is {type(zone).__name__}")
    return zone


def _timezone(offset: timedelta, name: str | None = None) -> timezone:
    return timezone(offset) if name is None else timezone(offset, name)


def _decimal(digits: str) -> str:
    if len(digits) > _LONGEST_DECIMAL:
        raise Refused(f"a decimal of {len(digits)} digits")
    return digits


def _set(values: list[Any]) -> list[Any]:
    return list(values)


def _duration(days: int, seconds: int, micros: int) -> timedelta:
    return timedelta(days, seconds, micros)


def _empty() -> dict[str, Any]:
    return {}


def _dtype(code: Any, align: bool = False, copy: bool = True) -> Instance:
    if code not in _DTYPES:
        raise Refused(f"an array of dtype {str(code)[:20]}")
    return Instance(_DTYPE, (code,))


def _array(kind: Any, shape: Any, code: Any) -> Instance:
    return Instance(_NDARRAY)


def _scalar(kind: Instance, data: bytes) -> Any:
    return np.frombuffer(data, _order(kind)).reshape(()).item()


def _order(kind: Any) -> np.dtype[Any]:
    """The dtype of a description: its code is the constructor's, its byte order its state's."""
    if not isinstance(kind, Instance) or kind.named is not _DTYPE:
        raise PickleRefused("it is damaged: an array has no dtype")
    order: Any = "|" if kind.state is None else kind.state[1]
    found: np.dtype[Any] = np.dtype(kind.arguments[0])
    return found.newbyteorder(order)


REDUCED: Final[dict[Named, Callable[..., Any]]] = {
    Named("datetime", "datetime"): _datetime,
    Named("datetime", "date"): _date,
    Named("datetime", "time"): _time,
    Named("datetime", "timedelta"): _duration,
    Named("datetime", "timezone"): _timezone,
    Named("decimal", "Decimal"): _decimal,
    Named("collections", "OrderedDict"): _empty,
    Named("builtins", "set"): _set,
    Named("builtins", "frozenset"): _set,
    _DTYPE: _dtype,
    Named("numpy.core.multiarray", "scalar"): _scalar,
    Named("numpy._core.multiarray", "scalar"): _scalar,
    Named("numpy.core.multiarray", "_reconstruct"): _array,
    Named("numpy._core.multiarray", "_reconstruct"): _array,
}
"""What may be called, and what is called for it."""

CLASSES: Final = {
    (named.module, named.name): named for named in (POINT, SPARSE, _UUID, _NDARRAY, *REDUCED)
}
"""What may be named."""


def plain(value: Any) -> Any:
    """A payload, or part of one, as JSON would have it.

    Raises:
        PickleRefused: it is too deep or too large, or holds what has no place in a payload.
    """
    return _Plain().of(value, 0)


class _Plain:
    """Copies a value: a pickle may share parts, and so be far larger than it looks."""

    def __init__(self) -> None:
        self._left = _LARGEST

    def of(self, value: Any, depth: int) -> Any:
        self._left -= _VALUE + (len(value) if isinstance(value, str | bytes) else 0)
        if self._left < 0:
            raise PickleRefused(f"its payload is larger than {_LARGEST >> 20} MiB")
        if depth > _DEEPEST:
            raise PickleRefused(f"its payload is nested deeper than {_DEEPEST} levels")
        if value is None or isinstance(value, str | int | float):
            return value
        if is_object(value):
            made: dict[str, Any] = {}
            for key, item in value.items():
                self._left -= len(key)
                made[key] = self.of(item, depth + 1)
            return made
        if isinstance(value, list | tuple):
            items: list[Any] = []
            listed: Sequence[Any] = cast("Sequence[Any]", value)
            for item in listed:
                items.append(self.of(item, depth + 1))  # noqa: PERF401  # half the frames
            return items
        return self._leaf(value, depth)

    def _leaf(self, value: Any, depth: int) -> Any:
        if isinstance(value, date | time | timedelta):
            return msgspec.to_builtins(value)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, Instance) and value.named is _UUID:
            return str(uuid_of(value))
        if isinstance(value, Instance) and value.named is _NDARRAY:
            return self.of(array_of(value).tolist(), depth)
        raise Refused(f"{value} in a payload")


def uuid_of(value: Instance) -> UUID:
    """The UUID that an object of that class is."""
    return UUID(int=value.state["int"])


def array_of(value: Instance) -> np.ndarray[Any, Any]:
    """The array that an object of that class is."""
    _, shape, kind, is_fortran, data = value.state
    return np.frombuffer(data, _order(kind)).reshape(shape, order="F" if is_fortran else "C")


def is_array(value: Any) -> bool:
    """Whether this describes a numpy array."""
    return isinstance(value, Instance) and value.named is _NDARRAY
