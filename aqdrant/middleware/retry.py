"""Calls that failed for a moment's reason are tried again, on the logger ``aqdrant.retry``.

What may be tried again is decided by facts: the fault's kind, whether the operation is idempotent,
and whether the fault proves that the server did not act on it (`TransportError.processed`).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, TypeAlias, TypeVar

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

__all__ = ["FAULTS", "LOGGER", "Fault", "Retry", "log_retry", "may_run_again", "wait_before"]

T = TypeVar("T")

LOGGER = logging.getLogger("aqdrant.retry")

Fault: TypeAlias = ConnectionFailed | OperationTimeout | RateLimited | ServiceUnavailable
FAULTS: Final = (ConnectionFailed, OperationTimeout, RateLimited, ServiceUnavailable)
_DELAY: Final = 0.2
_MAX_DELAY: Final = 10.0
_PATIENCE: Final = 60.0


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
        delay: float = _DELAY,
        max_delay: float = _MAX_DELAY,
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
        except FAULTS as error:
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
            most = self.retries if options.retries is None else options.retries
            while tried < most and (wait := self._wait(operation, tried, fault)) is not None:
                tried += 1
                log_retry(operation, fault, f"retry {tried} of {most} in {wait:.2f} s")
                await self._sleep(wait)
                self.retried += 1
                try:
                    with retried(tried):
                        return await attempt(_left(options))
                except FAULTS as error:
                    fault = error
            if tried:
                fault.add_note(f"aqdrant tried {tried + 1} times.")
            raise fault
        finally:
            del fault

    def _wait(self, operation: Operation[Any], tried: int, fault: Fault) -> float | None:
        """Seconds until the next attempt; None where there is to be none."""
        if not may_run_again(operation, fault):
            return None
        wait = wait_before(
            tried, fault, delay=self.delay, max_delay=self.max_delay, draw=self._draw
        )
        if wait is None or wait >= time_left():
            return None
        if not self.budget.take():
            fault.add_note("aqdrant did not try again: too many calls of this client fail.")
            log_retry(operation, fault, "too many calls fail to try again")
            return None
        return wait


def _random_draw() -> Callable[[], float]:
    from random import random  # takes a while to import, and in process nothing is retried

    return random


def wait_before(
    tried: int,
    fault: Fault,
    *,
    delay: float = _DELAY,
    max_delay: float = _MAX_DELAY,
    draw: Callable[[], float] | None = None,
) -> float | None:
    """Seconds to wait before the next attempt; None where the server wants too many."""
    drawn = _random_draw()() if draw is None else draw()
    wait = drawn * min(max_delay, delay * 2.0 ** min(tried, 30))
    if isinstance(fault, RateLimited | ServiceUnavailable) and fault.retry_after is not None:
        return None if fault.retry_after > _PATIENCE else wait + fault.retry_after
    return wait


def may_run_again(operation: Operation[Any], fault: Fault) -> bool:
    """Whether the operation may be run again after this fault, and whether that may help."""
    if isinstance(fault, TLSFailed):
        return False
    if isinstance(fault, RateLimited):
        return True
    if isinstance(fault, ServiceUnavailable):
        return operation.idempotent
    if isinstance(fault, OperationTimeout):
        return fault.processed is False
    return operation.idempotent or fault.processed is False


def log_retry(operation: Operation[Any], fault: Fault, what_next: str) -> None:
    """Log a failed attempt, and what comes of it."""
    kind = type(fault).__name__
    where = " on ".join(part for part in (operation.name, operation.target) if part)
    LOGGER.warning("%s failed with %s; %s", where, kind, what_next)


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
