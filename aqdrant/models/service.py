"""The service itself: version, usage of resources, quotas."""

from __future__ import annotations

from aqdrant.models._model import Model

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
    """Name and version of the server."""

    title: str
    version: str
    commit: str | None = None


class Usage(Model):
    """What a request cost."""

    hardware: HardwareUsage | None = None
    inference: InferenceUsage | None = None


class HardwareUsage(Model):
    """What a request cost in work of the machine."""

    cpu: int
    """An abstract unit."""
    payload_io_read: int
    """Bytes, as all that follow."""
    payload_io_write: int
    payload_index_io_read: int
    payload_index_io_write: int
    vector_io_read: int
    vector_io_write: int


class InferenceUsage(Model):
    """What a request cost in inference, by model."""

    models: dict[str, ModelUsage]


class ModelUsage(Model):
    """What a request cost on one inference model."""

    tokens: int


class QuotaConfig(Model):
    """The limits above which the server refuses to grow."""

    enabled: bool | None = False
    max_resident_memory_percent: int | None = None
    max_disk_usage_percent: int | None = None
    release_margin_percent: int | None = None
    """Percentage points below a limit at which work is accepted again."""


class QuotaExceeded(Model):
    """Which limits are exceeded."""

    resident_memory: bool | None = None
    disk_usage: bool | None = None


class QuotaStatus(Model):
    """Limits and use of memory and disk."""

    config: QuotaConfig
    usage: QuotaUsage
    peers: dict[str, PeerQuotaUsage] | None = None


class QuotaUsage(Model):
    """How much of memory and disk is used."""

    resident_memory_percent: int | None = None
    disk_usage_percent: int | None = None


class PeerQuotaUsage(Model):
    """How much of memory and disk one peer uses."""

    exceeded: bool
    resident_memory_percent: int | None = None
    disk_usage_percent: int | None = None
