"""HTTP/2: streams, windows, pings, farewells, faults."""

from __future__ import annotations

import gc
import random

import anyio
import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from aqdrant_net import (
    AnswerTooLarge,
    ConnectError,
    Limits,
    NetError,
    Pool,
    ProtocolError,
    ReadError,
    StreamReset,
)

from .frames import DATA, GOAWAY, HEADERS, HELLO, OK, frame
from .http2_server import Call, Http2Peer, echo
from .servers import Peer, serving


async def handle_echo(peer: Peer) -> None:
    await Http2Peer(peer, echo).serve()


async def test_requests_share_one_connection() -> None:
    answers: dict[int, bytes] = {}
    async with serving(handle_echo) as server:
        pool = Pool(server.origin, http2=True)

        async def ask(number: int) -> None:
            response = await pool.request(b"POST", b"/%d" % number, (), b"x" * number)
            assert response.http_version == "HTTP/2"
            answers[number] = response.content

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(ask, number)
        await pool.aclose()
    assert answers == {n: b"POST /%d " % n + b"x" * n for n in range(50)}
    assert server.accepted == 1


async def test_headers_arrive_as_http2_wants_them() -> None:
    seen: list[dict[str, str]] = []

    async def respond(peer: Http2Peer, call: Call) -> None:
        seen.append(call.headers)
        await peer.answer(call)

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        fields = [(b"X-Key", b"1"), (b"Connection", b"keep-alive"), (b"TE", b"trailers")]
        for _ in range(3):
            await pool.request(b"PUT", b"/a?b", fields, b"abc")
        await pool.aclose()
    assert (
        seen
        == [
            {
                ":method": "PUT",
                ":scheme": "http",
                ":authority": str(server.origin),
                ":path": "/a?b",
                "x-key": "1",
                "te": "trailers",
                "content-length": "3",
            }
        ]
        * 3
    )


@pytest.mark.parametrize("window", [65_535, 1 << 20])
async def test_large_content_goes_both_ways(window: int) -> None:
    async def handle(peer: Peer) -> None:
        settings = {SettingCodes.INITIAL_WINDOW_SIZE: window}
        await Http2Peer(peer, echo, settings=settings).serve()

    content = bytes(range(256)) * 4096 * 32
    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(60):
            response = await pool.request(b"POST", b"/", (), content)
            async with pool.stream(b"POST", b"/", (), [content, content]) as stream:
                streamed = b"".join([piece async for piece in stream])
        await pool.aclose()
    assert response.content == b"POST / " + content
    assert streamed == b"POST / " + content * 2


async def test_idle_connection_answers_pings_and_stays() -> None:
    peers: list[Http2Peer] = []

    async def handle(peer: Peer) -> None:
        peers.append(Http2Peer(peer, echo, ping_every=0.05))
        await peers[0].serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(idle_seconds=0))
        await pool.request(b"GET", b"/")
        with anyio.fail_after(10):
            while peers[0].pings_answered < 5:
                await peers[0].changed.wait()
        assert (await pool.request(b"GET", b"/")).reused
        await pool.aclose()
    assert server.accepted == 1


async def test_silent_server_is_pinged_and_given_up() -> None:
    async def handle(peer: Peer) -> None:
        if peer.number > 1:
            await handle_echo(peer)
        await anyio.sleep_forever()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(ping_seconds=0.05))
        with anyio.fail_after(10), pytest.raises(ReadError, match="did not answer a ping"):
            await pool.request(b"POST", b"/")
        assert (await pool.request(b"POST", b"/")).status == 200
        await pool.aclose()


async def test_slow_server_that_answers_pings_is_waited_for() -> None:
    peers: list[Http2Peer] = []
    pinged = anyio.Event()

    async def respond(peer: Http2Peer, call: Call) -> None:
        await pinged.wait()
        await peer.answer(call, b"late")

    async def handle(peer: Peer) -> None:
        peers.append(Http2Peer(peer, respond))
        await peers[0].serve()

    async with serving(handle) as server, anyio.create_task_group() as group:
        pool = Pool(server.origin, http2=True, limits=Limits(ping_seconds=0.02))

        async def wait_for_pings() -> None:
            while not peers or peers[0].pings_received < 4:
                await (peers[0].changed.wait() if peers else anyio.lowlevel.checkpoint())
            pinged.set()

        group.start_soon(wait_for_pings)
        with anyio.fail_after(10):
            assert (await pool.request(b"POST", b"/")).content == b"late"
        await pool.aclose()


