"""What can go wrong on the way, and what the error says to do about it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import pytest

from aqdrant import exceptions, models
from aqdrant.exceptions import (
    AqdrantError,
    BadRequest,
    ClientClosed,
    ConnectionFailed,
    DecodeError,
    NotFound,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    StatusError,
    TLSFailed,
)
from tests.net.servers import Peer, serving

from .canned import COUNTED, canned, client_of, connect


def refusal(text: str) -> bytes:
    return b'{"status":{"error":"%b"},"time":0.1}' % text.encode()


async def error_of(url: str, **options: Any) -> AqdrantError:
    """What a call ends with."""
    async with connect(url, **options) as client:
        with pytest.raises(AqdrantError) as caught:
            await client.count("texts")
    assert caught.value.operation == "CountPoints"
    return caught.value


async def error_of_answer(status: int, body: bytes, more: str = "") -> AqdrantError:
    async with canned(lambda _: (status, body, more)) as server:
        error = await error_of(server.url)
        assert error.target == f"POST {server.url}/collections/texts/points/count"
        return error


# ---- what the server answers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "BadRequest"),
        (401, "Unauthenticated"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Conflict"),
        (413, "PayloadTooLarge"),
        (418, "BadRequest"),
        (422, "BadRequest"),
        (429, "RateLimited"),
        (500, "InternalServerError"),
        (502, "ServiceUnavailable"),
        (503, "ServiceUnavailable"),
        (507, "InsufficientStorage"),
    ],
)
async def test_status_has_its_class_and_the_servers_words(status: int, kind: str) -> None:
    error = await error_of_answer(status, refusal("Because of that"))
    assert type(error) is getattr(exceptions, kind)
    assert isinstance(error, StatusError)
    assert (error.status_code, error.reason) == (status, "Because of that")
    assert error.body == refusal("Because of that")
    assert "Because of that" in str(error)
    assert str(status) in str(error)


async def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    error = await error_of_answer(429, refusal("no"), "Retry-After: 7\r\n")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    error = await error_of_answer(503, b"", f"retry-after: {moment}\r\n")
    assert isinstance(error, ServiceUnavailable)
    assert error.retry_after is not None
    assert 60 < error.retry_after <= 90


async def test_page_of_a_proxy_is_shown_shortened() -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head><body>" + b"<p>x</p>" * 5000
    error = await error_of_answer(502, page, "content-type: text/html\r\n")
    assert isinstance(error, ServiceUnavailable)
    assert "502 Bad Gateway" in str(error)
    assert "<p>" not in str(error)
    assert (error.reason, error.body) == (None, page)
    error = await error_of_answer(500, b"x" * 90_000)
    assert len(str(error)) < 600


@pytest.mark.parametrize(
    "body", [b"<html><title>Log in</title></html>", b"hello", b"", b"[]", b'"ok"', b"\xff\xfe"]
)
async def test_success_that_is_not_qdrants_is_no_result(body: bytes) -> None:
    error = await error_of_answer(200, body, "content-type: text/html\r\n")
    assert isinstance(error, DecodeError)
    assert error.processed is True
    assert "Is this the address of a Qdrant server" in str(error)
    assert "<" not in str(error)


@pytest.mark.parametrize("body", [b'{"time":1.0}', b'{"result":{"count":"many"}}', b'{"result":'])
async def test_answer_of_another_shape_is_told(body: bytes) -> None:
    error = await error_of_answer(200, body)
    assert isinstance(error, DecodeError)


async def test_redirect_names_the_address() -> None:
    error = await error_of_answer(301, b"", "location: https://there/qdrant?token=s3cr3t\r\n")
    assert "https://there/qdrant" in str(error)
    assert "url=" in str(error)
    assert "s3cr3t" not in str(error)


@pytest.mark.parametrize("status", [408, 500])
async def test_server_that_gave_up_is_a_timeout(status: int) -> None:
    text = "Timeout error: Operation 'Search' timed out after 1s"
    error = await error_of_answer(status, refusal(text))
    assert isinstance(error, OperationTimeout)
    assert isinstance(error.__cause__, StatusError)
    assert error.__cause__.status_code == status


async def test_path_that_an_older_server_does_not_know_is_told() -> None:
    async with canned(lambda _: (404, b"", "")) as server, client_of(server) as client:
        with pytest.raises(NotFound, match=r"/quotas since 1\.19"):
            await client.get_quotas()
        with pytest.raises(NotFound, match="prefix="):
            await client.count("texts")


async def test_wrong_key_is_told_where_to_give_one() -> None:
    error = await error_of_answer(401, b"Must provide an API key or an Authorization bearer token")
    assert "api_key=" in str(error)
    assert "Must provide" in str(error)


# ---- bodies that are too large


async def test_early_answer_to_a_large_body_is_read() -> None:
    text = "JSON payload (40000000 bytes) is larger than allowed (limit: 33554432 bytes)."

    async def handler(peer: Peer) -> None:
        await peer.read_head()
        await peer.answer(refusal(text), 400, "connection: close\r\n")
        # As the server does: closed with most of the body unread, which resets the connection.
        await peer.reset()

    big = {"text": "x" * 20_000_000}
    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        with pytest.raises(PayloadTooLarge, match="max_request_size_mb") as caught:
            await client.upsert("texts", [models.PointStruct(id=1, vector=[1.0], payload=big)])
    assert caught.value.status_code == 400


# ---- connections


def fails(*lines: bytes) -> Callable[[Peer], Any]:
    """A server that answers with these bytes and hangs up."""

    async def handler(peer: Peer) -> None:
        await peer.read()
        for line in lines:
            await peer.send(line)

    return handler


@pytest.mark.parametrize(
    ("lines", "processed"),
    [
        ((), None),
        ((b"HTTP/1.1 200 OK\r\ncontent-le",), True),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",), True),
        ((b"\x00\x01garbage",), True),
        ((b"SSH-2.0-OpenSSH_9\r\n",), True),
    ],
)
async def test_answer_cut_short_is_a_lost_connection(
    lines: tuple[bytes, ...], processed: bool | None
) -> None:
    async with serving(fails(*lines)) as server:
        error = await error_of(f"http://{server.origin}")
    assert isinstance(error, ConnectionFailed)
    assert isinstance(error, ConnectionError)
    assert error.processed is processed
    # What hangs up at once, or speaks of something else, may speak TLS; no more is promised.
    assert ("If it speaks TLS there, pass https=True" in str(error)) != (b"HTTP" in b"".join(lines))


async def test_connection_that_was_answered_on_gives_no_hint_at_tls() -> None:
    async def handler(peer: Peer) -> None:
        await peer.read()
        await peer.answer(COUNTED)
        await peer.read()
        await peer.reset()

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        await client.count("texts")
        with pytest.raises(ConnectionFailed) as caught:
            await client.create_snapshot("texts")  # not to be sent twice
    assert caught.value.fix is None


async def test_refused_connection_names_the_port_for_tls(free_tcp_port: int) -> None:
    error = await error_of(f"http://127.0.0.1:{free_tcp_port}")
    assert isinstance(error, ConnectionFailed)
    assert error.processed is False
    assert "Is the server running" in str(error)
    error = await error_of("https://127.0.0.2")
    assert "port=443" in str(error)


async def test_unknown_host_is_told() -> None:
    error = await error_of("http://no-such-host.invalid")
    assert isinstance(error, ConnectionFailed)
    assert "no-such-host.invalid" in str(error)
    assert error.processed is False


@pytest.mark.parametrize("http2", [None, True, False])
async def test_tls_to_a_plain_port_names_the_option(http2: bool | None) -> None:
    async def handler(peer: Peer) -> None:
        await peer.more()
        await peer.answer(b"", 400)

    async with serving(handler) as server:
        error = await error_of(f"https://{server.origin}", http2=http2)
    assert isinstance(error, TLSFailed)
    assert "https=False" in str(error)


@pytest.mark.parametrize("http2", [None, True, False])
async def test_plain_to_a_tls_port_names_the_option(http2: bool | None) -> None:
    async def handler(peer: Peer) -> None:
        await peer.more()
        await peer.send(bytes([0x15, 3, 3, 0, 2, 2, 0x32]))

    async with serving(handler) as server:
        error = await error_of(f"http://{server.origin}", http2=http2)
    assert isinstance(error, TLSFailed)
    assert "https=True" in str(error)


async def test_server_without_an_answer_is_bounded_by_the_timeout() -> None:
    async def handler(peer: Peer) -> None:
        await peer.read()
        await peer.more()  # until the client hangs up

    async with serving(handler) as server:
        error = await error_of(f"http://{server.origin}", timeout=0.05)
        assert isinstance(error, OperationTimeout)
        await server.until_open(0)


async def test_closing_ends_calls_under_way() -> None:
    asked = anyio.Event()

    async def handler(peer: Peer) -> None:
        await peer.read()
        asked.set()
        await peer.more()

    async with serving(handler) as server:
        client = connect(f"http://{server.origin}")
        ended: list[AqdrantError] = []

        async def ask() -> None:
            with pytest.raises((ClientClosed, ConnectionFailed)) as caught:
                await client.count("texts")
            ended.append(caught.value)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                await asked.wait()
                await client.aclose()
        assert len(ended) == 1
        await server.until_open(0)


async def test_connection_that_went_stale_is_not_noticed_by_readers() -> None:
    async def handler(peer: Peer) -> None:
        await peer.read()
        await peer.answer(b'{"result":{"count":5}}')

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        for _ in range(5):
            assert (await client.count("texts")).count == 5
        assert server.accepted == 5


async def test_bad_request_is_an_argument_error_too() -> None:
    error = await error_of_answer(400, refusal("Format error in JSON body"))
    assert isinstance(error, BadRequest)
    assert isinstance(error, ValueError)
    assert not isinstance(error, ssl.SSLError)
