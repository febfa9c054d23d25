"""What a type checker sees of a user's program: mypy and pyright, both strict, read this file.

`assert_type` is checked by them and does nothing when run; the tests run the programs as well.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type
from uuid import UUID

import numpy as np
import pytest

from aqdrant import AsyncCollection, AsyncQdrantClient, QdrantClient, collect_stats, models
from aqdrant.exceptions import ArgumentError, NotFound, RateLimited, UnsupportedOperation
from aqdrant.uploads import UploadResult
from aqdrant_grpc import messages

# ---- what is accepted


def build_points() -> Iterator[models.PointStruct]:
    yield models.PointStruct(id=1, vector=[1.0, 0.0], payload={"name": "a", "year": 1999})
    yield models.PointStruct(id=str(UUID(int=2)), vector=np.ones(2, np.float32))


async def fill(client: AsyncQdrantClient) -> None:
    await client.create_collection(
        "texts",
        vectors_config=models.VectorParams(size=2, distance=models.Distance.COSINE),
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    await client.upsert("texts", build_points())
    await client.upsert("texts", [{"id": 3, "vector": [0.5, 0.5]}, *build_points()])
    await client.upsert(
        "texts",
        models.Batch(ids=np.arange(4, 6), vectors=np.ones((2, 2)), payloads=[{}, {"year": 2001}]),
    )
    await client.set_payload("texts", {"kind": "new"}, points=[1, UUID(int=2)])


async def test_results_of_the_async_client_have_types() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        assert_type(client, AsyncQdrantClient)
        await fill(client)
        found = await client.query_points(
            "texts",
            query=np.array([1.0, 0.0]),
            query_filter=models.Filter(
                must=[models.FieldCondition(key="year", range=models.Range(gte=1990))],
                must_not=models.HasIdCondition(has_id=[7]),
            ),
            with_payload=["name"],
            limit=2,
        )
        assert_type(found, models.QueryResponse)
        assert_type(found.points[0], models.ScoredPoint)
        assert_type(found.points[0].score, float)
        assert_type(found.points[0].id, int | str)
        for point in found.points:
            assert point.payload is not None
            point.payload.get("name")

        records, following = await client.scroll("texts", {"must": []}, limit=3)
        assert_type(records, list[models.Record])
        assert_type(following, int | str | None)
        assert_type(await client.count("texts"), models.CountResult)
        assert_type(await client.get_collection("texts"), models.CollectionInfo)
        assert_type(await client.collection_exists("texts"), bool)
        assert_type(await client.delete("texts", [1, 2]), models.UpdateResult)
        assert_type(
            await client.query_batch_points("texts", [{"query": [1.0, 0.0]}]),
            list[models.QueryResponse],
        )
        texts = client.collection("texts")
        assert_type(texts, AsyncCollection)
        assert_type(await texts.query_points([1.0, 0.0], limit=1), models.QueryResponse)
        async for record in texts.scroll_all(with_payload=False):
            assert_type(record, models.Record)
        with pytest.raises(ArgumentError, match="exact"):
            await texts.count(exact="yes")  # type: ignore[arg-type]
        with collect_stats() as stats:
            await client.delete("texts", models.Filter(must=[]))
        assert_type(stats[0].time, float)


def test_results_of_the_sync_client_have_types() -> None:
    with QdrantClient(":memory:") as client:
        assert_type(client, QdrantClient)
        client.create_collection("texts", {"v": {"size": 2, "distance": "Dot"}})
        assert_type(
            client.query_points("texts", query=[1.0, 0.0], using="v").points,
            list[models.ScoredPoint],
        )
        records, following = client.scroll("texts")
        assert_type(records, list[models.Record])
        assert_type(following, int | str | None)
        assert_type(client.upload_points("texts", build_nothing()), UploadResult)
        assert_type(client.collection("texts").count(), models.CountResult)


def build_nothing() -> Iterator[models.PointStruct]:
    yield from ()


def test_errors_have_types() -> None:
    with QdrantClient(":memory:") as client:
        with pytest.raises(NotFound) as missing:
            client.get_collection("missing")
        assert_type(missing.value.status_code, int)
        assert_type(RateLimited("slow down").retry_after, float | None)
        with pytest.raises(ArgumentError) as wrong:
            client.count("texts", timeout=-1)
        assert_type(wrong.value.parameter, str | None)


async def test_native_calls_have_types() -> None:
    request = messages.CountPoints(collection_name="texts")
    with pytest.raises(UnsupportedOperation), QdrantClient(":memory:") as blocking:
        assert_type(blocking.grpc_points.Count(request), messages.CountResponse)
    async with AsyncQdrantClient(":memory:") as client:
        with pytest.raises(UnsupportedOperation):
            assert_type(await client.grpc_points.Count(request), messages.CountResponse)
        with pytest.raises(UnsupportedOperation):
            await client.grpc_points.Get(request)  # type: ignore[arg-type]
        with pytest.raises(UnsupportedOperation):
            client.grpc_points.Cuont(request)  # type: ignore[attr-defined]


# ---- what is refused: a comment below that hides no error is an error


async def test_mistakes_are_seen_before_the_program_runs() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        with pytest.raises(ArgumentError):
            await client.count(5)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await client.count("texts", filter=None)  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            models.Range(5)  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            models.Range(over=5)  # type: ignore[call-arg]


async def chunks(client: AsyncQdrantClient) -> AsyncIterator[bytes]:
    async with client.stream_snapshot("texts", "a.snapshot") as stream:
        async for chunk in stream:
            assert_type(chunk, bytes)
            yield chunk
