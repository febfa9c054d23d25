"""Methods on the payload of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import SelectorLike, checked_name, flag, optional, read, selector

__all__ = ["PayloadMethods"]


class PayloadMethods(ClientCore):
    """Set, overwrite, delete and clear payloads."""

    async def set_payload(
        self,
        collection_name: str,
        payload: Mapping[str, Any],
        points: SelectorLike,
        key: str | None = None,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Set keys of the payload; its other keys stay.

        Args:
            collection_name: the collection.
            payload: what JSON can carry; datetimes, UUIDs, enums and numpy values are converted.
            points: ids, a filter, or either selector.
            key: path in the payload under which to set the keys, in place of its root.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            timeout: seconds for the whole call.
        """
        operation = ops.SetPayload(
            checked_name(collection_name, "collection_name"),
            _set_body(payload, points, shard_key_selector, key),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def overwrite_payload(
        self,
        collection_name: str,
        payload: Mapping[str, Any],
        points: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Replace the whole payload of points; the arguments are those of `set_payload`."""
        operation = ops.OverwritePayload(
            checked_name(collection_name, "collection_name"),
            _set_body(payload, points, shard_key_selector, None),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def delete_payload(
        self,
        collection_name: str,
        keys: Sequence[str],
        points: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete keys of the payload.

        Args:
            collection_name: the collection.
            keys: keys, or paths such as ``"a.b[0].c"``.
            points: ids, a filter, or either selector.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            timeout: seconds for the whole call.
        """
        chosen = selector(points, "points", shard_key_selector)
        body = models.DeletePayload(
            keys=read(keys, list[str], "keys"),
            points=chosen.points if isinstance(chosen, models.PointIdsList) else None,
            filter=chosen.filter if isinstance(chosen, models.FilterSelector) else None,
            shard_key=chosen.shard_key,
        )
        operation = ops.DeletePayload(
            checked_name(collection_name, "collection_name"),
            body,
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def clear_payload(
        self,
        collection_name: str,
        points_selector: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete the whole payload of points."""
        operation = ops.ClearPayload(
            checked_name(collection_name, "collection_name"),
            selector(points_selector, "points_selector", shard_key_selector),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)


def _set_body(payload: Any, points: Any, shard_key: Any, key: Any) -> models.SetPayload:
    chosen = selector(points, "points", shard_key)
    return models.SetPayload(
        payload=read(payload, models.Payload, "payload"),
        points=chosen.points if isinstance(chosen, models.PointIdsList) else None,
        filter=chosen.filter if isinstance(chosen, models.FilterSelector) else None,
        shard_key=chosen.shard_key,
        key=optional(key, str, "key"),
    )
