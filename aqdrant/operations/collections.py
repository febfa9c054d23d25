"""Operations on collections as a whole."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import (
    CollectionExistence,
    CollectionInfo,
    CollectionsResponse,
    OptimizationsResponse,
)
from aqdrant.models import CreateCollection as CreateCollectionBody
from aqdrant.models import UpdateCollection as UpdateCollectionBody
from aqdrant.operations._operation import Operation

__all__ = [
    "CollectionExists",
    "CreateCollection",
    "DeleteCollection",
    "GetCollection",
    "GetCollections",
    "GetOptimizations",
    "UpdateCollection",
]


class GetCollections(Operation[CollectionsResponse], frozen=True):
    """List the collections."""


class GetCollection(Operation[CollectionInfo], frozen=True):
    """Read state and configuration of a collection."""

    collection_name: str


class CollectionExists(Operation[CollectionExistence], frozen=True):
    """Ask whether a collection exists."""

    collection_name: str


class CreateCollection(Operation[bool], frozen=True):
    """Create a collection."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: CreateCollectionBody


class UpdateCollection(Operation[bool], frozen=True):
    """Change the configuration of a collection."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: UpdateCollectionBody


class DeleteCollection(Operation[bool], frozen=True):
    """Delete a collection; False when there was none."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str


class GetOptimizations(Operation[OptimizationsResponse], frozen=True):
    """Read what the optimizers do. `with_` names what else to list, comma-separated."""

    collection_name: str
    with_: str | None = None
    completed_limit: int | None = None
