"""Uploads: what is sent, tried again, cut out and accounted for. Policy, over recording fakes."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pandas as pd
import pytest
from anyio.lowlevel import checkpoint
from rich.console import Console

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import (
    ArgumentError,
    BadRequest,
    ConnectionFailed,
    Forbidden,
    InternalServerError,
    NotFound,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    StatusError,
    TLSFailed,
    UploadFailed,
)
from aqdrant.operations import GetCollection, Operation, UpsertPoints
from aqdrant.testing import RecordingTransport, RemoteRecordingTransport
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, Encoded
from aqdrant.uploads import RichBar, TqdmBar, UploadResult

C = "texts"
DONE = models.UpdateResult(status=models.UpdateStatus.COMPLETED)
Answer = Callable[[UpsertPoints], Any]


def point(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "vector": [1.0, 2.0], **fields}


def described(**vectors: Any) -> models.CollectionInfo:
    """What a server says of a collection with these vectors."""
    return models.CollectionInfo.model_validate(
        {
            "status": "green",
            "optimizer_status": "ok",
            "segments_count": 1,
            "payload_schema": {},
            "config": {
                "params": {"vectors": vectors or {"size": 2, "distance": "Dot"}},
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
                "optimizer_config": {
                    "deleted_threshold": 0.2,
                    "vacuum_min_vector_number": 1000,
                    "default_segment_number": 0,
                    "flush_interval_sec": 5,
                },
            },
        }
    )


def server(answer: Answer | None = None, **vectors: Any) -> tuple[Any, RecordingTransport]:
    transport = RecordingTransport({GetCollection: described(**vectors)})
    if answer is not None:
        transport.answer(UpsertPoints, answer)
    return AsyncQdrantClient(transport=transport), transport


def sent(transport: RecordingTransport) -> list[list[Any]]:
    """The ids of each upsert that came."""
    return [ids_of(call) for call in transport.operations if isinstance(call, UpsertPoints)]


def ids_of(operation: Operation[Any]) -> list[Any]:
    body: Any = operation.body  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(body, models.PointsBatch):
        return list(body.batch.ids)  # type: ignore[arg-type]
    return [point.id for point in body.points]


def refusing(*bad: int) -> Answer:
    """A server that refuses every batch with one of these ids, as Qdrant does: as a whole."""

    def answer(operation: UpsertPoints) -> Any:
        return BadRequest("no.") if set(bad) & set(ids_of(operation)) else DONE

    return answer


async def plain_generator() -> AsyncIterator[Any]:
    for number in range(5):
        yield point(number)


@pytest.mark.parametrize(
    "points",
    [
        [point(n) for n in range(5)],
        tuple(models.PointStruct(id=n, vector=[1.0, 2.0]) for n in range(5)),
        [models.Record(id=n, vector=[1.0, 2.0]) for n in range(5)],
        map(point, range(5)),
        plain_generator(),
    ],
    ids=["dicts", "models", "records", "generator", "async generator"],
)
async def test_points_come_in_any_iterable(points: Any) -> None:
    client, transport = server()
    if isinstance(points, map):
        points = map(point, range(5))
    elif isinstance(points, AsyncIterator):
        points = plain_generator()
    result = await client.upload_points(C, points, batch_size=2)
    assert sent(transport) == [[0, 1], [2, 3], [4]]
    assert (result.points, result.batches, result.retries) == (5, 3, 0)
    assert result.checkpoint == 5
    assert result.is_finished
    assert result.bytes > 0
    assert result.failures == []


async def test_wrong_point_is_cut_out_of_its_batch_and_the_rest_goes_on() -> None:
    client, transport = server(refusing(3, 9))
    with pytest.raises(
        UploadFailed,
        match=r"2 points were refused, all others are written: point 3: no; point 9: no\. ",
    ) as caught:
        await client.upload_points(C, map(point, range(12)), batch_size=8)
    result: UploadResult = caught.value.result
    assert [(failure.index, failure.id) for failure in result.failures] == [(3, 3), (9, 9)]
    assert all(isinstance(failure.error, BadRequest) for failure in result.failures)
    assert result.points == 10
    assert result.checkpoint == 12
    written = [ids for ids in sent(transport) if not {3, 9} & set(ids)]
    assert sorted(chain.from_iterable(written)) == [0, 1, 2, 4, 5, 6, 7, 8, 10, 11]


async def test_columns_are_cut_alike_where_one_point_is_refused() -> None:
    client, _ = server(refusing(5))
    result = await client.upload_collection(
        C, np.zeros((8, 2), "f4"), ids=range(8), raise_failures=False
    )
    assert [(failure.index, failure.id) for failure in result.failures] == [(5, 5)]
    assert result.points == 7


async def test_points_that_do_not_fit_are_not_sent() -> None:
    _, transport = server(a={"size": 2, "distance": "Dot"})
    points = [
        {"id": 0, "vector": {"a": [1.0, 2.0]}},
        {"id": 1, "vector": {"a": [1.0, 2.0, 3.0]}},
        {"id": 2, "vector": {"aa": [1.0, 2.0]}},
        {"id": 3, "vector": [1.0, 2.0]},
        {"id": "no uuid", "vector": {"a": [1.0, 2.0]}},
        {"id": 5, "vektor": []},
        {"id": 6, "vector": {"a": models.Document(text="x", model="m")}},
        {"id": 7, "vector": {"a": models.SparseVector(indices=[1], values=[1.0])}},
        {"id": 8, "vector": {"a": [[1.0, 2.0]]}},
        {"id": 9, "vector": {"a": np.zeros(2)}},
    ]
    transport.answer(UpsertPoints, DONE)
    documents = AsyncQdrantClient(
        transport=transport, embedders={"m": lambda texts: [[0.0, 0.0]] * len(texts)}
    )
    result = await documents.upload_points(C, points, raise_failures=False)
    assert sent(transport) == [[0, 6, 9]]
    reasons = {failure.index: failure.reason for failure in result.failures}
    assert set(reasons) == {1, 2, 3, 4, 5, 7, 8}
    assert "point 1: vector 'a' has 3 dimensions, the collection's has 2" in reasons[1]
    assert "no vector 'aa', perhaps meant: 'a'; its vectors: 'a'." in reasons[2]
    assert "no unnamed vector" in reasons[3]
    assert "points[4]" in reasons[4]
    assert "unknown key 'vektor'" in reasons[5]
    assert result.checkpoint == 10


async def test_lists_go_as_arrays_and_what_no_array_holds_goes_as_it_is() -> None:
    client, transport = server(a={"size": 2, "distance": "Dot"}, b={"size": 2, "distance": "Dot"})
    given = [[1.0, 2.0], [3, 4], [1e300, 0.5]]
    points = [{"id": n, "vector": {"a": vector}} for n, vector in enumerate(given)]
    mine = models.PointStruct(id=3, vector={"b": [0.1, 0.2]})
    await client.upload_points(C, [*points, mine])
    body: Any = transport.operations[-1].body  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    vectors = [point.vector for point in body.points]
    assert [getattr(vector.get("a"), "dtype", None) for vector in vectors] == [
        "f4",
        "f4",
        None,
        None,
    ]
    assert [vector["a"].tolist() for vector in vectors[:2]] == [[1.0, 2.0], [3.0, 4.0]]
    assert vectors[2] == {"a": [1e300, 0.5]}
    assert mine.vector == {"b": [0.1, 0.2]}


async def test_rows_of_a_multivector_go_as_one_array() -> None:
    many = {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}
    client, transport = server(a=many)
    given: list[Any] = [[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]]]
    await client.upload_points(C, [{"id": n, "vector": {"a": v}} for n, v in enumerate(given)])
    body: Any = transport.operations[-1].body  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert [point.vector["a"].tolist() for point in body.points] == given


async def test_too_many_failures_end_the_upload() -> None:
    client, transport = server()
    points = ({"id": number, "vector": [1.0]} for number in range(1000))
    with pytest.raises(UploadFailed, match="the upload was stopped") as caught:
        await client.upload_points(C, points, max_failures=3)
    assert len(caught.value.result.failures) == 4
    assert sent(transport) == []


async def test_array_that_does_not_fit_is_refused_before_anything_is_sent() -> None:
    client, transport = server()
    with pytest.raises(ArgumentError, match="vectors: unnamed vector has 3 dimensions"):
        await client.upload_collection(C, np.zeros((2, 3)))
    assert sent(transport) == []


async def test_missing_collection_is_told_before_anything_is_read() -> None:
    client, transport = server()
    transport.answer(GetCollection, NotFound("no such collection."))
    points = map(point, range(3))
    with pytest.raises(NotFound):
        await client.upload_points(C, points)
    assert next(points)["id"] == 0


async def test_who_may_only_write_uploads_unchecked() -> None:
    client, transport = server()
    transport.answer(GetCollection, Forbidden("no."))
    await client.upload_points(C, [{"id": 1, "vector": {"any": [1.0]}}])
    assert sent(transport) == [[1]]


class Clock:
    """A time of its own, which passes where somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        monkeypatch.setattr(anyio, "current_time", lambda: self.now)
        monkeypatch.setattr(anyio, "sleep", self.sleep)
        monkeypatch.setattr(anyio, "sleep_until", self.sleep_until)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now + seconds)

    async def sleep_until(self, deadline: float) -> None:
        await checkpoint()
        if deadline > self.now:
            self.slept.append(deadline - self.now)
            self.now = deadline


