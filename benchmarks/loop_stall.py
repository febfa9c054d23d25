"""How long does the event loop stand still while the embedded engine works?

A task that wants to run every millisecond measures its longest wait while, beside it: 1M floats are
upserted as points and as arrays, and 100,000 points are searched, filtered and counted. The
official client's local mode does the same after it, in the same run.
Run it alone: ``python benchmarks/loop_stall.py [--points 100000]``.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import numpy as np
import qdrant_client
from stalls import longest_stall

import aqdrant

SIZE = 384


async def run(name: str, client: Any, models: Any, vectors: np.ndarray) -> None:
    count = len(vectors)
    rows = min(count, 1_000_000 // SIZE)
    await client.create_collection("c", models.VectorParams(size=SIZE, distance="Cosine"))
    points = [
        models.PointStruct(id=i, vector=vectors[i].tolist(), payload={"n": i % 100})
        for i in range(rows)
    ]

    async def from_points() -> None:
        await client.upsert("c", points)

    async def from_arrays() -> None:
        for start in range(rows, count, 10_000):
            part = vectors[start : start + 10_000]
            ids = list(range(start, start + len(part)))
            payloads = [{"n": i % 100} for i in ids]
            await client.upsert("c", models.Batch(ids=ids, vectors=part, payloads=payloads))

    async def search() -> None:
        for _ in range(10):
            await client.query_points("c", vectors[0], limit=10)

    one = models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=7))])

    async def filtered() -> None:
        await client.query_points("c", vectors[0], query_filter=one, limit=10)

    async def count_filtered() -> None:
        await client.count("c", count_filter=one)

    for what, work in (
        (f"upsert {rows:,} points of lists", from_points),
        (f"upsert {count - rows:,} points of arrays", from_arrays),
        ("first filtered query", filtered),
        ("10 queries", search),
        ("filtered count", count_filtered),
    ):
        stall, took = await longest_stall(work)
        print(f"{name:10}{what:36}{stall * 1000:10.1f} ms of {took * 1000:10.1f} ms")


async def main(points: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(points, SIZE)).astype(np.float32)
    print(f"{'':46}{'stall':>10}{'work':>17}")
    async with aqdrant.AsyncQdrantClient(":memory:") as client:
        await run("aqdrant", client, aqdrant.models, vectors)
    await run(
        "official",
        qdrant_client.AsyncQdrantClient(":memory:"),
        qdrant_client.models,
        vectors[: points // 5],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().points))
