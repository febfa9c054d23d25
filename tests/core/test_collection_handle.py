"""`client.collection(name)`: the client's methods without the collection's name in front."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from aqdrant import AsyncCollection, AsyncQdrantClient, Collection, QdrantClient, models
from aqdrant._handles import Bound
from aqdrant.exceptions import ArgumentError, NotFound


@pytest.mark.parametrize(
    ("client", "handle"), [(AsyncQdrantClient, AsyncCollection), (QdrantClient, Collection)]
)
def test_handle_has_each_method_for_a_collection(client: type[Any], handle: type[Any]) -> None:
    bound = {name: each._name for name, each in vars(handle).items() if isinstance(each, Bound)}
    assert all(name == called for name, called in bound.items())
    methods = {
        name: list(inspect.signature(method).parameters)
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and name != "collection"
    }
    assert bound.keys() == {name for name, given in methods.items() if "collection_name" in given}
    assert all(methods[name][1] == "collection_name" for name in bound)


async def test_handle_calls_its_client() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        texts = client.collection("texts")
        with pytest.raises(NotFound, match="texts"):
            await texts.count()
        await texts.create_collection(models.VectorParams(size=2, distance=models.Distance.DOT))
        await texts.upsert([models.PointStruct(id=n, vector=[n, 1]) for n in range(3)])
        found = await texts.query_points([1, 0], limit=1)
        assert [point.id for point in found.points] == [2]
        assert [record.id async for record in texts.scroll_all()] == [0, 1, 2]
        assert (await client.count("texts")).count == 3
        assert repr(texts).startswith("AsyncCollection('texts' of <AsyncQdrantClient :memory:")


def test_sync_handle_calls_its_client() -> None:
    with QdrantClient(":memory:") as client:
        texts = client.collection("texts")
        texts.create_collection(models.VectorParams(size=1, distance=models.Distance.DOT))
        texts.upload_collection(vectors=[[1.0], [2.0]], ids=[1, 2])
        assert [record.id for record in texts.scroll_all()] == [1, 2]
        with pytest.raises(TypeError, match="points"):
            texts.upsert()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_method_of_a_derived_client_is_the_one_that_is_called() -> None:
    class Counting(QdrantClient):
        def collection_exists(self, collection_name: str) -> bool:
            return collection_name == "always"

    with Counting(":memory:") as client:
        assert client.collection("always").collection_exists()
        assert not client.collection("never").collection_exists()


@pytest.mark.parametrize("name", [1, None, ""])
def test_wrong_name_is_refused_at_once(name: Any) -> None:
    with QdrantClient(":memory:") as client, pytest.raises(ArgumentError, match="collection_name"):
        client.collection(name)
