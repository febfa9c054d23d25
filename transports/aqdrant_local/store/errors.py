"""What SQLite's errors and the file system's mean for a user.

Used by every other module of the store.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from aqdrant.exceptions import AqdrantError, BadRequest, StorageError, StoreDamaged

__all__ = ["damaged", "translated"]


@contextmanager
def translated(folder: Path) -> Generator[None]:
    """Raise what SQLite and the file system raise as errors of ours."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise BadRequest(
            "A name holds a lone surrogate, which no encoding of Unicode can store."
        ) from error
    except UnicodeDecodeError as error:  # in what SQLite shows of a definition it cannot read
        raise StoreDamaged(
            "The database is damaged: its definitions are not what was written.",
            target=str(folder),
            fix="Restore the folder from a copy.",
        ) from error
    except AqdrantError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise _meaning(error, str(folder)) from error


def damaged(path: Path, what: str) -> StoreDamaged:
    """The error for a file that is not what was written: `what` says which part."""
    return StoreDamaged(
        f"The database is damaged: {what}.",
        target=str(path.parent),
        fix=f"Restore the folder from a copy; it was {path.name} that could not be read.",
    )


def _meaning(error: sqlite3.Error | OSError, folder: str) -> AqdrantError:
    if isinstance(error, sqlite3.DataError):
        return BadRequest(f"A value is too large to be stored: {error}.", target=folder)
    code = getattr(error, "sqlite_errorcode", None) or 0
    found: _Meaning | None = (
        _MEANINGS.get(code & 0xFF) if isinstance(error, sqlite3.Error) else None
    )
    if isinstance(error, OSError) and error.errno in _FULL:
        found = _MEANINGS[sqlite3.SQLITE_FULL]
    if found is None:
        text = str(error) if isinstance(error, sqlite3.Error) else error.strerror or str(error)
        fix = "Look at the path, and at what this process may do there."
        found = (StorageError, f"The folder cannot be used: {text}.", fix)
    kind, message, what_to_do = found
    return kind(message, target=folder, fix=what_to_do)


_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
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
