"""Every public method of the client with arguments to call it with, on any transport."""

from __future__ import annotations

import inspect
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio

from aqdrant import AsyncQdrantClient, models
from aqdrant_grpc import messages
from aqdrant_grpc.messages.grpc.health import v1 as health

SERVICES = {
    "grpc_collections": ("List", messages.ListCollectionsRequest()),
    "grpc_health": ("Check", health.HealthCheckRequest()),
    "grpc_points": ("Count", messages.CountPoints(collection_name="texts")),
    "grpc_root": ("HealthCheck", messages.HealthCheckRequest()),
    "grpc_snapshots": ("ListFull", messages.ListFullSnapshotsRequest()),
}
"""Properties with native calls, one of which stands for all; clients without a server refuse."""

ANSWERED_WITH_ERRORS = {
    # A node without a cluster refuses them.
    "cluster_collection_update",
    "create_shard_key",
    "delete_shard_key",
    "recover_current_peer",
    "remove_peer",
    # There is no snapshot of the name given here.
    "delete_full_snapshot",
    "delete_shard_snapshot",
    "delete_snapshot",
    "download_full_snapshot",
    "download_snapshot",
    "recover_shard_snapshot",
    "recover_snapshot",
    "stream_full_snapshot",
    "stream_snapshot",
    "upload_snapshot",
}
"""Methods that work, and refuse what is asked of them here, as a server does."""

C = "texts"
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "batch_update_points": (C, [{"delete": {"points": [1]}}]),
    "clear_payload": (C, [1]),
    "collection": (C,),
    "cluster_collection_update": (C, {"drop_replica": {"shard_id": 0, "peer_id": 1}}),
    "collection_cluster_info": (C,),
    "collection_exists": (C,),
    "count": (C,),
    "create_collection": ("new", models.VectorParams(size=1, distance=models.Distance.DOT)),
    "create_payload_index": (C, "key", "keyword"),
    "create_shard_key": (C, "key"),
    "create_shard_snapshot": (C, 0),
    "create_snapshot": (C,),
    "create_vector_name": (C, "new", {"sparse": {}}),
    "delete": (C, [1]),
    "delete_collection": ("none",),
    "delete_full_snapshot": ("s",),
    "delete_payload": (C, ["key"], [1]),
    "delete_payload_index": (C, "key"),
    "delete_shard_key": (C, "key"),
    "delete_shard_snapshot": (C, 0, "s"),
    "delete_snapshot": (C, "s"),
    "delete_vector_name": (C, "words"),
    "delete_vectors": (C, [""], [1]),
    "download_full_snapshot": ("s",),
    "download_snapshot": (C, "s"),
    "facet": (C, "number"),
    "get_collection": (C,),
    "get_collection_aliases": (C,),
    "get_embedding_size": ("BAAI/bge-small-en-v1.5",),
    "get_optimizations": (C,),
    "get_point": (C, 1),
    "list_shard_keys": (C,),
    "list_shard_snapshots": (C, 0),
    "list_snapshots": (C,),
    "overwrite_payload": (C, {"a": 1}, [1]),
    "query_batch_points": (C, [models.QueryRequest(query=[1.0, 0.0])]),
    "query_points": (C, [1.0, 0.0]),
    "query_points_groups": (C, "key"),
    "recover_shard_snapshot": (C, 0, "file:///s"),
    "recover_snapshot": (C, "file:///s"),
    "recreate_collection": ("new", models.VectorParams(size=1, distance=models.Distance.DOT)),
    "remove_peer": (1,),
    "retrieve": (C, [1]),
    "scroll": (C,),
    "scroll_all": (C,),
    "scroll_pages": (C,),
    "search_matrix_offsets": (C,),
    "search_matrix_pairs": (C,),
    "set_payload": (C, {"a": 1}, [1]),
    "stream_full_snapshot": ("s",),
    "stream_snapshot": (C, "s"),
    "update_collection": (C,),
    "update_collection_aliases": ([],),
    "update_quotas": ({},),
    "update_vectors": (C, [{"id": 1, "vector": [1, 2]}]),
    "upload_collection": (C, [[1.0, 0.0]]),
    "upload_points": (C, [{"id": 1, "vector": [1, 2]}]),
    "upload_snapshot": (C, b"bytes"),
    "upsert": (C, [{"id": 1, "vector": [1, 2]}]),
}
NAMES = sorted(name for name in dir(AsyncQdrantClient) if not name.startswith("_"))


async def prepare(client: AsyncQdrantClient) -> None:
    """Make what the arguments speak of."""
    vectors = models.VectorParams(size=2, distance=models.Distance.DOT)
    await client.create_collection(C, vectors, {"words": {}})
    await client.upsert(C, [models.PointStruct(id=1, vector=[1.0, 0.0])])
    await client.create_payload_index(C, "number", "integer")


async def call(client: AsyncQdrantClient, name: str, folder: Path) -> None:
    """Call a method, or read a property, to its end."""
    member = getattr(client, name)
    if name in SERVICES:
        rpc, request = SERVICES[name]
        await getattr(member, rpc)(request)
        return
    if not callable(member):
        return
    arguments = ARGUMENTS.get(name, ())
    if name.startswith("download"):
        arguments = (*arguments, folder / "file")
    if name == "migrate":
        arguments = (AsyncQdrantClient(":memory:"),)
    if name == "get_embedding_size":
        await anyio.to_thread.run_sync(
            member, *arguments
        )  # a plain function, which loads fastembed
        return
    result = member(*arguments)
    if isinstance(result, AbstractAsyncContextManager):
        async with result:
            pass
    elif inspect.isawaitable(result):
        await result
