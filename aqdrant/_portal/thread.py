"""The portal: one daemon thread per process with an event loop, and the clients' shares in it.

`aqdrant._sync` holds a `Lease` for each client. Entry is by ``call_soon_threadsafe`` and the way
back is a plain lock, which together cost about two thirds of ``run_coroutine_threadsafe``.
"""

from __future__ import annotations

import _thread
import asyncio
import atexit
import contextlib
import contextvars
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, TypeVarTuple

from aqdrant._portal.calls import Call, Errand, current_call
from aqdrant.exceptions import AqdrantError, ClientClosed

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

# How long the end of the portal waits for tasks that do not yield to cancellation, in seconds.
_GRACE = 2.0


def in_portal() -> bool:
    """Tell whether this is the portal's thread."""
    portal = _portal
    return portal is not None and portal.ident == _thread.get_ident()


async def in_caller(function: Callable[[*Ts], R], *args: *Ts) -> R:
    """Run a plain function in the thread of the sync call that this task serves.

    Where the task serves none, as under an async client, it is run at once.
    """
    call = current_call.get()
    if call is None or call.done or not in_portal():
        return function(*args)
    errand: Errand[R] = Errand(function, args)
    call.post(errand)
    return await errand.future


class Lease:
    """A client's share in the portal, which lives as long as anyone holds one that was used."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: Portal | None = None

    @property
    def used(self) -> bool:
        """Whether calls went to the portal, in this process and since the last release."""
        held = self._held
        return held is not None and held.alive

    def run(self, function: Callable[[*Ts], Awaitable[R]], *args: *Ts) -> R:
        """Run ``function(*args)`` on the portal and wait for it.

        An exception in the waiting thread, Ctrl-C above all, cancels the call and is raised when
        the call has ended; a second one is raised at once.

        Raises:
            AqdrantError: if called on the portal's own thread, which would wait for itself.
            ClientClosed: if the portal ended while the call was under way.
        """
        held = self._held
        if held is None or not held.alive:
            held = self._take()
        if held.ident == _thread.get_ident():
            raise AqdrantError(
                "A sync client was called on the event-loop thread that serves it: a deadlock.",
                fix="Use AsyncQdrantClient in code that the client calls back, or another thread.",
            )
        return held.run(function, args)

    def release(self) -> None:
        """Give the share back; the last one ends the thread and waits for its end."""
        held = self._give_back()
        if held is not None:
            held.end()
            if held.ident != _thread.get_ident():
                held.join()

    def post(self, callback: Callable[[], object]) -> None:
        """Have the loop call a plain function, without waiting; for finalizers."""
        held = self._held
        if held is not None and held.alive:
            held.call_soon(callback)

    def dispose(self, cleanup: Callable[[], Awaitable[object]]) -> None:
        """Run ``cleanup`` on the portal and then release, without waiting for either.

        For finalizers: takes no lock, since it may run in the middle of code that holds it.
        """
        held = self._held
        if held is None or not held.alive:
            return

        async def clean_up() -> None:
            try:
                await cleanup()
            finally:
                self.release()

        # Where the loop is closed already, so is what was to be cleaned up.
        with contextlib.suppress(ClientClosed):
            held.submit(held.call(clean_up))

    def _take(self) -> Portal:
        global _portal  # noqa: PLW0603  one portal per process
        with _lock:
            if self._held is not None and self._held.alive:
                return self._held
            if _portal is None or not _portal.alive:
                _portal = Portal()
            _portal.leases += 1
            self._held = _portal
            return _portal

    def _give_back(self) -> Portal | None:
        global _portal  # noqa: PLW0603
        with _lock:
            held, self._held = self._held, None
            if held is None or not held.alive:
                return None
            held.leases -= 1
            if held.leases:
                return None
            if _portal is held:
                _portal = None
            return held


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
            raise ClientClosed(
                "The interpreter is exiting and starts no more threads.",
                fix="Make the last calls, and close the client, before the program ends.",
            ) from error

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


_lock = threading.Lock()
_portal: Portal | None = None
# What a forked child got of its parent's portal: dead, but not to be collected while it lives.
_inherited: list[Portal] = []


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


def _at_exit() -> None:
    # Registered at import, so it runs after what users register, whose calls still find the loop.
    portal = _portal
    if portal is not None and portal.alive:
        portal.end()
        portal.join()


def _in_forked_child() -> None:
    global _portal, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    current_call.set(None)
    if _portal is not None:
        _portal.inherit()
        _inherited.append(_portal)
        _portal = None


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_forked_child)
