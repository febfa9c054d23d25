"""The async client: the methods of every noun in one class."""

from __future__ import annotations

from aqdrant._async.aliases import AliasMethods
from aqdrant._async.cluster import ClusterMethods
from aqdrant._async.collections import CollectionMethods
from aqdrant._async.handle import AsyncCollection
from aqdrant._async.indexes import IndexMethods
from aqdrant._async.inference import InferenceMethods
from aqdrant._async.migration import MigrationMethods
from aqdrant._async.native import NativeMethods
from aqdrant._async.payload import PayloadMethods
from aqdrant._async.points import PointMethods
from aqdrant._async.query import QueryMethods
from aqdrant._async.service import ServiceMethods
from aqdrant._async.shaping import checked_name
from aqdrant._async.snapshots import SnapshotMethods
from aqdrant._async.uploads import UploadMethods
from aqdrant._async.vectors import VectorMethods

__all__ = ["AsyncQdrantClient"]


class AsyncQdrantClient(
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
    """A client for Qdrant, for asyncio, uvloop and trio.

    One client serves many tasks, and several event loops and threads. It opens nothing until its
    first call; ``async with`` or `aclose` releases what it opened.

    Example:
        >>> async with AsyncQdrantClient(":memory:") as client:
        ...     await client.create_collection(
        ...         "texts", models.VectorParams(size=2, distance=models.Distance.COSINE)
        ...     )
        ...     await client.upsert("texts", [models.PointStruct(id=1, vector=[0.1, 0.2])])
        ...     found = await client.query_points("texts", query=[0.1, 0.2])
    """

    def collection(self, collection_name: str) -> AsyncCollection:
        """Give the methods of this client for one collection, without its name in front.

        Nothing is asked or opened; the collection need not exist yet.
        """
        return AsyncCollection(self, checked_name(collection_name, "collection_name"))
