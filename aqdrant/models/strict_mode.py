"""Strict mode: limits that a collection puts on its callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from aqdrant.models._model import Model

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
    """Limits on what callers may ask of a collection. None leaves a thing unlimited."""

    enabled: bool | None = None
    max_query_limit: int | None = None
    max_timeout: int | None = None
    """Seconds."""
    unindexed_filtering_retrieve: bool | None = None
    """Whether reads may filter on keys without an index."""
    unindexed_filtering_update: bool | None = None
    """Whether updates may filter on keys without an index."""
    search_max_hnsw_ef: int | None = None
    search_allow_exact: bool | None = None
    search_max_oversampling: float | None = None
    upsert_max_batchsize: int | None = None
    """Points an upsert."""
    search_max_batchsize: int | None = None
    """Queries a batch."""
    max_collection_vector_size_bytes: int | None = None
    read_rate_limit: int | None = None
    """Reads a minute and replica."""
    write_rate_limit: int | None = None
    """Writes a minute and replica."""
    max_collection_payload_size_bytes: int | None = None
    max_points_count: int | None = None
    filter_max_conditions: int | None = None
    """Conditions a filter."""
    condition_max_size: int | None = None
    """Values a condition."""
    multivector_config: StrictModeMultivectorConfig | None = None
    """By name of the vector."""
    sparse_config: StrictModeSparseConfig | None = None
    """By name of the vector."""
    max_payload_index_count: int | None = None
    max_resident_memory_percent: int | None = None


class StrictModeConfigOutput(Model):
    """The limits of a collection as they are in force."""

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
    """Limits on one multivector."""

    max_vectors: int | None = None
    """Vectors a multivector."""


class StrictModeMultivectorOutput(Model):
    """Limits on one multivector as they are in force."""

    max_vectors: int | None = None


class StrictModeSparse(Model):
    """Limits on one sparse vector."""

    max_length: int | None = None
    """Non-zero elements a vector."""


class StrictModeSparseOutput(Model):
    """Limits on one sparse vector as they are in force."""

    max_length: int | None = None


StrictModeMultivectorConfig: TypeAlias = Mapping[str, StrictModeMultivector]
StrictModeMultivectorConfigOutput: TypeAlias = dict[str, StrictModeMultivectorOutput]
StrictModeSparseConfig: TypeAlias = Mapping[str, StrictModeSparse]
StrictModeSparseConfigOutput: TypeAlias = dict[str, StrictModeSparseOutput]
