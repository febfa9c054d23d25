"""Calls around their content: statistics, deadlines, cancellation, concurrency, closing."""

from __future__ import annotations

import anyio

from aqdrant import collect_stats, models
from aqdrant.exceptions import ClientClosed, OperationTimeout
from aqdrant.operations import GetCollections
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("calls")


@case()
async def tell_their_time(lab: Lab) -> None:
    name = await lab.collection(DOT)
    with collect_stats() as stats:
        await lab.client.upsert(name, [point(1, 1, 0)])
        with collect_stats() as inner:
            await lab.client.query_points(name, query=[1.0, 0.0])
    await lab.client.count(name)
    assert [one.operation for one in stats] == ["UpsertPoints", "QueryPoints"]
    assert inner == stats[1:]
    assert all(0 <= one.time < 60 for one in stats)


@case("transport")
async def end_at_their_deadline(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    # Clocks of event loops tick by milliseconds: the call has to take longer than that.
    requests = [models.QueryRequest(query=[1.0, 0.0])] * 2000
    with raises(OperationTimeout) as caught:
        await lab.client.query_batch_points(name, requests, timeout=1e-9)
    assert isinstance(caught.error, TimeoutError)
    assert caught.error.timeout == 1e-9
    assert caught.error.operation == "QueryBatchPoints"
    assert await lab.ids(name) == [1]


@case()
async def fit_into_a_long_deadline(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    assert (await lab.client.count(name, timeout=60)).count == 1


@case("transport")
async def are_cancelled(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    done = False
    with anyio.CancelScope() as scope:
        scope.cancel()
        await lab.client.query_points(name, query=[1.0, 0.0])
        done = True
    assert scope.cancelled_caught
    assert not done
    assert await lab.ids(name) == [1]


@case("transport")
async def cancelled_while_they_write_leave_all_or_nothing(lab: Lab) -> None:
    name = await lab.collection(DOT)
    ids = list(range(20_000))
    vectors = [[1.0, 0.0]] * len(ids)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lab.client.upsert, name, models.Batch(ids=ids, vectors=vectors))
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    # A write that was sent may still end on the server; each look sees none of it, or all.
    assert (await lab.client.count(name)).count in (0, len(ids))
    await lab.client.upsert(name, [point(1, 0, 1)])
    assert (await lab.client.count(name)).count in (1, len(ids))


@case()
async def run_side_by_side(lab: Lab) -> None:
    name = await lab.collection(DOT)
    found: list[int] = []

    async def write_and_read(number: int) -> None:
        await lab.client.upsert(name, [point(number, number, 1)])
        (record,) = await lab.client.retrieve(name, [number], with_vectors=True)
        assert record.vector == [float(number), 1.0]
        found.append(number)

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(write_and_read, number)
    assert sorted(found) == list(range(50))
    assert await lab.ids(name) == list(range(50))


@case("transport")
async def read_one_state_while_others_write(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, n=0), point(2, 1, 0, n=0)])
    both: list[int | str] = [1, 2]

    async def write() -> None:
        for number in range(50):
            await lab.client.set_payload(name, {"n": number}, both)

    async def read() -> None:
        for _ in range(50):
            records = await lab.client.retrieve(name, both)
            first, second = ((record.payload or {})["n"] for record in records)
            assert first == second

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        tasks.start_soon(read)
        tasks.start_soon(read)


@case()
async def after_closing_are_refused(lab: Lab) -> None:
    name = await lab.collection(DOT)
    await lab.client.aclose()
    await lab.client.aclose()
    with raises(ClientClosed) as caught:
        await lab.client.count(name)
    assert isinstance(caught.error, RuntimeError)
    assert caught.error.fix


@case("transport")
async def on_a_closed_transport_are_refused(lab: Lab) -> None:
    await lab.execute(GetCollections())
    await lab.transport.aclose()
    await lab.transport.aclose()
    with raises(ClientClosed):
        await lab.execute(GetCollections())


@case("transport")
async def of_a_client_in_a_context_end_with_it(lab: Lab) -> None:
    async with lab.client as client:
        await client.get_collections()
    with raises(ClientClosed):
        await lab.client.get_collections()
