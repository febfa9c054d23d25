"""How connections come about, with TLS and without, and the kinds of failure."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import anyio
import pytest
import trustme

from aqdrant_net import ConnectError, Limits, NetError, Origin, Pool

from .http2_server import Http2Peer
from .http2_server import echo as echo_http2
from .servers import Peer, serving


async def number(peer: Peer) -> None:
    """Answer each request with its target."""
    while True:
        await peer.answer((await peer.read()).target.encode())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.fixture
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def serve_either(peer: Peer) -> None:
    """Speak what TLS negotiated."""
    from anyio.streams.tls import TLSAttribute

    if peer.stream.extra(TLSAttribute.alpn_protocol) == "h2":
        await Http2Peer(peer, echo_http2).serve()
    else:
        await number(peer)


@pytest.mark.parametrize(
    ("http2", "version"), [(None, "HTTP/2"), (True, "HTTP/2"), (False, "HTTP/1.1")]
)
async def test_version_is_negotiated_over_tls(
    http2: bool | None, version: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async with serving(serve_either, tls=server_tls) as server:
        pool = Pool(server.origin, tls=client_tls, http2=http2)
        seen: set[str] = set()

        async def ask() -> None:
            seen.add((await pool.request(b"GET", b"/x")).http_version)

        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(ask)
            content = b"x" * (8 << 20)
            assert (await pool.request(b"PUT", b"/y", (), content)).status == 200
        await pool.aclose()
    assert seen == {version}
    assert server.accepted == 1 if version == "HTTP/2" else server.accepted <= 20


async def test_server_without_alpn_is_spoken_to_in_http1(
    authority: trustme.CA, client_tls: ssl.SSLContext
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with serving(number, tls=context) as server:
        pool = Pool(server.origin, tls=client_tls)
        assert (await pool.request(b"GET", b"/x")).http_version == "HTTP/1.1"
        await pool.aclose()
        strict = Pool(server.origin, tls=client_tls, http2=True)
        with pytest.raises(ConnectError) as caught:
            await strict.request(b"GET", b"/x")
        assert caught.value.kind in {"protocol", "tls"}
        await strict.aclose()


async def fail(pool: Pool, kind: str) -> None:
    with anyio.fail_after(10), pytest.raises(ConnectError) as caught:
        await pool.request(b"GET", b"/")
    assert caught.value.kind == kind, caught.value
    assert (caught.value.sent, caught.value.answered) == (False, False)
    assert caught.value.target == str(pool.origin)
    assert "0 connections" in repr(pool)
    await pool.aclose()


async def test_refused_and_unknown_hosts_say_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    await fail(Pool(Origin("127.0.0.1", port)), "refused")
    await fail(Pool(Origin("localhost", port)), "refused")
    await fail(Pool(Origin("no-such-host.invalid", 1)), "dns")


async def test_every_task_that_waits_for_a_failing_connection_is_told(
    client_tls: ssl.SSLContext,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        origin = Origin("127.0.0.1", closed.getsockname()[1])
    pool = Pool(origin, tls=client_tls)
    kinds: list[str] = []

    async def ask() -> None:
        try:
            await pool.request(b"GET", b"/")
        except ConnectError as error:
            kinds.append(error.kind)

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask)
    assert kinds == ["refused"] * 50
    await pool.aclose()


async def test_silent_server_is_given_up_in_time(client_tls: ssl.SSLContext) -> None:
    async with serving(lambda peer: anyio.sleep_forever()) as server:
        limits = Limits(connect_seconds=0.1)
        await fail(Pool(server.origin, tls=client_tls, limits=limits), "unreachable")


async def test_tls_to_a_plain_port_is_told(client_tls: ssl.SSLContext) -> None:
    async def like_qdrant(peer: Peer) -> None:
        await peer.more()
        await peer.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    async def like_grpc(peer: Peer) -> None:
        await peer.more()
        await peer.send(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00")

    for handler in (like_qdrant, like_grpc):
        async with serving(handler) as server:
            await fail(Pool(server.origin, tls=client_tls), "tls-to-plain")


@pytest.mark.parametrize("http2", [True, False])
async def test_plain_to_a_tls_port_is_told(http2: bool) -> None:
    async def like_qdrant(peer: Peer) -> None:
        await peer.more()
        await peer.send(b"\x15\x03\x03\x00\x02\x02\x32")

    async with serving(like_qdrant) as server:
        pool = Pool(server.origin, http2=http2)
        with anyio.fail_after(10), pytest.raises(ConnectError) as caught:
            await pool.request(b"GET", b"/")
        assert caught.value.kind == "plain-to-tls"
        await pool.aclose()


async def test_http2_to_a_server_without_it_is_told() -> None:
    async def like_qdrant(peer: Peer) -> None:
        await peer.more()
        await peer.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    async with serving(like_qdrant) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(10), pytest.raises(ConnectError) as caught:
            await pool.request(b"GET", b"/")
        assert caught.value.kind == "protocol"
        await pool.aclose()


async def test_certificates_are_checked(server_tls: ssl.SSLContext, authority: trustme.CA) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with serving(serve_either, tls=server_tls) as server:
        await fail(Pool(server.origin, tls=ssl.create_default_context()), "certificate")
        await fail(Pool(server.origin, tls=trusting, server_name="other.example"), "certificate")
        pool = Pool(server.origin, tls=trusting, server_name="localhost")
        assert (await pool.request(b"GET", b"/")).status == 200
        await pool.aclose()


async def test_client_certificate_is_shown(authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    known = ssl.create_default_context()
    authority.configure_trust(known)
    unknown = ssl.create_default_context()
    authority.configure_trust(unknown)
    authority.issue_cert("client@example.org").configure_cert(known)
    async with serving(number, tls=context) as server:
        pool = Pool(server.origin, tls=known)
        assert (await pool.request(b"GET", b"/me")).content == b"/me"
        await pool.aclose()
        # TLS 1.3 tells the client only after the handshake.
        pool = Pool(server.origin, tls=unknown)
        with anyio.fail_after(10), pytest.raises(NetError):
            await pool.request(b"GET", b"/me")
        await pool.aclose()


async def test_tls_that_ends_without_goodbye_is_no_whole_answer(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    """Content that ends with the connection must not be cut by whoever can end that."""

    async def handle(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf")

    async with serving(handle, tls=server_tls) as server:
        pool = Pool(server.origin, tls=client_tls, http2=False)
        with anyio.fail_after(10), pytest.raises(NetError) as caught:
            await pool.request(b"GET", b"/")
        assert caught.value.answered
        await pool.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_address_that_answers_is_found(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with two addresses, of which one has no server."""

    async def both(name: str, port: int, **_: Any) -> list[Any]:
        stream = (socket.SOCK_STREAM, 6, "")
        return [
            (socket.AF_INET6, *stream, ("::1", port, 0, 0)),
            (socket.AF_INET, *stream, ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(anyio, "getaddrinfo", both)
    async with serving(number, host=host) as server:
        pool = Pool(Origin("two.example", server.origin.port))
        assert (await pool.request(b"GET", b"/x")).content == b"/x"
        await pool.aclose()


async def test_cancelled_handshake_leaves_nothing(client_tls: ssl.SSLContext) -> None:
    reached = anyio.Event()

    async def handle(peer: Peer) -> None:
        await peer.more()
        reached.set()
        await anyio.sleep_forever()

    async with serving(handle) as server:
        pool = Pool(server.origin, tls=client_tls)
        async with anyio.create_task_group() as group:
            group.start_soon(pool.request, b"GET", b"/")
            await reached.wait()
            group.cancel_scope.cancel()
        assert "0 connections, 0 idle, 0 opening, 0 requests" in repr(pool)
        await pool.aclose()
