"""Calls that failed for a moment's reason are tried again, on the logger ``aqdrant.retry``.

What may be tried again is decided by facts: the fault's kind, whether the operation is idempotent,
and whether the fault proves that the server did not act on it (`TransportError.processed`).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import anyio
from msgspec.structs import replace

from aqdrant.context import retried
from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    OperationTimeout,
    RateLimited,
    ServiceUnavailable,
    TLSFailed,
)
from aqdrant.middleware.budget import RetryBudget
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.middleware.watch import time_left
from aqdrant.models._reading import read
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport

__all__ = ["LOGGER", "Retry"]

T = TypeVar("T")

LOGGER = logging.getLogger("aqdrant.retry")

Fault: TypeAlias = ConnectionFailed | OperationTimeout | RateLimited | ServiceUnavailable
_FAULTS = (ConnectionFailed, OperationTimeout, RateLimited, ServiceUnavailable)
_PATIENCE = 60.0


class Retry(ForwardingTransport):
    """Try a call again after a transient fault, within its deadline.

    Tried again are: a connection that failed or was lost, and the statuses 429, 502, 503 and 504.
    An operation that is not idempotent is tried again only where it was certainly not run: no
    connection was made, or the server refused it unread (429 among others). So is a timeout: what
    took a server too long once would do so again. No other status is, and no failed TLS handshake.

    Waits are drawn evenly between 0 and `delay`, which doubles each time up to `max_delay` ("full
    jitter", of the AWS Architecture Blog, "Exponential Backoff And Jitter"). ``Retry-After`` of the
    server comes on top; one beyond 60 s, or a wait beyond the deadline, ends the call at once.

    Args:
        inner: the next layer.
        retries: how often a call is tried again.
        delay: seconds that the first wait lasts at most.
        max_delay: seconds that any wait lasts at most, but for a ``Retry-After``.
        budget: what all calls together may spend.
        sleep: waits so many seconds.
        draw: gives a number from 0 to 1; None for random ones.

    Raises:
        ArgumentError: a number is below 0.
    """

    def __init__(
        self,
        inner: Transport,
        retries: int = 3,
        *,
        delay: float = 0.2,
        max_delay: float = 10.0,
        budget: RetryBudget | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        draw: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(inner)
        self.retries = int(_at_least_zero("retries", retries, int))
        self.delay = _at_least_zero("delay", delay, float)
        self.max_delay = _at_least_zero("max_delay", max_delay, float)
        self.budget = budget or RetryBudget()
        self.retried = 0
        """How often a call was tried again, over all calls."""
        self._sleep = sleep
        self._draw = draw or _random_draw()

    async def execute(
        self, operation: Operation[T], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> T:
        """Run the operation, again if need be."""
        return await self._run(operation, options, lambda left: self.inner.execute(operation, left))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Open the stream, again if need be; once it is open, nothing is tried again."""
        return self._stream(operation, options)

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        async with AsyncExitStack() as stack:

            def enter(left: CallOptions) -> Awaitable[ByteStream]:
                return stack.enter_async_context(self.inner.stream(operation, left))

            yield await self._run(operation, options, enter)

    async def _run(
        self,
        operation: Operation[Any],
        options: CallOptions,
        attempt: Callable[[CallOptions], Awaitable[T]],
    ) -> T:
        try:
            result = await attempt(options)
        except _FAULTS as error:
            fault = error
        else:
            self.budget.earn()
            return result
        # Outside the handler: a later fault does not follow from the first one.
        try:
            return await self._again(operation, options, fault, attempt)
        finally:
            del fault  # it holds this frame

    async def _again(
        self,
        operation: Operation[Any],
        options: CallOptions,
        fault: Fault,
        attempt: Callable[[CallOptions], Awaitable[T]],
    ) -> T:
        tried = 0
        try:
            while (wait := self._wait(operation, tried, fault)) is not None:
                tried += 1
                _log(operation, fault, f"retry {tried} of {self.retries} in {wait:.2f} s")
                await self._sleep(wait)
                self.retried += 1
                try:
                    with retried(tried):
                        return await attempt(_left(options))
                except _FAULTS as error:
                    fault = error
            if tried:
                fault.add_note(f"aqdrant tried {tried + 1} times.")
            raise fault
        finally:
            del fault

    def _wait(self, operation: Operation[Any], tried: int, fault: Fault) -> float | None:
        """Seconds until the next attempt; None where there is to be none."""
        if tried >= self.retries or not _may_run_again(operation, fault):
            return None
        wait = self._draw() * min(self.max_delay, self.delay * 2.0 ** min(tried, 30))
        if isinstance(fault, RateLimited | ServiceUnavailable) and fault.retry_after is not None:
            if fault.retry_after > _PATIENCE:
                return None
            wait += fault.retry_after
        if wait >= time_left():
            return None
        if not self.budget.take():
            fault.add_note("aqdrant did not try again: too many calls of this client fail.")
            _log(operation, fault, "too many calls fail to try again")
            return None
        return wait


def _random_draw() -> Callable[[], float]:
    from random import random  # takes a while to import, and in process nothing is retried

    return random


def _may_run_again(operation: Operation[Any], fault: Fault) -> bool:
    if isinstance(fault, TLSFailed):
        return False
    if isinstance(fault, RateLimited):
        return True
    if isinstance(fault, ServiceUnavailable):
        return operation.idempotent
    if isinstance(fault, OperationTimeout):
        return fault.processed is False
    return operation.idempotent or fault.processed is False


def _log(operation: Operation[Any], fault: Fault, what_next: str) -> None:
    kind = type(fault).__name__
    target = operation.target or "-"
    LOGGER.warning("%s %s failed with %s; %s", operation.name, target, kind, what_next)


def _left(options: CallOptions) -> CallOptions:
    """The options with what is left of the timeout, which servers are told."""
    if options.timeout is None:
        return options
    return replace(options, timeout=max(0.001, min(options.timeout, time_left())))


def _at_least_zero(name: str, value: Any, kind: type[int | float]) -> float:
    number: float = read(value, kind, name)
    if number < 0:
        raise ArgumentError(f"{name}: {number:g}, wanted 0 or more.", parameter=name)
    return number
