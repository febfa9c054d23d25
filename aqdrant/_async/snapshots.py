"""Methods on snapshots of collections, of shards and of the whole storage."""

from __future__ import annotations

import inspect
import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Any, TypeAlias, cast

import anyio

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import at_least, build, checked_name, flag, optional
from aqdrant._portal import in_caller, on_loop
from aqdrant.exceptions import ArgumentError, TransportError
from aqdrant.models._scalars import kind_of
from aqdrant.transport import ByteStream

__all__ = ["SnapshotMethods"]

FilePath: TypeAlias = str | os.PathLike[str]
Content: TypeAlias = FilePath | bytes | AsyncIterable[bytes]
Progress: TypeAlias = Callable[[int, int | None], object]

_CHUNK = 1 << 20


class SnapshotMethods(ClientCore):
    """Take, list, delete, download, upload and recover snapshots."""

    async def list_snapshots(self, collection_name: str) -> list[models.SnapshotDescription]:
        """List the snapshots of a collection."""
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.ListSnapshots(name))

    async def create_snapshot(
        self, collection_name: str, wait: bool = True
    ) -> models.SnapshotDescription | None:
        """Take a snapshot of a collection.

        Args:
            collection_name: the collection.
            wait: return when it is taken, not when it was accepted.

        Returns:
            Its description; None when not waited for.
        """
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.CreateSnapshot(name, wait=flag(wait, "wait")))

    async def delete_snapshot(
        self, collection_name: str, snapshot_name: str, wait: bool = True
    ) -> bool | None:
        """Delete a snapshot of a collection."""
        operation = ops.DeleteSnapshot(
            checked_name(collection_name, "collection_name"),
            checked_name(snapshot_name, "snapshot_name"),
            wait=flag(wait, "wait"),
        )
        return await self._execute(operation)

    async def list_full_snapshots(self) -> list[models.SnapshotDescription]:
        """List the snapshots of the whole storage."""
        return await self._execute(ops.ListFullSnapshots())

    async def create_full_snapshot(self, wait: bool = True) -> models.SnapshotDescription | None:
        """Take a snapshot of the whole storage."""
        return await self._execute(ops.CreateFullSnapshot(wait=flag(wait, "wait")))

    async def delete_full_snapshot(self, snapshot_name: str, wait: bool = True) -> bool | None:
        """Delete a snapshot of the whole storage."""
        name = checked_name(snapshot_name, "snapshot_name")
        return await self._execute(ops.DeleteFullSnapshot(name, wait=flag(wait, "wait")))

    async def recover_snapshot(
        self,
        collection_name: str,
        location: str,
        api_key: str | None = None,
        checksum: str | None = None,
        priority: models.SnapshotPriority | str | None = None,
        wait: bool = True,
    ) -> bool | None:
        """Restore a collection from a snapshot that the server can reach.

        Args:
            collection_name: the collection; it is made if it does not exist.
            location: ``http(s)://`` or ``file://`` URL, as the server sees it; in process also a
                path, or the name of a snapshot of this collection.
            api_key: key to fetch it with.
            checksum: SHA-256 of the snapshot, in hex, to be compared.
            priority: whose data wins, the snapshot's or the replicas'.
            wait: return when it is restored, not when it was accepted.
        """
        body = build(
            models.SnapshotRecover,
            {},
            location=checked_name(location, "location"),
            api_key=api_key,
            checksum=checksum,
            priority=priority,
        )
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.RecoverFromSnapshot(name, body, wait=flag(wait, "wait")))

    async def list_shard_snapshots(
        self, collection_name: str, shard_id: int
    ) -> list[models.SnapshotDescription]:
        """List the snapshots of a shard."""
        operation = ops.ListShardSnapshots(
            checked_name(collection_name, "collection_name"), at_least(0, shard_id, "shard_id")
        )
        return await self._execute(operation)

    async def create_shard_snapshot(
        self, collection_name: str, shard_id: int, wait: bool = True
    ) -> models.SnapshotDescription | None:
        """Take a snapshot of a shard."""
        operation = ops.CreateShardSnapshot(
            checked_name(collection_name, "collection_name"),
            at_least(0, shard_id, "shard_id"),
            wait=flag(wait, "wait"),
        )
        return await self._execute(operation)

    async def delete_shard_snapshot(
        self, collection_name: str, shard_id: int, snapshot_name: str, wait: bool = True
    ) -> bool | None:
        """Delete a snapshot of a shard."""
        operation = ops.DeleteShardSnapshot(
            checked_name(collection_name, "collection_name"),
            at_least(0, shard_id, "shard_id"),
            checked_name(snapshot_name, "snapshot_name"),
            wait=flag(wait, "wait"),
        )
        return await self._execute(operation)

    async def recover_shard_snapshot(
        self,
        collection_name: str,
        shard_id: int,
        location: str,
        api_key: str | None = None,
        checksum: str | None = None,
        priority: models.SnapshotPriority | str | None = None,
        wait: bool = True,
    ) -> bool | None:
        """Restore a shard from a snapshot that the server can reach; see `recover_snapshot`."""
        body = build(
            models.ShardSnapshotRecover,
            {},
            location=checked_name(location, "location"),
            api_key=api_key,
            checksum=checksum,
            priority=priority,
        )
        operation = ops.RecoverShardFromSnapshot(
            checked_name(collection_name, "collection_name"),
            at_least(0, shard_id, "shard_id"),
            body,
            wait=flag(wait, "wait"),
        )
        return await self._execute(operation)

    def stream_snapshot(
        self,
        collection_name: str,
        snapshot_name: str | None = None,
        shard_id: int | None = None,
        timeout: float | None = None,
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Download a snapshot piece by piece.

        Args:
            collection_name: the collection.
            snapshot_name: the snapshot; None, with a shard, to take one on the fly.
            shard_id: the shard, if the snapshot is one of a shard.
            timeout: seconds for the whole download; None for no limit.

        Returns:
            A context manager; what it yields is iterated for chunks of bytes.
        """
        operation = _download(collection_name, snapshot_name, shard_id)
        return self._stream(operation, timeout)

    def stream_full_snapshot(
        self, snapshot_name: str, timeout: float | None = None
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Download a snapshot of the whole storage piece by piece; see `stream_snapshot`."""
        operation = ops.GetFullSnapshot(checked_name(snapshot_name, "snapshot_name"))
        return self._stream(operation, timeout)

    @on_loop
    async def download_snapshot(
        self,
        collection_name: str,
        snapshot_name: str | None,
        path: FilePath,
        shard_id: int | None = None,
        timeout: float | None = None,
        *,
        checksum: str | None = None,
        on_progress: Progress | None = None,
    ) -> int:
        """Download a snapshot into a file.

        Args:
            collection_name: the collection.
            snapshot_name: the snapshot; None, with a shard, to take one on the fly.
            path: the file; it appears when the download is complete, and not before.
            shard_id: the shard, if the snapshot is one of a shard.
            timeout: seconds for the whole download; None for no limit.
            checksum: SHA-256 of the snapshot, in hex, as its description has it; to be compared.
            on_progress: called after each piece with the bytes so far, and with those of the whole
                where the server says.

        Returns:
            Bytes written.

        Raises:
            TransportError: the checksum is another one; no file is kept.
        """
        operation = _download(collection_name, snapshot_name, shard_id)
        return await self._save(operation, path, timeout, checksum, on_progress)

    @on_loop
    async def download_full_snapshot(
        self,
        snapshot_name: str,
        path: FilePath,
        timeout: float | None = None,
        *,
        checksum: str | None = None,
        on_progress: Progress | None = None,
    ) -> int:
        """Download a snapshot of the whole storage into a file; see `download_snapshot`."""
        operation = ops.GetFullSnapshot(checked_name(snapshot_name, "snapshot_name"))
        return await self._save(operation, path, timeout, checksum, on_progress)

    @on_loop
    async def upload_snapshot(
        self,
        collection_name: str,
        content: Content,
        priority: models.SnapshotPriority | str | None = None,
        checksum: str | None = None,
        wait: bool = True,
        shard_id: int | None = None,
        timeout: float | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> bool | None:
        """Restore a collection, or one shard of it, from a snapshot that is sent along.

        Args:
            collection_name: the collection; it is made if it does not exist.
            content: path of the snapshot, its bytes, or an async iterable of chunks.
            priority: whose data wins, the snapshot's or the replicas'.
            checksum: SHA-256 of the snapshot, in hex, to be compared.
            wait: return when it is restored, not when it was accepted.
            shard_id: the shard to restore; None for the collection.
            timeout: seconds for the whole upload; None for no limit.
            on_progress: called after each piece with the bytes so far, and with those of the whole
                where they are known.
        """
        name = checked_name(collection_name, "collection_name")
        rest = (
            optional(priority, models.SnapshotPriority, "priority"),
            optional(checksum, str, "checksum"),
            flag(wait, "wait"),
        )
        operation: ops.StreamOperation[Any]
        if shard_id is None:
            operation = ops.RecoverFromUploadedSnapshot(name, *rest)
        else:
            shard = at_least(0, shard_id, "shard_id")
            operation = ops.RecoverShardFromUploadedSnapshot(name, shard, *rest)
        if not isinstance(content, bytes | AsyncIterable):
            _check_path(content, "content", "a path, bytes or an async iterable of bytes")
        _check_progress(on_progress)
        size = await _size_of(content)
        sent = 0
        async with self._stream(operation, timeout) as stream:
            async with aclosing(_chunks(content)) as chunks:
                async for chunk in chunks:
                    await stream.send(chunk)
                    sent += len(chunk)
                    if on_progress is not None:
                        await in_caller(on_progress, sent, size)
            restored: bool | None = await stream.finish()
            return restored

    async def _save(
        self,
        operation: ops.StreamOperation[Any],
        path: FilePath,
        timeout: float | None,
        checksum: str | None,
        on_progress: Progress | None,
    ) -> int:
        """Write to a neighbour first: a download cut short leaves no file of that name."""
        _check_path(path, "path", "a path")
        _check_progress(on_progress)
        wanted = optional(checksum, str, "checksum")
        target = anyio.Path(path)
        partial = target.with_name(f"{target.name}.part")
        written = 0
        from hashlib import sha256  # takes a while to import, and few programs download

        digest = sha256()
        try:
            async with (
                self._stream(operation, timeout) as stream,
                await anyio.open_file(partial, "wb") as file,
            ):
                async for chunk in stream:
                    written += await file.write(chunk)
                    if wanted is not None:
                        digest.update(chunk)
                    if on_progress is not None:
                        await in_caller(on_progress, written, stream.size)
            if wanted is not None and digest.hexdigest() != wanted.lower():
                raise TransportError(
                    f"the snapshot's SHA-256 is {digest.hexdigest()}, wanted {wanted}.",
                    processed=True,
                    operation=operation.name,
                    target=operation.target,
                    fix="Download it again; if that does not help, take a new snapshot.",
                )
            await partial.replace(target)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await partial.unlink(missing_ok=True)
            raise
        return written


def _check_progress(on_progress: Any) -> None:
    if on_progress is not None and not callable(on_progress):
        raise ArgumentError(
            f"on_progress: {kind_of(on_progress)}, wanted a function of two numbers.",
            parameter="on_progress",
        )


async def _size_of(content: Content) -> int | None:
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, AsyncIterable):
        return None
    return (await anyio.Path(content).stat()).st_size


def _download(collection_name: Any, snapshot_name: Any, shard_id: Any) -> ops.StreamOperation[None]:
    name = checked_name(collection_name, "collection_name")
    if shard_id is None:
        return ops.GetSnapshot(name, checked_name(snapshot_name, "snapshot_name"))
    shard = at_least(0, shard_id, "shard_id")
    if snapshot_name is None:
        return ops.StreamShardSnapshot(name, shard)
    return ops.GetShardSnapshot(name, shard, checked_name(snapshot_name, "snapshot_name"))


def _check_path(path: Any, parameter: str, wanted: str) -> None:
    # `open` would take a number for a file descriptor, and close it in the end.
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(f"{parameter}: {kind_of(path)}, wanted {wanted}.", parameter=parameter)
    if not Path(cast("FilePath", path)).name:
        raise ArgumentError(f"{parameter}: {os.fspath(path)!r} is no file.", parameter=parameter)


async def _chunks(content: Content) -> AsyncGenerator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), _CHUNK):
            yield content[start : start + _CHUNK]
    elif isinstance(content, AsyncIterable):
        source: Any = content
        try:
            async for chunk in source:
                if not isinstance(chunk, bytes):
                    raise ArgumentError(
                        f"content: a chunk is {kind_of(chunk)}, wanted bytes.", parameter="content"
                    )
                yield chunk
        finally:
            # A generator that is left in the middle has nobody else to close it.
            if inspect.isasyncgen(source):
                await source.aclose()
    else:
        async with await anyio.open_file(content, "rb") as file:
            while chunk := await file.read(_CHUNK):
                yield chunk
