"""What can be asked of a cluster: moving shards, shard keys, resharding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import by_key, declare
from aqdrant.models.cluster_status import ReplicaState, ReshardingDirection, ShardTransferMethod
from aqdrant.models.filters import Filter
from aqdrant.models.ids import ShardKey

__all__ = [
    "AbortReshardingOperation",
    "AbortShardTransfer",
    "AbortTransferOperation",
    "ClusterOperations",
    "CreateShardingKey",
    "CreateShardingKeyOperation",
    "DropReplicaOperation",
    "DropShardingKey",
    "DropShardingKeyOperation",
    "MoveShard",
    "MoveShardOperation",
    "Replica",
    "ReplicatePoints",
    "ReplicatePointsOperation",
    "ReplicateShard",
    "ReplicateShardOperation",
    "RestartTransfer",
    "RestartTransferOperation",
    "StartResharding",
    "StartReshardingOperation",
]


class MoveShard(Model):
    """Which shard moves from where to where."""

    shard_id: int
    to_peer_id: int
    from_peer_id: int
    method: ShardTransferMethod | None = None


class MoveShardOperation(Model):
    """Move a shard to another peer."""

    move_shard: MoveShard


class ReplicateShard(Model):
    """Which shard is copied from where to where."""

    shard_id: int
    to_peer_id: int
    from_peer_id: int
    method: ShardTransferMethod | None = None


class ReplicateShardOperation(Model):
    """Copy a shard to another peer."""

    replicate_shard: ReplicateShard


class AbortShardTransfer(Model):
    """Which transfer stops."""

    shard_id: int
    to_peer_id: int
    from_peer_id: int


class AbortTransferOperation(Model):
    """Stop a transfer of a shard."""

    abort_transfer: AbortShardTransfer


class Replica(Model):
    """One copy of a shard on one peer."""

    shard_id: int
    peer_id: int


class DropReplicaOperation(Model):
    """Drop one copy of a shard."""

    drop_replica: Replica


class CreateShardingKey(Model):
    """A shard key to create, and the shards behind it."""

    shard_key: ShardKey
    shards_number: int | None = None
    replication_factor: int | None = None
    placement: Sequence[int] | None = None
    """Ids of the peers that get the shards; any by default."""
    initial_state: ReplicaState | None = None
    """Active by default."""


class CreateShardingKeyOperation(Model):
    """Create a shard key."""

    create_sharding_key: CreateShardingKey


class DropShardingKey(Model):
    """The shard key to drop."""

    shard_key: ShardKey


class DropShardingKeyOperation(Model):
    """Drop a shard key, with its points."""

    drop_sharding_key: DropShardingKey


class RestartTransfer(Model):
    """Which transfer starts anew, and by which method."""

    shard_id: int
    from_peer_id: int
    to_peer_id: int
    method: ShardTransferMethod


class RestartTransferOperation(Model):
    """Start a transfer of a shard anew."""

    restart_transfer: RestartTransfer


class StartResharding(Model):
    """How the number of shards is to change."""

    direction: ReshardingDirection
    peer_id: int | None = None
    """The peer that gets or loses the shard; chosen by the cluster by default."""
    shard_key: ShardKey | None = None


class StartReshardingOperation(Model):
    """Add or take away a shard."""

    start_resharding: StartResharding


class AbortReshardingOperation(Model):
    """Stop a change of the number of shards."""

    abort_resharding: Any
    """An empty object."""


class ReplicatePoints(Model):
    """Which points are copied from one shard key to another."""

    filter: Filter | None = None
    """All points by default."""
    from_shard_key: ShardKey
    to_shard_key: ShardKey


class ReplicatePointsOperation(Model):
    """Copy points from one shard key to another."""

    replicate_points: ReplicatePoints


ClusterOperations: TypeAlias = (
    MoveShardOperation
    | ReplicateShardOperation
    | AbortTransferOperation
    | DropReplicaOperation
    | CreateShardingKeyOperation
    | DropShardingKeyOperation
    | RestartTransferOperation
    | StartReshardingOperation
    | AbortReshardingOperation
    | ReplicatePointsOperation
)

declare(
    ClusterOperations,
    by_key(
        move_shard=MoveShardOperation,
        replicate_shard=ReplicateShardOperation,
        abort_transfer=AbortTransferOperation,
        drop_replica=DropReplicaOperation,
        create_sharding_key=CreateShardingKeyOperation,
        drop_sharding_key=DropShardingKeyOperation,
        restart_transfer=RestartTransferOperation,
        start_resharding=StartReshardingOperation,
        abort_resharding=AbortReshardingOperation,
        replicate_points=ReplicatePointsOperation,
    ),
)
