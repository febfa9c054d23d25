"""Deadlines held by one timer of an asyncio loop: each is exact, and no cancellation is lost."""

from __future__ import annotations

import asyncio
import gc
import random
import weakref
from typing import Any

import anyio
import pytest

from aqdrant import models
from aqdrant.exceptions import OperationTimeout
from aqdrant.middleware import Deadline
from aqdrant.middleware.watch import Watch, current_task, time_left, watch_here
from aqdrant.operations import CountPoints, Operation
from aqdrant.testing import RecordingTransport
from aqdrant.transport import CallOptions

COUNT = CountPoints("texts", models.CountRequest())


def held(on_call: Any = anyio.sleep_forever) -> Deadline:
    async def answer(operation: Operation[Any]) -> models.CountResult:
        await on_call()
        return models.CountResult(count=1)

    return Deadline(RecordingTransport({CountPoints: answer}), limit=60.0)


def watch() -> Watch:
    task = current_task()
    assert task is not None
    return watch_here(task)


@pytest.mark.parametrize("count", [1, 40])
def test_each_call_ends_at_its_own_deadline(count: int, seed: int) -> None:
    rng = random.Random(seed)
    layer = held()

    async def call(seconds: float) -> float:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(OperationTimeout) as caught:
            await layer.execute(COUNT, CallOptions(timeout=seconds))
        assert caught.value.timeout == seconds
        assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]
        return asyncio.get_running_loop().time() - begun

    async def main() -> None:
        limits = [rng.uniform(0.001, 0.1) for _ in range(count)]
        took = await asyncio.gather(*map(call, limits))
        assert all(spent >= limit for spent, limit in zip(took, limits, strict=True))
        assert sum(took) < sum(limits) + count * 5
        assert not watch().calls

    asyncio.run(main())


def test_the_task_goes_on_after_its_call_expired() -> None:
    async def main() -> None:
        layer = held()
        for _ in range(3):
            with pytest.raises(OperationTimeout):
                await layer.execute(COUNT, CallOptions(timeout=0.001))
        await asyncio.sleep(0)

    asyncio.run(main())


def test_a_cancellation_at_the_same_moment_goes_before() -> None:
    async def main() -> None:
        layer = held()
        task = asyncio.ensure_future(layer.execute(COUNT, CallOptions(timeout=30.0)))
        await asyncio.sleep(0)
        (call,) = watch().calls
        task.cancel()
        call.expire()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not watch().calls

    asyncio.run(main())


def test_a_scope_around_the_call_keeps_its_cancellation() -> None:
    async def main() -> None:
        layer = held()

        async def cancel(scope: anyio.CancelScope) -> None:
            await asyncio.sleep(0)
            (call,) = watch().calls
            scope.cancel()
            call.expire()

        scope = anyio.CancelScope()
        side = asyncio.ensure_future(cancel(scope))
        with scope:
            await layer.execute(COUNT, CallOptions(timeout=30.0))
        assert scope.cancelled_caught
        await side
        assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]

    asyncio.run(main())


def test_time_left_is_the_least_of_all_deadlines() -> None:
    seen: list[float] = []

    async def note() -> None:
        seen.append(time_left())

    async def main() -> None:
        await held(note).execute(COUNT, CallOptions(timeout=500.0))
        with anyio.fail_after(200):
            await held(note).execute(COUNT, CallOptions(timeout=500.0))
        await note()

    asyncio.run(main())
    assert 400 < seen[0] <= 500
    assert 100 < seen[1] <= 200
    assert seen[2] == float("inf")


def test_no_loop_is_kept_but_the_last() -> None:
    layer = held(lambda: asyncio.sleep(0))
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def main() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await layer.execute(COUNT)

    for _ in range(3):
        asyncio.run(main())
    gc.collect()
    assert [loop() for loop in loops[:2]] == [None, None]
