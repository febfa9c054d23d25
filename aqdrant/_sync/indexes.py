# Generated from _async/indexes.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.indexes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant._sync.core import ClientCore

__all__ = ["IndexMethods"]


class IndexMethods(ClientCore):
    """Create and delete payload indexes."""

    def create_payload_index(
        self,
        collection_name: str,
        field_name: str,
        field_schema: models.PayloadFieldSchema | Mapping[str, Any] | str | None = None,
        field_type: models.PayloadFieldSchema | Mapping[str, Any] | str | None = None,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Index a key of the payload.

        Args:
            collection_name: the collection.
            field_name: the key, or a path such as ``"a.b[].c"``.
            field_schema: type of the values, or that type's parameters.
            field_type: deprecated name of `field_schema`.
            wait: return when the index is built, not when it was accepted.
            ordering: which replica may take the write.
            timeout: seconds for the whole call.
        """
        return self._drive(
            self._async.create_payload_index(
                collection_name, field_name, field_schema, field_type, wait, ordering, timeout
            )
        )

    def delete_payload_index(
        self,
        collection_name: str,
        field_name: str,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Drop the index of a key; the payloads stay."""
        return self._drive(
            self._async.delete_payload_index(collection_name, field_name, wait, ordering, timeout)
        )
