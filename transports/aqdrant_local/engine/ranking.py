"""The best of many: candidates without sorting everything, and a total order among them.

Used by searches and fusion.
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import Floats, Rows
from .ids import IdTable

__all__ = ["best", "candidates"]

_WORST = np.float32(-np.inf)
_GROUPS_OF = 32


def candidates(values: Floats, limit: int, slack: float = 0.0) -> Rows:
    """Positions of at least the `limit` largest values, and of all within `slack` of the last.

    Minus infinity marks what is no candidate. Positions come in ascending order.
    """
    count = len(values)
    if count > limit and slack < math.inf:
        bound = _lower_bound(values, limit)
        if bound > _WORST:
            return np.flatnonzero(values >= bound - np.float32(slack))
    return np.flatnonzero(values != _WORST)


def _lower_bound(values: Floats, limit: int) -> np.float32:
    """A value that at least `limit` values reach, and few more than that."""
    count = len(values)
    groups = count // _GROUPS_OF
    if groups >= limit * 4:
        # The limit-th best of the maxima of disjoint groups is reached by one value in each of
        # `limit` groups.
        peaks = np.maximum.reduce(values[: groups * _GROUPS_OF].reshape(_GROUPS_OF, groups), axis=0)
        values, count = peaks, groups
    # A NaN would sort as the largest of all.
    bound: np.float32 = np.partition(values, count - limit)[count - limit]
    return bound if bound == bound else _WORST


def best(ids: IdTable, rows: Rows, values: Floats, limit: int) -> tuple[Floats, Rows]:
    """The `limit` best of these rows as `(values, rows)`, best first, ties by id."""
    order = ids.sorting(rows, -values)[:limit]
    return values[order], rows[order]
