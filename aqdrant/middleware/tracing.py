"""One log line a call, on the logger ``aqdrant.calls``."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar

from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions

__all__ = ["LOGGER", "Tracing"]

R = TypeVar("R")

LOGGER = logging.getLogger("aqdrant.calls")


class Tracing(ForwardingTransport):
    """Log operation, target, duration and outcome of each call; never an argument or a payload."""

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation and log it."""
        with _logged(operation):
            return await self.inner.execute(operation, options)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run the stream and log it when it ends."""
        return self._stream(operation, options)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Run the operation at once and log it, unless it has to be awaited."""
        if self._try_inner is None:
            return NotImplemented
        with _logged(operation) as outcome:
            result = self._try_inner(operation, options)
            if result is NotImplemented:
                outcome.clear()
            return result

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        with _logged(operation):
            async with self.inner.stream(operation, options) as content:
                yield content


@contextmanager
def _logged(operation: Operation[Any]) -> Generator[list[str]]:
    outcome = ["ok"]
    start = time.perf_counter()
    try:
        yield outcome
    except BaseException as error:
        outcome[0] = type(error).__name__
        raise
    finally:
        if outcome:
            took = (time.perf_counter() - start) * 1000
            LOGGER.debug(
                "%s %s %s %.2f ms", operation.name, operation.target or "-", outcome[0], took
            )
