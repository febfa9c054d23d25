"""Collections copied into a file of their own, and read from one: what snapshots hold.

Used by `aqdrant_local.snapshots`, for collections in memory as well.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from aqdrant_local.engine.portions import Portion
from aqdrant_local.lasting import lasts
from aqdrant_local.state import Collection, empty_stores

from .collection import CollectionStore
from .connection import Connection
from .database import Database, Pool
from .errors import damaged, translated
from .files import COLLECTION, check_header, connect, create_database
from .loading import load_collection
from .manifest import SCHEMA, Manifest

__all__ = ["adopt", "copy_file", "read_copy", "reader", "write_copy"]


def reader(source: Path) -> sqlite3.Connection:
    """Open a collection's file as it is now, whatever is written to it from then on."""
    with translated(source.parent):
        raw = connect(source)
        try:
            raw.execute("BEGIN")
            raw.execute("SELECT changes FROM progress").fetchall()
        except BaseException:
            raw.close()
            raise
        return raw


def copy_file(source: sqlite3.Connection, target: Path) -> None:
    """Copy what a reader sees, beside other readers and the writer."""
    with translated(target.parent), closing(connect(target, options="mode=rwc")) as new:
        source.backup(new)
        # The copy is one file, with nothing beside it.
        new.execute("PRAGMA journal_mode = DELETE").fetchall()


def write_copy(collection: Collection, points: Sequence[Portion], target: Path) -> None:
    """Write these points, under the settings and indexes of a collection, into a new file."""
    key, config = secrets.token_hex(8), collection.config
    blank = Collection(collection.name, config, empty_stores(config.params))
    blank.operations = collection.operations

    def begin(connection: Connection) -> None:
        manifest = Manifest(connection)
        manifest.begin(key, config)
        for name, vectors in blank.segment.stores.items():
            manifest.add_vectors(name, vectors)

    with translated(target.parent):
        create_database(target, COLLECTION, SCHEMA, begin)
        database = Database(target, "normal", Pool())
        try:
            store = CollectionStore(database, key, blank)
            for name, schema in collection.schema.items():
                store.save_index(name, schema)
            if collection.shards:
                store.save_shards(collection.shards)
            store.fill(points)
            with database.using():
                database.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            database.close()


def read_copy(source: Path, name: str) -> Collection:
    """Read a collection from a copy.

    Raises:
        StoreDamaged: it is not what was written.
        StorageError: another aqdrant wrote it.
    """
    check_header(source, COLLECTION, writes=False)
    with translated(source.parent), closing(connect(source)) as raw:
        _check_tables(source, raw)
        return load_collection(Connection(source, raw), name)


def adopt(path: Path, key: str) -> None:
    """Make a copy the file of the collection with this key; it is on the disk then.

    Raises:
        StoreDamaged: it is not what was written.
        StorageError: another aqdrant wrote it.
    """
    check_header(path, COLLECTION, writes=True)
    with translated(path.parent), closing(connect(path)) as raw:
        _check_tables(path, raw)
        connection = Connection(path, raw)
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        Manifest(connection).set_key(key)
        connection.execute("COMMIT")
    lasts(path)


def _check_tables(path: Path, raw: sqlite3.Connection) -> None:
    """Refuse what would run when tables are read or written: a copy may come from anywhere."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    if raw.execute(sql).fetchone()[0]:
        raise damaged(path, "it holds more than tables")
