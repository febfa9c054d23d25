"""Deadlines of calls on asyncio, without a timer and a cancel scope for each.

`Deadline` holds calls to servers by it, and `Retry` asks for what is left. A call that expires is
cancelled the way of `asyncio.timeout`: layers and transports see what they see when a program
cancels its task. One timer serves all calls of an event loop; it is armed for the earliest deadline
that it was told of, and left armed when that call ends: most calls are over long before.
"""

from __future__ import annotations

import contextvars
import math
import sys
import threading
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:  # `import aqdrant` does without
    import asyncio

__all__ = ["Watch", "Watched", "current_task", "time_left", "watch_here"]


class Watched:
    """A call under way.

    Args:
        task: runs it.
        deadline: by the loop's clock.
    """

    __slots__ = ("_cancelling", "deadline", "is_expired", "task")

    def __init__(self, task: asyncio.Task[Any], deadline: float) -> None:
        self.task = task
        self.deadline = deadline
        self.is_expired = False
        self._cancelling = task.cancelling()

    def expire(self) -> None:
        """Cancel the call, once."""
        if not self.is_expired:
            self.is_expired = True
            self.task.cancel()

    def is_cause(self, error: BaseException) -> bool:
        """Whether this ended the call; whoever else has cancelled the task would go before."""
        if not self.is_expired or self.task.cancelling() - 1 > self._cancelling:
            return False
        from asyncio import CancelledError

        return isinstance(error, CancelledError)


class Watch:
    """The calls under way on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.calls: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = math.inf

    def begin(self, task: asyncio.Task[Any], seconds: float) -> Watched:
        """Watch over a call of the running task."""
        call = Watched(task, self.loop.time() + seconds)
        self.calls.add(call)
        if call.deadline < self._due:
            self._arm(call.deadline)
        return call

    def end(self, call: Watched) -> None:
        """Know that a call is over, however it ended."""
        self.calls.discard(call)
        if call.is_expired:
            call.task.uncancel()

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        # Without the caller's context, which the timer would keep alive after the call.
        self._timer = self.loop.call_at(due, self._look, context=contextvars.Context())

    def _look(self) -> None:
        self._timer, self._due = None, math.inf
        now = self.loop.time()
        for call in self.calls:
            if call.deadline <= now:
                call.expire()
        left = [call.deadline for call in self.calls if not call.is_expired]
        if left:
            self._arm(min(left))


class _Here(threading.local):
    """The last loop of a thread, closed or not, is kept until the next one comes."""

    watch: Watch | None = None


_here = _Here()


def watch_here(task: asyncio.Task[Any]) -> Watch:
    """The watch of the running loop."""
    loop = task.get_loop()
    watch = _here.watch
    if watch is None or watch.loop is not loop:
        watch = _here.watch = Watch(loop)
    return watch


def current_task() -> asyncio.Task[Any] | None:
    """The running task of asyncio; None on another event loop, be it a guest of asyncio's."""
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio.current_task() if asyncio is not None else None
    except RuntimeError:
        return None


def time_left() -> float:
    """Seconds that the running call has left, by its own deadline and by its caller's."""
    left = anyio.current_effective_deadline() - anyio.current_time()
    task = current_task()
    if task is not None:
        now = task.get_loop().time()
        mine = (call.deadline for call in watch_here(task).calls if call.task is task)
        left = min(left, *(deadline - now for deadline in mine), math.inf)
    return left
