"""Create, read, update and delete collections."""

from __future__ import annotations

from typing import Any

from aqdrant import models, operations
from aqdrant.exceptions import ArgumentError, Conflict, NotFound
from aqdrant.testing.cases.data import COSINE, DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("collections")


@case()
async def are_created_and_listed(lab: Lab) -> None:
    name = lab.name()
    assert await lab.client.collection_exists(name) is False
    assert await lab.client.create_collection(name, COSINE) is True
    assert await lab.client.collection_exists(name) is True
    listed = (await lab.client.get_collections()).collections
    assert name in [description.name for description in listed]


@case()
async def tell_their_configuration(lab: Lab) -> None:
    name = await lab.collection(
        {"a": DOT, "b": COSINE},
        sparse={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    info = await lab.client.get_collection(name)
    assert isinstance(info, models.CollectionInfo)
    vectors: Any = info.config.params.vectors
    assert {key: (of.size, of.distance) for key, of in vectors.items()} == {
        "a": (2, models.Distance.DOT),
        "b": (2, models.Distance.COSINE),
    }
    sparse = info.config.params.sparse_vectors
    assert sparse is not None
    assert sparse["words"].modifier == models.Modifier.IDF


@case()
async def tell_how_many_points_they_have(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0), point(2, 0, 1)])
    assert (await lab.client.get_collection(name)).points_count == 2


@case()
async def without_vectors_hold_payloads(lab: Lab) -> None:
    name = await lab.collection({}, [models.PointStruct(id=1, vector={}, payload={"a": 1})])
    assert (await lab.point(name, 1)).payload == {"a": 1}


@case()
async def that_exist_are_not_created_again(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    with raises(Conflict) as caught:
        await lab.client.create_collection(name, COSINE)
    assert caught.error.status_code == 409
    assert name in str(caught.error)
    assert await lab.ids(name) == [1]


@case()
async def change_what_an_update_names(lab: Lab) -> None:
    name = await lab.collection(DOT)
    before = (await lab.client.get_collection(name)).config
    assert await lab.client.update_collection(
        name, optimizers_config=models.OptimizersConfigDiff(indexing_threshold=12345)
    )
    after = (await lab.client.get_collection(name)).config
    assert after.optimizer_config.indexing_threshold == 12345
    assert after.params == before.params


@case()
async def keep_metadata(lab: Lab) -> None:
    name = lab.name()
    await lab.client.create_collection(name, DOT, metadata={"owner": "me", "deep": {"n": [1]}})
    info = await lab.client.get_collection(name)
    assert info.config.metadata == {"owner": "me", "deep": {"n": [1]}}


@case()
async def are_deleted_once(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    assert await lab.client.delete_collection(name) is True
    assert await lab.client.delete_collection(name) is False
    assert await lab.client.collection_exists(name) is False


@case()
async def begin_empty_after_deletion(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    await lab.client.delete_collection(name)
    await lab.client.create_collection(name, DOT)
    assert await lab.ids(name) == []


@case()
async def that_are_missing_are_not_found(lab: Lab) -> None:
    name = lab.name()
    for call in (
        lab.client.get_collection(name),
        lab.client.update_collection(name, metadata={}),
    ):
        with raises(NotFound) as caught:
            await call
        assert caught.error.status_code == 404
        assert name in str(caught.error)


@case()
async def need_vectors_of_a_size(lab: Lab) -> None:
    name = lab.name()
    with raises(ArgumentError):
        await lab.client.create_collection(
            name, models.VectorParams(size=0, distance=models.Distance.DOT)
        )
    assert not await lab.client.collection_exists(name)


@case("transport")
async def answer_operations(lab: Lab) -> None:
    name = lab.name()
    body = models.CreateCollection(vectors=DOT)
    assert await lab.execute(operations.CreateCollection(name, body)) is True
    found = await lab.execute(operations.CollectionExists(name))
    assert found == models.CollectionExistence(exists=True)
    info = await lab.execute(operations.GetCollection(name))
    assert isinstance(info, models.CollectionInfo)
    assert await lab.execute(operations.DeleteCollection(name)) is True
