"""BM25 over the words of a payload column. Used by queries.

Robertson and Zaragoza, "The probabilistic relevance framework", 2009, with the idf that is never
negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows

__all__ = ["Documents", "Occurrences", "bm25"]

_LENGTH_BITS = 13  # leading bits of a length that count, as on a server

Occurrences: TypeAlias = tuple[Rows, NDArray[np.float64]]
"""Points that have a word, each once, and how often."""


class Documents:
    """How long the texts of points are.

    Args:
        lengths: words of each point (n,); those with none are no documents.
    """

    def __init__(self, lengths: NDArray[np.int64]) -> None:
        bits = np.frexp(lengths.astype(np.float64))[1]
        lost = np.maximum(bits - _LENGTH_BITS, 0)
        self.lengths: NDArray[np.int64] = lengths >> lost << lost
        self._count = int(np.count_nonzero(lengths))
        self._total = int(self.lengths.sum())
        self._norms: tuple[tuple[float, float, float], NDArray[np.float64]] | None = None

    def within(self, corpus: Mask | None) -> tuple[int, float]:
        """How many there are, and their mean length; of all where there is no corpus."""
        if corpus is None:
            return self._count, self._total / max(1, self._count)
        inside = self.lengths[corpus]
        count = int(np.count_nonzero(inside))
        return count, float(inside.sum()) / max(1, count)

    def norms(self, k: float, b: float, mean: float) -> NDArray[np.float64]:
        """What the occurrences of a word in each point are weighed against."""
        last, asked = self._norms, (k, b, mean)
        if last is not None and last[0] == asked:
            return last[1]
        norms: NDArray[np.float64] = np.asarray(k * (1.0 - b + b * self.lengths / mean), np.float64)
        self._norms = asked, norms
        return norms


def bm25(
    documents: Documents,
    words: Sequence[Occurrences],
    k: float,
    b: float,
    corpus: Mask | None = None,
) -> tuple[Floats, Rows]:
    """The points that have one of the words, as `(scores, rows)`, in no order.

    Args:
        words: of each different word looked for, who has it.
        k: how fast repetitions of a word stop counting.
        b: how much long texts are held back, 0 to 1.
        corpus: the only points by which words are rare or frequent, and texts long; all when None.
    """
    total, mean = documents.within(corpus)
    if not total:
        return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.intp)
    norms = documents.norms(k, b, mean)
    scores = np.zeros(len(documents.lengths))
    for rows, often in words:
        having = len(rows) if corpus is None else int(np.count_nonzero(corpus[rows]))
        weight = np.log((total - having + 0.5) / (having + 0.5) + 1.0)
        scores[rows] += weight * often * (k + 1.0) / (often + norms[rows])
    found = np.flatnonzero(scores > 0.0)
    return scores[found].astype(np.float32), found
