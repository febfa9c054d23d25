"""A query over gRPC: latency one at a time, and throughput of many tasks.

    python benchmarks/grpc_query.py

A canned server answers every call with the same bytes (384-d query, 10 results with payload): it
parses no message and no headers, so that it is not the limit. Beside the official async client
stand grpc.aio and grpclib with raw bytes, which code nothing. Each client takes its turn in every
round; ratios are to the official client.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from canned_grpc import canned_grpc_server
from grpc_codec import answer

from aqdrant import AsyncQdrantClient, models, operations
from aqdrant_grpc.calls import encode_request

SIZE, TASKS, ROUNDS, SECONDS = 384, 32, 5, 0.8
PATH = "/qdrant.Points/Query"


async def one_at_a_time(call: Callable[[], Awaitable[Any]]) -> float:
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


async def at_once(call: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Calls a second, and the processor's seconds of a call in all threads."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await call()
            done += 1

    start, spent = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(TASKS)))
    return done / (time.perf_counter() - start), (time.process_time() - spent) / done


class Raw:
    """A codec of grpclib's that codes nothing."""

    __content_subtype__ = "proto"

    def encode(self, message: bytes, _kind: Any) -> bytes:
        return message

    def decode(self, data: bytes, _kind: Any) -> bytes:
        return data


async def measure(port: int) -> None:
    import grpc.aio
    from grpclib.client import Channel, UnaryUnaryMethod
    from qdrant_client import AsyncQdrantClient as OfficialClient

    vector = [random.Random(1).gauss(0, 1) for _ in range(SIZE)]
    body = models.QueryRequest(query=vector, limit=10, with_payload=True)
    request = encode_request(operations.QueryPoints(collection_name="a", body=body))

    warnings.simplefilter("ignore")
    ours = AsyncQdrantClient(
        url="http://127.0.0.1", grpc_port=port, prefer_grpc=True, check_compatibility=False
    )
    official = OfficialClient(
        host="127.0.0.1", grpc_port=port, prefer_grpc=True, check_compatibility=False
    )
    aio = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
    raw_aio = aio.unary_unary(PATH, lambda content: content, lambda content: content)
    channel = Channel("127.0.0.1", port, codec=Raw())
    raw_grpclib = UnaryUnaryMethod(channel, PATH, bytes, bytes)
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "official": lambda: official.query_points("a", query=vector, limit=10),
        "ours": lambda: ours.query_points("a", query=vector, limit=10),
        "grpclib, raw bytes": lambda: raw_grpclib(request, timeout=60),
        "grpc.aio, raw bytes": lambda: raw_aio(request, timeout=60),
    }
    latency: dict[str, list[float]] = {name: [] for name in calls}
    rate: dict[str, list[float]] = {name: [] for name in calls}
    costs: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name in random.sample(list(calls), len(calls)):
            await calls[name]()
            latency[name].append(await one_at_a_time(calls[name]))
            throughput, cost = await at_once(calls[name])
            rate[name].append(throughput)
            costs[name].append(cost)
    print(f"{'':22s} {'p50':>10s}        {TASKS} at once: calls   processor a call")
    tables = (latency, rate, costs)
    base = [statistics.median(table["official"]) for table in tables]
    for name in calls:
        p50, throughput, cost = (statistics.median(table[name]) for table in tables)
        print(
            f"{name:22s} {p50 * 1e3:7.2f} ms {p50 / base[0]:6.2f}"
            f" {throughput:8.0f}/s {throughput / base[1]:6.2f}"
            f" {cost * 1e6:8.0f} µs {cost / base[2]:6.2f}"
        )
    await ours.close()
    await official.close()
    await aio.close()
    channel.close()


def main() -> None:
    with canned_grpc_server(answer(10, with_payload=True, with_vectors=False)) as port:
        asyncio.run(measure(port))


if __name__ == "__main__":
    main()
