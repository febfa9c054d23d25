"""How long do points take into a folder, how long is it opened, how large is it, how does it grow?

In batches of 1000 from arrays; beside it the real engine (qdrant-edge-py), the official client's
local mode (slow: up to `--official-until` points), and numpy's own file of the floats. In a fresh
process each: the time of opening and the first answered query, the memory taken by then, and the
time of the first query with a filter after it. `x` is what a row is of the same contender's row
before, `B/point` the memory of each point added since then, beyond its floats.

    python benchmarks/local_disk.py --points 12500 25000 50000 100000 200000
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from aqdrant import QdrantClient, models

BATCH = 1000
CLIENT = """
def work():
    global client
    client = QdrantClient(path=path)
    client.query_points("c", [1.0] * size)
def filtered():
    wanted = models.FieldCondition(key="n", match=models.MatchValue(value=7))
    client.query_points("c", [1.0] * size, query_filter=models.Filter(must=[wanted]))
"""
OPENERS = {
    "aqdrant": """
import anyio._backends._asyncio, aqdrant._portal.thread, aqdrant_local.store
from aqdrant import QdrantClient, models
"""
    + CLIENT,
    "official": """
from qdrant_client import QdrantClient, models
"""
    + CLIENT,
    "edge": """
import qdrant_edge as edge
nearest = edge.Query.Nearest([1.0] * size, using="")
def work():
    global shard
    shard = edge.EdgeShard.load(path)
    shard.query(edge.QueryRequest(query=nearest, limit=10))
def filtered():
    wanted = edge.FieldCondition(key="n", match=edge.MatchValue(value=7))
    shard.query(edge.QueryRequest(query=nearest, limit=10, filter=edge.Filter(must=[wanted])))
""",
    "numpy": """
import numpy
def work():
    global vectors
    vectors = numpy.load(path + "/floats.npy")
    vectors @ vectors[0]
def filtered():
    vectors[7::100] @ vectors[0]
""",
}
TIMED = """
import os, sys, time, warnings
warnings.simplefilter("ignore")
path, size = sys.argv[1], int(sys.argv[2])
{}
def held():
    if not os.path.exists("/proc/self/statm"):
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before, began = held(), time.perf_counter()
work()
print(time.perf_counter() - began, held() - before)
began = time.perf_counter()
filtered()
print(time.perf_counter() - began)
globals().pop("client", None)  # qdrant-client's complains when it is collected at the exit
"""


class Result(NamedTuple):
    insert: float
    size: int


class Opening(NamedTuple):
    query: float
    memory: float
    filtered: float


class Row(NamedTuple):
    points: int
    floats: int
    result: Result
    opening: Opening


def payloads(points: int) -> list[dict[str, Any]]:
    return [{"n": row % 100, "text": f"point {row}"} for row in range(points)]


def spans(points: int) -> list[slice]:
    return [slice(start, min(start + BATCH, points)) for start in range(0, points, BATCH)]


def folder_size(path: str) -> int:
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())


def aqdrant(vectors: Any, path: str, durability: str = "full") -> Result:
    bodies = payloads(len(vectors))
    client = QdrantClient(path=path, durability=durability)
    params = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
    client.create_collection("c", params)
    began = time.perf_counter()
    for span in spans(len(vectors)):
        ids = list(range(span.start, span.stop))
        client.upsert("c", models.Batch(ids=ids, vectors=vectors[span], payloads=bodies[span]))
    client.close()
    return Result(time.perf_counter() - began, folder_size(path))


def aqdrant_normal(vectors: Any, path: str) -> Result:
    return aqdrant(vectors, path, "normal")


def official(vectors: Any, path: str) -> Result:
    import qdrant_client
    from qdrant_client import models

    bodies, rows = payloads(len(vectors)), vectors.tolist()
    client = qdrant_client.QdrantClient(path=path)
    params = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
    client.create_collection("c", params)
    began = time.perf_counter()
    for span in spans(len(vectors)):
        ids = list(range(span.start, span.stop))
        client.upsert("c", models.Batch(ids=ids, vectors=rows[span], payloads=bodies[span]))
    client.close()
    return Result(time.perf_counter() - began, folder_size(path))


def real_engine(vectors: Any, path: str) -> Result:
    import qdrant_edge as edge

    params = edge.EdgeVectorParams(size=vectors.shape[1], distance=edge.Distance.Cosine)
    shard = edge.EdgeShard.create(path, edge.EdgeConfig(vectors={"": params}))
    bodies = payloads(len(vectors))
    began = time.perf_counter()
    for span in spans(len(vectors)):
        rows = range(span.start, span.stop)
        points = [edge.Point(row, {"": vectors[row]}, bodies[row]) for row in rows]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.flush()
    shard.close()
    return Result(time.perf_counter() - began, folder_size(path))


def floor(vectors: Any, path: str) -> Result:
    began = time.perf_counter()
    np.save(Path(path) / "floats.npy", vectors)
    return Result(time.perf_counter() - began, folder_size(path))


def opened(kind: str, path: str, size: int) -> Opening:
    script = TIMED.format(OPENERS[kind])
    command = [sys.executable, "-c", script, path, str(size)]
    runs = [[float(x) for x in subprocess.check_output(command).split()] for _ in range(3)]
    return Opening(*(min(column) for column in zip(*runs, strict=True)))


def growth(now: float, before: float | None) -> str:
    return f"{now:7.3f} s " + ("      " if not before else f"x{now / before:<5.2f}")


def told(points: int, name: str, now: Row, before: Row | None) -> str:
    each = ""
    if before is not None and now.points > before.points:
        more = now.opening.memory - before.opening.memory - (now.floats - before.floats)
        each = f"{more / (now.points - before.points):+7.0f} B/point"
    inserted, opening = now.result.insert, now.opening
    return (
        f"{points:>8} {name:<16}"
        f" insert {growth(inserted, before and before.result.insert)}"
        f" open and query {growth(opening.query, before and before.opening.query)}"
        f" first filter {growth(opening.filtered, before and before.opening.filtered)}"
        f" disk {now.result.size / 1e6:6.1f} MB, x{now.result.size / now.floats:.2f} of the floats"
        f"  memory {opening.memory / 1e6:6.1f} MB {each}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[12_500, 25_000])
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    parser.add_argument("--official-until", type=int, default=25_000, help="most points of it")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    contenders: dict[str, tuple[Callable[[Any, str], Result], str]] = {
        "numpy": (floor, "numpy"),
        "aqdrant": (aqdrant, "aqdrant"),
        "aqdrant, normal": (aqdrant_normal, "aqdrant"),
        "edge": (real_engine, "edge"),
        "official": (official, "official"),
    }
    rows: dict[str, Row] = {}
    for points in arguments.points:
        random = np.random.default_rng(0)
        vectors = random.standard_normal((points, arguments.size), dtype=np.float32)
        for name, (run, opener) in contenders.items():
            too_many = name == "official" and points > arguments.official_until
            if name in arguments.without or too_many:
                continue
            path = tempfile.mkdtemp(prefix="disk-")
            try:
                result = run(vectors, path)
                row = Row(points, vectors.nbytes, result, opened(opener, path, arguments.size))
            finally:
                shutil.rmtree(path)
            print(told(points, name, row, rows.get(name)), flush=True)
            rows[name] = row


if __name__ == "__main__":
    main()
