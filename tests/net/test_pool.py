"""The pool: bounds, order, stale connections, cancellation, the end."""

from __future__ import annotations

import random

import anyio
import pytest

from aqdrant_net import Limits, Pool, PoolClosed, PoolTimeout, ReadError

from .servers import Peer, Server, serving


async def number(peer: Peer) -> None:
    """Answer each request with its target."""
    while True:
        await peer.answer((await peer.read()).target.encode())


async def test_connections_are_bounded_and_lent_in_order() -> None:
    served: list[str] = []
    peak = 0
    started = anyio.Event()

    async def handle(peer: Peer) -> None:
        nonlocal peak
        while True:
            seen = await peer.read()
            peak = max(peak, server.open)
            served.append(seen.target)
            await started.wait()
            await peer.answer()

    async with serving(handle) as server:
        pool = Pool(server.origin, limits=Limits(connections=1))

        async with anyio.create_task_group() as group:
            for turn in range(30):
                group.start_soon(pool.request, b"GET", b"/%d" % turn)
                # trio starts tasks in any order.
                await anyio.wait_all_tasks_blocked()
            started.set()
        await pool.aclose()
    assert (peak, server.accepted) == (1, 1)
    assert served == [f"/{turn}" for turn in range(30)]


async def test_no_more_connections_than_allowed() -> None:
    async with serving(number) as server:
        pool = Pool(server.origin, limits=Limits(connections=4))
        async with anyio.create_task_group() as group:
            for turn in range(100):
                group.start_soon(pool.request, b"GET", b"/%d" % turn)
        assert server.accepted <= 4
        await pool.aclose()


class Gate:
    """A server that answers a request only when it is let go."""

    def __init__(self) -> None:
        self.waiting = 0
        self.changed = anyio.Event()
        self.go = anyio.Event()

    async def __call__(self, peer: Peer) -> None:
        while True:
            seen = await peer.read()
            self.waiting += 1
            changed, self.changed = self.changed, anyio.Event()
            changed.set()
            await self.go.wait()
            await peer.answer(seen.target.encode())

    async def until_waiting(self, count: int) -> None:
        while self.waiting < count:
            await self.changed.wait()


async def test_waiting_for_a_connection_is_cancellable_and_bounded_in_time() -> None:
    gate = Gate()
    async with serving(gate) as server:
        pool = Pool(server.origin, limits=Limits(connections=1, wait_seconds=0.05))
        async with anyio.create_task_group() as group:
            group.start_soon(pool.request, b"GET", b"/first")
            await gate.until_waiting(1)
            with pytest.raises(PoolTimeout, match="were in use for"):
                await pool.request(b"GET", b"/late")
            with anyio.move_on_after(0.01) as scope:
                await pool.request(b"GET", b"/cancelled")
            assert scope.cancelled_caught
            gate.go.set()
        assert (await pool.request(b"GET", b"/next")).content == b"/next"
        await pool.aclose()
    assert gate.waiting == 2


async def test_cancelled_request_closes_its_connection_alone() -> None:
    gate = Gate()
    async with serving(gate) as server:
        pool = Pool(server.origin)
        async with anyio.create_task_group() as group:
            group.start_soon(pool.request, b"GET", b"/stays")
            await gate.until_waiting(1)
            async with anyio.create_task_group() as doomed:
                doomed.start_soon(pool.request, b"GET", b"/goes")
                await gate.until_waiting(2)
                doomed.cancel_scope.cancel()
            gate.go.set()
            await server.until_open(1)
        assert (await pool.request(b"GET", b"/next")).content == b"/next"
        await pool.aclose()


async def test_stream_left_early_closes_its_connection() -> None:
    async def handle(peer: Peer) -> None:
        while True:
            await peer.read()
            await peer.answer(bytes(1 << 20))

    async with serving(handle) as server:
        pool = Pool(server.origin)
        async with pool.stream(b"GET", b"/") as stream:
            assert await stream.read()
        await server.until_open(0)
        assert len((await pool.request(b"GET", b"/")).content) == 1 << 20
        await pool.aclose()


