"""Payload indexes.

Columns are built for any key that is filtered on; an index builds them ahead and is on record.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.operations import CreateFieldIndex, DeleteFieldIndex
from aqdrant_local import costs
from aqdrant_local.indexing import add_index, check_schema, drop_index, prepare_index
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import path_of
from aqdrant_local.refusals import bad_request
from aqdrant_local.state import Collection, State

from ._table import handles
from .updates import updated


@handles(CreateFieldIndex, cost=costs.of_index)
def create_field_index(
    state: State, operation: CreateFieldIndex, patience: Patience
) -> models.UpdateResult:
    """Record an index, in place of one of another type, and build its column."""
    body = operation.body.model_copy(deep=True)  # the caller may change its own later
    name, schema = body.field_name, body.field_schema
    path = path_of(name)
    if schema is None:
        raise bad_request("The index has no schema.", parameter="field_schema")
    check_schema(path, schema)

    def change(collection: Collection) -> models.UpdateResult:
        number = collection.next_operation(2)
        add_index(collection, name, schema)
        prepare_index(collection, name)
        return updated(number, operation.wait)

    return state.update(operation.collection_name, patience, change)


@handles(DeleteFieldIndex)
def delete_field_index(
    state: State, operation: DeleteFieldIndex, patience: Patience
) -> models.UpdateResult:
    """Drop an index; nothing happens where there is none."""

    def change(collection: Collection) -> models.UpdateResult:
        number = collection.next_operation(2)
        drop_index(collection, operation.field_name)
        return updated(number, operation.wait)

    return state.update(operation.collection_name, patience, change)
