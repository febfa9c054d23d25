"""Models and arrays to JSON, in pieces small enough to leave the event loop its turns.

Called by both directions: bodies of requests and bodies of answers. Arrays stand where vectors do,
as the readers of `aqdrant.models` turn those in payloads into lists. Fields that are None are left
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Final, TypeAlias, cast

import msgspec
import orjson
from msgspec.structs import astuple

__all__ = ["LIMIT", "Piece", "encode", "encode_in_pieces", "is_small"]

Piece: TypeAlias = bytes | memoryview

LIMIT: Final = 1 << 15
"""So many numbers are encoded at once, which takes about a millisecond."""
_LETTERS: Final = 5
"""Two to this power letters take as long as a number."""
_SIZE: Final = 1 << 18
"""Bytes that are encoded at once, about: less than a millisecond of work."""
_ATOMS: Final = frozenset({int, float, bool, NoneType})


def encode(value: Any) -> bytes:
    """Encode a value in one call."""
    return _ENCODER.encode(value)


def is_small(body: Any) -> bool:
    """Whether a body is told at a glance to be no work: one query by one vector, as most are."""
    numbers = 0
    for item in astuple(body):
        kind = item.__class__
        if kind is list and item and item[0].__class__ is float:
            numbers += len(item)
        elif kind is str:
            numbers += len(item) >> _LETTERS
        elif kind not in _ATOMS:
            return False
    return numbers < LIMIT


def encode_in_pieces(value: Any) -> Iterator[Piece]:
    """Encode a value, with no more than about `LIMIT` numbers between one piece and the next.

    Raises:
        TypeError: something in it has no form in JSON.
    """
    if _has_structs(value) or _weigh(value) > LIMIT:
        return _split(value)
    return iter((_ENCODER.encode(value),))


def _has_structs(value: Any) -> bool:
    """Whether this is the body of an operation on many points, or on many searches."""
    if not hasattr(value, "__struct_fields__"):
        return _holds_structs(value)
    return any(map(_holds_structs, astuple(value)))


# ---- one call


def _encode_unknown(value: Any) -> Any:
    if hasattr(value, "dtype"):
        return msgspec.Raw(_encode_array(value))
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_encode_unknown)


def _encode_array(array: Any) -> bytes:
    """Encode an array; of float64 as float32, which Qdrant stores, in half the text."""
    if array.dtype == "float64":
        array = _narrowed(array)
    if array.ndim and not array.flags.c_contiguous:
        array = array.copy(order="C")
    try:
        return orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:  # of half precision, foreign byte order, no dimension
        return _ENCODER.encode(array.tolist())


def _narrowed(array: Any) -> Any:
    import numpy as np

    with np.errstate(over="ignore"):
        narrow = array.astype("float32")
    # What float32 cannot hold is left for the server to judge.
    return narrow if np.isfinite(narrow).all() else array


# ---- in pieces


def _split(value: Any) -> Iterator[Piece]:
    if hasattr(value, "__struct_fields__"):
        named = zip(value.__struct_encode_fields__, astuple(value), strict=True)
        return _split_object((name, item) for name, item in named if item is not None)
    if isinstance(value, Mapping):
        return _split_object(cast("Mapping[str, Any]", value).items())
    if _holds_structs(value):
        return _split_structs(value)
    if isinstance(value, list | tuple):
        return _split_array(cast("Sequence[Any]", value), _weigh)
    if hasattr(value, "dtype") and value.ndim:
        width = value.size // max(len(value), 1)
        if 0 < width <= LIMIT:
            return _split_rows(value, LIMIT // width)
        return _split_array(value, lambda _: width)
    return iter((_ENCODER.encode(value),))


def _split_object(fields: Iterable[tuple[str, Any]]) -> Iterator[Piece]:
    opening = b"{"
    for name, item in fields:
        yield opening + _ENCODER.encode(name) + b":"
        yield from encode_in_pieces(item)
        opening = b","
    yield b"}" if opening == b"," else b"{}"


def _split_array(items: Any, weigh: Callable[[Any], int]) -> Iterator[Piece]:
    """Encode as many items at once as weigh no more than the limit."""
    opening = b"["
    start = weight = 0
    for stop, item in enumerate(items):
        own = weigh(item)
        if weight + own > LIMIT and stop > start:
            yield opening + _ENCODER.encode(items[start:stop])[1:-1]
            opening, start, weight = b",", stop, 0
        if own > LIMIT:
            yield opening
            yield from _split(item)
            opening, start = b",", stop + 1
        else:
            weight += own
    if start < len(items):
        yield opening + _ENCODER.encode(items[start:])[1:-1]
        opening = b","
    yield b"]" if opening == b"," else b"[]"


def _split_rows(array: Any, count: int) -> Iterator[Piece]:
    """Encode so many rows at once; what orjson wrote is handed on as it lies in memory."""
    for start in range(0, len(array), count):
        yield b"," if start else b"["
        yield memoryview(_encode_array(array[start : start + count]))[1:-1]
    yield b"]"


def _split_structs(items: Sequence[Any]) -> Iterator[Piece]:
    """Encode points or searches, as many at once as the last ones told to be of the right size."""
    opening = b"["
    count, start = 1, 0
    while start < len(items):
        chunk = items[start : start + count]
        if any(_weigh_point(item) > LIMIT for item in chunk):
            chunk = chunk[:1]
            yield opening
            yield from _split(chunk[0])
        else:
            piece = opening + _ENCODER.encode(chunk)[1:-1]
            yield piece
            count = max(1, min(4 * count, _SIZE * len(chunk) // len(piece)))
        start += len(chunk)
        opening = b","
    yield b"]"


def _holds_structs(value: Any) -> bool:
    return value.__class__ is list and bool(value) and hasattr(value[0], "__struct_fields__")


# ---- weights


def _weigh(value: Any) -> int:
    """Tell about how many numbers a value costs to encode."""
    kind = value.__class__
    if kind in _ATOMS:
        return 1
    if kind is str:
        return len(value) >> _LETTERS
    if hasattr(value, "dtype"):
        return int(value.size)
    if kind is list:
        first: Any = value[0].__class__ if value else int
        return len(value) if first is float or first is int else sum(map(_weigh, value)) + 1
    if hasattr(kind, "__struct_fields__"):
        return sum(map(_weigh, astuple(value)))
    if isinstance(value, Mapping):
        return sum(map(_weigh, cast("Mapping[str, Any]", value).values())) + 1
    return sum(map(_weigh, cast("Sequence[Any]", value))) if kind is tuple else 1


def _weigh_point(item: Any) -> int:
    """Tell about how many numbers the vectors of a point have; of anything else, all of it."""
    vector: Any = getattr(item, "vector", None)
    if vector.__class__ is list and vector and vector[0].__class__ is float:
        return len(vector)
    if hasattr(vector, "dtype"):
        return int(vector.size)
    return _weigh(item if vector is None else vector)
