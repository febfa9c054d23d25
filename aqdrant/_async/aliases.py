"""Methods on aliases of collections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import build, checked_name

__all__ = ["AliasMethods"]


class AliasMethods(ClientCore):
    """Create, rename, delete and list aliases."""

    async def update_collection_aliases(
        self,
        change_aliases_operations: Sequence[models.AliasOperations | Mapping[str, Any]],
        timeout: float | None = None,
    ) -> bool:
        """Create, rename and delete aliases: all of them, or none.

        Raises:
            NotFound: a collection, or an alias to rename, does not exist.
        """
        body = build(
            models.ChangeAliasesOperation,
            {"actions": "change_aliases_operations"},
            actions=change_aliases_operations,
        )
        return await self._execute(ops.UpdateAliases(body), timeout)

    async def get_collection_aliases(
        self, collection_name: str
    ) -> models.CollectionsAliasesResponse:
        """List the aliases of a collection."""
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.GetCollectionAliases(name))

    async def get_aliases(self) -> models.CollectionsAliasesResponse:
        """List the aliases of all collections."""
        return await self._execute(ops.GetCollectionsAliases())
