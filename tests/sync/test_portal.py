"""The portal: calls, their threads, contexts, exceptions, and the life of the thread."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from aqdrant._portal import Lease, in_caller, in_portal
from aqdrant._portal.calls import Call
from aqdrant._portal.residents import Resident
from aqdrant.exceptions import AqdrantError, ClientClosed

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="no pthread_kill there")

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def portal_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "aqdrant-portal"]


@pytest.fixture
def lease() -> Iterator[Lease]:
    lease = Lease()
    yield lease
    lease.release()
    assert portal_threads() == []


async def name_of_thread() -> str:
    return threading.current_thread().name


async def interrupt_main_thread() -> None:
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_thread_starts_with_the_first_call_and_ends_with_the_last_lease() -> None:
    first, second = Lease(), Lease()
    assert portal_threads() == []
    assert not first.used
    assert first.run(name_of_thread) == second.run(name_of_thread) == "aqdrant-portal"
    assert len(portal_threads()) == 1
    first.release()
    assert len(portal_threads()) == 1
    assert not first.used
    second.release()
    second.release()
    assert portal_threads() == []


def test_released_lease_can_be_used_again(lease: Lease) -> None:
    lease.run(name_of_thread)
    lease.release()
    assert lease.run(name_of_thread) == "aqdrant-portal"


def test_arguments_and_results_cross(lease: Lease) -> None:
    async def add(left: int, right: int) -> int:
        await anyio.lowlevel.checkpoint()
        return left + right

    assert lease.run(add, 1, 2) == 3


def test_exception_crosses_with_its_traceback(lease: Lease) -> None:
    async def fail_deep_inside() -> None:
        await anyio.lowlevel.checkpoint()
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone") as caught:
        lease.run(fail_deep_inside)
    frames = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert "fail_deep_inside" in frames
    assert "test_exception_crosses_with_its_traceback" in frames


def test_base_exception_crosses_and_the_loop_goes_on(lease: Lease) -> None:
    async def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        lease.run(leave)
    assert lease.run(name_of_thread) == "aqdrant-portal"


def test_context_of_the_caller_crosses_and_changes_do_not_come_back(lease: Lease) -> None:
    async def read_and_set() -> str:
        before = VARIABLE.get()
        VARIABLE.set("portal")
        return before

    token = VARIABLE.set("caller")
    try:
        assert lease.run(read_and_set) == "caller"
        assert VARIABLE.get() == "caller"
    finally:
        VARIABLE.reset(token)


def test_many_threads_at_once(lease: Lease) -> None:
    threads, calls = 32, 50
    start = threading.Barrier(threads)

    async def echo(value: int) -> int:
        await anyio.lowlevel.checkpoint()
        return value

    def work(index: int) -> list[int]:
        start.wait()
        return [lease.run(echo, index * calls + call) for call in range(calls)]

    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(work, range(threads)))
    assert [value for values in results for value in values] == list(range(threads * calls))


def test_many_leases_share_one_thread() -> None:
    start = threading.Barrier(16)

    def work(_index: int) -> str:
        start.wait()
        lease = Lease()
        name = lease.run(name_of_thread)
        start.wait()
        assert len(portal_threads()) == 1
        start.wait()
        lease.release()
        return name

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(work, range(16))) == {"aqdrant-portal"}
    assert portal_threads() == []


def test_call_on_the_portal_itself_says_what_to_do(lease: Lease) -> None:
    async def call_again() -> str:
        assert in_portal()
        return lease.run(name_of_thread)

    with pytest.raises(AqdrantError, match=r"deadlock.*AsyncQdrantClient"):
        lease.run(call_again)
    assert not in_portal()


def test_call_within_a_running_loop(lease: Lease) -> None:
    async def main() -> str:
        return lease.run(name_of_thread)

    assert asyncio.run(main()) == "aqdrant-portal"


def test_call_within_trio_finds_asyncio(lease: Lease) -> None:
    async def use_anyio() -> str:
        await anyio.lowlevel.checkpoint()
        await anyio.to_thread.run_sync(threading.get_ident)
        return "asyncio" if asyncio.current_task() else ""

    async def main() -> str:
        return lease.run(use_anyio)

    assert anyio.run(main, backend="trio") == "asyncio"


def test_worker_threads_are_kept_between_calls_and_end_with_the_portal(lease: Lease) -> None:
    async def in_worker() -> threading.Thread:
        return await anyio.to_thread.run_sync(threading.current_thread)

    workers = {lease.run(in_worker) for _ in range(3)}
    assert len(workers) == 1
    lease.release()
    worker = workers.pop()
    worker.join(5)
    assert not worker.is_alive()


def test_release_cancels_what_is_left(lease: Lease) -> None:
    ended: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def stay() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    async def leave_a_task() -> None:
        tasks.add(asyncio.get_running_loop().create_task(stay()))
        await anyio.lowlevel.checkpoint()

    lease.run(leave_a_task)
    lease.release()
    assert ended == ["cancelled"]


def test_call_under_way_when_the_lease_is_released(lease: Lease) -> None:
    begun = threading.Event()

    async def stay() -> None:
        begun.set()
        await anyio.sleep_forever()

    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(partial(lease.run, stay))
        assert begun.wait(5)
        lease.release()
        with pytest.raises(ClientClosed, match="under way"):
            call.result(5)


@needs_signals
def test_what_is_cancelled_before_its_first_step_ends(lease: Lease) -> None:
    async def cancelled_at_once() -> Call[None]:
        call = Call(asyncio.sleep, (60,), asyncio.get_running_loop(), set())
        asyncio.get_running_loop().call_soon(call.begin)
        asyncio.get_running_loop().call_soon(call.cancel)
        while not call.done:  # noqa: ASYNC110  # turns of the loop, and no event tells of it
            await asyncio.sleep(0)
        return call

    call = lease.run(asyncio.wait_for, cancelled_at_once(), 10)
    assert isinstance(call.error, asyncio.CancelledError)

    async def stopped_at_once() -> None:
        resident = Resident(lease, partial(asyncio.sleep, 0))
        step = asyncio.ensure_future(resident._relay(asyncio.sleep, 60))
        await asyncio.sleep(0)
        await resident._stop()
        await asyncio.wait([step])
        assert step.cancelled()

    lease.run(asyncio.wait_for, stopped_at_once(), 10)


def test_interrupt_cancels_the_call_and_waits_for_its_end(lease: Lease) -> None:
    ended: list[str] = []

    async def stay() -> None:
        await interrupt_main_thread()
        try:
            await anyio.sleep_forever()
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            ended.append(type(error).__name__)
            raise

    with pytest.raises(KeyboardInterrupt):
        lease.run(stay)
    assert ended == ["CancelledError"]
    assert lease.run(name_of_thread) == "aqdrant-portal"


@needs_signals
def test_interrupted_step_leaves_its_resident_alive(lease: Lease) -> None:
    async def nothing() -> None:
        pass

    async def stay() -> None:
        await interrupt_main_thread()
        await anyio.sleep_forever()

    async def cancellations() -> tuple[asyncio.Task[object] | None, int]:
        await anyio.lowlevel.checkpoint()
        task = asyncio.current_task()
        return task, 0 if task is None else task.cancelling()

    resident = Resident(lease, nothing)
    task, _ = resident.run(cancellations)
    with pytest.raises(KeyboardInterrupt):
        resident.run(stay)
    assert resident.run(cancellations) == (task, 0)
    resident.end()
    with pytest.raises(ClientClosed, match="iteration"):
        resident.run(cancellations)


@needs_signals
def test_second_interrupt_leaves_at_once(lease: Lease) -> None:
    release = threading.Event()
    ended = threading.Event()

    async def resist() -> None:
        await interrupt_main_thread()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await interrupt_main_thread()
                await anyio.to_thread.run_sync(release.wait)
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        lease.run(resist)
    assert not ended.is_set()
    release.set()
    assert ended.wait(5)


def test_in_caller_runs_in_the_thread_of_the_call(lease: Lease) -> None:
    async def ask() -> tuple[str, str]:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(in_caller, calls.append, 1)
        return await in_caller(lambda: threading.current_thread().name), await name_of_thread()

    calls: list[int] = []
    assert lease.run(ask) == (threading.current_thread().name, "aqdrant-portal")
    assert calls == [1, 1, 1]


def test_in_caller_may_use_the_portal(lease: Lease) -> None:
    async def ask() -> str:
        return await in_caller(lease.run, name_of_thread)

    assert lease.run(ask) == "aqdrant-portal"


def test_exception_of_in_caller_reaches_the_task(lease: Lease) -> None:
    async def ask() -> str:
        try:
            await in_caller(int, "x")
        except ValueError as error:
            return str(error)
        return ""

    assert "invalid literal" in lease.run(ask)


def test_stop_iteration_of_in_caller_is_wrapped(lease: Lease) -> None:
    async def ask() -> None:
        await in_caller(next, iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        lease.run(ask)


def test_interrupt_in_the_callers_function_cancels_the_call(lease: Lease) -> None:
    ended: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def ask() -> None:
        try:
            await in_caller(interrupt)
        except BaseException as error:
            ended.append(type(error).__name__)
            raise

    with pytest.raises(KeyboardInterrupt):
        lease.run(ask)
    assert ended == ["CancelledError"]


async def test_in_caller_without_a_sync_call_runs_at_once() -> None:
    assert await in_caller(threading.get_ident) == threading.get_ident()
