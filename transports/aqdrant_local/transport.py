"""The transport: runs each operation by its handler, on the event loop or in a worker thread."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import anyio
import anyio.lowlevel
import anyio.to_thread

from aqdrant.exceptions import (
    AqdrantError,
    ClientClosed,
    OperationTimeout,
    UnsupportedOperation,
)
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    ByteStream,
    CallOptions,
    CallStats,
    is_collecting,
    report,
)

from .costs import MOMENT
from .handlers import HANDLERS, Handler
from .locks import AT_ONCE, Busy, Patience
from .state import Collection, State

__all__ = ["LocalTransport"]

R = TypeVar("R")

_THREADS = 4  # worker threads that one collection may occupy on one event loop

_Limiters = WeakKeyDictionary[Collection, anyio.CapacityLimiter]
_limiters: anyio.lowlevel.RunVar[_Limiters] = anyio.lowlevel.RunVar("aqdrant_local_limiters")


class LocalTransport:
    """The in-process engine behind the transport protocol.

    Safe to use from many threads, tasks and event loops at once. Writes are whole or absent: a
    cancelled call that has begun to write ends its write.
    """

    def __init__(self, state: State | None = None) -> None:
        self._state = State() if state is None else state
        self._is_closed = False

    def __repr__(self) -> str:
        status = "closed" if self._is_closed else f"{len(self._state.collections)} collections"
        return f"<LocalTransport [{status}]>"

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run one operation; what takes longer than a moment runs in a worker thread."""
        handler = self._handler(operation)
        await anyio.lowlevel.checkpoint()
        if handler.cost(self._state, operation) <= MOMENT:
            try:
                return cast("R", self._run(handler, operation, AT_ONCE))
            except Busy:
                pass
        return await self._in_thread(handler, operation, options.timeout)

    def try_execute(self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /) -> R:
        """Run one operation in the caller's thread, waiting for locks until the deadline."""
        handler = self._handler(operation)
        return cast("R", self._run(handler, operation, Patience(options.timeout)))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Refuse: nothing of this engine is streamed.

        Raises:
            UnsupportedOperation: always.
        """
        raise _unsupported(operation)

    async def aclose(self) -> None:
        """Forget all collections."""
        self.close()

    def close(self) -> None:
        """Forget all collections."""
        self._is_closed = True
        self._state = State()

    def _handler(self, operation: Operation[Any]) -> Handler:
        handler = HANDLERS.get(type(operation))
        if self._is_closed:
            raise ClientClosed("The client is closed.", operation=operation.name)
        if handler is None:
            raise _unsupported(operation)
        return handler

    def _run(self, handler: Handler, operation: Operation[Any], patience: Patience) -> Any:
        began = time.perf_counter()
        try:
            result = handler.run(self._state, operation, patience)
        except AqdrantError as error:
            error.operation = error.operation or operation.name
            error.target = error.target or operation.target
            raise
        if is_collecting():
            spent = time.perf_counter() - began
            report(CallStats(operation=operation.name, time=spent))
        return result

    async def _in_thread(
        self, handler: Handler, operation: Operation[R], timeout: float | None
    ) -> R:
        patience = Patience(timeout)
        run: Callable[[], R] = partial(self._run, handler, operation, patience)
        limiter = _limiter(self._state.peek(getattr(operation, "collection_name", "")))
        if type(operation).writes:
            return await _shielded(run, limiter)
        try:
            with anyio.move_on_after(math.inf if timeout is None else timeout):
                return await anyio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=limiter)
        finally:
            patience.abandon()
        raise OperationTimeout(
            f"It took longer than {timeout} s.",
            timeout=timeout,
            operation=operation.name,
            target=operation.target,
        )


async def _shielded(run: Callable[[], R], limiter: anyio.CapacityLimiter | None) -> R:
    """Run a write to its end whatever happens to the caller."""
    return await anyio.to_thread.run_sync(run, abandon_on_cancel=False, limiter=limiter)


def _limiter(collection: Collection | None) -> anyio.CapacityLimiter | None:
    """The limiter of a collection on this event loop: collections do not wait for each other."""
    if collection is None:
        return None
    try:
        limiters = _limiters.get()
    except LookupError:
        limiters = _Limiters()
        _limiters.set(limiters)
    limiter = limiters.get(collection)
    if limiter is None:
        limiter = limiters[collection] = anyio.CapacityLimiter(_THREADS)
    return limiter


def _unsupported(operation: Operation[Any]) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"The in-process engine of this version does not run {operation.name}.",
        operation=operation.name,
        target=operation.target,
        supported_by=("rest", "grpc"),
        fix="A Qdrant server runs it.",
    )
