"""Open folders of this process: clients of one folder share one engine.

Used by the transport.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from aqdrant.exceptions import StorageError
from aqdrant_local.locks import Patience
from aqdrant_local.state import State

from .database import Durability
from .folder import FolderStore
from .snapshot import Snapshot

__all__ = ["Share"]


class _Open:
    """A folder that is open for writing, and how many shares it has."""

    def __init__(self, store: FolderStore) -> None:
        self.store = store
        self.shares = 0


_open: dict[str, _Open] = {}
# Reentrant: a client that nobody closed may be collected, and so closed, at any point of this
# thread's work, in here as well.
_lock = threading.RLock()
_inherited: list[object] = []


class Share:
    """One client's hold on a folder. Opened at the first call, closed once.

    Args:
        path: the folder; it is made where there is none.
        durability: ``"full"`` or ``"normal"``; see the package.
        read_only: read the folder as it is at the opening, without a lock, and refuse writes.
    """

    def __init__(self, path: str, durability: Durability = "full", *, read_only: bool = False):
        self.path = path
        self.is_read_only = read_only
        self._durability: Durability = durability
        self._process = os.getpid()
        self._held: _Open | None = None
        self._snapshot = Snapshot(Path(path).absolute()) if read_only else None
        self._key = ""

    def check_process(self) -> None:
        """Refuse to go on in a forked child: the folder is its parent's.

        Raises:
            StorageError: this process was forked after the client was made.
        """
        if self._process != os.getpid() and self._held is not None:
            raise StorageError(
                "The client was opened before this process was forked; the folder is its parent's.",
                target=self.path,
                fix="Make a client in the child with read_only=True, or share the folder by"
                " a server.",
            )

    @property
    def newest(self) -> State:
        """The state that was read last; of a client that writes, an empty one."""
        return State() if self._snapshot is None else self._snapshot.state

    def refresh(self, patience: Patience) -> None:
        """Read what the writer acknowledged by now; nothing where this client sees it anyway.

        Raises:
            StorageError: it cannot be read; `newest` is what it was.
        """
        if self._snapshot is not None:
            self._snapshot.read(patience)

    def open(self) -> State:
        """Open the folder, or join those that have it open.

        Raises:
            StorageError: it cannot be opened.
        """
        if self._snapshot is not None:
            self._snapshot.read(Patience(None))
            return self._snapshot.state
        folder = Path(self.path).absolute()
        with _lock:
            self._key = os.path.realpath(folder)
            held = self._joined(folder)
            if held is None:
                held = _Open(FolderStore(folder, self._durability))
                held.shares = 1
                _open[self._key] = held
            self._held, self._process = held, os.getpid()
            return held.store.state

    def _joined(self, folder: Path) -> _Open | None:
        """A share of the folder, where it is open."""
        held = _open.get(self._key)
        if held is None or not held.store.covers(folder):
            return None
        if held.store.durability != self._durability:
            raise StorageError(
                f"The folder is open with durability={held.store.durability!r} already.",
                target=self.path,
                fix="Open it the same way.",
            )
        held.shares += 1
        # Where its last client was collected just before, it is closed by now.
        return held if _open.get(self._key) is held else None

    def close(self) -> None:
        """Let go of the folder; the last share closes it. Closing again does nothing."""
        with _lock:
            held, self._held = self._held, None
            if held is None or self._process != os.getpid():
                return
            held.shares -= 1
            if held.shares:
                return
            if _open.get(self._key) is held:
                del _open[self._key]
            held.store.close()


def _after_fork() -> None:
    """Give up the parent's folders in a child: closing them would touch the parent's files."""
    global _lock  # noqa: PLW0603  # another thread may have held it at the fork
    _lock = threading.RLock()
    _inherited.extend(held.store.abandon() for held in _open.values())
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
