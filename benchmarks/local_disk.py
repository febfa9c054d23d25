"""How long do points take into a folder, how long is it opened, how large is it?

In batches of 1000 from arrays; beside it the real engine (qdrant-edge-py), the official client's
local mode (slow: leave it out with `--without official` at 100k), and numpy's own file of the
floats. Opening is timed to the first answered query, in a fresh process.

    python benchmarks/local_disk.py --points 10000 100000 --without official
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
OPENERS = {
    "aqdrant": """
import aqdrant_local.store
from aqdrant import QdrantClient
def work():
    QdrantClient(path=path).query_points("c", [1.0] * size)
""",
    "official": """
from qdrant_client import QdrantClient
def work():
    QdrantClient(path=path).query_points("c", [1.0] * size)
""",
    "edge": """
import qdrant_edge as edge
def work():
    shard = edge.EdgeShard.load(path)
    shard.query(edge.QueryRequest(query=edge.Query.Nearest([1.0] * size, using=""), limit=10))
""",
    "numpy": """
import numpy
def work():
    vectors = numpy.load(path + "/floats.npy")
    vectors @ vectors[0]
""",
}
TIMED = """
import sys, time, warnings
warnings.simplefilter("ignore")
path, size = sys.argv[1], int(sys.argv[2])
{}
began = time.perf_counter()
work()
print(time.perf_counter() - began)
"""


class Result(NamedTuple):
    insert: float
    size: int


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


def opened(kind: str, path: str, size: int) -> float:
    script = TIMED.format(OPENERS[kind])
    command = [sys.executable, "-c", script, path, str(size)]
    times = [float(subprocess.check_output(command)) for _ in range(3)]
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000])
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    contenders: dict[str, tuple[Callable[[Any, str], Result], str]] = {
        "numpy": (floor, "numpy"),
        "aqdrant": (aqdrant, "aqdrant"),
        "aqdrant, normal": (aqdrant_normal, "aqdrant"),
        "edge": (real_engine, "edge"),
        "official": (official, "official"),
    }
    for points in arguments.points:
        random = np.random.default_rng(0)
        vectors = random.standard_normal((points, arguments.size), dtype=np.float32)
        for name, (run, opener) in contenders.items():
            if name in arguments.without:
                continue
            path = tempfile.mkdtemp(prefix="disk-")
            try:
                insert, size = run(vectors, path)
                opening = opened(opener, path, arguments.size)
            finally:
                shutil.rmtree(path)
            print(
                f"{points:>8} {name:<16} insert {insert:7.2f} s   open and query {opening:6.3f} s"
                f"   {size / 1e6:7.1f} MB, x{size / vectors.nbytes:.2f} of the floats",
                flush=True,
            )


if __name__ == "__main__":
    main()
