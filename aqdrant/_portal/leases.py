"""The clients' shares in the portal of this process, and what becomes of it at exit and fork.

`aqdrant._sync` holds a `Lease` for each client.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from aqdrant._portal.hops import current_call
from aqdrant.exceptions import AqdrantError, ClientClosed

if TYPE_CHECKING:
    from aqdrant._portal.thread import Portal

R = TypeVar("R")
Ts = TypeVarTuple("Ts")


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
    return await call.ask(function, args)


def exiting() -> ClientClosed:
    """Make the error for a call that comes when the interpreter goes."""
    return ClientClosed(
        "The interpreter is exiting and starts no more threads.",
        fix="Make the last calls, and close the client, before the program ends.",
    )


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

    def hold(self) -> None:
        """Take a share now, for work of this client that the portal does without a call of its."""
        self._take()

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
                if sys.is_finalizing():
                    # Nothing can be imported any more; `__del__` of a global comes here.
                    raise exiting()
                # With it comes asyncio, whose import costs more than that of this whole package.
                from aqdrant._portal.thread import Portal

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


_lock = threading.Lock()
_portal: Portal | None = None
# What a forked child got of its parent's portal: dead, but not to be collected while it lives.
_inherited: list[Portal] = []


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