async def test_transient_faults_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    transport = RemoteRecordingTransport({GetCollection: described()})
    busy = ServiceUnavailable("busy.")
    transport.answer(UpsertPoints, busy, busy, busy, DONE)
    # A remote transport has the client's own retries around it, which leave these to the upload.
    client = AsyncQdrantClient(transport=transport, retries=5)
    result = await client.upload_points(C, map(point, range(4)), batch_size=2)
    assert (result.points, result.batches, result.retries) == (4, 2, 3)
    assert len(sent(transport)) == 5
    assert all(0 <= slept <= most for slept, most in zip(clock.slept, (0.2, 0.4, 0.8), strict=True))


async def test_faults_that_last_end_the_upload_and_tell_where_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Clock(monkeypatch)
    client, transport = server()
    transport.answer(UpsertPoints, DONE, DONE, ServiceUnavailable("busy."))
    account = UploadResult()
    with pytest.raises(ServiceUnavailable) as caught:
        await client.upload_points(C, map(point, range(10)), batch_size=2, result=account)
    assert "4 points are written" in caught.value.__notes__[0]
    assert "start=4" in caught.value.__notes__[0]
    assert (account.points, account.checkpoint, account.retries) == (4, 4, 3)
    transport.answer(UpsertPoints, DONE)
    transport.calls.clear()
    result = await client.upload_points(C, map(point, range(10)), start=account.checkpoint)
    assert sent(transport) == [[4, 5, 6, 7, 8, 9]]
    assert result.checkpoint == 10


