"""HTTP/1.1: what leaves, what is read, what becomes of the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest

from aqdrant_net import AnswerTooLarge, Content, Limits, Pool, ProtocolError, ReadError, WriteError

from .servers import Peer, serving


async def echo(peer: Peer) -> None:
    """Answer each request with what it was."""
    while True:
        seen = await peer.read()
        more = "".join(f"x-{name}: {value}\r\n" for name, value in seen.headers.items())
        await peer.answer(f"{seen.method} {seen.target} ".encode() + seen.body, more=more)


async def test_answer_is_read_and_connection_used_again() -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        first = await pool.request(b"GET", b"/a?b=c")
        again = await pool.request(b"POST", b"/d", [(b"X-Key", b"1")], b"content")
        await pool.aclose()
    assert (first.status, first.content, first.http_version) == (200, b"GET /a?b=c ", "HTTP/1.1")
    assert again.content == b"POST /d content"
    assert again.header(b"x-x-key") == b"1"
    assert again.header(b"x-content-length") == b"7"
    assert again.header(b"x-host") == str(server.origin).encode()
    assert (first.reused, again.reused, server.accepted) == (False, True, 1)


async def test_small_request_leaves_in_one_write() -> None:
    received: list[bytes] = []

    async def handle(peer: Peer) -> None:
        received.append(await peer.stream.receive())
        await peer.answer()

    async with serving(handle) as server:
        pool = Pool(server.origin)
        await pool.request(b"POST", b"/", [], b"x" * 60_000)
        await pool.aclose()
    assert received[0].startswith(b"POST / HTTP/1.1\r\n")
    assert received[0].endswith(b"x" * 60_000)


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"", b""),
        (bytearray(b"abc"), b"abc"),
        ((b"a", b"", b"bc"), b"abc"),
        ([b"x" * 300_000, b"y" * 300_000], b"x" * 300_000 + b"y" * 300_000),
    ],
    ids=["none", "bytearray", "pieces", "large-pieces"],
)
async def test_content_of_each_kind_arrives(content: Content, whole: bytes) -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        response = await pool.request(b"PUT", b"/", (), content)
        await pool.request(b"GET", b"/")
        await pool.aclose()
    assert response.content == b"PUT / " + whole
    assert response.header(b"x-content-length") == b"%d" % len(whole)
    assert server.accepted == 1


async def test_iterated_content_is_chunked() -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        response = await pool.request(b"PUT", b"/", (), in_pieces(b"one", b"", b"two"))
        await pool.request(b"GET", b"/")
        await pool.aclose()
    assert response.content == b"PUT / onetwo"
    assert response.header(b"x-transfer-encoding") == b"chunked"
    assert server.accepted == 1


async def test_iterated_content_of_known_length_is_not_chunked() -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        fields = [(b"content-length", b"6")]
        response = await pool.request(b"PUT", b"/", fields, in_pieces(b"one", b"two"))
        await pool.aclose()
    assert response.content == b"PUT / onetwo"
    assert response.header(b"x-transfer-encoding") is None


@pytest.mark.parametrize(
    ("method", "target", "fields", "content"),
    [
        (b"GET", b"/", [(b"X", b"a\r\nHost: evil")], b""),
        (b"GET", b"/", [(b"X", b"a\nb")], b""),
        (b"GET", b"/", [(b"X\r\n", b"a")], b""),
        (b"GET", b"/", [(b"", b"a")], b""),
        (b"GET", b"/a b", [], b""),
        (b"GET", b"/\r\n", [], b""),
        (b"GET", b"", [], b""),
        (b"GET /", b"/", [], b""),
        (b"PUT", b"/", [(b"content-length", b"4")], b"abc"),
        (b"PUT", b"/", [(b"transfer-encoding", b"chunked")], b"abc"),
    ],
)
async def test_unsound_request_is_refused_before_anything_is_sent(
    method: bytes, target: bytes, fields: list[tuple[bytes, bytes]], content: bytes
) -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        with pytest.raises(ProtocolError) as caught:
            await pool.request(method, target, fields, content)
        assert not caught.value.sent
        assert (await pool.request(b"GET", b"/")).status == 200
        await pool.aclose()


# ---- large content and early answers


@pytest.mark.parametrize("end", ["orderly", "reset"])
@pytest.mark.parametrize("kind", ["bytes", "iterated"])
async def test_early_answer_to_a_large_content_is_read(kind: str, end: str) -> None:
    async def handle(peer: Peer) -> None:
        await peer.read_head()
        await peer.answer(b"too large", 400, "connection: close\r\n")
        if end == "reset":
            await peer.reset()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100_000

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(20):
            for _ in range(5):
                content = b"x" * (32 << 20) if kind == "bytes" else endless()
                response = await pool.request(b"PUT", b"/", (), content)
                assert (response.status, response.content) == (400, b"too large")
        await pool.aclose()


async def test_large_content_arrives_whole() -> None:
    content = bytes(range(256)) * (32 * 4096)
    async with serving(echo) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(20):
            response = await pool.request(b"PUT", b"/", (), content)
        await pool.aclose()
    assert response.content == b"PUT / " + content


async def test_connection_that_breaks_under_a_large_content_says_so() -> None:
    async def handle(peer: Peer) -> None:
        await peer.read_head()
        await peer.reset()

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(20), pytest.raises((WriteError, ReadError)) as caught:
            await pool.request(b"POST", b"/", (), b"x" * (32 << 20))
        assert (caught.value.sent, caught.value.answered) == (True, False)
        await pool.aclose()


# ---- answers of every shape

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n%b\r\n"


@pytest.mark.parametrize(
    ("raw", "status", "content", "reused"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde", 200, b"abcde", True),
        (b"HTTP/1.1 200\r\nContent-Length:5 \r\nx: y\r\n\r\nabcde", 200, b"abcde", True),
        (CHUNKED % b"", 200, b"abcde", True),
        (CHUNKED % b"X-Sum: 1\r\n", 200, b"abcde", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n", 304, b"", True),
        (
            (
                b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
                b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
            ),
            200,
            b"ok",
            True,
        ),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", 200, b"ok", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, b"ok", False),
        (b"HTTP/1.1 200 OK\ncontent-length: 2\n\nok", 200, b"ok", True),
        (b"HTTP/1.1 500 \r\ncontent-length: 0\r\n\r\n", 500, b"", True),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
async def test_answer_of_each_shape_is_read(
    raw: bytes, status: int, content: bytes, reused: bool, size: int
) -> None:
    async def handle(peer: Peer) -> None:
        while True:
            await peer.read()
            for start in range(0, len(raw), size):
                await peer.send(raw[start : start + size])

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(10):
            first = await pool.request(b"GET", b"/")
            second = await pool.request(b"GET", b"/")
            async with pool.stream(b"GET", b"/") as stream:
                pieces = [piece async for piece in stream]
        await pool.aclose()
    assert (first.status, first.content) == (second.status, second.content) == (status, content)
    assert (stream.status, b"".join(pieces)) == (status, content)
    assert second.reused == reused
    assert first.headers == second.headers == stream.headers
    if b"X-Sum" in raw:
        assert first.trailers == stream.trailers == [(b"x-sum", b"1")]


async def test_answer_without_length_ends_with_the_connection() -> None:
    async def handle(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nall ")
        await peer.send(b"of it")

    async with serving(handle) as server:
        pool = Pool(server.origin)
        assert (await pool.request(b"GET", b"/")).content == b"all of it"
        await pool.aclose()


async def test_head_has_no_content_whatever_its_length_says() -> None:
    async def handle(peer: Peer) -> None:
        while True:
            seen = await peer.read()
            length = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"
            await peer.send(length + (b"" if seen.method == "HEAD" else b"abcde"))

    async with serving(handle) as server:
        pool = Pool(server.origin)
        assert (await pool.request(b"HEAD", b"/")).content == b""
        assert (await pool.request(b"GET", b"/")).content == b"abcde"
        await pool.aclose()
    assert server.accepted == 1


# ---- faults


async def read_pieces(pool: Pool) -> None:
    async with pool.stream(b"POST", b"/") as stream:
        while await stream.read():
            pass


@pytest.mark.parametrize(
    ("raw", "kind", "answered"),
    [
        (b"", ReadError, False),
        (b"HTTP/1.1 200 OK\r\ncontent-le", ReadError, True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", ReadError, True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf", ReadError, True),
        (b"hello, this is no HTTP\r\n\r\n", ProtocolError, True),
        (b"\x00\x00\x06\x04\x00\x00\x00\x00\x00", ProtocolError, True),
        (b"HTTP/1.1 2xx OK\r\ncontent-length: 0\r\n\r\n", ProtocolError, True),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            ProtocolError,
            True,
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nab", ProtocolError, True),
        (b"HTTP/1.1 200 OK\r\nbad header: 1\r\n\r\nab", ProtocolError, True),
        (b"HTTP/1.1 200 OK\r\nx: y" * 10_000, ProtocolError, True),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
async def test_broken_answer_is_an_error_and_the_next_request_fine(
    raw: bytes, kind: type[Exception], answered: bool, whole: bool
) -> None:
    async def handle(peer: Peer) -> None:
        if peer.number > 1:
            await echo(peer)
        await peer.read()
        await peer.send(raw)

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(10), pytest.raises(kind) as caught:
            await (pool.request(b"POST", b"/") if whole else read_pieces(pool))
        assert isinstance(caught.value, ReadError | ProtocolError)
        assert (caught.value.sent, caught.value.answered) == (True, answered)
        assert (await pool.request(b"GET", b"/")).content == b"GET / "
        await pool.aclose()


async def test_endless_head_is_bounded() -> None:
    async def handle(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            await peer.send(b"x-again: and again\r\n" * 1000)

    async with serving(handle) as server:
        pool = Pool(server.origin, limits=Limits(head_bytes=50_000))
        with anyio.fail_after(10), pytest.raises(ProtocolError, match="longer than 50000"):
            await pool.request(b"GET", b"/")
        await pool.aclose()


@pytest.mark.parametrize("head", [b"transfer-encoding: chunked", b"content-length: 60000"])
async def test_endless_answer_is_bounded_where_it_is_read_whole(head: bytes) -> None:
    async def handle(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        while True:
            await peer.send(b"3E8\r\n" + bytes(1000) + b"\r\n")

    async with serving(handle) as server:
        pool = Pool(server.origin, limits=Limits(answer_bytes=50_000))
        with anyio.fail_after(10), pytest.raises(AnswerTooLarge, match="more than 50000 bytes"):
            await pool.request(b"GET", b"/")
        async with pool.stream(b"GET", b"/") as stream:
            read = 0
            while read < 60_000:
                read += len(await stream.read())
        await pool.aclose()


@pytest.mark.parametrize("together", [True, False])
async def test_more_than_was_asked_for_reaches_nobody(together: bool) -> None:
    """Bytes behind an answer, or unasked, must not begin the next one."""
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n%b"
    sent = anyio.Event()

    async def handle(peer: Peer) -> None:
        nonlocal sent
        await peer.read()
        if together:
            await peer.send(answer % b"right" + answer % b"WRONG")
        else:
            await peer.send(answer % b"right")
            await peer.send(answer % b"WRONG")
        sent.set()
        await peer.read()
        await peer.answer(b"right")

    async with serving(handle) as server:
        pool = Pool(server.origin)
        for _ in range(20):
            assert (await pool.request(b"GET", b"/")).content == b"right"
            await sent.wait()
            sent = anyio.Event()
        await pool.aclose()
    assert server.accepted == 20


async def test_slow_reader_of_a_stream_holds_the_server_back() -> None:
    sent = 0
    full = anyio.Event()

    async def handle(peer: Peer) -> None:
        nonlocal sent
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (64 << 20))
        for _ in range(64):
            with anyio.move_on_after(0.2) as waited:
                await peer.send(bytes(1 << 20))
                sent += 1
            if waited.cancelled_caught:
                full.set()
                return

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with anyio.fail_after(20):
            async with pool.stream(b"GET", b"/") as stream:
                assert await stream.read()
                await full.wait()
        await pool.aclose()
    assert sent < 32
