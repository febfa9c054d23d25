"""Shard keys: each is what a collection of its own is; together the newest of an id is seen."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import AqdrantError, ArgumentError, BadRequest, NotFound, StoreDamaged
from aqdrant_local.engine.ids import IdTable, Keys, encode_ids

from .stored import everything

KEYS: list[int | str] = ["a", "b", 7, ""]
UUIDS = [f"00000000-0000-0000-0000-{number:012}" for number in range(4)]
IDS: list[int | str] = [*range(8), 2**64 - 1, *UUIDS]
DOT = models.VectorParams(size=2, distance=models.Distance.DOT)


def opened(folder: Path | None) -> QdrantClient:
    return QdrantClient(":memory:") if folder is None else QdrantClient(path=str(folder))


def prepared(client: QdrantClient) -> None:
    """A collection with all keys, and a plain one for each of them."""
    client.create_collection("all", DOT, {"words": {}}, sharding_method="custom")
    client.create_payload_index("all", "n", "integer")
    for number, key in enumerate(KEYS):
        client.create_shard_key("all", key)
        client.create_collection(f"c{number}", DOT, {"words": {}})
        client.create_payload_index(f"c{number}", "n", "integer")


def change(rng: random.Random) -> tuple[str, tuple[Any, ...]]:
    ids = rng.sample(IDS, rng.randint(1, 4))
    number = rng.randint(0, 5)
    vector = {
        "": [rng.uniform(-1, 1), rng.uniform(-1, 1)],
        "words": models.SparseVector(indices=[number], values=[1.0 + number]),
    }
    points = [models.PointStruct(id=one, vector=vector, payload={"n": number}) for one in ids]
    condition = models.Filter(
        must=[models.FieldCondition(key="n", match=models.MatchValue(value=number))]
    )
    vectors = [models.PointVectors(id=one, vector=vector) for one in ids]
    changes: list[tuple[str, tuple[Any, ...]]] = [
        ("upsert", (points,)),
        ("upsert", (points,)),
        ("delete", (ids,)),
        ("delete", (models.FilterSelector(filter=condition),)),
        ("set_payload", ({"m": number}, ids)),
        ("set_payload", ({"m": number}, condition)),
        ("overwrite_payload", ({"n": number}, condition)),
        ("delete_payload", (["m"], condition)),
        ("clear_payload", (models.FilterSelector(filter=condition),)),
        ("update_vectors", (vectors,)),
        ("delete_vectors", (["words"], ids)),
        ("delete_vectors", ([""], condition)),
    ]
    return rng.choice(changes)


def run(client: QdrantClient, name: str, call: str, arguments: tuple[Any, ...], **more: Any) -> str:
    try:
        getattr(client, call)(name, *arguments, **more)
    except AqdrantError as error:
        return type(error).__name__
    return "done"


def read(client: QdrantClient, name: str, rng: random.Random, **more: Any) -> list[Any]:
    number, page = rng.randint(0, 5), rng.randint(1, 6)
    start, some = rng.choice(IDS), rng.sample(IDS, 4)
    condition = models.Filter(
        should=[
            models.FieldCondition(key="n", range=models.Range(lt=number)),
            models.HasIdCondition(has_id=some),
        ],
        must_not=[models.HasVectorCondition(has_vector="words")] if number % 2 else None,
    )
    sparse = models.SparseVector(indices=[number, 9], values=[1.0, 0.5])
    fusion = models.FusionQuery(fusion=models.Fusion.RRF)
    prefetch = [
        models.Prefetch(query=[1.0, 1.0], limit=4, filter=condition),
        models.Prefetch(query=sparse, using="words", limit=4),
    ]
    found: list[Any] = [
        client.scroll(name, limit=100, with_vectors=True, **more),
        client.scroll(name, condition, limit=page, offset=start, **more),
        client.scroll(name, order_by="n", limit=page, **more)[0],
        client.retrieve(name, some, with_vectors=True, **more),
        client.count(name, **more),
        client.count(name, condition, **more),
        client.facet(name, "n", condition, **more),
        client.query_points(name, [0.5, -1.0], limit=page, **more).points,
        client.query_points(name, [0.5, -1.0], query_filter=condition, **more).points,
        client.query_points(name, sparse, using="words", **more).points,
        client.query_points(name, fusion, prefetch=prefetch, **more).points,
        client.query_points_groups(name, "n", [1.0, 0.5], **more).groups,
    ]
    for point_id in some[:2]:
        query = models.RecommendQuery(recommend=models.RecommendInput(positive=[point_id]))
        try:
            found.append(client.query_points(name, query, **more).points)
        except (NotFound, BadRequest) as error:
            found.append(type(error))
    return found


def bare(found: Any) -> Any:
    """What was found, without its shard key and version: those of a plain collection differ."""
    if isinstance(found, list | tuple):
        return [bare(one) for one in found]
    if isinstance(found, models.PointGroup):
        return found.id, bare(found.hits)
    if isinstance(found, models.Record | models.ScoredPoint):
        fields = dict(found)
        del fields["shard_key"]
        fields.pop("version", None)
        return fields
    return found


@pytest.mark.parametrize("place", ["memory", "folder"])
def test_each_key_is_a_collection_of_its_own(place: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    folder = tmp_path if place == "folder" else None
    client = opened(folder)
    prepared(client)
    for step in range(60):
        chosen = rng.sample(range(len(KEYS)), rng.choice([1, 1, 1, 2]))
        call, arguments = change(rng)
        keys = [KEYS[number] for number in chosen]
        given: Any = keys if len(keys) > 1 else keys[0]
        if len(keys) == 1:
            name = f"c{chosen[0]}"
            told = run(client, "all", call, arguments, shard_key_selector=given)
            assert told == run(client, name, call, arguments), (step, call)
        elif call in ("upsert", "delete"):  # of the others a missing id ends only one of them
            run(client, "all", call, arguments, shard_key_selector=given)
            for number in chosen:
                run(client, f"c{number}", call, arguments)
        if folder is not None and step % 20 == 19:
            client.close()
            client = opened(folder)
        for number, key in enumerate(KEYS):
            look = rng.randint(0, 10**9)
            here = read(client, "all", random.Random(look), shard_key_selector=key)
            there = read(client, f"c{number}", random.Random(look))
            assert bare(here) == bare(there), (step, call, key)
    seen = {point.id for point in client.scroll("all", limit=1000)[0]}
    held = [{point.id for point in client.scroll(f"c{n}", limit=99)[0]} for n in range(len(KEYS))]
    assert seen == set().union(*held)
    client.close()


def test_newest_of_an_id_is_seen() -> None:
    client = QdrantClient(":memory:")
    prepared(client)
    point = models.PointStruct(id=1, vector=[0.0, 1.0])
    for number, key in enumerate(["b", "a", 7]):
        point = models.PointStruct(id=1, vector=[float(number), 1.0], payload={"n": number})
        client.upsert("all", [point], shard_key_selector=key)
    (found,) = client.scroll("all")[0]
    assert (found.payload, found.shard_key) == ({"n": 2}, 7)
    client.set_payload("all", {"m": 1}, [1], shard_key_selector="a")
    (found,) = client.query_points("all", [1.0, 0.0]).points
    assert (found.payload, found.shard_key, found.score) == ({"n": 1, "m": 1}, "a", 1.0)
    (found,) = client.scroll("all", shard_key_selector=["b", 7])[0]
    assert found.shard_key == 7
    assert client.count("all").count == 3  # as a server counts, which asks each shard
    assert len(client.facet("all", "n").hits) == 3
    found = client.retrieve("all", [1])[0]
    assert found.shard_key == "a"
    assert client.query_points("all", 1).points == []
    # Written under several keys at once, it is that of the first one.
    client.upsert("all", [point], shard_key_selector=[7, "b", "a"])
    assert client.scroll("all")[0][0].shard_key == "a"
    client.close()


def test_lookups_tell_keys_apart() -> None:
    client = QdrantClient(":memory:")
    prepared(client)
    for key, vector in (("a", [1.0, 0.0]), ("b", [0.0, 1.0])):
        client.upsert("all", [models.PointStruct(id=1, vector=vector)], shard_key_selector=key)
        points = [models.PointStruct(id=2, vector=[2.0, 3.0])]
        client.upsert("all", points, shard_key_selector=key)
    for key, score in (("a", 2.0), ("b", 3.0)):
        place = models.LookupLocation(collection="all", shard_key=key)
        found = client.query_points("all", 1, lookup_from=place, shard_key_selector=7)
        assert found.points == []
        found = client.query_points("all", 1, lookup_from=place, shard_key_selector="a")
        assert [(hit.id, hit.score) for hit in found.points] == [(2, score)]
    client.close()


def test_folder_keeps_keys_and_points(tmp_path: Path) -> None:
    with QdrantClient(path=str(tmp_path)) as client:
        prepared(client)
        for number, key in enumerate(KEYS):
            points = [
                models.PointStruct(id=one, vector=[float(number), 1.0], payload={"k": number})
                for one in IDS
            ]
            client.upsert("all", points, shard_key_selector=key)
        client.delete_shard_key("all", "b")
        client.create_shard_key("all", "new", shards_number=3)
        before = everything(client), client.collection_cluster_info("all")
        reader = QdrantClient(path=str(tmp_path), read_only=True)
        assert (everything(reader), reader.collection_cluster_info("all")) == before
        reader.close()
    with QdrantClient(path=str(tmp_path)) as client:
        assert (everything(client), client.collection_cluster_info("all")) == before
        assert client.count("all", shard_key_selector="new").count == 0
        with pytest.raises(BadRequest, match='Shard key "b" not found'):
            client.count("all", shard_key_selector="b")
        for key in ("a", 7, ""):
            assert client.count("all", shard_key_selector=key).count == len(IDS)


def test_damage_of_shards_is_seen(tmp_path: Path) -> None:
    import sqlite3

    with QdrantClient(path=str(tmp_path)) as client:
        prepared(client)
        client.upsert("all", [models.PointStruct(id=1, vector=[1.0, 1.0])], shard_key_selector=7)
        key = client.collection_cluster_info("all")
        assert key.shard_count == len(KEYS)
    (file,) = [
        path
        for path in tmp_path.glob("*.aqdrant")
        if b"shards" in path.read_bytes() and b"custom" in path.read_bytes()
    ]
    for sql in (
        "UPDATE shards SET first = 9 WHERE key = '7'",
        "DELETE FROM shards WHERE key = '7'",
        "UPDATE points SET id = x'0002' || substr(id, 3)",
    ):
        whole = file.read_bytes()
        raw = sqlite3.connect(file)
        raw.execute(sql)
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        raw.close()
        with pytest.raises(StoreDamaged), QdrantClient(path=str(tmp_path)) as client:
            client.get_collections()
        file.write_bytes(whole)
    with QdrantClient(path=str(tmp_path)) as client:
        assert client.count("all").count == 1


def test_ids_are_told_apart_by_shard() -> None:
    table = IdTable()
    keys = encode_ids([5, 3, UUIDS[1]])
    for shard in range(3):
        table.add(keys.in_shard(shard), np.arange(3) + 3 * shard)
    for shard in range(3):
        assert table.find(keys.in_shard(shard)).tolist() == [3 * shard + n for n in range(3)]
    assert table.ids(table.order()) == [3, 3, 3, 5, 5, 5, *[UUIDS[1]] * 3]
    assert table.order().tolist() == [1, 4, 7, 0, 3, 6, 2, 5, 8]
    assert sorted(table.twins().tolist()) == list(range(9))
    table.remove(np.array([3, 6]))
    assert sorted(table.twins().tolist()) == [1, 2, 4, 5, 7, 8]
    everyone = Keys(keys.kinds, keys.high, keys.low)
    assert table.find(everyone).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"shard_key": "x", "shards_number": 0}, "shards_number: int 0, wanted"),
        ({"shard_key": "x", "placement": [99]}, "Peer 99 does not exist"),
        ({"shard_key": "x", "shards_number": 40_000}, "more than 32768 shards"),
        ({"shard_key": -1}, "a number from 0 to"),
        ({"shard_key": "a"}, 'Sharding key "a" already exists for collection all'),
        ({"shard_key": 7}, "Sharding key 7 already exists for collection all"),
    ],
)
def test_bad_keys_are_refused(fields: dict[str, Any], problem: str) -> None:
    client = QdrantClient(":memory:")
    prepared(client)
    with pytest.raises(ArgumentError, match=problem):
        client.create_shard_key("all", **fields)
    assert {one.key for one in client.list_shard_keys("all").shard_keys or []} == set(KEYS)
    with pytest.raises(BadRequest, match="Empty shard keys selection"):
        client.count("all", shard_key_selector=[])
    assert client.list_shard_keys("c0").shard_keys is None
    client.close()
