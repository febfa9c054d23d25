"""Queries of a batch that look through the same vectors: one product of matrices for many.

Called by the handler of batches, under the collection's lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine.arrays import Floats
from .engine.dense import DenseVectors
from .graph_settings import approach_of
from .inputs import prepared
from .state import Collection

__all__ = ["scan_together"]

_SCORES = 1 << 23  # held at once


def scan_together(
    collection: Collection, requests: Sequence[models.QueryRequest]
) -> Iterator[Floats | None]:
    """For each request, the closeness of all rows to what it looks for, or None.

    None where the request looks through few rows, or alone, or by other means.
    """
    places: dict[str, list[int]] = {}
    for place, request in enumerate(() if collection.is_sharded else requests):
        name = request.using or ""
        if _is_plain(request) and _is_scanned(collection, name, request):
            places.setdefault(name, []).append(place)
    chunks: dict[int, list[int]] = {}
    for name, found in places.items():
        store = collection.segment.dense[name]
        step = max(1, _SCORES // max(1, store.count))
        for start in range(0, len(found), step):
            chunk = found[start : start + step]
            if len(chunk) > 1 and store.is_scanned_for(None):
                chunks[chunk[0]] = chunk
    ready: dict[int, Floats] = {}
    for place in range(len(requests)):
        if place in chunks:
            ready |= _scanned(collection, requests, chunks[place])
        yield ready.pop(place, None)


def _scanned(
    collection: Collection, requests: Sequence[models.QueryRequest], places: Sequence[int]
) -> dict[int, Floats]:
    name = requests[places[0]].using or ""
    store = collection.segment.dense[name]
    queries: dict[int, Floats] = {}
    for place in places:
        try:
            queries[place] = _vector(store, name, requests[place].query)
        except BadRequest:  # its turn comes, and then it says so
            continue
    if len(queries) < 2:
        return {}
    values = store.scan_all(np.stack(list(queries.values())))
    return dict(zip(queries, values, strict=True))


def _vector(store: DenseVectors, name: str, query: Any) -> Floats:
    nearest = query.nearest if isinstance(query, models.NearestQuery) else query
    vector: Floats = prepared(store, name, nearest)
    return vector


def _is_scanned(collection: Collection, name: str, request: models.QueryRequest) -> bool:
    """Whether it looks at the vectors of this name one by one."""
    store = collection.segment.dense.get(name)
    if store is None:
        return False
    approach = approach_of(collection, name, request.params)
    limit = (10 if request.limit is None else request.limit) + (request.offset or 0)
    return approach is None or (
        approach.unindexed is None and not store.walk(limit, None, approach)
    )


def _is_plain(request: models.QueryRequest) -> bool:
    """Whether it looks for the points nearest to a vector, of all points."""
    query: Any = request.query
    if isinstance(query, models.NearestQuery):
        query = query.nearest if query.mmr is None else None
    is_vector = not isinstance(query, models.Model | int | str | None)
    return is_vector and request.filter is None and not request.prefetch
