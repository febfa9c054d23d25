"""TLS, processes and event loops as a user of the client meets them over gRPC."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import warnings
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import pytest
import trustme
from qdrant_client import grpc as official

from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    DecodeError,
    RateLimited,
    TLSFailed,
    TransportError,
)

from .server import COUNTED, Exchange, open_client, serving


def counting(exchange: Exchange) -> None:
    exchange.answer(COUNTED)


AUTHORITY = trustme.CA()


def server_context(*, asks: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    if asks:
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


ROOTS = {"root_certificates": AUTHORITY.cert_pem.bytes()}


async def test_roots_of_ones_own() -> None:
    with serving(counting, tls=server_context()) as server:
        async with open_client(server.port, tls=True, grpc_options=ROOTS) as client:
            assert (await client.count("a")).count == 7


async def test_a_certificate_of_ones_own(tmp_path: Path) -> None:
    identity = AUTHORITY.issue_cert("client.test")
    options = ROOTS | {
        "private_key": identity.private_key_pem.bytes(),
        "certificate_chain": b"".join(pem.bytes() for pem in identity.cert_chain_pems),
    }
    identity.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    files = {"verify": tmp_path / "ca.pem", "cert": str(tmp_path / "both.pem")}
    with serving(counting, tls=server_context(asks=True)) as server:
        for given in ({"grpc_options": options}, files):
            async with open_client(server.port, tls=True, **given) as client:
                assert (await client.count("a")).count == 7
        missing = {**files, "cert": (tmp_path / "none.pem", tmp_path / "none.key")}
        async with open_client(server.port, tls=True, **missing) as client:
            with pytest.raises(ArgumentError, match=r"No such file.* verify= and cert="):
                await client.count("a")


async def test_a_server_that_asks_for_a_certificate_in_vain() -> None:
    with serving(counting, tls=server_context(asks=True)) as server:
        async with open_client(server.port, tls=True, grpc_options=ROOTS) as client:
            with pytest.raises(TransportError, match="certificate_chain"):
                await client.count("a")


async def test_another_authority() -> None:
    with serving(counting, tls=server_context()) as server:
        other = {"root_certificates": trustme.CA().cert_pem.bytes()}
        async with open_client(server.port, tls=True, grpc_options=other) as client:
            with pytest.raises(TLSFailed, match="root_certificates"):
                await client.count("a")


async def test_no_tls_to_a_port_that_has_it() -> None:
    with serving(counting, tls=server_context()) as server:
        async with open_client(server.port) as client:
            with pytest.raises(TransportError, match="https=True"):
                await client.count("a")


async def test_tls_to_a_port_that_has_none() -> None:
    with serving(counting) as server:
        async with open_client(server.port, tls=True) as client:
            with pytest.raises(TLSFailed, match="https=False"):
                await client.count("a")


async def test_a_server_that_says_when_to_come_back() -> None:
    def wait(exchange: Exchange) -> None:
        exchange.fail(8, "too many", retry_after="3")

    with serving(wait) as server:
        async with open_client(server.port, retries=0) as client:
            with pytest.raises(RateLimited) as caught:
                await client.count("a")
    assert caught.value.retry_after == 3


async def test_retries_pass_over_a_lost_connection() -> None:
    counts: list[Exchange] = []

    def drop_first(exchange: Exchange) -> None:
        if exchange.headers[":path"].endswith("/Count"):
            counts.append(exchange)
        if len(counts) == 1:
            exchange.link.transport.abort()
        else:
            exchange.answer(COUNTED)

    with serving(drop_first) as server:
        async with open_client(server.port, retries=2) as client:
            assert (await client.count("a")).count == 7
        assert len(counts) == 2


def test_one_client_on_one_loop_after_another() -> None:
    with serving(counting) as server:
        client = open_client(server.port)

        async def count() -> int:
            return (await client.count("a")).count

        with warnings.catch_warnings():
            # What is left open on a loop that has ended can no longer be closed there.
            warnings.simplefilter("ignore", ResourceWarning)
            assert [asyncio.run(count()) for _ in range(3)] == [7, 7, 7]
        asyncio.run(client.aclose())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_client_goes_on_in_a_forked_process(backend: Any) -> None:
    with serving(counting) as server:
        client = open_client(server.port)

        async def count() -> int:
            with anyio.fail_after(20):
                return (await client.count("a")).count

        async def finish() -> int:
            found = await count()
            await client.aclose()
            return found

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            assert anyio.run(count, backend=backend) == 7
            child = os.fork()
            if child == 0:
                try:
                    os._exit(anyio.run(count, backend=backend))
                finally:
                    os._exit(1)
            _, ended = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(ended) == 7
            assert anyio.run(finish, backend=backend) == 7


async def test_where_nothing_listens_over_tls(free_tcp_port: int) -> None:
    async with open_client(free_tcp_port, tls=True) as client:
        with pytest.raises(ConnectionFailed, match="gRPC port"):
            await client.count("a")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"<!DOCTYPE html>"])
async def test_a_port_of_http1(answer: bytes) -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(anyio.abc.SocketAttribute.local_port)

    async def refuse(stream: anyio.abc.ByteStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(answer)

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, refuse)
        async with open_client(port, retries=0) as client:
            with pytest.raises(
                ConnectionFailed, match=r"speaks .*HTTP/2.* REST port \(6333"
            ) as caught:
                await client.count("a")
            assert not isinstance(caught.value, TLSFailed)
        tasks.cancel_scope.cancel()


async def test_messages_over_the_limits() -> None:
    options = {"grpc.max_send_message_length": 300, "grpc.max_receive_message_length": 300}
    with serving(lambda exchange: exchange.answer(b"\x0a" * 400)) as server:
        async with open_client(server.port, grpc_options=options) as client:
            with pytest.raises(ArgumentError, match="max_send_message_length"):
                await client.query_points("a", [0.5] * 100)
            with pytest.raises(DecodeError, match="max_receive_message_length"):
                await client.count("a")


async def test_half_of_many_tasks_cancelled_and_no_answer_mixed_up() -> None:
    """Each call is answered with the length of its collection's name, a few streams at once."""

    def measure(exchange: Exchange) -> None:
        if not exchange.headers[":path"].endswith("/Count"):
            exchange.fail(12, "")
            return
        size = len(official.CountPoints.FromString(exchange.message).collection_name)
        count = official.CountResult(count=size)
        exchange.answer(official.CountResponse(result=count).SerializeToString())

    counted: dict[int, int] = {}
    with serving(measure, max_streams=5) as server:
        async with open_client(server.port, pool_size=1) as client:

            async def count(size: int) -> None:
                with anyio.CancelScope() as scope:
                    if size % 2:
                        scopes.append(scope)
                    counted[size] = (await client.count("a" * size)).count

            scopes: list[anyio.CancelScope] = []
            async with anyio.create_task_group() as tasks:
                for size in range(1, 201):
                    tasks.start_soon(count, size)
                while len(counted) < 20:
                    await anyio.lowlevel.checkpoint()
                for scope in scopes:
                    scope.cancel()
        assert server.most_open <= 5
    assert counted == {size: size for size in counted}
    assert set(range(2, 201, 2)) <= counted.keys() < set(range(1, 201))
