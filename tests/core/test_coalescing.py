"""Equal reads under way at once share one call, and nothing else is shared."""

from __future__ import annotations

from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import AqdrantError, ConnectionFailed, NotFound
from aqdrant.middleware import Coalescing
from aqdrant.operations import (
    CountPoints,
    DeletePoints,
    Operation,
    QueryPoints,
)
from aqdrant.testing import RecordingTransport
from aqdrant.transport import CallOptions

COUNT = CountPoints("c", models.CountRequest())
DELETE = DeletePoints("c", models.PointIdsList(points=[1]))


class Held:
    """Answers that wait until they are let go, each another one."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.arrived = 0
        self.go = anyio.Event()

    async def __call__(self, operation: Operation[Any]) -> models.CountResult:
        self.arrived += 1
        number = self.arrived
        await self.go.wait()
        if self.faults:
            raise self.faults.pop(0)
        return models.CountResult(count=number)


class Callers:
    """Tasks that call one layer, and what they got."""

    def __init__(self, held: Held, answers: Any = None) -> None:
        self.held = held
        self.transport = RecordingTransport({CountPoints: held, **(answers or {})})
        self.layer = Coalescing(self.transport)
        self.results: list[Any] = []

    async def call(
        self, operation: Operation[Any] = COUNT, options: CallOptions | None = None
    ) -> None:
        try:
            self.results.append(await self.layer.execute(operation, options or CallOptions()))
        except AqdrantError as error:
            self.results.append(error)

    async def call_all(self, *calls: tuple[Operation[Any], CallOptions]) -> None:
        async with anyio.create_task_group() as tasks:
            for call in calls:
                tasks.start_soon(self.call, *call)
            await anyio.wait_all_tasks_blocked()
            self.held.go.set()


async def test_equal_reads_share_one_call() -> None:
    callers = Callers(Held())
    await callers.call_all(*[(COUNT, CallOptions())] * 10)
    assert callers.held.arrived == 1
    assert callers.results == [models.CountResult(count=1)] * 10


async def test_equal_means_equal_in_value() -> None:
    held = Held()
    callers = Callers(held, {QueryPoints: held})
    vector = np.arange(4, dtype=np.float32)
    requests = [models.QueryRequest(query=vector.copy(), limit=limit) for limit in (3, 3, 4)]
    await callers.call_all(*[(QueryPoints("c", one), CallOptions()) for one in requests])
    assert held.arrived == 2


@pytest.mark.parametrize(
    "other",
    [
        (CountPoints("d", models.CountRequest()), CallOptions()),
        (CountPoints("c", models.CountRequest(exact=False)), CallOptions()),
        (COUNT, CallOptions(headers={"api-key": "another"})),
        (COUNT, CallOptions(timeout=5.0)),
    ],
    ids=["collection", "body", "headers", "timeout"],
)
async def test_what_differs_is_not_shared(other: Any) -> None:
    callers = Callers(Held())
    await callers.call_all((COUNT, CallOptions()), other)
    assert callers.held.arrived == 2


async def test_reads_one_after_another_are_not_shared() -> None:
    callers = Callers(Held())
    callers.held.go.set()
    for _ in range(3):
        await callers.call()
    assert callers.held.arrived == 3


async def test_writes_are_not_shared() -> None:
    held = Held()
    callers = Callers(held, {DeletePoints: held})
    await callers.call_all(*[(DELETE, CallOptions())] * 3)
    assert held.arrived == 3


async def test_read_after_a_write_sees_it() -> None:
    callers = Callers(Held())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(callers.call)
        await anyio.wait_all_tasks_blocked()
        await callers.layer.execute(DELETE)
        tasks.start_soon(callers.call)
        await anyio.wait_all_tasks_blocked()
        assert callers.held.arrived == 2
        callers.held.go.set()


async def test_error_that_qdrant_answers_is_shared() -> None:
    callers = Callers(Held(NotFound("gone.", operation="CountPoints")))
    await callers.call_all(*[(COUNT, CallOptions())] * 3)
    assert callers.held.arrived == 1
    assert [str(error) for error in callers.results] == ["CountPoints: gone."] * 3
    assert len({id(error) for error in callers.results}) == 3


async def test_fault_on_the_way_is_its_callers_own() -> None:
    callers = Callers(Held(ConnectionFailed("lost.")))
    await callers.call_all(*[(COUNT, CallOptions())] * 3)
    assert callers.held.arrived == 2
    assert sorted(type(one).__name__ for one in callers.results) == [
        "ConnectionFailed",
        "CountResult",
        "CountResult",
    ]


async def test_others_do_not_die_with_the_first_caller() -> None:
    callers = Callers(Held())
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as first:
                first.start_soon(callers.call)
                await anyio.wait_all_tasks_blocked()
                tasks.start_soon(callers.call)
                tasks.start_soon(callers.call)
                await anyio.wait_all_tasks_blocked()
                assert callers.held.arrived == 1
                scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert callers.held.arrived == 2
        callers.held.go.set()
    assert callers.results == [models.CountResult(count=2)] * 2


async def test_waiting_caller_can_be_cancelled_alone() -> None:
    callers = Callers(Held())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(callers.call)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01) as scope:
            await callers.call()
        assert scope.cancelled_caught
        callers.held.go.set()
    assert callers.results == [models.CountResult(count=1)]


def test_each_event_loop_has_its_own_calls() -> None:
    layer = Coalescing(RecordingTransport())

    async def calls() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(layer.execute, COUNT)

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(calls, backend=backend)


async def test_client_has_it_when_asked() -> None:
    for coalesce, arrived in ((True, 1), (False, 4)):
        held = Held()
        client = AsyncQdrantClient(
            transport=RecordingTransport({CountPoints: held}), coalesce=coalesce
        )
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(client.count, "c")
            await anyio.wait_all_tasks_blocked()
            assert held.arrived == arrived
            held.go.set()
