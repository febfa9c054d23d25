"""What a sync call costs beside the awaited one: inline, and over the portal.

    python benchmarks/sync_hop.py

Prints medians in microseconds, and ratios. The variants take turns, so that noise of the machine
meets all of them alike.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio.from_thread

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant._portal import Lease

ROUNDS, CALLS = 60, 40


class Immediate:
    """Answers everything at once: what is left is the client's own cost."""

    async def execute(self, operation: Any, options: Any = None, /) -> Any:
        return True

    def try_execute(self, operation: Any, options: Any = None, /) -> Any:
        return True

    def stream(self, operation: Any, options: Any = None, /) -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


class Awaited(Immediate):
    try_execute = None  # type: ignore[assignment]  # so that every call hops


async def answer() -> int:
    return 1


def measure(variants: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each variant."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(ROUNDS):
        names = list(variants)
        random.shuffle(names)
        for name in names:
            call = variants[name]
            call()
            for _ in range(CALLS):
                start = time.perf_counter()
                call()
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


async def measure_awaited(call: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(ROUNDS * CALLS):
        start = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def show(title: str, medians: dict[str, float], base: str) -> None:
    print(title)
    for name, median in medians.items():
        print(f"  {name:34s} {median * 1e6:8.1f} µs   {median / medians[base]:6.2f}")


def compare_hops() -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    lease = Lease()
    with anyio.from_thread.start_blocking_portal() as portal:
        medians = measure(
            {
                "portal": lambda: lease.run(answer),
                "asyncio.run_coroutine_threadsafe": lambda: asyncio.run_coroutine_threadsafe(
                    answer(), loop
                ).result(),
                "anyio's BlockingPortal": lambda: portal.call(answer),
            }
        )
    lease.release()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    show("A coroutine that never suspends, on another thread's loop", medians, "portal")


def compare_clients() -> None:
    awaited = AsyncQdrantClient(transport=Immediate())
    with (
        QdrantClient(transport=Immediate()) as inline,
        QdrantClient(transport=Awaited()) as hopping,
    ):
        medians = {
            "awaited": asyncio.run(measure_awaited(lambda: awaited.delete_collection("a"))),
            **measure({"sync, answered inline": lambda: inline.delete_collection("a")}),
            **measure({"sync, over the portal": lambda: hopping.delete_collection("a")}),
        }
    show("delete_collection on a transport that does nothing", medians, "awaited")


def compare_queries() -> None:
    size = models.VectorParams(size=64, distance=models.Distance.COSINE)
    rng = random.Random(1)
    points = [
        models.PointStruct(id=index, vector=[rng.gauss(0, 1) for _ in range(64)])
        for index in range(1000)
    ]
    query = [rng.gauss(0, 1) for _ in range(64)]
    with QdrantClient(":memory:") as client:
        client.create_collection("a", size)
        client.upsert("a", points)
        medians = measure({"sync": lambda: client.query_points("a", query)})

    async def main() -> float:
        async with AsyncQdrantClient(":memory:") as client:
            await client.create_collection("a", size)
            await client.upsert("a", points)
            return await measure_awaited(lambda: client.query_points("a", query))

    show(
        "query_points, 1,000 points in memory",
        {"awaited": asyncio.run(main()), **medians},
        "awaited",
    )


if __name__ == "__main__":
    compare_hops()
    compare_clients()
    compare_queries()
