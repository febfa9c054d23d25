"""Vectors of points, and the named vectors of a collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant.operations import CreateVectorName, DeleteVectorName, DeleteVectors, UpdateVectors
from aqdrant_local import costs
from aqdrant_local.bounds import check_bounds
from aqdrant_local.encoding import encode_vectors, still_fits, unknown_vector
from aqdrant_local.engine.ids import PointId, encode_ids
from aqdrant_local.engine.writes import PointWrite
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import select_rows
from aqdrant_local.refusals import bad_request
from aqdrant_local.settings import add_dense_name, add_sparse_name, drop_name
from aqdrant_local.sharding import to_change
from aqdrant_local.state import Collection, State

from ._table import handles
from .updates import chosen_rows, existing_rows, updated

__all__ = ["prepared_delete", "prepared_update"]


@handles(UpdateVectors, cost=costs.of_vectors)
def update_vectors(
    state: State, operation: UpdateVectors, patience: Patience
) -> models.UpdateResult:
    """Set vectors of points that exist, and leave their other vectors alone."""
    name = operation.collection_name
    with state.numbering(name, patience):
        step = prepared_update(state.find(name), operation.body)
        return state.update(
            name, patience, lambda collection: updated(step(collection), operation.wait)
        )


def prepared_update(
    collection: Collection, body: models.UpdateVectors
) -> Callable[[Collection], int]:
    """An update of vectors, checked and turned into columns, ready to be applied."""
    if not len(body.points):
        raise BadRequest("The update names no points.", status_code=422, parameter="points")
    stores = collection.segment.stores
    merged: dict[PointId, dict[str, object]] = {}
    for position, point in enumerate(body.points):
        vector = point.vector
        named = vector if isinstance(vector, dict) else {"": vector}
        if not named:
            raise BadRequest(
                f"points[{position}] brings no vector.", status_code=422, parameter="vector"
            )
        merged.setdefault(cast("PointId", point.id), {}).update(named)
    ids = list(merged)
    dense, sparse = encode_vectors(stores, ids, list(merged.values()))
    keys = encode_ids(ids)

    def apply(collection: Collection) -> int:
        segment = collection.segment
        views = to_change(collection, body.shard_key)
        found = existing_rows(views, ids)
        write = PointWrite(keys, dense, sparse, [None] * len(ids))
        still_fits(segment, write)
        passed = [select_rows(view, body.update_filter) for view in views]
        number = collection.next_operation()
        for rows, selection in zip(found, passed, strict=True):
            picks = np.flatnonzero(rows >= 0)
            if selection is not None:
                picks = picks[selection.mask[rows[picks]]]
            own = write if len(picks) == len(rows) else write.take(picks)
            segment.set_vectors(rows[picks], own, number)
        return number

    return apply


@handles(DeleteVectors, cost=costs.of_change)
def delete_vectors(
    state: State, operation: DeleteVectors, patience: Patience
) -> models.UpdateResult:
    """Delete vectors by name, of points by id and of those that pass a filter."""
    name = operation.collection_name
    step = prepared_delete(operation.body)
    with state.numbering(name, patience):
        return state.update(
            name, patience, lambda collection: updated(step(collection), operation.wait)
        )


def prepared_delete(body: models.DeleteVectors) -> Callable[[Collection], int]:
    """A deletion of vectors, ready to be applied."""
    names: Sequence[str] = body.vector
    if not len(names):
        raise BadRequest("No vector names to delete.", status_code=422, parameter="vectors")
    if body.points is None and body.filter is None:
        raise bad_request("Neither points nor a filter is given.", parameter="points")

    def apply(collection: Collection) -> int:
        segment = collection.segment
        stores = segment.stores
        for name in names:
            if name not in stores:
                raise unknown_vector(name, stores)
        rows = chosen_rows(collection, body.shard_key, body.points, body.filter)
        if body.points is not None and body.filter is not None:
            rows = np.union1d(rows, chosen_rows(collection, body.shard_key, None, body.filter))
        # A server makes two operations of ids and a filter.
        is_twofold = body.points is not None and body.filter is not None
        number = collection.next_operation(2 if is_twofold else 1)
        segment.delete_vectors(rows, names, number)
        return number

    return apply


@handles(CreateVectorName)
def create_vector_name(
    state: State, operation: CreateVectorName, patience: Patience
) -> models.UpdateResult:
    """Begin a named vector that points may have from now on."""
    name, config = operation.vector_name, operation.body
    if "/" in name or not name:
        raise BadRequest(
            f"A vector cannot be named {name!r}.", status_code=422, parameter="vector_name"
        )

    def change(collection: Collection) -> models.UpdateResult:
        if isinstance(config, models.DenseVectorNameConfig):
            check_bounds(config)
            add_dense_name(collection, name, config.dense)
        else:
            add_sparse_name(collection, name, config.sparse)
        return updated(collection.next_operation(2), operation.wait)

    return state.update(operation.collection_name, patience, change)


@handles(DeleteVectorName)
def delete_vector_name(
    state: State, operation: DeleteVectorName, patience: Patience
) -> models.UpdateResult:
    """Drop a named vector and all vectors under it; nothing happens where there is none."""

    def change(collection: Collection) -> models.UpdateResult:
        number = collection.next_operation(2)
        drop_name(collection, operation.vector_name)
        return updated(number, operation.wait)

    return state.update(operation.collection_name, patience, change)
