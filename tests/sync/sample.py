"""A transport that answers as a test says, and notes where it was run."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel

from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions

Answer = Callable[[Operation[Any]], Awaitable[Any]]

CHUNKS = [b"one", b"two", b"three"]


async def answer_true(operation: Operation[Any]) -> Any:
    """Give way once, as a network would, and answer."""
    await anyio.lowlevel.checkpoint()
    return True


class SampleTransport:
    """Needs an event loop for every operation."""

    def __init__(self, answer: Answer = answer_true) -> None:
        self.answer = answer
        self.operations: list[Operation[Any]] = []
        self.threads: list[str] = []
        self.streamed: list[str] = []
        self.received: list[bytes] = []
        self.on_closed: Callable[[], object] = lambda: None

    def __repr__(self) -> str:
        return "sample"

    async def execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        self._note(operation)
        return await self.answer(operation)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[SampleStream]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[SampleStream]:
            with anyio.CancelScope():  # must be left by the task that entered it
                self.streamed.append("opened")
                try:
                    yield SampleStream(self)
                finally:
                    self.streamed.append("closed")
                    self.on_closed()

        return opened()

    async def aclose(self) -> None:
        self.threads.append(threading.current_thread().name)
        self.streamed.append("transport closed")

    def _note(self, operation: Operation[Any]) -> None:
        self.operations.append(operation)
        self.threads.append(threading.current_thread().name)


class SampleStream:
    """Comes in as `CHUNKS`; what is sent goes to the transport's ``received``."""

    size = 11

    def __init__(self, transport: SampleTransport) -> None:
        self._transport = transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in CHUNKS:
            await anyio.lowlevel.checkpoint()
            yield chunk

    async def send(self, chunk: bytes, /) -> None:
        await anyio.lowlevel.checkpoint()
        self._transport.received.append(chunk)

    async def finish(self) -> Any:
        return True


class ImmediateSample(SampleTransport):
    """Answers `CollectionExists` and the like at once, but not what writes."""

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        if operation.writes:
            return NotImplemented
        self._note(operation)
        return True
