# Generated from _async/snapshots.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.snapshots`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TypeAlias

from aqdrant import models
from aqdrant._async.snapshots import FilePath, Progress
from aqdrant._sync._streams import SyncByteStream, to_async
from aqdrant._sync.core import ClientCore

__all__ = ["SnapshotMethods"]

Content: TypeAlias = FilePath | bytes | Iterable[bytes]


class SnapshotMethods(ClientCore):
    """Take, list, delete, download, upload and recover snapshots."""

    def list_snapshots(self, collection_name: str) -> list[models.SnapshotDescription]:
        """List the snapshots of a collection."""
        return self._drive(self._async.list_snapshots(collection_name))

    def create_snapshot(
        self, collection_name: str, wait: bool = True
    ) -> models.SnapshotDescription | None:
        """Take a snapshot of a collection.

        Args:
            collection_name: the collection.
            wait: return when it is taken, not when it was accepted.

        Returns:
            Its description; None when not waited for.
        """
        return self._drive(self._async.create_snapshot(collection_name, wait))

    def delete_snapshot(
        self, collection_name: str, snapshot_name: str, wait: bool = True
    ) -> bool | None:
        """Delete a snapshot of a collection."""
        return self._drive(self._async.delete_snapshot(collection_name, snapshot_name, wait))

    def list_full_snapshots(self) -> list[models.SnapshotDescription]:
        """List the snapshots of the whole storage."""
        return self._drive(self._async.list_full_snapshots())

    def create_full_snapshot(self, wait: bool = True) -> models.SnapshotDescription | None:
        """Take a snapshot of the whole storage."""
        return self._drive(self._async.create_full_snapshot(wait))

    def delete_full_snapshot(self, snapshot_name: str, wait: bool = True) -> bool | None:
        """Delete a snapshot of the whole storage."""
        return self._drive(self._async.delete_full_snapshot(snapshot_name, wait))

    def recover_snapshot(
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
        return self._drive(
            self._async.recover_snapshot(
                collection_name, location, api_key, checksum, priority, wait
            )
        )

    def list_shard_snapshots(
        self, collection_name: str, shard_id: int
    ) -> list[models.SnapshotDescription]:
        """List the snapshots of a shard."""
        return self._drive(self._async.list_shard_snapshots(collection_name, shard_id))

    def create_shard_snapshot(
        self, collection_name: str, shard_id: int, wait: bool = True
    ) -> models.SnapshotDescription | None:
        """Take a snapshot of a shard."""
        return self._drive(self._async.create_shard_snapshot(collection_name, shard_id, wait))

    def delete_shard_snapshot(
        self, collection_name: str, shard_id: int, snapshot_name: str, wait: bool = True
    ) -> bool | None:
        """Delete a snapshot of a shard."""
        return self._drive(
            self._async.delete_shard_snapshot(collection_name, shard_id, snapshot_name, wait)
        )

    def recover_shard_snapshot(
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
        return self._drive(
            self._async.recover_shard_snapshot(
                collection_name, shard_id, location, api_key, checksum, priority, wait
            )
        )

    def stream_snapshot(
        self,
        collection_name: str,
        snapshot_name: str | None = None,
        shard_id: int | None = None,
        timeout: float | None = None,
    ) -> AbstractContextManager[SyncByteStream]:
        """Download a snapshot piece by piece.

        Args:
            collection_name: the collection.
            snapshot_name: the snapshot; None, with a shard, to take one on the fly.
            shard_id: the shard, if the snapshot is one of a shard.
            timeout: seconds for the whole download; None for no limit.

        Returns:
            A context manager; what it yields is iterated for chunks of bytes.
        """
        return self._open_stream(
            self._async.stream_snapshot(collection_name, snapshot_name, shard_id, timeout)
        )

    def stream_full_snapshot(
        self, snapshot_name: str, timeout: float | None = None
    ) -> AbstractContextManager[SyncByteStream]:
        """Download a snapshot of the whole storage piece by piece; see `stream_snapshot`."""
        return self._open_stream(self._async.stream_full_snapshot(snapshot_name, timeout))

    def download_snapshot(
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
        return self._run(
            self._async.download_snapshot(
                collection_name,
                snapshot_name,
                path,
                shard_id,
                timeout,
                checksum=checksum,
                on_progress=on_progress,
            )
        )

    def download_full_snapshot(
        self,
        snapshot_name: str,
        path: FilePath,
        timeout: float | None = None,
        *,
        checksum: str | None = None,
        on_progress: Progress | None = None,
    ) -> int:
        """Download a snapshot of the whole storage into a file; see `download_snapshot`."""
        return self._run(
            self._async.download_full_snapshot(
                snapshot_name, path, timeout, checksum=checksum, on_progress=on_progress
            )
        )

    def upload_snapshot(
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
            content: path of the snapshot, its bytes, or an iterable of chunks.
            priority: whose data wins, the snapshot's or the replicas'.
            checksum: SHA-256 of the snapshot, in hex, to be compared.
            wait: return when it is restored, not when it was accepted.
            shard_id: the shard to restore; None for the collection.
            timeout: seconds for the whole upload; None for no limit.
            on_progress: called after each piece with the bytes so far, and with those of the whole
                where they are known.
        """
        return self._run(
            self._async.upload_snapshot(
                collection_name,
                to_async(content),
                priority,
                checksum,
                wait,
                shard_id,
                timeout,
                on_progress=on_progress,
            )
        )
