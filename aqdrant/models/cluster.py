"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, by_tag, declare
from .filters import Filter
from .ids import ShardKey

__all__ = [
    "AbortReshardingOperation",
    "AbortShardTransfer",
    "AbortTransferOperation",
    "ClusterOperations",
    "ClusterStatus",
    "ClusterStatusOneOf",
    "ClusterStatusOneOf1",
    "CollectionClusterInfo",
    "ConsensusThreadStatus",
    "ConsensusThreadStatusOneOf",
    "ConsensusThreadStatusOneOf1",
    "ConsensusThreadStatusOneOf2",
    "CreateShardingKey",
    "CreateShardingKeyOperation",
    "DropReplicaOperation",
    "DropShardingKey",
    "DropShardingKeyOperation",
    "LocalShardInfo",
    "MessageSendErrors",
    "MoveShard",
    "MoveShardOperation",
    "PeerInfo",
    "RaftInfo",
    "RemoteShardInfo",
    "Replica",
    "ReplicaState",
    "ReplicatePoints",
    "ReplicatePointsOperation",
    "ReplicateShard",
    "ReplicateShardOperation",
    "ReshardingDirection",
    "ReshardingInfo",
    "RestartTransfer",
    "RestartTransferOperation",
    "ShardKeyDescription",
    "ShardKeysResponse",
    "ShardTransferInfo",
    "ShardTransferMethod",
    "StartResharding",
    "StartReshardingOperation",
    "StateRole",
]


class ReplicaState(str, Enum):
    """TODO"""

    ACTIVE = "Active"
    DEAD = "Dead"
    PARTIAL = "Partial"
    INITIALIZING = "Initializing"
    LISTENER = "Listener"
    PARTIALSNAPSHOT = "PartialSnapshot"
    RECOVERY = "Recovery"
    RESHARDING = "Resharding"
    RESHARDINGSCALEDOWN = "ReshardingScaleDown"
    ACTIVEREAD = "ActiveRead"
    MANUALRECOVERY = "ManualRecovery"


class ReshardingDirection(str, Enum):
    """TODO"""

    UP = "up"
    DOWN = "down"


class ShardTransferMethod(str, Enum):
    """TODO"""

    STREAM_RECORDS = "stream_records"
    SNAPSHOT = "snapshot"
    WAL_DELTA = "wal_delta"
    RESHARDING_STREAM_RECORDS = "resharding_stream_records"


class StateRole(str, Enum):
    """TODO"""

    FOLLOWER = "Follower"
    CANDIDATE = "Candidate"
    LEADER = "Leader"
    PRECANDIDATE = "PreCandidate"


class MoveShard(Model):
    """TODO"""

    shard_id: int
    to_peer_id: int
    from_peer_id: int
    method: ShardTransferMethod | None = None


class MoveShardOperation(Model):
    """TODO"""

    move_shard: MoveShard


class ReplicateShard(Model):
    """TODO"""

    shard_id: int
    to_peer_id: int
    from_peer_id: int
    method: ShardTransferMethod | None = None


class ReplicateShardOperation(Model):
    """TODO"""

    replicate_shard: ReplicateShard


class AbortShardTransfer(Model):
    """TODO"""

    shard_id: int
    to_peer_id: int
    from_peer_id: int


class AbortTransferOperation(Model):
    """TODO"""

    abort_transfer: AbortShardTransfer


class Replica(Model):
    """TODO"""

    shard_id: int
    peer_id: int


class DropReplicaOperation(Model):
    """TODO"""

    drop_replica: Replica


class CreateShardingKey(Model):
    """TODO"""

    shard_key: ShardKey
    shards_number: int | None = None
    replication_factor: int | None = None
    placement: Sequence[int] | None = None
    initial_state: ReplicaState | None = None


class CreateShardingKeyOperation(Model):
    """TODO"""

    create_sharding_key: CreateShardingKey


class DropShardingKey(Model):
    """TODO"""

    shard_key: ShardKey


class DropShardingKeyOperation(Model):
    """TODO"""

    drop_sharding_key: DropShardingKey


