"""A folder as it was at one moment, read without a lock and beside its writer.

Used by `sharing` for clients with ``read_only=True``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from aqdrant.exceptions import StorageError
from aqdrant_local.graphs.builder import BUILDER
from aqdrant_local.locks import Patience
from aqdrant_local.snapshots.shelf import Shelf
from aqdrant_local.state import Collection, State

from .catalog import Catalog, Listing
from .connection import Connection
from .errors import damaged, translated
from .files import CATALOG, COLLECTION, check_version, collection_file, connect
from .folder import CATALOG_NAME, SNAPSHOTS, check_folder
from .graph_files import GraphFiles
from .loading import load_collection
from .manifest import Manifest

__all__ = ["Snapshot"]

T = TypeVar("T")


class _Held(NamedTuple):
    changes: int
    collection: Collection


class Snapshot:
    """The newest state of a folder that was asked for.

    Each collection is as it was at one moment between the beginning and the end of a reading;
    which collections and aliases there are is of one moment for all.
    """

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder / SNAPSHOTS, is_read_only=True)
        self.state = State(self._shelf)
        self._folder = folder
        self._reading = threading.Lock()
        self._held: dict[str, _Held] = {}  # by key

    def read(self, patience: Patience) -> None:
        """Read what changed since the last reading; where that fails, nothing happened.

        Raises:
            StorageError: there is nothing to read, or it is not what was written.
        """
        left = patience.remaining()
        if not self._reading.acquire(timeout=-1 if left is None else left):
            patience.expire()
        try:
            self._read(patience)
        finally:
            self._reading.release()

    def _read(self, patience: Patience) -> None:
        check_folder(self._folder)
        if not (self._folder / CATALOG_NAME).exists():
            raise StorageError(
                "There is no store to read.",
                target=str(self._folder),
                fix="Check the path, or open it without read_only=True to begin one.",
            )
        listing, before = self._listing(), None
        held: dict[str, _Held] = self._held
        while listing != before:  # else a collection came or went meanwhile
            patience.next_step()
            held = self._collections(listing, held)
            listing, before = self._listing(), listing
        state = State(self._shelf)
        for name, key in listing.keys.items():
            state.collections[name] = held[key].collection
        state.aliases = listing.aliases
        self.state, self._held = state, held

    def _collections(self, listing: Listing, known: dict[str, _Held]) -> dict[str, _Held]:
        """The collections of a listing, without those that are deleted while they are read."""
        found: dict[str, _Held] = {}
        for name, key in listing.keys.items():
            load = partial(self._load, name, key, known.get(key))
            try:
                found[key] = _reading(collection_file(self._folder, key), COLLECTION, load)
            except StorageError:
                if key in self._listing().keys.values():
                    raise
        return found

    def _listing(self) -> Listing:
        return _reading(
            self._folder / CATALOG_NAME, CATALOG, lambda connection: Catalog(connection).listing()
        )

    @staticmethod
    def _load(name: str, key: str, known: _Held | None, connection: Connection) -> _Held:
        manifest = Manifest(connection)
        manifest.check_key(key)
        changes = manifest.progress().changes
        if known is not None and known.changes == changes:
            return known
        collection = load_collection(connection, name)
        collection.graph_files = GraphFiles(connection.path, is_read_only=True)
        BUILDER.wake(collection)
        return _Held(changes, collection)


def _reading(path: Path, kind: int, work: Callable[[Connection], T]) -> T:
    """Run what reads a file, in one transaction, and leave nothing beside it where that can be.

    SQLite makes files through which readers and writers know of each other even where no writer is,
    and a reader leaves them there. Without them a writer that comes meanwhile has to be noticed: it
    writes to its log first, and counts its changes.
    """
    if (begin := _settled(path)) is not None:
        try:
            before, result = _read(
                path, kind, lambda found: (_changes(found), work(found)), alone=True
            )
            after = _read(path, kind, _changes, alone=True)
        except StorageError:
            if _settled(path) == begin:
                raise
        else:
            if before == after and _settled(path) is not None:
                return result
    return _read(path, kind, work)


def _read(path: Path, kind: int, work: Callable[[Connection], T], *, alone: bool = False) -> T:
    if not path.exists():
        raise damaged(path, f"{path.name} is missing")
    options = "mode=ro&immutable=1" if alone else "mode=ro"
    with translated(path.parent), closing(connect(path, options=options)) as raw:
        raw.execute("BEGIN")
        application = raw.execute("PRAGMA application_id").fetchone()[0]
        check_version(path, kind, application, raw.execute("PRAGMA user_version").fetchone()[0])
        return work(Connection(path, raw))


def _changes(connection: Connection) -> object:
    return connection.execute("SELECT changes FROM progress").fetchone()


def _settled(path: Path) -> tuple[int, int] | None:
    """How a file looks that all is in, with nothing in a log beside it; None for another."""
    log = path.with_name(path.name + "-wal")
    try:
        if log.exists() and log.stat().st_size:
            return None
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
