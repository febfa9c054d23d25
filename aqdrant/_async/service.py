"""Methods on the server itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import at_least, flag, optional, read
from aqdrant.exceptions import UnsupportedOperation
from aqdrant.transport import Refresh

__all__ = ["ServiceMethods"]


class ServiceMethods(ClientCore):
    """Refreshing, version, health, metrics, telemetry, issues and quotas."""

    async def refresh(self, timeout: float | None = None) -> None:
        """Have a client with ``read_only=True`` see what was acknowledged by now.

        Collections that changed are read anew; reads under way keep the state they began with, and
        where this fails, the client keeps what it had. Every other client sees the newest state
        anyway: for it this does nothing.

        Args:
            timeout: seconds for the whole call.

        Raises:
            StorageError: the folder cannot be read.
        """
        try:
            await self._execute(Refresh(), timeout)
        except UnsupportedOperation:
            return  # a transport without snapshots

    async def info(self) -> models.VersionInfo:
        """Read name and version of the server."""
        return await self._execute(ops.Root())

    async def healthz(self) -> str:
        """Ask whether the server runs; it answers with a short text."""
        return await self._execute(ops.Healthz())

    async def livez(self) -> str:
        """Ask whether the server is alive."""
        return await self._execute(ops.Livez())

    async def readyz(self) -> str:
        """Ask whether the server is ready for requests.

        Raises:
            ServiceUnavailable: it is not yet.
        """
        return await self._execute(ops.Readyz())

    async def metrics(
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
        return await self._execute(
            ops.Metrics(
                optional(anonymize, bool, "anonymize"),
                optional(per_collection, bool, "per_collection"),
            ),
            timeout,
        )

    async def telemetry(
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
        operation = ops.Telemetry(
            optional(anonymize, bool, "anonymize"),
            None if details_level is None else at_least(0, details_level, "details_level"),
            optional(per_collection, bool, "per_collection"),
        )
        return await self._execute(operation, timeout)

    async def get_issues(self) -> dict[str, Any]:
        """List what the server found to improve."""
        return await self._execute(ops.GetIssues())

    async def clear_issues(self) -> bool:
        """Forget the issues found so far."""
        return await self._execute(ops.ClearIssues())

    async def get_quotas(self) -> models.QuotaStatus:
        """Read the resource quotas and their use."""
        return await self._execute(ops.GetQuotas())

    async def update_quotas(
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
        body = read(config, models.QuotaConfig, "config")
        return await self._execute(ops.UpdateQuotas(body, wait=flag(wait, "wait")), timeout)
