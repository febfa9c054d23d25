"""The four distances over float32 vectors. Used by `dense` and by `ranking`.

Inside the engine every comparison is by *closeness*, larger is better: the similarity for Cosine
and Dot, the squared distance negated for Euclid, the distance negated for Manhattan. Scores as
users see them come out of `scores_of`.

Two kernels: `scan` goes through all vectors at the speed of memory, `closeness` is exact. They
differ by rounding, at most by `slack`, so whoever ranks takes candidates from the scan with that
slack and ranks them by `closeness`, whose answer for a vector depends on that vector and the query
alone, never on its neighbours in memory: equal vectors tie.
"""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from .arrays import Floats, Rows
from .products import product, product_of_each

__all__ = [
    "Distance",
    "as_queries",
    "closeness",
    "closeness_of_each",
    "lengths_to_divide_by",
    "normalized_one",
    "scan",
    "scan_many",
    "scan_rows",
    "scan_sums",
    "scores_of",
    "slack",
    "squares",
]

_BLOCK = 65_536  # floats in one step of a blockwise kernel: they stay in the second-level cache
_EPSILON = float(np.finfo(np.float32).eps)
_NORMAL = 1e-6


class Distance(Enum):
    """How two vectors are compared."""

    COSINE = "Cosine"
    DOT = "Dot"
    EUCLID = "Euclid"
    MANHATTAN = "Manhattan"

    @property
    def ascending(self) -> bool:
        """Whether a smaller score is the better one."""
        return self in (Distance.EUCLID, Distance.MANHATTAN)


def lengths_to_divide_by(vectors: Floats) -> Floats | None:
    """What rows (n, d) are divided by to have length one; None where nothing is to be done.

    Zero rows, and rows that are of length one already, are divided by one.
    """
    lengths = squares(vectors)
    near = np.abs(lengths - 1.0) <= _NORMAL
    near |= lengths < _EPSILON
    if near.all():
        return None
    scale: Floats = np.sqrt(lengths)
    scale[near] = 1.0
    return scale


def normalized_one(vector: Floats) -> Floats:
    """Scale one vector (d,) to length one, unless it is zero or of that length already."""
    length = float(vector @ vector)
    if length < _EPSILON or abs(length - 1.0) <= _NORMAL:
        return vector
    one: Floats = vector / np.float32(math.sqrt(length))
    return one


def as_queries(distance: Distance, vectors: Floats) -> Floats:
    """Turn vectors (n, d) into what others are compared with: of length one for Cosine."""
    divisors = lengths_to_divide_by(vectors) if distance is Distance.COSINE else None
    return vectors if divisors is None else vectors / divisors[:, None]


def squares(vectors: Floats) -> Floats:
    """Squared lengths (n,) of rows (n, d)."""
    lengths: Floats = np.einsum("ij,ij->i", vectors, vectors)
    return lengths


def scan(distance: Distance, vectors: Floats, query: Floats, lengths: Floats | None) -> Floats:
    """Closeness (n,) of every row to the query, up to rounding.

    Args:
        lengths: squared lengths (n,) of the rows, for Euclid.
    """
    if distance is Distance.MANHATTAN:
        return closeness(distance, vectors, query)
    products = product(vectors, query)
    if distance is Distance.EUCLID and lengths is not None:
        products *= 2.0
        products -= lengths
        products -= query @ query
    return products


def scan_many(
    distance: Distance, vectors: Floats, queries: Floats, lengths: Floats | None = None
) -> Floats:
    """Closeness (q, n) of every row to every query, up to rounding: one product of matrices.

    Args:
        lengths: squared lengths (n,) of the rows, for Euclid, where they are known.
    """
    if distance is Distance.MANHATTAN:
        values = np.empty((len(queries), len(vectors)), dtype=np.float32)
        for position, query in enumerate(queries):
            values[position] = closeness(distance, vectors, query)
        return values
    products = product_of_each(vectors, queries)
    if distance is Distance.EUCLID:
        products *= 2.0
        products -= squares(vectors) if lengths is None else lengths
        products -= squares(queries)[:, None]
    return products


