"""A server whose answers a test gives as a function of the request."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext
from typing import Any

from aqdrant import AsyncQdrantClient
from tests.net.servers import Peer, Seen, Server, serving

QUIET: dict[str, Any] = {"check_compatibility": False, "retries": 0}
Answering = Callable[[Seen], "bytes | tuple[int, bytes, str]"]


def result(value: Any) -> bytes:
    """A value in the envelope of a success."""
    return json.dumps({"result": value, "status": "ok", "time": 0.1}).encode()


ROOT = b'{"title":"qdrant - vector search engine","version":"1.19.0"}'
COUNTED = result({"count": 5})


class Canned:
    """Answers every request, and keeps it."""

    def __init__(self, answer: Answering = lambda _: COUNTED) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        self.server: Server

    async def __call__(self, peer: Peer) -> None:
        while True:
            seen = await peer.read()
            if seen.method == "GET" and seen.target.endswith("/"):
                await peer.answer(ROOT)  # the client wants to know whom it talks to
                continue
            self.seen.append(seen)
            given = self.answer(seen)
            status, body, more = (200, given, "") if isinstance(given, bytes) else given
            await peer.answer(body, status, more)

    @property
    def url(self) -> str:
        return f"http://{self.server.origin}"


@asynccontextmanager
async def canned(
    answer: Answering = lambda _: COUNTED, *, tls: SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncGenerator[Canned]:
    """Run such a server."""
    handler = Canned(answer)
    async with serving(handler, tls=tls, host=host) as handler.server:
        yield handler


@asynccontextmanager
async def client_of(server: Canned, **options: Any) -> AsyncGenerator[AsyncQdrantClient]:
    """Open a client of it."""
    async with connect(server.url, **options) as client:
        yield client


def connect(url: str, **options: Any) -> AsyncQdrantClient:
    """Make a client that sends what it is asked to and no more: neither checks nor repetitions."""
    return AsyncQdrantClient(url, **QUIET | options)
