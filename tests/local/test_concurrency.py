"""The engine under threads, tasks, deadlines and cancellation."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import models, operations
from aqdrant.context import collect_stats
from aqdrant.exceptions import ClientClosed, NotFound, OperationTimeout
from aqdrant.transport import CallOptions, ImmediateTransport
from aqdrant_local import LocalTransport
from aqdrant_local.handlers import points
from aqdrant_local.locks import AT_ONCE, Busy, Gate, Patience

from .conftest import Engine

SIZE = 64


def create(name: str = "c", size: int = SIZE) -> operations.CreateCollection:
    vectors = models.VectorParams(size=size, distance=models.Distance.DOT)
    body = models.CreateCollection(vectors=vectors)
    return operations.CreateCollection(collection_name=name, body=body)


def upsert(ids: list[int], value: float, name: str = "c") -> operations.UpsertPoints:
    vectors = np.full((len(ids), SIZE), value, dtype=np.float32)
    batch = models.Batch(ids=ids, vectors=vectors, payloads=[{"v": value} for _ in ids])
    return operations.UpsertPoints(collection_name=name, body=models.PointsBatch(batch=batch))


def query(limit: int = 10, name: str = "c") -> operations.QueryPoints:
    body = models.QueryRequest(query=[1.0] * SIZE, limit=limit, with_payload=True)
    return operations.QueryPoints(collection_name=name, body=body)


def gate_of(transport: LocalTransport, name: str = "c") -> Gate:
    return transport._state.collections[name].gate


async def test_batch_that_nobody_waits_for_ends_between_its_queries() -> None:
    transport = LocalTransport()
    await transport.execute(create())
    await transport.execute(upsert(list(range(20_000)), 0.5))
    one = models.QueryRequest(query=[1.0] * SIZE)
    batch = operations.QueryBatchPoints(
        collection_name="c", body=models.QueryRequestBatch(searches=[one] * 3000)
    )
    with collect_stats() as stats:
        with anyio.move_on_after(0.02) as scope:
            await transport.execute(batch)
        assert scope.cancelled_caught
        with pytest.raises(OperationTimeout, match="longer than 0"):
            await transport.execute(batch, CallOptions(timeout=0.02))
        with pytest.raises(OperationTimeout, match="longer than 0"):
            transport.try_execute(batch, CallOptions(timeout=0.02))
        await transport.execute(upsert([1], 2.0))  # waits for whoever still reads
    assert [call.operation for call in stats] == ["UpsertPoints"]


async def test_execute_answers_as_try_execute_does() -> None:
    transport = LocalTransport()
    assert isinstance(transport, ImmediateTransport)
    await transport.execute(create())
    await transport.execute(upsert(list(range(30_000)), 0.5))  # long enough for a worker thread
    await transport.execute(upsert([7], 2.0))
    answer = await transport.execute(query(1))
    assert [(hit.id, hit.score) for hit in answer.points] == [(7, 2.0 * SIZE)]
    assert transport.try_execute(query(1)).points == answer.points
    await transport.aclose()
    await transport.aclose()
    with pytest.raises(ClientClosed):
        await transport.execute(query(1))


async def test_the_loop_never_waits_for_a_lock() -> None:
    transport = LocalTransport()
    await transport.execute(create())
    await transport.execute(create("free"))
    release = threading.Event()
    entered = threading.Event()

    def hold() -> None:
        with gate_of(transport).exclusive(Patience(None)):
            entered.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    await anyio.to_thread.run_sync(entered.wait)
    answers: list[Any] = []

    async def ask() -> None:
        answers.append(await transport.execute(query()))

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        # The loop is free, and so is the other collection.
        await transport.execute(upsert([1], 1.0, "free"))
        assert len((await transport.execute(query(name="free"))).points) == 1
        assert answers == []
        release.set()
    assert len(answers) == 8
    holder.join()


async def test_long_lists_in_filters_are_read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = LocalTransport()
    await transport.execute(create())
    threads: list[str] = []
    select = points.select_rows

    def watched(*arguments: Any) -> Any:
        threads.append(threading.current_thread().name)
        return select(*arguments)

    monkeypatch.setattr(points, "select_rows", watched)
    for count in (10, 100_000):
        listed: list[models.Condition] = [
            models.HasIdCondition(has_id=list(range(count))),
            models.Filter(
                should=models.FieldCondition(key="n", match=models.MatchAny(any=[*range(count)]))
            ),
        ]
        for condition in listed:
            body = models.CountRequest(filter=models.Filter(must=[condition]))
            await transport.execute(operations.CountPoints(collection_name="c", body=body))
    assert [name == threading.current_thread().name for name in threads] == [True] * 2 + [False] * 2


async def test_deadlines_end_the_wait_for_a_lock() -> None:
    transport = LocalTransport()
    await transport.execute(create())
    options = CallOptions(timeout=0.02)
    with gate_of(transport).exclusive(Patience(None)):
        waiting: list[Any] = [query(), upsert([1], 1.0)]
        for operation in waiting:
            with pytest.raises(OperationTimeout) as error:
                await transport.execute(operation, options)
            assert error.value.timeout == 0.02
            assert error.value.operation == type(operation).__name__
    assert (await transport.execute(query(), options)).points == []


def test_deadlines_hold_without_an_event_loop(engine: Engine) -> None:
    engine.dense(SIZE)
    with (
        gate_of(engine.transport).shared(Patience(None)),
        pytest.raises(OperationTimeout, match=r"busy for longer than 0\.02 s"),
    ):
        engine.transport.try_execute(upsert([1], 1.0), CallOptions(timeout=0.02))


async def test_a_cancelled_write_is_whole_or_absent() -> None:
    transport = LocalTransport()
    await transport.execute(create())
    ids = list(range(20_000))
    await transport.execute(upsert(ids, 1.0))
    for value in (2.0, 3.0, 4.0):
        with anyio.move_on_after(0.001):
            await transport.execute(upsert(ids, value))
        answer = transport.try_execute(query(20_000))
        assert len({hit.score for hit in answer.points}) == 1
        assert len(answer.points) == 20_000


async def test_a_cancelled_call_before_its_turn_does_nothing() -> None:
    transport = LocalTransport()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await transport.execute(create())
    assert scope.cancelled_caught
    assert transport.try_execute(operations.GetCollections()).collections == []


def test_readers_see_whole_writes(engine: Engine) -> None:
    engine.dense(SIZE)
    ids = list(range(2000))
    engine.transport.try_execute(upsert(ids, 0.0))
    done = threading.Event()

    def write() -> None:
        try:
            for value in range(1, 40):
                engine.transport.try_execute(upsert(ids, float(value)))
        finally:
            done.set()

    def read() -> int:
        seen = 0
        last = 0.0
        while not done.is_set():
            points = engine.transport.try_execute(query(2000)).points
            values = {
                (hit.score / SIZE, hit.payload["v"] if hit.payload else None) for hit in points
            }
            assert len(values) == 1, values
            value, stored = values.pop()
            assert value == stored
            assert value >= last
            last = value
            seen += 1
        return seen

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        pool.submit(write).result()
        assert all(reader.result() for reader in readers)


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_readers_that_come_at_once_share_what_the_first_prepares(
    engine: Engine, often: None
) -> None:
    engine.dense()
    since = models.DatetimeRange(gte="2024-01-01")
    condition = models.Filter(must=[models.FieldCondition(key="when", range=since)])
    start = threading.Barrier(4)

    def read() -> tuple[int, int]:
        start.wait()
        return len(engine.ids()), len(engine.ids(condition))

    with ThreadPoolExecutor(4) as pool:
        for turn in range(100):
            for number in range(turn * 10, turn * 10 + 10):
                when = f"20{24 + number % 2 * 50}-01-01T00:00:{number % 60:02}.{number:06}Z"
                engine.upsert(
                    models.PointStruct(id=number, vector=[1.0, 0.0], payload={"when": when})
                )
            found = {running.result() for running in [pool.submit(read) for _ in range(4)]}
            assert found == {(turn * 10 + 10, turn * 10 + 10)}


def test_writers_in_threads_lose_nothing(engine: Engine) -> None:
    engine.dense(SIZE)

    def write(first: int) -> None:
        for number in range(first, first + 100):
            engine.transport.try_execute(upsert([number, number + 10_000], 1.0))
            engine.transport.try_execute(
                operations.DeletePoints(
                    collection_name="c", body=models.PointIdsList(points=[number + 10_000])
                )
            )

    with ThreadPoolExecutor(8) as pool:
        for running in [pool.submit(write, first * 100) for first in range(8)]:
            running.result()
    assert engine.ids() == list(range(800))
    assert len(engine.query(query=[1.0] * SIZE, limit=1000)) == 800


async def test_a_call_that_waited_for_a_deleted_collection_finds_none() -> None:
    transport = LocalTransport()
    await transport.execute(create())
    gate = gate_of(transport)
    errors: list[Exception] = []

    async def ask() -> None:
        try:
            await transport.execute(upsert([1], 1.0))
        except NotFound as error:
            errors.append(error)

    async with anyio.create_task_group() as tasks:
        with gate.shared(Patience(None)):
            tasks.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            transport._state.collections["c"].is_dropped = True
    assert len(errors) == 1


async def test_time_is_reported() -> None:
    transport = LocalTransport()
    with collect_stats() as stats:
        await transport.execute(create())
    assert [(entry.operation, entry.time > 0) for entry in stats] == [("CreateCollection", True)]


def test_a_gate_is_shared_or_exclusive() -> None:
    gate = Gate()
    with gate.shared(AT_ONCE), gate.shared(AT_ONCE), pytest.raises(Busy), gate.exclusive(AT_ONCE):
        pass
    with gate.exclusive(AT_ONCE):
        for enter in (gate.shared, gate.exclusive):
            with pytest.raises(Busy), enter(AT_ONCE):
                pass
    with gate.exclusive(AT_ONCE):
        pass


def test_readers_and_writers_take_turns() -> None:
    gate = Gate()
    order: list[str] = []

    def visit(name: str, waiting: int) -> threading.Thread:
        def run() -> None:
            with gate.exclusive(Patience(60.0)) if name.isupper() else gate.shared(Patience(60.0)):
                order.append(name)

        thread = threading.Thread(target=run)
        thread.start()
        while gate._waiting < waiting:
            thread.join(0.001)
        return thread

    with gate.shared(AT_ONCE):
        with pytest.raises(Busy), gate.exclusive(AT_ONCE):
            pass
        threads = [visit("A", 1), visit("b", 2)]
        with pytest.raises(Busy), gate.shared(AT_ONCE):  # behind the writer that waits
            pass
    for thread in threads:
        thread.join()
    assert order == ["A", "b"]
    with gate.exclusive(AT_ONCE):
        threads = [visit("C", 1), visit("d", 2), visit("e", 3)]
    for thread in threads:
        thread.join()
    assert sorted(order[2:4]) == ["d", "e"]
    assert order[4] == "C"


def test_readers_get_in_among_writers_without_pause(engine: Engine) -> None:
    engine.dense()
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            with gate_of(engine.transport).exclusive(Patience(60.0)):
                pass

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write) for _ in range(4)]
        try:
            for _ in range(100):
                with gate_of(engine.transport).shared(Patience(60.0)):
                    pass
        finally:
            done.set()
        for running in writers:
            running.result()


def test_a_reader_that_gives_up_keeps_nobody_out() -> None:
    gate = Gate()
    with gate.exclusive(AT_ONCE), pytest.raises(OperationTimeout), gate.shared(Patience(0.01)):
        pass
    with gate.exclusive(AT_ONCE):
        pass
