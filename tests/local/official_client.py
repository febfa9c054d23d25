"""A program for a process of its own: the official client writes a folder, or answers from one.

In its own process because it leaves connections open. ``write PATH SEED`` makes the folder,
``answer PATH`` prints answers to `QUESTIONS` as JSON, ``hold PATH`` has it open until its input
ends. `test_official` asks the imported folder the same.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import uuid
import warnings
from typing import Any

VECTORS = {"cosine": 8, "dot": 5, "euclid": 4, "manhattan": 3}
DISTANCES = {"cosine": "Cosine", "dot": "Dot", "euclid": "Euclid", "manhattan": "Manhattan"}
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"must": [{"key": "n", "range": {"gte": 3, "lt": 7}}]},
    {"must": [{"key": "tag", "match": {"any": ["a", "b"]}}]},
    {"must_not": [{"key": "tag", "match": {"value": "a"}}]},
    {"must": [{"key": "deep.list[].x", "match": {"value": 2}}]},
    {"must": [{"key": "when", "range": {"gt": "2024-06-01T00:00:00Z"}}]},
    {"must": [{"is_empty": {"key": "tag"}}]},
    {"must": [{"key": "text", "match": {"text": "naïve café"}}]},
    {"must": [{"key": "place", "geo_radius": {"center": {"lon": 1, "lat": 2}, "radius": 3e5}}]},
    {"must": [{"nested": {"key": "deep.list", "filter": {
        "must": [{"key": "x", "match": {"value": 1}}, {"key": "y", "match": {"value": True}}]}}}]},
    {"should": [{"has_vector": "words"}, {"has_id": [1, 2, 3]}]},
]  # fmt: skip
"""Filters."""


def vector(name: str) -> list[float]:
    """What is asked for under a name."""
    return [1.0, -0.5, 0.25, 2.0, 0.5, -1.0, 1.5, 0.75][: VECTORS[name]]


def make_points(seed: int) -> list[Any]:
    import numpy as np
    from qdrant_client import models

    rng, made = random.Random(seed), []
    for number in range(150):
        vectors: dict[str, Any] = {}
        for name, size in VECTORS.items():
            if rng.random() < 0.8:
                one = [rng.uniform(-2, 2) for _ in range(size)]
                vectors[name] = one if number % 2 else np.array(one, dtype=np.float32)
        if rng.random() < 0.8:
            indices = rng.sample(range(40), rng.randrange(1, 8))
            values = [rng.uniform(0.1, 2) for _ in indices]
            vectors["words"] = models.SparseVector(indices=indices, values=values)
        day = dt.datetime(2024, rng.randrange(1, 13), 5, 6, 7, 8, 9, tzinfo=dt.UTC)
        things = [{"x": rng.randrange(3), "y": rng.random() < 0.5} for _ in range(2)]
        payload: dict[str, Any] = {
            "n": rng.randrange(10),
            "f": rng.uniform(-1e9, 1e9),
            "tag": rng.choice(["a", "b", "c", None, ["a", "c"], []]),
            "deep": {"list": things, "none": None, "": {"ключ": [[1], [2, [3.5]]]}},
            "when": day if number % 3 else day.isoformat(),
            "who": uuid.UUID(int=rng.getrandbits(128)),
            "text": rng.choice(["a naïve café", "nothing", "日本語 😀"]),
            "place": {"lon": rng.uniform(-5, 5), "lat": rng.uniform(-5, 5)},
            "large": 2**63 - 1,
        }
        ids: list[Any] = [number, str(uuid.UUID(int=number * 7**40)), uuid.UUID(int=number * 5**50)]
        given = payload if number % 10 else None
        made.append(models.PointStruct(id=ids[number % 3], vector=vectors, payload=given))
    return made


def write(path: str, seed: int) -> None:
    from qdrant_client import QdrantClient
    from qdrant_client import models as official

    models: Any = official  # it takes text for its enums, and is not annotated so
    client = QdrantClient(path=path)
    client.create_collection(
        "c",
        {
            name: models.VectorParams(size=size, distance=DISTANCES[name], datatype="float16")
            for name, size in VECTORS.items()
        },
        {"words": models.SparseVectorParams(modifier="idf")},
        metadata={"made": "by the official client", "numbers": [1, 2.5, None]},
    )
    points = make_points(seed)
    client.upsert("c", points[:100])
    client.upload_points("c", points[100:])
    client.upsert("c", points[:5])  # written again
    client.set_payload("c", {"more": {"x": 1}}, points=[3, 6])
    client.delete("c", [9, 12])
    client.delete_vectors("c", ["words"], [15, 18])
    client.update_vectors("c", [models.PointVectors(id=21, vector={"dot": [1, 2, 3, 4, 5]})])
    params = models.TextIndexParams(
        type="text", tokenizer="word", min_token_len=2, phrase_matching=True, scoring=True
    )
    client.create_payload_index("c", "text", params)
    client.create_collection("plain", models.VectorParams(size=2, distance="Euclid"))
    client.upload_collection("plain", [[1, 2], [3.5, 4], [0, 0]], payload=[{"a": 1}, {}, {"b": 2}])
    client.create_collection("empty", {})
    aliases = {"one": "c", "two": "c", "three": "plain"}
    client.update_collection_aliases(
        [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=name, alias_name=alias)
            )
            for alias, name in aliases.items()
        ]
    )
    client.close()


def answers(client: Any, models: Any) -> dict[str, Any]:
    """What a client of either kind says of the folder."""
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        condition = models.Filter.model_validate(question)
        points, _ = client.scroll("c", condition, limit=1000, with_payload=False)
        said: dict[str, Any] = {"ids": sorted(str(point.id) for point in points)}
        for name in VECTORS:
            said[name] = client.query_points(
                "one", vector(name), using=name, query_filter=condition, limit=1000
            )
        words = models.SparseVector(indices=[3, 7, 21, 30], values=[1.0, 0.5, 2.0, 1.5])
        said["words"] = client.query_points(
            "two", words, using="words", query_filter=condition, limit=1000
        )
        for name in (*VECTORS, "words"):
            said[name] = [[str(point.id), point.score] for point in said[name].points]
        found[json.dumps(question)] = said
    points, _ = client.scroll("c", limit=1000)
    found["payloads"] = {str(point.id): point.payload for point in points}
    found["plain"] = [
        [p.id, p.payload, p.vector] for p in client.scroll("three", with_vectors=True)[0]
    ]
    found["collections"] = sorted(c.name for c in client.get_collections().collections)
    found["aliases"] = sorted(
        [a.alias_name, a.collection_name] for a in client.get_aliases().aliases
    )
    return found


def main() -> None:
    from qdrant_client import QdrantClient, models

    warnings.simplefilter("ignore")
    command, path, *rest = sys.argv[1:]
    if command == "write":
        write(path, int(rest[0]))
        return
    client = QdrantClient(path=path)
    if command == "answer":
        sys.stdout.write(json.dumps(answers(client, models)))
    else:
        sys.stdout.write("open\n")
        sys.stdout.flush()
        sys.stdin.read()
    client.close()


if __name__ == "__main__":
    main()
