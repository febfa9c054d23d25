"""The chain of layers, and what each layer owes to its neighbours."""

from __future__ import annotations

import gc
import itertools
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import ArgumentError, NotFound, OperationTimeout
from aqdrant.middleware import (
    SLOTS,
    Deadline,
    ForwardingTransport,
    Limiter,
    Tracing,
    build_chain,
    check_slots,
)
from aqdrant.operations import (
    CountPoints,
    GetCollections,
    GetSnapshot,
    Operation,
    RecoverFromUploadedSnapshot,
)
from aqdrant.testing import ImmediateRecordingTransport, RecordingTransport
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, ImmediateTransport, Transport

COUNT = CountPoints("texts", models.CountRequest())


def at(timeout: float | None) -> CallOptions:
    return CallOptions(timeout=timeout)


class Held:
    """An answer that waits until it is let go, and counts those that wait."""

    def __init__(self) -> None:
        self.arrived = 0
        self.in_flight = 0
        self.peak = 0
        self.cancelled = 0
        self.order: list[str] = []
        self.go = anyio.Event()

    async def __call__(self, operation: Operation[Any]) -> models.CountResult:
        self.arrived += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        if operation.target:
            self.order.append(operation.target)
        try:
            await self.go.wait()
        except BaseException:
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1
        return models.CountResult(count=1)


async def until_blocked() -> None:
    """Give every other task its turns until they all wait."""
    await anyio.wait_all_tasks_blocked()


# ---- the chain


class Named(ForwardingTransport):
    def __init__(self, name: str, inner: Transport) -> None:
        super().__init__(inner)
        self.name = name


def names_of(chain: Any) -> list[str]:
    names: list[str] = []
    while isinstance(chain, Named):
        names.append(chain.name)
        chain = chain.inner
    return names


def named(name: str) -> Any:
    return lambda inner: Named(name, inner)


def test_order_is_that_of_the_slots_whatever_the_mapping() -> None:
    wanted = [slot.name for slot in SLOTS]
    for seed in range(5):
        shuffled = random.Random(seed).sample(wanted, len(wanted))
        chain = build_chain(RecordingTransport(), {name: named(name) for name in shuffled})
        assert names_of(chain) == wanted


def test_order_is_the_one_of_the_design() -> None:
    assert [slot.name for slot in SLOTS] == [
        "tracing",
        "deadline",
        "inference",
        "version_gate",
        "coalescing",
        "retry",
        "limiter",
        "router",
    ]
    assert all(slot.contract.endswith(".") for slot in SLOTS)


def test_no_layer_costs_nothing() -> None:
    transport = RecordingTransport()
    assert build_chain(transport, {}) is transport


def test_unknown_slot_names_the_nearest() -> None:
    with pytest.raises(ArgumentError, match=r"'retries'.*Did you mean 'retry'") as caught:
        build_chain(RecordingTransport(), {"retries": named("x")})
    assert caught.value.parameter == "middleware"
    with pytest.raises(ArgumentError, match=r"There are tracing, deadline"):
        check_slots(["zzz"])


async def test_forwarding_passes_everything_on() -> None:
    transport = ImmediateRecordingTransport({GetSnapshot: b"abc"})
    layer = ForwardingTransport(transport)
    options = CallOptions(timeout=3.0, headers={"a": "b"})
    assert await layer.execute(COUNT, options) == models.CountResult(count=0)
    assert layer.try_execute(COUNT, options) == models.CountResult(count=0)
    async with layer.stream(GetSnapshot("c", "s"), options) as content:
        assert [chunk async for chunk in content] == [b"abc"]
    assert [call.options for call in transport.calls] == [options] * 3
    await layer.aclose()
    assert transport.closed == 1
    assert repr(layer) == f"ForwardingTransport({transport!r})"


def test_only_what_can_answer_at_once_does() -> None:
    layer = ForwardingTransport(RecordingTransport())
    assert isinstance(layer, ImmediateTransport)
    assert layer.try_execute(COUNT) is NotImplemented
    assert Tracing(RecordingTransport()).try_execute(COUNT) is NotImplemented


