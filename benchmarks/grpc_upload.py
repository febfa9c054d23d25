"""Upload of 100,000 vectors of 384 dimensions from a numpy array over gRPC.

    python benchmarks/grpc_upload.py [--points N] [--batch N] [--rounds N]

Ours, on asyncio and on trio, the official async client, and grpclib with ready-made requests (the
floor) take turns against a canned server in a process of its own, which acknowledges what it is
sent. Prints points a second, the ratio to the official client, and the longest stall of the loop.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import numpy as np
from canned_grpc import canned_grpc_server, upload_answer
from grpc_query import Raw
from stalls import longest_stall

from aqdrant import AsyncQdrantClient, models, operations
from aqdrant_grpc.calls import encode_request

COLLECTION, WIDTH = "bench", 384


Array = np.ndarray[Any, Any]
Result = tuple[float, float]
"""Points a second, and seconds of the longest stall."""


def timed(work: Callable[[], Awaitable[Any]], count: int) -> Result:
    stall, took = asyncio.run(longest_stall(work))
    return count / took, stall


def ours(port: int, vectors: Array, batch: int) -> Result:
    async def work() -> None:
        await upload(port, vectors, batch)

    return timed(work, len(vectors))


async def upload(port: int, vectors: Array, batch: int) -> None:
    url = "http://127.0.0.1"
    async with AsyncQdrantClient(url, grpc_port=port, prefer_grpc=True) as client:
        await client.upload_collection(
            COLLECTION, vectors, ids=range(len(vectors)), batch_size=batch
        )


def ours_on_trio(port: int, vectors: Array, batch: int) -> Result:
    start = time.perf_counter()
    anyio.run(upload, port, vectors, batch, backend="trio")
    return len(vectors) / (time.perf_counter() - start), float("nan")


def by_official(port: int, vectors: Array, batch: int) -> Result:
    from qdrant_client import AsyncQdrantClient as OfficialClient

    async def work() -> None:
        client = OfficialClient(
            host="127.0.0.1", grpc_port=port, prefer_grpc=True, check_compatibility=False
        )
        # Its upload_collection runs in this thread, and returns nothing to wait for.
        client.upload_collection(COLLECTION, vectors, ids=range(len(vectors)), batch_size=batch)
        await client.close()

    return timed(work, len(vectors))


def raw(port: int, vectors: Array, batch: int) -> Result:
    from grpclib.client import Channel, UnaryUnaryMethod

    requests: list[bytes] = []
    for start in range(0, min(len(vectors), 20 * batch), batch):
        rows = vectors[start : start + batch]
        columns = models.Batch(ids=list(range(start, start + len(rows))), vectors=rows)
        body = models.PointsBatch(batch=columns)
        requests.append(
            encode_request(operations.UpsertPoints(collection_name=COLLECTION, body=body))
        )

    async def work() -> None:
        channel = Channel("127.0.0.1", port, codec=Raw())
        call: Any = UnaryUnaryMethod(channel, "/qdrant.Points/Upsert", bytes, bytes)
        for number in range(-(-len(vectors) // batch)):
            await call(requests[number % len(requests)], timeout=60)
        channel.close()

    return timed(work, len(vectors))


VARIANTS = {
    "official, async": by_official,
    "ours": ours,
    "ours, trio": ours_on_trio,
    "grpclib, ready-made requests": raw,
}


def measure(port: int, points: int, batch: int, rounds: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(points, WIDTH)).astype("float32")
    taken: dict[str, list[Result]] = {name: [] for name in VARIANTS}
    for _ in range(rounds):
        for name, run in VARIANTS.items():
            taken[name].append(run(port, vectors, batch))
    base = statistics.median(rate for rate, _ in taken["official, async"])
    for name, results in taken.items():
        rate = statistics.median(rate for rate, _ in results)
        stall = statistics.median(stall for _, stall in results)
        print(f"{name:30s}{rate:10.0f} points/s {rate / base:6.2f}   stall {stall * 1e3:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with canned_grpc_server(upload_answer(WIDTH)) as port:
        measure(port, given.points, given.batch, given.rounds)


if __name__ == "__main__":
    main()
