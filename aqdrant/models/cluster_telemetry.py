"""Telemetry of the cluster and of all peers together. Loaded when first used."""

from __future__ import annotations

from typing import Any

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged
from aqdrant.models.cluster_status import (
    ConsensusThreadStatus,
    PeerInfo,
    ReplicaState,
    ReshardingInfo,
    ShardTransferInfo,
    StateRole,
)
from aqdrant.models.collection_telemetry import (
    PartialSnapshotTelemetry,
    ShardCleanStatusTelemetry,
    ShardStatus,
)
from aqdrant.models.ids import ShardKey

__all__ = [
    "ClusterConfigTelemetry",
    "ClusterStatusTelemetry",
    "ClusterTelemetry",
    "ConsensusConfigTelemetry",
    "DistributedClusterTelemetry",
    "DistributedCollectionTelemetry",
    "DistributedPeerDetails",
    "DistributedPeerInfo",
    "DistributedReplicaTelemetry",
    "DistributedShardTelemetry",
    "DistributedTelemetryData",
    "P2pConfigTelemetry",
    "PeerMetadata",
]


class ClusterConfigTelemetry(Model):
    """Settings of the cluster."""

    grpc_timeout_ms: int
    p2p: P2pConfigTelemetry
    consensus: ConsensusConfigTelemetry


class ClusterStatusTelemetry(Model):
    """Where consensus stands on one node."""

    number_of_peers: int
    term: int
    commit: int
    pending_operations: int
    role: StateRole | None = None
    is_voter: bool
    peer_id: int | None = None
    consensus_thread_status: Untagged[ConsensusThreadStatus]


class ClusterTelemetry(Model):
    """The cluster, as one node sees it."""

    enabled: bool
    status: ClusterStatusTelemetry | None = None
    config: ClusterConfigTelemetry | None = None
    peers: dict[str, PeerInfo] | None = None
    peer_metadata: dict[str, PeerMetadata] | None = None
    metadata: dict[str, Any] | None = None
    resharding_enabled: bool | None = None


class ConsensusConfigTelemetry(Model):
    """Settings of consensus."""

    max_message_queue_size: int
    tick_period_ms: int
    bootstrap_timeout_sec: int


class DistributedClusterTelemetry(Model):
    """The peers of a cluster, gathered from all of them."""

    enabled: bool
    number_of_peers: int | None = None
    peers: dict[str, DistributedPeerInfo]


class DistributedCollectionTelemetry(Model):
    """One collection over all peers."""

    id: str
    shards: list[DistributedShardTelemetry] | None = None
    reshardings: list[ReshardingInfo] | None = None
    shard_transfers: list[ShardTransferInfo] | None = None


class DistributedPeerDetails(Model):
    """What a peer that answered tells."""

    version: str
    role: StateRole | None = None
    is_voter: bool
    term: int
    commit: int
    num_pending_operations: int
    consensus_thread_status: Untagged[ConsensusThreadStatus]


class DistributedPeerInfo(Model):
    """One peer, and whether it answered."""

    uri: str
    responsive: bool
    details: DistributedPeerDetails | None = None


class DistributedReplicaTelemetry(Model):
    """One copy of a shard on one peer."""

    peer_id: int
    state: ReplicaState
    status: ShardStatus | None = None
    total_optimized_points: int | None = None
    vectors_size_bytes: int | None = None
    payloads_size_bytes: int | None = None
    num_points: int | None = None
    num_vectors: int | None = None
    num_vectors_by_name: dict[str, int] | None = None
    shard_cleaning_status: Untagged[ShardCleanStatusTelemetry] | None = None
    partial_snapshot: PartialSnapshotTelemetry | None = None


class DistributedShardTelemetry(Model):
    """One shard over all peers."""

    id: int
    key: ShardKey | None = None
    replicas: list[DistributedReplicaTelemetry]


class DistributedTelemetryData(Model):
    """Telemetry gathered from all peers."""

    collections: dict[str, DistributedCollectionTelemetry]
    cluster: DistributedClusterTelemetry | None = None


class P2pConfigTelemetry(Model):
    """Settings of the connections between peers."""

    connection_pool_size: int


class PeerMetadata(Model):
    """What a peer tells of itself to the others."""

    version: str
