"""Operations on the cluster: peers, shards, shard keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, ForwardRef

from aqdrant.models import (
    ClusterOperations,
    CreateShardingKey,
    DropShardingKey,
    ShardKeysResponse,
)
from aqdrant.models import (
    ClusterStatus as ClusterStatusResult,
)
from aqdrant.models import (
    CollectionClusterInfo as CollectionClusterInfoResult,
)
from aqdrant.operations._operation import Operation

if TYPE_CHECKING:
    from aqdrant.models import DistributedTelemetryData
else:
    DistributedTelemetryData = ForwardRef("DistributedTelemetryData")

__all__ = [
    "ClusterStatus",
    "ClusterTelemetry",
    "CollectionClusterInfo",
    "CreateShardKey",
    "DeleteShardKey",
    "ListShardKeys",
    "RecoverCurrentPeer",
    "RemovePeer",
    "UpdateCollectionCluster",
]


class ClusterStatus(Operation[ClusterStatusResult], frozen=True):
    """Read the state of the cluster."""


class ClusterTelemetry(Operation[DistributedTelemetryData], frozen=True):
    """Read telemetry of all peers."""

    details_level: int | None = None


class RecoverCurrentPeer(Operation[bool], frozen=True):
    """Bring the current peer back into consensus."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False


class RemovePeer(Operation[bool], frozen=True):
    """Remove a peer from the cluster."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    peer_id: int
    force: bool | None = None


class CollectionClusterInfo(Operation[CollectionClusterInfoResult], frozen=True):
    """Read how a collection is spread over the cluster."""

    collection_name: str


class UpdateCollectionCluster(Operation[bool], frozen=True):
    """Move, replicate, drop or reshard shards."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: ClusterOperations


class CreateShardKey(Operation[bool], frozen=True):
    """Create a shard key."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: CreateShardingKey


class DeleteShardKey(Operation[bool], frozen=True):
    """Delete a shard key with its points."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: DropShardingKey


class ListShardKeys(Operation[ShardKeysResponse], frozen=True):
    """List the shard keys."""

    collection_name: str