@pytest.mark.one_loop
async def test_answer_that_was_lost_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    answers: list[Any] = [ConnectionFailed("lost."), DONE, ConnectionFailed("lost.")]
    answers += [ConnectionFailed("no way.", processed=False)] * 3
    client, _ = server(lambda _: answers.pop(0))
    account = UploadResult()
    with pytest.raises(ConnectionFailed, match="no way"):
        await client.upload_points(C, map(point, range(4)), 2, result=account)
    assert (account.points, account.checkpoint, account.unanswered) == (2, 2, 2)


@pytest.mark.one_loop
@pytest.mark.parametrize("fault", [InternalServerError, ServiceUnavailable])
async def test_fault_of_a_server_may_come_after_it_wrote(fault: type[StatusError]) -> None:
    client, _ = server(lambda _: fault("after it was written."))
    account = UploadResult()
    with pytest.raises(fault):
        await client.upload_points(C, map(point, range(4)), max_retries=0, result=account)
    assert (account.points, account.unanswered) == (0, 4)


async def test_account_of_an_earlier_upload_goes_on() -> None:
    answers: list[Any] = [DONE, ConnectionFailed("lost.", processed=True), DONE, DONE]
    client, _ = server(lambda _: answers.pop(0))
    account = UploadResult()
    with pytest.raises(ConnectionFailed):
        await client.upload_points(C, map(point, range(4)), 2, max_retries=0, result=account)
    assert (account.points, account.unanswered) == (2, 2)
    earlier = account.seconds
    told: list[tuple[int, bool]] = []

    def watch(result: UploadResult) -> None:
        told.append((result.points, result.is_finished))

    for start in (2, 4):
        points = map(point, range(4))
        await client.upload_points(C, points, result=account, start=start, on_progress=watch)
    assert told == [(4, False), (4, True), (4, True)]
    assert (account.unanswered, account.checkpoint) == (0, 4)
    assert account.seconds > earlier


