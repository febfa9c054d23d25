"""A bound on the calls in flight."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import RunVar

from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport

__all__ = ["Limiter"]

R = TypeVar("R")


class Limiter(ForwardingTransport):
    """Let at most so many calls of an event loop be in flight; the others wait in order.

    Waiting is cancellable and counts towards the deadline of the call.

    Args:
        inner: the next layer.
        max_concurrency: calls at once, per event loop.
    """

    def __init__(self, inner: Transport, max_concurrency: int) -> None:
        super().__init__(inner)
        self.max_concurrency = max_concurrency
        # Primitives of anyio belong to one event loop, and a client may serve several.
        self._slots: RunVar[anyio.Semaphore] = RunVar(f"aqdrant_limiter_{id(self)}")

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation when there is room."""
        async with self._semaphore():
            return await self.inner.execute(operation, options)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run the stream when there is room, and hold it until the stream ends."""
        return self._stream(operation, options)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Refuse: only an event loop can wait its turn."""
        return NotImplemented

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        async with self._semaphore(), self.inner.stream(operation, options) as content:
            yield content

    def _semaphore(self) -> anyio.Semaphore:
        try:
            return self._slots.get()
        except LookupError:
            semaphore = anyio.Semaphore(self.max_concurrency)
            self._slots.set(semaphore)
            return semaphore
