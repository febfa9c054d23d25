"""Proxies over real sockets: plain ones, tunnels for TLS, passwords, and the environment's."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from aqdrant.exceptions import ConnectionFailed, TransportError
from tests.net.servers import GONE, Peer, serving

from .canned import Canned, canned, connect

OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
CLOSED = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"


class Proxy:
    """Opens tunnels to one server, whatever host it is asked for.

    Args:
        target: port of that server.
        user: name and password that it wants to see.
    """

    def __init__(self, target: int, user: str | None = None) -> None:
        self.target = target
        self.user = user
        self.asked: list[str] = []
        self.url = ""

    async def __call__(self, peer: Peer) -> None:
        seen = await peer.read_head()
        self.asked.append(f"{seen.method} {seen.target}")
        if self.user is not None:
            token = base64.b64encode(self.user.encode()).decode()
            if seen.headers.get("proxy-authorization") != f"Basic {token}":
                await peer.send(CLOSED)
                return
        await peer.send(OPEN)
        async with (
            await anyio.connect_tcp("127.0.0.1", self.target) as far,
            anyio.create_task_group() as group,
        ):
            group.start_soon(_pass_on, far, peer.stream, group)
            group.start_soon(_pass_on, peer.stream, far, group)


async def _pass_on(source: Any, sink: Any, group: anyio.abc.TaskGroup) -> None:
    try:
        async for piece in source:
            await sink.send(piece)
    except GONE:
        pass
    group.cancel_scope.cancel()


@asynccontextmanager
async def tunnels(server: Canned, user: str | None = None) -> AsyncGenerator[Proxy]:
    proxy = Proxy(server.server.origin.port, user)
    async with serving(proxy) as listening:
        at = "" if user is None else f"{user}@"
        proxy.url = f"http://{at}{listening.origin}"
        yield proxy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("db.example").configure_cert(made)
    return made


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.mark.parametrize("user", [None, "me:s3cr3t"])
async def test_tls_goes_through_a_tunnel(
    context: ssl.SSLContext, trusted: str, user: str | None
) -> None:
    async with canned(tls=context) as server, tunnels(server, user) as proxy:
        options: dict[str, Any] = {"proxy": proxy.url, "verify": trusted, "api_key": "k"}
        async with connect("https://db.example:6333", **options) as client:
            for _ in range(3):
                assert (await client.count("texts")).count == 5
            assert "s3cr3t" not in repr(client.init_options)
    assert proxy.asked == ["CONNECT db.example:6333"]
    assert [seen.headers["api-key"] for seen in server.seen] == ["k"] * 3
    assert not any("proxy-authorization" in seen.headers for seen in server.seen)
    assert {seen.headers["accept-encoding"] for seen in server.seen} == {"identity"}


async def test_environment_names_the_proxy_of_tls_and_who_needs_none(
    context: ssl.SSLContext, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with canned(tls=context) as server, tunnels(server, "me:s3cr3t") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with connect("https://db.example:6333", verify=trusted) as client:
            assert (await client.count("texts")).count == 5
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "other.invalid,.example")
        async with connect("https://db.example:1", verify=trusted) as client:
            with pytest.raises(TransportError):
                await client.count("texts", timeout=5)
        monkeypatch.delenv("NO_PROXY")
        async with connect("https://db.example:1", verify=trusted, trust_env=False) as client:
            with pytest.raises(TransportError):
                await client.count("texts", timeout=5)
    assert len(proxy.asked) == 1


async def test_refusal_of_a_proxy_is_told(context: ssl.SSLContext, trusted: str) -> None:
    async with canned(tls=context) as server, tunnels(server, "me:s3cr3t") as proxy:
        wrong = proxy.url.replace("s3cr3t", "wr0ng")
        async with connect("https://db.example", proxy=wrong, verify=trusted) as client:
            with pytest.raises(ConnectionFailed, match="407") as caught:
                await client.count("texts")
    assert caught.value.processed is False
    assert "wr0ng" not in str(caught.value)
    assert server.seen == []


async def test_proxy_that_is_not_there_is_told() -> None:
    async with connect("http://10.1.2.3", proxy="http://127.0.0.1:1") as client:
        with pytest.raises(ConnectionFailed, match="through a proxy") as caught:
            await client.count("texts")
    assert caught.value.processed is False


async def test_plain_proxy_is_shown_its_password() -> None:
    async with canned() as proxy:
        address = proxy.url.replace("http://", "http://me:s3cr3t@")
        async with connect("http://10.1.2.3:6333", proxy=address) as client:
            assert (await client.count("texts")).count == 5
    (seen,) = proxy.seen
    token = base64.b64encode(b"me:s3cr3t").decode()
    assert seen.headers["proxy-authorization"] == f"Basic {token}"
    assert seen.target == "http://10.1.2.3:6333/collections/texts/points/count"
