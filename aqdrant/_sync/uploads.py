# Generated from _async/uploads.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.uploads`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aqdrant import models
from aqdrant._async.shaping import FilterLike, Ids
from aqdrant._async.uploads import OnProgress
from aqdrant._sync.core import ClientCore
from aqdrant.uploads.given import PointsSource, VectorsSource
from aqdrant.uploads.report import UploadResult

__all__ = ["UploadMethods"]


class UploadMethods(ClientCore):
    """Upload points from iterables, arrays and tables of any size."""

    def upload_points(
        self,
        collection_name: str,
        points: PointsSource,
        batch_size: int = 64,
        parallel: int = 1,
        method: str | None = None,
        max_retries: int = 3,
        wait: bool = False,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        *,
        start: int = 0,
        max_failures: int = 100,
        raise_failures: bool = True,
        on_progress: OnProgress | None = None,
        result: UploadResult | None = None,
        timeout: float | None = None,
    ) -> UploadResult:
        """Upsert points batch by batch; memory holds the batches that are under way.

        Each point is checked against the collection's vectors before it is sent. Where a server
        refuses a batch, it is halved until the wrong points are alone; all others are written.

        Args:
            collection_name: the collection.
            points: points as models or dicts in any iterable, an asynchronous one too, or a table
                of pandas, polars or pyarrow: its column ``id`` has the ids, ``vector``, or columns
                named as the collection's vectors, have those, the others are payload.
            batch_size: points in a batch, at most; a batch has 24 MiB at most, too. The engine in
                this process takes 1024 at once where fewer are named.
            parallel: batches under way at once; 0 for one a core. With one, points are written in
                their order.
            method: accepted for compatibility: no process is started.
            max_retries: how often a batch is sent once more after a passing fault, in place of the
                client's own ``retries``. A rate limit (429) does not count: it holds up all batches
                for as long as the server says.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            start: points to leave out at the beginning, as the `checkpoint` of an earlier result.
            max_failures: points that may be refused before the upload stops.
            raise_failures: raise `UploadFailed` in the end if points were refused; otherwise they
                are in the result alone.
            on_progress: called with the result so far after each batch, and awaited where it is a
                coroutine; what it raises ends the upload. `aqdrant.uploads.TqdmBar()` and
                `RichBar()` are such functions.
            result: an account of your own to write to; it is exact also where this is cancelled.
                That of an earlier upload goes on counting.
            timeout: seconds for each attempt to send a batch.

        Returns:
            The account: points, batches, retries, bytes, seconds, failures.

        Raises:
            NotFound: there is no such collection; nothing was sent.
            UploadFailed: points were refused; its `result` lists them.
            AqdrantError: what ended the upload early; a note says what is written.
        """
        return self._run(
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
                start=start,
                max_failures=max_failures,
                raise_failures=raise_failures,
                on_progress=on_progress,
                result=result,
                timeout=timeout,
            )
        )

    def upload_collection(
        self,
        collection_name: str,
        vectors: VectorsSource,
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
        start: int = 0,
        max_failures: int = 100,
        raise_failures: bool = True,
        on_progress: OnProgress | None = None,
        result: UploadResult | None = None,
        timeout: float | None = None,
    ) -> UploadResult:
        """Upsert columns batch by batch: vectors, payloads and ids, each in its own iterable.

        Args:
            collection_name: the collection.
            vectors: an array ``(n, d)``, a memmap too, a dict of arrays ``(n, d)`` by vector name,
                or any iterable of vectors, an asynchronous one too. Arrays are cut, never copied
                into lists.
            payload: one payload for each vector; none by default.
            ids: one id for each vector; random UUIDs by default.
            batch_size: as in `upload_points`, like all that follow.
            parallel: batches under way at once.
            method: accepted for compatibility: no process is started.
            max_retries: how often a batch is sent once more after a passing fault.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            start: vectors to leave out at the beginning.
            max_failures: points that may be refused before the upload stops.
            raise_failures: raise `UploadFailed` in the end if points were refused.
            on_progress: called with the result so far after each batch.
            result: an account of your own to write to.
            timeout: seconds for each attempt to send a batch.

        Returns:
            The account, as `upload_points` gives it.

        Raises:
            ArgumentError: an array does not fit the collection, and nothing was sent; or ids or
                payloads end before the vectors, and the batches before that are written.
        """
        return self._run(
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
                start=start,
                max_failures=max_failures,
                raise_failures=raise_failures,
                on_progress=on_progress,
                result=result,
                timeout=timeout,
            )
        )
