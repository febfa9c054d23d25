"""Shard keys: labels that points are written under and chosen by; the cluster of one node."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound, StatusError
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("shards")


async def collection(lab: Lab) -> str:
    """A collection with three keys: 1 to 3 under `a`, 3 and 4 under 7, nothing under `empty`."""
    name = lab.name()
    await lab.client.create_collection(name, DOT, sharding_method="custom")
    for key in ("a", 7, "empty"):
        assert await lab.client.create_shard_key(name, key) is True
    await lab.client.create_payload_index(name, "n", "integer")
    under_a = [point(number, number, 1, n=number) for number in (1, 2, 3)]
    await lab.client.upsert(name, under_a, shard_key_selector="a")
    under_7 = [point(number, number, 9, n=number * 10) for number in (3, 4)]
    await lab.client.upsert(name, under_7, shard_key_selector=7)
    return name


async def ids(lab: Lab, name: str, key: Any = None) -> list[Any]:
    records, _ = await lab.client.scroll(name, limit=100, shard_key_selector=key)
    return [record.id for record in records]


@case()
async def have_points_of_their_own(lab: Lab) -> None:
    name = await collection(lab)
    assert await ids(lab, name, "a") == [1, 2, 3]
    assert await ids(lab, name, 7) == [3, 4]
    assert await ids(lab, name, "empty") == []
    assert await ids(lab, name, ["a", 7]) == await ids(lab, name) == [1, 2, 3, 4]
    (of_a,) = await lab.client.retrieve(name, [3], shard_key_selector="a")
    (of_7,) = await lab.client.retrieve(name, [3], shard_key_selector=7)
    assert (of_a.payload, of_a.shard_key) == ({"n": 3}, "a")
    assert (of_7.payload, of_7.shard_key) == ({"n": 30}, 7)
    assert await lab.client.retrieve(name, [4], shard_key_selector="a") == []


@case()
async def select_in_every_read(lab: Lab) -> None:
    name = await collection(lab)
    assert (await lab.client.count(name, shard_key_selector=7)).count == 2
    assert (await lab.client.count(name)).count == 5
    found = await lab.client.query_points(name, [1.0, 0.0], shard_key_selector="a", limit=2)
    assert [(hit.id, hit.shard_key) for hit in found.points] == [(3, "a"), (2, "a")]
    fallback = models.ShardKeyWithFallback(target="none", fallback=7)
    found = await lab.client.query_points(name, [0.0, 1.0], shard_key_selector=fallback)
    assert [hit.id for hit in found.points] == [3, 4]
    requests = [
        models.QueryRequest(query=[1.0, 0.0], shard_key=key, limit=1) for key in ("a", 7, "empty")
    ]
    batch = await lab.client.query_batch_points(name, requests)
    assert [[hit.id for hit in one.points] for one in batch] == [[3], [4], []]
    groups = await lab.client.query_points_groups(
        name, "n", [1.0, 0.0], shard_key_selector=7, limit=5
    )
    assert [group.id for group in groups.groups] == [40, 30]
    facet = await lab.client.facet(name, "n", shard_key_selector="a")
    assert sorted(hit.value for hit in facet.hits) == [1, 2, 3]
    pairs = await lab.client.search_matrix_pairs(name, sample=9, shard_key_selector=7)
    assert {pair.a for pair in pairs.pairs} == {3, 4}
    query = models.RecommendQuery(recommend=models.RecommendInput(positive=[1]))
    found = await lab.client.query_points(name, query, shard_key_selector="a")
    assert [hit.id for hit in found.points] == [3, 2]
    condition = {"must": [{"has_id": [3]}]}
    assert (await lab.client.count(name, condition, shard_key_selector=7)).count == 1


@case()
async def select_in_every_update(lab: Lab) -> None:
    client, name = lab.client, await collection(lab)
    await client.set_payload(name, {"m": 1}, [3], shard_key_selector="a")
    await client.update_vectors(
        name, [models.PointVectors(id=3, vector=[5.0, 5.0])], shard_key_selector="a"
    )
    (of_a,) = await client.retrieve(name, [3], with_vectors=True, shard_key_selector="a")
    (of_7,) = await client.retrieve(name, [3], with_vectors=True, shard_key_selector=7)
    assert (of_a.payload, of_a.vector) == ({"n": 3, "m": 1}, [5.0, 5.0])
    assert (of_7.payload, of_7.vector) == ({"n": 30}, [3.0, 9.0])
    await client.overwrite_payload(name, {"o": 1}, [3], shard_key_selector=["a", 7])
    await client.delete_payload(name, ["o"], [3], shard_key_selector=7)
    await client.clear_payload(name, [1], shard_key_selector="a")
    payloads = [
        (await client.retrieve(name, [number], shard_key_selector=key))[0].payload
        for number, key in ((3, "a"), (3, 7), (1, "a"))
    ]
    assert payloads == [{"o": 1}, {}, {}]
    await client.upsert(name, [point(9, 1, 1)], shard_key_selector=["a", 7])
    await client.delete(name, [3], shard_key_selector="a")
    assert await ids(lab, name, "a") == [1, 2, 9]
    assert await ids(lab, name, 7) == [3, 4, 9]
    everything = models.FilterSelector(filter=models.Filter(must=[]), shard_key=["a", 7])
    await client.batch_update_points(name, [models.DeleteOperation(delete=everything)])
    assert await ids(lab, name) == []


@case()
async def are_named_by_writes(lab: Lab) -> None:
    name = await collection(lab)
    with raises(BadRequest) as caught:
        await lab.client.upsert(name, [point(1, 1, 1)])
    assert "Shard key not specified" in str(caught.error)
    with raises(BadRequest) as caught:
        await lab.client.delete(name, [1])
    assert "Shard key not specified" in str(caught.error)
    assert await ids(lab, name) == [1, 2, 3, 4]


@case()
async def that_are_not_there_are_refused(lab: Lab) -> None:
    client, name = lab.client, await collection(lab)
    with raises(BadRequest) as caught:
        await client.upsert(name, [point(1, 1, 1)], shard_key_selector="none")
    assert 'Shard key "none" not found' in str(caught.error)
    with raises(BadRequest):
        await client.query_points(name, [1.0, 1.0], shard_key_selector="7")
    with raises(NotFound):
        neither = models.ShardKeyWithFallback(target="none", fallback="nope")
        await client.query_points(name, [1.0, 1.0], shard_key_selector=neither)
    with raises(BadRequest):
        await client.delete_shard_key(name, "none")
    with raises(BadRequest):
        await client.create_shard_key(name, "a")
    plain = await lab.collection(DOT, [point(1, 1, 0)])
    with raises(BadRequest):
        await client.create_shard_key(plain, "a")
    with raises(BadRequest):
        await client.count(plain, shard_key_selector="a")


@case()
async def are_listed(lab: Lab) -> None:
    name = await collection(lab)
    listed = (await lab.client.list_shard_keys(name)).shard_keys or []
    assert {one.key for one in listed} == {"a", 7, "empty"}
    info = await lab.client.collection_cluster_info(name)
    counts = {shard.shard_key: shard.points_count for shard in info.local_shards}
    assert counts == {"a": 3, 7: 2, "empty": 0}
    assert info.shard_count == 3
    assert info.remote_shards == info.shard_transfers == []
    plain = await lab.client.collection_cluster_info(await lab.collection(DOT, [point(1, 1, 0)]))
    assert [(one.shard_id, one.points_count) for one in plain.local_shards] == [(0, 1)]


@case()
async def go_with_their_points(lab: Lab) -> None:
    name = await collection(lab)
    assert await lab.client.delete_shard_key(name, "a") is True
    assert await ids(lab, name) == [3, 4]
    with raises(BadRequest):
        await ids(lab, name, "a")
    await lab.client.create_shard_key(name, "a")
    assert await ids(lab, name, "a") == []
    drop = models.DropShardingKeyOperation(drop_sharding_key=models.DropShardingKey(shard_key=7))
    assert await lab.client.cluster_collection_update(name, drop) is True
    assert await ids(lab, name) == []


@case()
async def take_each_others_points(lab: Lab) -> None:
    name = await collection(lab)
    copy = models.ReplicatePointsOperation(
        replicate_points=models.ReplicatePoints(
            from_shard_key="a",
            to_shard_key="empty",
            filter=models.Filter(must=[models.HasIdCondition(has_id=[2, 3])]),
        )
    )
    assert await lab.client.cluster_collection_update(name, copy) is True
    assert await ids(lab, name, "empty") == [2, 3]
    assert await ids(lab, name, "a") == [1, 2, 3]


@case()
async def have_no_other_peers(lab: Lab) -> None:
    name = await collection(lab)
    peer = (await lab.client.collection_cluster_info(name)).peer_id
    move = models.MoveShardOperation(
        move_shard=models.MoveShard(shard_id=1, from_peer_id=peer, to_peer_id=peer + 1)
    )
    with raises(StatusError):
        await lab.client.cluster_collection_update(name, move)
    with raises(StatusError):
        await lab.client.remove_peer(peer + 1)
    assert (await lab.client.cluster_status()).status == "disabled"


@case("streams")
async def come_back_from_snapshots(lab: Lab) -> None:
    client, name = lab.client, await collection(lab)
    made = await client.create_snapshot(name)
    assert made is not None
    info = await client.collection_cluster_info(name)
    shard = next(one.shard_id for one in info.local_shards if one.shard_key == "a")
    of_shard = await client.create_shard_snapshot(name, shard)
    assert of_shard is not None
    await client.delete(name, [1, 3], shard_key_selector="a")
    await client.delete(name, [4], shard_key_selector=7)
    assert await client.recover_shard_snapshot(name, shard, of_shard.name) is True
    assert await ids(lab, name, "a") == [1, 2, 3]
    assert await ids(lab, name, 7) == [3]
    async with client.stream_snapshot(name, made.name) as stream:
        content = b"".join([piece async for piece in stream])
    await client.delete_shard_key(name, "empty")
    assert await client.upload_snapshot(name, content) is True
    assert await ids(lab, name, 7) == [3, 4]
    listed = (await client.list_shard_keys(name)).shard_keys or []
    assert {one.key for one in listed} == {"a", 7, "empty"}
