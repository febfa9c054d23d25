"""Bounds of range conditions. Made from filters, read by payload columns."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask

__all__ = ["INT64", "Interval", "integer_bounds"]

INT64 = 2**63
"""Integers from -INT64 to INT64 - 1 are integers to the server; larger ones are floats."""

_EXACT = 2**53


class Interval(NamedTuple):
    """Bounds of a range condition; None is no bound, and all that are given must hold."""

    gt: float | None
    gte: float | None
    lt: float | None
    lte: float | None

    def lower(self) -> tuple[float | None, bool]:
        """The lower bound and whether it is open."""
        if self.gt is None or (self.gte is not None and self.gte > self.gt):
            return self.gte, False
        return self.gt, True

    def upper(self) -> tuple[float | None, bool]:
        """The upper bound and whether it is open."""
        if self.lt is None or (self.lte is not None and self.lte < self.lt):
            return self.lte, False
        return self.lt, True

    def holds(self, values: NDArray[Any]) -> Mask:
        """Which of the values lie in it."""
        mask = np.ones(len(values), dtype=np.bool_)
        if self.gt is not None:
            mask &= values > self.gt
        if self.gte is not None:
            mask &= values >= self.gte
        if self.lt is not None:
            mask &= values < self.lt
        if self.lte is not None:
            mask &= values <= self.lte
        return mask

    def has(self, value: float) -> bool:
        """Whether a value lies in it."""
        return bool(self.holds(np.array([value]))[0])


def integer_bounds(interval: Interval) -> tuple[int, int] | None:
    """First and last 64-bit integer whose float lies in the interval, if there is one."""
    bound, is_open = interval.lower()
    first = -INT64 if bound is None else _reaching(bound, beyond=is_open)
    bound, is_open = interval.upper()
    last = INT64 - 1 if bound is None else _reaching(bound, beyond=not is_open) - 1
    return (first, last) if first <= last else None


def _reaching(bound: float, *, beyond: bool) -> int:
    """The smallest 64-bit integer whose float is at the bound, or beyond it; 2**63 if none is."""
    if -_EXACT < bound < _EXACT:
        whole = math.ceil(bound)
        return whole + 1 if beyond and whole == bound else whole
    low, high = -INT64, INT64
    while low < high:
        middle = (low + high) // 2
        if float(middle) > bound or (float(middle) == bound and not beyond):
            high = middle
        else:
            low = middle + 1
    return low
