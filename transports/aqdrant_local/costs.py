"""Estimates of how long operations take: short ones run on the event loop, long ones in a thread.

Rough on purpose: what counts is on which side of a moment they fall. No lock is held; the numbers
read may be stale.
"""

from __future__ import annotations

from collections.abc import Sequence

from aqdrant import models
from aqdrant.operations import (
    BatchUpdate,
    CountPoints,
    DeletePoints,
    DeleteVectors,
    GetPoints,
    Operation,
    QueryBatchPoints,
    QueryPoints,
    ScrollPoints,
    UpdateVectors,
    UpsertPoints,
)

from .engine.dense import DenseVectors
from .filtering import listed_in, paths_of
from .records import scrolled_payload
from .state import Collection, State

__all__ = [
    "MOMENT",
    "of_batch",
    "of_change",
    "of_count",
    "of_index",
    "of_queries",
    "of_query",
    "of_retrieve",
    "of_scroll",
    "of_upsert",
    "of_vectors",
]

MOMENT = 0.002
"""Seconds that an operation may keep the event loop."""

# Seconds, measured on one core of a small server; the order of magnitude is what matters.
_FLOAT_SCANNED = 8e-11
_FLOAT_READ = 1.2e-8  # a Python float turned into a float32, or back
_POINT_WRITTEN = 3e-6
_PAYLOAD_READ = 1.5e-6
_ROW_TESTED = 2e-9
_VALUE_LISTED = 4e-7  # an id or a value of a filter
_ROW_SORTED = 1e-7


def of_query(state: State, operation: QueryPoints) -> float:
    """The cost of one query."""
    collection = state.peek(operation.collection_name)
    return 0.0 if collection is None else _query(collection, operation.body)


def of_queries(state: State, operation: QueryBatchPoints) -> float:
    """The cost of a batch of queries."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    return sum(_query(collection, request) for request in operation.body.searches)


def of_count(state: State, operation: CountPoints) -> float:
    """The cost of counting."""
    collection = state.peek(operation.collection_name)
    return 0.0 if collection is None else _filter(collection, operation.body.filter)


def of_scroll(state: State, operation: ScrollPoints) -> float:
    """The cost of a page: sorting by id once, the filter, and the points of the page."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    body = operation.body
    limit = min(10 if body.limit is None else body.limit, collection.segment.count)
    unsorted = 0 if collection.segment.ids.is_ordered else collection.segment.count
    page = _answer(collection, limit, scrolled_payload(body), body.with_vector)
    return page + unsorted * _ROW_SORTED + _filter(collection, body.filter)


def of_retrieve(state: State, operation: GetPoints) -> float:
    """The cost of reading points by id."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    body = operation.body
    return _answer(collection, len(body.ids), body.with_payload, body.with_vector)


def of_upsert(state: State, operation: UpsertPoints) -> float:
    """The cost of turning points into columns and storing them."""
    collection = state.peek(operation.collection_name)
    return 0.0 if collection is None else _upsert(collection, operation.body)


def of_vectors(state: State, operation: UpdateVectors) -> float:
    """The cost of storing vectors."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    return _points(collection, len(operation.body.points)) + _filter(
        collection, operation.body.update_filter
    )


def of_change(
    state: State, operation: DeletePoints | DeleteVectors | Operation[models.UpdateResult]
) -> float:
    """The cost of changing what a list of ids or a filter selects."""
    collection = state.peek(getattr(operation, "collection_name", ""))
    return 0.0 if collection is None else _selector(collection, getattr(operation, "body", None))


def of_batch(state: State, operation: BatchUpdate) -> float:
    """The cost of a batch of updates."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    total = 0.0
    for update in operation.body.operations:
        if isinstance(update, models.UpsertOperation):
            total += _upsert(collection, update.upsert)
        elif isinstance(update, models.UpdateVectorsOperation):
            total += _points(collection, len(update.update_vectors.points))
        else:
            total += _selector(collection, next(value for _, value in update))
    return total


def of_index(state: State, operation: Operation[models.UpdateResult]) -> float:
    """The cost of reading one key of every payload."""
    collection = state.peek(getattr(operation, "collection_name", ""))
    return 0.0 if collection is None else collection.segment.count * _PAYLOAD_READ


def _query(collection: Collection, request: models.QueryRequest | models.Prefetch) -> float:
    segment = collection.segment
    nested = request.prefetch
    prefetches = (nested,) if isinstance(nested, models.Prefetch) else nested or ()
    total = sum(_query(collection, prefetch) for prefetch in prefetches)
    total += _filter(collection, request.filter)
    if not prefetches:
        store = segment.dense.get(request.using or "")
        floats = store.count * store.size if isinstance(store, DenseVectors) else segment.count
        total += floats * _FLOAT_SCANNED
    if isinstance(request, models.QueryRequest):
        limit = min(10 if request.limit is None else request.limit, segment.count)
        total += _answer(collection, limit, request.with_payload, request.with_vector)
    return total


def _filter(collection: Collection, condition: models.Filter | None) -> float:
    if condition is None:
        return 0.0
    segment = collection.segment
    paths = paths_of(condition)
    unread = sum(not segment.has_column(path) for path in paths)
    tested = segment.size * _ROW_TESTED * (1 + len(paths))
    return tested + unread * segment.count * _PAYLOAD_READ + listed_in(condition) * _VALUE_LISTED


def _answer(
    collection: Collection,
    count: int,
    with_payload: models.WithPayloadInterface | None,
    with_vector: models.WithVector | None,
) -> float:
    per_point = 1e-6
    if with_payload not in (None, False):
        per_point += 2 * _PAYLOAD_READ
    if with_vector not in (None, False):
        per_point += _floats(collection) * _FLOAT_READ
    return count * per_point


def _upsert(collection: Collection, body: models.PointInsertOperations) -> float:
    count = len(body.batch.ids) if isinstance(body, models.PointsBatch) else len(body.points)
    return _points(collection, count) + _filter(collection, body.update_filter)


def _points(collection: Collection, count: int) -> float:
    return count * (_POINT_WRITTEN + _floats(collection) * _FLOAT_READ)


def _floats(collection: Collection) -> int:
    return sum(store.size for store in collection.segment.dense.values()) + 1


def _selector(collection: Collection, body: object) -> float:
    points: Sequence[object] | None = getattr(body, "points", None)
    condition: models.Filter | None = getattr(body, "filter", None)
    changed = len(points or ()) if condition is None else collection.segment.count
    return changed * _POINT_WRITTEN + _filter(collection, condition)
