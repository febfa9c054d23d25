"""The portal: a daemon thread with an event loop; `aqdrant._portal.leases` starts and ends it.

Entry is by ``call_soon_threadsafe`` and the way
back is a plain lock, which together cost about two thirds of ``run_coroutine_threadsafe``.
"""

from __future__ import annotations

import _thread
import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aqdrant._portal.calls import Call
from aqdrant._portal.leases import exiting
from aqdrant.exceptions import ClientClosed

R = TypeVar("R")

# How long the end of the portal waits for tasks that do not yield to cancellation, in seconds.
_GRACE = 2.0


class Portal:
    """A thread that runs an event loop, and the calls under way on it."""

    def __init__(self) -> None:
        self.leases = 0
        self.ident: int | None = None
        self._pid = os.getpid()
        self._ended = False
        self._ending = False
        # Filled by the calling threads, emptied on the loop. What is left when the loop is closed
        # would be waited for in vain, so it is failed then.
        self._under_way: set[Call[Any]] = set()
        self._loop = _new_loop()
        self._rest: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._main, name="aqdrant-portal", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            self._loop.close()
            raise exiting() from error

    @property
    def alive(self) -> bool:
        """Whether calls can be made: not ended, and not the copy that a forked child inherits."""
        return not self._ended and self._pid == os.getpid()

    def run(self, function: Callable[..., Awaitable[R]], args: tuple[Any, ...]) -> R:
        call = self.call(function, args)
        try:
            self.submit(call)
            call.wait()
        except BaseException:
            call.abandoned = True
            if self.call_soon(call.cancel):
                call.wait()
            raise
        if self._ending and isinstance(call.error, asyncio.CancelledError):
            raise _ended_under_way() from call.error
        return call.result()

    def call(self, function: Callable[..., Awaitable[R]], args: tuple[Any, ...] = ()) -> Call[R]:
        return Call(function, args, self._loop, self._under_way)

    def submit(self, call: Call[Any]) -> None:
        self._under_way.add(call)
        if self._ended or not self.call_soon(call.begin, contextvars.copy_context()):
            self._under_way.discard(call)
            raise _ended_under_way()

    def end(self) -> None:
        """Cancel what is left, close the loop and let the thread end."""
        self.call_soon(self._end)

    def join(self) -> None:
        self._thread.join(2 * _GRACE)

    def inherit(self) -> None:
        """Silence, in a forked child, what the parent's loop would say when it is collected."""
        self._loop.set_exception_handler(lambda _loop, _context: None)

    def call_soon(
        self, callback: Callable[[], object], context: contextvars.Context | None = None
    ) -> bool:
        try:
            self._loop.call_soon_threadsafe(callback, context=context)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def _end(self) -> None:
        self._ending = True
        if not self._rest.done():
            self._rest.set_result(None)

    async def _root(self) -> None:
        # anyio keeps its worker threads as long as the task given to `run_until_complete` lives.
        await self._rest
        leftovers = asyncio.all_tasks() - {asyncio.current_task()}
        for task in leftovers:
            task.cancel()
        if leftovers:
            await asyncio.wait(leftovers, timeout=_GRACE)

    def _main(self) -> None:
        self.ident = _thread.get_ident()
        _claim_thread_for_asyncio()
        loop = self._loop
        try:
            loop.run_until_complete(self._root())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            self._ended = True
            for call in list(self._under_way):
                call.fail(_ended_under_way())


def _ended_under_way() -> ClientClosed:
    return ClientClosed(
        "The client's event-loop thread ended while a call was under way.",
        fix="Let the calls end before the last client is closed or the program exits.",
    )


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.ProactorEventLoop()
    return asyncio.SelectorEventLoop()


def _claim_thread_for_asyncio() -> None:
    """Make sniffio, if installed, answer asyncio here even where the caller's context says trio."""
    try:
        import sniffio
    except ImportError:
        return
    sniffio.thread_local.name = "asyncio"
