"""Calls: an async function under way on the portal, and the thread that waits for its end.

`aqdrant._portal.thread` begins and cancels calls on its loop; the threads of sync clients wait.
"""

from __future__ import annotations

import _thread
import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from aqdrant._portal.hops import current_call

R = TypeVar("R")
T = TypeVar("T")


class Call(Generic[R]):
    """One async function under way on the portal, and the thread that waits for it.

    The latch is a lock that the waiting thread acquires and the loop releases: for the end, and
    for each errand. Only the loop's thread releases it, so looking at ``locked()`` is no race.
    """

    __slots__ = (
        "_args",
        "_errands",
        "_function",
        "_latch",
        "_loop",
        "_task",
        "_under_way",
        "_value",
        "abandoned",
        "done",
        "error",
    )

    def __init__(
        self,
        function: Callable[..., Awaitable[R]],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        under_way: set[Call[Any]],
    ) -> None:
        self._function = function
        self._args = args
        self._loop = loop
        self._under_way = under_way
        self._latch = _thread.allocate_lock()
        self._latch.acquire()
        self._task: asyncio.Task[None] | None = None
        self._errands: deque[Errand[Any]] = deque()
        self._value: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.abandoned = False

    # On the loop's thread.

    def begin(self) -> None:
        if not self.done:
            current_call.set(self)
            self._task = _start_task(self._perform(), self._loop)

    def cancel(self) -> None:
        if self.done:
            return
        if self._task is None:
            self.fail(asyncio.CancelledError())
        else:
            self._task.cancel()
            # One that is cancelled before its first step never runs, and could not say so.
            self._task.add_done_callback(self._never_ran)

    def _never_ran(self, _task: asyncio.Task[None]) -> None:
        if not self.done:
            self.fail(asyncio.CancelledError())

    def ask(self, function: Callable[..., T], args: tuple[Any, ...]) -> asyncio.Future[T]:
        """Have the waiting thread run a plain function."""
        errand = Errand(function, args)
        if self.abandoned:
            errand.future.cancel()
        else:
            self._errands.append(errand)
            self._release()
        return errand.future

    def fail(self, error: BaseException) -> None:
        self.error = error
        self._finish()

    async def _perform(self) -> None:
        try:
            self._value = await self._function(*self._args)
        except BaseException as error:  # noqa: BLE001  every exception crosses to the waiting thread
            self.error = error
        self._finish()

    def _finish(self) -> None:
        self._under_way.discard(self)
        self.done = True
        self._release()

    def _release(self) -> None:
        if self._latch.locked():
            self._latch.release()

    # On the waiting thread.

    def wait(self) -> None:
        while True:
            _acquire(self._latch)
            while self._errands and not self.abandoned:
                self._errands.popleft().perform()
            if self.done:
                return

    def result(self) -> R:
        error, self.error = self.error, None
        if error is None:
            value: R = self._value
            return value
        try:
            raise error
        finally:
            del error  # the traceback holds this frame


class Errand(Generic[R]):
    """A plain function that the waiting thread runs for a task of the portal."""

    __slots__ = ("_args", "_function", "_loop", "future")

    def __init__(self, function: Callable[..., R], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[R] = self._loop.create_future()

    def perform(self) -> None:
        """Run it. What is no `Exception`, such as Ctrl-C, ends the call from this side."""
        try:
            value = self._function(*self._args)
        except StopIteration as error:
            # A future refuses this one, as a coroutine would.
            wrapped = RuntimeError("a function run for a coroutine raised StopIteration")
            wrapped.__cause__ = error
            self._loop.call_soon_threadsafe(self._settle, None, wrapped)
        except Exception as error:  # noqa: BLE001  it crosses to the task
            self._loop.call_soon_threadsafe(self._settle, None, error)
        else:
            self._loop.call_soon_threadsafe(self._settle, value, None)

    def _settle(self, value: Any, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(value)


def _acquire(latch: _thread.LockType) -> None:
    if sys.platform == "win32":
        # A wait without a timeout is deaf to Ctrl-C there.
        while not latch.acquire(timeout=0.1):
            pass
    else:
        latch.acquire()


if sys.version_info >= (3, 12):

    def _start_task(
        work: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop
    ) -> asyncio.Task[None]:
        # Spares one turn of the loop, which is a fifth of the whole hop.
        return asyncio.Task(work, loop=loop, eager_start=True)

else:

    def _start_task(
        work: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop
    ) -> asyncio.Task[None]:
        return loop.create_task(work)
