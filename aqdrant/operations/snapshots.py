"""Operations on snapshots of collections, shards and the whole storage."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import (
    ShardSnapshotRecover,
    SnapshotDescription,
    SnapshotPriority,
    SnapshotRecover,
)
from aqdrant.operations._operation import Operation, StreamOperation

__all__ = [
    "CreateFullSnapshot",
    "CreateShardSnapshot",
    "CreateSnapshot",
    "DeleteFullSnapshot",
    "DeleteShardSnapshot",
    "DeleteSnapshot",
    "GetFullSnapshot",
    "GetShardSnapshot",
    "GetSnapshot",
    "ListFullSnapshots",
    "ListShardSnapshots",
    "ListSnapshots",
    "RecoverFromSnapshot",
    "RecoverFromUploadedSnapshot",
    "RecoverShardFromSnapshot",
    "RecoverShardFromUploadedSnapshot",
    "StreamShardSnapshot",
]


class ListSnapshots(Operation[list[SnapshotDescription]], frozen=True):
    """List the snapshots of a collection."""

    collection_name: str


class CreateSnapshot(Operation[SnapshotDescription | None], frozen=True):
    """Take a snapshot of a collection."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    wait: bool | None = None


class DeleteSnapshot(Operation[bool | None], frozen=True):
    """Delete a snapshot of a collection."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    snapshot_name: str
    wait: bool | None = None


class GetSnapshot(StreamOperation[None], frozen=True):
    """Download a snapshot of a collection."""

    collection_name: str
    snapshot_name: str


class RecoverFromSnapshot(Operation[bool | None], frozen=True):
    """Restore a collection from a snapshot that the server can reach."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: SnapshotRecover
    wait: bool | None = None


class RecoverFromUploadedSnapshot(StreamOperation[bool | None], frozen=True):
    """Restore a collection from a snapshot that is sent along."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    uploads: ClassVar[bool] = True
    collection_name: str
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    wait: bool | None = None


class ListFullSnapshots(Operation[list[SnapshotDescription]], frozen=True):
    """List the snapshots of the whole storage."""


class CreateFullSnapshot(Operation[SnapshotDescription | None], frozen=True):
    """Take a snapshot of the whole storage."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    wait: bool | None = None


class DeleteFullSnapshot(Operation[bool | None], frozen=True):
    """Delete a snapshot of the whole storage."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    snapshot_name: str
    wait: bool | None = None


class GetFullSnapshot(StreamOperation[None], frozen=True):
    """Download a snapshot of the whole storage."""

    snapshot_name: str


class ListShardSnapshots(Operation[list[SnapshotDescription]], frozen=True):
    """List the snapshots of a shard."""

    collection_name: str
    shard_id: int


class CreateShardSnapshot(Operation[SnapshotDescription | None], frozen=True):
    """Take a snapshot of a shard."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    shard_id: int
    wait: bool | None = None


class DeleteShardSnapshot(Operation[bool | None], frozen=True):
    """Delete a snapshot of a shard."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    shard_id: int
    snapshot_name: str
    wait: bool | None = None


class GetShardSnapshot(StreamOperation[None], frozen=True):
    """Download a snapshot of a shard."""

    collection_name: str
    shard_id: int
    snapshot_name: str


class StreamShardSnapshot(StreamOperation[None], frozen=True):
    """Take a snapshot of a shard and download it at once."""

    collection_name: str
    shard_id: int


class RecoverShardFromSnapshot(Operation[bool | None], frozen=True):
    """Restore a shard from a snapshot that the server can reach."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    shard_id: int
    body: ShardSnapshotRecover
    wait: bool | None = None


class RecoverShardFromUploadedSnapshot(StreamOperation[bool | None], frozen=True):
    """Restore a shard from a snapshot that is sent along."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    uploads: ClassVar[bool] = True
    collection_name: str
    shard_id: int
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    wait: bool | None = None
