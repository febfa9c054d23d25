"""Collections as a whole: create, change, delete, describe, list."""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import BadRequest, Conflict
from aqdrant.operations import (
    CollectionExists,
    CreateCollection,
    DeleteCollection,
    GetCollection,
    GetCollections,
    UpdateCollection,
)
from aqdrant_local.engine.sparse import SparseVectors
from aqdrant_local.graphs.builder import BUILDER
from aqdrant_local.graphs.settings import due, indexed_vectors
from aqdrant_local.indexing import described_indexes
from aqdrant_local.locks import Patience
from aqdrant_local.settings import change_settings, new_collection
from aqdrant_local.state import Collection, State

from ._table import handles

__all__ = ["check_name"]


@handles(CreateCollection)
def create_collection(state: State, operation: CreateCollection, patience: Patience) -> bool:
    """Create a collection."""
    name = operation.collection_name
    check_name(name)
    collection = new_collection(name, operation.body)
    with state.gate.exclusive(patience):
        if name in state.collections:
            raise Conflict(f"Collection `{name}` already exists!")
        if name in state.aliases:
            raise BadRequest(
                f"Can't create collection with name {name}. Alias with the same name already exists"
            )
        state.add(collection)
    return True


@handles(UpdateCollection)
def update_collection(state: State, operation: UpdateCollection, patience: Patience) -> bool:
    """Change settings of a collection."""
    collection = state.find(operation.collection_name)
    with collection.gate.exclusive(patience):
        collection.run(lambda collection: change_settings(collection, operation.body))
    return True


@handles(DeleteCollection)
def delete_collection(state: State, operation: DeleteCollection, patience: Patience) -> bool:
    """Delete a collection and its aliases; False where there is none, or only an alias."""
    collection = state.collections.get(operation.collection_name)
    if collection is None:
        return False
    with collection.gate.exclusive(patience):
        if collection.is_dropped:
            return False
        with state.gate.exclusive(patience):
            state.drop(collection)
    return True


@handles(CollectionExists)
def collection_exists(
    state: State, operation: CollectionExists, patience: Patience
) -> models.CollectionExistence:
    """Whether there is a collection of this name or alias."""
    return models.CollectionExistence(exists=state.peek(operation.collection_name) is not None)


@handles(GetCollections)
def get_collections(
    state: State, operation: GetCollections, patience: Patience
) -> models.CollectionsResponse:
    """List the collections by name."""
    names = sorted(state.collections)
    return models.CollectionsResponse(
        collections=[models.CollectionDescription(name=name) for name in names]
    )


@handles(GetCollection)
def get_collection(
    state: State, operation: GetCollection, patience: Patience
) -> models.CollectionInfo:
    """Describe a collection; counts are exact."""
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        collection.still_there()
        return models.CollectionInfo(
            status=_status(collection),
            optimizer_status=_optimizer_status(collection),
            indexed_vectors_count=_indexed_vectors(collection),
            points_count=collection.segment.count,
            segments_count=1,
            config=collection.config.model_copy(deep=True),
            payload_schema=described_indexes(collection),
            update_queue=models.UpdateQueueInfo(length=0),
        )


def _status(collection: Collection) -> models.CollectionStatus:
    """Green where nothing is left to index; grey where something is and nobody does it.

    Red after an error, as a server.
    """
    if collection.graph_failure is not None:
        return models.CollectionStatus.RED
    if BUILDER.is_busy_with(collection):
        return models.CollectionStatus.YELLOW
    is_idle = any(due(collection, name) is not None for name in collection.segment.dense)
    return models.CollectionStatus.GREY if is_idle else models.CollectionStatus.GREEN


def _optimizer_status(collection: Collection) -> models.OptimizersStatus:
    if collection.graph_failure is None:
        return models.OptimizersStatusOneOf.OK
    return models.OptimizersStatusOneOf1(error=collection.graph_failure)


def _indexed_vectors(collection: Collection) -> int:
    """How many vectors have an index: the sparse ones from the start, others in a graph."""
    stores = collection.segment.stores.values()
    sparse = sum(store.count for store in stores if isinstance(store, SparseVectors))
    return sparse + indexed_vectors(collection)


def check_name(name: str) -> None:
    """Refuse a name that no server takes.

    Raises:
        BadRequest: it is empty, too long, or none for a file.
    """
    problem = None
    if not name:
        problem = "it is empty"
    elif len(name) > 255:
        problem = f"it has {len(name)} characters, more than 255"
    elif any(char in '<>:"/\\|?*\0\x1f' for char in name) or name in (".", ".."):
        problem = "it holds characters that a file name cannot have"
    if problem is not None:
        raise BadRequest(
            f"{name[:80]!r} cannot name a collection: {problem}.",
            status_code=422,
            parameter="collection_name",
        )
