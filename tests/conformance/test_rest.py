"""The conformance kit over REST: a real socket, our server, the in-process engine behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.testing import CASES, Case
from aqdrant.transport import Transport, TransportConfig
from aqdrant_local import LocalTransport
from aqdrant_rest import RestTransport
from aqdrant_rest.server.running import Place, serve_until


@asynccontextmanager
async def served() -> AsyncGenerator[int]:
    """Serve an empty engine, and give the port."""
    ended = anyio.Event()
    urls: list[str] = []
    is_ready = anyio.Event()

    def ready(url: str) -> None:
        urls.append(url)
        is_ready.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_until, ended.wait, LocalTransport(), Place(port=0), ready)
        await is_ready.wait()
        try:
            yield int(urls[0].rpartition(":")[2])
        finally:
            ended.set()


def open_client(transport: Transport) -> AsyncQdrantClient:
    # The engine says 1.19, whose semantics it follows, and knows some of 1.20 as well.
    return AsyncQdrantClient(transport=transport, server_version="1.20")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    async with served() as port:
        config = TransportConfig(scheme="http", host="127.0.0.1", port=port)
        await case.run(lambda: RestTransport(config), open_client)
