# Generated from _async/service.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.service`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant._sync.core import ClientCore

__all__ = ["ServiceMethods"]


class ServiceMethods(ClientCore):
    """Refreshing, version, health, metrics, telemetry, issues and quotas."""

    def refresh(self, timeout: float | None = None) -> None:
        """Have a client with ``read_only=True`` see what was acknowledged by now.

        Collections that changed are read anew; reads under way keep the state they began with, and
        where this fails, the client keeps what it had. Every other client sees the newest state
        anyway: for it this does nothing.

        Args:
            timeout: seconds for the whole call.

        Raises:
            StorageError: the folder cannot be read.
        """
        self._drive(self._async.refresh(timeout))

    def info(self) -> models.VersionInfo:
        """Read name and version of the server."""
        return self._drive(self._async.info())

    def healthz(self) -> str:
        """Ask whether the server runs; it answers with a short text."""
        return self._drive(self._async.healthz())

    def livez(self) -> str:
        """Ask whether the server is alive."""
        return self._drive(self._async.livez())

    def readyz(self) -> str:
        """Ask whether the server is ready for requests.

        Raises:
            ServiceUnavailable: it is not yet.
        """
        return self._drive(self._async.readyz())

    def metrics(
        self,
        anonymize: bool | None = None,
        per_collection: bool | None = None,
        timeout: float | None = None,
    ) -> str:
        """Read metrics in the Prometheus text format.

        Args:
            anonymize: hide names.
            per_collection: count by collection.
            timeout: seconds for the whole call.
        """
        return self._drive(self._async.metrics(anonymize, per_collection, timeout))

    def telemetry(
        self,
        anonymize: bool | None = None,
        details_level: int | None = None,
        per_collection: bool | None = None,
        timeout: float | None = None,
    ) -> models.TelemetryData:
        """Read telemetry of the server.

        Args:
            anonymize: hide names.
            details_level: how much to tell; 0 is least.
            per_collection: count by collection.
            timeout: seconds for the whole call.
        """
        return self._drive(self._async.telemetry(anonymize, details_level, per_collection, timeout))

    def get_issues(self) -> dict[str, Any]:
        """List what the server found to improve."""
        return self._drive(self._async.get_issues())

    def clear_issues(self) -> bool:
        """Forget the issues found so far."""
        return self._drive(self._async.clear_issues())

    def get_quotas(self) -> models.QuotaStatus:
        """Read the resource quotas and their use."""
        return self._drive(self._async.get_quotas())

    def update_quotas(
        self,
        config: models.QuotaConfig | Mapping[str, Any],
        wait: bool = True,
        timeout: float | None = None,
    ) -> bool:
        """Change the resource quotas.

        Args:
            config: the quotas; what it does not name goes back to its default.
            wait: return when all peers know them.
            timeout: seconds for the whole call.
        """
        return self._drive(self._async.update_quotas(config, wait, timeout))
