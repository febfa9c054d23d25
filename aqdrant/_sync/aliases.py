# Generated from _async/aliases.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.aliases`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._sync.core import ClientCore

__all__ = ["AliasMethods"]


class AliasMethods(ClientCore):
    """Create, rename, delete and list aliases."""

    def update_collection_aliases(
        self,
        change_aliases_operations: Sequence[models.AliasOperations | Mapping[str, Any]],
        timeout: float | None = None,
    ) -> bool:
        """Create, rename and delete aliases: all of them, or none.

        Raises:
            NotFound: a collection, or an alias to rename, does not exist.
        """
        return self._drive(
            self._async.update_collection_aliases(change_aliases_operations, timeout)
        )

    def get_collection_aliases(self, collection_name: str) -> models.CollectionsAliasesResponse:
        """List the aliases of a collection."""
        return self._drive(self._async.get_collection_aliases(collection_name))

    def get_aliases(self) -> models.CollectionsAliasesResponse:
        """List the aliases of all collections."""
        return self._drive(self._async.get_aliases())
