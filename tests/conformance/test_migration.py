"""Collections carried between any two transports: in process, a folder, REST and gRPC."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant_grpc.server import GrpcApplication
from aqdrant_local import LocalTransport
from aqdrant_rest.server.running import Place, serve_until

KINDS = ("memory", "folder", "rest", "grpc")
C = "texts"
COUNT = 120


@asynccontextmanager
async def client_of(kind: str, folder: Path) -> AsyncGenerator[AsyncQdrantClient]:
    """A client with an empty database behind it; that of a server is served in this event loop."""
    if kind == "memory":
        async with AsyncQdrantClient(":memory:") as client:
            yield client
    elif kind == "folder":
        async with AsyncQdrantClient(path=str(folder)) as client:
            yield client
    else:
        async with served() as (rest, grpc):
            prefer = {"prefer_grpc": True, "grpc_port": grpc} if kind == "grpc" else {}
            async with AsyncQdrantClient("127.0.0.1", port=rest, **prefer) as client:
                yield client


@asynccontextmanager
async def served() -> AsyncGenerator[tuple[int, int]]:
    ports: list[int] = []
    is_ready, end = anyio.Event(), anyio.Event()

    def ready(*urls: str) -> None:
        ports.extend(int(url.rpartition(":")[2]) for url in urls)
        is_ready.set()

    async with anyio.create_task_group() as tasks:
        place = Place(port=0, grpc_port=0)
        tasks.start_soon(serve_until, end.wait, LocalTransport(), place, ready, GrpcApplication)
        await is_ready.wait()
        try:
            yield ports[0], ports[1]
        finally:
            end.set()


async def fill(client: AsyncQdrantClient, seed: int) -> None:
    random = np.random.default_rng(seed)
    await client.create_collection(
        C,
        {
            "dense": models.VectorParams(size=4, distance=models.Distance.COSINE),
            "tokens": models.VectorParams(
                size=2,
                distance=models.Distance.DOT,
                multivector_config=models.MultiVectorConfig(
                    comparator=models.MultiVectorComparator.MAX_SIM
                ),
            ),
        },
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    await client.create_payload_index(C, "kind", models.PayloadSchemaType.KEYWORD, wait=True)
    await client.create_payload_index(
        C, "n", models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=False)
    )
    points = [
        models.PointStruct(
            id=n if n % 2 else f"00000000-0000-0000-0000-{n:012}",
            vector={
                "dense": random.normal(size=4),
                "tokens": random.normal(size=(n % 3 + 1, 2)),
                "words": models.SparseVector(indices=[n, n + 7], values=[1.0, 0.5]),
            },
            payload={"kind": f"k{n % 3}", "n": n, "nested": {"list": [n, None, 0.5]}},
        )
        for n in range(COUNT)
    ]
    await client.upload_points(C, points, wait=True)
    alias = models.CreateAlias(collection_name=C, alias_name="current")
    await client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("of", KINDS)
async def test_collection_is_carried(of: str, to: str, tmp_path: Path, seed: int) -> None:
    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(client_of(of, tmp_path / "source"))
        target = await stack.enter_async_context(client_of(to, tmp_path / "target"))
        await fill(source, seed)
        (result,) = await source.migrate(target, batch_size=50, parallel=2, with_aliases=True)
        assert (result.points, result.is_verified, result.is_finished) == (COUNT, True, True)
        here, there = await source.get_collection(C), await target.get_collection(C)
        assert there.config.params == here.config.params
        schema: list[Any] = [
            {key: (one.data_type, one.params) for key, one in info.payload_schema.items()}
            for info in (here, there)
        ]
        assert schema[0] == schema[1]
        pairs = zip(
            [record async for record in source.scroll_all(C, with_vectors=True)],
            [record async for record in target.scroll_all("current", with_vectors=True)],
            strict=True,
        )
        for one, other in pairs:
            vectors: tuple[Any, Any] = one.vector, other.vector
            assert (one.id, one.payload) == (other.id, other.payload)
            assert vectors[0]["words"] == vectors[1]["words"]
            for name in ("dense", "tokens"):
                np.testing.assert_allclose(vectors[0][name], vectors[1][name], rtol=1e-5)
        (again,) = await source.migrate(target, resume=True)
        assert (again.points, again.skipped) == (0, COUNT)
