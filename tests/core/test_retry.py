"""What is tried again, when, and how often; no test waits."""

from __future__ import annotations

import gc
import logging
import weakref
from typing import Any

import anyio
import pytest

from aqdrant import AsyncQdrantClient, collect_stats, models
from aqdrant.exceptions import (
    AqdrantError,
    ArgumentError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    DecodeError,
    InternalServerError,
    NotFound,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    TLSFailed,
    Unauthenticated,
    UnsupportedOperation,
    status_error,
)
from aqdrant.middleware import Deadline, Limiter, Retry, RetryBudget
from aqdrant.operations import (
    CountPoints,
    CreateCollection,
    DeleteCollection,
    GetSnapshot,
    Operation,
    RecoverFromUploadedSnapshot,
)
from aqdrant.testing import RecordingTransport, RemoteRecordingTransport
from aqdrant.transport import CallOptions, CallStats, Transport, report

COUNT = CountPoints("texts", models.CountRequest())
CREATE = CreateCollection("texts", models.CreateCollection())
FOUND = models.CountResult(count=1)


class Waits:
    """A `sleep` that notes how long it would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await anyio.lowlevel.checkpoint()


def at_most(inner: Transport, waits: Waits | None = None, **options: Any) -> Retry:
    """A `Retry` whose waits are as long as they may be, and not waited for."""
    return Retry(inner, sleep=waits or Waits(), draw=lambda: 1.0, **options)


def failing(*faults: BaseException, of: type[Operation[Any]] = CountPoints) -> RecordingTransport:
    transport = RecordingTransport()
    transport.answer(of, *faults, FOUND)
    return transport


# ---- which faults


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionFailed("lost."),
        ConnectionFailed("refused.", processed=False),
        ConnectionFailed("half an answer.", processed=True),
        OperationTimeout("no connection was free.", processed=False),
        RateLimited("slow down."),
        status_error(502, "bad gateway."),
        ServiceUnavailable("busy."),
        status_error(504, "gateway timeout."),
    ],
    ids=repr,
)
async def test_transient_fault_is_tried_again(fault: AqdrantError) -> None:
    transport = failing(fault)
    assert await at_most(transport).execute(COUNT) is FOUND
    assert transport.operations == [COUNT, COUNT]


@pytest.mark.parametrize(
    "fault",
    [
        TLSFailed("a certificate.", processed=False),
        OperationTimeout("late."),
        OperationTimeout("late.", processed=True),
        DecodeError("garbage."),
        BadRequest("no."),
        status_error(422, "no."),
        status_error(408, "late."),
        Unauthenticated("who?"),
        NotFound("where?"),
        Conflict("again?"),
        PayloadTooLarge("oh."),
        InternalServerError("oops."),
        status_error(507, "full."),
        UnsupportedOperation("not here."),
        ArgumentError("no."),
        OSError(5, "not ours"),
        ZeroDivisionError("a defect"),
    ],
    ids=repr,
)
async def test_other_fault_comes_out_at_once(fault: Exception) -> None:
    transport = failing(fault)
    with pytest.raises(type(fault)) as caught:
        await at_most(transport).execute(COUNT)
    assert caught.value is fault
    assert len(transport.calls) == 1


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (ConnectionFailed("lost."), 1),
        (ConnectionFailed("half an answer.", processed=True), 1),
        (ServiceUnavailable("busy."), 1),
        (status_error(504, "late."), 1),
        (ConnectionFailed("refused.", processed=False), 2),
        (OperationTimeout("no connection was free.", processed=False), 2),
        (RateLimited("slow down."), 2),
    ],
    ids=repr,
)
async def test_what_is_not_idempotent_runs_again_only_if_it_never_ran(
    fault: AqdrantError, calls: int
) -> None:
    assert not CreateCollection.idempotent
    transport = failing(fault, of=CreateCollection)
    if calls == 1:
        with pytest.raises(type(fault)):
            await at_most(transport).execute(CREATE)
    else:
        await at_most(transport).execute(CREATE)
    assert len(transport.calls) == calls


# ---- how often, and with which waits


async def test_waits_double_up_to_their_bound() -> None:
    waits = Waits()
    fault = ConnectionFailed("lost.")
    layer = at_most(failing(*[fault] * 6), waits, retries=6, delay=0.5, max_delay=5.0)
    await layer.execute(COUNT)
    assert waits.seconds == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert layer.retried == 6


async def test_waits_are_drawn_from_the_whole_range() -> None:
    waits = Waits()
    draws = iter([0.0, 0.25, 1.0])
    layer = Retry(
        failing(*[ConnectionFailed("lost.")] * 3), delay=1.0, sleep=waits, draw=lambda: next(draws)
    )
    await layer.execute(COUNT)
    assert waits.seconds == [0.0, 0.5, 4.0]


async def test_last_fault_comes_out_and_says_how_often() -> None:
    faults = [ConnectionFailed(f"lost {number}.") for number in range(5)]
    transport = failing(*faults)
    with pytest.raises(ConnectionFailed) as caught:
        await at_most(transport).execute(COUNT)
    assert caught.value is faults[3]
    assert caught.value.__notes__ == ["aqdrant tried 4 times."]
    assert caught.value.__context__ is None
    assert len(transport.calls) == 4


async def test_another_kind_of_fault_ends_it() -> None:
    transport = failing(ConnectionFailed("lost."), NotFound("gone."))
    with pytest.raises(NotFound):
        await at_most(transport).execute(COUNT)
    assert len(transport.calls) == 2


async def test_endless_retries_do_not_overflow() -> None:
    waits = Waits()
    budget = RetryBudget(5000)
    faults = [ConnectionFailed("lost.")] * 3000
    await at_most(failing(*faults), waits, retries=3000, budget=budget).execute(COUNT)
    assert max(waits.seconds) == 10.0


async def test_server_says_when_to_come_back() -> None:
    waits = Waits()
    transport = failing(RateLimited("x", retry_after=7.0), ServiceUnavailable("x", retry_after=0.0))
    await at_most(transport, waits, delay=0.5).execute(COUNT)
    assert waits.seconds == [7.5, 1.0]


async def test_nobody_waits_for_an_hour() -> None:
    transport = failing(RateLimited("x", retry_after=3600.0))
    with pytest.raises(RateLimited) as caught:
        await at_most(transport).execute(COUNT)
    assert caught.value.retry_after == 3600.0
    assert len(transport.calls) == 1


# ---- within the deadline


async def test_wait_beyond_the_deadline_ends_the_call_at_once() -> None:
    waits = Waits()
    transport = failing(RateLimited("x", retry_after=30.0))
    with pytest.raises(RateLimited):
        await Deadline(at_most(transport, waits), limit=5.0).execute(COUNT)
    assert waits.seconds == []


async def test_deadline_of_the_caller_counts_too() -> None:
    with anyio.fail_after(5):
        with pytest.raises(RateLimited):
            await at_most(failing(RateLimited("x", retry_after=30.0))).execute(COUNT)


async def test_later_attempts_are_told_what_is_left() -> None:
    transport = failing(ConnectionFailed("lost."))
    options = CallOptions(timeout=5.0, headers={"a": "b"})
    await Deadline(at_most(transport)).execute(COUNT, options)
    first, second = (call.options for call in transport.calls)
    assert first == options
    assert second.headers == {"a": "b"}
    assert second.timeout is not None
    assert 4.0 < second.timeout <= 5.0


async def test_waiting_can_be_cancelled() -> None:
    layer = Retry(failing(RateLimited("x", retry_after=50.0)))
    with anyio.move_on_after(0.01) as scope:
        scope.deadline += 1000  # far enough for the wait to be tried
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(layer.execute, COUNT)
            await anyio.wait_all_tasks_blocked()
            assert layer.retried == 0
            tasks.cancel_scope.cancel()
    assert layer.retried == 0


async def test_waiting_holds_no_place_of_the_limiter() -> None:
    seen: list[int] = []

    async def look(_: float) -> None:
        seen.append(len(transport.calls))
        await limiter.execute(DeleteCollection("other"))
        seen.append(len(transport.calls))

    transport = failing(ConnectionFailed("lost."))
    limiter = Limiter(transport, 1)
    await Retry(limiter, sleep=look).execute(COUNT)
    assert seen == [1, 2]


# ---- the budget


async def test_budget_stops_a_storm() -> None:
    now = 0.0
    budget = RetryBudget(5, per_success=0.5, per_second=2.0, clock=lambda: now)
    transport = RecordingTransport({CountPoints: ServiceUnavailable("busy.")})
    layer = at_most(transport, budget=budget)

    async def fail() -> list[str]:
        with pytest.raises(ServiceUnavailable) as caught:
            await layer.execute(COUNT)
        notes: list[str] = caught.value.__dict__.pop("__notes__", [])
        return notes

    assert await fail() == ["aqdrant tried 4 times."]
    assert "too many calls of this client fail" in (await fail())[0]
    assert "too many calls of this client fail" in (await fail())[0]
    assert len(transport.calls) == 4 + 3 + 1
    # Calls that succeed bring tokens back, and time does.
    transport.answer(CountPoints, FOUND)
    for _ in range(2):
        await layer.execute(COUNT)
    transport.answer(CountPoints, ServiceUnavailable("busy."))
    transport.calls.clear()
    await fail()
    assert len(transport.calls) == 2
    now = 1.0
    await fail()
    assert len(transport.calls) == 2 + 3
    now = 1000.0
    assert budget.take()
    assert budget.tokens == 4.0
    assert repr(budget) == "<RetryBudget 4.0 of 5>"


async def test_full_budget_is_not_overfilled() -> None:
    budget = RetryBudget(3)
    for _ in range(10):
        await at_most(RecordingTransport(), budget=budget).execute(COUNT)
    assert budget.tokens == 3


# ---- streams


async def test_stream_is_opened_again() -> None:
    transport = RecordingTransport()
    transport.answer(GetSnapshot, ConnectionFailed("lost."), b"abc")
    async with at_most(transport).stream(GetSnapshot("c", "s")) as content:
        assert [chunk async for chunk in content] == [b"abc"]
    assert len(transport.calls) == 2


async def test_stream_that_was_open_is_not() -> None:
    transport = RecordingTransport({GetSnapshot: b"abc"})
    with pytest.raises(ConnectionFailed):
        async with at_most(transport).stream(GetSnapshot("c", "s")):
            raise ConnectionFailed("in the middle.")
    assert len(transport.calls) == 1


async def test_upload_is_opened_again_only_if_it_never_arrived() -> None:
    operation = RecoverFromUploadedSnapshot("c")
    for fault, calls in (
        (ConnectionFailed("lost."), 1),
        (ConnectionFailed("refused.", processed=False), 2),
    ):
        transport = RecordingTransport()
        transport.answer(RecoverFromUploadedSnapshot, fault, True)
        try:
            async with at_most(transport).stream(operation) as content:
                await content.send(b"abc")
                assert await content.finish() is True
        except ConnectionFailed:
            assert calls == 1
        assert len(transport.calls) == calls


# ---- seen from outside


async def test_every_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    transport = failing(ConnectionFailed("with a secret."), RateLimited("x"))
    with caplog.at_level(logging.WARNING, "aqdrant.retry"):
        await at_most(transport, delay=0.25).execute(COUNT)
    assert [record.getMessage() for record in caplog.records] == [
        "CountPoints on collection 'texts' failed with ConnectionFailed; retry 1 of 3 in 0.25 s",
        "CountPoints on collection 'texts' failed with RateLimited; retry 2 of 3 in 0.50 s",
    ]


async def test_every_retry_is_counted() -> None:
    def counted(operation: Operation[Any]) -> models.CountResult:
        report(CallStats(operation=operation.name, time=0.5))
        return FOUND

    transport = RecordingTransport()
    layer = at_most(transport)
    with collect_stats() as stats:
        for faults in (0, 2, 0):
            transport.answer(CountPoints, *[RateLimited("x")] * faults, counted)
            await layer.execute(COUNT)
    assert [(entry.retries, entry.time) for entry in stats] == [(0, 0.5), (2, 0.5), (0, 0.5)]


async def test_fault_leaves_no_cycle_behind() -> None:
    def lose(_: Operation[Any]) -> None:
        raise ConnectionFailed("lost.")

    layer = at_most(RecordingTransport({CountPoints: lose}))
    gc.collect()
    gc.disable()
    try:
        seen: weakref.ref[BaseException] | None = None
        try:
            await layer.execute(COUNT)
        except ConnectionFailed as error:
            seen = weakref.ref(error)
        assert seen is not None
        assert seen() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("name", "value"), [("retries", -1), ("retries", "3"), ("delay", -0.5), ("max_delay", "1")]
)
def test_options_are_checked(name: str, value: object) -> None:
    options: dict[str, Any] = {name: value}
    with pytest.raises(ArgumentError) as caught:
        Retry(RecordingTransport(), **options)
    assert caught.value.parameter == name


# ---- in a client


async def test_client_of_a_server_retries() -> None:
    transport = RemoteRecordingTransport()
    transport.answer(CountPoints, RateLimited("x", retry_after=0.0), FOUND)
    client = AsyncQdrantClient(transport=transport, check_compatibility=False)
    assert (await client.count("texts")).count == 1
    assert transport.operations == [COUNT, COUNT]


@pytest.mark.parametrize("retries", [0, 1])
async def test_client_is_told_how_often(retries: int) -> None:
    for kind in (RecordingTransport, RemoteRecordingTransport):
        transport = kind()
        transport.answer(CountPoints, *[RateLimited("x", retry_after=0.0)] * 3)
        client = AsyncQdrantClient(transport=transport, retries=retries, check_compatibility=False)
        with pytest.raises(RateLimited):
            await client.count("texts")
        assert len(transport.calls) == retries + 1


async def test_client_of_what_runs_in_process_does_not() -> None:
    transport = RecordingTransport({CountPoints: RateLimited("x", retry_after=0.0)})
    with pytest.raises(RateLimited):
        await AsyncQdrantClient(transport=transport).count("texts")
    assert len(transport.calls) == 1


@pytest.mark.parametrize("retries", [-1, 1.5, True, "3"])
def test_client_checks_the_number(retries: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        AsyncQdrantClient(":memory:", retries=retries)
    assert caught.value.parameter == "retries"
