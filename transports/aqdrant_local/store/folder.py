"""An open folder: what it is checked for, and what it consists of.

Opened by `sharing`, told by the state of collections and aliases that come and go.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aqdrant import models
from aqdrant.exceptions import StorageError
from aqdrant_local.graph_builder import BUILDER
from aqdrant_local.lasting import lasts
from aqdrant_local.snapshots.shelf import Shelf
from aqdrant_local.state import Collection, State

from .catalog import SCHEMA, Catalog
from .collection import CollectionStore
from .connection import Connection
from .copies import adopt
from .database import Database, Durability, Pool
from .errors import damaged, translated
from .files import (
    CATALOG,
    COLLECTION,
    check_header,
    collection_file,
    create_database,
    delete_database,
    no_rights,
)
from .graph_files import delete_graphs
from .loading import load_collection
from .locking import FolderLock
from .manifest import SCHEMA as COLLECTION_SCHEMA
from .manifest import Manifest

__all__ = ["CATALOG_NAME", "SNAPSHOTS", "FolderStore", "check_folder"]

CATALOG_NAME = "aqdrant.db"
SNAPSHOTS = "snapshots"
_LOCK = "aqdrant.lock"


class FolderStore:
    """A folder that this process may write to, from construction to `close`.

    Raises:
        FolderInUse: another process writes to it.
        StoreDamaged: it is not what was written.
        StorageError: it is something else, of another version, or not to be written to.
    """

    def __init__(self, folder: Path, durability: Durability) -> None:
        check_folder(folder)
        self.durability: Durability = durability
        self._folder = folder
        with translated(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise no_rights(folder)
        path = folder / CATALOG_NAME
        if path.exists():
            check_header(path, CATALOG, writes=True)
        with translated(folder):
            self._lock = FolderLock(folder / _LOCK)
        self._pool = Pool()
        self._database = Database(path, durability, Pool(bound=1))
        self._catalog = Catalog(self._database)
        self.state = State()
        try:
            with translated(folder):
                if not path.exists():
                    _create_catalog(path)
                self._identity = path.stat()
            with self._database.using():
                self._sweep()
                self.state = State(Shelf(folder / SNAPSHOTS))
                self.state.shelf.sweep()
                self.state.store = self
                self.state.quotas = self._catalog.quotas()
                self.reconcile(self.state)
        except BaseException:
            self.close()
            raise

    def covers(self, folder: Path) -> bool:
        """Whether this is still the folder at that path: it may be deleted while it is open."""
        try:
            return os.path.samestat((folder / CATALOG_NAME).stat(), self._identity)
        except OSError:
            return False

    def create(self, collection: Collection) -> None:
        """Write a new collection. It is there once the catalog names its file."""
        with self._database.using():
            key = self._next_key()
            path = collection_file(self._folder, key)

            def fill(connection: Connection) -> None:
                manifest = Manifest(connection)
                manifest.begin(key, collection.config)
                for name, vectors in collection.segment.stores.items():
                    manifest.add_vectors(name, vectors)

            try:
                create_database(path, COLLECTION, COLLECTION_SCHEMA, fill)
                lasts(self._folder)
                self._attach(key, collection)
                with self._database.transaction():
                    self._catalog.add(collection.name, key)
            except BaseException:
                if self._catalog.next_key() == key:
                    self._discard(key, collection)
                raise

    def drop(self, collection: Collection, aliases: Mapping[str, str]) -> None:
        """Delete a collection, and all aliases but these."""
        if collection.store is None:
            return
        key = collection.store.key
        with self._database.transaction():
            self._catalog.drop(collection.name, key)
            self._catalog.set_aliases(aliases)
        self._discard(key, collection)

    @contextmanager
    def landing(self) -> Generator[tuple[str, Path]]:
        """A key and a file for a collection to come; the file goes unless `put` names it."""
        with self._database.transaction():
            key = self._catalog.spare()
        try:
            yield key, collection_file(self._folder, key)
        finally:
            with self._database.using():
                is_unused = key not in self._catalog.listing().keys.values()
            if is_unused:
                self._discard(key)

    def adopted(self, name: str, key: str) -> Collection:
        """Read the collection that landed, on its way into the catalog.

        Raises:
            StorageError: it is not what was written.
        """
        adopt(collection_file(self._folder, key), key)
        lasts(self._folder)
        return self._load(name, key)

    def put(self, collection: Collection, before: Collection | None) -> None:
        """Have a collection that landed, in place of another, if any."""
        if collection.store is None:
            return
        old = None if before is None or before.store is None else before.store
        with self._database.transaction():
            self._catalog.put(collection.name, collection.store.key)
        if old is not None:
            old.close()
            self._discard(old.key)

    @property
    def path(self) -> Path:
        """The folder."""
        return self._folder

    def save_quotas(self, quotas: models.QuotaConfig) -> None:
        """Write the quotas."""
        with self._database.transaction():
            self._catalog.set_quotas(quotas)

    def save_aliases(self, aliases: Mapping[str, str]) -> None:
        """Write all aliases."""
        with self._database.transaction():
            self._catalog.set_aliases(aliases)

    def reconcile(self, state: State) -> None:
        """Make a state hold what the catalog names: at first, and after a change that failed."""
        with self._database.using():
            listing = self._catalog.listing()
        for name, held in list(state.collections.items()):
            if held.store is None or listing.keys.get(name) != held.store.key:
                state.collections.pop(name).is_dropped = True
        for name, key in listing.keys.items():
            if name not in state.collections:
                state.collections[name] = self._load(name, key)
        state.aliases = listing.aliases

    def close(self) -> None:
        """Close the files, once a write in another thread is through, and the lock."""
        BUILDER.stop(self.state.collections.values(), wait=True)
        self._pool.close()
        self._database.close()
        self._lock.release()

    def abandon(self) -> object:
        """Give everything up in a forked child, where it is the parent's."""
        self._lock.abandon()
        return self._pool.abandon(), self._database.abandon()

    def _load(self, name: str, key: str) -> Collection:
        path = collection_file(self._folder, key)
        check_header(path, COLLECTION, writes=True)
        database = self._opened(key)
        with database.using():
            collection = load_collection(database, name)
        CollectionStore(database, key, collection)
        BUILDER.wake(collection)
        return collection

    def _attach(self, key: str, collection: Collection) -> None:
        database = self._opened(key)
        with database.using():
            CollectionStore(database, key, collection)

    def _opened(self, key: str) -> Database:
        path = collection_file(self._folder, key)

        def check(connection: Connection) -> None:
            Manifest(connection).check_key(key)

        return Database(path, self.durability, self._pool, check)

    def _next_key(self) -> str:
        key = self._catalog.next_key()
        if key is None:
            raise damaged(self._database.path, "its catalog names no next collection")
        return key

    def _sweep(self) -> None:
        """Delete the files of collections that were deleted, or never came to be."""
        listing, following = self._catalog.listing(), self._catalog.next_key()
        swept = [key for key in self._catalog.unused_keys() if key not in listing.keys.values()]
        for key in swept:
            self._discard(key)
        gone = [
            key
            for key in swept
            if key != following and not collection_file(self._folder, key).exists()
        ]
        if gone:
            with self._database.transaction():
                for key in gone:
                    self._catalog.forget(key)

    def _discard(self, key: str, collection: Collection | None = None) -> None:
        """Delete the file of an unused key; where that fails, the next opening does it."""
        if collection is not None and collection.store is not None:
            collection.store.close()
        try:
            delete_database(collection_file(self._folder, key))
            delete_graphs(collection_file(self._folder, key))
        except OSError:
            return  # on Windows: somebody reads it


