# Generated from _async/uploads.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.uploads`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aqdrant import models
from aqdrant._async.shaping import FilterLike, Ids
from aqdrant._async.uploads import Progress, Vectors
from aqdrant._sync.core import ClientCore

__all__ = ["UploadMethods"]


class UploadMethods(ClientCore):
    """Upload points from iterables and arrays of any size."""

    def upload_points(
        self,
        collection_name: str,
        points: Iterable[models.PointStruct | Mapping[str, Any]],
        batch_size: int = 64,
        parallel: int = 1,
        method: str | None = None,
        max_retries: int = 3,
        wait: bool = False,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> None:
        """Upsert points batch by batch; memory holds one batch at a time.

        Args:
            collection_name: the collection.
            points: any iterable of points, as models or dicts; a generator is read as it goes.
            batch_size: points in a batch.
            parallel: accepted for compatibility: batches go one after the other.
            method: accepted for compatibility: no process is started.
            max_retries: accepted for compatibility.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            on_progress: called after each batch with the number of points written so far.

        Raises:
            ArgumentError: a point is wrong; the batches before its own are written.
        """
        self._drive(
            self._async.upload_points(
                collection_name,
                points,
                batch_size,
                parallel,
                method,
                max_retries,
                wait,
                shard_key_selector,
                update_filter,
                update_mode,
                on_progress=on_progress,
            )
        )

    def upload_collection(
        self,
        collection_name: str,
        vectors: Vectors,
        payload: Iterable[Mapping[str, Any] | None] | None = None,
        ids: Ids | None = None,
        batch_size: int = 64,
        parallel: int = 1,
        method: str | None = None,
        max_retries: int = 3,
        wait: bool = False,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> None:
        """Upsert columns batch by batch: vectors, payloads and ids, each in its own iterable.

        Args:
            collection_name: the collection.
            vectors: an array ``(n, d)``, a dict of arrays ``(n, d)`` by vector name, or any
                iterable of vectors. Arrays are cut, never copied into lists.
            payload: one payload for each vector; none by default.
            ids: one id for each vector; random UUIDs by default.
            batch_size: points in a batch.
            parallel: accepted for compatibility: batches go one after the other.
            method: accepted for compatibility: no process is started.
            max_retries: accepted for compatibility.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            on_progress: called after each batch with the number of points written so far.

        Raises:
            ArgumentError: ids or payloads end before the vectors, or a value is wrong; the batches
                before that are written.
        """
        self._drive(
            self._async.upload_collection(
                collection_name,
                vectors,
                payload,
                ids,
                batch_size,
                parallel,
                method,
                max_retries,
                wait,
                shard_key_selector,
                update_filter,
                update_mode,
                on_progress=on_progress,
            )
        )
