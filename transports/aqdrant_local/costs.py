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
    Facet,
    GetPoints,
    Operation,
    QueryBatchPoints,
    QueryPoints,
    QueryPointsGroups,
    ScrollPoints,
    SearchMatrixOffsets,
    SearchMatrixPairs,
    UpdateVectors,
    UpsertPoints,
)

from .engine.dense import DenseVectors
from .engine.multivectors import MultiVectors
from .engine.paths import parse_path
from .engine.segment import Vectors
from .engine.strings import View
from .graphs.settings import approach_of
from .queries.conditions import has_slices, listed_in, looks_of
from .queries.formulas import variables_of
from .queries.inputs import inputs_of
from .queries.planning import Request, nodes_of
from .records import scrolled_payload
from .state import Collection, State
from .texts import NO_TEXT_INDEX

__all__ = [
    "MOMENT",
    "of_batch",
    "of_change",
    "of_count",
    "of_facet",
    "of_groups",
    "of_index",
    "of_matrix",
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
_ROW_HASHED = 1e-7
_WORD_LISTS_READ = 1e-2  # stopwords and stemmers are files
_STRING_READ: dict[View, float] = {"moments": 2.5e-6, "order": 1e-6, "blob": 4e-7, "words": 1e-5}


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


def of_groups(state: State, operation: QueryPointsGroups) -> float:
    """The cost of one query whose results are grouped: most may have to be ranked."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    body = operation.body
    cost = sum(_node(collection, node.request, node.children) for node in nodes_of(body))
    return cost + _indexed(collection, body.group_by) + collection.segment.count * _ROW_SORTED


def of_matrix(state: State, operation: SearchMatrixPairs | SearchMatrixOffsets) -> float:
    """The cost of comparing each point of a sample with each."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    body = operation.body
    store = collection.segment.stores.get(body.using or "")
    sample = min(10 if body.sample is None else body.sample, collection.segment.count)
    each = 1 if store is None else _floats_in(store)
    return _filter(collection, body.filter) + sample * sample * each * 10 * _FLOAT_SCANNED


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
    cost = page + _filter(collection, body.filter)
    if body.order_by is not None:
        key = body.order_by if isinstance(body.order_by, str) else body.order_by.key
        return cost + _indexed(collection, key)
    return cost + unsorted * _ROW_SORTED


def of_facet(state: State, operation: Facet) -> float:
    """The cost of counting values: the filter, and all values of the key sorted."""
    collection = state.peek(operation.collection_name)
    if collection is None:
        return 0.0
    body = operation.body
    return _filter(collection, body.filter) + _indexed(collection, body.key)


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
    """The cost of reading one key of every payload, and of what an index makes of strings."""
    collection = state.peek(getattr(operation, "collection_name", ""))
    schema = getattr(getattr(operation, "body", None), "field_schema", None)
    files = _WORD_LISTS_READ if isinstance(schema, models.TextIndexParams) else 0.0
    per_point = _PAYLOAD_READ + _STRING_READ["words"]
    return files + (0.0 if collection is None else collection.segment.count * per_point)


def _indexed(collection: Collection, key: str) -> float:
    path = parse_path(key)
    if path is None:
        return 0.0
    count = collection.segment.count
    unread = count * _PAYLOAD_READ if collection.segment.peek(path) is None else 0.0
    return count * _ROW_SORTED + unread


def _query(collection: Collection, request: models.QueryRequest) -> float:
    total = sum(_node(collection, node.request, node.children) for node in nodes_of(request))
    limit = min(10 if request.limit is None else request.limit, collection.segment.count)
    return total + _answer(collection, limit, request.with_payload, request.with_vector)


def _node(collection: Collection, request: Request, children: Sequence[int]) -> float:
    query = request.query
    total = _filter(collection, request.filter)
    examples = max(1, len(inputs_of(query)))
    if not children:
        scanned = _searched(collection, request)
        total += scanned * examples * _FLOAT_SCANNED
    if isinstance(query, models.OrderByQuery):
        order = query.order_by
        total += _indexed(collection, order if isinstance(order, str) else order.key)
    elif isinstance(query, models.TextQuery):
        total += _text(collection, request.using or "")
    elif isinstance(query, models.FormulaQuery):
        keys = (part for part in variables_of(query.formula) if isinstance(part, str))
        total += sum(_indexed(collection, key) for key in keys)
    return total


def _text(collection: Collection, key: str) -> float:
    path, segment = parse_path(key), collection.segment
    if path is None:
        return 0.0
    column = segment.peek(path)
    tokenizer = segment.texts.get(path, NO_TEXT_INDEX).tokenizer
    missing = segment.count if column is None else column.known.missing("words", tokenizer)
    return _indexed(collection, key) + missing * _STRING_READ["words"]


def _searched(collection: Collection, request: Request) -> int:
    """How many floats a search goes through."""
    name, segment = request.using or "", collection.segment
    store = segment.stores.get(name)
    if isinstance(store, DenseVectors):
        limit = 10 if request.limit is None else request.limit
        approach = None if request.filter else approach_of(collection, name, request.params)
        return store.effort(limit, approach)
    return store.floats if isinstance(store, MultiVectors) else segment.count


def _floats_in(store: Vectors) -> int:
    if isinstance(store, MultiVectors):
        return store.floats // max(1, store.count)
    return store.size if isinstance(store, DenseVectors) else 1


def _filter(collection: Collection, condition: models.Filter | None) -> float:
    if condition is None:
        return 0.0
    segment = collection.segment
    looks = looks_of(condition)
    hashed = segment.count * _ROW_HASHED if has_slices(condition) else 0.0
    total = segment.size * _ROW_TESTED * (1 + len(looks)) + hashed
    total += listed_in(condition) * _VALUE_LISTED
    for look in looks:
        column = segment.peek(*look.chain)
        if column is None:
            total += segment.count * _PAYLOAD_READ
        if look.view is not None:
            index = segment.texts.get(look.path, NO_TEXT_INDEX)
            missing = segment.count
            if column is not None:
                missing = column.known.missing(look.view, index.tokenizer)
            total += missing * _STRING_READ[look.view]
    return total


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
    return sum(_floats_in(store) for store in collection.segment.stores.values()) + 1


def _selector(collection: Collection, body: object) -> float:
    points: Sequence[object] | None = getattr(body, "points", None)
    condition: models.Filter | None = getattr(body, "filter", None)
    changed = len(points or ()) if condition is None else collection.segment.count
    return changed * _POINT_WRITTEN + _filter(collection, condition)