# ---- stale connections


async def test_connection_idle_for_long_is_not_used_again() -> None:
    async with serving(number) as server:
        pool = Pool(server.origin, limits=Limits(idle_seconds=0))
        for _ in range(3):
            assert not (await pool.request(b"GET", b"/")).reused
        await pool.aclose()
    assert server.accepted == 3


async def test_idle_connection_that_the_server_closes_is_noticed_without_a_request() -> None:
    async def handle(peer: Peer) -> None:
        await peer.read()
        await peer.answer()

    async with serving(handle) as server:
        pool = Pool(server.origin)
        for _ in range(5):
            # A POST is never sent twice, so that each must find a living connection.
            assert (await pool.request(b"POST", b"/")).status == 200
            await server.until_open(0)
            while "0 connections" not in repr(pool):
                await anyio.lowlevel.checkpoint()
        await pool.aclose()


async def second_is_lost(peer: Peer) -> None:
    """Serve one request; take the second, and close in place of an answer."""
    await peer.read()
    await peer.answer(b"1")
    await peer.read()


@pytest.mark.parametrize("reset", [False, True])
async def test_request_that_crosses_the_close_is_sent_again_when_that_is_safe(reset: bool) -> None:
    async def handle(peer: Peer) -> None:
        await second_is_lost(peer)
        if reset:
            await peer.reset()

    async with serving(handle) as server:
        pool = Pool(server.origin)
        for _ in range(4):
            assert (await pool.request(b"PUT", b"/", (), b"x" * 100_000)).content == b"1"
        assert server.accepted == 4
        with pytest.raises(ReadError) as caught:
            await pool.request(b"POST", b"/")
        assert (caught.value.sent, caught.value.answered) == (True, False)
        assert (await pool.request(b"POST", b"/", repeatable=True)).content == b"1"
        assert (await pool.request(b"POST", b"/", repeatable=True)).content == b"1"
        await pool.aclose()


async def test_request_is_not_repeated_without_end() -> None:
    async def handle(peer: Peer) -> None:
        await peer.read()

    async with serving(handle) as server:
        pool = Pool(server.origin)
        with pytest.raises(ReadError):
            await pool.request(b"GET", b"/")
        assert server.accepted == 1
        await pool.aclose()


# ---- many tasks, some cancelled


async def run_storm(pool: Pool, server: Server, seed: int) -> None:
    """200 tasks, half of them cancelled at random moments: each gets its own answer or none."""
    chance = random.Random(seed)
    answered = 0

    async def ask(turn: int, patience: float | None) -> None:
        nonlocal answered
        target = b"/%d" % turn
        with anyio.move_on_after(patience):
            for _ in range(3):
                response = await pool.request(b"POST", target, (), b"x" * chance.randrange(100_000))
                assert response.content == target
                answered += 1

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            for turn in range(200):
                patience = chance.random() * 0.3 if turn % 2 else None
                group.start_soon(ask, turn, patience)
    assert answered >= 300
    assert "0 opening, 0 requests waiting" in repr(pool)


async def test_storm_of_cancellations(seed: int) -> None:
    async with serving(number) as server:
        pool = Pool(server.origin, limits=Limits(connections=8))
        await run_storm(pool, server, seed)
        assert (await pool.request(b"GET", b"/after")).content == b"/after"
        await pool.aclose()
        await server.until_open(0)


# ---- the end


async def test_closing_ends_requests_under_way_and_those_that_wait() -> None:
    gate = Gate()
    failed: list[type[Exception]] = []
    async with serving(gate) as server:
        pool = Pool(server.origin, limits=Limits(connections=1))

        async def ask() -> None:
            try:
                await pool.request(b"GET", b"/")
            except (PoolClosed, ReadError) as error:
                failed.append(type(error))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask)
            await gate.until_waiting(1)
            await pool.aclose()
        gate.go.set()
        await server.until_open(0)
        await pool.aclose()
        with pytest.raises(PoolClosed):
            await pool.request(b"GET", b"/")
    assert failed.count(PoolClosed) >= 2
    assert len(failed) == 3
