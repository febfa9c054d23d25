"""How fast do uploads go into the in-process engine, and collections from one to another?

`upload_collection` of arrays and `upload_points` of a generator beside the official client's, each
with its defaults; then a migration. All with the longest stall of the event loop, beside two
floors: the stall by a thread that runs Python and nothing else, which is what the interpreter and
the machine allow just now, and a whole garbage collection of what such programs import.

    python benchmarks/uploads.py [--points 20000] [--official 5000]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from stalls import longest_stall

import aqdrant

SIZE = 384


async def awaited(value: Any) -> None:
    if asyncio.iscoroutine(value):
        await value


async def run(name: str, package: Any, vectors: Any) -> dict[str, float]:
    count = len(vectors)
    payloads = [{"n": n % 100, "text": f"point {n}"} for n in range(count)]
    found: dict[str, float] = {}

    async def measure(what: str, work: Callable[[], Awaitable[Any]]) -> None:
        stall, took = await longest_stall(work)
        found[what] = count / took
        print(f"{name:10}{what:26}{count / took:12.0f} points/s   stall {stall * 1e3:8.1f} ms")

    clients = [package.AsyncQdrantClient(":memory:") for _ in range(3)]
    params = package.models.VectorParams(size=SIZE, distance="Cosine")
    for client in clients[:2]:
        await client.create_collection("c", params)
        # What is compiled at the first point is not what is measured.
        one = package.models.PointStruct(id=0, vector=vectors[0].tolist(), payload=payloads[0])
        await client.upsert("c", [one])

    def points() -> Any:
        make = package.models.PointStruct
        rows = enumerate(vectors)
        return (make(id=n, vector=row.tolist(), payload=payloads[n]) for n, row in rows)

    source = points()
    await measure(
        "upload_collection", lambda: awaited(clients[0].upload_collection("c", vectors, payloads))
    )
    await measure("upload_points", lambda: awaited(clients[1].upload_points("c", source)))
    if package is aqdrant:
        await measure("migrate", lambda: clients[0].migrate(clients[2], batch_size=1000))
    return found


def spin() -> None:
    end = time.perf_counter() + 1
    while time.perf_counter() < end:
        pass


async def main(points: int, official: int) -> None:
    floor, _ = await longest_stall(lambda: asyncio.to_thread(spin))
    began = time.perf_counter()
    gc.collect()
    collecting = time.perf_counter() - began
    print(
        f"floors: {floor * 1e3:.1f} ms of a busy thread, {collecting * 1e3:.1f} ms of a collection"
    )
    vectors = np.random.default_rng(0).normal(size=(points, SIZE)).astype(np.float32)
    ours = await run("aqdrant", aqdrant, vectors)
    # Its modules, many and large, would be collected within our turns.
    import qdrant_client

    theirs = await run("official", qdrant_client, vectors[:official])
    for what, rate in theirs.items():
        print(f"{what:26} x{ours[what] / rate:.1f} of the official client's points/s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--official", type=int, default=5_000)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.points, arguments.official))
