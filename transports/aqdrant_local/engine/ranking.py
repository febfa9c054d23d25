"""The best of many: candidates without sorting everything, and a total order among them.

Used by searches and fusion.
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import Floats, Rows
from .ids import IdTable

__all__ = ["best", "candidates", "passing"]

_WORST = np.float32(-np.inf)
_GROUPS_OF = 32


def candidates(values: Floats, limit: int, slack: float = 0.0) -> Rows:
    """Positions of at least the `limit` largest values, and of all within `slack` of the last.

    Minus infinity marks what is no candidate. Positions come in ascending order.
    """
    count = len(values)
    if 0 < limit < count and slack < math.inf:
        bound = _lower_bound(values, limit)
        if bound > -math.inf:
            near: Rows = (values >= bound - slack).nonzero()[0]
            return near
    found: Rows = (values != _WORST).nonzero()[0]
    return found


def _lower_bound(values: Floats, limit: int) -> float:
    """A value that at least `limit` values reach, and few more than that."""
    count = len(values)
    groups = count // _GROUPS_OF
    if groups >= limit * 4:
        # The limit-th best of the maxima of disjoint groups is reached by one value in each of
        # `limit` groups.
        peaks = values[: groups * _GROUPS_OF].reshape(_GROUPS_OF, groups)
        values, count = np.maximum.reduce(peaks, axis=0), groups
    else:
        values = values.copy()
    values.partition(count - limit)
    bound = values.item(count - limit)
    # A NaN sorts as the largest of all.
    return bound if bound == bound else -math.inf


def best(ids: IdTable, rows: Rows, values: Floats, limit: int) -> tuple[Floats, Rows]:
    """The `limit` best of these rows as `(values, rows)`, best first, ties by id."""
    order = ids.sorting(rows, -values)[:limit]
    return values[order], rows[order]


def passing(
    scores: Floats, rows: Rows, threshold: float | None, *, ascending: bool = False
) -> tuple[Floats, Rows]:
    """A ranking up to the first score that is no better than a threshold."""
    if threshold is None or not len(scores):
        return scores, rows
    bound = np.float32(threshold)
    good = scores < bound if ascending else scores > bound
    end = len(scores) if good.all() else int(np.argmin(good))
    return scores[:end], rows[:end]
