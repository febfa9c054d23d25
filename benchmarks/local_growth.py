"""What does twice as many points cost the in-process engine?

One collection that doubles again and again: what a point costs to insert (in batches of 1000, from
arrays), and an exact search for the nearest 10 without a filter, with an integer match that 1% of
the points pass and with a range that 10% pass. Beside it numpy's floor, the real engine
(qdrant-edge-py, the key indexed, no graph) and the official client's local mode, each as far as it
ends in reasonable time. Contenders take turns, and the best of each counts: on a busy machine the
others tell of its other work.

    python benchmarks/local_growth.py --most 1024000 --edge 128000 --official 16000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import qdrant_client
import qdrant_edge as edge
from qdrant_client import models as official_models

from aqdrant import models, operations
from aqdrant_local import LocalTransport

LIMIT = 10
FIRST = 1000
BATCH = 1000
TURNS = 15
QUESTIONS = ("exact", "match 1%", "range 10%")


class Contender(Protocol):
    def insert(self, start: int, vectors: Any, numbers: Any) -> None: ...
    def ask(self, question: str, query: Any) -> Any: ...


class Floor:
    """What exact search comes down to: compare, gather, multiply, take the largest."""

    def __init__(self, most: int, size: int) -> None:
        self.vectors = np.empty((most, size), dtype=np.float32)
        self.numbers = np.empty(most, dtype=np.int64)
        self.count = 0

    def insert(self, start: int, vectors: Any, numbers: Any) -> None:
        self.count = start + len(vectors)
        self.vectors[start : self.count] = vectors
        self.numbers[start : self.count] = numbers

    def ask(self, question: str, query: Any) -> Any:
        vectors, numbers = self.vectors[: self.count], self.numbers[: self.count]
        if question == "exact":
            scores = vectors @ query
        else:
            rows = np.flatnonzero(numbers == 7 if question == "match 1%" else numbers < 10)
            scores = vectors[rows] @ query
        best = np.argpartition(scores, -LIMIT)[-LIMIT:]
        return best[np.argsort(-scores[best])]


class Ours:
    def __init__(self, size: int) -> None:
        self.transport = LocalTransport()
        body = models.CreateCollection(
            vectors=models.VectorParams(size=size, distance=models.Distance.COSINE),
            optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
        )
        create = operations.CreateCollection(collection_name="c", body=body)
        self.transport.try_execute(create)

    def insert(self, start: int, vectors: Any, numbers: Any) -> None:
        ids = list(range(start, start + len(vectors)))
        payloads = [{"n": number} for number in numbers.tolist()]
        batch = models.Batch(ids=ids, vectors=vectors, payloads=payloads)
        body = models.PointsBatch(batch=batch)
        self.transport.try_execute(operations.UpsertPoints(collection_name="c", body=body))

    def ask(self, question: str, query: Any) -> Any:
        match = models.FieldCondition(key="n", match=models.MatchValue(value=7))
        below = models.FieldCondition(key="n", range=models.Range(lt=10))
        must = {"match 1%": [match], "range 10%": [below]}.get(question)
        body = models.QueryRequest(
            query=query, limit=LIMIT, filter=None if must is None else models.Filter(must=must)
        )
        return self.transport.try_execute(operations.QueryPoints(collection_name="c", body=body))


class RealEngine:
    def __init__(self, size: int) -> None:
        config = edge.EdgeConfig(
            vectors={"": edge.EdgeVectorParams(size, edge.Distance.Cosine)}, wal_enabled=False
        )
        self.shard = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
        index = edge.UpdateOperation.create_field_index("n", edge.PayloadSchemaType.Integer)
        self.shard.update(index)

    def insert(self, start: int, vectors: Any, numbers: Any) -> None:
        points = [
            edge.Point(start + row, {"": vector}, {"n": int(numbers[row])})
            for row, vector in enumerate(vectors)
        ]
        self.shard.update(edge.UpdateOperation.upsert_points(points))

    def ask(self, question: str, query: Any) -> Any:
        match = edge.FieldCondition("n", match=edge.MatchValue(7))
        below = edge.FieldCondition("n", range=edge.RangeFloat(lt=10.0))
        must = {"match 1%": [match], "range 10%": [below]}.get(question)
        request = edge.QueryRequest(
            limit=LIMIT,
            query=edge.Query.Nearest(query, using=""),
            filter=None if must is None else edge.Filter(must=must),
        )
        return self.shard.query(request)


class Official:
    def __init__(self, size: int) -> None:
        self.client = qdrant_client.QdrantClient(":memory:")
        distance = official_models.Distance.COSINE
        params = official_models.VectorParams(size=size, distance=distance)
        self.client.create_collection("c", params)

    def insert(self, start: int, vectors: Any, numbers: Any) -> None:
        points = [
            official_models.PointStruct(id=start + row, vector=vector, payload={"n": number})
            for row, (vector, number) in enumerate(
                zip(vectors.tolist(), numbers.tolist(), strict=True)
            )
        ]
        self.client.upsert("c", points)

    def ask(self, question: str, query: Any) -> Any:
        match = official_models.MatchValue(value=7)
        below = official_models.Range(lt=10)
        must = {
            "match 1%": [official_models.FieldCondition(key="n", match=match)],
            "range 10%": [official_models.FieldCondition(key="n", range=below)],
        }.get(question)
        condition = None if must is None else official_models.Filter(must=must)
        return self.client.query_points("c", query, query_filter=condition, limit=LIMIT)


def timed(work: Callable[..., Any], *arguments: Any) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def measure(
    contenders: dict[str, Contender], known: dict[tuple[str, str], float], points: int, query: Any
) -> None:
    """Print a line a question: milliseconds, and how many times those of half as many points."""
    for question in QUESTIONS:
        spent: dict[str, list[float]] = {name: [] for name in contenders}
        for turn in range(TURNS):
            for name, contender in contenders.items():
                if turn < 3 or name != "official":
                    spent[name].append(timed(contender.ask, question, query))
        for name, times in spent.items():
            show(known, points, question, name, min(times) * 1e3, "ms")


def show(
    known: dict[tuple[str, str], float],
    points: int,
    question: str,
    name: str,
    value: float,
    unit: str,
) -> None:
    before = known.get((question, name))
    growth = "" if before is None else f"  x {value / before:.2f}"
    known[question, name] = value
    print(f"{points:>9,}  {question:<10} {name:<10} {value:10.3f} {unit}{growth}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=128_000)
    parser.add_argument("--edge", type=int, default=128_000, help="up to so many points")
    parser.add_argument("--official", type=int, default=8_000, help="up to so many points")
    parser.add_argument("--size", type=int, default=128)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    random = np.random.default_rng(0)
    query = random.standard_normal(options.size).astype(np.float32)
    query /= np.linalg.norm(query)
    contenders: dict[str, Contender] = {
        "numpy": Floor(options.most, options.size),
        "aqdrant": Ours(options.size),
        "edge": RealEngine(options.size),
        "official": Official(options.size),
    }
    known: dict[tuple[str, str], float] = {}
    held, points = 0, FIRST
    while points <= options.most:
        print(f"load {os.getloadavg()[0]:.1f}")
        for name in ("edge", "official"):
            if points > getattr(options, name):
                contenders.pop(name, None)
        spent = dict.fromkeys(contenders, 0.0)
        for start in range(held, points, BATCH):
            vectors = random.standard_normal((BATCH, options.size), dtype=np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            numbers = random.integers(0, 100, BATCH)
            for name, contender in contenders.items():
                spent[name] += timed(contender.insert, start, vectors, numbers)
        for name, whole in spent.items():
            show(known, points, "insert", name, whole / (points - held) * 1e6, "µs a point")
        measure(contenders, known, points, query)
        held, points = points, points * 2


if __name__ == "__main__":
    main()
