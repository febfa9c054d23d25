# Generated from _async/handle.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.handle`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aqdrant._handles import Bound, Handle
from aqdrant._sync.aliases import AliasMethods
from aqdrant._sync.cluster import ClusterMethods
from aqdrant._sync.collections import CollectionMethods
from aqdrant._sync.indexes import IndexMethods
from aqdrant._sync.payload import PayloadMethods
from aqdrant._sync.points import PointMethods
from aqdrant._sync.query import QueryMethods
from aqdrant._sync.snapshots import SnapshotMethods
from aqdrant._sync.uploads import UploadMethods
from aqdrant._sync.vectors import VectorMethods

if TYPE_CHECKING:
    from aqdrant._sync.client import QdrantClient

__all__ = ["Collection"]


class Collection(Handle):
    """One collection of a client: its methods without the collection's name in front.

    It opens nothing and asks nothing; the collection need not exist yet.

    Example:
        >>> texts = client.collection("texts")
        >>> texts.upsert([models.PointStruct(id=1, vector=[0.1, 0.2])])
        >>> found = texts.query_points([0.1, 0.2])
    """

    client: QdrantClient

    get_collection = Bound(CollectionMethods.get_collection)
    collection_exists = Bound(CollectionMethods.collection_exists)
    create_collection = Bound(CollectionMethods.create_collection)
    recreate_collection = Bound(CollectionMethods.recreate_collection)
    update_collection = Bound(CollectionMethods.update_collection)
    delete_collection = Bound(CollectionMethods.delete_collection)
    get_optimizations = Bound(CollectionMethods.get_optimizations)

    get_collection_aliases = Bound(AliasMethods.get_collection_aliases)

    upsert = Bound(PointMethods.upsert)
    delete = Bound(PointMethods.delete)
    batch_update_points = Bound(PointMethods.batch_update_points)
    retrieve = Bound(PointMethods.retrieve)
    get_point = Bound(PointMethods.get_point)
    scroll = Bound(PointMethods.scroll)
    scroll_all = Bound(PointMethods.scroll_all)
    scroll_pages = Bound(PointMethods.scroll_pages)
    count = Bound(PointMethods.count)

    upload_points = Bound(UploadMethods.upload_points)
    upload_collection = Bound(UploadMethods.upload_collection)

    update_vectors = Bound(VectorMethods.update_vectors)
    delete_vectors = Bound(VectorMethods.delete_vectors)
    create_vector_name = Bound(VectorMethods.create_vector_name)
    delete_vector_name = Bound(VectorMethods.delete_vector_name)

    set_payload = Bound(PayloadMethods.set_payload)
    overwrite_payload = Bound(PayloadMethods.overwrite_payload)
    delete_payload = Bound(PayloadMethods.delete_payload)
    clear_payload = Bound(PayloadMethods.clear_payload)

    create_payload_index = Bound(IndexMethods.create_payload_index)
    delete_payload_index = Bound(IndexMethods.delete_payload_index)

    query_points = Bound(QueryMethods.query_points)
    query_batch_points = Bound(QueryMethods.query_batch_points)
    query_points_groups = Bound(QueryMethods.query_points_groups)
    facet = Bound(QueryMethods.facet)
    search_matrix_pairs = Bound(QueryMethods.search_matrix_pairs)
    search_matrix_offsets = Bound(QueryMethods.search_matrix_offsets)

    list_snapshots = Bound(SnapshotMethods.list_snapshots)
    create_snapshot = Bound(SnapshotMethods.create_snapshot)
    delete_snapshot = Bound(SnapshotMethods.delete_snapshot)
    recover_snapshot = Bound(SnapshotMethods.recover_snapshot)
    list_shard_snapshots = Bound(SnapshotMethods.list_shard_snapshots)
    create_shard_snapshot = Bound(SnapshotMethods.create_shard_snapshot)
    delete_shard_snapshot = Bound(SnapshotMethods.delete_shard_snapshot)
    recover_shard_snapshot = Bound(SnapshotMethods.recover_shard_snapshot)
    stream_snapshot = Bound(SnapshotMethods.stream_snapshot)
    download_snapshot = Bound(SnapshotMethods.download_snapshot)
    upload_snapshot = Bound(SnapshotMethods.upload_snapshot)

    collection_cluster_info = Bound(ClusterMethods.collection_cluster_info)
    cluster_collection_update = Bound(ClusterMethods.cluster_collection_update)
    create_shard_key = Bound(ClusterMethods.create_shard_key)
    delete_shard_key = Bound(ClusterMethods.delete_shard_key)
    list_shard_keys = Bound(ClusterMethods.list_shard_keys)