async def test_cancelled_request_is_reset_and_the_others_go_on() -> None:
    calls: list[Call] = []
    arrived, go = anyio.Event(), anyio.Event()

    async def respond(peer: Http2Peer, call: Call) -> None:
        calls.append(call)
        if len(calls) == 2:
            arrived.set()
        await go.wait()
        if call.reset is None:
            await peer.answer(call, call.headers[":path"].encode())

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        results: list[bytes] = []

        async def ask() -> None:
            results.append((await pool.request(b"GET", b"/stays")).content)

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            async with anyio.create_task_group() as doomed:
                doomed.start_soon(pool.request, b"GET", b"/goes")
                await arrived.wait()
                doomed.cancel_scope.cancel()
            go.set()
        assert (await pool.request(b"GET", b"/next")).content == b"/next"
        await pool.aclose()
    assert results == [b"/stays"]
    assert {call.headers[":path"]: call.reset for call in calls[:2]} == {
        "/stays": None,
        "/goes": ErrorCodes.CANCEL,
    }
    assert server.accepted == 1


async def test_streams_are_bounded_by_what_the_server_allows() -> None:
    peak = 0
    now = 0

    async def respond(peer: Http2Peer, call: Call) -> None:
        nonlocal peak, now
        now += 1
        peak = max(peak, now)
        await anyio.lowlevel.checkpoint()
        now -= 1
        await peer.answer(call, call.headers[":path"].encode())

    async def handle(peer: Peer) -> None:
        settings = {SettingCodes.MAX_CONCURRENT_STREAMS: 3}
        await Http2Peer(peer, respond, settings=settings).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(connections=2))
        await pool.request(b"GET", b"/first")

        async def ask(number: int) -> None:
            response = await pool.request(b"GET", b"/%d" % number)
            assert response.content == b"/%d" % number

        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                for number in range(100):
                    group.start_soon(ask, number)
        await pool.aclose()
    assert server.accepted == 2
    assert peak <= 6


async def test_refused_stream_is_sent_again() -> None:
    refused = 0

    async def respond(peer: Http2Peer, call: Call) -> None:
        nonlocal refused
        if refused < 2:
            refused += 1
            peer.h2.reset_stream(call.number, ErrorCodes.REFUSED_STREAM)
            await peer.flush()
        else:
            await peer.answer(call, b"done")

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        assert (await pool.request(b"POST", b"/", (), b"x")).content == b"done"
        await pool.aclose()
    assert refused == 2


async def test_reset_stream_is_an_error_of_its_own() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        await peer.head(call)
        peer.h2.reset_stream(call.number, ErrorCodes.INTERNAL_ERROR)
        await peer.flush()

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with pytest.raises(StreamReset) as caught:
            await pool.request(b"GET", b"/")
        assert (caught.value.code, caught.value.sent, caught.value.answered) == (2, True, True)
        await pool.aclose()


async def test_farewell_lets_the_taken_finish_and_sends_the_others_elsewhere() -> None:
    held: list[Call] = []

    async def respond(peer: Http2Peer, call: Call) -> None:
        if peer.peer.number > 1:
            await peer.answer(call, b"second")
            return
        held.append(call)
        if len(held) == 3:
            # HEADERS of the first answer go in the same segment as the GOAWAY.
            last = min(call.number for call in held).to_bytes(4, "big")
            goaway = b"\0\0\x08\x07\0\0\0\0\0" + last + bytes(4)
            first = min(held, key=lambda call: call.number)
            peer.h2.send_headers(first.number, [(":status", "200")])
            peer.h2.send_data(first.number, b"first", end_stream=True)
            await peer.peer.send(goaway + peer.h2.data_to_send())

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        contents: list[bytes] = []

        async def ask() -> None:
            contents.append((await pool.request(b"POST", b"/", (), b"x")).content)

        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(ask)
            await server.until_open(1)
        await pool.aclose()
    assert sorted(contents) == [b"first", b"second", b"second"]


