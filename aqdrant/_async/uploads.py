"""Methods that write many points, in batches."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import FilterLike, Ids, at_least, build, checked_name, flag
from aqdrant._portal import on_loop
from aqdrant.exceptions import ArgumentError, Forbidden, UnsupportedOperation
from aqdrant.models._scalars import kind_of
from aqdrant.transport import Encoded
from aqdrant.uploads.bars import check_progress
from aqdrant.uploads.cutting import Refuse
from aqdrant.uploads.fitting import ANY_FIT, Fit
from aqdrant.uploads.given import (
    PointsSource,
    VectorsSource,
    check_columns,
    check_points,
    length_of,
)
from aqdrant.uploads.packing import load
from aqdrant.uploads.pieces import Piece
from aqdrant.uploads.report import UploadResult
from aqdrant.uploads.running import Run, Settings
from aqdrant.uploads.sources import column_pieces, point_pieces

__all__ = ["UploadMethods"]

OnProgress: TypeAlias = Callable[[UploadResult], object]
Pieces: TypeAlias = Callable[[Fit, int, int, Refuse], AsyncGenerator[Piece]]

_NAMES = {"shard_key": "shard_key_selector"}
_IN_PROCESS = 1024
"""Points that the engine in this process takes at once, at least."""


class UploadMethods(ClientCore):
    """Upload points from iterables, arrays and tables of any size."""

    @on_loop
    async def upload_points(
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

        def pieces(fit: Fit, size: int, first: int, refuse: Refuse) -> AsyncGenerator[Piece]:
            return point_pieces(points, fit, size, first, refuse)

        check_points(points)
        rest = self._rest(shard_key_selector, update_filter, update_mode)
        settings = _settings(parallel, max_retries, max_failures, on_progress)
        account = _account(result, length_of(points), at_least(0, start, "start"))
        return await self._upload(
            collection_name,
            pieces,
            batch_size,
            rest,
            settings,
            account,
            wait,
            raise_failures,
            timeout,
        )

    @on_loop
    async def upload_collection(
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

        def pieces(fit: Fit, size: int, first: int, refuse: Refuse) -> AsyncGenerator[Piece]:
            return column_pieces(vectors, payload, ids, fit, size, first, refuse)

        check_columns(vectors, payload, ids)
        rest = self._rest(shard_key_selector, update_filter, update_mode)
        settings = _settings(parallel, max_retries, max_failures, on_progress)
        account = _account(result, length_of(vectors), at_least(0, start, "start"))
        return await self._upload(
            collection_name,
            pieces,
            batch_size,
            rest,
            settings,
            account,
            wait,
            raise_failures,
            timeout,
        )

    def _rest(self, shard_key: Any, update_filter: Any, update_mode: Any) -> models.PointsList:
        return build(
            models.PointsList,
            _NAMES,
            points=(),
            shard_key=shard_key,
            update_filter=update_filter,
            update_mode=update_mode,
        )

    async def _upload(
        self,
        collection_name: str,
        pieces: Pieces,
        batch_size: int,
        rest: models.PointsList,
        settings: Settings,
        account: UploadResult,
        wait: bool,
        raise_failures: bool,
        timeout: float | None,
    ) -> UploadResult:
        name = checked_name(collection_name, "collection_name")
        wait = flag(wait, "wait")
        raise_failures = flag(raise_failures, "raise_failures")
        size = at_least(1, batch_size, "batch_size")
        if self._given_transport is None and self._config.scheme in ("memory", "file"):
            size = max(size, _IN_PROCESS)

        def request(piece: Piece) -> ops.UpsertPoints:
            return ops.UpsertPoints(name, piece.body(rest), wait=wait)

        def prepare(operation: ops.UpsertPoints) -> Awaitable[Encoded | None]:
            return self._prepare(operation, timeout)

        def send(
            operation: ops.UpsertPoints, encoded: Encoded | None
        ) -> Awaitable[models.UpdateResult]:
            # The upload itself tries again: it counts, and a rate limit is one for all batches.
            return self._execute(operation, timeout, retries=0, encoded=encoded)

        run = Run(request, prepare, send, settings, account)
        await load()
        fit = await self._fit(name, timeout)
        await run.finish(pieces(fit, size, account.checkpoint, run.refuse))
        if raise_failures:
            run.raise_failures()
        return account

    async def _fit(self, name: str, timeout: float | None) -> Fit:
        """What the collection takes; who may not, or cannot, ask that may write all the same."""
        try:
            info = await self._execute(ops.GetCollection(name), timeout)
        except (Forbidden, UnsupportedOperation):
            return ANY_FIT
        return Fit(info.config.params)


def _settings(
    parallel: int, max_retries: int, max_failures: int, on_progress: OnProgress | None
) -> Settings:
    check_progress(on_progress)
    return Settings(
        in_flight=at_least(0, parallel, "parallel") or os.cpu_count() or 1,
        max_retries=at_least(0, max_retries, "max_retries"),
        max_failures=at_least(0, max_failures, "max_failures"),
        on_progress=on_progress,
    )


def _account(given: Any, total: int | None, start: int) -> UploadResult:
    if not isinstance(given, UploadResult | None):
        raise ArgumentError(
            f"result: {kind_of(given)}, wanted an UploadResult.", parameter="result"
        )
    account = UploadResult() if given is None else given
    # What an earlier upload left on its way is no longer told of: it comes again.
    account.checkpoint, account.unanswered = start, 0
    account.total, account.is_finished = total, False
    return account