async def test_what_is_not_transient_is_not_tried_again() -> None:
    client, transport = server()
    transport.answer(UpsertPoints, TLSFailed("bad certificate."))
    with pytest.raises(TLSFailed):
        await client.upload_points(C, [point(1)])
    assert len(sent(transport)) == 1


async def test_rate_limit_paces_the_whole_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    client, transport = server()
    limited = RateLimited("slow down.", retry_after=7.0)
    transport.answer(UpsertPoints, limited, limited, limited, limited, limited, DONE)
    result = await client.upload_points(C, map(point, range(4)), batch_size=2, max_retries=0)
    assert result.points == 4
    assert result.retries == 5
    assert len(clock.slept) == 5
    assert all(7 <= seconds < 17 for seconds in clock.slept)


@pytest.mark.parametrize("fault", [RateLimited, ServiceUnavailable])
async def test_one_batch_that_is_told_to_wait_holds_up_those_beside_it(
    monkeypatch: pytest.MonkeyPatch, fault: type[RateLimited | ServiceUnavailable]
) -> None:
    clock = Clock(monkeypatch)
    sends: list[tuple[float, int]] = []
    are_both_here, is_refused = anyio.Event(), anyio.Event()

    async def answer(operation: UpsertPoints) -> models.UpdateResult:
        first: int = ids_of(operation)[0]
        sends.append((clock.now, first))
        if first == 0 and not is_refused.is_set():
            await are_both_here.wait()
            is_refused.set()
            raise fault("slow down.", retry_after=7.0)
        are_both_here.set()
        await is_refused.wait()
        return DONE

    client, _ = server(answer)
    result = await client.upload_points(C, map(point, range(8)), batch_size=2, parallel=2)
    assert (result.points, result.retries) == (8, 1)
    assert sorted(first for now, first in sends if now < 1007) == [0, 2]
    assert sorted(first for now, first in sends if now >= 1007) == [0, 4, 6]


async def test_wait_that_a_server_wants_too_long_ends_the_upload() -> None:
    client, transport = server()
    transport.answer(UpsertPoints, DONE, RateLimited("tomorrow.", retry_after=86_400.0))
    account = UploadResult()
    with pytest.raises(RateLimited) as caught:
        await client.upload_points(C, map(point, range(4)), batch_size=2, result=account)
    assert "goes on with start=2" in caught.value.__notes__[0]
    assert (account.points, account.retries) == (2, 0)


