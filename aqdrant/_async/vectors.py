"""Methods on the vectors of points, and on the named vectors of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import (
    FilterLike,
    SelectorLike,
    build,
    checked_name,
    flag,
    optional,
    read,
    read_in_turns,
    selector,
)

__all__ = ["VectorMethods"]

_UPDATE = {"shard_key": "shard_key_selector"}


class VectorMethods(ClientCore):
    """Set and delete vectors; add and drop named vectors."""

    async def update_vectors(
        self,
        collection_name: str,
        points: Iterable[models.PointVectors | Mapping[str, Any]],
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Set vectors of points; payloads and the points' other vectors stay.

        Args:
            collection_name: the collection.
            points: ids with their vectors, as models or dicts.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            update_filter: change only points that this filter matches.
            timeout: seconds for the whole call.

        Raises:
            NotFound: one of the points does not exist. Nothing was changed.
        """
        body = build(
            models.UpdateVectors,
            _UPDATE,
            points=(),
            shard_key=shard_key_selector,
            update_filter=update_filter,
        )
        body.points = await read_in_turns(points, models.PointVectors, "points", self._pause)
        operation = ops.UpdateVectors(
            checked_name(collection_name, "collection_name"),
            body,
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def delete_vectors(
        self,
        collection_name: str,
        vectors: Sequence[str],
        points: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete vectors of points by name; the points stay.

        Args:
            collection_name: the collection.
            vectors: names of the vectors; the unnamed one is ``""``.
            points: ids, a filter, or either selector.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            timeout: seconds for the whole call.
        """
        chosen = selector(points, "points", shard_key_selector)
        body = models.DeleteVectors(
            vector=read(vectors, list[str], "vectors"),
            points=chosen.points if isinstance(chosen, models.PointIdsList) else None,
            filter=chosen.filter if isinstance(chosen, models.FilterSelector) else None,
            shard_key=chosen.shard_key,
        )
        operation = ops.DeleteVectors(
            checked_name(collection_name, "collection_name"),
            body,
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def create_vector_name(
        self,
        collection_name: str,
        vector_name: str,
        vector_name_config: models.VectorNameConfig | Mapping[str, Any],
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Add a named vector to a collection; its points have none of it yet."""
        operation = ops.CreateVectorName(
            checked_name(collection_name, "collection_name"),
            checked_name(vector_name, "vector_name"),
            read(vector_name_config, models.VectorNameConfig, "vector_name_config"),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def delete_vector_name(
        self,
        collection_name: str,
        vector_name: str,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Drop a named vector from a collection, for all its points."""
        operation = ops.DeleteVectorName(
            checked_name(collection_name, "collection_name"),
            checked_name(vector_name, "vector_name"),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)
