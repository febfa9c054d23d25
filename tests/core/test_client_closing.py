"""The end of a client: under cancellation, during the first call, with calls in flight."""

from __future__ import annotations

import sys
import threading
from typing import Any

import anyio
import pytest
from anyio import to_thread
from anyio.lowlevel import checkpoint

from aqdrant import AsyncQdrantClient
from aqdrant._registry import BUILT_IN
from aqdrant.exceptions import ClientClosed, OperationTimeout
from aqdrant.operations import CountPoints
from aqdrant.testing import RecordingTransport


class Closing(RecordingTransport):
    """Closes as those do that have connections: with a pause."""

    async def aclose(self) -> None:
        await checkpoint()
        await super().aclose()


async def test_cancelled_block_closes_the_client() -> None:
    transport = Closing()
    with anyio.CancelScope() as scope:
        async with AsyncQdrantClient(transport=transport) as client:
            await client.count("texts")
            scope.cancel()
            await anyio.sleep_forever()
    assert transport.closed == 1


async def test_transport_that_never_closes_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(RecordingTransport):
        async def aclose(self) -> None:
            await anyio.sleep_forever()

    monkeypatch.setattr("aqdrant._async.core._CLOSING", 0.01)
    client = AsyncQdrantClient(transport=Hanging())
    with pytest.raises(OperationTimeout, match=r"did not close within 0\.01 s") as caught:
        await client.aclose()
    assert caught.value.target is not None
    assert "Hanging" in caught.value.target


OPENING = threading.Event()
GO_ON = threading.Event()
OPENED: list[Closing] = []


def open_slowly(_config: Any) -> Closing:
    """A transport whose opening waits until it may go on."""
    OPENED.append(Closing())
    OPENING.set()
    GO_ON.wait(30)
    return OPENED[-1]


async def test_transport_opened_for_a_closed_client_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BUILT_IN, "memory", "opens_slowly:open_slowly")
    monkeypatch.setitem(sys.modules, "opens_slowly", sys.modules[__name__])
    OPENING.clear()
    GO_ON.clear()
    client = AsyncQdrantClient(":memory:")

    async def call() -> None:
        with pytest.raises(ClientClosed):
            await client.count("texts")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await to_thread.run_sync(OPENING.wait, 30)
        await client.aclose()
        GO_ON.set()
    assert OPENED[-1].closed == 1


async def test_call_in_flight_ends_as_the_transport_says() -> None:
    async def answer(_operation: Any) -> Any:
        begun.set()
        await closed.wait()
        return ClientClosed("the connection is gone.")

    begun, closed = anyio.Event(), anyio.Event()
    client = AsyncQdrantClient(transport=RecordingTransport({CountPoints: answer}))

    async def call() -> None:
        with pytest.raises(ClientClosed, match="connection is gone"):
            await client.count("texts")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await begun.wait()
        await client.aclose()
        closed.set()
