"""How fast does the in-process engine search?

Cosine vectors, top 10 with payload: exact, with an integer match that 1% of the points pass, with a
range that 10% pass, and sparse. Beside it the bare numpy that any exact search must do, the real
engine (qdrant-edge-py) and the official client's local mode. Contenders take turns, and the ratios
are of medians.

    python benchmarks/local_query.py --points 10000 100000
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import qdrant_client
import qdrant_edge as edge
from qdrant_client import models as official_models

from aqdrant import models, operations
from aqdrant_local import LocalTransport

LIMIT = 10
NONZERO = 20
VOCABULARY = 30_000
Ask = Callable[[str], Any]


class Data:
    """The same points for everyone."""

    def __init__(self, points: int, size: int) -> None:
        random = np.random.default_rng(0)
        self.vectors = random.standard_normal((points, size), dtype=np.float32)
        self.vectors /= np.linalg.norm(self.vectors, axis=1, keepdims=True)
        self.query = random.standard_normal(size).astype(np.float32)
        self.query /= np.linalg.norm(self.query)
        self.numbers = random.integers(0, 100, points)
        words = random.zipf(1.3, (points, NONZERO)) % VOCABULARY
        self.sparse = [
            (sorted(set(row.tolist())), random.random(len(set(row.tolist()))).tolist())
            for row in words
        ]
        self.payloads = [{"n": int(n), "text": f"point {n}"} for n in self.numbers]


def floor(data: Data) -> Ask:
    """What exact search comes down to: compare, gather, multiply, take the largest."""

    def best(scores: Any) -> Any:
        top = np.argpartition(scores, -LIMIT)[-LIMIT:]
        return top[np.argsort(-scores[top])]

    def ask(question: str) -> Any:
        if question == "exact":
            return best(data.vectors @ data.query)
        wanted = data.numbers == 7 if question == "match 1%" else data.numbers < 10
        rows = np.flatnonzero(wanted)
        return rows[best(data.vectors[rows] @ data.query)]

    return ask


def ours(data: Data) -> Ask:
    transport = LocalTransport()
    body = models.CreateCollection(
        vectors={"d": models.VectorParams(size=len(data.query), distance=models.Distance.COSINE)},
        sparse_vectors={"s": models.SparseVectorParams()},
    )
    transport.try_execute(operations.CreateCollection(collection_name="c", body=body))
    sparse = [models.SparseVector(indices=i, values=v) for i, v in data.sparse]
    batch = models.Batch(
        ids=list(range(len(data.vectors))),
        vectors={"d": data.vectors, "s": sparse},
        payloads=data.payloads,
    )
    upsert = models.PointsBatch(batch=batch)
    transport.try_execute(operations.UpsertPoints(collection_name="c", body=upsert))
    query = data.query.tolist()
    indices, values = data.sparse[1]
    match = models.FieldCondition(key="n", match=models.MatchValue(value=7))
    lower = models.FieldCondition(key="n", range=models.Range(lt=10))
    shared: dict[str, Any] = {"limit": LIMIT, "with_payload": True}
    requests = {
        "exact": models.QueryRequest(query=query, using="d", **shared),
        "match 1%": models.QueryRequest(
            query=query, using="d", filter=models.Filter(must=[match]), **shared
        ),
        "range 10%": models.QueryRequest(
            query=query, using="d", filter=models.Filter(must=[lower]), **shared
        ),
        "sparse": models.QueryRequest(
            query=models.SparseVector(indices=indices, values=values), using="s", **shared
        ),
    }
    calls = {
        question: operations.QueryPoints(collection_name="c", body=request)
        for question, request in requests.items()
    }
    return lambda question: transport.try_execute(calls[question])


def real_engine(data: Data) -> Ask:
    config = edge.EdgeConfig(
        vectors={"d": edge.EdgeVectorParams(size=len(data.query), distance=edge.Distance.Cosine)},
        sparse_vectors={"s": edge.EdgeSparseVectorParams()},
        wal_enabled=False,
    )
    shard = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
    for start in range(0, len(data.vectors), 1000):
        points = [
            edge.Point(
                row,
                {"d": data.vectors[row], "s": edge.SparseVector(*data.sparse[row])},
                data.payloads[row],
            )
            for row in range(start, min(start + 1000, len(data.vectors)))
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    index = edge.UpdateOperation.create_field_index("n", edge.PayloadSchemaType.Integer)
    shard.update(index)
    match = edge.FieldCondition("n", match=edge.MatchValue(7))
    lower = edge.FieldCondition("n", range=edge.RangeFloat(lt=10.0))
    filters = {"match 1%": edge.Filter(must=[match]), "range 10%": edge.Filter(must=[lower])}
    query = data.query.tolist()

    def ask(question: str) -> Any:
        if question == "sparse":
            nearest = edge.Query.Nearest(edge.SparseVector(*data.sparse[1]), using="s")
        else:
            nearest = edge.Query.Nearest(query, using="d")
        request = edge.QueryRequest(
            limit=LIMIT, query=nearest, filter=filters.get(question), with_payload=True
        )
        return shard.query(request)

    return ask


def official(data: Data) -> Ask:
    client = qdrant_client.QdrantClient(":memory:")
    distance = official_models.Distance.COSINE
    client.create_collection(
        "c",
        {"d": official_models.VectorParams(size=len(data.query), distance=distance)},
        sparse_vectors_config={"s": official_models.SparseVectorParams()},
    )
    for start in range(0, len(data.vectors), 1000):
        points = [
            official_models.PointStruct(
                id=row,
                vector={
                    "d": data.vectors[row].tolist(),
                    "s": official_models.SparseVector(
                        indices=data.sparse[row][0], values=data.sparse[row][1]
                    ),
                },
                payload=data.payloads[row],
            )
            for row in range(start, min(start + 1000, len(data.vectors)))
        ]
        client.upsert("c", points)
    match = official_models.MatchValue(value=7)
    lower = official_models.Range(lt=10)
    conditions = {
        "match 1%": official_models.FieldCondition(key="n", match=match),
        "range 10%": official_models.FieldCondition(key="n", range=lower),
    }
    indices, values = data.sparse[1]

    def ask(question: str) -> Any:
        condition = conditions.get(question)
        sparse = question == "sparse"
        return client.query_points(
            "c",
            query=official_models.SparseVector(indices=indices, values=values)
            if sparse
            else data.query,
            using="s" if sparse else "d",
            query_filter=official_models.Filter(must=[condition]) if condition else None,
            limit=LIMIT,
        )

    return ask


QUESTIONS = ("exact", "match 1%", "range 10%", "sparse")


def measure(contenders: dict[str, Ask], question: str, rounds: int) -> dict[str, float]:
    """Medians in seconds; the slow ones take fewer turns."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(-2, rounds):
        for name, ask in contenders.items():
            if name == "floor" and question == "sparse":
                continue
            if name == "official" and turn > 4:
                continue
            began = time.perf_counter()
            ask(question)
            if turn >= 0:
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(spent) for name, spent in times.items() if spent}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    makers = {"floor": floor, "aqdrant": ours, "edge": real_engine, "official": official}
    print("milliseconds, medians; the ratio is aqdrant's to the other's")
    for points in arguments.points:
        data = Data(points, arguments.size)
        contenders = {
            name: make(data) for name, make in makers.items() if name not in arguments.without
        }
        for question in QUESTIONS:
            found = measure(contenders, question, arguments.rounds)
            own = found["aqdrant"]
            cells = (
                f"{name} {spent * 1e3:9.3f} (x{own / spent:6.3f})"
                for name, spent in found.items()
                if name != "aqdrant"
            )
            print(f"{points:>7} {question:<10} aqdrant {own * 1e3:8.3f}   {'   '.join(cells)}")


if __name__ == "__main__":
    main()
