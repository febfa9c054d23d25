"""What a vector of a collection looks like: size, distance, type, index."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_key, declare
from aqdrant.models.quantization import Memory, QuantizationConfig, QuantizationConfigDiff
from aqdrant.models.tuning import HnswConfigDiff

__all__ = [
    "Datatype",
    "DenseVectorConfig",
    "DenseVectorNameConfig",
    "Distance",
    "Modifier",
    "MultiVectorComparator",
    "MultiVectorConfig",
    "SparseIndexParams",
    "SparseVectorConfig",
    "SparseVectorNameConfig",
    "SparseVectorParams",
    "SparseVectorsConfig",
    "VectorNameConfig",
    "VectorParams",
    "VectorParamsDiff",
    "VectorStorageDatatype",
    "VectorsConfig",
    "VectorsConfigDiff",
]


class Modifier(StrEnum):
    """What is done to the values of a sparse vector at query time."""

    NONE = "none"
    IDF = "idf"


class Distance(StrEnum):
    """The metric by which vectors are compared."""

    COSINE = "Cosine"
    EUCLID = "Euclid"
    DOT = "Dot"
    MANHATTAN = "Manhattan"


class Datatype(StrEnum):
    """The number type in which vectors are stored."""

    FLOAT32 = "float32"
    UINT8 = "uint8"
    FLOAT16 = "float16"
    TURBO4 = "turbo4"
    TURBO8 = "turbo8"
    TURBO16 = "turbo16"


class MultiVectorComparator(StrEnum):
    """How two multivectors are compared."""

    MAX_SIM = "max_sim"


class VectorStorageDatatype(StrEnum):
    """The number type in which vectors are stored, as named vectors are created."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    UINT8 = "uint8"
    TURBO4 = "turbo4"
    TURBO8 = "turbo8"
    TURBO16 = "turbo16"


class VectorParams(Model):
    """A dense vector of a collection."""

    size: int
    """Number of dimensions: 1 to 65,536."""
    distance: Distance
    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfig] | None = None
    on_disk: bool | None = None
    """Keep the vectors on disk; `memory` says more."""
    memory: Memory | None = None
    datatype: Datatype | None = None
    """float32 by default."""
    multivector_config: MultiVectorConfig | None = None
    """Given, a point has a list of such vectors."""


class VectorParamsDiff(Model):
    """Settings of a dense vector to change; None keeps what is."""

    hnsw_config: HnswConfigDiff | None = None
    quantization_config: Untagged[QuantizationConfigDiff] | None = None
    on_disk: bool | None = None
    memory: Memory | None = None


class SparseVectorParams(Model):
    """A sparse vector of a collection."""

    index: SparseIndexParams | None = None
    modifier: Modifier | None = None
    """``idf`` weighs terms by how rare they are."""


class SparseIndexParams(Model):
    """The index of a sparse vector."""

    full_scan_threshold: int | None = None
    """Number of vectors below which all are looked at."""
    on_disk: bool | None = None
    memory: Memory | None = None
    datatype: Datatype | None = None


class MultiVectorConfig(Model):
    """Makes a vector a list of vectors a point."""

    comparator: MultiVectorComparator


class DenseVectorNameConfig(Model):
    """A dense vector to add to a collection that exists."""

    dense: DenseVectorConfig


class DenseVectorConfig(Model):
    """Size and metric of a dense vector that is added."""

    size: int
    distance: Distance
    multivector_config: MultiVectorConfig | None = None
    datatype: VectorStorageDatatype | None = None


class SparseVectorNameConfig(Model):
    """A sparse vector to add to a collection that exists."""

    sparse: SparseVectorConfig


class SparseVectorConfig(Model):
    """Settings of a sparse vector that is added."""

    modifier: Modifier | None = None
    datatype: VectorStorageDatatype | None = None


VectorsConfig: TypeAlias = VectorParams | dict[str, VectorParams]
VectorsConfigDiff: TypeAlias = Mapping[str, VectorParamsDiff]
SparseVectorsConfig: TypeAlias = Mapping[str, SparseVectorParams]
VectorNameConfig: TypeAlias = DenseVectorNameConfig | SparseVectorNameConfig

declare(VectorNameConfig, by_key(dense=DenseVectorNameConfig, sparse=SparseVectorNameConfig))