async def test_batch_that_is_too_large_for_the_server_is_halved() -> None:
    def answer(operation: UpsertPoints) -> Any:
        return PayloadTooLarge("too large.") if len(ids_of(operation)) > 3 else DONE

    client, _ = server(answer)
    result = await client.upload_points(C, map(point, range(8)))
    assert (result.points, result.batches) == (8, 4)


async def test_batches_are_cut_by_bytes() -> None:
    client, transport = server()
    points = (point(n, payload={"text": "x" * (5 << 20)}) for n in range(10))
    result = await client.upload_points(C, points, batch_size=1000)
    assert [len(ids) for ids in sent(transport)] == [4, 4, 2]
    assert result.bytes > 50 << 20
    transport.calls.clear()
    payloads = [{"text": "x" * (5 << 20)}] * 10
    await client.upload_collection(C, np.zeros((10, 2)), payloads, ids=range(10), batch_size=1000)
    assert [len(ids) for ids in sent(transport)] == [2, 3, 2, 3]


class Gate:
    """Answers that wait until they are let go."""

    def __init__(self) -> None:
        self.in_flight = self.peak = 0
        self.arrived = anyio.Event()
        self.go = anyio.Event()
        self.wanted = 1

    async def __call__(self, operation: Operation[Any]) -> models.UpdateResult:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        if self.in_flight == self.wanted:
            self.arrived.set()
        await self.go.wait()
        self.in_flight -= 1
        return DONE


async def test_batches_under_way_are_bounded_and_the_source_is_read_as_it_goes() -> None:
    gate = Gate()
    gate.wanted = 3
    client, _ = server(gate)
    read: list[int] = []

    def points() -> Iterator[Any]:
        for number in range(100):
            read.append(number)
            yield point(number)

    async with anyio.create_task_group() as tasks:

        async def upload() -> None:
            result = await client.upload_points(C, points(), batch_size=2, parallel=3)
            assert result.checkpoint == result.points == 100

        tasks.start_soon(upload)
        await gate.arrived.wait()
        await anyio.wait_all_tasks_blocked()
        assert len(read) == 8  # three batches under way, and the next one
        gate.go.set()
    assert gate.peak == 3


class Preparing(RecordingTransport):
    """Encodes upserts beforehand."""

    def __init__(self) -> None:
        super().__init__({GetCollection: described()})
        self.prepared: list[Operation[Any]] = []

    async def prepare(
        self, operation: Operation[Any], _options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded:
        """Note it."""
        self.prepared.append(operation)
        return Encoded(operation, self, len(self.prepared))


async def test_next_batch_is_encoded_while_one_is_under_way() -> None:
    gate, transport = Gate(), Preparing()
    transport.answer(UpsertPoints, gate)
    client = AsyncQdrantClient(transport=transport)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: client.upload_points(C, map(point, range(6)), batch_size=2))
        await gate.arrived.wait()
        await anyio.wait_all_tasks_blocked()
        assert len(transport.prepared) == 2
        assert sent(transport) == [[0, 1]]
        gate.go.set()
    calls = [call for call in transport.calls if isinstance(call.operation, UpsertPoints)]
    assert [call.operation for call in calls] == transport.prepared
    contents = [encoded.content for call in calls if (encoded := call.options.encoded)]
    assert contents == [1, 2, 3]


@pytest.mark.one_loop
async def test_texts_are_embedded_once_however_often_they_are_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Clock(monkeypatch)
    transport = Preparing()
    transport.answer(UpsertPoints, RateLimited("slowly."), ServiceUnavailable("later."), DONE)
    asked: list[str] = []

    async def embed(texts: Sequence[str]) -> list[list[float]]:
        asked.extend(texts)
        return [[1.0, 2.0]] * len(texts)

    client = AsyncQdrantClient(transport=transport, embedders={"*": embed})
    texts = [{"id": n, "vector": {"text": f"{n}", "model": "own"}} for n in range(2)]
    result = await client.upload_points(C, texts)
    assert (result.points, result.retries, asked) == (2, 2, ["0", "1"])
    (prepared,) = transport.prepared
    tries = [call for call in transport.calls if isinstance(call.operation, UpsertPoints)]
    assert [call.options.encoded for call in tries] == [Encoded(prepared, transport, 1)] * 3


