"""What a query over REST costs: one at a time, and 32 tasks at once.

    python benchmarks/rest_query.py [--split] [--uvloop] [--url http://host:6333]

Ours, the official client and raw sockets with hand-made HTTP take turns against a canned server in
a process of its own; ``--url`` asks a real one, with a collection ``bench`` of 384 dimensions. The
official client is given the host 127.0.0.2: on 127.0.0.1 it opens a connection for each call.
``--split`` has the canned server do to compressed answers what a real one does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from urllib.parse import urlsplit

from canned_rest import canned_server
from qdrant_client import AsyncQdrantClient as OfficialClient

from aqdrant import AsyncQdrantClient

COLLECTION = "bench"
ROUNDS, CALLS, TASKS = 12, 60, 32
Query = Callable[[], Awaitable[object]]


class RawSockets:
    """The floor: hand-made HTTP/1.1, a connection for each task, the answer parsed by json."""

    def __init__(self, host: str, port: int, vector: list[float]) -> None:
        body = json.dumps({"query": vector, "limit": 10, "with_payload": True}).encode()
        self.request = (
            f"POST /collections/{COLLECTION}/points/query HTTP/1.1\r\nhost: {host}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.address = (host, port)
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def query(self) -> object:
        reader, writer = (
            self.free.pop() if self.free else await asyncio.open_connection(*self.address)
        )
        writer.write(self.request)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.index(b"content-length: ") + 16
        body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        self.free.append((reader, writer))
        return json.loads(body)

    async def aclose(self) -> None:
        for _, writer in self.free:
            writer.close()
            await writer.wait_closed()


async def one_at_a_time(query: Query) -> float:
    """Median seconds of a call."""
    times: list[float] = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        await query()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


async def at_once(query: Query) -> float:
    """Calls a second."""

    async def task() -> None:
        for _ in range(CALLS // 4):
            await query()

    begun = time.perf_counter()
    await asyncio.gather(*(task() for _ in range(TASKS)))
    return TASKS * (CALLS // 4) / (time.perf_counter() - begun)


async def measure(url: str, official_url: str) -> None:
    rng = random.Random(1)
    vector = [rng.random() for _ in range(384)]
    parts = urlsplit(url)
    raw = RawSockets(str(parts.hostname), parts.port or 6333, vector)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(raw.aclose)
        ours = await stack.enter_async_context(AsyncQdrantClient(url))
        with warnings.catch_warnings(action="ignore"):
            official = OfficialClient(url=official_url, check_compatibility=False)
        stack.push_async_callback(official.close)
        queries: dict[str, Query] = {
            "raw sockets": raw.query,
            "aqdrant": lambda: ours.query_points(COLLECTION, query=vector),
            "official": lambda: official.query_points(COLLECTION, query=vector),
        }
        seconds: dict[str, list[float]] = {name: [] for name in queries}
        rates: dict[str, list[float]] = {name: [] for name in queries}
        for _ in range(ROUNDS):
            for name, query in queries.items():
                await query()
                seconds[name].append(await one_at_a_time(query))
                rates[name].append(await at_once(query))
    show(seconds, rates)


def show(seconds: dict[str, list[float]], rates: dict[str, list[float]]) -> None:
    p50 = {name: statistics.median(found) for name, found in seconds.items()}
    rate = {name: statistics.median(found) for name, found in rates.items()}
    for name, median in p50.items():
        print(f"{name:12} p50 {median * 1e3:6.2f} ms   {TASKS} at once {rate[name]:7.0f}/s")
    for other in ("official", "raw sockets"):
        print(
            f"to {other}: p50 {p50['aqdrant'] / p50[other]:.2f},"
            f" throughput {rate['aqdrant'] / rate[other]:.2f}x"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", action="store_true")
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--url")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        if chosen.url:
            url = official_url = chosen.url
        else:
            port = stack.enter_context(canned_server(chosen.split))
            url, official_url = f"http://127.0.0.1:{port}", f"http://127.0.0.2:{port}"
        if chosen.uvloop:
            import uvloop

            uvloop.run(measure(url, official_url))
        else:
            asyncio.run(measure(url, official_url))


if __name__ == "__main__":
    main()
