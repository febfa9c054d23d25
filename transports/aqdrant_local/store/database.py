"""The SQLite connection of a folder: how it is opened, its transactions, what its errors mean.

Used by every other module of the store.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from aqdrant.exceptions import AqdrantError, BadRequest, ClientClosed, StorageError, StoreDamaged

__all__ = ["APPLICATION_ID", "FORMAT", "Database", "Durability", "create_database", "translated"]

APPLICATION_ID = 0x61716474
FORMAT = 1

Durability: TypeAlias = Literal["full", "normal"]

_PAGE = 8192  # bytes; a block of vectors takes a chain of pages, and a small change one of them
_CACHE = 8192  # KiB
_WAIT = 5.0  # seconds for another process that is just opening the database
_FREE = 4 << 20  # bytes of unused pages that are worth giving back
_LONGEST_LOG = 32 << 20  # bytes that the WAL may keep; a longer one is emptied at once


class Database:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path, durability: Durability, *, read_only: bool = False) -> None:
        self.path = path
        self._log = path.with_name(path.name + "-wal")
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        with translated(path.parent):
            self._connection = _connect(self._address(read_only=read_only))
            try:
                self._prepare(durability, read_only=read_only)
            except BaseException:
                self.close()
                raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection.

        Raises:
            ClientClosed: the store was closed.
        """
        if self._connection is None:
            raise ClientClosed("The client is closed.", target=str(self.path.parent))
        return self._connection

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open."""
        return self._connection is not None and self._connection.in_transaction

    @contextmanager
    def writing(self) -> Generator[None]:
        """Have the connection for this thread alone; may be nested."""
        with self._lock, translated(self.path.parent):
            yield

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make all changes of the block last when it ends, none of them where it fails."""
        with self.writing():
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

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.connection.execute(sql, values)

    def execute_many(self, sql: str, values: Iterable[Any]) -> None:
        """Run one statement for each of the values."""
        self.connection.executemany(sql, values)

    def pages(self, sql: str, values: Any = (), *, size: int = 4096) -> Iterator[list[Any]]:
        """The rows of a query, some at a time."""
        cursor = self.execute(sql, values)
        while rows := cursor.fetchmany(size):
            yield rows

    def give_back(self) -> None:
        """Return pages that nothing uses to the file system, where they are many."""
        free = self.execute("PRAGMA freelist_count").fetchone()[0]
        total = self.execute("PRAGMA page_count").fetchone()[0]
        if free * 4 > total and free * _PAGE > _FREE:
            # As a script: `execute` ends after the first of the pages, which come as empty rows.
            self.connection.executescript(f"PRAGMA incremental_vacuum({free})")
            self._shorten_log()

    def close(self) -> None:
        """Close the connection, once the transaction of another thread is through."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def abandon(self) -> sqlite3.Connection | None:
        """Give the connection up without touching its files: for a forked child."""
        connection, self._connection = self._connection, None
        return connection

    def _address(self, *, read_only: bool) -> str:
        uri = _uri(self.path, read_only=read_only)
        if not read_only or os.access(self.path.parent, os.W_OK):
            return uri
        # A reader, too, makes the file through which it and a writer know of each other. Where it
        # may not, it reads a database that no writer has open, or finds that file there.
        is_settled = not self._log.exists() or not self._log.stat().st_size
        return f"{uri}&immutable=1" if is_settled else uri

    def _prepare(self, durability: Durability, *, read_only: bool) -> None:
        self.execute(f"PRAGMA cache_size = -{_CACHE}")
        if read_only:
            return
        self.execute("PRAGMA secure_delete = OFF")
        self.execute(f"PRAGMA synchronous = {durability}")
        if durability == "full":  # on macOS a plain fsync leaves data in the disk's cache
            self.execute("PRAGMA fullfsync = ON")
            self.execute("PRAGMA checkpoint_fullfsync = ON")
        self.execute("PRAGMA journal_mode = WAL")

    def _shorten_log(self) -> None:
        try:
            if self._log.stat().st_size > _LONGEST_LOG:
                self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (OSError, sqlite3.Error):
            # The commit is through, and the log is only longer than it has to be: a full disk, or
            # a reader in another process. The next commit tries again.
            return


def create_database(path: Path, schema: str) -> None:
    """Make an empty database with this schema at a path where there is none."""
    new = path.with_name(path.name + ".new")
    for suffix in ("", "-journal", "-wal", "-shm"):  # left by a process that died here
        new.with_name(new.name + suffix).unlink(missing_ok=True)
    with translated(path.parent):
        connection = _connect(_uri(new, read_only=False, create=True))
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.executescript(
                f"BEGIN; PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {FORMAT}; {schema} COMMIT;"
            )
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        new.replace(path)


@contextmanager
def translated(folder: Path) -> Generator[None]:
    """Raise what SQLite and the file system raise as errors of ours."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise BadRequest(
            "A name holds a lone surrogate, which no encoding of Unicode can store."
        ) from error
    except AqdrantError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise _meaning(error, str(folder)) from error


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_WAIT
    )


def _uri(path: Path, *, read_only: bool, create: bool = False) -> str:
    mode = "ro" if read_only else "rwc" if create else "rw"
    return f"{path.absolute().as_uri()}?mode={mode}"


def _meaning(error: sqlite3.Error | OSError, folder: str) -> AqdrantError:
    if isinstance(error, sqlite3.DataError):
        return BadRequest(f"A value is too large to be stored: {error}.", target=folder)
    code = getattr(error, "sqlite_errorcode", None) or 0
    found: _Meaning | None = (
        _MEANINGS.get(code & 0xFF) if isinstance(error, sqlite3.Error) else None
    )
    if found is None:
        text = str(error) if isinstance(error, sqlite3.Error) else error.strerror or str(error)
        fix = "Look at the path, and at what this process may do there."
        found = (StorageError, f"The folder cannot be used: {text}.", fix)
    kind, message, what_to_do = found
    return kind(message, target=folder, fix=what_to_do)


_RIGHTS = "Give this process the right to write there, or open it with read_only=True."
_Meaning: TypeAlias = tuple[type[StorageError], str, str | None]
_MEANINGS: dict[int, _Meaning] = {
    sqlite3.SQLITE_FULL: (
        StorageError,
        "The disk is full; nothing was changed.",
        "Make room, then try again: the client is still good.",
    ),
    sqlite3.SQLITE_IOERR: (
        StorageError,
        "The disk did not take or give the data; nothing was changed.",
        "Make room or look after the disk, then try again.",
    ),
    sqlite3.SQLITE_READONLY: (StorageError, "The folder cannot be written to.", _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: (StorageError, "The database cannot be opened.", _RIGHTS),
    sqlite3.SQLITE_PERM: (StorageError, "The folder cannot be written to.", _RIGHTS),
    sqlite3.SQLITE_BUSY: (
        StorageError,
        "Another program holds the database; nothing was changed.",
        "Close it there, then try again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreDamaged,
        "The database is damaged; nothing was changed.",
        "Restore the folder from a copy, or rescue what is left with SQLite's own tools.",
    ),
    sqlite3.SQLITE_NOTADB: (
        StoreDamaged,
        "aqdrant.db is no database, or its beginning is damaged; nothing was changed.",
        "Restore it from a copy, or name another folder.",
    ),
}
"""SQLite's error → ours, its text, what to do."""
