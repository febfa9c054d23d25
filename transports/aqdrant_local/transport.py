"""The transport: runs each operation by its handler, on the event loop or in a worker thread."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary, finalize

import anyio
import anyio.lowlevel
import anyio.to_thread

from aqdrant.exceptions import (
    AqdrantError,
    ClientClosed,
    OperationTimeout,
    StorageError,
    UnsupportedOperation,
)
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    ByteStream,
    CallOptions,
    CallStats,
    NativeCall,
    Refresh,
    is_collecting,
    report,
)

from .costs import MOMENT
from .graphs.builder import BUILDER
from .handlers import HANDLERS, Handler, no_cost
from .handlers.snapshots import found_file, restored
from .limits.quotas import asks_the_machine, check_quotas
from .limits.strict import check_strict_mode
from .locks import AT_ONCE, Busy, Patience
from .sharding import cost_of_view
from .state import Collection, State

if TYPE_CHECKING:
    from .store import Share

__all__ = ["LocalTransport"]

R = TypeVar("R")

_THREADS = 4  # worker threads that one collection may occupy on one event loop


_Limiters = WeakKeyDictionary[Collection, anyio.CapacityLimiter]
_limiters: anyio.lowlevel.RunVar[_Limiters] = anyio.lowlevel.RunVar("aqdrant_local_limiters")


class LocalTransport:
    """The in-process engine behind the transport protocol.

    Safe to use from many threads, tasks and event loops at once. Writes are whole or absent: a
    cancelled call that has begun to write ends its write.

    Args:
        state: the collections; none at first by default.
        share: a hold on a folder, whose collections these are then; opened at the first call.
        is_confined: callers may name no files but snapshots of this engine; they are other
            machines.
    """

    def __init__(
        self,
        state: State | None = None,
        *,
        share: Share | None = None,
        is_confined: bool = False,
    ) -> None:
        self._share = share
        self._state = State() if state is None else state
        self._state.is_confined = self._is_confined = is_confined
        self._is_open = share is None
        self._opening = threading.Lock()
        self._is_closed = False
        # A client that nobody closed must not keep the folder from others for ever.
        self._finalizer = None if share is None else finalize(self, share.close)

    def __repr__(self) -> str:
        if self._is_closed:
            status = "closed"
        elif not self._is_open:
            status = "not opened"
        else:
            status = f"{len(self._state.collections)} collections"
        where = "" if self._share is None else f" {self._share.path}"
        return f"<LocalTransport{where} [{status}]>"

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run one operation; what takes longer than a moment runs in a worker thread."""
        handler = self._handler(operation)
        await anyio.lowlevel.checkpoint()
        if self._share is not None:
            if not self._is_open:
                await anyio.to_thread.run_sync(self._open, operation, abandon_on_cancel=True)
            if type(operation).writes or handler is _REFRESH:  # it waits for the disk
                return await self._in_thread(handler, operation, options.timeout)
        state = self._open(operation)
        cost = handler.cost(state, operation) + cost_of_view(state, operation)
        if cost <= MOMENT and not asks_the_machine(state, operation):
            try:
                return cast("R", self._run(handler, operation, AT_ONCE, options.timeout))
            except Busy:
                return await self._in_thread(handler, operation, options.timeout, is_admitted=True)
        return await self._in_thread(handler, operation, options.timeout)

    def try_execute(self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /) -> R:
        """Run one operation in the caller's thread, waiting for locks until the deadline."""
        handler = self._handler(operation)
        patience = Patience(options.timeout)
        return cast("R", self._run(handler, operation, patience, options.timeout))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Carry the content of a snapshot in or out."""
        return self._uploading(operation, options) if operation.uploads else self._sent(operation)

    @asynccontextmanager
    async def _sent(self, operation: StreamOperation[Any]) -> AsyncGenerator[ByteStream]:
        from .snapshots.streams import in_threads, opened_download

        self._admit(operation)
        found = self._named(operation, found_file)
        async with in_threads(found) as path, opened_download(path) as content:
            yield content

    @asynccontextmanager
    async def _uploading(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        from .snapshots.streams import in_threads, opened_upload

        self._admit(operation)

        def scratch(
            state: State, operation: StreamOperation[Any], patience: Patience
        ) -> AbstractContextManager[Path]:
            return state.shelf.scratch()

        async def restore(path: Path) -> Any:
            handler = Handler(partial(restored, path), no_cost)
            return await self._in_thread(handler, operation, options.timeout)

        made = self._named(operation, scratch)
        async with in_threads(made) as path, opened_upload(path, restore) as content:
            yield content

    @contextmanager
    def _named(
        self,
        operation: StreamOperation[Any],
        make: Callable[[State, StreamOperation[Any], Patience], AbstractContextManager[Path]],
    ) -> Generator[Path]:
        """Enter a context over the collections, in a thread; its errors tell the operation."""
        try:
            with make(self._open(operation), operation, Patience(None)) as path:
                yield path
        except AqdrantError as error:
            error.operation = error.operation or operation.name
            error.target = error.target or operation.target
            raise

    async def aclose(self) -> None:
        """Forget all collections, or let go of the folder. Closing again does nothing."""
        has_files = self._share is not None or self._state.shelf.is_temporary
        if not has_files or self._is_closed or not _has_event_loop():
            self.close()
        else:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.close)

    def close(self) -> None:
        """Forget all collections, or let go of the folder. Closing again does nothing."""
        with self._opening:
            self._is_closed, self._is_open = True, True
            if self._share is None:
                BUILDER.stop(self._state.collections.values(), wait=False)
                self._state.shelf.close()
            self._state = State()
            if self._finalizer is not None:
                self._finalizer()

    def _handler(self, operation: Operation[Any]) -> Handler:
        handler = HANDLERS.get(type(operation))
        if type(operation) is Refresh:
            handler = _REFRESH
        if handler is None and not self._is_closed:
            raise _unsupported(operation)
        self._admit(operation)
        return handler or _REFRESH

    def _admit(self, operation: Operation[Any]) -> None:
        if self._is_closed:
            raise ClientClosed("The client is closed.", operation=operation.name)
        if self._share is not None:
            self._share.check_process()
            if self._share.is_read_only and type(operation).writes:
                raise StorageError(
                    "The folder was opened with read_only=True.",
                    operation=operation.name,
                    target=self._share.path,
                    fix="Open it without to write.",
                )

    def _open(self, operation: Operation[Any]) -> State:
        """The collections; read from the folder at the first call."""
        if not self._is_open:
            with self._opening:
                self._open_once(operation)
        return self._state

    def _open_once(self, operation: Operation[Any]) -> None:
        if self._is_open or self._share is None:
            return
        try:
            self._state = self._share.open()
            self._state.is_confined = self._is_confined
        except AqdrantError as error:
            error.operation = error.operation or operation.name
            raise
        self._is_open = True

    def _refresh(self, patience: Patience) -> None:
        if self._share is None or not self._share.is_read_only:
            return
        self._share.refresh(patience)
        with self._opening:  # of several at once the last must not leave an older state
            if not self._is_closed:
                self._state = self._share.newest

    def _run(
        self,
        handler: Handler,
        operation: Operation[Any],
        patience: Patience,
        timeout: float | None,
        *,
        is_admitted: bool = False,
    ) -> Any:
        began = time.perf_counter()
        try:
            state = self._open(operation)
            if not is_admitted:
                check_strict_mode(state, operation, timeout)
                check_quotas(state, operation)
            result = handler.run(state, operation, patience)
            if handler is _REFRESH:
                self._refresh(patience)
        except AqdrantError as error:
            error.operation = error.operation or operation.name
            error.target = error.target or operation.target
            raise
        if is_collecting():
            spent = time.perf_counter() - began
            report(CallStats(operation=operation.name, time=spent))
        return result

    async def _in_thread(
        self,
        handler: Handler,
        operation: Operation[R],
        timeout: float | None,
        *,
        is_admitted: bool = False,
    ) -> R:
        patience = Patience(timeout)
        run: Callable[[], R] = partial(
            self._run, handler, operation, patience, timeout, is_admitted=is_admitted
        )
        state = self._open(operation)
        limiter = _limiter(state.peek(getattr(operation, "collection_name", "")))
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


def _nothing(state: State, operation: Refresh, patience: Patience) -> None:
    """The transport itself refreshes: it holds the state."""


_REFRESH = Handler(_nothing, no_cost)


def _has_event_loop() -> bool:
    """Whether there are worker threads to go to; the sync client may close without a loop."""
    try:
        anyio.lowlevel.current_token()
    except RuntimeError:
        return False
    return True


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
    if isinstance(operation, NativeCall):
        return UnsupportedOperation(
            "The in-process engine has no native calls of gRPC.",
            operation=operation.name,
            target=operation.target,
            supported_by=("grpc",),
            fix="Use a client of a server: url=..., prefer_grpc=True.",
        )
    return UnsupportedOperation(
        f"The in-process engine of this version does not run {operation.name}.",
        operation=operation.name,
        target=operation.target,
        supported_by=("rest", "grpc"),
        fix="A Qdrant server runs it.",
    )