def check_folder(folder: Path) -> None:
    """Refuse a path at which no folder of ours is, or can be made.

    Raises:
        StorageError: it is a file, may not be read, or is the official client's.
    """
    try:
        is_folder = folder.is_dir()
        is_file = not is_folder and folder.exists()
    except PermissionError as error:
        raise StorageError(
            "This process has no right to enter a folder above this one.",
            target=str(folder),
            fix="Give it the right to enter each folder of the path, or name another path.",
        ) from error
    if is_file:
        raise StorageError(
            "The path is a file, not a folder.",
            target=str(folder),
            fix="Name a folder; it is made where there is none.",
        )
    if is_folder and not os.access(folder, os.R_OK | os.X_OK):
        raise StorageError(
            "This process has no right to read the folder.",
            target=str(folder),
            fix="Give it the right to read and write there.",
        )
    if (folder / "meta.json").exists() and not (folder / CATALOG_NAME).exists():
        raise StorageError(
            "The folder is one of qdrant-client's local mode, which holds pickles.",
            target=str(folder),
            fix=f"Import it: python -m aqdrant import {shlex.quote(str(folder))} NEW_FOLDER",
        )


def _create_catalog(path: Path) -> None:
    """Make the catalog of an empty folder, under another name until it is whole."""
    new = path.with_name(path.name + ".new")
    create_database(new, CATALOG, SCHEMA, lambda connection: Catalog(connection).begin())
    new.replace(path)
    lasts(path.parent)
