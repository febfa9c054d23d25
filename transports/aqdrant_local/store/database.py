"""One SQLite file of a folder: its connection, its transactions, and when it is open.

Used by every other module of the store.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from aqdrant.exceptions import ClientClosed

from .connection import Connection
from .errors import translated
from .files import PAGE, connect

__all__ = ["Database", "Durability", "Pool"]

Durability: TypeAlias = Literal["full", "normal"]

_OPEN = 32  # connections kept while nobody uses them; each takes three file descriptors
_CACHE = 2048  # KiB
_FREE = 4 << 20  # bytes of unused pages that are worth giving back
_LONGEST_LOG = 32 << 20  # bytes that the WAL may keep; a longer one is emptied at once


class Pool:
    """The open connections of a folder: those used least recently are closed above a bound."""

    def __init__(self, bound: int = _OPEN) -> None:
        self._bound = bound
        self._lock = threading.Lock()
        self._open: OrderedDict[Database, None] = OrderedDict()
        self._is_closed = False

    def enter(self, database: Database) -> None:
        """Note that a database is used now.

        Raises:
            ClientClosed: the folder was closed.
        """
        with self._lock:
            if self._is_closed:
                raise ClientClosed("The client is closed.", target=str(database.path.parent))
            self._open[database] = None
            self._open.move_to_end(database)
            surplus = list(self._open)[: len(self._open) - self._bound]
        for idle in surplus:
            idle.rest()

    def leave(self, database: Database) -> None:
        """Note that a database was closed."""
        with self._lock:
            self._open.pop(database, None)

    def close(self) -> None:
        """Close all, each once the transaction of another thread is through; none opens again."""
        with self._lock:
            self._is_closed = True
            remaining = list(self._open)
        for database in remaining:
            database.close()

    def abandon(self) -> list[object]:
        """Give all up without touching their files: for a forked child."""
        # Without the lock, which another thread may have held at the fork.
        return [database.abandon() for database in self._open]


class Database(Connection):
    """A file of a folder that is written to, by one thread at a time.

    Opened by the first use, closed while idle when many are open, and opened again.

    Args:
        path: the file, which exists.
        durability: whether a commit waits for the disk.
        pool: the open connections of the folder.
        check: called with each new connection: refuses a file that is another one by now.
    """

    def __init__(
        self,
        path: Path,
        durability: Durability,
        pool: Pool,
        check: Callable[[Database], None] | None = None,
    ) -> None:
        super().__init__(path, None)
        self._durability = durability
        self._pool = pool
        self._check = check
        self._log = path.with_name(path.name + "-wal")
        self._lock = threading.RLock()
        self._users = 0  # nested uses of the thread that has the lock

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open."""
        return self._raw is not None and self._raw.in_transaction

    @contextmanager
    def using(self) -> Generator[None]:
        """Have the connection, for this thread alone; may be nested."""
        with self._lock, translated(self.path.parent):
            if not self._users:
                self._pool.enter(self)
                if self._raw is None:
                    self._open()
            self._users += 1
            try:
                yield
            finally:
                self._users -= 1

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make all changes of the block last when it ends, none of them where it fails."""
        with self.using():
            self.begin()
            try:
                yield
                self.commit()
            except BaseException:
                self.roll_back()
                raise

    def begin(self) -> None:
        """Begin a transaction."""
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make what was written since `begin` last."""
        self.execute("COMMIT")
        self._shorten_log()

    def roll_back(self) -> None:
        """Forget what was written since `begin`."""
        try:
            if self.is_writing:
                self.execute("ROLLBACK")
        except sqlite3.Error:
            # SQLite forgets what is not committed at the latest when the connection closes; until
            # then no other transaction can begin, and says so.
            return

    def give_back(self) -> None:
        """Return pages that nothing uses to the file system, where they are many."""
        free = self.execute("PRAGMA freelist_count").fetchone()[0]
        total = self.execute("PRAGMA page_count").fetchone()[0]
        if free * 4 > total and free * PAGE > _FREE:
            # As a script: `execute` ends after the first of the pages, which come as empty rows.
            self.raw.executescript(f"PRAGMA incremental_vacuum({free})")
            self._shorten_log()

    def rest(self) -> None:
        """Close the connection for now, unless it is in use."""
        if self._lock.acquire(blocking=False):
            try:
                if not self._users:
                    self._close()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Close the connection, once the transaction of another thread is through."""
        with self._lock:
            self._close()

    def abandon(self) -> sqlite3.Connection | None:
        """Give the connection up without touching its file: for a forked child."""
        connection, self._raw = self._raw, None
        return connection

    def _open(self) -> None:
        self._raw = connect(self.path)
        try:
            self.execute(f"PRAGMA cache_size = -{_CACHE}")
            self.execute("PRAGMA secure_delete = OFF")
            self.execute(f"PRAGMA synchronous = {self._durability}")
            if self._durability == "full":  # on macOS a plain fsync leaves data in the disk's cache
                self.execute("PRAGMA fullfsync = ON")
                self.execute("PRAGMA checkpoint_fullfsync = ON")
            if self._check is not None:
                self._check(self)
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        connection, self._raw = self._raw, None
        self._pool.leave(self)
        if connection is not None:
            connection.close()

    def _shorten_log(self) -> None:
        try:
            if self._log.stat().st_size > _LONGEST_LOG:
                self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (OSError, sqlite3.Error):
            # The commit is through, and the log is only longer than it has to be: a full disk, or
            # a reader in another process. The next commit tries again.
            return
