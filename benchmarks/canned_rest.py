"""A stand-in for a Qdrant server: bare asyncio, ready-made bytes, the same for every client.

    python benchmarks/canned_rest.py [--split]

Started by the other benchmarks, in a process of its own; prints its port. Queries get ten results
with payload, updates an acknowledgement, the collection `bench` a description of 384 dimensions,
anything else the server's name. With ``--split`` it does
what a real server does when asked for compression: the answer leaves in two segments, with Nagle's
algorithm on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

WORDS = ("amber", "birch", "cedar", "dune", "elm", "fern")


def _results() -> bytes:
    rng = random.Random(5)
    points = [
        {
            "id": rng.randrange(100_000),
            "version": 3,
            "score": rng.random(),
            "payload": {"title": " ".join(rng.choices(WORDS, k=8)), "n": rank, "tags": ["a", "b"]},
        }
        for rank in range(10)
    ]
    return _wrapped({"points": points})


def _wrapped(result: object) -> bytes:
    answer = {"result": result, "status": "ok", "time": 0.000412}
    return json.dumps(answer, separators=(",", ":")).encode()


FOUND = _results()
UPDATED = _wrapped({"operation_id": 7, "status": "completed"})
BENCH = _wrapped(
    {
        "status": "green",
        "optimizer_status": "ok",
        "segments_count": 1,
        "payload_schema": {},
        "config": {
            "params": {"vectors": {"size": 384, "distance": "Cosine"}},
            "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
            "optimizer_config": {
                "deleted_threshold": 0.2,
                "vacuum_min_vector_number": 1000,
                "default_segment_number": 0,
                "flush_interval_sec": 5,
            },
        },
    }
)
ROOT = b'{"title":"qdrant - vector search engine","version":"1.19.0"}'
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nvary: Origin, Access-Control-Request-Method,"
    b" Access-Control-Request-Headers\r\ncontent-type: application/json\r\n"
    b"date: Sat, 21 Nov 2026 09:12:29 GMT\r\n\r\n"
)


class Canned(asyncio.Protocol):
    """One connection."""

    def __init__(self, split: bool) -> None:
        self.split = split
        self.head = b""
        self.missing = 0
        self.answer = b""
        self.packs = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        if self.split:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
            if not self.missing:
                self.reply()
            return
        self.head += data
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return
        head, rest = self.head[:end].lower(), len(self.head) - end - 4
        self.head = b""
        self.answer = FOUND if b"/query" in head else UPDATED if b"/points" in head else ROOT
        if head.startswith(b"get /collections/bench "):
            self.answer = BENCH
        self.packs = b"gzip" in head
        at = head.find(b"content-length:")
        stop = head.find(b"\r\n", at)
        length = int(head[at + 15 : stop if stop > 0 else None]) if at >= 0 else 0
        self.missing = length - rest
        if not self.missing:
            self.reply()

    def reply(self) -> None:
        head = HEAD % len(self.answer)
        if self.split and self.packs:
            self.transport.write(head)
            self.transport.write(self.answer)
        else:
            self.transport.write(head + self.answer)


async def serve(split: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Canned(split), "0.0.0.0", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def canned_server(split: bool = False) -> Iterator[int]:
    """Run the server for as long as the block lasts; gives its port."""
    command = [sys.executable, __file__, *(["--split"] if split else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", action="store_true")
    asyncio.run(serve(parser.parse_args().split))
