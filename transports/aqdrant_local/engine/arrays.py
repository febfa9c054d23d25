"""Array types and growth, used by every module of the engine."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Floats", "Mask", "Rows", "Words", "distinct", "grown", "is_ndarray"]

Floats: TypeAlias = NDArray[np.float32]
"""Vectors (n, d) or scores (n,)."""

Rows: TypeAlias = NDArray[np.intp]
"""Row numbers of a segment."""

Mask: TypeAlias = NDArray[np.bool_]
"""One flag per row of a segment."""

Words: TypeAlias = NDArray[np.uint64]
"""Halves of point ids, and version numbers."""

Array: TypeAlias = NDArray[Any]
"""An array as users pass it."""

A = TypeVar("A", bound=NDArray[Any])

_SMALLEST = 16


def is_ndarray(value: Any) -> TypeGuard[Array]:
    """Whether a value is an array of numpy's."""
    return isinstance(value, np.ndarray)


def distinct(numbers: Rows) -> Rows:
    """Numbers from 0 on, such as rows, ascending and each once.

    Many times as fast as `np.unique`, which puts them into a hash table first.
    """
    if not len(numbers) or bool((numbers[1:] > numbers[:-1]).all()):
        return numbers
    most = int(numbers.max())
    if most > len(numbers) * 64:
        ordered = np.sort(numbers)
        return ordered[np.diff(ordered, prepend=-1) > 0]
    flags = np.zeros(most + 1, dtype=np.bool_)
    flags[numbers] = True
    return flags.nonzero()[0]


def grown(array: A, rows: int, filler: int = 0) -> A:
    """Return an array of at least `rows` rows that begins with `array`, itself where it fits.

    Capacity doubles until 64k rows and grows by half from there, so n appends copy O(n) rows. New
    rows come from zeroed pages that take no memory until they are written.
    """
    have = array.shape[0]
    if have >= rows:
        return array
    capacity = max(rows, _SMALLEST, have * 2 if have < 65_536 else have + have // 2)
    bigger = np.zeros((capacity, *array.shape[1:]), dtype=array.dtype)
    bigger[:have] = array
    if filler:
        bigger[have:] = filler
    return bigger  # type: ignore[return-value]  # same dtype and rank as the argument
