"""One model and many callers: shared runs, fair shares, cancellation, faults, event loops."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from aqdrant.inference.lane import Lane


class Held:
    """A model whose runs wait in the lane's thread until they are let go, and are noted."""

    def __init__(self) -> None:
        self.runs: list[list[Any]] = []
        self.began = threading.Event()
        self.go = threading.Event()

    def __call__(self, kind: str, is_query: bool, values: Sequence[Any]) -> Sequence[Any]:
        self.runs.append(list(values))
        self.began.set()
        assert self.go.wait(10)
        if "bad" in values:
            raise ValueError("no such thing")
        return [f"{value}!" for value in values]


async def wait_for(event: threading.Event) -> None:
    assert await anyio.to_thread.run_sync(event.wait, 10)


async def gather(lane: Lane, inputs: list[list[Any]], *, is_query: bool = False) -> list[Any]:
    results: list[Any] = [None] * len(inputs)

    async def submit(index: int) -> None:
        try:
            results[index] = await lane.submit("text", is_query, inputs[index])
        except (RuntimeError, ValueError) as error:
            results[index] = error

    async with anyio.create_task_group() as tasks:
        for index in range(len(inputs)):
            tasks.start_soon(submit, index)
    return results


async def test_callers_that_wait_share_the_next_run() -> None:
    model = Held()
    lane = Lane(model)
    results: list[Any] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gather, lane, [["first"]])
        await wait_for(model.began)

        async def others() -> None:
            results.extend(await gather(lane, [[str(n)] for n in range(20)]))

        tasks.start_soon(others)
        while len(lane._queue) < 20:
            await checkpoint()
        model.go.set()
    assert results == [[f"{n}!"] for n in range(20)]
    assert [sorted(run) for run in model.runs] == [["first"], sorted(str(n) for n in range(20))]


async def test_queries_go_first_and_a_long_upload_shares() -> None:
    model = Held()
    lane = Lane(model, batch_size=4, window=0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gather, lane, [["first"]])
        await wait_for(model.began)
        tasks.start_soon(gather, lane, [[f"long {n}" for n in range(8)]])
        while len(lane._queue) < 1:
            await checkpoint()
        tasks.start_soon(gather, lane, [["short"]])
        while len(lane._queue) < 2:
            await checkpoint()

        async def query() -> None:
            await gather(lane, [["query"]], is_query=True)

        tasks.start_soon(query)
        while len(lane._queue) < 3:
            await checkpoint()
        model.go.set()
    assert model.runs[1] == ["query"]
    assert "short" in model.runs[2]
    assert len(model.runs[2]) == 4
    assert sum(map(len, model.runs)) == 11


async def test_cancelled_caller_leaves_at_once_and_its_rest_is_dropped() -> None:
    model = Held()
    lane = Lane(model, batch_size=2)
    with anyio.move_on_after(5) as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(gather, lane, [["a", "b", "c", "d"]])
            await wait_for(model.began)
            tasks.cancel_scope.cancel()  # the model is still running
    assert not scope.cancelled_caught
    model.go.set()
    assert await gather(lane, [["z"]]) == [["z!"]]
    assert model.runs == [["a", "b"], ["z"]]


@pytest.mark.one_loop
async def test_panic_and_missing_vectors_are_told_and_the_lane_goes_on() -> None:
    class Panic(BaseException):
        """As native code raises it."""

    began, go = threading.Event(), threading.Event()

    def run(_kind: Any, _is_query: bool, values: Sequence[Any]) -> list[Any]:
        began.set()
        assert go.wait(10)
        if "panic" in values:
            raise Panic("native code")
        return [value for value in values if value != "lost"]

    lane = Lane(run)
    results: list[Any] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gather, lane, [["first"]])
        await wait_for(began)

        async def others() -> None:
            results.extend(await gather(lane, [["a"], ["lost"], ["panic"], ["b"]]))

        tasks.start_soon(others)
        while len(lane._queue) < 4:
            await checkpoint()
        go.set()
    assert (results[0], results[3]) == (["a"], ["b"])
    assert "0 vectors for 1 inputs" in str(results[1])
    assert "Panic: native code" in str(results[2])


async def test_one_callers_fault_is_its_own() -> None:
    model = Held()
    lane = Lane(model)
    results: list[Any] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gather, lane, [["first"]])
        await wait_for(model.began)

        async def others() -> None:
            results.extend(await gather(lane, [["good"], ["bad"], ["fine"]]))

        tasks.start_soon(others)
        while len(lane._queue) < 3:
            await checkpoint()
        model.go.set()
    assert results[0] == ["good!"]
    assert results[2] == ["fine!"]
    assert isinstance(results[1], ValueError)


def test_event_loops_share_a_lane_and_its_thread_ends_when_idle() -> None:
    model = Held()
    model.go.set()
    lane = Lane(model, idle=0.01)

    async def submit() -> Any:
        return await lane.submit("text", False, ["a"])

    assert anyio.run(submit) == ["a!"]
    thread = lane._thread
    if thread is not None:
        thread.join(10)
    assert lane._thread is None
    assert anyio.run(submit, backend="trio") == ["a!"]


async def test_nothing_is_embedded_at_once() -> None:
    assert await Lane(Held()).submit("text", False, []) == []


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_vectors_come_back_in_the_order_of_the_values(size: int) -> None:
    model = Held()
    model.go.set()
    texts = ["x" * ((n * 7) % 13) + str(n) for n in range(30)]
    lane = Lane(model, batch_size=size)
    assert await lane.submit("text", False, texts) == [f"{text}!" for text in texts]
    assert max(map(len, model.runs)) == min(size, 30)


async def test_model_that_cannot_be_loaded_is_told_to_all_and_tried_again() -> None:
    model = Held()
    tried: list[int] = []

    def load() -> None:
        tried.append(1)
        if len(tried) == 1:
            model.began.set()
            assert model.go.wait(10)
            raise ValueError("no network")

    lane = Lane(model, load)
    results: list[Any] = []
    async with anyio.create_task_group() as tasks:

        async def submit() -> None:
            results.extend(await gather(lane, [["a"]]))

        tasks.start_soon(submit)
        await wait_for(model.began)
        model.go.set()
    assert isinstance(results[0], ValueError)
    assert await gather(lane, [["b"]]) == [["b!"]]
    assert len(tried) == 2
