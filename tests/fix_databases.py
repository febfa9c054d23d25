"""Databases of every kind, empty at first: in process, a folder, and servers on real sockets."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio

from aqdrant import AsyncQdrantClient
from aqdrant._serve import with_inference
from aqdrant.transport import TransportConfig
from aqdrant_grpc.server import GrpcApplication
from aqdrant_local import LocalTransport
from aqdrant_rest.server.running import Place, serve_until

__all__ = ["KINDS", "client_of", "served"]

KINDS = ("memory", "folder", "rest", "grpc")


@asynccontextmanager
async def client_of(kind: str, folder: Path, **options: Any) -> AsyncGenerator[AsyncQdrantClient]:
    """A client with an empty database behind it; that of a server is served in this event loop."""
    if kind == "memory":
        async with AsyncQdrantClient(":memory:", **options) as client:
            yield client
    elif kind == "folder":
        async with AsyncQdrantClient(path=str(folder), **options) as client:
            yield client
    else:
        async with (
            served() as place,
            AsyncQdrantClient(
                host=place.host,
                port=place.port,
                grpc_port=place.grpc_port or 0,
                prefer_grpc=kind == "grpc",
                **options,
            ) as client,
        ):
            yield client


@asynccontextmanager
async def served() -> AsyncGenerator[TransportConfig]:
    """Serve an empty engine on both ports, and give where."""
    ports: list[int] = []
    is_ready, end = anyio.Event(), anyio.Event()

    def ready(*urls: str) -> None:
        ports.extend(int(url.rpartition(":")[2]) for url in urls)
        is_ready.set()

    async with anyio.create_task_group() as tasks:
        place = Place(port=0, grpc_port=0)
        engine = with_inference(LocalTransport())
        tasks.start_soon(serve_until, end.wait, engine, place, ready, GrpcApplication)
        await is_ready.wait()
        try:
            port, grpc_port = ports
            yield TransportConfig(scheme="http", host="127.0.0.1", port=port, grpc_port=grpc_port)
        finally:
            end.set()
