"""Services of gRPC's with Qdrant's own messages, on the client's connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aqdrant._async.core import ClientCore
from aqdrant._registry import load_service
from aqdrant.context import context_headers
from aqdrant.exceptions import UnsupportedOperation
from aqdrant.transport import NativeCall

if TYPE_CHECKING:
    from aqdrant_grpc.services import Collections, Health, Points, Qdrant, Snapshots

__all__ = ["NativeMethods"]


class NativeMethods(ClientCore):
    """Native calls: a method for each RPC of a service, by its official name.

    They take messages of `aqdrant_grpc.messages` and give such, over gRPC whatever `prefer_grpc`
    says, with the client's metadata, deadlines and retries, and `timeout=` and `metadata=` of their
    own. Nothing checks that the server knows every field of a message.

    Raises:
        UnsupportedOperation: the client has no server.
    """

    @property
    def grpc_collections(self) -> Collections:
        """The service `qdrant.Collections`."""
        service: Collections = self._service("grpc_collections", "Collections")
        return service

    @property
    def grpc_points(self) -> Points:
        """The service `qdrant.Points`."""
        service: Points = self._service("grpc_points", "Points")
        return service

    @property
    def grpc_snapshots(self) -> Snapshots:
        """The service `qdrant.Snapshots`."""
        service: Snapshots = self._service("grpc_snapshots", "Snapshots")
        return service

    @property
    def grpc_root(self) -> Qdrant:
        """The service `qdrant.Qdrant`."""
        service: Qdrant = self._service("grpc_root", "Qdrant")
        return service

    @property
    def grpc_health(self) -> Health:
        """The service `grpc.health.v1.Health`, whose messages are in a package of their own."""
        service: Health = self._service("grpc_health", "Health")
        return service

    def _service(self, name: str, service: str) -> Any:
        if self._given_transport is None and self._config.scheme in ("memory", "file"):
            raise _NoSuchService(
                f"{self._target} has no {name}: native calls go to a server's gRPC port.",
                supported_by=("grpc",),
                fix="Use a client of a server: url=..., prefer_grpc=True.",
            )
        return load_service(service)(self._run_native)

    async def _run_native(
        self, call: NativeCall, timeout: float | None, headers: Mapping[str, str]
    ) -> bytes:
        with context_headers(headers):
            return await self._execute(call, timeout)


class _NoSuchService(UnsupportedOperation, AttributeError):
    """So that `hasattr` says no, and what looks at all attributes passes over this one."""
