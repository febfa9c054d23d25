"""What does a snapshot cost, to take and to bring back, and whom does it hold up meanwhile?

The floor of both is a plain copy of as many bytes, made to last, and its SHA-256. `reads wait` and
`writes wait` are the longest calls of a client that queries and upserts all the while; `loop
stands` is the longest time that no other task of its event loop runs.

    python benchmarks/local_snapshots.py --points 10000 100000
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from stalls import longest_stall

from aqdrant import AsyncQdrantClient, models

BATCH = 1000


async def filled(vectors: Any, path: str | None) -> AsyncQdrantClient:
    place: dict[str, Any] = {"location": ":memory:"} if path is None else {"path": path}
    client = AsyncQdrantClient(**place)
    params = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
    await client.create_collection("c", params)
    for start in range(0, len(vectors), BATCH):
        part = vectors[start : start + BATCH]
        ids = list(range(start, start + len(part)))
        payloads = [{"n": number % 100} for number in ids]
        await client.upsert("c", models.Batch(ids=ids, vectors=part, payloads=payloads))
    return client


def floor(file: Path) -> float:
    began = time.perf_counter()
    copy = file.with_name("floor")
    shutil.copyfile(file, copy)
    with copy.open("rb+") as content:
        os.fsync(content.fileno())
        hashlib.file_digest(content, "sha256")
    spent = time.perf_counter() - began
    copy.unlink()
    return spent


class Neighbour:
    """Reads and writes all the while; keeps how long each kind took at worst."""

    def __init__(self, client: AsyncQdrantClient, vector: Any) -> None:
        self._client = client
        self._vector = vector
        self._ended = False
        self.longest = {"reads": 0.0, "writes": 0.0}
        self._tasks = [
            asyncio.create_task(self._go_on("reads", self._read)),
            asyncio.create_task(self._go_on("writes", self._write)),
        ]

    async def _read(self) -> None:
        await self._client.query_points("c", self._vector)

    async def _write(self) -> None:
        point = models.PointStruct(id=1, vector=self._vector.tolist(), payload={"n": 1})
        await self._client.upsert("c", [point])

    async def _go_on(self, name: str, call: Callable[[], Awaitable[None]]) -> None:
        while not self._ended:
            began = time.perf_counter()
            await call()
            self.longest[name] = max(self.longest[name], time.perf_counter() - began)
            await asyncio.sleep(0.001)

    async def end(self) -> dict[str, float]:
        self._ended = True
        await asyncio.gather(*self._tasks)
        return self.longest


async def measure(place: str, vectors: Any, folder: Path) -> None:
    client = await filled(vectors, str(folder / "db") if place == "folder" else None)
    kept = folder / "kept.snapshot"
    await take(client)
    made = await take(client)
    await client.download_snapshot("c", made, kept)
    size, copy = kept.stat().st_size, floor(kept)

    async def alone() -> float:
        began = time.perf_counter()
        await take(client)
        return time.perf_counter() - began

    taken = await alone()
    stall, _ = await longest_stall(lambda: take(client))
    neighbour = Neighbour(client, vectors[0])
    await take(client)
    waits = await neighbour.end()
    began = time.perf_counter()
    await client.recover_snapshot("c", str(kept))
    back = time.perf_counter() - began
    back_stall, _ = await longest_stall(lambda: client.recover_snapshot("c", str(kept)))
    neighbour = Neighbour(client, vectors[0])
    await client.recover_snapshot("c", str(kept))
    back_waits = await neighbour.end()
    print(
        f"{len(vectors):>8} {place:<7} {size / 1e6:6.1f} MB  a copy {copy:6.3f} s\n"
        f"{'':>16} taken    {taken:6.3f} s, x{taken / copy:4.1f}  {told(waits, stall)}\n"
        f"{'':>16} brought  {back:6.3f} s, x{back / copy:4.1f}  {told(back_waits, back_stall)}"
    )
    await client.aclose()


async def take(client: AsyncQdrantClient) -> str:
    made = await client.create_snapshot("c")
    assert made is not None
    return made.name


def told(waits: dict[str, float], stall: float) -> str:
    return (
        f"reads wait {waits['reads'] * 1e3:5.0f} ms, writes wait {waits['writes'] * 1e3:5.0f} ms,"
        f" loop stands {stall * 1e3:4.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--size", type=int, default=384)
    options = parser.parse_args()
    for points in options.points:
        vectors = np.random.default_rng(1).normal(size=(points, options.size)).astype(np.float32)
        for place in ("memory", "folder"):
            folder = Path(tempfile.mkdtemp())
            asyncio.run(measure(place, vectors, folder))
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
