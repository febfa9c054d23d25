"""An asyncio loop for callers that run on another kind of event loop, trio above all.

One daemon thread a process, started by the first such call and ended with the last transport that
used it. Cancellation, exceptions and results cross.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple

__all__ = ["Bridge", "is_asyncio"]

R = TypeVar("R")
Ts = TypeVarTuple("Ts")


def is_asyncio() -> bool:
    """Whether the caller runs on asyncio."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _Loop:
    """The thread and its loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.pid = os.getpid()
        self.users = 0
        self._thread = threading.Thread(target=self._run, name="aqdrant-grpc", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(_leave())
        finally:
            self.loop.close()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5.0)


async def _leave() -> None:
    """Cancel what still runs, and let sockets close, which takes two turns."""
    here = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not here]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(2):
        await asyncio.sleep(0)


_lock = threading.Lock()
_loops: list[_Loop] = []
"""The one loop of this process, while anyone uses it."""


class Bridge:
    """A transport's share in the loop."""

    def __init__(self) -> None:
        self._held: _Loop | None = None

    async def run(self, function: Callable[[*Ts], Coroutine[Any, Any, R]], *args: *Ts) -> R:
        """Run a coroutine on the loop, from trio, and wait for it even if cancelled."""
        import trio

        token = trio.lowlevel.current_trio_token()
        done = trio.Event()
        future = asyncio.run_coroutine_threadsafe(function(*args), self._take())

        def wake(_: object) -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(done.set)

        future.add_done_callback(wake)
        try:
            await done.wait()
        except trio.Cancelled:
            future.cancel()
            with trio.CancelScope(shield=True):
                await done.wait()
            raise
        return future.result()

    def _take(self) -> asyncio.AbstractEventLoop:
        with _lock:
            # A loop does not survive a fork.
            if self._held is None or self._held.pid != os.getpid():
                if not _loops or _loops[0].pid != os.getpid():
                    _loops[:] = [_Loop()]
                self._held = _loops[0]
                self._held.users += 1
            return self._held.loop

    def release(self) -> None:
        """Give the share back."""
        with _lock:
            held, self._held = self._held, None
            if held is None or held.pid != os.getpid():
                return
            held.users -= 1
            if held.users:
                return
            _loops.clear()
        held.end()
