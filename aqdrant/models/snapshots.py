"""Snapshots of collections, shards and whole storages."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model

__all__ = [
    "ShardSnapshotLocation",
    "ShardSnapshotRecover",
    "SnapshotDescription",
    "SnapshotPriority",
    "SnapshotRecover",
]


class SnapshotPriority(StrEnum):
    """Which data wins when a snapshot meets replicas."""

    NO_SYNC = "no_sync"
    SNAPSHOT = "snapshot"
    REPLICA = "replica"


class SnapshotDescription(Model):
    """A snapshot that exists."""

    name: str
    creation_time: str | None = None
    """Without a time zone, in UTC."""
    size: int
    """Bytes."""
    checksum: str | None = None
    """SHA-256."""


class SnapshotRecover(Model):
    """A snapshot to restore a collection from."""

    location: str
    """A URL, or a ``file://`` path on the server."""
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    """SHA-256 that the snapshot must have."""
    api_key: str | None = None
    """Key for the server that the snapshot is fetched from."""


class ShardSnapshotRecover(Model):
    """A snapshot to restore one shard from."""

    location: ShardSnapshotLocation
    """A URL, or a path on the server."""
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    """SHA-256 that the snapshot must have."""
    api_key: str | None = None
    """Key for the server that the snapshot is fetched from."""


ShardSnapshotLocation: TypeAlias = str
