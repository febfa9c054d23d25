"""Telemetry of collections and their shards. Loaded when first used."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_key, declare
from aqdrant.models.cluster_status import ReplicaState, ReshardingDirection, ShardTransferInfo
from aqdrant.models.collections import CollectionParams, OptimizersStatus
from aqdrant.models.ids import Payload, ShardKey
from aqdrant.models.optimizations import TrackerStatus
from aqdrant.models.quantization import QuantizationConfig
from aqdrant.models.segment_telemetry import OperationDurationStatistics, SegmentTelemetry
from aqdrant.models.strict_mode import StrictModeConfigOutput
from aqdrant.models.tuning import HnswConfig, OptimizersConfig, WalConfig

__all__ = [
    "CollectionConfigTelemetry",
    "CollectionSnapshotTelemetry",
    "CollectionTelemetry",
    "CollectionTelemetryEnum",
    "CollectionsAggregatedTelemetry",
    "CollectionsTelemetry",
    "LocalShardTelemetry",
    "OptimizerTelemetry",
    "PartialSnapshotTelemetry",
    "RemoteShardTelemetry",
    "ReplicaSetTelemetry",
    "ReshardingStage",
    "ReshardingTelemetry",
    "ShardCleanStatusFailedTelemetry",
    "ShardCleanStatusProgressTelemetry",
    "ShardCleanStatusTelemetry",
    "ShardCleanStatusTelemetryOneOf",
    "ShardCleanStatusTelemetryOneOf1",
    "ShardCleanStatusTelemetryOneOf2",
    "ShardStatus",
    "ShardUpdateQueueInfo",
    "TrackerTelemetry",
]


class ReshardingStage(StrEnum):
    """How far a change of the number of shards has got."""

    MIGRATING_POINTS = "migrating_points"
    READ_HASH_RING_COMMITTED = "read_hash_ring_committed"
    WRITE_HASH_RING_COMMITTED = "write_hash_ring_committed"


class ShardCleanStatusTelemetryOneOf(StrEnum):
    """A clean-up that started, is done, or was cancelled."""

    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


class ShardStatus(StrEnum):
    """How a shard does: ready, optimizing, waiting for an update, failed."""

    GREEN = "green"
    YELLOW = "yellow"
    GREY = "grey"
    RED = "red"


class CollectionConfigTelemetry(Model):
    """Everything a collection is set to."""

    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizersConfig
    wal_config: WalConfig
    quantization_config: Untagged[QuantizationConfig] | None = None
    strict_mode_config: StrictModeConfigOutput | None = None
    uuid: UUID | None = None
    metadata: Payload | None = None


class CollectionSnapshotTelemetry(Model):
    """Snapshots of a collection that are being made or restored."""

    id: str
    running_snapshots: int | None = None
    running_snapshot_recovery: int | None = None
    total_snapshot_creations: int | None = None


class CollectionTelemetry(Model):
    """One collection in detail."""

    id: str
    init_time_ms: int | None = None
    config: CollectionConfigTelemetry | None = None
    shards: list[ReplicaSetTelemetry] | None = None
    transfers: list[ShardTransferInfo] | None = None
    resharding: list[ReshardingTelemetry] | None = None
    shard_clean_tasks: Untagged[dict[str, ShardCleanStatusTelemetry]] | None = None


class CollectionsAggregatedTelemetry(Model):
    """One collection in brief."""

    vectors: int
    optimizers_status: OptimizersStatus
    params: CollectionParams


class CollectionsTelemetry(Model):
    """The collections of a node."""

    number_of_collections: int
    max_collections: int | None = None
    collections: Untagged[list[CollectionTelemetryEnum]] | None = None
    snapshots: list[CollectionSnapshotTelemetry] | None = None


class LocalShardTelemetry(Model):
    """A shard on this node."""

    variant_name: str | None = None
    status: ShardStatus | None = None
    total_optimized_points: int
    vectors_size_bytes: int | None = None
    payloads_size_bytes: int | None = None
    num_points: int | None = None
    num_vectors: int | None = None
    num_vectors_by_name: dict[str, int] | None = None
    segments: list[SegmentTelemetry] | None = None
    optimizations: OptimizerTelemetry | None = None
    async_scorer: bool | None = None
    indexed_only_excluded_vectors: dict[str, int] | None = None
    update_queue: ShardUpdateQueueInfo | None = None


class OptimizerTelemetry(Model):
    """The optimizer of a shard."""

    status: OptimizersStatus
    optimizations: OperationDurationStatistics
    log: list[TrackerTelemetry] | None = None


class PartialSnapshotTelemetry(Model):
    """Partial snapshots of a shard."""

    ongoing_create_snapshot_requests: int
    is_recovering: bool
    recovery_timestamp: int


class RemoteShardTelemetry(Model):
    """A shard on another node, as this one sees it."""

    shard_id: int
    peer_id: int
    searches: OperationDurationStatistics | None = None
    updates: OperationDurationStatistics | None = None


class ReplicaSetTelemetry(Model):
    """All copies of a shard, as one node sees them."""

    id: int
    key: ShardKey | None = None
    local: LocalShardTelemetry | None = None
    remote: list[RemoteShardTelemetry]
    replicate_states: dict[str, ReplicaState]
    partial_snapshot: PartialSnapshotTelemetry | None = None


class ReshardingTelemetry(Model):
    """A change of the number of shards that goes on."""

    stage: ReshardingStage
    direction: ReshardingDirection
    shard_id: int
    peer_id: int
    shard_key: ShardKey | None = None
    uuid: UUID


class ShardCleanStatusFailedTelemetry(Model):
    """Why a clean-up failed."""

    reason: str


class ShardCleanStatusProgressTelemetry(Model):
    """How far a clean-up has got."""

    deleted_points: int


class ShardCleanStatusTelemetryOneOf1(Model):
    """A clean-up that goes on."""

    progress: ShardCleanStatusProgressTelemetry


class ShardCleanStatusTelemetryOneOf2(Model):
    """A clean-up that failed."""

    failed: ShardCleanStatusFailedTelemetry


class ShardUpdateQueueInfo(Model):
    """Updates of a shard that were accepted and not yet applied."""

    length: int
    op_num: int | None = None
    deferred_points: int | None = None


class TrackerTelemetry(Model):
    """One run of an optimizer."""

    name: str
    uuid: UUID
    segment_ids: list[int]
    segment_uuids: list[UUID]
    status: Untagged[TrackerStatus]
    start_at: Untagged[datetime | date]
    end_at: Untagged[datetime | date] | None = None


CollectionTelemetryEnum: TypeAlias = CollectionTelemetry | CollectionsAggregatedTelemetry
ShardCleanStatusTelemetry: TypeAlias = (
    ShardCleanStatusTelemetryOneOf
    | ShardCleanStatusTelemetryOneOf1
    | ShardCleanStatusTelemetryOneOf2
)

declare(
    CollectionTelemetryEnum, by_key(id=CollectionTelemetry, vectors=CollectionsAggregatedTelemetry)
)
declare(
    ShardCleanStatusTelemetry,
    by_key(progress=ShardCleanStatusTelemetryOneOf1, failed=ShardCleanStatusTelemetryOneOf2),
)
