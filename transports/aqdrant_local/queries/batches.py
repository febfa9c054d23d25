"""Queries of a batch that look through the same vectors: one product of matrices for many.

Called by the handler of batches, under the collection's lock. Queries that look through all
vectors share a product whatever their filters are; those whose filter leaves few points share one
with the others that have the same filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine.arrays import Floats
from aqdrant_local.engine.dense import DenseVectors, Scanned
from aqdrant_local.engine.selection import Selection
from aqdrant_local.graphs.settings import approach_of
from aqdrant_local.state import Collection

from .filtering import select_rows
from .inputs import prepared

__all__ = ["Known", "scan_together"]

_SCORES = 1 << 23  # held at once

Group: TypeAlias = tuple[str, bytes | None]
"""A vector name, and the filter of queries that go through few points; None for all points."""


class Known(NamedTuple):
    """What is known of a query when its turn comes."""

    among: Selection | None
    """The rows that pass its filter; None for all."""
    scanned: Scanned | None = None


def scan_together(
    collection: Collection, requests: Sequence[models.QueryRequest]
) -> Iterator[Known | None]:
    """For each request its rows, and their closeness to what it looks for; None where unknown.

    The closeness is left out where the request looks through its rows alone, or by other means.
    """
    found = {} if collection.is_sharded else _filtered(collection, requests)
    groups: dict[Group, list[int]] = {}
    for place, (key, among) in found.items():
        group = _group(collection, requests[place], key, among)
        if group is not None:
            groups.setdefault(group, []).append(place)
    chunks: dict[int, tuple[Group, list[int]]] = {}
    for group, places in groups.items():
        store, among = collection.segment.dense[group[0]], found[places[0]][1]
        held = store.count if group[1] is None or among is None else len(among)
        step = max(1, _SCORES // max(1, held))
        for start in range(0, len(places), step):
            chunk = places[start : start + step]
            if len(chunk) > 1:
                chunks[chunk[0]] = group, chunk
    ready: dict[int, Scanned] = {}
    for place in range(len(requests)):
        if place in chunks:
            group, chunk = chunks[place]
            rows = None if group[1] is None else found[place][1]
            ready |= _scanned(collection, requests, group[0], rows, chunk)
        yield Known(found[place][1], ready.pop(place, None)) if place in found else None


def _filtered(
    collection: Collection, requests: Sequence[models.QueryRequest]
) -> dict[int, tuple[bytes | None, Selection | None]]:
    """Of requests that look for the nearest to a dense vector, the filter and what passes it."""
    found: dict[int, tuple[bytes | None, Selection | None]] = {}
    passing: dict[bytes | None, Selection | None] = {}
    for place, request in enumerate(requests):
        if not _is_plain(request) or (request.using or "") not in collection.segment.dense:
            continue
        try:
            key = _key(request.filter)
            if key not in passing:
                passing[key] = select_rows(collection.segment, request.filter)
        except (BadRequest, TypeError):  # its turn comes, and then it says so
            continue
        found[place] = key, passing[key]
    return found


def _group(
    collection: Collection,
    request: models.QueryRequest,
    key: bytes | None,
    among: Selection | None,
) -> Group | None:
    """With which others a request shares a product; None where it goes by other means."""
    name = request.using or ""
    store = collection.segment.dense[name]
    approach = approach_of(collection, name, request.params)
    if approach is not None:
        limit = (10 if request.limit is None else request.limit) + (request.offset or 0)
        passing = None if among is None else len(among)
        if approach.unindexed is not None or store.walk(limit, passing, approach):
            return None
    if store.is_scanned_for(among):
        return name, None
    return None if among is None else (name, key)


def _key(condition: models.Filter | None) -> bytes | None:
    """The same for filters that mean the same: unlike `==` it tells 1 from True."""
    return None if condition is None else msgspec.msgpack.encode(condition, enc_hook=_listed)


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError


def _scanned(
    collection: Collection,
    requests: Sequence[models.QueryRequest],
    name: str,
    among: Selection | None,
    places: Sequence[int],
) -> dict[int, Scanned]:
    store = collection.segment.dense[name]
    queries: dict[int, Floats] = {}
    for place in places:
        try:
            queries[place] = _vector(store, name, requests[place].query)
        except BadRequest:  # its turn comes, and then it says so
            continue
    if len(queries) < 2:
        return {}
    rows = None if among is None else store.held(among)
    values = store.scan_all(np.stack(list(queries.values())), rows)
    return {place: Scanned(own, rows) for place, own in zip(queries, values, strict=True)}


def _vector(store: DenseVectors, name: str, query: Any) -> Floats:
    nearest = query.nearest if isinstance(query, models.NearestQuery) else query
    vector: Floats = prepared(store, name, nearest)
    return vector


def _is_plain(request: models.QueryRequest) -> bool:
    """Whether it looks for the points nearest to a vector."""
    query: Any = request.query
    if isinstance(query, models.NearestQuery):
        query = query.nearest if query.mmr is None else None
    is_vector = not isinstance(query, models.Model | int | str | None)
    return is_vector and not request.prefetch
