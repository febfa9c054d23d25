"""Products of many vectors with one or several: small ones are left to the calling thread.

Called by `distances`. OpenBLAS shares every product but the smallest among its threads, and waits
for the last of them. Where other programs have the cores, that wait is whole turns of the
scheduler: 16 ms for a product of 0.25 ms. So what one thread does in a moment is cut into pieces
that OpenBLAS leaves to the thread that calls; numpy goes through them in one call.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats

__all__ = ["product", "product_of_each"]

_SHARED = 3 << 20  # floats from which on other threads gain more than waiting for them costs
_ONE = 9_216  # floats times one vector that OpenBLAS does not share
_EACH = 262_144  # multiplications of a product of matrices that it does not share
_FEW = 4  # queries from which on one product of matrices is faster than one each
_KERNEL = 8  # columns of what OpenBLAS computes at once; for five it needs longer than for eight


def product(vectors: Floats, query: Floats) -> Floats:
    """The dot products (n,) of rows (n, d) with the query (d,)."""
    count, size = vectors.shape
    step = _ONE // max(1, size)
    result = np.empty(count, dtype=np.float32)
    if step < 2 or vectors.size <= _ONE or vectors.size >= _SHARED:
        return np.matmul(vectors, query, out=result)
    whole = count // step * step
    pieces = vectors[:whole].reshape(-1, step, size)
    np.matmul(pieces, query, out=result[:whole].reshape(-1, step))
    if whole < count:
        np.matmul(vectors[whole:], query, out=result[whole:])
    return result


def product_of_each(vectors: Floats, queries: Floats) -> Floats:
    """The dot products (q, n) of rows (n, d) with the queries (q, d)."""
    if len(queries) < (2 if vectors.size >= _SHARED else _FEW):
        return np.stack([product(vectors, query) for query in queries])
    (count, size), wanted = vectors.shape, len(queries)
    step = _EACH // max(1, size * wanted)
    if step < 2 or vectors.size >= _SHARED or vectors.size * wanted <= _EACH:
        products: Floats = queries @ vectors.T
        return products
    if _FEW < wanted < _KERNEL:
        more = np.zeros((_KERNEL - wanted, size), dtype=np.float32)
        return product_of_each(vectors, np.concatenate([queries, more]))[:wanted]
    result = np.empty((count, wanted), dtype=np.float32)
    turned = np.ascontiguousarray(queries.T)
    whole = count // step * step
    pieces = vectors[:whole].reshape(-1, step, size)
    np.matmul(pieces, turned, out=result[:whole].reshape(-1, step, wanted))
    if whole < count:
        np.matmul(vectors[whole:], turned, out=result[whole:])
    return np.ascontiguousarray(result.T)
