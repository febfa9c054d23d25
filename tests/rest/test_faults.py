"""Faults that a client survives over each line: HTTP/1.1, the same over TLS, and HTTP/2.

Nothing hangs, no answer reaches the wrong caller, and no socket, task or thread is left: each
test counts them.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import (
    ConnectionFailed,
    DecodeError,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
)
from tests.net.servers import Server

from .canned import connect
from .scripted import (
    LINES,
    Asked,
    Line,
    Script,
    ask,
    client_of,
    make_line,
    nothing_left,
    open_sockets,
    scripted,
)

GARBAGE = b"\xff\x00no protocol that there is\r\n\r\n" * 20


@pytest.fixture(autouse=True, scope="module")
def quick_collections() -> Iterator[None]:
    """Take what earlier tests left alive out of the collector's way: each test here collects."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=LINES)
def line(request: pytest.FixtureRequest, authority: trustme.CA) -> Line:
    return make_line(request.param, authority)


async def answer(asked: Asked) -> None:
    await asked.answer()


def at_first(fault: Script) -> Script:
    """Do so with the first request, and answer the others."""
    seen: Counter[str] = Counter()

    async def script(asked: Asked) -> None:
        seen["all"] += 1
        await (fault(asked) if seen["all"] == 1 else asked.answer())

    return script


# ---- the server goes away


async def test_server_killed_between_requests_and_started_again(line: Line) -> None:
    async with nothing_left():
        async with scripted(line, answer) as server:
            client = line.client(server)
            await ask(client, 1)
        with pytest.raises(ConnectionFailed) as caught:
            await ask(client, 2)
        assert caught.value.processed is False
        async with scripted(line, answer, port=server.origin.port):
            await ask(client, 3)
            await client.aclose()


@pytest.mark.parametrize("reset", [False, True])
async def test_server_killed_under_many_requests(line: Line, reset: bool) -> None:
    """What may be repeated is, and succeeds; what may not is told, and arrived once."""
    held: list[Asked] = []
    killed = anyio.Event()

    async def script(asked: Asked) -> None:
        if killed.is_set():
            await asked.answer()
            return
        held.append(asked)
        if len(held) == 40:
            killed.set()
            for peer in {id(other.peer): other.peer for other in held}.values():
                await (peer.reset() if reset else peer.stream.aclose())
        await asked.until_given_up()

    async with client_of(line, script, retries=3, pool_size=40) as (client, _):

        async def either(number: int) -> None:
            if number % 2:
                await ask(client, number)
                return
            with pytest.raises(ConnectionFailed) as caught:
                await client.delete_collection(str(number))
            assert caught.value.processed is None

        await ask_many(40, either)
        assert sorted(asked.number for asked in held) == list(range(40))
        await ask(client, 7)


