# Generated from _async/client.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.client`."""

from __future__ import annotations

from aqdrant._sync.aliases import AliasMethods
from aqdrant._sync.cluster import ClusterMethods
from aqdrant._sync.collections import CollectionMethods
from aqdrant._sync.handle import Collection
from aqdrant._sync.indexes import IndexMethods
from aqdrant._sync.inference import InferenceMethods
from aqdrant._sync.migration import MigrationMethods
from aqdrant._sync.native import NativeMethods
from aqdrant._sync.payload import PayloadMethods
from aqdrant._sync.points import PointMethods
from aqdrant._sync.query import QueryMethods
from aqdrant._sync.service import ServiceMethods
from aqdrant._sync.snapshots import SnapshotMethods
from aqdrant._sync.uploads import UploadMethods
from aqdrant._sync.vectors import VectorMethods

__all__ = ["QdrantClient"]


class QdrantClient(
    CollectionMethods,
    AliasMethods,
    PointMethods,
    UploadMethods,
    VectorMethods,
    PayloadMethods,
    IndexMethods,
    QueryMethods,
    SnapshotMethods,
    ClusterMethods,
    ServiceMethods,
    InferenceMethods,
    MigrationMethods,
    NativeMethods,
):
    """A client for Qdrant, for code without an event loop.

    One client serves many threads. It opens nothing until its
    first call; ``with`` or `close` releases what it opened.

    Example:
        >>> with QdrantClient(":memory:") as client:
        ...     client.create_collection(
        ...         "texts", models.VectorParams(size=2, distance=models.Distance.COSINE)
        ...     )
        ...     client.upsert("texts", [models.PointStruct(id=1, vector=[0.1, 0.2])])
        ...     found = client.query_points("texts", query=[0.1, 0.2])
    """

    def collection(self, collection_name: str) -> Collection:
        """Give the methods of this client for one collection, without its name in front.

        Nothing is asked or opened; the collection need not exist yet.
        """
        return self._handle(self._async.collection(collection_name))