async def test_client_builds_its_layers_in_order() -> None:
    seen: list[str] = []

    def noting(name: str) -> Any:
        def layer(inner: Transport) -> Transport:
            seen.append(name)
            return ForwardingTransport(inner)

        return layer

    layers = {name: noting(name) for name in ("retry", "tracing", "router", "limiter")}
    client = AsyncQdrantClient(transport=RecordingTransport(), middleware=layers)
    assert seen == []
    await client.count("texts")
    await client.count("texts")
    assert seen == ["router", "limiter", "retry", "tracing"]


# ---- deadline


@pytest.fixture(params=[None, 60.0], ids=["in-process", "server"])
def limit(request: pytest.FixtureRequest) -> float | None:
    """Calls to a server have one, and their deadlines are held another way (`watch`)."""
    given: float | None = request.param
    return given


async def test_deadline_expires(limit: float | None) -> None:
    held = Held()
    layer = Deadline(RecordingTransport({CountPoints: held}), limit=limit)
    with pytest.raises(
        OperationTimeout, match=r"CountPoints on collection 'texts'.*0\.01 s"
    ) as got:
        await layer.execute(COUNT, at(0.01))
    assert held.cancelled == 1
    assert got.value.timeout == 0.01
    assert got.value.fix


async def test_deadline_default_holds_where_the_call_names_none() -> None:
    transport = RecordingTransport({CountPoints: Held()})
    layer = Deadline(transport, default=0.01)
    with pytest.raises(OperationTimeout) as caught:
        await layer.execute(COUNT, CallOptions(headers={"a": "b"}))
    assert caught.value.timeout == 0.01
    assert transport.calls[0].options == CallOptions(timeout=0.01, headers={"a": "b"})


async def test_no_deadline_leaves_the_options_alone() -> None:
    transport = RecordingTransport()
    options = CallOptions()
    await Deadline(transport).execute(COUNT, options)
    assert transport.calls[0].options is options


async def test_deadline_of_the_caller_is_not_ours(limit: float | None) -> None:
    layer = Deadline(RecordingTransport({CountPoints: Held()}), limit=limit)
    with anyio.move_on_after(0.01) as scope:
        await layer.execute(COUNT, at(60))
    assert scope.cancelled_caught
    with pytest.raises(TimeoutError) as caught:
        with anyio.fail_after(0.01):
            await layer.execute(COUNT, at(60))
    assert not isinstance(caught.value, OperationTimeout)


async def test_inner_of_two_deadlines_wins(limit: float | None) -> None:
    inner = Deadline(RecordingTransport({CountPoints: Held()}), 60, limit)
    layer = Deadline(inner, 60, limit)
    with pytest.raises(OperationTimeout) as caught:
        await layer.execute(COUNT, at(0.01))
    assert caught.value.timeout == 0.01


async def test_foreign_cancellation_goes_through(limit: float | None) -> None:
    held = Held()
    layer = Deadline(RecordingTransport({CountPoints: held}), limit=limit)
    cancelled = anyio.get_cancelled_exc_class()
    seen: list[BaseException] = []

    async def call() -> None:
        try:
            await layer.execute(COUNT, at(60))
        except BaseException as error:
            seen.append(error)
            raise

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await until_blocked()
        tasks.cancel_scope.cancel()
    assert [type(error) for error in seen] == [cancelled]


async def test_timeout_error_from_within_is_not_masked(limit: float | None) -> None:
    inner = TimeoutError("the pool's own")
    layer = Deadline(RecordingTransport({CountPoints: inner}), limit=limit)
    with pytest.raises(TimeoutError) as caught:
        await layer.execute(COUNT, at(60))
    assert caught.value is inner


async def test_answer_that_came_in_spite_of_the_deadline_counts() -> None:
    class Shielded(RecordingTransport):
        """Answers after the deadline, and gives the cancellation no turn before."""

        async def execute(
            self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
        ) -> Any:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.02)
            return models.CountResult(count=5)

    layer = Deadline(Shielded())
    assert await layer.execute(COUNT, at(0.005)) == models.CountResult(count=5)