class RestartTransfer(Model):
    """TODO"""

    shard_id: int
    from_peer_id: int
    to_peer_id: int
    method: ShardTransferMethod


class RestartTransferOperation(Model):
    """TODO"""

    restart_transfer: RestartTransfer


class StartResharding(Model):
    """TODO"""

    direction: ReshardingDirection
    peer_id: int | None = None
    shard_key: ShardKey | None = None


class StartReshardingOperation(Model):
    """TODO"""

    start_resharding: StartResharding


class AbortReshardingOperation(Model):
    """TODO"""

    abort_resharding: Any


class ReplicatePoints(Model):
    """TODO"""

    filter: Filter | None = None
    from_shard_key: ShardKey
    to_shard_key: ShardKey


class ReplicatePointsOperation(Model):
    """TODO"""

    replicate_points: ReplicatePoints


class ClusterStatusOneOf(Model):
    """TODO"""

    status: Literal["disabled"]


class ClusterStatusOneOf1(Model):
    """TODO"""

    status: Literal["enabled"]
    peer_id: int
    peers: dict[str, PeerInfo]
    raft_info: RaftInfo
    consensus_thread_status: Untagged[ConsensusThreadStatus]
    message_send_failures: dict[str, MessageSendErrors]


class PeerInfo(Model):
    """TODO"""

    uri: str


class RaftInfo(Model):
    """TODO"""

    term: int
    commit: int
    pending_operations: int
    leader: int | None = None
    role: StateRole | None = None
    is_voter: bool


class ConsensusThreadStatusOneOf(Model):
    """TODO"""

    consensus_thread_status: Literal["working"]
    last_update: Untagged[datetime | date]


class ConsensusThreadStatusOneOf1(Model):
    """TODO"""

    consensus_thread_status: Literal["stopped"]


class ConsensusThreadStatusOneOf2(Model):
    """TODO"""

    consensus_thread_status: Literal["stopped_with_err"]
    err: str


class MessageSendErrors(Model):
    """TODO"""

    count: int
    latest_error: str | None = None
    latest_error_timestamp: Untagged[datetime | date] | None = None


class CollectionClusterInfo(Model):
    """TODO"""

    peer_id: int
    shard_count: int
    local_shards: list[LocalShardInfo]
    remote_shards: list[RemoteShardInfo]
    shard_transfers: list[ShardTransferInfo]
    resharding_operations: list[ReshardingInfo] | None = None


class LocalShardInfo(Model):
    """TODO"""

    shard_id: int
    shard_key: ShardKey | None = None
    points_count: int
    state: ReplicaState


class RemoteShardInfo(Model):
    """TODO"""

    shard_id: int
    shard_key: ShardKey | None = None
    peer_id: int
    state: ReplicaState


class ShardTransferInfo(Model, rename={"from_": "from"}):
    """TODO"""

    shard_id: int
    to_shard_id: int | None = None
    from_: int
    to: int
    sync: bool
    method: ShardTransferMethod | None = None
    comment: str | None = None


class ReshardingInfo(Model):
    """TODO"""

    direction: ReshardingDirection
    shard_id: int
    peer_id: int
    shard_key: ShardKey | None = None


class ShardKeysResponse(Model):
    """TODO"""

    shard_keys: list[ShardKeyDescription] | None = None


class ShardKeyDescription(Model):
    """TODO"""

    key: ShardKey


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
ClusterStatus: TypeAlias = ClusterStatusOneOf | ClusterStatusOneOf1
ConsensusThreadStatus: TypeAlias = (
    ConsensusThreadStatusOneOf | ConsensusThreadStatusOneOf1 | ConsensusThreadStatusOneOf2
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
declare(ClusterStatus, by_tag("status", disabled=ClusterStatusOneOf, enabled=ClusterStatusOneOf1))
declare(
    ConsensusThreadStatus,
    by_tag(
        "consensus_thread_status",
        working=ConsensusThreadStatusOneOf,
        stopped=ConsensusThreadStatusOneOf1,
        stopped_with_err=ConsensusThreadStatusOneOf2,
    ),
)
