"""The thread that makes the graphs (HNSW) of collections, one at a time, while searches go on.

Woken by collections after each write and when they are opened; it ends when nothing is left to do.
What it does to a collection stands in `building`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Collection as Many
from typing import TYPE_CHECKING
from weakref import ref

from .building import Site, is_exit
from .settings import due, is_paused

if TYPE_CHECKING:
    from aqdrant_local.state import Collection

__all__ = ["BUILDER", "GraphBuilder"]

_NICENESS = 10  # whoever searches goes first


class GraphBuilder:
    """Collections that wait for their graphs, and the thread that makes them while there are any.

    Holds no collection: what nobody uses any more needs no graph.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, as in a forked child, which has none of its parent's threads."""
        # Reentrant: a client that nobody closed may be collected in here, and closes its folder.
        self._changed = threading.Condition(threading.RLock())
        self._waiting: list[ref[Collection]] = []
        self._current: ref[Collection] | None = None
        self._thread: threading.Thread | None = None
        # Held while the thread is in a gate: forks wait for it, and gates are free in a child.
        self.inside = threading.RLock()

    def wake(self, collection: Collection) -> None:
        """Have a collection looked at, if there is something to be done about its graphs."""
        if not is_due(collection):
            return
        with self._changed:
            # The one at hand as well: the thread may have looked at it for the last time.
            if any(known() is collection for known in self._waiting):
                return
            self._waiting.append(ref(collection))
            if self._thread is None:
                # No daemon: one that comes back from C while Python ends brings the process down.
                self._thread = threading.Thread(target=self._work, name="aqdrant-graphs")
                self._thread.start()

    def is_busy_with(self, collection: Collection) -> bool:
        """Whether a collection waits for the thread, or has it."""
        with self._changed:
            known = self._waiting if self._current is None else [*self._waiting, self._current]
            return any(waiting() is collection for waiting in known)

    def rest(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do; False where that takes longer than the timeout."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout)

    def stop(self, collections: Many[Collection], *, wait: bool) -> None:
        """Make no more graphs of these collections.

        Args:
            collections: which.
            wait: until the thread has none of them in its hands, a part of a second.
        """
        for collection in collections:
            collection.is_closed = True

        def is_free() -> bool:
            held = None if self._current is None else self._current()
            return held is None or held not in collections

        with self._changed:
            if wait and threading.current_thread() is not self._thread:
                self._changed.wait_for(is_free)

    def before_fork(self) -> None:
        """Wait until the thread is in no gate."""
        self.inside.acquire()

    def after_fork(self) -> None:
        """Let it go on, in the parent."""
        self.inside.release()

    def _work(self) -> None:
        _give_way()
        while True:
            with self._changed:
                self._current = None
                if not self._waiting or is_exit():
                    self._waiting.clear()
                    self._thread = None
                else:
                    self._current = self._waiting.pop(0)
                self._changed.notify_all()
                if self._current is None:
                    return
            Site(self._current, self.inside).run()


def is_due(collection: Collection) -> bool:
    """Whether there is something to be done about a collection's graphs."""
    return not is_paused(collection) and any(
        due(collection, name) is not None for name in collection.segment.dense
    )


def _give_way() -> None:
    """Let the other threads go first; faiss's own are begun by this one and are as this one is."""
    if sys.platform == "linux":  # elsewhere it would be the whole process
        thread = threading.get_native_id()
        as_now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, as_now + _NICENESS)  # 19 where it would be more


BUILDER = GraphBuilder()
"""The one of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=BUILDER.before_fork,
        after_in_parent=BUILDER.after_fork,
        after_in_child=BUILDER.reset,
    )