def test_deadline_goes_along_to_who_answers_at_once() -> None:
    transport = ImmediateRecordingTransport()
    layer = Deadline(transport, default=5.0)
    layer.try_execute(COUNT)
    layer.try_execute(COUNT, at(2.0))
    assert [call.options.timeout for call in transport.calls] == [5.0, 2.0]


async def test_deadline_of_a_stream_covers_its_body() -> None:
    layer = Deadline(RecordingTransport({GetSnapshot: b"abc"}), default=0.001)
    with pytest.raises(OperationTimeout, match="GetSnapshot"):
        async with layer.stream(GetSnapshot("c", "s"), at(0.01)):
            await anyio.sleep_forever()
    # The default is for calls; a download may take its time.
    with anyio.move_on_after(0.05) as scope:
        async with layer.stream(GetSnapshot("c", "s")):
            await anyio.sleep_forever()
    assert scope.cancelled_caught


async def test_error_in_the_body_of_a_stream_comes_out() -> None:
    layer = Deadline(RecordingTransport())
    with pytest.raises(ZeroDivisionError):
        async with layer.stream(GetSnapshot("c", "s"), at(60)):
            raise ZeroDivisionError


# ---- limiter


async def test_bound_is_held() -> None:
    held = Held()
    layer = Limiter(RecordingTransport({CountPoints: held}), 3)
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(layer.execute, COUNT)
        await until_blocked()
        assert held.arrived == held.in_flight == 3
        held.go.set()
    assert held.arrived == 10
    assert held.peak == 3


async def test_those_who_wait_are_served_in_order() -> None:
    held = Held()
    layer = Limiter(RecordingTransport({CountPoints: held}), 1)
    names = [f"collection {str(number)!r}" for number in range(8)]
    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(layer.execute, CountPoints(str(number), models.CountRequest()))
            await until_blocked()
        held.go.set()
    assert held.order == names


async def test_waiting_is_cancellable_and_gives_its_place_up() -> None:
    held = Held()
    transport = RecordingTransport({CountPoints: held})
    layer = Deadline(Limiter(transport, 1))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(layer.execute, COUNT)
        await until_blocked()
        with pytest.raises(OperationTimeout):
            await layer.execute(COUNT, at(0.01))
        assert len(transport.calls) == 1
        held.go.set()
    assert await layer.execute(COUNT, at(60)) == models.CountResult(count=1)


async def test_failed_and_cancelled_calls_give_their_place_back() -> None:
    held = Held()
    transport = RecordingTransport({GetCollections: NotFound("no."), CountPoints: held})
    layer = Limiter(transport, 1)
    for _ in range(3):
        with pytest.raises(NotFound):
            await layer.execute(GetCollections())
        with anyio.move_on_after(0.005):
            await layer.execute(COUNT)
    held.go.set()
    assert await layer.execute(COUNT) == models.CountResult(count=1)


async def test_stream_holds_its_place_to_its_end() -> None:
    held = Held()
    layer = Limiter(RecordingTransport({CountPoints: held}), 1)
    async with anyio.create_task_group() as tasks:
        async with layer.stream(GetSnapshot("c", "s")):
            tasks.start_soon(layer.execute, COUNT)
            await until_blocked()
            assert held.arrived == 0
        await until_blocked()
        assert held.arrived == 1
        held.go.set()


def test_limiter_is_no_place_to_answer_at_once() -> None:
    assert Limiter(ImmediateRecordingTransport(), 1).try_execute(COUNT) is NotImplemented


def test_each_event_loop_has_its_own_bound() -> None:
    layer = Limiter(RecordingTransport(), 1)

    async def calls() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(layer.execute, COUNT)

    for backend in ("asyncio", "trio", "asyncio"):
        anyio.run(calls, backend=backend)


async def test_bound_of_one_limiter_is_not_that_of_another() -> None:
    held = Held()
    layers = [Limiter(RecordingTransport({CountPoints: held}), 1) for _ in range(3)]
    async with anyio.create_task_group() as tasks:
        for layer in layers:
            tasks.start_soon(layer.execute, COUNT)
        await until_blocked()
        assert held.in_flight == 3
        held.go.set()


