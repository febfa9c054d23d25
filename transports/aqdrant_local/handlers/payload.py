"""Payload of points: set, overwrite, delete keys, clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from aqdrant import models
from aqdrant.operations import ClearPayload, DeletePayload, OverwritePayload, SetPayload
from aqdrant_local import costs
from aqdrant_local.encoding import encode_payload
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.paths import Path, delete_at, set_at
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import path_of
from aqdrant_local.records import decode_payload
from aqdrant_local.state import Collection, State

from ._table import handles
from .updates import chosen_rows, selector_rows, updated

__all__ = ["prepared"]

Step: TypeAlias = Callable[[Collection], int]
Rewrite: TypeAlias = Callable[[dict[str, Any] | None], dict[str, Any] | None]
PayloadUpdate: TypeAlias = (
    models.SetPayloadOperation
    | models.OverwritePayloadOperation
    | models.DeletePayloadOperation
    | models.ClearPayloadOperation
)


@handles(SetPayload, cost=costs.of_change)
def set_payload(state: State, operation: SetPayload, patience: Patience) -> models.UpdateResult:
    """Set keys of the payload, at its root or below a key, and leave the others alone."""
    return _run(state, operation, _set(operation.body), patience)


@handles(OverwritePayload, cost=costs.of_change)
def overwrite_payload(
    state: State, operation: OverwritePayload, patience: Patience
) -> models.UpdateResult:
    """Replace the whole payload."""
    return _run(state, operation, _overwrite(operation.body), patience)


@handles(DeletePayload, cost=costs.of_change)
def delete_payload(
    state: State, operation: DeletePayload, patience: Patience
) -> models.UpdateResult:
    """Delete keys of the payload."""
    return _run(state, operation, _delete(operation.body), patience)


@handles(ClearPayload, cost=costs.of_change)
def clear_payload(state: State, operation: ClearPayload, patience: Patience) -> models.UpdateResult:
    """Delete the whole payload."""
    return _run(state, operation, _clear(operation.body), patience)


def prepared(update: PayloadUpdate) -> Step:
    """An update of payload that stands in a batch, ready to be applied."""
    if isinstance(update, models.SetPayloadOperation):
        return _set(update.set_payload)
    if isinstance(update, models.OverwritePayloadOperation):
        return _overwrite(update.overwrite_payload)
    if isinstance(update, models.DeletePayloadOperation):
        return _delete(update.delete_payload)
    return _clear(update.clear_payload)


def _run(state: State, operation: Any, step: Step, patience: Patience) -> models.UpdateResult:
    name = operation.collection_name
    with state.numbering(name, patience):
        return state.update(
            name, patience, lambda collection: updated(step(collection), operation.wait)
        )


def _set(body: models.SetPayload) -> Step:
    path: Path = () if body.key is None else path_of(body.key)

    def write(payload: dict[str, Any] | None) -> dict[str, Any]:
        if payload is None and not path:
            # What was cleared takes all that is set, nulls too; elsewhere a null deletes its key.
            return dict(body.payload)
        return set_at({} if payload is None else payload, path, body.payload)

    return lambda collection: _rewrite(collection, _set_rows(collection, body), write)


def _overwrite(body: models.SetPayload) -> Step:
    blob = encode_payload(body.payload, "?")

    def apply(collection: Collection) -> int:
        rows = _set_rows(collection, body)
        number = collection.next_operation()
        collection.segment.set_payloads(rows, [blob] * len(rows), number)
        return number

    return apply


def _delete(body: models.DeletePayload) -> Step:
    paths = [path_of(key) for key in body.keys]

    def write(payload: dict[str, Any] | None) -> dict[str, Any] | None:
        for path in paths if payload else ():
            delete_at(payload, path)
        return payload

    def apply(collection: Collection) -> int:
        rows = chosen_rows(collection, body.shard_key, body.points, body.filter)
        return _rewrite(collection, rows, write)

    return apply


def _clear(selector: models.PointsSelector) -> Step:

    def apply(collection: Collection) -> int:
        segment = collection.segment
        if isinstance(selector, models.FilterSelector):
            rows = selector_rows(collection, selector)
        else:
            rows = chosen_rows(collection, selector.shard_key, selector.points, None)
        number = collection.next_operation()
        segment.set_payloads(rows, [None] * len(rows), number)
        return number

    return apply


def _set_rows(collection: Collection, body: models.SetPayload) -> Rows:
    # Where both are given, a server goes by the points.
    condition = body.filter if body.points is None else None
    return chosen_rows(collection, body.shard_key, body.points, condition)


def _rewrite(collection: Collection, rows: Rows, write: Rewrite) -> int:
    """Decode, change and encode the payloads of these rows; store them once all are encoded."""
    segment = collection.segment
    blobs: list[bytes | None] = []
    numbers: list[int] = rows.tolist()
    for row, point_id in zip(numbers, segment.ids.ids(rows), strict=True):
        blob = segment.payloads[row]
        payload = write(None if blob is None else decode_payload(blob))
        blobs.append(None if payload is None else encode_payload(payload, point_id))
    number = collection.next_operation()
    segment.set_payloads(np.asarray(rows), blobs, number)
    return number
