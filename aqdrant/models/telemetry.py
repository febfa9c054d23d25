"""TODO"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, TypeAlias
from uuid import UUID

from msgspec import field

from ._model import Model
from ._unions import Untagged, by_key, by_tag, declare
from .cluster import (
    ConsensusThreadStatus,
    PeerInfo,
    ReplicaState,
    ReshardingDirection,
    ReshardingInfo,
    ShardTransferInfo,
    StateRole,
)
from .collections import (
    CollectionParams,
    Distance,
    HnswConfig,
    Modifier,
    MultiVectorConfig,
    OptimizersConfig,
    OptimizersStatus,
    VectorStorageDatatype,
    WalConfig,
)
from .ids import Payload, ShardKey
from .indexes import PayloadIndexInfo
from .optimizations import TrackerStatus
from .quantization import Memory, QuantizationConfig
from .service import HardwareUsage, QuotaConfig, QuotaExceeded
from .strict_mode import StrictModeConfigOutput

__all__ = [
    "AppBuildTelemetry",
    "AppFeaturesTelemetry",
    "AuditTelemetry",
    "ClusterConfigTelemetry",
    "ClusterStatusTelemetry",
    "ClusterTelemetry",
    "CollectionConfigTelemetry",
    "CollectionSnapshotTelemetry",
    "CollectionTelemetry",
    "CollectionTelemetryEnum",
    "CollectionsAggregatedTelemetry",
    "CollectionsTelemetry",
    "ConsensusConfigTelemetry",
    "ContainerRuntime",
    "CpuEndian",
    "DistributedClusterTelemetry",
    "DistributedCollectionTelemetry",
    "DistributedPeerDetails",
    "DistributedPeerInfo",
    "DistributedReplicaTelemetry",
    "DistributedShardTelemetry",
    "DistributedTelemetryData",
    "FeatureFlags",
    "GpuDeviceTelemetry",
    "GrpcTelemetry",
    "HardwareTelemetry",
    "HnswGlobalConfig",
    "Indexes",
    "IndexesOneOf",
    "IndexesOneOf1",
    "IoBackend",
    "LocalShardTelemetry",
    "LowMemoryMode",
    "LowMemoryModeOneOf",
    "LowMemoryModeOneOf1",
    "LowMemoryModeOneOf2",
    "MemoryTelemetry",
    "OperationDurationStatistics",
    "OptimizerTelemetry",
    "P2pConfigTelemetry",
    "PartialSnapshotTelemetry",
    "PayloadIndexTelemetry",
    "PayloadStorageType",
    "PayloadStorageTypeOneOf",
    "PayloadStorageTypeOneOf1",
    "PeerMetadata",
    "QuotaTelemetry",
    "RemoteShardTelemetry",
    "ReplicaSetTelemetry",
    "RequestsTelemetry",
    "ReshardingStage",
    "ReshardingTelemetry",
    "RunningEnvironmentTelemetry",
    "SearchThreadPoolTelemetry",
    "SegmentConfig",
    "SegmentInfo",
    "SegmentTelemetry",
    "SegmentType",
    "ShardCleanStatusFailedTelemetry",
    "ShardCleanStatusProgressTelemetry",
    "ShardCleanStatusTelemetry",
    "ShardCleanStatusTelemetryOneOf",
    "ShardCleanStatusTelemetryOneOf1",
    "ShardCleanStatusTelemetryOneOf2",
    "ShardStatus",
    "ShardUpdateQueueInfo",
    "SparseIndexConfig",
    "SparseIndexType",
    "SparseIndexTypeOneOf",
    "SparseIndexTypeOneOf1",
    "SparseIndexTypeOneOf2",
    "SparseVectorDataConfig",
    "SparseVectorStorageType",
    "SparseVectorStorageTypeOneOf",
    "TelemetryData",
    "TrackerTelemetry",
    "VectorDataConfig",
    "VectorDataInfo",
    "VectorIndexSearchesTelemetry",
    "VectorStorageType",
    "VectorStorageTypeOneOf",
    "VectorStorageTypeOneOf1",
    "VectorStorageTypeOneOf2",
    "VectorStorageTypeOneOf3",
    "VectorStorageTypeOneOf4",
    "VectorStorageTypeOneOf5",
    "WebApiTelemetry",
]


class ContainerRuntime(str, Enum):
    """TODO"""

    NONE = "none"
    DOCKER = "docker"
    KUBERNETES = "kubernetes"
    OTHER = "other"


class CpuEndian(str, Enum):
    """TODO"""

    LITTLE = "little"
    BIG = "big"
    OTHER = "other"


class IoBackend(str, Enum):
    """TODO"""

    MMAP = "mmap"
    IO_URING = "io_uring"


class LowMemoryModeOneOf(str, Enum):
    """TODO"""

    DISABLED = "disabled"


class LowMemoryModeOneOf1(str, Enum):
    """TODO"""

    NO_RESIDENT = "no_resident"


class LowMemoryModeOneOf2(str, Enum):
    """TODO"""

    NO_POPULATE = "no_populate"


class ReshardingStage(str, Enum):
    """TODO"""

    MIGRATING_POINTS = "migrating_points"
    READ_HASH_RING_COMMITTED = "read_hash_ring_committed"
    WRITE_HASH_RING_COMMITTED = "write_hash_ring_committed"


class SegmentType(str, Enum):
    """TODO"""

    PLAIN = "plain"
    INDEXED = "indexed"
    SPECIAL = "special"


class ShardCleanStatusTelemetryOneOf(str, Enum):
    """TODO"""

    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


class ShardStatus(str, Enum):
    """TODO"""

    GREEN = "green"
    YELLOW = "yellow"
    GREY = "grey"
    RED = "red"


class SparseIndexTypeOneOf(str, Enum):
    """TODO"""

    MUTABLERAM = "MutableRam"


class SparseIndexTypeOneOf1(str, Enum):
    """TODO"""

    IMMUTABLERAM = "ImmutableRam"


class SparseIndexTypeOneOf2(str, Enum):
    """TODO"""

    MMAP = "Mmap"


class SparseVectorStorageTypeOneOf(str, Enum):
    """TODO"""

    MMAP = "mmap"


class VectorStorageTypeOneOf(str, Enum):
    """TODO"""

    MEMORY = "Memory"


class VectorStorageTypeOneOf1(str, Enum):
    """TODO"""

    MMAP = "Mmap"


class VectorStorageTypeOneOf2(str, Enum):
    """TODO"""

    CHUNKEDMMAP = "ChunkedMmap"


class VectorStorageTypeOneOf3(str, Enum):
    """TODO"""

    INRAMCHUNKEDMMAP = "InRamChunkedMmap"


class VectorStorageTypeOneOf4(str, Enum):
    """TODO"""

    INRAMMMAP = "InRamMmap"


class VectorStorageTypeOneOf5(str, Enum):
    """TODO"""

    GRAPHINLINE = "GraphInline"


class AppBuildTelemetry(Model):
    """TODO"""

    name: str
    version: str
    features: AppFeaturesTelemetry | None = None
    runtime_features: FeatureFlags | None = None
    low_memory_mode: Untagged[LowMemoryMode] | None = None
    hnsw_global_config: HnswGlobalConfig | None = None
    system: RunningEnvironmentTelemetry | None = None
    jwt_rbac: bool | None = None
    hide_jwt_dashboard: bool | None = None
    audit: AuditTelemetry | None = None
    startup: Untagged[datetime | date]


class AppFeaturesTelemetry(Model):
    """TODO"""

    debug: bool
    service_debug_feature: bool
    recovery_mode: bool
    gpu: bool
    rocksdb: bool
    staging: bool


class AuditTelemetry(Model):
    """TODO"""

    dir: str
    rotation: str
    max_log_files: int
    trust_forwarded_headers: bool
    log_api: bool
    output: str
    dir_size_bytes: int | None = None


class ClusterConfigTelemetry(Model):
    """TODO"""

    grpc_timeout_ms: int
    p2p: P2pConfigTelemetry
    consensus: ConsensusConfigTelemetry


class ClusterStatusTelemetry(Model):
    """TODO"""

    number_of_peers: int
    term: int
    commit: int
    pending_operations: int
    role: StateRole | None = None
    is_voter: bool
    peer_id: int | None = None
    consensus_thread_status: Untagged[ConsensusThreadStatus]


class ClusterTelemetry(Model):
    """TODO"""

    enabled: bool
    status: ClusterStatusTelemetry | None = None
    config: ClusterConfigTelemetry | None = None
    peers: dict[str, PeerInfo] | None = None
    peer_metadata: dict[str, PeerMetadata] | None = None
    metadata: dict[str, Any] | None = None
    resharding_enabled: bool | None = None


class CollectionConfigTelemetry(Model):
    """TODO"""

    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizersConfig
    wal_config: WalConfig
    quantization_config: Untagged[QuantizationConfig] | None = None
    strict_mode_config: StrictModeConfigOutput | None = None
    uuid: UUID | None = None
    metadata: Payload | None = None


class CollectionSnapshotTelemetry(Model):
    """TODO"""

    id: str
    running_snapshots: int | None = None
    running_snapshot_recovery: int | None = None
    total_snapshot_creations: int | None = None


class CollectionTelemetry(Model):
    """TODO"""

    id: str
    init_time_ms: int | None = None
    config: CollectionConfigTelemetry | None = None
    shards: list[ReplicaSetTelemetry] | None = None
    transfers: list[ShardTransferInfo] | None = None
    resharding: list[ReshardingTelemetry] | None = None
    shard_clean_tasks: Untagged[dict[str, ShardCleanStatusTelemetry]] | None = None


class CollectionsAggregatedTelemetry(Model):
    """TODO"""

    vectors: int
    optimizers_status: OptimizersStatus
    params: CollectionParams


class CollectionsTelemetry(Model):
    """TODO"""

    number_of_collections: int
    max_collections: int | None = None
    collections: Untagged[list[CollectionTelemetryEnum]] | None = None
    snapshots: list[CollectionSnapshotTelemetry] | None = None


class ConsensusConfigTelemetry(Model):
    """TODO"""

    max_message_queue_size: int
    tick_period_ms: int
    bootstrap_timeout_sec: int


class DistributedClusterTelemetry(Model):
    """TODO"""

    enabled: bool
    number_of_peers: int | None = None
    peers: dict[str, DistributedPeerInfo]


class DistributedCollectionTelemetry(Model):
    """TODO"""

    id: str
    shards: list[DistributedShardTelemetry] | None = None
    reshardings: list[ReshardingInfo] | None = None
    shard_transfers: list[ShardTransferInfo] | None = None


class DistributedPeerDetails(Model):
    """TODO"""

    version: str
    role: StateRole | None = None
    is_voter: bool
    term: int
    commit: int
    num_pending_operations: int
    consensus_thread_status: Untagged[ConsensusThreadStatus]


class DistributedPeerInfo(Model):
    """TODO"""

    uri: str
    responsive: bool
    details: DistributedPeerDetails | None = None


class DistributedReplicaTelemetry(Model):
    """TODO"""

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
    """TODO"""

    id: int
    key: ShardKey | None = None
    replicas: list[DistributedReplicaTelemetry]


class DistributedTelemetryData(Model):
    """TODO"""

    collections: dict[str, DistributedCollectionTelemetry]
    cluster: DistributedClusterTelemetry | None = None


class FeatureFlags(Model):
    """TODO"""

    all: bool | None = False
    incremental_hnsw_building: bool | None = True
    appendable_quantization: bool | None = True
    single_file_mmap_vector_storage: bool | None = True
    async_payload_storage: bool | None = True
    async_hnsw_graph: bool | None = False
    write_segment_manifest: bool | None = False
    append_only_mutations: bool | None = False
    compact_bitmask: bool | None = False
    append_only_storages: bool | None = False
    compact_logstore_tracker: bool | None = False
    transfer_raw_points: bool | None = True
    transfer_raw_payloads: bool | None = True
    persist_proxy_segments: bool | None = False
    combined_vector_storage: bool | None = True
    serverless_compatible: bool | None = False


class GpuDeviceTelemetry(Model):
    """TODO"""

    name: str


class GrpcTelemetry(Model):
    """TODO"""

    responses: dict[str, dict[str, OperationDurationStatistics]]
    per_collection_responses: (
        dict[str, dict[str, dict[str, OperationDurationStatistics]]] | None
    ) = None


class HardwareTelemetry(Model):
    """TODO"""

    collection_data: dict[str, HardwareUsage]


class HnswGlobalConfig(Model):
    """TODO"""

    healing_threshold: float | None = 0.3


class IndexesOneOf(Model):
    """TODO"""

    type: Literal["plain"]
    options: Any


class IndexesOneOf1(Model):
    """TODO"""

    type: Literal["hnsw"]
    options: HnswConfig


class LocalShardTelemetry(Model):
    """TODO"""

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


class MemoryTelemetry(Model):
    """TODO"""

    active_bytes: int
    allocated_bytes: int
    metadata_bytes: int
    resident_bytes: int
    retained_bytes: int


class OperationDurationStatistics(Model):
    """TODO"""

    count: int
    fail_count: int | None = None
    avg_duration_micros: float | None = None
    min_duration_micros: float | None = None
    max_duration_micros: float | None = None
    total_duration_micros: int | None = None
    last_responded: Untagged[datetime | date] | None = None


class OptimizerTelemetry(Model):
    """TODO"""

    status: OptimizersStatus
    optimizations: OperationDurationStatistics
    log: list[TrackerTelemetry] | None = None


class P2pConfigTelemetry(Model):
    """TODO"""

    connection_pool_size: int


class PartialSnapshotTelemetry(Model):
    """TODO"""

    ongoing_create_snapshot_requests: int
    is_recovering: bool
    recovery_timestamp: int


class PayloadIndexTelemetry(Model):
    """TODO"""

    field_name: str | None = None
    index_type: str
    points_values_count: int
    points_count: int
    histogram_bucket_size: int | None = None


class PayloadStorageTypeOneOf(Model):
    """TODO"""

    type: Literal["mmap"]


class PayloadStorageTypeOneOf1(Model):
    """TODO"""

    type: Literal["in_ram_mmap"]


class PeerMetadata(Model):
    """TODO"""

    version: str


class QuotaTelemetry(Model):
    """TODO"""

    config: QuotaConfig
    exceeded: QuotaExceeded


class RemoteShardTelemetry(Model):
    """TODO"""

    shard_id: int
    peer_id: int
    searches: OperationDurationStatistics | None = None
    updates: OperationDurationStatistics | None = None


class ReplicaSetTelemetry(Model):
    """TODO"""

    id: int
    key: ShardKey | None = None
    local: LocalShardTelemetry | None = None
    remote: list[RemoteShardTelemetry]
    replicate_states: dict[str, ReplicaState]
    partial_snapshot: PartialSnapshotTelemetry | None = None


class RequestsTelemetry(Model):
    """TODO"""

    rest: WebApiTelemetry
    grpc: GrpcTelemetry


class ReshardingTelemetry(Model):
    """TODO"""

    stage: ReshardingStage
    direction: ReshardingDirection
    shard_id: int
    peer_id: int
    shard_key: ShardKey | None = None
    uuid: UUID


class RunningEnvironmentTelemetry(Model):
    """TODO"""

    distribution: str | None = None
    distribution_version: str | None = None
    is_docker: bool
    container_runtime: ContainerRuntime
    cores: int | None = None
    cpu_cores_used: float | None = None
    ram_size: int | None = None
    disk_size: int | None = None
    cpu_flags: str
    cpu_endian: CpuEndian | None = None
    gpu_devices: list[GpuDeviceTelemetry] | None = None


class SearchThreadPoolTelemetry(Model):
    """TODO"""

    mode: str
    high_cpu_threads: int
    high_io_threads: int


class SegmentConfig(Model):
    """TODO"""

    vector_data: dict[str, VectorDataConfig] | None = field(default_factory=dict)
    sparse_vector_data: dict[str, SparseVectorDataConfig] | None = None
    payload_storage_type: Untagged[PayloadStorageType]
    id_tracker_memory: Memory | None = None


class SegmentInfo(Model):
    """TODO"""

    uuid: UUID
    segment_type: SegmentType
    num_vectors: int
    num_points: int
    num_deferred_points: int | None = None
    num_deleted_deferred_points: int | None = None
    num_indexed_vectors: int
    num_deleted_vectors: int
    vectors_size_bytes: int
    payloads_size_bytes: int
    ram_usage_bytes: int
    disk_usage_bytes: int
    is_appendable: bool
    index_schema: dict[str, PayloadIndexInfo]
    vector_data: dict[str, VectorDataInfo]
    payload_storage_io_backend: IoBackend | None = None
    deferred_internal_id: int | None = None


class SegmentTelemetry(Model):
    """TODO"""

    info: SegmentInfo
    config: SegmentConfig
    vector_index_searches: list[VectorIndexSearchesTelemetry]
    payload_field_indices: list[PayloadIndexTelemetry]


class ShardCleanStatusFailedTelemetry(Model):
    """TODO"""

    reason: str


class ShardCleanStatusProgressTelemetry(Model):
    """TODO"""

    deleted_points: int


class ShardCleanStatusTelemetryOneOf1(Model):
    """TODO"""

    progress: ShardCleanStatusProgressTelemetry


class ShardCleanStatusTelemetryOneOf2(Model):
    """TODO"""

    failed: ShardCleanStatusFailedTelemetry


class ShardUpdateQueueInfo(Model):
    """TODO"""

    length: int
    op_num: int | None = None
    deferred_points: int | None = None


class SparseIndexConfig(Model):
    """TODO"""

    full_scan_threshold: int | None = None
    index_type: Untagged[SparseIndexType]
    datatype: VectorStorageDatatype | None = None
    memory: Memory | None = None


class SparseVectorDataConfig(Model):
    """TODO"""

    index: SparseIndexConfig
    storage_type: SparseVectorStorageType | None = None
    modifier: Modifier | None = None


class TelemetryData(Model):
    """TODO"""

    id: str
    app: AppBuildTelemetry | None = None
    collections: CollectionsTelemetry
    cluster: ClusterTelemetry | None = None
    requests: RequestsTelemetry | None = None
    memory: MemoryTelemetry | None = None
    hardware: HardwareTelemetry | None = None
    search_pool: SearchThreadPoolTelemetry | None = None
    quota: QuotaTelemetry | None = None


class TrackerTelemetry(Model):
    """TODO"""

    name: str
    uuid: UUID
    segment_ids: list[int]
    segment_uuids: list[UUID]
    status: Untagged[TrackerStatus]
    start_at: Untagged[datetime | date]
    end_at: Untagged[datetime | date] | None = None


class VectorDataConfig(Model):
    """TODO"""

    size: int
    distance: Distance
    storage_type: Untagged[VectorStorageType]
    index: Untagged[Indexes]
    quantization_config: Untagged[QuantizationConfig] | None = None
    multivector_config: MultiVectorConfig | None = None
    datatype: VectorStorageDatatype | None = None


class VectorDataInfo(Model):
    """TODO"""

    num_vectors: int
    num_indexed_vectors: int
    num_deleted_vectors: int
    io_backend: IoBackend | None = None


class VectorIndexSearchesTelemetry(Model):
    """TODO"""

    index_name: str | None = None
    unfiltered_plain: OperationDurationStatistics
    unfiltered_hnsw: OperationDurationStatistics
    unfiltered_sparse: OperationDurationStatistics
    filtered_plain: OperationDurationStatistics
    filtered_small_cardinality: OperationDurationStatistics
    filtered_large_cardinality: OperationDurationStatistics
    filtered_acorn: OperationDurationStatistics | None = None
    filtered_exact: OperationDurationStatistics
    filtered_sparse: OperationDurationStatistics
    unfiltered_exact: OperationDurationStatistics


class WebApiTelemetry(Model):
    """TODO"""

    responses: dict[str, dict[str, OperationDurationStatistics]]
    per_collection_responses: (
        dict[str, dict[str, dict[str, OperationDurationStatistics]]] | None
    ) = None


CollectionTelemetryEnum: TypeAlias = CollectionTelemetry | CollectionsAggregatedTelemetry
Indexes: TypeAlias = IndexesOneOf | IndexesOneOf1
LowMemoryMode: TypeAlias = LowMemoryModeOneOf | LowMemoryModeOneOf1 | LowMemoryModeOneOf2
PayloadStorageType: TypeAlias = PayloadStorageTypeOneOf | PayloadStorageTypeOneOf1
ShardCleanStatusTelemetry: TypeAlias = (
    ShardCleanStatusTelemetryOneOf
    | ShardCleanStatusTelemetryOneOf1
    | ShardCleanStatusTelemetryOneOf2
)
SparseIndexType: TypeAlias = SparseIndexTypeOneOf | SparseIndexTypeOneOf1 | SparseIndexTypeOneOf2
SparseVectorStorageType: TypeAlias = SparseVectorStorageTypeOneOf
VectorStorageType: TypeAlias = (
    VectorStorageTypeOneOf
    | VectorStorageTypeOneOf1
    | VectorStorageTypeOneOf2
    | VectorStorageTypeOneOf3
    | VectorStorageTypeOneOf4
    | VectorStorageTypeOneOf5
)

declare(
    CollectionTelemetryEnum, by_key(id=CollectionTelemetry, vectors=CollectionsAggregatedTelemetry)
)
declare(Indexes, by_tag("type", plain=IndexesOneOf, hnsw=IndexesOneOf1))
declare(
    PayloadStorageType,
    by_tag("type", mmap=PayloadStorageTypeOneOf, in_ram_mmap=PayloadStorageTypeOneOf1),
)
declare(
    ShardCleanStatusTelemetry,
    by_key(progress=ShardCleanStatusTelemetryOneOf1, failed=ShardCleanStatusTelemetryOneOf2),
)
