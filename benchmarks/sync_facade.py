"""What does the sync client add to the async call, and what does either add to the engine?

A query of 1,000 points of 64 dimensions on the embedded engine: awaited, called through the sync
client, and the same on the official client's local mode; taken in turn. Then an operation that has
to cross to the event-loop thread, for the price of the crossing itself.
Run it alone: ``python benchmarks/sync_facade.py [--rounds 2000]``.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import qdrant_client

import aqdrant
from aqdrant import models
from aqdrant.transport import CallOptions

POINTS, SIZE = 1_000, 64


class Awaited:
    """A transport that cannot answer at once, so that each call crosses to the loop's thread."""

    async def execute(self, operation: Any, options: CallOptions | None = None, /) -> Any:
        return models.CollectionsResponse(collections=[])

    def stream(self, operation: Any, options: CallOptions | None = None, /) -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


def clock(function: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1e6)
    return times


async def clock_async(function: Callable[[], Any], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        await function()
        times.append((time.perf_counter() - start) * 1e6)
    return times


def show(name: str, times: list[float], to: float | None = None) -> float:
    p50 = statistics.median(times)
    added = "" if to is None else f"{p50 - to:+9.1f}"
    print(f"{name:34}{p50:10.1f} µs{added}")
    return p50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(POINTS, SIZE)).astype(np.float32)
    query = vectors[0]

    sync = aqdrant.QdrantClient(":memory:")
    sync.create_collection("c", models.VectorParams(size=SIZE, distance=models.Distance.COSINE))
    sync.upsert("c", models.Batch(ids=list(range(POINTS)), vectors=vectors))
    official = qdrant_client.QdrantClient(":memory:")
    official.create_collection("c", qdrant_client.models.VectorParams(size=SIZE, distance="Cosine"))
    official.upload_collection("c", vectors, ids=list(range(POINTS)))

    async def awaited() -> list[float]:
        async with aqdrant.AsyncQdrantClient(":memory:") as client:
            await client.create_collection("c", models.VectorParams(size=SIZE, distance="Cosine"))
            await client.upsert("c", models.Batch(ids=list(range(POINTS)), vectors=vectors))
            await clock_async(lambda: client.query_points("c", query, limit=10), rounds // 10)
            return await clock_async(lambda: client.query_points("c", query, limit=10), rounds)

    clock(lambda: sync.query_points("c", query, limit=10), rounds // 10)
    print(f"{'query, 1k points, p50':34}{'':13}{'added':>9}")
    base = show("aqdrant, awaited", asyncio.run(awaited()))
    show(
        "aqdrant, sync client", clock(lambda: sync.query_points("c", query, limit=10), rounds), base
    )
    show(
        "official local mode",
        clock(lambda: official.query_points("c", query, limit=10), max(rounds // 20, 20)),
        base,
    )

    async def plain() -> list[float]:
        client = aqdrant.AsyncQdrantClient(transport=Awaited())
        return await clock_async(client.get_collections, rounds)

    print()
    base = show("a call that is awaited", asyncio.run(plain()))
    crossing = aqdrant.QdrantClient(transport=Awaited())
    crossing.get_collections()
    show("the same across the portal", clock(crossing.get_collections, rounds), base)
    crossing.close()
    sync.close()


if __name__ == "__main__":
    main()
