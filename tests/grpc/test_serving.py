"""The gRPC port on its socket, on every event loop: TLS, many calls at once, and how it ends."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded, TrailersReceived

from aqdrant.exceptions import ConnectionFailed
from aqdrant.operations import CollectionExists, Operation
from aqdrant.testing import RecordingTransport
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, TransportConfig
from aqdrant_grpc import GrpcTransport
from aqdrant_grpc.server import GrpcApplication
from aqdrant_rest.server.running import Place, serve_until

ASK = CollectionExists(collection_name="c")


class Running:
    """A server with both ports that runs in this event loop."""

    def __init__(self) -> None:
        self.urls: tuple[str, ...] = ()
        self.is_ready = anyio.Event()
        self.end = anyio.Event()

    def ready(self, *urls: str) -> None:
        self.urls = urls
        self.is_ready.set()

    def config(self, **more: Any) -> TransportConfig:
        scheme = "https" if self.urls[1].startswith("grpcs:") else "http"
        port = int(self.urls[1].rpartition(":")[2])
        return TransportConfig(scheme=scheme, host="127.0.0.1", grpc_port=port, **more)


@asynccontextmanager
async def running(transport: RecordingTransport, **place: Any) -> AsyncGenerator[Running]:
    server = Running()
    where = Place(port=0, grpc_port=0, **place)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(
            serve_until, server.end.wait, transport, where, server.ready, GrpcApplication
        )
        await server.is_ready.wait()
        try:
            yield server
        finally:
            server.end.set()
    assert transport.closed == 1


@asynccontextmanager
async def connected(config: TransportConfig) -> AsyncGenerator[GrpcTransport]:
    transport = GrpcTransport(config)
    try:
        yield transport
    finally:
        await transport.aclose()


async def test_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    files = {"certificate": str(tmp_path / "both.pem"), "private_key": str(tmp_path / "both.pem")}
    roots = {"root_certificates": authority.cert_pem.bytes()}
    async with running(RecordingTransport(), **files) as server:
        assert server.urls[1].startswith("grpcs://")
        async with connected(server.config(grpc_options=roots)) as transport:
            assert await transport.execute(ASK) is not None


async def test_http_1_is_told_which_port_this_is() -> None:
    async with running(RecordingTransport()) as server, httpx.AsyncClient() as client:
        answer = await client.get(server.urls[1].replace("grpc://", "http://"))
    assert answer.status_code == 505
    assert "gRPC port" in answer.text


class Held(RecordingTransport):
    """Holds its calls until it is told to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = 0
        self.wanted = 1
        self.is_held = anyio.Event()
        self.go = anyio.Event()

    async def execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        self.under_way += 1
        if self.under_way == self.wanted:
            self.is_held.set()
        await self.go.wait()
        return await super().execute(operation, options)


async def test_what_is_under_way_is_answered_when_it_ends() -> None:
    held = Held()
    results: list[Any] = []

    async def call(transport: GrpcTransport) -> None:
        results.append(await transport.execute(ASK))

    async with running(held) as server, connected(server.config()) as transport:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, transport)
            await held.is_held.wait()
            server.end.set()
            held.go.set()
        assert len(results) == 1


class Watched(Held):
    """Tells when a call that it holds is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cancelled = anyio.Event()

    async def execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        try:
            return await super().execute(operation, options)
        except anyio.get_cancelled_exc_class():
            self.is_cancelled.set()
            raise


async def test_a_call_that_its_client_cancels_is_not_run_to_its_end() -> None:
    watched = Watched()

    async def call(transport: GrpcTransport, scope: anyio.CancelScope) -> None:
        with scope:
            await transport.execute(ASK)

    async with running(watched) as server, connected(server.config()) as transport:
        async with anyio.create_task_group() as tasks:
            scope = anyio.CancelScope()
            tasks.start_soon(call, transport, scope)
            await watched.is_held.wait()
            scope.cancel()
            with anyio.fail_after(10):
                await watched.is_cancelled.wait()
        watched.go.set()
        assert await transport.execute(ASK) is not None


@pytest.mark.parametrize(
    ("which", "path"), [(0, "/collections/c/points/scroll"), (1, "/qdrant.Points/Upsert")]
)
async def test_a_client_that_dies_in_the_middle_of_a_call_leaves_nothing_behind(
    which: int, path: str
) -> None:
    h2 = H2Connection()
    h2.initiate_connection()
    headers = [(":method", "POST"), (":scheme", "http"), (":authority", "a")]
    h2.send_headers(1, [*headers, (":path", path)])
    h2.send_data(1, bytes(100))
    async with running(RecordingTransport()) as server:
        port = int(server.urls[which].rpartition(":")[2])
        with anyio.fail_after(10):
            async with await anyio.connect_tcp("127.0.0.1", port) as link:
                await link.send(h2.data_to_send())
                await link.receive()
                await link.send_eof()
                async for _ in link:  # until the server lets go of the connection
                    pass


async def test_trailers_come_though_they_were_not_asked_for() -> None:
    async with running(RecordingTransport()) as server:
        port = int(server.urls[1].rpartition(":")[2])
        status = await anyio.to_thread.run_sync(status_without_te, port)
    assert status == "0"


def status_without_te(port: int) -> str:
    """Ask for the server's health, and give the status in the trailers."""
    h2 = H2Connection(H2Configuration(header_encoding=None))
    h2.initiate_connection()
    headers = [(":method", "POST"), (":scheme", "http"), (":authority", "a")]
    headers += [(":path", "/grpc.health.v1.Health/Check"), ("content-type", "application/grpc")]
    h2.send_headers(1, headers)
    h2.send_data(1, bytes(5), end_stream=True)
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.sendall(h2.data_to_send())
        while True:
            for event in h2.receive_data(link.recv(1 << 16)):
                if isinstance(event, TrailersReceived):
                    return dict(event.headers)[b"grpc-status"].decode()
                assert not isinstance(event, StreamEnded)


async def test_many_calls_of_which_half_are_cancelled() -> None:
    held = Held()
    held.wanted = 200
    results: list[int] = []
    scopes = [anyio.CancelScope() for _ in range(200)]

    async def call(transport: GrpcTransport, number: int) -> None:
        with scopes[number]:
            await transport.execute(CollectionExists(collection_name=f"c{number}"))
            results.append(number)

    async with running(held) as server, connected(server.config(pool_size=1)) as transport:
        async with anyio.create_task_group() as tasks:
            for number in range(200):
                tasks.start_soon(call, transport, number)
            await held.is_held.wait()
            for scope in scopes[::2]:
                scope.cancel()
            held.go.set()
        assert sorted(results) == list(range(1, 200, 2))
        assert await transport.execute(ASK) is not None


async def test_a_grpc_port_that_is_taken_is_told_by_its_own_option() -> None:
    async with running(RecordingTransport()) as server:
        other = RecordingTransport()
        taken = Place(port=0, grpc_port=server.config().grpc_port)
        with pytest.raises(ConnectionFailed, match="--grpc-port"):
            await serve_until(anyio.Event().wait, other, taken, server.ready, GrpcApplication)
        assert other.closed == 1
