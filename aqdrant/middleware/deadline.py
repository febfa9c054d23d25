"""The deadline of a call, held on the client's side whatever the transport does."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import anyio
from msgspec.structs import replace

from aqdrant.exceptions import OperationTimeout
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.middleware.watch import current_task, watch_here
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Encoded, Transport

__all__ = ["Deadline"]

R = TypeVar("R")


class Deadline(ForwardingTransport):
    """Cancel a call when its timeout has passed, and raise `OperationTimeout`.

    Args:
        inner: the next layer.
        default: seconds for calls that name no timeout; None for no limit.
        limit: seconds after which a call is given up that has no timeout at all. The layers below
            are not told: a server may refuse a timeout that nobody asked for. Where there is one,
            calls go to a server, and on asyncio their deadlines are held by one timer together.
    """

    def __init__(
        self, inner: Transport, default: float | None = None, limit: float | None = None
    ) -> None:
        super().__init__(inner)
        self.default = default
        self.limit = limit

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation within its timeout."""
        options = self._bounded(options)
        timeout = options.timeout or self.limit
        if timeout is None:
            return await self.inner.execute(operation, options)
        task = None if self.limit is None else current_task()
        if task is None:
            with anyio.move_on_after(timeout):
                return await self.inner.execute(operation, options)
            raise _expired(operation, timeout)
        watch = watch_here(task)
        call = watch.begin(task, timeout)
        try:
            return await self.inner.execute(operation, options)
        except BaseException as error:
            if not call.is_cause(error):
                raise
        finally:
            watch.end(call)
        raise _expired(operation, timeout)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run the stream within the call's own timeout; the default is not meant for gigabytes."""
        return self._stream(operation, options)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Hand the timeout on: who answers at once holds it by the clock."""
        return super().try_execute(operation, self._bounded(options))

    async def prepare(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded | None:
        """Have the operation encoded within its timeout: documents are embedded, too."""
        options = self._bounded(options)
        timeout = options.timeout or self.limit
        if timeout is None:
            return await super().prepare(operation, options)
        with anyio.move_on_after(timeout):
            return await super().prepare(operation, options)
        raise _expired(operation, timeout)

    def _bounded(self, options: CallOptions) -> CallOptions:
        if options.timeout is not None or self.default is None:
            return options
        return replace(options, timeout=self.default)

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        if options.timeout is None:
            async with self.inner.stream(operation, options) as content:
                yield content
            return
        with anyio.move_on_after(options.timeout) as scope:
            async with self.inner.stream(operation, options) as content:
                yield content
        if scope.cancelled_caught:
            raise _expired(operation, options.timeout)


def _expired(operation: Operation[Any], timeout: float) -> OperationTimeout:
    return OperationTimeout(
        f"no answer within {timeout:g} s.",
        timeout=timeout,
        operation=operation.name,
        target=operation.target,
        fix="Pass a longer timeout= to the call or to the client.",
    )
