# Generated from _async/payload.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.payload`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._async.shaping import SelectorLike
from aqdrant._sync.core import ClientCore

__all__ = ["PayloadMethods"]


class PayloadMethods(ClientCore):
    """Set, overwrite, delete and clear payloads."""

    def set_payload(
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
        return self._drive(
            self._async.set_payload(
                collection_name, payload, points, key, wait, ordering, shard_key_selector, timeout
            )
        )

    def overwrite_payload(
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
        return self._drive(
            self._async.overwrite_payload(
                collection_name, payload, points, wait, ordering, shard_key_selector, timeout
            )
        )

    def delete_payload(
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
        return self._drive(
            self._async.delete_payload(
                collection_name, keys, points, wait, ordering, shard_key_selector, timeout
            )
        )

    def clear_payload(
        self,
        collection_name: str,
        points_selector: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete the whole payload of points."""
        return self._drive(
            self._async.clear_payload(
                collection_name, points_selector, wait, ordering, shard_key_selector, timeout
            )
        )
