"""The lock of a collection, shared by readers, exclusive for writers, and how long calls wait.

Thread locks alone, nothing of an event loop: handlers run in the caller's thread, on the loop, or
in a worker thread.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from aqdrant.exceptions import OperationTimeout

__all__ = ["AT_ONCE", "Abandoned", "Busy", "Gate", "Patience"]


class Busy(Exception):
    """A lock is held, and this call must not wait for it."""


class Abandoned(Exception):
    """Nobody waits for the answer any more; it is raised and ends in a worker thread."""


class Patience:
    """Until when a call may wait for locks, and whether anyone waits for its answer."""

    __slots__ = ("_deadline", "_is_abandoned", "_timeout")

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._is_abandoned = False

    def abandon(self) -> None:
        """Have the call end at its next step: the caller was cancelled."""
        self._is_abandoned = True

    def next_step(self) -> None:
        """Go on with a read of many steps, if there is reason to.

        Raises:
            OperationTimeout: no time is left.
            Abandoned: the caller was cancelled.
        """
        if self._is_abandoned:
            raise Abandoned
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OperationTimeout(f"It took longer than {self._timeout} s.", timeout=self._timeout)

    def remaining(self) -> float | None:
        """Seconds left, None for ever.

        Raises:
            OperationTimeout: none are left.
        """
        if self._deadline is None:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.expire()
        return left

    def expire(self) -> None:
        """Give up waiting.

        Raises:
            OperationTimeout: always, but for the patience of calls that must not wait.
        """
        raise OperationTimeout(
            f"The collection was busy for longer than {self._timeout} s.", timeout=self._timeout
        )


class _None(Patience):
    """For calls that must not wait at all."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)

    def remaining(self) -> float | None:
        raise Busy

    def expire(self) -> None:
        raise Busy


AT_ONCE = _None()
"""Patience of a call that must not wait: `Busy` is raised in place of waiting."""


class Gate:
    """Many readers or one writer, in turns, so that neither keeps the other out for ever.

    A writer that waits goes before readers that come later; readers that wait when a writer leaves
    go before the next writer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._readers = 0
        self._writing = False
        self._waiting = 0
        self._waiting_writers = 0
        self._waiting_readers = 0  # those that came since the last writer left
        self._due_readers = 0  # those that waited when it left: the next writer lets them go first
        self._writes = 0  # writers that have left

    def shared(self, patience: Patience) -> _Pass:
        """Enter as a reader: ``with gate.shared(patience):``."""
        return _Pass(self, patience, writes=False)

    def exclusive(self, patience: Patience) -> _Pass:
        """Enter as the writer: ``with gate.exclusive(patience):``."""
        return _Pass(self, patience, writes=True)

    def enter(self, patience: Patience, *, writes: bool) -> None:
        """Wait until the caller may go in, as far as the patience allows."""
        with self._lock:
            if writes:
                self._enter_as_writer(patience)
            elif self._writing or self._waiting_writers:
                self._enter_as_reader(patience)
            else:
                self._readers += 1

    def leave(self, *, writes: bool) -> None:
        """Let the next ones in."""
        with self._lock:
            if writes:
                self._writing = False
                self._writes += 1
                self._due_readers, self._waiting_readers = self._waiting_readers, 0
            else:
                self._readers -= 1
            self._wake()

    def _enter_as_writer(self, patience: Patience) -> None:
        self._waiting_writers += 1
        try:
            while self._writing or self._readers or self._due_readers:
                self._wait(patience)
            self._writing = True
        finally:
            self._waiting_writers -= 1
            if not self._writing:  # gave up: readers behind it may go in
                self._wake()

    def _enter_as_reader(self, patience: Patience) -> None:
        came = self._writes
        self._waiting_readers += 1
        try:
            while self._writing or (self._waiting_writers and self._writes == came):
                self._wait(patience)
            self._readers += 1
        finally:
            if self._writes == came:
                self._waiting_readers -= 1
            else:
                self._due_readers -= 1
            self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._readers:
            self._changed.notify_all()

    def _wait(self, patience: Patience) -> None:
        left = patience.remaining()
        self._waiting += 1
        try:
            woken = self._changed.wait(left)
        finally:
            self._waiting -= 1
        if not woken:
            patience.expire()


class _Pass:
    """One stay inside a gate."""

    __slots__ = ("_gate", "_patience", "_writes")

    def __init__(self, gate: Gate, patience: Patience, *, writes: bool) -> None:
        self._gate = gate
        self._patience = patience
        self._writes = writes

    def __enter__(self) -> None:
        self._gate.enter(self._patience, writes=self._writes)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.leave(writes=self._writes)
