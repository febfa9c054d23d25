"""A query over gRPC: latency one at a time, and throughput of many tasks.

    python benchmarks/grpc_query.py

A canned server answers every call with the same bytes (384-d query, 10 results with payload): it
parses no message and no headers, so that it is not the limit. Beside the official async client
stand grpc.aio and grpclib with raw bytes, which code nothing. Each client takes its turn in every
round; ratios are to the official client.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import statistics
import struct
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from grpc_codec import answer
from hpack import Encoder

from aqdrant import AsyncQdrantClient, models, operations
from aqdrant_grpc.calls import encode_request

SIZE, TASKS, ROUNDS, SECONDS = 384, 32, 5, 0.8
PATH = "/qdrant.Points/Query"


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack(">I", len(content))[1:] + struct.pack(">BBI", kind, flags, stream) + content


class Canned(asyncio.Protocol):
    """HTTP/2 as far as a unary call needs it."""

    content = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""
        self.greeted = False
        # A large window, so that clients never wait for one.
        settings = struct.pack(">HI", 4, 2**31 - 1)
        transport.write(frame(4, 0, 0, settings) + frame(8, 0, 0, struct.pack(">I", 2**30)))
        encoder = Encoder()
        encoder.header_table_size = 0
        self.headers = encoder.encode([(":status", "200"), ("content-type", "application/grpc")])
        self.trailers = encoder.encode([("grpc-status", "0")])

    def data_received(self, data: bytes) -> None:
        self.buffer = buffer = self.buffer + data if self.buffer else data
        position = 0
        if not self.greeted:
            if len(buffer) < 24:
                return
            position, self.greeted = 24, True
        out: list[bytes] = []
        received = 0
        while len(buffer) >= position + 9:
            size = int.from_bytes(buffer[position : position + 3], "big")
            start = position + 9
            if len(buffer) < start + size:
                break
            kind, flags, stream = struct.unpack_from(">BBI", buffer, position + 3)
            position = start + size
            if kind == 4 and not flags & 1:
                out.append(frame(4, 1, 0, b""))
            elif kind == 6 and not flags & 1:
                out.append(frame(6, 1, 0, buffer[start:position]))
            elif kind == 0 and flags & 1:
                out += self.answer(stream)
            if kind == 0:
                received += size
        self.buffer = buffer[position:]
        if received:
            out.append(frame(8, 0, 0, struct.pack(">I", received)))
        self.transport.write(b"".join(out))

    def answer(self, stream: int) -> list[bytes]:
        body = b"\0" + struct.pack(">I", len(self.content)) + self.content
        pieces = (body[start : start + 16384] for start in range(0, len(body), 16384))
        return [
            frame(1, 4, stream, self.headers),
            *(frame(0, 0, stream, piece) for piece in pieces),
            frame(1, 5, stream, self.trailers),
        ]


def serve(connection: Any, content: bytes) -> None:
    Canned.content = content

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
        connection.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(main())


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
    here, there = multiprocessing.Pipe()
    content = answer(10, with_payload=True, with_vectors=False)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, content))
    server.start()
    try:
        asyncio.run(measure(here.recv()))
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
