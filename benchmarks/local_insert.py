"""How fast do points go into the in-process engine, and what do they weigh?

From points and from arrays, in one call each; beside it the real engine (qdrant-edge-py) and the
official client's local mode, in batches of 1000, the building of their points apart, and numpy's
own copy of the floats.

    python benchmarks/local_insert.py --points 10000 100000
"""

from __future__ import annotations

import argparse
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

BATCH = 1000


def spent(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def payloads(points: int) -> list[dict[str, Any]]:
    return [{"n": row % 100, "text": f"point {row}"} for row in range(points)]


def empty_engine(size: int) -> LocalTransport:
    transport = LocalTransport()
    vectors = models.VectorParams(size=size, distance=models.Distance.COSINE)
    body = models.CreateCollection(vectors=vectors)
    transport.try_execute(operations.CreateCollection(collection_name="c", body=body))
    return transport


def from_arrays(vectors: Any) -> dict[str, float]:
    transport = empty_engine(vectors.shape[1])
    batch = models.Batch(
        ids=list(range(len(vectors))), vectors=vectors, payloads=payloads(len(vectors))
    )
    body = models.PointsBatch(batch=batch)
    upsert = operations.UpsertPoints(collection_name="c", body=body)
    time_ = spent(lambda: transport.try_execute(upsert))
    segment = transport._state.collections["c"].segment
    pointers = 8 * len(segment.payloads) + 33 * len(segment.payloads)
    used = segment.nbytes + pointers - segment.dense[""].nbytes
    print(f"{'':>8} bytes a point beyond floats and payload: {used / len(vectors):.0f}")
    return {"aqdrant from arrays": time_}


def from_points(vectors: Any) -> dict[str, float]:
    transport = empty_engine(vectors.shape[1])
    rows, bodies = vectors.tolist(), payloads(len(vectors))
    made = [
        models.PointStruct(id=row, vector=vector, payload=bodies[row])
        for row, vector in enumerate(rows)
    ]
    body = models.PointsList(points=made)
    upsert = operations.UpsertPoints(collection_name="c", body=body)
    return {"aqdrant from points": spent(lambda: transport.try_execute(upsert))}


def real_engine(vectors: Any) -> dict[str, float]:
    config = edge.EdgeConfig(
        vectors={"": edge.EdgeVectorParams(size=vectors.shape[1], distance=edge.Distance.Cosine)},
        wal_enabled=False,
    )
    shard = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
    bodies = payloads(len(vectors))
    building = storing = 0.0
    for start in range(0, len(vectors), BATCH):
        end = min(start + BATCH, len(vectors))
        began = time.perf_counter()
        points = [edge.Point(row, {"": vectors[row]}, bodies[row]) for row in range(start, end)]
        building += time.perf_counter() - began
        update = edge.UpdateOperation.upsert_points(points)
        storing += spent(lambda update=update: shard.update(update))  # type: ignore[misc]  # bound now
    return {"edge, points built": storing, "edge, with building": storing + building}


def official(vectors: Any) -> dict[str, float]:
    client = qdrant_client.QdrantClient(":memory:")
    distance = official_models.Distance.COSINE
    client.create_collection(
        "c", official_models.VectorParams(size=vectors.shape[1], distance=distance)
    )
    rows, bodies = vectors.tolist(), payloads(len(vectors))
    building = storing = 0.0
    for start in range(0, len(rows), BATCH):
        end = min(start + BATCH, len(rows))
        began = time.perf_counter()
        points = [
            official_models.PointStruct(id=row, vector=rows[row], payload=bodies[row])
            for row in range(start, end)
        ]
        building += time.perf_counter() - began
        storing += spent(lambda points=points: client.upsert("c", points))  # type: ignore[misc]  # bound now
    return {"official, points built": storing, "official, with building": storing + building}


def floor(vectors: Any) -> dict[str, float]:
    return {"numpy copy": spent(lambda: np.array(vectors))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000])
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    contenders = {"floor": floor, "arrays": from_arrays, "points": from_points}
    contenders |= {"edge": real_engine, "official": official}
    for points in arguments.points:
        random = np.random.default_rng(0)
        vectors = random.standard_normal((points, arguments.size), dtype=np.float32)
        found: dict[str, float] = {}
        for name, run in contenders.items():
            if name not in arguments.without:
                found |= run(vectors)
        whole = found.get("official, points built")
        for name, seconds in found.items():
            ratio = f"x{seconds / whole:.3f} of official" if whole else ""
            print(f"{points:>8} {name:<26} {seconds:8.3f} s   {ratio}")


if __name__ == "__main__":
    main()