async def test_request_that_was_lent_a_connection_before_its_farewell_goes_elsewhere() -> None:
    waiting = anyio.Event()

    async def handle(peer: Peer) -> None:
        if peer.number > 1:
            await handle_echo(peer)
        while b"/asked" not in peer.buffer:
            await peer.more()
        await waiting.wait()
        # The settings let the second request have the connection, whose task runs after this.
        answer = frame(HEADERS, 4, 1, OK) + frame(DATA, 1, 1, b"first")
        await peer.send(HELLO + answer + frame(GOAWAY, 0, 0, b"\0\0\0\1" + bytes(4)))
        await anyio.sleep_forever()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        contents: list[bytes] = []

        async def ask() -> None:
            contents.append((await pool.request(b"GET", b"/asked")).content)

        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                group.start_soon(ask)
                while "1 requests waiting" not in repr(pool):
                    await anyio.lowlevel.checkpoint()
                waiting.set()
        await pool.aclose()
    assert sorted(contents) == [b"GET /asked ", b"first"]


async def test_early_answer_ends_a_large_content() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        await peer.answer(call, b"too large", 400)

    async def handle(peer: Peer) -> None:
        served = Http2Peer(peer, respond, at_head=True)
        served.acknowledging = False
        await served.serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(10):
            response = await pool.request(b"PUT", b"/", (), b"x" * (32 << 20))
        assert (response.status, response.content) == (400, b"too large")
        await pool.aclose()


async def test_slow_reader_of_a_stream_holds_its_server_back_alone() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        size = int(call.headers[":path"][1:])
        await peer.answer(call, bytes(size))

    peers: list[Http2Peer] = []

    async def handle(peer: Peer) -> None:
        peers.append(Http2Peer(peer, respond))
        await peers[0].serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(30):
            async with pool.stream(b"GET", b"/%d" % (32 << 20)) as stream:
                assert await stream.read()
                assert len((await pool.request(b"GET", b"/1000")).content) == 1000
                while peers[0].h2.local_flow_control_window(1) > 0:
                    await anyio.lowlevel.checkpoint()
            assert len((await pool.request(b"GET", b"/%d" % (16 << 20))).content) == 16 << 20
        await pool.aclose()


async def test_requests_of_one_turn_leave_together() -> None:
    pieces: list[bytes] = []

    async def handle(peer: Peer) -> None:
        receive = peer.stream.receive

        async def listen(*_: int) -> bytes:
            pieces.append(await receive())
            return pieces[-1]

        peer.stream.receive = listen  # type: ignore[method-assign]
        await Http2Peer(peer, echo).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        await pool.request(b"GET", b"/")
        pieces.clear()
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(pool.request, b"POST", b"/", (), b"x")
        await pool.aclose()
    # The first does not wait for the others, and windows and the farewell come by themselves.
    assert len(pieces) < 10


async def test_messages_that_are_malformed_end_their_requests_alone() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        if call.headers[":path"] == "/short":
            await peer.head(call, 200, [("content-length", "10")])
            peer.h2.send_data(call.number, b"short", end_stream=True)
            await peer.flush()
        else:
            await peer.answer(call, b"fine")

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        await pool.request(b"GET", b"/")
        results: list[object] = []

        async def ask(path: bytes) -> None:
            try:
                results.append((await pool.request(b"GET", path)).content)
            except ProtocolError as error:
                results.append("a length of 10" in str(error))

        async with anyio.create_task_group() as group:
            for path in (b"/short", b"/fine", b"/short"):
                group.start_soon(ask, path)
        await pool.aclose()
    assert sorted(map(str, results)) == ["True", "True", "b'fine'"]
    assert server.accepted == 1


async def test_answer_to_head_may_tell_a_length() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        peer.h2.send_headers(
            call.number, [(":status", "200"), ("content-length", "10")], end_stream=True
        )
        await peer.flush()

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        assert (await pool.request(b"HEAD", b"/")).header(b"content-length") == b"10"
        with pytest.raises(ProtocolError, match="a length of 10"):
            await pool.request(b"GET", b"/")
        await pool.aclose()


async def test_answer_that_is_too_large_is_given_up() -> None:
    calls: list[Call] = []

    async def respond(peer: Http2Peer, call: Call) -> None:
        calls.append(call)
        await peer.answer(call, bytes(int(call.headers[":path"][1:])))

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(answer_bytes=100_000))
        assert len((await pool.request(b"GET", b"/100000")).content) == 100_000
        with pytest.raises(AnswerTooLarge, match="more than 100000 bytes"):
            await pool.request(b"GET", b"/10000000")
        async with pool.stream(b"GET", b"/200000") as stream:
            assert sum([len(piece) async for piece in stream]) == 200_000
        await pool.aclose()
    assert [call.reset for call in calls] == [None, ErrorCodes.CANCEL, None]