async def test_bound_outlives_no_limiter() -> None:
    def semaphores() -> int:
        gc.collect()
        return sum(isinstance(found, anyio.Semaphore) for found in gc.get_objects())

    transport = RecordingTransport()
    before = semaphores()
    for _ in range(100):
        await Limiter(transport, 1).execute(COUNT)
    assert semaphores() <= before
    held = Held()
    transport.answer(CountPoints, held)
    layers = [Limiter(transport, 2) for _ in range(100)]
    async with anyio.create_task_group() as tasks:
        for layer in layers:
            tasks.start_soon(layer.execute, COUNT)
            tasks.start_soon(layer.execute, COUNT)
        await until_blocked()
        assert held.in_flight == 200
        held.go.set()


async def test_client_takes_a_bound() -> None:
    held = Held()
    client = AsyncQdrantClient(
        transport=RecordingTransport({CountPoints: held}), max_concurrency=2, timeout=60
    )
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(client.count, "texts")
        await until_blocked()
        assert held.in_flight == 2
        held.go.set()


# ---- tracing


async def test_each_call_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    transport = RecordingTransport({GetCollections: NotFound("secret text")})
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        layer = Tracing(transport)
        await layer.execute(COUNT)
        with pytest.raises(NotFound):
            await layer.execute(GetCollections())
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("CountPoints collection 'texts' ok ")
    assert lines[1].startswith("GetCollections - NotFound ")
    assert all(line.endswith(" ms") for line in lines)
    assert "secret" not in "".join(lines)


async def test_cancelled_call_is_logged_as_such(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        layer = Tracing(RecordingTransport({CountPoints: Held()}))
        with anyio.move_on_after(0.01):
            await layer.execute(COUNT)
    (record,) = caplog.records
    assert anyio.get_cancelled_exc_class().__name__ in record.getMessage()


def test_answer_at_once_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def later(_: Operation[Any]) -> models.CountResult:
        return models.CountResult(count=1)

    transport = ImmediateRecordingTransport()
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        layer = Tracing(transport)
        layer.try_execute(COUNT)
        assert len(caplog.records) == 1
        transport.answer(CountPoints, later)
        assert layer.try_execute(COUNT) is NotImplemented
    assert len(caplog.records) == 1


async def test_client_logs_when_the_logger_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "aqdrant.calls"):
        await AsyncQdrantClient(transport=RecordingTransport()).count("texts")
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        client = AsyncQdrantClient(
            transport=RecordingTransport(), api_key="s3cr3t", url="https://h"
        )
        await client.upsert("texts", [{"id": 1, "vector": [0.125], "payload": {"a": "private"}}])
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("UpsertPoints collection 'texts' ok ")
    assert not any(word in message for word in ("s3cr3t", "private", "0.125"))


# ---- the fake itself


async def test_recording_transport_answers_in_order() -> None:
    transport = RecordingTransport()
    results: list[Any] = [models.CountResult(count=n) for n in (1, 2)]
    transport.answer(CountPoints, results[0], NotFound("gone."), results[1])
    assert await transport.execute(COUNT) is results[0]
    with pytest.raises(NotFound):
        await transport.execute(COUNT)
    for _ in range(3):
        assert await transport.execute(COUNT) is results[1]
    assert transport.operations == [COUNT] * 5


async def test_recording_transport_calls_functions() -> None:
    counter = itertools.count(7)
    transport = RecordingTransport({CountPoints: lambda _: models.CountResult(count=next(counter))})
    assert (await transport.execute(COUNT)).count == 7
    assert (await transport.execute(COUNT)).count == 8


async def test_recording_transport_keeps_what_is_uploaded() -> None:
    transport = RecordingTransport({RecoverFromUploadedSnapshot: True})
    client = AsyncQdrantClient(transport=transport)

    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b"ab", b"c"):
            await checkpoint()
            yield chunk

    assert await client.upload_snapshot("texts", chunks()) is True
    (stream,) = transport.streams
    assert stream.sent == [b"ab", b"c"]
    assert stream.is_finished
