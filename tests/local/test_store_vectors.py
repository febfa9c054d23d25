"""Vectors of every kind and type of number are in the folder when it is opened again."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from aqdrant import QdrantClient, models

from .generate_queries import KINDS, QueryGenerator

Queries = dict[str, Any]


def found(client: QdrantClient, queries: Queries) -> tuple[list[models.Record], list[Any]]:
    """All points, and what each query finds."""
    points, _ = client.scroll("c", limit=1000, with_vectors=True)
    ranked = [client.query_points("c", query, using=name) for name, query in queries.items()]
    return points, ranked


def test_vectors_of_every_kind_last(tmp_path: Path, seed: int) -> None:
    random, generator = Random(seed), QueryGenerator(seed)
    path = str(tmp_path / "db")
    client = QdrantClient(path=path)
    client.create_collection("c", KINDS, {"plain": {}, "idf": {}})
    for _ in range(25):
        choice = random.randrange(6)
        ids = [point.id for point in client.scroll("c", limit=1000)[0]]
        some = random.sample(ids, min(len(ids), 3))
        if choice < 3 or not some:
            client.upsert("c", [generator.point() for _ in range(random.randrange(1, 9))])
        elif choice == 3:
            client.delete("c", some)
        elif choice == 4:
            client.delete_vectors("c", random.sample([*KINDS, "plain"], 3), some)
        else:
            vectors = [models.PointVectors(id=one, vector=generator.vectors(0.5)) for one in some]
            client.update_vectors("c", [point for point in vectors if point.vector])
        if random.random() < 0.3:
            queries = {name: generator.vector(name) for name in [*KINDS, "plain", "idf"]}
            before = found(client, queries)
            client.close()
            client = QdrantClient(path=path)
            assert found(client, queries) == before
    client.close()
