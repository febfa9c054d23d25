"""Residents: tasks of the portal that run a series of calls.

A cancel scope or a task group must be left by the task that entered it, so an async iterator or
context manager that a sync client steps through has one task from its first step to its last.
`aqdrant._sync` steps; each step is a call of its own that hands its work to the resident's task.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, TypeVarTuple

from aqdrant._portal.calls import Call
from aqdrant._portal.hops import current_call
from aqdrant._portal.leases import Lease
from aqdrant.exceptions import ClientClosed

R = TypeVar("R")
Ts = TypeVarTuple("Ts")


class Resident:
    """One task on the portal, which starts with the first step.

    Args:
        lease: the client's share in the portal.
        cleanup: run in the task when it ends, however it ends; its errors are dropped.
    """

    __slots__ = ("_cleanup", "_lease", "_steps", "_task", "_wake")

    def __init__(self, lease: Lease, cleanup: Callable[[], Awaitable[object]]) -> None:
        self._lease = lease
        self._cleanup = cleanup
        self._steps: deque[_Step[Any]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._wake = _idle

    def run(self, function: Callable[[*Ts], Awaitable[R]], *args: *Ts) -> R:
        """Run ``function(*args)`` in the task and wait for it, as `Lease.run` does."""
        return self._lease.run(self._relay, function, *args)

    def end(self) -> None:
        """End the task and wait for its end; a task that never started or has ended is no error."""
        if self._task is not None and self._lease.used:
            self._lease.run(self._stop)

    def abandon(self) -> None:
        """Have the task end without waiting for it; for finalizers."""
        if self._task is not None:
            self._lease.post(self._task.cancel)

    # On the portal.

    async def _relay(self, function: Callable[[*Ts], Awaitable[R]], *args: *Ts) -> R:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._serve())
            # One that is cancelled before its first step never runs, not to its `finally` either.
            self._task.add_done_callback(self._drop)
        elif self._task.done():
            raise ClientClosed(
                "The stream or the iteration has ended, or its client was closed in the middle.",
                fix="Use it inside its `with` block, before the client is closed.",
            )
        step = _Step(function, args)
        self._steps.append(step)
        self._wake()
        try:
            await asyncio.wait([step.result])
        except asyncio.CancelledError:
            if step.begun and not step.result.done():
                step.interrupted = True
                self._task.cancel()
                await asyncio.wait([step.result])
            if not step.result.cancel() and not step.result.cancelled():
                step.result.exception()  # seen, so that asyncio does not complain
            raise
        return step.result.result()

    async def _stop(self) -> None:
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _serve(self) -> None:
        try:
            while True:
                while self._steps:
                    await self._steps.popleft().perform()
                await self._rest()
        finally:
            self._drop()
            with contextlib.suppress(Exception):  # nobody is left to hear of it
                await self._cleanup()

    def _drop(self, _task: asyncio.Task[None] | None = None) -> None:
        for step in self._steps:
            step.result.cancel()

    async def _rest(self) -> None:
        rest = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not rest.done():
                rest.set_result(None)

        self._wake = wake
        await rest


class _Step(Generic[R]):
    __slots__ = ("_args", "_call", "_function", "begun", "interrupted", "result")

    def __init__(self, function: Callable[..., Awaitable[R]], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self._call: Call[Any] | None = current_call.get()
        self.begun = False
        self.interrupted = False
        self.result: asyncio.Future[R] = asyncio.get_running_loop().create_future()

    async def perform(self) -> None:
        if self.result.done():
            return
        self.begun = True
        current_call.set(self._call)
        try:
            value = await self._function(*self._args)
        except asyncio.CancelledError:
            self.result.cancel()
            if not self.interrupted:
                raise
            # The step was cancelled, not the resident.
            _forget_cancellation()
        except BaseException as error:  # noqa: BLE001  every exception crosses to the waiting thread
            self.result.set_exception(error)
        else:
            self.result.set_result(value)


def _forget_cancellation() -> None:
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()


def _idle() -> None:
    """Stand for the wake-up call of a resident that does not rest."""
