"""The generated client: where its calls run, and what it does as an object."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import pickle
import re
import threading
import traceback
import typing
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import aqdrant
from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant._portal import Lease
from aqdrant._sync._facade import Facade
from aqdrant._sync._streams import PagedIterator
from aqdrant.exceptions import AqdrantError, ArgumentError, ClientClosed, UnsupportedOperation
from aqdrant.operations import Operation
from aqdrant.testing import RecordingTransport

from .sample import CHUNKS, ImmediateSample, SampleTransport


def portal_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "aqdrant-portal"]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    gc.collect()
    assert portal_threads() == []


def client_of(transport: SampleTransport) -> QdrantClient:
    return QdrantClient(transport=transport)


def test_what_is_answered_at_once_never_leaves_the_thread() -> None:
    transport = ImmediateSample()
    with client_of(transport) as client:
        assert client.readyz() is True
        assert transport.threads == ["MainThread"]
        assert portal_threads() == []


def test_what_is_not_hops_to_the_portal() -> None:
    transport = ImmediateSample()
    with client_of(transport) as client:
        assert client.delete_collection("a") is True
        assert client.readyz() is True
    assert transport.threads == ["aqdrant-portal", "MainThread", "aqdrant-portal"]
    assert transport.streamed == ["transport closed"]


def test_both_work_within_a_running_loop() -> None:
    async def main() -> tuple[Any, Any]:
        with client_of(ImmediateSample()) as client:
            return client.readyz(), client.delete_collection("a")

    assert asyncio.run(main()) == (True, True)


def test_local_client_needs_no_thread() -> None:
    with QdrantClient(":memory:") as client:
        size = models.VectorParams(size=2, distance=models.Distance.COSINE)
        client.create_collection("a", size)
        client.upsert("a", (models.PointStruct(id=i, vector=[i, 1]) for i in range(200)))
        assert client.count("a").count == 200
        assert client.query_points("a", [1.0, 0.0], limit=1).points[0].id == 199
        assert portal_threads() == []


def test_points_are_drawn_in_the_callers_thread() -> None:
    threads: set[str] = set()

    def points() -> Iterator[models.PointStruct]:
        for index in range(130):
            threads.add(threading.current_thread().name)
            yield models.PointStruct(id=index, vector=[1.0])

    transport = RecordingTransport()
    with QdrantClient(transport=transport) as client:
        client.upload_points("a", points())
    assert threads == {"MainThread"}
    assert [type(operation).__name__ for operation in transport.operations] == [
        "GetCollection",
        *["UpsertPoints"] * 3,
    ]


def test_exception_crosses_with_its_traceback() -> None:
    async def fail(operation: Operation[Any]) -> Any:
        await anyio.lowlevel.checkpoint()
        raise LookupError("gone")

    with client_of(SampleTransport(fail)) as client, pytest.raises(LookupError) as caught:
        client.delete_collection("a")
    frames = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert frames[0] == "test_exception_crosses_with_its_traceback"
    assert frames[-1] == "fail"


def test_wrong_argument_is_told_before_anything_is_opened() -> None:
    transport = SampleTransport()
    with client_of(transport) as client, pytest.raises(ArgumentError, match="collection_name"):
        client.delete_collection("")
    assert transport.operations == []


def test_closed_client_refuses() -> None:
    client = client_of(SampleTransport())
    client.delete_collection("a")
    client.close()
    client.close(grpc_grace=1.0)
    with pytest.raises(ClientClosed):
        client.delete_collection("a")


def test_two_clients_share_the_thread() -> None:
    first, second = client_of(SampleTransport()), client_of(SampleTransport())
    first.delete_collection("a")
    second.delete_collection("a")
    assert len(portal_threads()) == 1
    first.close()
    assert second.delete_collection("a") is True
    second.close()


def test_call_from_the_portal_says_what_to_do() -> None:
    async def call_back(operation: Operation[Any]) -> Any:
        return client.delete_collection("b")

    client = client_of(SampleTransport(call_back))
    with client, pytest.raises(AqdrantError, match=r"deadlock.*AsyncQdrantClient"):
        client.delete_collection("a")


def test_stats_of_the_portal_reach_the_caller() -> None:
    from aqdrant.transport import CallStats, report

    async def answer(operation: Operation[Any]) -> Any:
        await anyio.lowlevel.checkpoint()
        report(CallStats(operation="DeleteCollection", time=0.5))
        return True

    with client_of(SampleTransport(answer)) as client, aqdrant.collect_stats() as stats:
        client.delete_collection("a")
    assert [call.time for call in stats] == [0.5]


def wait_for_the_portal() -> None:
    for thread in threading.enumerate():
        if thread.name == "aqdrant-portal":
            thread.join(5)


def test_unclosed_client_warns_and_is_closed() -> None:
    transport = SampleTransport()
    client = client_of(transport)
    client.delete_collection("a")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del client
        gc.collect()
    assert [warning.category for warning in caught] == [ResourceWarning]
    assert "sample open> was not closed: call close()" in str(caught[0].message)
    wait_for_the_portal()
    assert transport.streamed == ["transport closed"]


def test_unclosed_client_that_opened_nothing_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = client_of(ImmediateSample())
        client.readyz()
        del client
        gc.collect()


def test_unclosed_client_in_memory_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = QdrantClient(":memory:")
        client.create_collection("a", {"size": 1, "distance": "Dot"})
        client.upload_points("a", [{"id": 1, "vector": [1.0]}])  # by the portal
        del client
        gc.collect()
    wait_for_the_portal()


def test_constructor_that_failed_leaves_no_noise() -> None:
    with pytest.raises(ArgumentError):
        QdrantClient(url="http://a", host="b")
    gc.collect()


def test_copies_are_unopened() -> None:
    client = QdrantClient(url="http://localhost:1234", timeout=3)
    for other in (pickle.loads(pickle.dumps(client)), copy.deepcopy(client)):
        assert type(other) is QdrantClient
        assert other.init_options == client.init_options
        assert repr(other) == "<QdrantClient http://localhost:1234 not opened>"
        other.close()


def test_local_client_is_not_pickled() -> None:
    with QdrantClient(":memory:") as client, pytest.raises(ArgumentError, match="pickled"):
        pickle.dumps(client)


def test_deprecation_names_the_callers_line() -> None:
    async def main() -> None:
        async with AsyncQdrantClient(transport=SampleTransport()) as client:
            await client.create_payload_index("a", "key", field_type="keyword")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with client_of(SampleTransport()) as client:
            client.create_payload_index("a", "key", field_type="keyword")
        asyncio.run(main())
    assert [warning.filename for warning in caught] == [__file__, __file__]


def test_raw_clients_are_refused() -> None:
    client = QdrantClient(":memory:")
    for name in ("grpc_points", "grpc_collections"):
        with pytest.raises(UnsupportedOperation, match=name):
            getattr(client, name)


def test_download_is_iterated() -> None:
    transport = SampleTransport()
    with client_of(transport) as client:
        with client.stream_full_snapshot("a") as stream:
            assert stream.size == 11
            assert list(stream) == CHUNKS
        assert transport.streamed == ["opened", "closed"]


def test_error_in_a_stream_reaches_its_context_manager() -> None:
    transport = SampleTransport()
    with client_of(transport) as client:
        with pytest.raises(LookupError), client.stream_full_snapshot("a"):
            raise LookupError
        assert transport.streamed == ["opened", "closed"]


def test_stream_that_is_dropped_is_left() -> None:
    transport = SampleTransport()
    client = client_of(transport)
    stream = client.stream_full_snapshot("a")
    stream.__enter__()
    del stream
    gc.collect()
    client.close()
    assert set(transport.streamed) == {"opened", "closed", "transport closed"}


def test_upload_reads_an_iterable_in_the_callers_thread(tmp_path: Any) -> None:
    threads: set[str] = set()

    def chunks() -> Iterator[bytes]:
        for chunk in CHUNKS:
            threads.add(threading.current_thread().name)
            yield chunk

    path = tmp_path / "snapshot"
    path.write_bytes(b"whole")
    transport = SampleTransport()
    with client_of(transport) as client:
        for content, received in ((chunks(), CHUNKS), (b"whole", [b"whole"]), (path, [b"whole"])):
            transport.received.clear()
            assert client.upload_snapshot("a", content) is True
            assert transport.received == received
    assert threads == {"MainThread"}


def test_download_into_a_file_runs_on_the_portal(tmp_path: Any) -> None:
    with client_of(SampleTransport()) as client:
        assert client.download_full_snapshot("a", tmp_path / "file") == 11
    assert (tmp_path / "file").read_bytes() == b"".join(CHUNKS)


# The iterators, on a lease alone: no method returns one yet.


@pytest.fixture
def lease() -> Iterator[Lease]:
    lease = Lease()
    yield lease
    lease.release()


async def numbers(count: int, ended: list[str]) -> AsyncIterator[int]:
    async with anyio.create_task_group():
        try:
            for number in range(count):
                if number % 7 == 0:
                    await anyio.lowlevel.checkpoint()
                yield number
        finally:
            ended.append("ended")


def test_iterator_crosses_in_pages(lease: Lease) -> None:
    ended: list[str] = []
    iterator = PagedIterator(None, lease, numbers(3000, ended))
    assert list(iterator) == list(range(3000))
    assert ended == ["ended"]
    assert list(iterator) == []


@pytest.mark.parametrize("leave", [PagedIterator.close, PagedIterator.__del__])
def test_iterator_left_early_ends_its_source(
    lease: Lease, leave: Callable[[PagedIterator[int]], None]
) -> None:
    ended: list[str] = []
    iterator = PagedIterator(None, lease, numbers(10**9, ended))
    assert [next(iterator), next(iterator)] == [0, 1]
    assert ended == []
    leave(iterator)
    for _ in range(10):
        lease.run(anyio.lowlevel.checkpoint)
    assert ended == ["ended"]


def test_error_of_an_iterator_comes_after_the_items_before_it(lease: Lease) -> None:
    async def fail() -> AsyncIterator[int]:
        yield 1
        raise LookupError("gone")

    iterator = PagedIterator(None, lease, fail())
    assert next(iterator) == 1
    with pytest.raises(LookupError, match="gone"):
        next(iterator)
    assert list(iterator) == []


def test_iterator_of_a_closed_client_says_so(lease: Lease) -> None:
    iterator = PagedIterator(None, lease, numbers(10**9, []))
    next(iterator)
    lease.release()
    with pytest.raises(ClientClosed, match="iteration"):
        for _ in iterator:
            pass


def test_coroutine_that_waits_outside_a_hop_says_what_to_do() -> None:
    class Strays(Facade):
        def stray(self) -> None:
            return self._drive(sleep())

    async def sleep() -> None:
        await Waits()

    class Waits:
        def __await__(self) -> Any:
            yield None

    client = Strays()
    client._attach(AsyncQdrantClient(":memory:"))
    with pytest.raises(AqdrantError, match="on_loop"):
        client.stray()


def public_methods(kind: type) -> dict[str, Any]:
    return {
        name: inspect.getattr_static(kind, name)
        for name in dir(kind)
        if not name.startswith("_") or name == "__init__"
    }


def signature_of(method: Any) -> inspect.Signature:
    inner = getattr(method, "fget", None) or getattr(method, "__func__", method)
    return inspect.signature(inner)


SYNC_TYPES = {
    "AbstractAsyncContextManager[ByteStream]": "AbstractContextManager[SyncByteStream]",
    "AsyncCollection": "Collection",
    "AsyncGenerator[ScrollPage]": "Iterator[ScrollPage]",
    "AsyncIterator[models.Record]": "Iterator[models.Record]",
    **{name: f"Sync{name}" for name in ("Collections", "Health", "Points", "Qdrant", "Snapshots")},
}


def test_signatures_are_those_of_the_async_client() -> None:
    asynchronous, synchronous = public_methods(AsyncQdrantClient), public_methods(QdrantClient)
    assert synchronous.keys() == asynchronous.keys() - {"aclose"}
    for name, method in synchronous.items():
        ours, theirs = signature_of(method), signature_of(asynchronous[name])
        assert ours.parameters == theirs.parameters, name
        expected = SYNC_TYPES.get(theirs.return_annotation, theirs.return_annotation)
        assert ours.return_annotation == expected, name
        assert not re.search(r"\bawait\b|\basync\b", method.__doc__ or ""), name


def test_annotations_can_be_resolved() -> None:
    for name, method in public_methods(QdrantClient).items():
        if inspect.isfunction(method):
            assert typing.get_type_hints(method), name
