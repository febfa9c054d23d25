"""Operations on the server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, ForwardRef

from aqdrant.models import QuotaConfig, QuotaStatus, VersionInfo
from aqdrant.operations._operation import Operation

if TYPE_CHECKING:
    from aqdrant.models import TelemetryData
else:
    TelemetryData = ForwardRef("TelemetryData")

__all__ = [
    "ClearIssues",
    "GetIssues",
    "GetQuotas",
    "Healthz",
    "Livez",
    "Metrics",
    "Readyz",
    "Root",
    "Telemetry",
    "UpdateQuotas",
]


class Root(Operation[VersionInfo], frozen=True):
    """Read name and version of the server."""


class Telemetry(Operation[TelemetryData], frozen=True):
    """Read telemetry of the server."""

    anonymize: bool | None = None
    details_level: int | None = None
    per_collection: bool | None = None


class Metrics(Operation[str], frozen=True):
    """Read metrics in the Prometheus text format."""

    anonymize: bool | None = None
    per_collection: bool | None = None


class Healthz(Operation[str], frozen=True):
    """Ask whether the server runs."""


class Livez(Operation[str], frozen=True):
    """Ask whether the server is alive."""


class Readyz(Operation[str], frozen=True):
    """Ask whether the server is ready for requests."""


class GetIssues(Operation[dict[str, Any]], frozen=True):
    """List what the server found to improve."""


class ClearIssues(Operation[bool], frozen=True):
    """Forget the issues found so far."""

    writes: ClassVar[bool] = True


class GetQuotas(Operation[QuotaStatus], frozen=True):
    """Read the resource quotas and their use."""


class UpdateQuotas(Operation[bool], frozen=True):
    """Change the resource quotas."""

    writes: ClassVar[bool] = True
    body: QuotaConfig
    wait: bool | None = None
