"""Vectors: the floats of a dense one are one copy of memory each way.

Called by the codec and by `points`. A numpy array goes out as it lies in memory where it is of
single precision; numpy itself is imported by who made the array, never here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import inf
from struct import Struct, error
from typing import Any

from aqdrant_grpc.wire import CodecError

__all__ = ["FLOATS", "as_bytes", "as_sent", "encode_floats", "is_array", "is_rows", "rows_of"]

FLOATS = 65536
"""So many floats are encoded or decoded at once, before the event loop has its turn."""

_FLOAT = "f" if sys.byteorder == "little" else "<f"
"""Numbers of single precision, as numpy names them, in the order of gRPC."""


def is_array(value: object) -> bool:
    """Whether this is a numpy array, or something that has the same members."""
    return hasattr(value, "astype") and hasattr(value, "dtype")


def is_rows(value: Any) -> bool:
    """Whether a list or an array is one of vectors."""
    if is_array(value):
        return bool(value.ndim == 2)
    return bool(value) and not isinstance(value[0], int | float)


def encode_floats(values: Any) -> bytes:
    """Encode numbers as packed floats of single precision."""
    if values.__class__ is not list and is_array(values):
        content: bytes = as_bytes(values).tobytes()
        return content
    try:
        return _packer(len(values))(*values)
    except (TypeError, OverflowError, error):
        raise _blame(values) from None


@lru_cache(maxsize=256)
def _packer(count: int) -> Callable[..., bytes]:
    return Struct(f"<{count}f").pack


def _blame(values: Any) -> CodecError:
    pack = _packer(1)
    try:
        for index, number in enumerate(values):
            try:
                pack(number)
            except (TypeError, OverflowError, error):
                shown = number if isinstance(number, int | float) else type(number).__name__
                reason = f"{shown}, wanted a number of single precision"
                return CodecError(reason).inside(index)
    except TypeError:
        pass
    return CodecError(f"{type(values).__name__}, wanted a list of numbers")


def as_bytes(values: Any) -> memoryview:
    """The bytes of an array as packed floats, without a copy where it is so already."""
    if (view := as_sent(values)) is not None:
        return view
    from numpy import errstate

    with errstate(over="ignore"):
        floats = values.astype("<f4", order="C")
    if not abs(floats).max(initial=0.0) < inf:
        raise CodecError("a number beyond single precision")
    return memoryview(floats).cast("B") if floats.size else memoryview(b"")


def as_sent(values: Any) -> memoryview | None:
    """The bytes of an array that lies in memory as it is sent."""
    try:
        view = memoryview(values)
    except (TypeError, ValueError, BufferError):
        return None
    if view.format == _FLOAT and view.c_contiguous and view.nbytes:
        return view.cast("B")
    return None


def rows_of(matrix: Any) -> Iterable[Any]:
    """The vectors of a column: the bytes of each where they lie in memory as they are sent."""
    content = as_sent(matrix) if is_array(matrix) and matrix.ndim == 2 else None
    if content is None:
        return matrix  # type: ignore[no-any-return]
    step = len(content) // len(matrix)
    return (content[start : start + step] for start in range(0, len(content), step))
