"""Maximal marginal relevance: the best results that are also unlike each other. Used by queries.

Whatever type vectors are stored in, here they are float32 as they are shown, and queries are not
rounded; so uint8 with Cosine counts the length of the one that is compared, as on a server.

Carbonell and Goldstein, "The use of MMR, diversity-based reranking", 1998.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .arrays import Floats, Rows

__all__ = ["diverse"]


class Comparable(Protocol):
    """Vectors of any kind, as far as diversity needs them."""

    def exact(self, queries: list[Any], rows: Rows) -> Floats:
        """Closeness (m, n) of rows to queries."""
        ...

    def mutual(self, rows: Rows) -> Callable[[int], Floats]:
        """A function that gives the closeness (n,) of rows, each a query, to that at a position."""
        ...


def diverse(vectors: Comparable, query: Any, rows: Rows, diversity: float, limit: int) -> Rows:
    """Positions of up to `limit` of these rows, in the order in which they were chosen.

    The first is the one closest to the query; each that follows has the largest
    `(1 - diversity) * closeness to the query - diversity * closeness to the closest one chosen`.
    Ties go to the earlier row.
    """
    picks: list[int] = []
    if not len(rows):
        return np.zeros(0, dtype=np.intp)
    relevance = vectors.exact([query], rows)[0]
    wanted, unwanted = np.float32(1.0 - diversity), np.float32(diversity)
    closest = np.full(len(rows), -np.inf, dtype=np.float32)
    left = np.ones(len(rows), dtype=np.bool_)
    pick, closeness_to = int(np.argmax(relevance)), vectors.mutual(rows)
    while True:
        picks.append(pick)
        left[pick] = False
        if len(picks) == min(limit, len(rows)):
            return np.array(picks, dtype=np.intp)
        np.maximum(closest, closeness_to(pick), out=closest)
        values = wanted * relevance - unwanted * closest
        values[~left] = -np.inf
        pick = int(np.argmax(values))
        if not left[pick]:  # all that are left are infinitely far
            pick = int(np.argmax(left))