async def test_deadline_holds_for_what_is_embedded_beforehand() -> None:
    transport = Preparing()

    async def never(_texts: Sequence[str]) -> Any:
        await anyio.sleep_forever()

    client = AsyncQdrantClient(transport=transport, embedders={"*": never})
    texts = [{"id": 1, "vector": {"text": "a", "model": "own"}}]
    with pytest.raises(OperationTimeout, match=r"0\.01 s"):
        await client.upload_points(C, texts, timeout=0.01)


async def test_cancelled_upload_leaves_an_exact_account() -> None:
    client, transport = server()
    gate = Gate()
    transport.answer(UpsertPoints, DONE, DONE, gate)
    account = UploadResult()
    async with anyio.create_task_group() as tasks:

        async def upload() -> None:
            await client.upload_points(C, map(point, range(10)), batch_size=2, result=account)

        tasks.start_soon(upload)
        await gate.arrived.wait()
        tasks.cancel_scope.cancel()
    assert (account.points, account.checkpoint, account.unanswered) == (4, 4, 2)
    assert not account.is_finished


async def test_error_of_the_source_comes_after_what_was_read() -> None:
    client, transport = server()

    def points() -> Iterator[Any]:
        yield from map(point, range(5))
        raise LookupError("the file ends here")

    async def later() -> AsyncIterator[Any]:
        for one in points():
            yield one

    for source in (points(), later()):
        with pytest.raises(LookupError, match="the file") as caught:
            await client.upload_points(C, source, batch_size=2)
        assert "5 points are written" in caught.value.__notes__[0]
    assert sent(transport) == [[0, 1], [2, 3], [4]] * 2


async def test_progress_is_told_after_each_batch() -> None:
    told: list[tuple[int, int | None, bool]] = []
    client, _ = server()
    await client.upload_points(
        C,
        [point(n) for n in range(5)],
        batch_size=2,
        on_progress=lambda r: told.append((r.points, r.total, r.is_finished)),
    )
    assert told == [(2, 5, False), (4, 5, False), (5, 5, False), (5, 5, True)]

    async def fail(result: UploadResult) -> None:
        await checkpoint()
        raise LookupError(result.points)

    account = UploadResult()
    with pytest.raises(LookupError, match="2") as caught:
        await client.upload_points(
            C, map(point, range(5)), 2, on_progress=fail, parallel=1, result=account
        )
    assert caught.value.__notes__[0].endswith(f"start={account.checkpoint}.")


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"vectors": pd.DataFrame({"a": [1]})}, "vectors"),
        ({"vectors": np.zeros((1, 2)), "payload": pd.DataFrame({"a": [1]})}, "payload"),
        ({"vectors": np.zeros((1, 2), bool)}, "vectors"),
        ({"vectors": np.zeros(2)}, "vectors"),
        ({"vectors": {"a": [[1.0], [2.0]], "b": np.zeros((3, 2))}}, "vectors"),
        ({"vectors": {"a": iter([[1.0]])}}, "vectors.a"),
        ({"vectors": 5}, "vectors"),
        ({"vectors": np.zeros((2, 2)), "ids": [1]}, "ids"),
        ({"vectors": np.zeros((2, 2)), "on_progress": 5}, "on_progress"),
        ({"vectors": np.zeros((2, 2)), "batch_size": 0}, "batch_size"),
    ],
)
async def test_column_is_named_as_it_was_passed(given: dict[str, Any], parameter: str) -> None:
    client, transport = server()
    with pytest.raises(ArgumentError) as caught:
        await client.upload_collection(C, **given)
    assert caught.value.parameter == parameter
    assert not hasattr(caught.value, "__notes__")
    assert sent(transport) == []


