"""Telemetry of one node: build, system, requests, memory. Loaded when first used."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged
from aqdrant.models.cluster_telemetry import ClusterTelemetry
from aqdrant.models.collection_telemetry import CollectionsTelemetry
from aqdrant.models.segment_telemetry import OperationDurationStatistics
from aqdrant.models.service import HardwareUsage, QuotaConfig, QuotaExceeded

__all__ = [
    "AppBuildTelemetry",
    "AppFeaturesTelemetry",
    "AuditTelemetry",
    "ContainerRuntime",
    "CpuEndian",
    "FeatureFlags",
    "GpuDeviceTelemetry",
    "GrpcTelemetry",
    "HardwareTelemetry",
    "HnswGlobalConfig",
    "LowMemoryMode",
    "LowMemoryModeOneOf",
    "LowMemoryModeOneOf1",
    "LowMemoryModeOneOf2",
    "MemoryTelemetry",
    "QuotaTelemetry",
    "RequestsTelemetry",
    "RunningEnvironmentTelemetry",
    "SearchThreadPoolTelemetry",
    "TelemetryData",
    "WebApiTelemetry",
]


class ContainerRuntime(StrEnum):
    """The container that the server runs in."""

    NONE = "none"
    DOCKER = "docker"
    KUBERNETES = "kubernetes"
    OTHER = "other"


class CpuEndian(StrEnum):
    """The byte order of the processor."""

    LITTLE = "little"
    BIG = "big"
    OTHER = "other"


class LowMemoryModeOneOf(StrEnum):
    """Memory is used as configured."""

    DISABLED = "disabled"


class LowMemoryModeOneOf1(StrEnum):
    """Quantized vectors, indexes and payload are read from disk."""

    NO_RESIDENT = "no_resident"


class LowMemoryModeOneOf2(StrEnum):
    """As `no_resident`, and the page cache is not filled beforehand."""

    NO_POPULATE = "no_populate"


class AppBuildTelemetry(Model):
    """The server's build, features and surroundings."""

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
    """Features that the server was compiled with."""

    debug: bool
    service_debug_feature: bool
    recovery_mode: bool
    gpu: bool
    rocksdb: bool
    staging: bool


class AuditTelemetry(Model):
    """Settings of the audit log."""

    dir: str
    rotation: str
    max_log_files: int
    trust_forwarded_headers: bool
    log_api: bool
    output: str
    dir_size_bytes: int | None = None


class FeatureFlags(Model):
    """Features that are switched at run time."""

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
    """A GPU that the server uses."""

    name: str


class GrpcTelemetry(Model):
    """Statistics of gRPC calls."""

    responses: dict[str, dict[str, OperationDurationStatistics]]
    per_collection_responses: (
        dict[str, dict[str, dict[str, OperationDurationStatistics]]] | None
    ) = None


class HardwareTelemetry(Model):
    """Work of the machine, by collection."""

    collection_data: dict[str, HardwareUsage]


class HnswGlobalConfig(Model):
    """Settings of all HNSW graphs together."""

    healing_threshold: float | None = 0.3


class MemoryTelemetry(Model):
    """What the allocator holds."""

    active_bytes: int
    allocated_bytes: int
    metadata_bytes: int
    resident_bytes: int
    retained_bytes: int


class QuotaTelemetry(Model):
    """Limits and whether they are exceeded."""

    config: QuotaConfig
    exceeded: QuotaExceeded


class RequestsTelemetry(Model):
    """Statistics of requests on both ports."""

    rest: WebApiTelemetry
    grpc: GrpcTelemetry


class RunningEnvironmentTelemetry(Model):
    """The machine that the server runs on."""

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
    """The threads that search."""

    mode: str
    high_cpu_threads: int
    high_io_threads: int


class TelemetryData(Model):
    """Everything one node tells about itself."""

    id: str
    app: AppBuildTelemetry | None = None
    collections: CollectionsTelemetry
    cluster: ClusterTelemetry | None = None
    requests: RequestsTelemetry | None = None
    memory: MemoryTelemetry | None = None
    hardware: HardwareTelemetry | None = None
    search_pool: SearchThreadPoolTelemetry | None = None
    quota: QuotaTelemetry | None = None


class WebApiTelemetry(Model):
    """Statistics of REST calls."""

    responses: dict[str, dict[str, OperationDurationStatistics]]
    per_collection_responses: (
        dict[str, dict[str, dict[str, OperationDurationStatistics]]] | None
    ) = None


LowMemoryMode: TypeAlias = LowMemoryModeOneOf | LowMemoryModeOneOf1 | LowMemoryModeOneOf2
