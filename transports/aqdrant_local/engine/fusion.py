"""Several rankings made one. Used by queries with prefetches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Floats, Rows
from .ids import IdTable
from .ranking import best

__all__ = ["dbsf", "rrf"]

Ranking = tuple[Floats, Rows]


def rrf(
    ids: IdTable, rankings: Sequence[Ranking], k: int, weights: Sequence[float] | None, limit: int
) -> Ranking:
    """Fuse by reciprocal ranks.

    A row at place p (from 0) of a ranking of weight w gets 1 / ((p + 1) / w + k - 1).

    Args:
        rankings: `(scores, rows)`, best first.
        weights: one for each ranking; 1 where None. A ranking of weight 0 or less gives its rows
        nothing.
    """
    one = np.float32(1.0)
    parts: list[Floats] = []
    for position, (_, rows) in enumerate(rankings):
        places = np.arange(len(rows), dtype=np.float32)
        if weights is None:
            parts.append(one / (places + np.float32(k)))
            continue
        weight = np.float32(weights[position])
        if weight <= 0:
            parts.append(np.zeros(len(rows), dtype=np.float32))
        else:
            parts.append(one / ((places + one) / weight + np.float32(k - 1)))
    return _summed(ids, rankings, parts, limit)


def dbsf(ids: IdTable, rankings: Sequence[Ranking], limit: int) -> Ranking:
    """Fuse by distribution: scores of each ranking are scaled, mean ± 3 deviations to 0 and 1.

    The deviation is that of a sample (n - 1). Where all scores of a ranking are equal they become
    0.5.
    """
    parts: list[Floats] = []
    for scores, _ in rankings:
        if len(scores) < 2:
            parts.append(np.full(len(scores), 0.5, dtype=np.float32))
            continue
        values = scores.astype(np.float64)
        mean, deviation = values.mean(), values.std(ddof=1)
        low, high = mean - 3.0 * deviation, mean + 3.0 * deviation
        if not high > low:
            parts.append(np.full(len(scores), 0.5, dtype=np.float32))
        else:
            parts.append(((values - low) / (high - low)).astype(np.float32))
    return _summed(ids, rankings, parts, limit)


def _summed(
    ids: IdTable, rankings: Sequence[Ranking], parts: Sequence[Floats], limit: int
) -> Ranking:
    if not rankings:
        return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.intp)
    rows, places = np.unique(np.concatenate([rows for _, rows in rankings]), return_inverse=True)
    sums = np.zeros(len(rows), dtype=np.float32)
    np.add.at(sums, places, np.concatenate(parts))
    return best(ids, rows, sums, limit)
