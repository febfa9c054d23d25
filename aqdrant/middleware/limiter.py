"""A bound on the calls in flight."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import anyio
from anyio.lowlevel import RunVar

from aqdrant.exceptions import ArgumentError
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.models._reading import read
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport

__all__ = ["Limiter"]

R = TypeVar("R")

# Primitives of anyio belong to one event loop, and a client may serve several. What a RunVar
# holds lives as long as its loop, in some releases under its name: one for all limiters leaks none.
_semaphores: RunVar[WeakKeyDictionary[Limiter, anyio.Semaphore]] = RunVar("aqdrant_limiters")


class Limiter(ForwardingTransport):
    """Let at most so many calls of an event loop be in flight; the others wait in order.

    Waiting is cancellable and counts towards the deadline of the call.

    Args:
        inner: the next layer.
        max_concurrency: calls at once, per event loop.

    Raises:
        ArgumentError: the bound is no int, or below 1, with which nothing would ever run.
    """

    def __init__(self, inner: Transport, max_concurrency: int) -> None:
        super().__init__(inner)
        self.max_concurrency: int = read(max_concurrency, int, "max_concurrency")
        if self.max_concurrency < 1:
            raise ArgumentError(
                f"max_concurrency: {self.max_concurrency}, wanted 1 or more.",
                parameter="max_concurrency",
            )

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
            semaphores = _semaphores.get()
        except LookupError:
            semaphores = WeakKeyDictionary[Limiter, anyio.Semaphore]()
            _semaphores.set(semaphores)
        semaphore = semaphores.get(self)
        if semaphore is None:
            semaphore = semaphores[self] = anyio.Semaphore(self.max_concurrency)
        return semaphore
