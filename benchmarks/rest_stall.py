"""How long REST keeps the event loop to itself while it codes a million floats.

    python benchmarks/rest_stall.py

Prints the longest time that passed between two turns of another task, in CPU time of the thread:
what other programs take from the machine is not counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np
import orjson
from canned_rest import canned_server

from aqdrant import AsyncQdrantClient, models
from aqdrant.operations import UpsertPoints
from aqdrant.transport import TransportConfig
from aqdrant_rest import RestTransport
from aqdrant_rest._decoding import decode_envelope

POINTS, WIDTH = 2700, 384


async def longest_stall(call: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Run a call beside a task that wants every turn; give the whole time and the longest gap."""
    gaps: list[float] = [0.0]

    async def tick() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            gaps.append(now - last)
            last = now

    task = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    gaps.clear()
    begun = time.perf_counter()
    await call()
    seconds = time.perf_counter() - begun
    task.cancel()
    return seconds, max(gaps)


async def main(port: int) -> None:
    vectors = np.random.default_rng(1).random((POINTS, WIDTH), dtype=np.float32)
    points = [models.PointStruct(id=n, vector=v, payload={"n": n}) for n, v in enumerate(vectors)]
    rows = [{"id": n, "payload": {"n": n}, "vector": v} for n, v in enumerate(vectors)]
    answer = {"result": {"points": rows, "next_page_offset": None}, "status": "ok", "time": 0.1}
    text = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    transport = RestTransport(TransportConfig(scheme="http", host="127.0.0.1", port=port))
    body = models.PointsList(points=points)
    async with AsyncQdrantClient(f"http://127.0.0.1:{port}") as client:
        await client.info()
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "upsert of points, the transport alone": lambda: transport.execute(
                UpsertPoints("bench", body)
            ),
            "upsert of points, with their check": lambda: client.upsert("bench", points),
            "upload of an array": lambda: client.upload_collection(
                "bench", vectors, ids=list(range(POINTS))
            ),
            "a scrolled page": lambda: decode_envelope(text, models.ScrollResult),
        }
        for name, call in calls.items():
            seconds, stall = await longest_stall(call)
            print(f"{name:40} {seconds * 1e3:6.0f} ms, longest stall {stall * 1e3:5.1f} ms")
    await transport.aclose()


if __name__ == "__main__":
    with canned_server() as port:
        asyncio.run(main(port))
