"""TODO"""

from __future__ import annotations

from ._model import Model

__all__ = [
    "HardwareUsage",
    "InferenceUsage",
    "ModelUsage",
    "PeerQuotaUsage",
    "QuotaConfig",
    "QuotaExceeded",
    "QuotaStatus",
    "QuotaUsage",
    "Usage",
    "VersionInfo",
]


class VersionInfo(Model):
    """TODO"""

    title: str
    version: str
    commit: str | None = None


class Usage(Model):
    """TODO"""

    hardware: HardwareUsage | None = None
    inference: InferenceUsage | None = None


class HardwareUsage(Model):
    """TODO"""

    cpu: int
    payload_io_read: int
    payload_io_write: int
    payload_index_io_read: int
    payload_index_io_write: int
    vector_io_read: int
    vector_io_write: int


class InferenceUsage(Model):
    """TODO"""

    models: dict[str, ModelUsage]


class ModelUsage(Model):
    """TODO"""

    tokens: int


class QuotaConfig(Model):
    """TODO"""

    enabled: bool | None = False
    max_resident_memory_percent: int | None = None
    max_disk_usage_percent: int | None = None
    release_margin_percent: int | None = None


class QuotaExceeded(Model):
    """TODO"""

    resident_memory: bool | None = None
    disk_usage: bool | None = None


class QuotaStatus(Model):
    """TODO"""

    config: QuotaConfig
    usage: QuotaUsage
    peers: dict[str, PeerQuotaUsage] | None = None


class QuotaUsage(Model):
    """TODO"""

    resident_memory_percent: int | None = None
    disk_usage_percent: int | None = None


class PeerQuotaUsage(Model):
    """TODO"""

    exceeded: bool
    resident_memory_percent: int | None = None
    disk_usage_percent: int | None = None
