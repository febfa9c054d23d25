"""Operations on aliases of collections."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import ChangeAliasesOperation, CollectionsAliasesResponse
from aqdrant.operations._operation import Operation

__all__ = [
    "GetCollectionAliases",
    "GetCollectionsAliases",
    "UpdateAliases",
]


class UpdateAliases(Operation[bool], frozen=True):
    """Create, rename and delete aliases, all or none."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    body: ChangeAliasesOperation


class GetCollectionAliases(Operation[CollectionsAliasesResponse], frozen=True):
    """List the aliases of a collection."""

    collection_name: str


class GetCollectionsAliases(Operation[CollectionsAliasesResponse], frozen=True):
    """List the aliases of all collections."""
