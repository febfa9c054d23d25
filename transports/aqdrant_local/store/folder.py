"""An open folder: what it is checked for, and what it consists of.

Opened by `sharing`, told by the state of collections and aliases that come and go.
"""

from __future__ import annotations

import os
import shlex
import struct
from collections.abc import Mapping
from pathlib import Path

from aqdrant.exceptions import AqdrantError, StorageError, StoreDamaged
from aqdrant_local.state import Collection, State

from .catalog import SCHEMA, Catalog
from .collection import CollectionStore
from .database import APPLICATION_ID, FORMAT, Database, Durability, create_database, translated
from .loading import load_collection
from .locking import FolderLock

__all__ = ["FolderStore", "load_snapshot"]

_DATABASE = "aqdrant.db"
_LOCK = "aqdrant.lock"
_MAGIC = b"SQLite format 3\0"


class FolderStore:
    """A folder that this process may write to, from construction to `close`.

    Raises:
        FolderInUse: another process writes to it.
        StoreDamaged: it is not what was written.
        StorageError: it is something else, of a newer version, or not to be written to.
    """

    def __init__(self, folder: Path, durability: Durability) -> None:
        _check_folder(folder)
        self.durability = durability
        with translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _no_rights(folder)
        path = folder / _DATABASE
        if path.exists():
            _check_header(path)
        with translated(folder):
            self._lock = FolderLock(folder / _LOCK)
        try:
            if not path.exists():
                create_database(path, SCHEMA)
            self._database = Database(path, durability)
            self._catalog = Catalog(self._database)
            self._identity = path.stat()
            try:
                with self._database.writing():
                    self.state = self._load()
            except BaseException:
                self._database.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    def covers(self, folder: Path) -> bool:
        """Whether this is still the folder at that path: it may be deleted while it is open."""
        try:
            return os.path.samestat((folder / _DATABASE).stat(), self._identity)
        except OSError:
            return False

    def create(self, collection: Collection) -> None:
        """Write a new collection."""
        with self._database.transaction():
            number = self._catalog.add(collection.name, collection.config)
            for name, vectors in collection.segment.stores.items():
                self._catalog.add_vectors(number, name, vectors)
        CollectionStore(self._database, number, collection)

    def drop(self, collection: Collection, aliases: Mapping[str, str]) -> None:
        """Delete a collection, and all aliases but these."""
        if collection.store is None:
            return
        with self._database.transaction():
            self._catalog.drop(collection.store.number)
            self._catalog.set_aliases(aliases)
        try:
            with self._database.writing():
                self._database.give_back()
        except StorageError:
            return  # it is deleted; only the file is longer than it has to be

    def save_aliases(self, aliases: Mapping[str, str]) -> None:
        """Write all aliases."""
        with self._database.transaction():
            self._catalog.set_aliases(aliases)

    def close(self) -> None:
        """Close the database, once a write in another thread is through, and the lock."""
        self._database.close()
        self._lock.release()

    def abandon(self) -> object:
        """Give everything up in a forked child, where it is the parent's."""
        self._lock.abandon()
        return self._database.abandon()

    def _load(self) -> State:
        state = _load_state(self._database)
        state.store = self
        return state


def load_snapshot(folder: Path) -> State:
    """Read a folder as it is now, without a lock and without changing it.

    Raises:
        StorageError: there is nothing to read, or as `FolderStore`.
    """
    _check_folder(folder)
    path = folder / _DATABASE
    if not path.exists():
        raise StorageError(
            "There is no store to read.",
            target=str(folder),
            fix="Check the path, or open it without read_only=True to begin one.",
        )
    database = Database(path, "normal", read_only=True)
    try:
        with database.writing():
            database.execute("BEGIN")
            application = database.execute("PRAGMA application_id").fetchone()[0]
            _check_version(path, application, database.execute("PRAGMA user_version").fetchone()[0])
            return _load_state(database)
    finally:
        database.close()


def _load_state(database: Database) -> State:
    state = State()
    try:
        for entry in Catalog(database).entries():
            collection = load_collection(database, entry)
            state.collections[entry.name] = collection
            CollectionStore(database, entry.number, collection)
        state.aliases = Catalog(database).aliases()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, AqdrantError):
            raise
        raise StoreDamaged(  # a value of a kind that was never written
            "The database is damaged: it holds values of a wrong kind.",
            target=str(database.path.parent),
            fix="Restore the folder from a copy.",
        ) from error
    database.execute("PRAGMA shrink_memory")
    return state


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StorageError(
            "The path is a file, not a folder.",
            target=str(folder),
            fix="Name a folder; it is made where there is none.",
        )
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        raise StorageError(
            "This process has no right to read the folder.",
            target=str(folder),
            fix="Give it the right to read and write there.",
        )
    if (folder / "meta.json").exists() and not (folder / _DATABASE).exists():
        raise StorageError(
            "The folder is one of qdrant-client's local mode, which holds pickles.",
            target=str(folder),
            fix=f"Import it: python -m aqdrant import {shlex.quote(str(folder))} NEW_FOLDER",
        )


def _check_header(path: Path) -> None:
    """Refuse what is no database of ours, before SQLite touches it."""
    with translated(path.parent):
        if not os.access(path, os.W_OK):
            raise _no_rights(path.parent)
        with path.open("rb") as file:
            header = file.read(100)
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise StoreDamaged(
            f"{path.name} is no database, or its beginning is damaged.",
            target=str(path.parent),
            fix="Restore it from a copy, or name another folder.",
        )
    version, application = struct.unpack(">i4xi", header[60:72])
    _check_version(path, application, version)


def _check_version(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise StorageError(
            f"{path.name} is a database of another program.",
            target=str(path.parent),
            fix="Name another folder.",
        )
    if version > FORMAT:
        raise StorageError(
            f"The folder was written by a newer aqdrant: format {version}, this one reads"
            f" {FORMAT}.",
            target=str(path.parent),
            fix="Upgrade aqdrant.",
        )


def _no_rights(folder: Path) -> StorageError:
    return StorageError(
        "This process has no right to write to the folder.",
        target=str(folder),
        fix="Give it the right, or open the folder with read_only=True.",
    )
