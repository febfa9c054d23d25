"""What a collection's file says about itself: settings, indexes, vector names, progress.

Used by `collection`, `loading` and `folder`; the tables are described in the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from aqdrant import models
from aqdrant.exceptions import StorageError
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.engine.segment import Vectors
from aqdrant_local.state import IndexSchema, Placed

from .blocks import block_rows
from .connection import Connection
from .errors import damaged
from .sums import numbers_mark, read_model, text_mark, written_model

__all__ = ["SCHEMA", "Manifest", "Progress", "VectorTable"]

SCHEMA = """
CREATE TABLE settings(key TEXT, config TEXT, mark);
CREATE TABLE progress(changes INTEGER, operations INTEGER, points INTEGER, indexes INTEGER, mark);
CREATE TABLE vectors(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, block_rows INTEGER);
CREATE TABLE indexes(name TEXT PRIMARY KEY, definition TEXT, mark);
CREATE TABLE points(
    row INTEGER PRIMARY KEY, id, version INTEGER, payload BLOB, mark INTEGER
);
"""


_SHARDS = """
CREATE TABLE IF NOT EXISTS shards(key TEXT PRIMARY KEY, first INTEGER, shards INTEGER, state, mark)
"""
_HAS_SHARDS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'shards'"


class Progress(NamedTuple):
    """How far a collection has come."""

    changes: int
    """Transactions; two readings with the same number are of the same content."""
    operations: int
    """Updates that were numbered."""
    points: int
    indexes: int

    @property
    def mark(self) -> int:
        """The checksum."""
        return numbers_mark(*self)


class VectorTable(NamedTuple):
    """Where the vectors of a name are."""

    number: int
    name: str
    kind: str
    block_rows: int


class Manifest:
    """The tables around the points of a collection. Writes run in a transaction of the caller."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def begin(self, key: str, config: models.CollectionConfig) -> None:
        """Fill the tables of a new file."""
        text = written_model(config)
        self._database.execute(
            "INSERT INTO settings VALUES (?, ?, ?)", (key, text, text_mark(key, text))
        )
        first = Progress(0, 0, 0, 0)
        self._database.execute("INSERT INTO progress VALUES (?, ?, ?, ?, ?)", (*first, first.mark))

    def config(self) -> models.CollectionConfig:
        """The settings."""
        found = self._database.execute("SELECT key, config, mark FROM settings").fetchone()
        if found is None:
            raise damaged(self._database.path, "settings are missing")
        key, text, mark = found
        return read_model(models.CollectionConfig, self._database.path, mark, key, text)

    def check_key(self, key: str) -> None:
        """Refuse a file that belongs to another collection.

        Raises:
            StorageError: it is not the one of this key.
        """
        found = self._database.execute("SELECT key FROM settings").fetchone()
        if found is None or found[0] != key:
            raise StorageError(
                f"{self._database.path.name} belongs to another collection.",
                target=str(self._database.path.parent),
                fix="Restore the folder from a copy, and do not replace it while it is open.",
            )

    def set_key(self, key: str) -> None:
        """Make it the file of another key."""
        text = written_model(self.config())
        self._database.execute(
            "UPDATE settings SET key = ?, config = ?, mark = ?", (key, text, text_mark(key, text))
        )

    def progress(self) -> Progress:
        """How far the collection has come."""
        found = self._database.execute("SELECT * FROM progress").fetchone()
        if found is None or (known := Progress(*found[:4])).mark != found[4]:
            raise damaged(self._database.path, "its progress is not what was written")
        return known

    def vectors(self) -> dict[str, VectorTable]:
        """The vector names."""
        found = self._database.execute("SELECT id, name, kind, block_rows FROM vectors ORDER BY id")
        return {table.name: table for table in map(VectorTable._make, found)}

    def indexes(self) -> dict[str, IndexSchema]:
        """The payload indexes."""
        path = self._database.path
        schemas: dict[str, IndexSchema] = {}
        sql = "SELECT name, definition, mark FROM indexes ORDER BY rowid"
        for name, text, mark in self._database.execute(sql).fetchall():
            schema = read_model(models.CreateFieldIndex, path, mark, name, text).field_schema
            if schema is None:
                raise damaged(path, "an index is not what was written")
            schemas[name] = schema
        if len(schemas) != self.progress().indexes:
            raise damaged(path, "an index is missing")
        return schemas

    def shards(self) -> dict[int | str, Placed]:
        """Where the shard keys have their points; none where there is no custom sharding."""
        path = self._database.path
        found: dict[int | str, Placed] = {}
        if not self._database.execute(_HAS_SHARDS).fetchone():
            return found
        sql = "SELECT key, first, shards, state, mark FROM shards ORDER BY first"
        for text, first, count, state, mark in self._database.execute(sql).fetchall():
            if text_mark(str(text), f"{first} {count} {state}") != mark:
                raise damaged(path, "shard keys are not what was written")
            key = msgspec.json.decode(text, type=int | str)
            found[key] = Placed(first, count, models.ReplicaState(state))
        return found

    def set_shards(self, shards: Mapping[int | str, Placed]) -> None:
        """Replace the shard keys."""
        self._database.execute(_SHARDS)
        self._database.execute("DELETE FROM shards")
        for key, placed in shards.items():
            text = msgspec.json.encode(key).decode()
            numbers = (placed.first, placed.shards, placed.state.value)
            mark = text_mark(text, "{} {} {}".format(*numbers))
            self._database.execute(
                "INSERT INTO shards VALUES (?, ?, ?, ?, ?)", (text, *numbers, mark)
            )

    def set_config(self, key: str, config: models.CollectionConfig) -> None:
        """Replace the settings."""
        text = written_model(config)
        self._database.execute(
            "UPDATE settings SET config = ?, mark = ?", (text, text_mark(key, text))
        )

    def set_progress(self, operations: int, points: int) -> None:
        """Note a change, how many updates there were, and how many points there are."""
        known = self.progress()
        self._keep(Progress(known.changes + 1, operations, points, known.indexes))

    def set_index(self, name: str, schema: IndexSchema | None) -> None:
        """Put an index on record, or take it off."""
        self._database.execute("DELETE FROM indexes WHERE name = ?", (name,))
        if schema is not None:
            text = written_model(models.CreateFieldIndex(field_name=name, field_schema=schema))
            self._database.execute(
                "INSERT INTO indexes VALUES (?, ?, ?)", (name, text, text_mark(name, text))
            )
        count: int = self._database.execute("SELECT count(*) FROM indexes").fetchone()[0]
        self._keep(self.progress()._replace(indexes=count))

    def add_vectors(self, name: str, vectors: Vectors) -> VectorTable:
        """Begin to hold vectors under one more name."""
        if isinstance(vectors, DenseVectors):
            kind, rows = "dense", block_rows(vectors.size)
            columns = "block INTEGER PRIMARY KEY, marks BLOB, vectors BLOB"
        else:
            kind, rows = "multi" if isinstance(vectors, MultiVectors) else "sparse", 1
            columns = "row INTEGER PRIMARY KEY, vector BLOB, mark INTEGER"
        number: int = self._database.execute(
            "INSERT INTO vectors(name, kind, block_rows) VALUES (?, ?, ?) RETURNING id",
            (name, kind, rows),
        ).fetchone()[0]
        self._database.execute(f"CREATE TABLE {kind}_{number}({columns})")
        return VectorTable(number, name, kind, rows)

    def drop_vectors(self, table: VectorTable) -> None:
        """Forget a vector name and all vectors under it."""
        self._database.execute(f"DROP TABLE {table.kind}_{table.number}")
        self._database.execute("DELETE FROM vectors WHERE id = ?", (table.number,))

    def clear(self) -> None:
        """Delete all points and their vectors."""
        self._database.execute("DELETE FROM points")
        for table in self.vectors().values():
            self._database.execute(f"DELETE FROM {table.kind}_{table.number}")

    def _keep(self, progress: Progress) -> None:
        self._database.execute(
            "UPDATE progress SET changes = ?, operations = ?, points = ?, indexes = ?, mark = ?",
            (*progress, progress.mark),
        )
