"""TODO"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ._model import Model

__all__ = [
    "StrictModeConfig",
    "StrictModeConfigOutput",
    "StrictModeMultivector",
    "StrictModeMultivectorConfig",
    "StrictModeMultivectorConfigOutput",
    "StrictModeMultivectorOutput",
    "StrictModeSparse",
    "StrictModeSparseConfig",
    "StrictModeSparseConfigOutput",
    "StrictModeSparseOutput",
]


class StrictModeConfig(Model):
    """TODO"""

    enabled: bool | None = None
    max_query_limit: int | None = None
    max_timeout: int | None = None
    unindexed_filtering_retrieve: bool | None = None
    unindexed_filtering_update: bool | None = None
    search_max_hnsw_ef: int | None = None
    search_allow_exact: bool | None = None
    search_max_oversampling: float | None = None
    upsert_max_batchsize: int | None = None
    search_max_batchsize: int | None = None
    max_collection_vector_size_bytes: int | None = None
    read_rate_limit: int | None = None
    write_rate_limit: int | None = None
    max_collection_payload_size_bytes: int | None = None
    max_points_count: int | None = None
    filter_max_conditions: int | None = None
    condition_max_size: int | None = None
    multivector_config: StrictModeMultivectorConfig | None = None
    sparse_config: StrictModeSparseConfig | None = None
    max_payload_index_count: int | None = None
    max_resident_memory_percent: int | None = None


class StrictModeConfigOutput(Model):
    """TODO"""

    enabled: bool | None = None
    max_query_limit: int | None = None
    max_timeout: int | None = None
    unindexed_filtering_retrieve: bool | None = None
    unindexed_filtering_update: bool | None = None
    search_max_hnsw_ef: int | None = None
    search_allow_exact: bool | None = None
    search_max_oversampling: float | None = None
    upsert_max_batchsize: int | None = None
    search_max_batchsize: int | None = None
    max_collection_vector_size_bytes: int | None = None
    read_rate_limit: int | None = None
    write_rate_limit: int | None = None
    max_collection_payload_size_bytes: int | None = None
    max_points_count: int | None = None
    filter_max_conditions: int | None = None
    condition_max_size: int | None = None
    multivector_config: StrictModeMultivectorConfigOutput | None = None
    sparse_config: StrictModeSparseConfigOutput | None = None
    max_payload_index_count: int | None = None
    max_resident_memory_percent: int | None = None


class StrictModeMultivector(Model):
    """TODO"""

    max_vectors: int | None = None


class StrictModeMultivectorOutput(Model):
    """TODO"""

    max_vectors: int | None = None


class StrictModeSparse(Model):
    """TODO"""

    max_length: int | None = None


class StrictModeSparseOutput(Model):
    """TODO"""

    max_length: int | None = None


StrictModeMultivectorConfig: TypeAlias = Mapping[str, StrictModeMultivector]
StrictModeMultivectorConfigOutput: TypeAlias = dict[str, StrictModeMultivectorOutput]
StrictModeSparseConfig: TypeAlias = Mapping[str, StrictModeSparse]
StrictModeSparseConfigOutput: TypeAlias = dict[str, StrictModeSparseOutput]
