"""What the preferred transport lacks goes to the other one of the same client."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest

from aqdrant import AsyncQdrantClient, _registry, models
from aqdrant.exceptions import ClientClosed, NotFound, UnsupportedOperation
from aqdrant.middleware import Router
from aqdrant.operations import (
    CountPoints,
    GetIssues,
    GetSnapshot,
    Operation,
    RecoverFromUploadedSnapshot,
)
from aqdrant.testing import ImmediateRecordingTransport, RecordingTransport
from aqdrant.transport import CallOptions, TransportConfig

COUNT = CountPoints("c", models.CountRequest())
ELSEWHERE = UnsupportedOperation("not over gRPC.", supported_by=("rest",))
NOWHERE = UnsupportedOperation("not over gRPC.", supported_by=("memory",))


class Pair:
    """A router over two transports, the second of which counts how often it is opened."""

    def __init__(self, preferred: dict[type[Operation[Any]], Any], other: Any = None) -> None:
        self.preferred = RecordingTransport(preferred)
        self.other = RecordingTransport(other)
        self.threads: list[threading.Thread] = []
        self.router = Router(self.preferred, "rest", self._open)

    def _open(self) -> RecordingTransport:
        self.threads.append(threading.current_thread())
        return self.other


async def test_what_is_supported_opens_nothing_else() -> None:
    pair = Pair({})
    assert await pair.router.execute(COUNT) == models.CountResult(count=0)
    async with pair.router.stream(GetSnapshot("c", "s")):
        pass
    await pair.router.aclose()
    assert pair.threads == []
    assert (pair.preferred.closed, pair.other.closed) == (1, 0)


async def test_what_is_not_goes_to_the_other_one() -> None:
    issues = {"issues": [1]}
    pair = Pair({GetIssues: ELSEWHERE}, {GetIssues: issues})
    options = CallOptions(timeout=3.0, headers={"a": "b"})
    for _ in range(3):
        assert await pair.router.execute(GetIssues(), options) is issues
    assert [call.options for call in pair.other.calls] == [options] * 3
    assert len(pair.threads) == 1
    assert pair.threads[0] is not threading.current_thread()  # it imports a transport
    await pair.router.aclose()
    assert (pair.preferred.closed, pair.other.closed) == (1, 1)


async def test_streams_go_there_too() -> None:
    pair = Pair(
        {GetSnapshot: ELSEWHERE, RecoverFromUploadedSnapshot: ELSEWHERE},
        {GetSnapshot: b"abc", RecoverFromUploadedSnapshot: True},
    )
    async with pair.router.stream(GetSnapshot("c", "s")) as content:
        assert [chunk async for chunk in content] == [b"abc"]
    async with pair.router.stream(RecoverFromUploadedSnapshot("c")) as content:
        await content.send(b"abc")
        assert await content.finish() is True


async def test_refusal_that_names_no_other_comes_out() -> None:
    pair = Pair({GetIssues: NOWHERE, GetSnapshot: NOWHERE})
    with pytest.raises(UnsupportedOperation) as caught:
        await pair.router.execute(GetIssues())
    assert caught.value is NOWHERE
    with pytest.raises(UnsupportedOperation):
        async with pair.router.stream(GetSnapshot("c", "s")):
            pass
    assert pair.threads == []


async def test_error_of_the_other_one_stands_alone() -> None:
    pair = Pair({GetIssues: ELSEWHERE}, {GetIssues: NotFound("gone.")})
    with pytest.raises(NotFound) as caught:
        await pair.router.execute(GetIssues())
    assert caught.value.__context__ is None


async def test_refusal_in_the_body_of_a_stream_is_the_callers() -> None:
    pair = Pair({GetSnapshot: b"abc"})
    with pytest.raises(UnsupportedOperation):
        async with pair.router.stream(GetSnapshot("c", "s")):
            raise ELSEWHERE
    assert pair.threads == []


async def test_many_at_once_open_it_once() -> None:
    pair = Pair({GetIssues: ELSEWHERE}, {GetIssues: {}})
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(pair.router.execute, GetIssues())
    assert len(pair.threads) == 1
    assert len(pair.other.calls) == 20


async def test_closed_router_opens_nothing() -> None:
    pair = Pair({GetIssues: ELSEWHERE})

    async def close_and_refuse(_: Operation[Any]) -> None:
        await pair.router.aclose()
        raise ELSEWHERE

    pair.preferred.answer(GetIssues, close_and_refuse)
    with pytest.raises(ClientClosed):
        await pair.router.execute(GetIssues())
    assert pair.threads == []


async def test_both_are_closed_whatever_happens() -> None:
    class Stuck(RecordingTransport):
        async def aclose(self) -> None:
            raise OSError("stuck")

    other = RecordingTransport()
    router = Router(Stuck({GetIssues: ELSEWHERE}), "rest", lambda: other)
    with pytest.raises(UnsupportedOperation):
        await router.execute(GetIssues())
    with pytest.raises(OSError, match="stuck"):
        await router.aclose()
    assert other.closed == 1


def test_repr_shows_both() -> None:
    pair = Pair({})
    assert repr(pair.router) == f"Router({pair.preferred!r}, 'rest')"


def test_who_answers_at_once_does() -> None:
    router = Router(ImmediateRecordingTransport(), "rest", RecordingTransport)
    assert router.try_execute(COUNT) == models.CountResult(count=0)


# ---- in a client


class Opened:
    """Stands in for the two transports of servers in the registry."""

    configs: list[TransportConfig]
    grpc: RecordingTransport
    rest: RecordingTransport


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    state = Opened()
    state.configs = []
    state.grpc = RecordingTransport({GetIssues: ELSEWHERE})
    state.rest = RecordingTransport({GetIssues: {}})
    for scheme in ("grpc", "http", "https"):
        kind = "grpc" if scheme == "grpc" else "rest"
        monkeypatch.setitem(_registry.BUILT_IN, scheme, f"{__name__}:open_{kind}")

    def opener(name: str) -> Any:
        def open_one(config: TransportConfig) -> RecordingTransport:
            state.configs.append(config)
            transport: RecordingTransport = getattr(state, name)
            return transport

        return open_one

    import sys
    import types

    module = types.ModuleType(__name__)
    vars(module).update(open_grpc=opener("grpc"), open_rest=opener("rest"))
    monkeypatch.setitem(sys.modules, __name__, module)
    return state


async def test_client_prefers_grpc_and_falls_back(opened: Opened) -> None:
    client = AsyncQdrantClient("http://localhost", prefer_grpc=True, timeout=60)
    async with client:
        await client.count("c")
        assert [config.prefer_grpc for config in opened.configs] == [True]
        assert await client.get_issues() == {}
    assert [config.prefer_grpc for config in opened.configs] == [True, False]
    assert opened.configs[1].target == opened.configs[0].target
    assert len(opened.grpc.calls) == 2
    assert opened.rest.operations == [GetIssues()]
    assert (opened.grpc.closed, opened.rest.closed) == (1, 1)


async def test_client_over_rest_knows_no_grpc(opened: Opened) -> None:
    async with AsyncQdrantClient("https://localhost") as client:
        assert await client.get_issues() == {}
    assert opened.grpc.calls == []


async def test_transport_of_the_users_own_has_no_other(opened: Opened) -> None:
    transport = RecordingTransport({GetIssues: ELSEWHERE})
    client = AsyncQdrantClient(transport=transport, prefer_grpc=True)
    with pytest.raises(UnsupportedOperation):
        await client.get_issues()
    assert opened.configs == []
