"""The conformance kit over gRPC: real sockets, our server, the in-process engine behind it.

What gRPC has no call for goes to the REST port of the same server, as in a client's own routing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.middleware.router import Router
from aqdrant.testing import CASES, Case
from aqdrant.transport import Transport, TransportConfig
from aqdrant_grpc import GrpcTransport
from aqdrant_grpc.server import GrpcApplication
from aqdrant_local import LocalTransport
from aqdrant_rest import RestTransport
from aqdrant_rest.server.running import Place, serve_until


@asynccontextmanager
async def served() -> AsyncGenerator[TransportConfig]:
    """Serve an empty engine on both ports, and give where."""
    ended = anyio.Event()
    ports: list[int] = []
    is_ready = anyio.Event()

    def ready(*urls: str) -> None:
        ports.extend(int(url.rpartition(":")[2]) for url in urls)
        is_ready.set()

    async with anyio.create_task_group() as tasks:
        place = Place(port=0, grpc_port=0)
        tasks.start_soon(serve_until, ended.wait, LocalTransport(), place, ready, GrpcApplication)
        await is_ready.wait()
        try:
            port, grpc_port = ports
            yield TransportConfig(scheme="http", host="127.0.0.1", port=port, grpc_port=grpc_port)
        finally:
            ended.set()


def open_client(transport: Transport) -> AsyncQdrantClient:
    # The engine says 1.19, whose semantics it follows, and knows some of 1.20 as well.
    return AsyncQdrantClient(transport=transport, server_version="1.20")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    async with served() as config:

        def connect() -> Transport:
            return Router(GrpcTransport(config), "rest", lambda: RestTransport(config))

        await case.run(connect, open_client)
