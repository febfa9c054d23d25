"""TODO"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from ._model import Model

__all__ = [
    "ShardSnapshotLocation",
    "ShardSnapshotRecover",
    "SnapshotDescription",
    "SnapshotPriority",
    "SnapshotRecover",
]


class SnapshotPriority(str, Enum):
    """TODO"""

    NO_SYNC = "no_sync"
    SNAPSHOT = "snapshot"
    REPLICA = "replica"


class SnapshotDescription(Model):
    """TODO"""

    name: str
    creation_time: str | None = None
    size: int
    checksum: str | None = None


class SnapshotRecover(Model):
    """TODO"""

    location: str
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    api_key: str | None = None


class ShardSnapshotRecover(Model):
    """TODO"""

    location: ShardSnapshotLocation
    priority: SnapshotPriority | None = None
    checksum: str | None = None
    api_key: str | None = None


ShardSnapshotLocation: TypeAlias = str
