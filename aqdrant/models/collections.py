"""Collections: creating, changing and describing them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged
from aqdrant.models.ids import Payload
from aqdrant.models.indexes import PayloadIndexInfo
from aqdrant.models.quantization import QuantizationConfig, QuantizationConfigDiff
from aqdrant.models.strict_mode import StrictModeConfig, StrictModeConfigOutput
from aqdrant.models.tuning import (
    HnswConfig,
    HnswConfigDiff,
    IdTrackerParams,
    OptimizersConfig,
    OptimizersConfigDiff,
    PayloadStorageParams,
    WalConfig,
    WalConfigDiff,
)
from aqdrant.models.vector_params import (
    SparseVectorParams,
    SparseVectorsConfig,
    VectorsConfig,
    VectorsConfigDiff,
)

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
    "OptimizersStatus",
    "OptimizersStatusOneOf",
    "OptimizersStatusOneOf1",
    "ShardingMethod",
    "UpdateCollection",
    "UpdateQueueInfo",
]


class CollectionStatus(StrEnum):
    """How a collection does: ready, optimizing, waiting for an update, failed."""

    GREEN = "green"
    YELLOW = "yellow"
    GREY = "grey"
    RED = "red"


class OptimizersStatusOneOf(StrEnum):
    """The optimizer is well."""

    OK = "ok"


class ShardingMethod(StrEnum):
    """Who decides which shard a point goes to."""

    AUTO = "auto"
    CUSTOM = "custom"


class CollectionConfig(Model):
    """Everything a collection is set to."""

    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizersConfig
    wal_config: WalConfig | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    strict_mode_config: StrictModeConfigOutput | None = None
    metadata: Payload | None = None


class CollectionDescription(Model):
    """A collection by its name."""

    name: str


class CollectionExistence(Model):
    """Whether a collection exists."""

    exists: bool


class CollectionInfo(Model):
    """State, size and settings of a collection."""

    status: CollectionStatus
    optimizer_status: OptimizersStatus
    warnings: list[CollectionWarning] | None = None
    indexed_vectors_count: int | None = None
    """About how many vectors an index covers."""
    points_count: int | None = None
    """About how many points there are."""
    segments_count: int
    config: CollectionConfig
    payload_schema: dict[str, PayloadIndexInfo]
    """The payload indexes, by key."""
    update_queue: UpdateQueueInfo | None = None
    created_at: Untagged[datetime | date] | None = None


class CollectionParams(Model):
    """What a collection was created with."""

    vectors: Untagged[VectorsConfig] | None = None
    shard_number: int | None = 1
    sharding_method: ShardingMethod | None = None
    replication_factor: int | None = 1
    write_consistency_factor: int | None = 1
    read_fan_out_factor: int | None = None
    """Further replicas to ask at the same time; the server chooses by default."""
    read_fan_out_delay_ms: int | None = None
    """Milliseconds to wait before asking them."""
    on_disk_payload: bool | None = True
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None
    sparse_vectors: dict[str, SparseVectorParams] | None = None


class CollectionParamsDiff(Model):
    """Parameters of a collection to change; None keeps what is."""

    replication_factor: int | None = None
    write_consistency_factor: int | None = None
    read_fan_out_factor: int | None = None
    read_fan_out_delay_ms: int | None = None
    on_disk_payload: bool | None = None
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None


class CollectionWarning(Model):
    """Something about a collection that deserves a look."""

    message: str


class CollectionsResponse(Model):
    """The collections there are."""

    collections: list[CollectionDescription]


class CreateCollection(Model):
    """A collection to create."""

    vectors: Untagged[VectorsConfig] | None = None
    """The unnamed vector, or a dict of named ones."""
    shard_number: int | None = None
    """1 by default; in a cluster, the number of peers."""
    sharding_method: ShardingMethod | None = None
    replication_factor: int | None = None
    """Copies of each shard; 1 by default."""
    write_consistency_factor: int | None = None
    """Copies that have to confirm a write; 1 by default."""
    on_disk_payload: bool | None = None
    """Read payload from disk rather than keep it in memory."""
    payload: PayloadStorageParams | None = None
    id_tracker: IdTrackerParams | None = None
    hnsw_config: HnswConfigDiff | None = None
    wal_config: WalConfigDiff | None = None
    optimizers_config: OptimizersConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    sparse_vectors: Mapping[str, SparseVectorParams] | None = None
    strict_mode_config: StrictModeConfig | None = None
    metadata: Payload | None = None
    """Anything worth keeping beside the collection."""


class UpdateCollection(Model):
    """Settings of a collection to change; None keeps what is."""

    vectors: VectorsConfigDiff | None = None
    """By name; the unnamed vector under ``""``."""
    optimizers_config: OptimizersConfigDiff | None = None
    params: CollectionParamsDiff | None = None
    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfigDiff] | None = None
    sparse_vectors: SparseVectorsConfig | None = None
    strict_mode_config: StrictModeConfig | None = None
    metadata: Payload | None = None
    """Merged into what is there."""


class OptimizersStatusOneOf1(Model):
    """The optimizer failed."""

    error: str


class UpdateQueueInfo(Model):
    """Updates that were accepted and not yet applied."""

    length: int
    deferred_points: int | None = None
    """Points that are not yet visible to searches."""


OptimizersStatus: TypeAlias = OptimizersStatusOneOf | OptimizersStatusOneOf1
