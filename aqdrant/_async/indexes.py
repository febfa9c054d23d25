"""Methods on payload indexes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.notices import warn
from aqdrant._async.shaping import build, checked_name, flag, optional

__all__ = ["IndexMethods"]


class IndexMethods(ClientCore):
    """Create and delete payload indexes."""

    async def create_payload_index(
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
        if field_type is not None:
            warn("field_type is now field_schema.", DeprecationWarning)
        is_old_name = field_schema is None and field_type is not None
        body = build(
            models.CreateFieldIndex,
            {"field_schema": "field_type"} if is_old_name else {},
            field_name=checked_name(field_name, "field_name"),
            field_schema=field_type if is_old_name else field_schema,
        )
        operation = ops.CreateFieldIndex(
            checked_name(collection_name, "collection_name"),
            body,
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def delete_payload_index(
        self,
        collection_name: str,
        field_name: str,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Drop the index of a key; the payloads stay."""
        operation = ops.DeleteFieldIndex(
            checked_name(collection_name, "collection_name"),
            checked_name(field_name, "field_name"),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)
