"""Points: upsert, delete, read by id, scroll, count, batches of updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound
from aqdrant.operations import (
    BatchUpdate,
    CountPoints,
    DeletePoints,
    GetPoint,
    GetPoints,
    ScrollPoints,
    UpsertPoints,
)
from aqdrant_local import costs
from aqdrant_local.encoding import encode_batch, encode_points, still_fits
from aqdrant_local.engine.ids import PointId, encode_ids
from aqdrant_local.engine.segment import Segment
from aqdrant_local.engine.writes import PointWrite
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import select_rows
from aqdrant_local.queries.ordering import read_in_order
from aqdrant_local.records import Projection, scrolled_payload
from aqdrant_local.refusals import WrongSize, out_of_range
from aqdrant_local.sharding import chosen_shards, seen
from aqdrant_local.state import Collection, State

from . import payload, vectors
from ._table import handles
from .updates import not_empty, selector_rows, updated


@handles(UpsertPoints, cost=costs.of_upsert)
def upsert_points(state: State, operation: UpsertPoints, patience: Patience) -> models.UpdateResult:
    """Insert points, or replace those that exist."""
    name = operation.collection_name
    with state.numbering(name, patience, but=WrongSize):
        write = _encoded(state.find(name), operation.body)

        def change(collection: Collection) -> models.UpdateResult:
            number = _upsert(collection, operation.body, write)
            return updated(number, operation.wait)

        return state.update(name, patience, change)


def _encoded(collection: Collection, body: models.PointInsertOperations) -> PointWrite:
    chosen_shards(collection, body.shard_key, to_write=True)
    stores = collection.segment.stores
    if isinstance(body, models.PointsBatch):
        not_empty(body.batch.ids)
        return encode_batch(stores, body.batch)
    not_empty(body.points)
    return encode_points(stores, body.points)


def _upsert(collection: Collection, body: models.PointInsertOperations, write: PointWrite) -> int:
    still_fits(collection.segment, write)
    shards = chosen_shards(collection, body.shard_key, to_write=True)
    writes = [write]
    if collection.is_sharded:
        rest = (write.dense, write.ragged, write.payloads)
        writes = [PointWrite(write.keys.in_shard(shard), *rest) for shard in shards]
    chosen = [_chosen(collection.segment, body, one) for one in writes]
    number = collection.next_operation()
    for one in chosen:
        if len(one):
            collection.segment.upsert(one, number)
    return number


def _chosen(segment: Segment, body: models.PointInsertOperations, write: PointWrite) -> PointWrite:
    """Those points of a write that its mode and its filter let in."""
    mode = body.update_mode
    if body.update_filter is not None or mode not in (None, models.UpdateMode.UPSERT):
        rows = segment.ids.find(write.keys)
        there = rows >= 0
        keep = np.ones(len(rows), dtype=np.bool_)
        if mode == models.UpdateMode.INSERT_ONLY:
            keep = ~there
        elif mode == models.UpdateMode.UPDATE_ONLY:
            keep = there.copy()
        passed = select_rows(segment, body.update_filter)
        if passed is not None:
            keep[there] &= passed.mask[rows[there]]
        write = write.take(np.flatnonzero(keep))
    return write


@handles(DeletePoints, cost=costs.of_change)
def delete_points(state: State, operation: DeletePoints, patience: Patience) -> models.UpdateResult:
    """Delete points by id, those that exist, or by filter."""

    def change(collection: Collection) -> models.UpdateResult:
        return updated(_delete(collection, operation.body), operation.wait)

    return state.update(operation.collection_name, patience, change)


def _delete(collection: Collection, selector: models.PointsSelector) -> int:
    rows = selector_rows(collection, selector)
    number = collection.next_operation()
    collection.segment.remove(rows)
    return number


@handles(GetPoint)
def get_point(state: State, operation: GetPoint, patience: Patience) -> models.Record:
    """Read one point with its payload and all vectors."""
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        segment = seen(collection.still_there(), None).segment
        row = segment.ids.find_one(cast("PointId", operation.id))
        if row < 0:
            raise NotFound(f"Point with id {operation.id} does not exist!")
        return Projection(segment, True, True).records(np.array([row], dtype=np.intp))[0]


@handles(GetPoints, cost=costs.of_retrieve)
def get_points(state: State, operation: GetPoints, patience: Patience) -> list[models.Record]:
    """Read points by id, in the order of the ids; each once, missing ones left out."""
    body = operation.body
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        segment = seen(collection.still_there(), body.shard_key).segment
        projection = Projection(segment, body.with_payload, body.with_vector)
        ids = list(dict.fromkeys(cast("Sequence[PointId]", body.ids)))
        rows = segment.ids.find(encode_ids(ids))
        return projection.records(rows[rows >= 0])


@handles(ScrollPoints, cost=costs.of_scroll)
def scroll_points(state: State, operation: ScrollPoints, patience: Patience) -> models.ScrollResult:
    """Read points in the order of their ids, page by page, or first in that of a payload key."""
    body = operation.body
    limit = 10 if body.limit is None else body.limit
    if limit < 1:
        raise out_of_range("limit", limit, 1)
    if body.order_by is not None and body.offset is not None:
        raise BadRequest(
            "Cannot use an `offset` when using `order_by`.",
            parameter="offset",
            fix="Page by order_by.start_from and a filter that leaves out the ids seen already.",
        )
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        view = seen(collection.still_there(), body.shard_key)
        segment = view.segment
        projection = Projection(segment, scrolled_payload(body), body.with_vector)
        selection = select_rows(segment, body.filter)
        if body.order_by is not None:
            found = read_in_order(view, body.order_by, selection, limit)
            records = projection.records(found.rows)
            for record, value in zip(records, found.values, strict=True):
                record.order_value = value
            return models.ScrollResult(points=records)
        start = cast("PointId | None", body.offset)
        if selection is None:
            order = segment.ids.order()
            first = 0 if start is None else segment.ids.position(start)
            rows = order[first : first + limit + 1]
        else:
            rows = segment.ids.first(selection, start, limit + 1)
        following = segment.ids.ids(rows[limit:])
        return models.ScrollResult(
            points=projection.records(rows[:limit]),
            next_page_offset=following[0] if following else None,
        )


@handles(CountPoints, cost=costs.of_count)
def count_points(state: State, operation: CountPoints, patience: Patience) -> models.CountResult:
    """Count points, always exactly."""
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        segment = seen(collection.still_there(), operation.body.shard_key, newest=False).segment
        selection = select_rows(segment, operation.body.filter)
        return models.CountResult(count=segment.count if selection is None else len(selection))


@handles(BatchUpdate, cost=costs.of_batch)
def batch_update(
    state: State, operation: BatchUpdate, patience: Patience
) -> list[models.UpdateResult]:
    """Run updates in order, with no other update between them.

    Points and vectors of all of them are checked before the first is run.
    """
    name = operation.collection_name
    with state.numbering(name, patience):
        collection = state.find(name)
        steps = [_prepared(collection, update) for update in operation.body.operations]
        with collection.gate.exclusive(patience):
            return collection.run(
                lambda collection: [updated(step(collection), operation.wait) for step in steps],
                whole=True,
            )


def _prepared(
    collection: Collection, update: models.UpdateOperation
) -> Callable[[Collection], int]:
    """One update of a batch, its points turned into columns, ready to be applied."""
    if isinstance(update, models.UpsertOperation):
        body = update.upsert
        write = _encoded(collection, body)
        return lambda collection: _upsert(collection, body, write)
    if isinstance(update, models.DeleteOperation):
        selector = update.delete
        return lambda collection: _delete(collection, selector)
    if isinstance(update, models.UpdateVectorsOperation):
        return vectors.prepared_update(collection, update.update_vectors)
    if isinstance(update, models.DeleteVectorsOperation):
        return vectors.prepared_delete(update.delete_vectors)
    return payload.prepared(cast("Any", update))
