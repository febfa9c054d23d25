"""TODO"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, declare
from .ids import Payload
from .indexes import PayloadIndexInfo
from .quantization import Memory, QuantizationConfig, QuantizationConfigDiff
from .strict_mode import StrictModeConfig, StrictModeConfigOutput

__all__ = [
    "CollectionConfig",
    "CollectionDescription",
    "CollectionExistence",
    "CollectionInfo",
    "CollectionParams",
    "CollectionParamsDiff",
    "CollectionStatus",
    "CollectionWarning",
    "CollectionsResponse",
    "CreateCollection",
    "Datatype",
    "DenseVectorConfig",
    "DenseVectorNameConfig",
    "Distance",
    "HnswConfig",
    "HnswConfigDiff",
    "IdTrackerParams",
    "MaxOptimizationThreads",
    "MaxOptimizationThreadsSetting",
    "Modifier",
    "MultiVectorComparator",
    "MultiVectorConfig",
    "OptimizersConfig",
    "OptimizersConfigDiff",
    "OptimizersStatus",
    "OptimizersStatusOneOf",
    "OptimizersStatusOneOf1",
    "PayloadStorageParams",
    "ShardingMethod",
    "SparseIndexParams",
    "SparseVectorConfig",
    "SparseVectorNameConfig",
    "SparseVectorParams",
    "SparseVectorsConfig",
    "UpdateCollection",
    "UpdateQueueInfo",
    "VectorNameConfig",
    "VectorParams",
    "VectorParamsDiff",
    "VectorStorageDatatype",
    "VectorsConfig",
    "VectorsConfigDiff",
    "WalConfig",
    "WalConfigDiff",
]


class CollectionStatus(str, Enum):
    """TODO"""

    GREEN = "green"
    YELLOW = "yellow"
    GREY = "grey"
    RED = "red"


class Modifier(str, Enum):
    """TODO"""

    NONE = "none"
    IDF = "idf"


class Distance(str, Enum):
    """TODO"""

    COSINE = "Cosine"
    EUCLID = "Euclid"
    DOT = "Dot"
    MANHATTAN = "Manhattan"


class Datatype(str, Enum):
    """TODO"""

    FLOAT32 = "float32"
    UINT8 = "uint8"
    FLOAT16 = "float16"
    TURBO4 = "turbo4"
    TURBO8 = "turbo8"
    TURBO16 = "turbo16"


class MultiVectorComparator(str, Enum):
    """TODO"""

    MAX_SIM = "max_sim"


class OptimizersStatusOneOf(str, Enum):
    """TODO"""

    OK = "ok"


class MaxOptimizationThreadsSetting(str, Enum):
    """TODO"""

    AUTO = "auto"


class ShardingMethod(str, Enum):
    """TODO"""

    AUTO = "auto"
    CUSTOM = "custom"


class VectorStorageDatatype(str, Enum):
    """TODO"""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    UINT8 = "uint8"
    TURBO4 = "turbo4"
    TURBO8 = "turbo8"
    TURBO16 = "turbo16"


class CollectionConfig(Model):
    """TODO"""

    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizersConfig
    wal_config: WalConfig | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    strict_mode_config: StrictModeConfigOutput | None = None
    metadata: Payload | None = None


class CollectionDescription(Model):
    """TODO"""

    name: str


class CollectionExistence(Model):
    """TODO"""

    exists: bool


class CollectionInfo(Model):
    """TODO"""

    status: CollectionStatus
    optimizer_status: OptimizersStatus
    warnings: list[CollectionWarning] | None = None
    indexed_vectors_count: int | None = None
    points_count: int | None = None
    segments_count: int
    config: CollectionConfig
    payload_schema: dict[str, PayloadIndexInfo]
    update_queue: UpdateQueueInfo | None = None
    created_at: Untagged[datetime | date] | None = None


class CollectionParams(Model):
    """TODO"""

    vectors: Untagged[VectorsConfig] | None = None
    shard_number: int | None = 1
    sharding_method: ShardingMethod | None = None
    replication_factor: int | None = 1
    write_consistency_factor: int | None = 1
    read_fan_out_factor: int | None = None
    read_fan_out_delay_ms: int | None = None
    on_disk_payload: bool | None = True
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None
    sparse_vectors: dict[str, SparseVectorParams] | None = None


class CollectionParamsDiff(Model):
    """TODO"""

    replication_factor: int | None = None
    write_consistency_factor: int | None = None
    read_fan_out_factor: int | None = None
    read_fan_out_delay_ms: int | None = None
    on_disk_payload: bool | None = None
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None


class CollectionWarning(Model):
    """TODO"""

    message: str


class CollectionsResponse(Model):
    """TODO"""

    collections: list[CollectionDescription]


class CreateCollection(Model):
    """TODO"""

    vectors: Untagged[VectorsConfig] | None = None
    shard_number: int | None = None
    sharding_method: ShardingMethod | None = None
    replication_factor: int | None = None
    write_consistency_factor: int | None = None
    on_disk_payload: bool | None = None
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None
    hnsw_config: HnswConfigDiff | None = None
    wal_config: WalConfigDiff | None = None
    optimizers_config: OptimizersConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    sparse_vectors: Mapping[str, SparseVectorParams] | None = None
    strict_mode_config: StrictModeConfig | None = None
    metadata: Payload | None = None


class UpdateCollection(Model):
    """TODO"""

    vectors: VectorsConfigDiff | None = None
    optimizers_config: OptimizersConfigDiff | None = None
    params: CollectionParamsDiff | None = None
    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfigDiff] | None = None
    sparse_vectors: SparseVectorsConfig | None = None
    strict_mode_config: StrictModeConfig | None = None
    metadata: Payload | None = None


class VectorParams(Model):
    """TODO"""

    size: int
    distance: Distance
    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    datatype: Datatype | None = None
    multivector_config: MultiVectorConfig | None = None


class VectorParamsDiff(Model):
    """TODO"""

    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfigDiff] | None = None
    on_disk: bool | None = None
    memory: Memory | None = None


class SparseVectorParams(Model):
    """TODO"""

    index: SparseIndexParams | None = None
    modifier: Modifier | None = None


class SparseIndexParams(Model):
    """TODO"""

    full_scan_threshold: int | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    datatype: Datatype | None = None


class MultiVectorConfig(Model):
    """TODO"""

    comparator: MultiVectorComparator


class HnswConfig(Model):
    """TODO"""

    m: int
    ef_construct: int
    full_scan_threshold: int
    max_indexing_threads: int | None = 0
    on_disk: bool | None = None
    memory: Memory | None = None
    payload_m: int | None = None
    inline_storage: bool | None = None


class HnswConfigDiff(Model):
    """TODO"""

    m: int | None = None
    ef_construct: int | None = None
    full_scan_threshold: int | None = None
    max_indexing_threads: int | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    payload_m: int | None = None
    inline_storage: bool | None = None


class OptimizersConfig(Model):
    """TODO"""

    deleted_threshold: float | None = 0.2
    vacuum_min_vector_number: int | None = 1000
    default_segment_number: int
    max_segment_size: int | None = None
    memmap_threshold: int | None = None
    indexing_threshold: int | None = None
    flush_interval_sec: int
    max_optimization_threads: int | None = None
    prevent_unoptimized: bool | None = None


class OptimizersConfigDiff(Model):
    """TODO"""

    deleted_threshold: float | None = None
    vacuum_min_vector_number: int | None = None
    default_segment_number: int | None = None
    max_segment_size: int | None = None
    memmap_threshold: int | None = None
    indexing_threshold: int | None = None
    flush_interval_sec: int | None = None
    max_optimization_threads: MaxOptimizationThreads | None = None
    prevent_unoptimized: bool | None = None


class OptimizersStatusOneOf1(Model):
    """TODO"""

    error: str


class WalConfig(Model):
    """TODO"""

    wal_capacity_mb: int
    wal_segments_ahead: int
    wal_retain_closed: int | None = 1


class WalConfigDiff(Model):
    """TODO"""

    wal_capacity_mb: int | None = None
    wal_segments_ahead: int | None = None
    wal_retain_closed: int | None = None


class PayloadStorageParams(Model):
    """TODO"""

    memory: Memory | None = None


class IdTrackerParams(Model):
    """TODO"""

    memory: Memory | None = None


class UpdateQueueInfo(Model):
    """TODO"""

    length: int
    deferred_points: int | None = None


class DenseVectorNameConfig(Model):
    """TODO"""

    dense: DenseVectorConfig


class DenseVectorConfig(Model):
    """TODO"""

    size: int
    distance: Distance
    multivector_config: MultiVectorConfig | None = None
    datatype: VectorStorageDatatype | None = None


class SparseVectorNameConfig(Model):
    """TODO"""

    sparse: SparseVectorConfig


class SparseVectorConfig(Model):
    """TODO"""

    modifier: Modifier | None = None
    datatype: VectorStorageDatatype | None = None


VectorsConfig: TypeAlias = VectorParams | dict[str, VectorParams]
VectorsConfigDiff: TypeAlias = Mapping[str, VectorParamsDiff]
SparseVectorsConfig: TypeAlias = Mapping[str, SparseVectorParams]
OptimizersStatus: TypeAlias = OptimizersStatusOneOf | OptimizersStatusOneOf1
MaxOptimizationThreads: TypeAlias = int | MaxOptimizationThreadsSetting
VectorNameConfig: TypeAlias = DenseVectorNameConfig | SparseVectorNameConfig

declare(VectorNameConfig, by_key(dense=DenseVectorNameConfig, sparse=SparseVectorNameConfig))