async def ask_many(count: int, one: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    async with anyio.create_task_group() as group:
        for number in range(count):
            group.start_soon(one, number)


async def test_connection_closed_under_the_second_request(line: Line) -> None:
    """The server closes an idle connection while a request is on its way to it."""
    arrived: Counter[tuple[int, str]] = Counter()

    async def script(asked: Asked) -> None:
        arrived[asked.peer.number, "any"] += 1
        if arrived[asked.peer.number, "any"] == 1:
            await asked.answer(b'{"result":true}' if "?" in asked.target else None)
        else:
            arrived[0, asked.target] += 1
            await asked.hang_up()

    async with client_of(line, script) as (client, server):
        for number in range(4):
            await ask(client, number)
        assert server.accepted == 4
        with pytest.raises(ConnectionFailed) as caught:
            await client.delete_collection("9")
        assert caught.value.processed is None
        assert arrived[0, "/collections/9"] == 1


# ---- answers that are none


async def half(asked: Asked) -> None:
    await asked.begin(100)
    await asked.send(b'{"result":{"cou')
    await asked.hang_up()


async def half_and_reset(asked: Asked) -> None:
    await asked.begin(100)
    await asked.send(b'{"result":{"cou')
    await asked.peer.reset()


async def half_a_head(asked: Asked) -> None:
    await asked.peer.send(b"HTTP/1.1 200 OK\r\ncontent-" if asked.is_text else b"\0\0\x09\x01\x04")
    await asked.hang_up()


async def garbage(asked: Asked) -> None:
    await asked.peer.send(GARBAGE)
    await asked.until_given_up()


async def garbage_after_a_head(asked: Asked) -> None:
    await asked.begin(100)
    await asked.peer.send(GARBAGE)
    await asked.hang_up()


async def garbage_under_tls(asked: Asked) -> None:
    await asked.below.send(GARBAGE)
    await asked.until_given_up()


FAULTS = [half, half_and_reset, half_a_head, garbage, garbage_after_a_head, garbage_under_tls]


@pytest.mark.parametrize("fault", FAULTS)
async def test_answer_that_is_none_is_a_lost_connection(line: Line, fault: Script) -> None:
    async with client_of(line, at_first(fault)) as (client, server):
        with pytest.raises((ConnectionFailed, DecodeError)) as caught:
            await ask(client, 1)
        expected = {True} if fault in (half, garbage_after_a_head) else {True, None}
        assert caught.value.processed in expected
        await ask(client, 2)
        assert server.accepted == 2


async def test_answer_that_never_ends_is_bounded_by_the_timeout(line: Line) -> None:
    async def endless(asked: Asked) -> None:
        await asked.begin(10**9)
        while True:
            await asked.send(b" " * 10_000)

    async with client_of(line, at_first(endless)) as (client, _):
        with pytest.raises(OperationTimeout):
            await ask(client, 1, timeout=0.2)
        await ask(client, 2)


async def test_answer_that_drips_arrives_or_is_bounded_by_the_timeout(line: Line) -> None:
    given_up = anyio.Event()

    async def drip(asked: Asked) -> None:
        body = b'{"result":{"count":%d}}' % asked.number
        await asked.begin(len(body))
        for place in range(len(body) - 1):
            await asked.send(body[place : place + 1])
            await anyio.lowlevel.checkpoint()
        if asked.number:
            await asked.send(body[-1:], end=True)
        else:
            await asked.until_given_up()
            given_up.set()

    async with client_of(line, drip) as (client, _):
        await ask(client, 12)
        with pytest.raises(OperationTimeout):
            await ask(client, 0, timeout=0.1)
        await given_up.wait()
        await ask(client, 34)


async def test_download_cut_short_leaves_no_file(line: Line, tmp_path: Path) -> None:
    async with client_of(line, half) as (client, _):
        with pytest.raises(ConnectionFailed):
            await client.download_snapshot("1", "a.snapshot", tmp_path / "a.snapshot")
        assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_page_of_a_proxy_is_shown_shortened(line: Line) -> None:
    title, text = b"<html><title>502 Bad Gateway</title>", b"<html><p>502 Bad Gateway"

    async def script(asked: Asked) -> None:
        page, status = (text, 200) if asked.number else (title, 502)
        await asked.answer(page + b"<p>x</p>" * 5000, status, content_type="text/html")

    async with client_of(line, script) as (client, _):
        for number in range(2):
            with pytest.raises(
                (ServiceUnavailable, DecodeError), match="502 Bad Gateway"
            ) as caught:
                await ask(client, number)
            assert isinstance(caught.value, DecodeError) is bool(number)
            assert len(str(caught.value)) < 600


# ---- where no connection comes about


async def test_name_that_nobody_knows(line: Line) -> None:
    scheme = "http" if line.server_tls is None else "https"
    async with nothing_left(), connect(f"{scheme}://no-such-host.invalid") as client:

        async def fail(number: int) -> None:
            with pytest.raises(ConnectionFailed, match="no-such-host") as caught:
                await ask(client, number)
            assert caught.value.processed is False

        await ask_many(20, fail)


# ---- large bodies


BIG = [models.PointStruct(id=1, vector=[1.0], payload={"text": "x" * 20_000_000})]
TOO_LARGE = b'{"status":{"error":"JSON payload is larger than allowed (limit: 33554432 bytes)."}}'


async def test_reset_under_a_large_body(line: Line) -> None:
    async def reset(asked: Asked) -> None:
        await asked.peer.reset()

    async with client_of(line, at_first(reset), at_head=True) as (client, _):
        with pytest.raises(ConnectionFailed) as caught:
            await client.upsert("1", BIG)
        assert caught.value.processed is None


@pytest.mark.parametrize("end", ["reset", "stopped", "silence"])
async def test_early_answer_to_a_large_body_is_read(line: Line, end: str) -> None:
    async def refuse(asked: Asked) -> None:
        await asked.answer(TOO_LARGE, 400)
        if end == "reset":
            await asked.peer.reset()
        elif end == "stopped":
            await asked.stop_reading()
        else:
            await asked.until_given_up()

    async with client_of(line, refuse, at_head=True) as (client, _):
        with pytest.raises(PayloadTooLarge, match="max_request_size_mb"):
            await client.upsert("1", BIG)


# ---- storms


@pytest.mark.parametrize("status", [429, 503])
async def test_storm_that_passes_is_outlived(line: Line, status: int) -> None:
    arrived: Counter[int] = Counter()

    async def script(asked: Asked) -> None:
        arrived[asked.number] += 1
        if arrived[asked.number] == 1:
            await asked.answer(b"", status, retry_after="0")
        else:
            await asked.answer()

    async with client_of(line, script, retries=3, pool_size=10) as (client, _):
        await ask_many(80, lambda number: ask(client, number))
    assert set(arrived.values()) == {2}


@pytest.mark.parametrize("status", [429, 503])
async def test_storm_that_stays_is_told_and_not_fed(line: Line, status: int) -> None:
    arrived: Counter[int] = Counter()

    async def script(asked: Asked) -> None:
        arrived[asked.number] += 1
        await asked.answer(b"", status, retry_after="0")

    async with client_of(line, script, retries=3, pool_size=10) as (client, _):

        async def fail(number: int) -> None:
            with pytest.raises(RateLimited if status == 429 else ServiceUnavailable):
                await ask(client, number)

        await ask_many(200, fail)
    assert len(arrived) == 200
    assert 200 < arrived.total() < 320  # 100 retries in store, and about one a second


async def test_half_of_many_tasks_are_cancelled(line: Line, seed: int) -> None:
    chance = random.Random(seed)
    answered: Counter[int] = Counter()

    async def script(asked: Asked) -> None:
        if asked.number % 3 == 0:
            await anyio.sleep(chance.random() * 0.01)
        body = b'{"result":{"count":%d}%b}' % (asked.number, b" " * chance.randrange(50_000))
        await asked.answer(body)

    async with client_of(line, script, pool_size=8) as (client, _):

        async def one(number: int) -> None:
            with anyio.move_on_after(chance.random() * 0.2 if number % 2 else None):
                for turn in range(3):
                    await ask(client, number * 1000 + turn)
                    answered[number % 2] += 1

        await ask_many(200, one)
        assert answered[0] == 300
        await ask(client, 7)


async def test_late_answer_reaches_nobody(line: Line) -> None:
    """Deadlines pass, the server answers all the same: the next callers get their own."""
    expired = anyio.Event()

    async def script(asked: Asked) -> None:
        if asked.number < 10:
            await expired.wait()
        await asked.answer()

    async with client_of(line, script, pool_size=4) as (client, _):

        async def expire(number: int) -> None:
            with pytest.raises(OperationTimeout) as caught:
                await ask(client, number, timeout=0.05)
            assert caught.value.timeout == 0.05

        await ask_many(4, expire)
        expired.set()
        await ask_many(40, lambda number: ask(client, 10 + number))


# ---- event loops and processes


BACKENDS = {
    "asyncio": ("asyncio", {"use_uvloop": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


def run(backend: str, function: Callable[..., Awaitable[None]], *args: object) -> None:
    name, options = BACKENDS[backend]
    anyio.run(function, *args, backend=name, backend_options=options)


@contextmanager
def served(line: Line) -> Iterator[Server]:
    """Run the server on an event loop of its own, in a thread."""
    ready, over = threading.Event(), threading.Event()
    servers: list[Server] = []

    async def main() -> None:
        async with scripted(line, answer) as server:
            servers.append(server)
            ready.set()
            await anyio.to_thread.run_sync(over.wait)

    thread = threading.Thread(target=anyio.run, args=(main,))
    thread.start()
    try:
        assert ready.wait(30)
        yield servers[0]
    finally:
        over.set()
        thread.join(30)
    assert not thread.is_alive()


def test_event_loops_follow_each_other(line: Line, backend: str) -> None:
    with served(line) as server:
        client = line.client(server)
        before = open_sockets()
        for number in range(3):
            run(backend, ask_many, 10, lambda one: ask(client, one))
            gc.collect()
            # The server, in a thread of this process, counts a connection out before it is closed.
            end = time.monotonic() + 5
            while open_sockets() > before + server.open:
                assert time.monotonic() < end, number
        run(backend, client.aclose)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_has_connections_of_its_own(line: Line, backend: str) -> None:
    async def main(client: AsyncQdrantClient, server: Server) -> None:
        await ask(client, 1)
        child = os.fork()
        if child == 0:
            # Not on the parent's loop, of which this is a copy.
            asked: list[int] = []
            worker = threading.Thread(
                target=lambda: asked.append(run(backend, ask, client, 2) or 2)
            )
            worker.start()
            worker.join()
            os._exit(asked != [2])
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0  # noqa: ASYNC222
        assert server.accepted == 2
        await ask(client, 3)
        assert server.accepted == 2, "the parent kept its connection"
        await client.aclose()

    with served(line) as server:
        run(backend, main, line.client(server), server)