# ---- both ways at once, as streaming gRPC does


async def test_exchange_goes_both_ways_and_ends_with_trailers() -> None:
    async def respond(peer: Http2Peer, call: Call) -> None:
        await peer.head(call, more=[("content-type", "application/grpc")])
        told = 0
        while not (call.whole.is_set() and told == len(call.body)):
            if told == len(call.body):
                await peer.changed.wait()
                continue
            new, told = bytes(call.body[told:]), len(call.body)
            await peer.data(call, new.upper(), end=False)
        peer.h2.send_headers(call.number, [("grpc-status", "0")], end_stream=True)
        await peer.flush()

    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, respond, at_head=True).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(10):
            async with pool.exchange(b"POST", b"/pkg.Service/Call") as exchange:
                assert (await exchange.response()).status == 200
                for word in (b"one", b"two"):
                    assert await exchange.send(word)
                    assert await exchange.read() == word.upper()
                exchange.finish()
                assert await exchange.read() == b""
                assert exchange.trailers == [(b"grpc-status", b"0")]
        await pool.aclose()


async def test_exchange_needs_http2() -> None:
    async with serving(handle_echo) as server:
        pool = Pool(server.origin)
        with pytest.raises(ProtocolError, match="speaks no HTTP/2"):
            async with pool.exchange(b"POST", b"/"):
                pass
        await pool.aclose()


# ---- faults

SETTINGS = b"\0\0\0\x04\0\0\0\0\0"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", ReadError),
        (SETTINGS, ReadError),
        (SETTINGS + b"\0\0\x05\x01\x04\0\0\0\x01\x88", ReadError),
        (SETTINGS + b"\0\0\x01\x01\x05\0\0\0\x01\xff", ProtocolError),
        (SETTINGS + b"\0\0\x01\x00\x00\0\0\0\x07x", ProtocolError),
        (SETTINGS + b"\xff\xff\xff\x00\x00\0\0\0\x01", ProtocolError),
        (b"garbage, nothing else, and more of it", ConnectError),
    ],
)
async def test_broken_connection_is_an_error_and_the_next_request_fine(
    raw: bytes, kind: type[NetError]
) -> None:
    async def handle(peer: Peer) -> None:
        if peer.number > 1:
            await handle_echo(peer)
        await peer.more()
        await peer.send(raw)

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(10), pytest.raises(kind):
            await pool.request(b"POST", b"/", (), b"x")
        assert (await pool.request(b"POST", b"/", (), b"x")).status == 200
        await pool.aclose()


async def test_connection_closed_between_requests_is_noticed() -> None:
    peers: list[Peer] = []

    async def handle(peer: Peer) -> None:
        peers.append(peer)
        await handle_echo(peer)

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        for _ in range(3):
            assert (await pool.request(b"POST", b"/", (), b"x")).status == 200
            await peers[-1].stream.aclose()
            while "0 connections" not in repr(pool):
                await anyio.lowlevel.checkpoint()
        await pool.aclose()
    assert server.accepted == 3


async def test_storm_of_cancellations(seed: int) -> None:
    chance = random.Random(seed)
    answered = 0

    async def respond(peer: Http2Peer, call: Call) -> None:
        await anyio.sleep(chance.random() * 0.01)
        if call.reset is None:
            await peer.answer(call, call.headers[":path"].encode() * 100)

    async def handle(peer: Peer) -> None:
        settings = {SettingCodes.MAX_CONCURRENT_STREAMS: 20}
        await Http2Peer(peer, respond, settings=settings).serve()

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(connections=3))

        async def ask(turn: int, patience: float | None) -> None:
            nonlocal answered
            target = b"/%d" % turn
            with anyio.move_on_after(patience):
                for _ in range(3):
                    content = b"x" * chance.randrange(50_000)
                    response = await pool.request(b"POST", target, (), content)
                    assert response.content == target * 100
                    answered += 1

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                for turn in range(200):
                    group.start_soon(ask, turn, chance.random() * 0.3 if turn % 2 else None)
        assert answered >= 300
        assert "0 opening, 0 requests waiting" in repr(pool)
        assert (await pool.request(b"GET", b"/after")).status == 200
        await pool.aclose()
        await server.until_open(0)
    gc.collect()
