"""Telemetry of segments: vectors, indexes, searches. Loaded when first used."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias
from uuid import UUID

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_tag, declare
from aqdrant.models.indexes import PayloadIndexInfo
from aqdrant.models.quantization import Memory, QuantizationConfig
from aqdrant.models.tuning import HnswConfig
from aqdrant.models.vector_params import (
    Distance,
    Modifier,
    MultiVectorConfig,
    VectorStorageDatatype,
)

__all__ = [
    "Indexes",
    "IndexesOneOf",
    "IndexesOneOf1",
    "IoBackend",
    "OperationDurationStatistics",
    "PayloadIndexTelemetry",
    "PayloadStorageType",
    "PayloadStorageTypeOneOf",
    "PayloadStorageTypeOneOf1",
    "SegmentConfig",
    "SegmentInfo",
    "SegmentTelemetry",
    "SegmentType",
    "SparseIndexConfig",
    "SparseIndexType",
    "SparseIndexTypeOneOf",
    "SparseIndexTypeOneOf1",
    "SparseIndexTypeOneOf2",
    "SparseVectorDataConfig",
    "SparseVectorStorageType",
    "SparseVectorStorageTypeOneOf",
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
]


class IoBackend(StrEnum):
    """How a file is read."""

    MMAP = "mmap"
    IO_URING = "io_uring"


class SegmentType(StrEnum):
    """What a segment is made for."""

    PLAIN = "plain"
    INDEXED = "indexed"
    SPECIAL = "special"


class SparseIndexTypeOneOf(StrEnum):
    """A sparse index that can be changed, in memory."""

    MUTABLERAM = "MutableRam"


class SparseIndexTypeOneOf1(StrEnum):
    """A sparse index that cannot be changed, in memory."""

    IMMUTABLERAM = "ImmutableRam"


class SparseIndexTypeOneOf2(StrEnum):
    """A sparse index in a mapped file."""

    MMAP = "Mmap"


class SparseVectorStorageTypeOneOf(StrEnum):
    """Sparse vectors in mapped files."""

    MMAP = "mmap"


class VectorStorageTypeOneOf(StrEnum):
    """Vectors in memory."""

    MEMORY = "Memory"


class VectorStorageTypeOneOf1(StrEnum):
    """Vectors in one mapped file."""

    MMAP = "Mmap"


class VectorStorageTypeOneOf2(StrEnum):
    """Vectors in mapped files that can grow."""

    CHUNKEDMMAP = "ChunkedMmap"


class VectorStorageTypeOneOf3(StrEnum):
    """Vectors in mapped files that can grow, locked in memory."""

    INRAMCHUNKEDMMAP = "InRamChunkedMmap"


class VectorStorageTypeOneOf4(StrEnum):
    """Vectors in one mapped file, locked in memory."""

    INRAMMMAP = "InRamMmap"


class VectorStorageTypeOneOf5(StrEnum):
    """Vectors beside the links of the graph."""

    GRAPHINLINE = "GraphInline"


class IndexesOneOf(Model):
    """No index: every vector is looked at."""

    type: Literal["plain"]
    options: Any


class IndexesOneOf1(Model):
    """An HNSW graph."""

    type: Literal["hnsw"]
    options: HnswConfig


class PayloadIndexTelemetry(Model):
    """A payload index of a segment."""

    field_name: str | None = None
    index_type: str
    points_values_count: int
    points_count: int
    histogram_bucket_size: int | None = None


class PayloadStorageTypeOneOf(Model):
    """Payload in mapped files."""

    type: Literal["mmap"]


class PayloadStorageTypeOneOf1(Model):
    """Payload in mapped files, locked in memory."""

    type: Literal["in_ram_mmap"]


class SegmentInfo(Model):
    """Size and state of a segment."""

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
    """A segment in detail."""

    info: SegmentInfo
    config: SegmentConfig
    vector_index_searches: list[VectorIndexSearchesTelemetry]
    payload_field_indices: list[PayloadIndexTelemetry]


class SparseIndexConfig(Model):
    """What a sparse index is set to."""

    full_scan_threshold: int | None = None
    index_type: Untagged[SparseIndexType]
    datatype: VectorStorageDatatype | None = None
    memory: Memory | None = None


class SparseVectorDataConfig(Model):
    """What a sparse vector of a segment is set to."""

    index: SparseIndexConfig
    storage_type: SparseVectorStorageType | None = None
    modifier: Modifier | None = None


class VectorDataConfig(Model):
    """What a dense vector of a segment is set to."""

    size: int
    distance: Distance
    storage_type: Untagged[VectorStorageType]
    index: Untagged[Indexes]
    quantization_config: Untagged[QuantizationConfig] | None = None
    multivector_config: MultiVectorConfig | None = None
    datatype: VectorStorageDatatype | None = None


class VectorDataInfo(Model):
    """How many vectors of one name a segment has."""

    num_vectors: int
    num_indexed_vectors: int
    num_deleted_vectors: int
    io_backend: IoBackend | None = None


class VectorIndexSearchesTelemetry(Model):
    """How searches of one vector were carried out."""

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


class SegmentConfig(Model):
    """What a segment is set to."""

    vector_data: dict[str, VectorDataConfig] | None = {}  # noqa: RUF012  # msgspec copies it
    sparse_vector_data: dict[str, SparseVectorDataConfig] | None = None
    payload_storage_type: Untagged[PayloadStorageType]
    id_tracker_memory: Memory | None = None


class OperationDurationStatistics(Model):
    """How often something ran, and for how long."""

    count: int
    fail_count: int | None = None
    avg_duration_micros: float | None = None
    min_duration_micros: float | None = None
    max_duration_micros: float | None = None
    total_duration_micros: int | None = None
    last_responded: Untagged[datetime | date] | None = None


Indexes: TypeAlias = IndexesOneOf | IndexesOneOf1
PayloadStorageType: TypeAlias = PayloadStorageTypeOneOf | PayloadStorageTypeOneOf1
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

declare(Indexes, by_tag("type", plain=IndexesOneOf, hnsw=IndexesOneOf1))
declare(
    PayloadStorageType,
    by_tag("type", mmap=PayloadStorageTypeOneOf, in_ram_mmap=PayloadStorageTypeOneOf1),
)
