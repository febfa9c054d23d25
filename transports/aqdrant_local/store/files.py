"""The files of a folder: how they are called, made, recognised and deleted.

Used by the other modules of the store.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from aqdrant.exceptions import StorageError, StoreDamaged
from aqdrant_local.lasting import lasts

from .connection import Connection
from .errors import damaged, translated

__all__ = [
    "CATALOG",
    "COLLECTION",
    "FORMAT",
    "PAGE",
    "check_header",
    "check_version",
    "collection_file",
    "connect",
    "create_database",
    "delete_database",
    "no_rights",
]

FORMAT = 2
CATALOG = 0x61716474
"""``application_id`` of the catalog."""
COLLECTION = 0x61716463
"""``application_id`` of a collection's file."""
PAGE = 8192
"""Bytes; a block of vectors takes a chain of pages, and a small change one of them."""

_MAGIC = b"SQLite format 3\0"
_WAIT = 5.0  # seconds for another process that is just opening the database
_BESIDE = ("", "-journal", "-wal", "-shm")


def collection_file(folder: Path, key: str) -> Path:
    """The file of the collection with this key."""
    return folder / f"{key}.aqdrant"


def connect(path: Path, *, options: str = "mode=rw") -> sqlite3.Connection:
    """Open a connection that leaves transactions to its user."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_WAIT,
    )


def create_database(path: Path, kind: int, schema: str, fill: Callable[[Connection], None]) -> None:
    """Make a database whose content is on the disk when this returns; the name may not be yet."""
    delete_database(path)  # left by a process that died here
    with closing(connect(path, options="mode=rwc")) as raw:
        connection = Connection(path, raw)
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = OFF")  # nobody knows the file yet
        connection.execute("PRAGMA synchronous = OFF")
        raw.executescript(
            f"BEGIN; PRAGMA application_id = {kind}; PRAGMA user_version = {FORMAT}; {schema}"
        )
        fill(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    lasts(path)


def delete_database(path: Path) -> None:
    """Delete a database and what SQLite keeps beside it; nothing where there is none."""
    for suffix in _BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def check_header(path: Path, kind: int, *, writes: bool) -> None:
    """Refuse what is no database of ours, before SQLite touches it.

    Raises:
        StoreDamaged: it is no database, or there is none.
        StorageError: it is another program's, of another format, or not to be written to.
    """
    with translated(path.parent):
        if writes and path.exists() and not os.access(path, os.W_OK):
            raise no_rights(path.parent)
        try:
            with path.open("rb") as file:
                header = file.read(100)
        except FileNotFoundError:
            raise damaged(path, f"{path.name} is missing") from None
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise StoreDamaged(
            f"{path.name} is no database, or its beginning is damaged.",
            target=str(path.parent),
            fix="Restore it from a copy, or name another folder.",
        )
    version, application = struct.unpack(">i4xi", header[60:72])
    check_version(path, kind, application, version)


def check_version(path: Path, kind: int, application: int, version: int) -> None:
    """Refuse a database that is not of this kind and format.

    Raises:
        StorageError: it is another program's, or of another format.
    """
    if application != kind:
        raise StorageError(
            f"{path.name} is a database of another program.",
            target=str(path.parent),
            fix="Name another folder.",
        )
    if version != FORMAT:
        age, fix = ("a newer", "Upgrade aqdrant.") if version > FORMAT else ("an older", _OLDER)
        raise StorageError(
            f"The folder was written by {age} aqdrant: {path.name} has format {version},"
            f" this one reads {FORMAT}.",
            target=str(path.parent),
            fix=fix,
        )


_OLDER = "Read it with the aqdrant that wrote it, and upload the points into another folder."


def no_rights(folder: Path) -> StorageError:
    """The error for a folder that this process may not write to."""
    return StorageError(
        "This process has no right to write to the folder.",
        target=str(folder),
        fix="Give it the right, or open the folder with read_only=True.",
    )
