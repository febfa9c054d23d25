"""The server on its sockets: TLS, both versions of HTTP, and how it ends."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import trustme

from aqdrant import models
from aqdrant.exceptions import ArgumentError, ConnectionFailed
from aqdrant.operations import CountPoints, Operation
from aqdrant.testing import RecordingTransport
from aqdrant_rest.server.running import Place, serve_until


class Certificates:
    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost", "127.0.0.1")
        self.certificate = str(folder / "certificate.pem")
        self.private_key = str(folder / "key.pem")
        for number, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(self.certificate, append=bool(number))
        issued.private_key_pem.write_to_path(self.private_key)
        self.context = ssl.create_default_context()
        authority.configure_trust(self.context)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


class Running:
    """A server that runs in this event loop."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.is_ready = anyio.Event()
        self.end = anyio.Event()

    def ready(self, url: str) -> None:
        self.urls.append(url)
        self.is_ready.set()


@asynccontextmanager
async def running(transport: RecordingTransport, place: Place) -> AsyncGenerator[Running]:
    server = Running()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_until, server.end.wait, transport, place, server.ready)
        await server.is_ready.wait()
        try:
            yield server
        finally:
            server.end.set()
    assert len(server.urls) == 1
    assert transport.closed == 1


@pytest.mark.parametrize("http2", [False, True])
async def test_tls_with_both_versions(certificates: Certificates, http2: bool) -> None:
    transport = RecordingTransport()
    place = Place(
        port=0, certificate=certificates.certificate, private_key=certificates.private_key
    )
    async with (
        running(transport, place) as server,
        httpx.AsyncClient(verify=certificates.context, http2=http2) as client,
    ):
        for _ in range(3):
            response = await client.get(f"{server.urls[0]}/collections")
            assert response.json()["result"] == {"collections": []}
            assert response.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
    assert len(transport.calls) == 3


async def test_what_is_under_way_is_answered_before_the_end() -> None:
    arrived, go = anyio.Event(), anyio.Event()

    async def hold(_: Operation[Any]) -> models.CountResult:
        arrived.set()
        await go.wait()
        return models.CountResult(count=7)

    transport = RecordingTransport({CountPoints: hold})
    counts: list[int] = []

    async def ask(url: str) -> None:
        async with httpx.AsyncClient() as client:
            response = await client.post(f"{url}/collections/c/points/count", json={})
            counts.append(response.json()["result"]["count"])

    async with anyio.create_task_group() as tasks, running(transport, Place(port=0)) as server:
        tasks.start_soon(ask, server.urls[0])
        await arrived.wait()
        server.end.set()
        await anyio.wait_all_tasks_blocked()
        assert transport.closed == 0
        go.set()
    assert counts == [7]


async def test_cancelled_server_ends_as_well() -> None:
    transport = RecordingTransport()
    server = Running()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_until, server.end.wait, transport, Place(port=0), server.ready)
        await server.is_ready.wait()
        tasks.cancel_scope.cancel()
    assert transport.closed == 1
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(server.urls[0])


async def test_port_that_is_taken_is_told() -> None:
    async with running(RecordingTransport(), Place(port=0)) as server:
        port = int(server.urls[0].rpartition(":")[2])
        transport = RecordingTransport()
        with pytest.raises(ConnectionFailed, match=f"cannot listen on 127.0.0.1 port {port}"):
            await serve_until(server.end.wait, transport, Place(port=port), server.ready)
        assert transport.closed == 1


@pytest.mark.parametrize(
    "place",
    [
        Place(host="0.0.0.0"),
        Place(host="::"),
        Place(host="db.example.org"),
        Place(api_key=""),
        Place(certificate="a.pem"),
        Place(private_key="a.pem"),
    ],
)
def test_unsafe_place_is_refused(place: Place) -> None:
    with pytest.raises(ArgumentError):
        place.check()


@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place(host="localhost"),
        Place(host="::1"),
        Place(host="127.1.2.3"),
        Place(host="0.0.0.0", api_key="k"),
        Place(host="0.0.0.0", open_to_all=True),
    ],
)
def test_safe_place_is_taken(place: Place) -> None:
    place.check()


def test_key_is_not_shown() -> None:
    assert "s3cr3t" not in repr(Place(api_key="s3cr3t"))