@pytest.mark.parametrize("points", [5, "text", {"id": 1}, models.PointStruct(id=1, vector=[1.0])])
async def test_what_holds_no_points_is_refused(points: Any) -> None:
    client, _ = server()
    with pytest.raises(ArgumentError, match="wanted an iterable of PointStruct"):
        await client.upload_points(C, points)


async def test_wrong_element_of_a_late_batch_has_its_own_index() -> None:
    client, transport = server()
    ids = [*range(700), "x", 701]
    with pytest.raises(UploadFailed, match=r"ids\[700\]: str 'x'") as caught:
        await client.upload_collection(C, np.zeros((702, 2)), ids=ids)
    assert caught.value.result.checkpoint == 702
    assert [*chain(*sent(transport))] == [*range(700), 701]


@pytest.mark.parametrize("as_lists", [False, True])
async def test_wrong_rows_are_cut_out_of_arrays_as_of_lists(as_lists: bool) -> None:
    client, transport = server(a={"size": 2, "distance": "Dot"})
    vectors = np.zeros((100, 2))
    vectors[70, 1] = np.nan
    payload = [{"n": n if n != 71 else object()} for n in range(100)]
    column: Any = vectors.tolist() if as_lists else vectors
    result = await client.upload_collection(
        C, {"a": column}, payload, range(100), raise_failures=False
    )
    assert [failure.index for failure in result.failures] == [70, 71]
    assert "vectors[70].a" in result.failures[0].reason
    assert "payload[71].n: object" in result.failures[1].reason
    assert (result.points, result.checkpoint, result.is_finished) == (98, 100, True)
    assert [*chain(*sent(transport))] == [*range(70), *range(72, 100)]


async def test_masked_numbers_are_refused_and_a_series_of_vectors_is_taken() -> None:
    client, transport = server()
    masked: Any = np.ma.masked_array(np.ones((3, 2)), mask=np.eye(3, 2, -1, dtype=bool))
    with pytest.raises(UploadFailed, match=r"vectors\[\d\]: .* masked"):
        await client.upload_collection(C, masked, ids=range(3))
    await client.upload_collection(C, pd.Series([[1.0, 2.0]] * 2), ids=range(2))
    assert sent(transport) == [[0], [0, 1]]


async def test_point_does_without_a_named_vector_that_is_none() -> None:
    client, transport = server(a={"size": 2, "distance": "Dot"})
    await client.upload_collection(C, {"a": [[1.0, 2.0], None]}, ids=range(2))
    operation: Any = transport.operations[-1]
    assert [list(one.vector) for one in operation.body.points] == [["a"], []]


async def test_arrays_go_with_payloads_of_none() -> None:
    client, transport = server()
    payload = [{"a": 1}, None, {}]
    await client.upload_collection(C, np.zeros((3, 2)), payload, ids=range(3))
    operation: Any = transport.operations[-1]
    body = operation.body
    assert body.batch.payloads == [{"a": 1}, {}, {}]


async def test_file_of_vectors_is_read_piece_by_piece_and_resumed(tmp_path: Path) -> None:
    vectors = np.memmap(tmp_path / "vectors", dtype="f4", mode="w+", shape=(100, 2))
    vectors[:] = np.arange(200).reshape(100, 2)
    client, transport = server()
    payload = ({"n": n} for n in range(100))
    await client.upload_collection(C, vectors, payload, iter(range(100)), batch_size=32, start=40)
    bodies: list[Any] = [op.body for op in transport.operations if isinstance(op, UpsertPoints)]
    assert [list(body.batch.ids) for body in bodies] == [list(range(40, 72)), list(range(72, 100))]
    assert bodies[0].batch.payloads[0] == {"n": 40}
    assert np.concatenate([body.batch.vectors for body in bodies]).tolist() == vectors[40:].tolist()