def scan_sums(
    distance: Distance, vectors: Floats, queries: Floats, weights: Floats, lengths: Floats | None
) -> Floats:
    """Sums (k, n) of closeness to queries (m, d) by weights (k, m), up to rounding.

    One product for each sum, not for each query; there is no such for Manhattan.

    Args:
        lengths: squared lengths (n,) of the rows, for Euclid.
    """
    sums = weights.astype(np.float64) @ queries
    products = product_of_each(vectors, sums.astype(np.float32))
    if distance is Distance.EUCLID and lengths is not None:
        products *= 2.0
        products -= (weights @ squares(queries))[:, None]
        totals = weights.sum(axis=1)
        for position in totals.nonzero()[0]:  # there is none for differences
            products[position] -= totals[position] * lengths
    return products


def scan_rows(
    distance: Distance, vectors: Floats, rows: Rows, query: Floats, lengths: Floats | None
) -> Floats:
    """Closeness (n,) of these rows alone to the query, up to rounding.

    Rows are copied together block by block into one buffer that stays in the cache.
    """
    count, size = len(rows), vectors.shape[1]
    step = max(1, _BLOCK * 2 // size)
    buffer = np.empty((min(step, count), size), dtype=np.float32)
    values = np.empty(count, dtype=np.float32)
    for start in range(0, count, step):
        part = rows[start : start + step]
        block = buffer[: len(part)]
        vectors.take(part, axis=0, out=block, mode="clip")
        own = None if lengths is None else lengths[part]
        values[start : start + step] = scan(distance, block, query, own)
    return values


def slack(distance: Distance, query: Floats, longest: float) -> float:
    """How far `scan` may be from `closeness`.

    Args:
        longest: the squared length of the longest vector scanned.
    """
    if distance is Distance.MANHATTAN:
        return 0.0
    rounding = _EPSILON * (len(query) / 8 + 16)
    if distance is Distance.COSINE:
        return rounding
    own = float(query @ query)
    if distance is Distance.EUCLID:
        return rounding * 2.0 * (own + longest)
    return rounding * math.sqrt(own * longest)


def closeness(distance: Distance, vectors: Floats, query: Floats) -> Floats:
    """Closeness (n,) of rows (n, d) to the query (d,), exact to the last rounding."""
    count, size = vectors.shape
    step = max(1, _BLOCK // max(1, size))
    if count <= step:
        return _closeness(distance, vectors, query)
    result = np.empty(count, dtype=np.float32)
    for start in range(0, count, step):
        result[start : start + step] = _closeness(distance, vectors[start : start + step], query)
    return result


def closeness_of_each(distance: Distance, vectors: Floats, queries: Floats) -> Floats:
    """Closeness (q, n) of rows (n, d) to queries (q, d), exact to the last rounding."""
    if vectors.size * len(queries) <= _BLOCK:
        return _closeness(distance, vectors, queries[:, None])
    return np.stack([closeness(distance, vectors, query) for query in queries])


def _closeness(distance: Distance, vectors: Floats, query: Floats) -> Floats:
    total: Floats
    if not distance.ascending:
        total = np.add.reduce(vectors * query, axis=-1)
        return total
    apart = vectors - query
    if distance is Distance.MANHATTAN:
        np.abs(apart, out=apart)
    else:
        apart *= apart
    total = np.add.reduce(apart, axis=-1)
    return np.negative(total, out=total)


def scores_of(distance: Distance, values: Floats) -> Floats:
    """Turn closeness into the scores that users see."""
    if distance is Distance.EUCLID:
        return np.sqrt(np.negative(values))
    if distance is Distance.MANHATTAN:
        return np.negative(values)
    return values
