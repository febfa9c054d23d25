"""Upload of 100,000 vectors of 384 dimensions from a numpy array over REST.

    python benchmarks/rest_upload.py [--points N] [--batch N] [--url http://host:6333]

Ours, async and sync, the official client, and raw sockets with ready-made bodies (the floor) take
turns against a canned server in a process of its own, which acknowledges what it is sent; ``--url``
writes to a collection ``bench`` of a real one. The official client is given the host 127.0.0.2.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
from canned_rest import canned_server
from qdrant_client import QdrantClient as OfficialClient

from aqdrant import AsyncQdrantClient, QdrantClient

COLLECTION, WIDTH, ROUNDS = "bench", 384, 3
Array = np.ndarray[Any, Any]


def raw_sockets(url: str, vectors: Array, batch: int) -> Callable[[], object]:
    """Post ready-made bodies over one connection."""
    parts = urlsplit(url)
    requests: list[bytes] = []
    for start in range(0, min(len(vectors), 50 * batch), batch):
        rows = vectors[start : start + batch]
        body = orjson.dumps(
            {"batch": {"ids": list(range(start, start + len(rows))), "vectors": rows}},
            option=orjson.OPT_SERIALIZE_NUMPY,
        )
        head = f"PUT /collections/{COLLECTION}/points?wait=false HTTP/1.1\r\nhost: x\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        requests.append(head.encode() + body)

    def run() -> None:
        with socket.create_connection((parts.hostname, parts.port or 6333)) as sock:
            for number in range(0, len(vectors), batch):
                sock.sendall(requests[number // batch % len(requests)])
                sock.recv(65536)

    return run


def measure(url: str, official_url: str, points: int, batch: int) -> None:
    vectors = np.random.default_rng(1).random((points, WIDTH), dtype=np.float32)
    ids = list(range(points))
    with warnings.catch_warnings(action="ignore"):
        official = OfficialClient(url=official_url, check_compatibility=False)
    ours = QdrantClient(url)

    async def upload() -> None:
        async with AsyncQdrantClient(url) as client:
            await client.upload_collection(COLLECTION, vectors, ids=ids, batch_size=batch)

    variants: dict[str, Callable[[], object]] = {
        "raw sockets": raw_sockets(url, vectors, batch),
        "aqdrant, async": lambda: asyncio.run(upload()),
        "aqdrant, sync": lambda: ours.upload_collection(
            COLLECTION, vectors, ids=ids, batch_size=batch
        ),
        "official": lambda: official.upload_collection(
            COLLECTION, vectors, ids=ids, batch_size=batch
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(ROUNDS):
        for name, run in variants.items():
            begun = time.perf_counter()
            run()
            rates[name].append(points / (time.perf_counter() - begun))
    ours.close()
    official.close()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in medians.items():
        print(
            f"{name:16} {rate:9,.0f} points/s   {rate / medians['official']:5.2f}x official"
            f"   {rate / medians['raw sockets']:5.2f} of the floor"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--url")
    chosen = parser.parse_args()
    if chosen.url:
        measure(chosen.url, chosen.url, chosen.points, chosen.batch)
        return
    with canned_server() as port:
        urls = (f"http://127.0.0.1:{port}", f"http://127.0.0.2:{port}")
        measure(*urls, chosen.points, chosen.batch)


if __name__ == "__main__":
    main()