async def test_others_run_while_a_long_beginning_is_left_out_and_points_are_read() -> None:
    client, transport = server()
    turns = skipping = 0
    done = anyio.Event()
    account = UploadResult()

    async def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(count)
        points = map(point, range(20_000))
        await client.upload_points(C, points, batch_size=10_000, start=19_000, result=account)
        skipping = turns
        done.set()
    assert account.points == 1000
    assert len(sent(transport)) == 1
    assert skipping > 19_000 / 128


@pytest.mark.one_loop
@pytest.mark.parametrize("slow", ["ids", "payload", "skipped"])
async def test_others_run_while_slow_columns_are_read(slow: str) -> None:
    client, _ = server()
    turns = 0
    done = anyio.Event()

    async def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await checkpoint()

    def slowly(values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            end = time.perf_counter() + 0.002
            while time.perf_counter() < end:
                pass
            yield value

    columns: dict[str, Any] = {"ids": range(30), "payload": [{}] * 30}
    name = "ids" if slow == "skipped" else slow
    columns[name] = slowly(columns[name])
    start = 29 if slow == "skipped" else 0
    account = UploadResult()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(count)
        vectors = np.zeros((30, 2))
        await client.upload_collection(C, vectors, start=start, result=account, **columns)
        done.set()
    assert account.points == 30 - start
    assert turns >= 29


@pytest.fixture(params=["tqdm", "rich"])
def bar(request: pytest.FixtureRequest) -> TqdmBar | RichBar:
    """A bar; the package behind it is imported here, before an event loop runs."""
    if request.param == "tqdm":
        return TqdmBar(file=io.StringIO())
    return RichBar(console=Console(file=io.StringIO()))


async def test_bar_is_closed_where_the_upload_fails(bar: TqdmBar | RichBar) -> None:
    client, transport = server()
    transport.answer(UpsertPoints, DONE, TLSFailed("bad certificate."))
    with pytest.raises(TLSFailed):
        await client.upload_points(C, map(point, range(4)), batch_size=2, on_progress=bar)
    assert getattr(bar, "_bar", None) is None
    assert getattr(bar, "_task", None) is None


async def test_named_columns_are_cut_alike() -> None:
    client, transport = server(a={"size": 2, "distance": "Dot"}, b={"size": 1, "distance": "Dot"})
    vectors = {"a": np.zeros((5, 2), "f4"), "b": np.zeros((5, 1), "f4")}
    await client.upload_collection(C, vectors, ids=range(5), batch_size=2, wait=True)
    bodies: list[Any] = [op.body for op in transport.operations if isinstance(op, UpsertPoints)]
    assert [list(body.batch.ids) for body in bodies] == [[0, 1], [2, 3], [4]]
    assert [body.batch.vectors["a"].shape for body in bodies] == [(2, 2), (2, 2), (1, 2)]


async def test_vectors_in_lists_become_points() -> None:
    client, transport = server(a={"size": 1, "distance": "Dot"})
    await client.upload_collection(C, {"a": [[1.0], [2.0]]}, ids=[1, 2], payload=[{"k": 1}, None])
    operation = transport.operations[-1]
    assert isinstance(operation, UpsertPoints)
    assert operation.body == models.PointsList(
        points=[
            models.PointStruct(id=1, vector={"a": [1.0]}, payload={"k": 1}),
            models.PointStruct(id=2, vector={"a": [2.0]}),
        ]
    )


async def test_reasons_end_where_the_advice_begins() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection(
            "a", models.VectorParams(size=2, distance=models.Distance.DOT)
        )
        refused = r"^1 point was refused, all others are written: points\[0\].*UUID\)\. `result"
        with pytest.raises(UploadFailed, match=refused):
            await client.upload_points("a", [{"id": None, "vector": [1, 2]}])
