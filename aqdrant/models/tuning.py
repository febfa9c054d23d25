"""Settings of the graph, the optimizer, the log and the storages of a collection."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models.quantization import Memory

__all__ = [
    "HnswConfig",
    "HnswConfigDiff",
    "IdTrackerParams",
    "MaxOptimizationThreads",
    "MaxOptimizationThreadsSetting",
    "OptimizersConfig",
    "OptimizersConfigDiff",
    "PayloadStorageParams",
    "WalConfig",
    "WalConfigDiff",
]


class MaxOptimizationThreadsSetting(StrEnum):
    """Let the server choose the number of optimization threads."""

    AUTO = "auto"


class HnswConfig(Model):
    """The settings of a collection's HNSW graph."""

    m: int
    ef_construct: int
    full_scan_threshold: int
    """Kilobytes of vectors below which all are looked at."""
    max_indexing_threads: int | None = 0
    on_disk: bool | None = None
    memory: Memory | None = None
    payload_m: int | None = None
    inline_storage: bool | None = None


class HnswConfigDiff(Model):
    """Settings of the HNSW graph to change; None keeps what is."""

    m: int | None = None
    """Links a node; 0 builds no graph."""
    ef_construct: int | None = None
    """Candidates looked at when a node is linked."""
    full_scan_threshold: int | None = None
    """Kilobytes of vectors below which all are looked at."""
    max_indexing_threads: int | None = None
    """0 lets the server choose."""
    on_disk: bool | None = None
    memory: Memory | None = None
    payload_m: int | None = None
    """Links a node within one value of an indexed key; as `m` by default."""
    inline_storage: bool | None = None
    """Keep vectors beside the links: quicker from disk, larger."""


class OptimizersConfig(Model):
    """The settings of a collection's optimizer."""

    deleted_threshold: float | None = 0.2
    vacuum_min_vector_number: int | None = 1000
    default_segment_number: int
    max_segment_size: int | None = None
    """Kilobytes of vectors."""
    memmap_threshold: int | None = None
    """Kilobytes of vectors from which a segment is mapped from disk."""
    indexing_threshold: int | None = None
    """Kilobytes of vectors from which a segment is indexed."""
    flush_interval_sec: int
    max_optimization_threads: int | None = None
    prevent_unoptimized: bool | None = None


class OptimizersConfigDiff(Model):
    """Settings of the optimizer to change; None keeps what is."""

    deleted_threshold: float | None = None
    """Share of deleted points from which a segment is cleaned."""
    vacuum_min_vector_number: int | None = None
    """Vectors from which a segment is worth cleaning."""
    default_segment_number: int | None = None
    """Segments to aim at; 0 lets the server choose."""
    max_segment_size: int | None = None
    """Kilobytes of vectors."""
    memmap_threshold: int | None = None
    """Kilobytes of vectors from which a segment is mapped from disk."""
    indexing_threshold: int | None = None
    """Kilobytes of vectors from which a segment is indexed."""
    flush_interval_sec: int | None = None
    max_optimization_threads: MaxOptimizationThreads | None = None
    """0 stops optimizations, ``auto`` lets the server choose."""
    prevent_unoptimized: bool | None = None
    """Hide new points in large segments until these are indexed."""


class WalConfig(Model):
    """The settings of a collection's write-ahead log."""

    wal_capacity_mb: int
    wal_segments_ahead: int
    wal_retain_closed: int | None = 1


class WalConfigDiff(Model):
    """Settings of the write-ahead log to change; None keeps what is."""

    wal_capacity_mb: int | None = None
    """Megabytes a file of the log."""
    wal_segments_ahead: int | None = None
    """Files made beforehand."""
    wal_retain_closed: int | None = None
    """Finished files to keep."""


class PayloadStorageParams(Model):
    """Where payload is kept."""

    memory: Memory | None = None


class IdTrackerParams(Model):
    """Where the map of point ids is kept."""

    memory: Memory | None = None


MaxOptimizationThreads: TypeAlias = int | MaxOptimizationThreadsSetting
