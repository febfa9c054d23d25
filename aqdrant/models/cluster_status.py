"""What a cluster tells of itself: peers, consensus, shards and their transfers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from aqdrant.models._model import AliasedMeta, Model
from aqdrant.models._unions import Untagged, by_tag, declare
from aqdrant.models.ids import ShardKey

__all__ = [
    "ClusterStatus",
    "ClusterStatusOneOf",
    "ClusterStatusOneOf1",
    "CollectionClusterInfo",
    "ConsensusThreadStatus",
    "ConsensusThreadStatusOneOf",
    "ConsensusThreadStatusOneOf1",
    "ConsensusThreadStatusOneOf2",
    "LocalShardInfo",
    "MessageSendErrors",
    "PeerInfo",
    "RaftInfo",
    "RemoteShardInfo",
    "ReplicaState",
    "ReshardingDirection",
    "ReshardingInfo",
    "ShardKeyDescription",
    "ShardKeysResponse",
    "ShardTransferInfo",
    "ShardTransferMethod",
    "StateRole",
]


class ReplicaState(StrEnum):
    """What a copy of a shard can do at the moment."""

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


class ReshardingDirection(StrEnum):
    """Whether shards are added or taken away."""

    UP = "up"
    DOWN = "down"


class ShardTransferMethod(StrEnum):
    """How the data of a shard gets to another peer."""

    STREAM_RECORDS = "stream_records"
    SNAPSHOT = "snapshot"
    WAL_DELTA = "wal_delta"
    RESHARDING_STREAM_RECORDS = "resharding_stream_records"


class StateRole(StrEnum):
    """The part a peer plays in consensus."""

    FOLLOWER = "Follower"
    CANDIDATE = "Candidate"
    LEADER = "Leader"
    PRECANDIDATE = "PreCandidate"


class ClusterStatusOneOf(Model):
    """The server runs alone."""

    status: Literal["disabled"]


class ClusterStatusOneOf1(Model):
    """The server is a peer of a cluster."""

    status: Literal["enabled"]
    peer_id: int
    peers: dict[str, PeerInfo]
    raft_info: RaftInfo
    consensus_thread_status: Untagged[ConsensusThreadStatus]
    message_send_failures: dict[str, MessageSendErrors]


class PeerInfo(Model):
    """How a peer is reached."""

    uri: str


class RaftInfo(Model):
    """Where consensus stands."""

    term: int
    commit: int
    pending_operations: int
    leader: int | None = None
    role: StateRole | None = None
    is_voter: bool


class ConsensusThreadStatusOneOf(Model):
    """The consensus thread works."""

    consensus_thread_status: Literal["working"]
    last_update: Untagged[datetime | date]


class ConsensusThreadStatusOneOf1(Model):
    """The consensus thread has stopped."""

    consensus_thread_status: Literal["stopped"]


class ConsensusThreadStatusOneOf2(Model):
    """The consensus thread has stopped with an error."""

    consensus_thread_status: Literal["stopped_with_err"]
    err: str


class MessageSendErrors(Model):
    """Messages of consensus that did not reach a peer."""

    count: int
    latest_error: str | None = None
    latest_error_timestamp: Untagged[datetime | date] | None = None


class CollectionClusterInfo(Model):
    """The shards of a collection, seen from one peer."""

    peer_id: int
    """The peer that answers."""
    shard_count: int
    local_shards: list[LocalShardInfo]
    remote_shards: list[RemoteShardInfo]
    shard_transfers: list[ShardTransferInfo]
    resharding_operations: list[ReshardingInfo] | None = None


class LocalShardInfo(Model):
    """A shard on the peer that answers."""

    shard_id: int
    shard_key: ShardKey | None = None
    points_count: int
    state: ReplicaState


class RemoteShardInfo(Model):
    """A shard on another peer."""

    shard_id: int
    shard_key: ShardKey | None = None
    peer_id: int
    state: ReplicaState


class ShardTransferInfo(Model, metaclass=AliasedMeta, rename={"from_": "from"}):
    """A transfer of a shard that goes on."""

    shard_id: int
    to_shard_id: int | None = None
    from_: int
    """Id of the sending peer."""
    to: int
    """Id of the receiving peer."""
    sync: bool
    """Whether the sender keeps its copy."""
    method: ShardTransferMethod | None = None
    comment: str | None = None


class ReshardingInfo(Model):
    """A change of the number of shards that goes on."""

    direction: ReshardingDirection
    shard_id: int
    peer_id: int
    shard_key: ShardKey | None = None


class ShardKeysResponse(Model):
    """The shard keys of a collection."""

    shard_keys: list[ShardKeyDescription] | None = None


class ShardKeyDescription(Model):
    """One shard key."""

    key: ShardKey


ClusterStatus: TypeAlias = ClusterStatusOneOf | ClusterStatusOneOf1
ConsensusThreadStatus: TypeAlias = (
    ConsensusThreadStatusOneOf | ConsensusThreadStatusOneOf1 | ConsensusThreadStatusOneOf2
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
