# Generated from _async/native.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.native`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aqdrant._sync.core import ClientCore

if TYPE_CHECKING:
    from aqdrant_grpc.services import (
        SyncCollections,
        SyncHealth,
        SyncPoints,
        SyncQdrant,
        SyncSnapshots,
    )

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
    def grpc_collections(self) -> SyncCollections:
        """The service `qdrant.Collections`."""
        return self._async.grpc_collections.driven_by(self._drive)

    @property
    def grpc_points(self) -> SyncPoints:
        """The service `qdrant.Points`."""
        return self._async.grpc_points.driven_by(self._drive)

    @property
    def grpc_snapshots(self) -> SyncSnapshots:
        """The service `qdrant.Snapshots`."""
        return self._async.grpc_snapshots.driven_by(self._drive)

    @property
    def grpc_root(self) -> SyncQdrant:
        """The service `qdrant.Qdrant`."""
        return self._async.grpc_root.driven_by(self._drive)

    @property
    def grpc_health(self) -> SyncHealth:
        """The service `grpc.health.v1.Health`, whose messages are in a package of their own."""
        return self._async.grpc_health.driven_by(self._drive)
