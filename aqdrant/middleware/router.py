"""Operations that the preferred transport lacks go to another one of the same client."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from anyio import to_thread

from aqdrant.exceptions import ClientClosed, UnsupportedOperation
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport

__all__ = ["Router"]

R = TypeVar("R")


class Router(ForwardingTransport):
    """Send what the inner transport refuses to the other one, if that is among those that can.

    A transport refuses with `UnsupportedOperation` before it sends anything, so asking it first
    costs nothing on the way that nearly every call takes.

    Args:
        inner: the preferred transport.
        name: what the inner transport calls the other one in `supported_by`.
        open_other: makes the other one, at first use and in a worker thread.
    """

    def __init__(self, inner: Transport, name: str, open_other: Callable[[], Transport]) -> None:
        super().__init__(inner)
        self.name = name
        self._open_other = open_other
        self._other: Transport | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation on the transport that has it."""
        try:
            return await self.inner.execute(operation, options)
        except UnsupportedOperation as error:
            if self.name not in error.supported_by:
                raise
        return await (await self._opened()).execute(operation, options)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run the stream on the transport that has it."""
        return self._stream(operation, options)

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        async with AsyncExitStack() as stack:
            try:
                content = await stack.enter_async_context(self.inner.stream(operation, options))
            except UnsupportedOperation as error:
                if self.name not in error.supported_by:
                    raise
                other = await self._opened()
                content = await stack.enter_async_context(other.stream(operation, options))
            yield content

    async def _opened(self) -> Transport:
        other = self._other
        return other if other is not None else await to_thread.run_sync(self._open)

    def _open(self) -> Transport:
        with self._lock:
            if self._is_closed:
                raise ClientClosed("the client is closed.", fix="Make a new client.")
            if self._other is None:
                self._other = self._open_other()
            return self._other

    async def aclose(self) -> None:
        """Close both transports."""
        with self._lock:
            self._is_closed = True
            other, self._other = self._other, None
        try:
            await self.inner.aclose()
        finally:
            if other is not None:
                await other.aclose()

    def __repr__(self) -> str:
        return f"Router({self.inner!r}, {self._other or self.name!r})"
