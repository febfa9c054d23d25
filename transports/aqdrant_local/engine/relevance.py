"""BM25 over the words of a payload column. Used by queries.

Robertson and Zaragoza, "The probabilistic relevance framework", 2009, with the idf that is never
negative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask

__all__ = ["bm25"]

_LENGTH_BITS = 13  # leading bits of a length that count, as on a server


def bm25(
    lengths: NDArray[np.int64],
    counts: Sequence[NDArray[np.float64]],
    k: float,
    b: float,
    corpus: Mask | None = None,
) -> Floats:
    """Scores (n,) of points, minus infinity where a point has none of the words.

    Args:
        lengths: words of each point; those with none are no documents.
        counts: of each different word looked for, how often each point has it.
        k: how fast repetitions of a word stop counting.
        b: how much long texts are held back, 0 to 1.
        corpus: the only points by which words are rare or frequent, and texts long; all when None.
    """
    inside = lengths if corpus is None else lengths[corpus]
    documents = int(np.count_nonzero(inside))
    if not documents or not counts:
        return np.full(len(lengths), -np.inf, dtype=np.float32)
    mean = _rounded(inside).sum() / documents
    norm = k * (1.0 - b + b * _rounded(lengths) / mean)
    scores = np.zeros(len(lengths))
    for often in counts:
        rows = often.nonzero()[0]
        having = len(rows) if corpus is None else int(np.count_nonzero(corpus[rows]))
        weight = np.log((documents - having + 0.5) / (having + 0.5) + 1.0)
        frequency = often[rows]
        scores[rows] += weight * frequency * (k + 1.0) / (frequency + norm[rows])
    found: Floats = np.where(scores > 0.0, scores, -np.inf).astype(np.float32)
    return found


def _rounded(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    bits = np.frexp(lengths.astype(np.float64))[1]
    lost = np.maximum(bits - _LENGTH_BITS, 0)
    rounded: NDArray[np.int64] = lengths >> lost << lost
    return rounded
