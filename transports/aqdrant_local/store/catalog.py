"""Collections, settings, indexes and aliases on disk.

Used by the other modules of the store; the tables are described in the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar
from zlib import crc32

from aqdrant import models
from aqdrant.exceptions import AqdrantError, BadRequest, StoreDamaged
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.engine.segment import Vectors
from aqdrant_local.state import IndexSchema

from .blocks import block_rows
from .database import Database

__all__ = ["SCHEMA", "Catalog", "Entry", "VectorTable"]

SCHEMA = """
CREATE TABLE collections(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, config TEXT, mark);
CREATE TABLE progress(collection INTEGER PRIMARY KEY, operations INTEGER, points INTEGER);
CREATE TABLE vectors(
    id INTEGER PRIMARY KEY, collection INTEGER, name TEXT, kind TEXT, block_rows INTEGER
);
CREATE TABLE indexes(
    collection INTEGER, name TEXT, definition TEXT, mark, PRIMARY KEY(collection, name)
);
CREATE TABLE aliases(alias TEXT PRIMARY KEY, collection TEXT NOT NULL, mark);
"""

M = TypeVar("M", bound=models.Model)


class Entry(NamedTuple):
    """A collection in the catalog."""

    number: int
    name: str
    config: models.CollectionConfig
    operations: int
    points: int


class VectorTable(NamedTuple):
    """Where the vectors of a name are."""

    number: int
    name: str
    kind: str
    block_rows: int


class Catalog:
    """The tables that say what else there is. Writes run inside a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, number: int | None = None) -> Iterator[Entry]:
        """The collections, or the one of this number."""
        sql = (
            "SELECT id, name, config, mark, operations, points FROM collections"
            " LEFT JOIN progress ON collection = id WHERE ? IS NULL OR id = ? ORDER BY id"
        )
        for found in self._database.execute(sql, (number, number)).fetchall():
            key, name, config, mark, operations, points = found
            if operations is None:
                raise self._damaged()
            model = self._read(models.CollectionConfig, name, config, mark)
            yield Entry(key, name, model, operations, points)

    def vectors(self, number: int) -> list[VectorTable]:
        """The vector names of a collection."""
        sql = "SELECT id, name, kind, block_rows FROM vectors WHERE collection = ? ORDER BY id"
        return [VectorTable(*found) for found in self._database.execute(sql, (number,))]

    def indexes(self, number: int) -> dict[str, IndexSchema]:
        """The payload indexes of a collection."""
        sql = "SELECT name, definition, mark FROM indexes WHERE collection = ? ORDER BY rowid"
        found: dict[str, IndexSchema] = {}
        for name, definition, mark in self._database.execute(sql, (number,)).fetchall():
            schema = self._read(models.CreateFieldIndex, name, definition, mark).field_schema
            if schema is None:
                raise self._damaged()
            found[name] = schema
        return found

    def aliases(self) -> dict[str, str]:
        """The collections' names by alias."""
        found: dict[str, str] = {}
        for alias, name, mark in self._database.execute("SELECT * FROM aliases ORDER BY rowid"):
            if _mark(alias, name) != mark:
                raise self._damaged()
            found[alias] = name
        return found

    def add(self, name: str, config: models.CollectionConfig) -> int:
        """Add a collection; returns its number."""
        text = _text(config)
        number: int = self._database.execute(
            "INSERT INTO collections(name, config, mark) VALUES (?, ?, ?) RETURNING id",
            (name, text, _mark(name, text)),
        ).fetchone()[0]
        self._database.execute("INSERT INTO progress VALUES (?, 0, 0)", (number,))
        self._database.execute(
            f"CREATE TABLE points_{number}(row INTEGER PRIMARY KEY, id, version INTEGER,"
            " payload BLOB, mark INTEGER)"
        )
        return number

    def drop(self, number: int) -> None:
        """Delete a collection and everything in it."""
        for table in self.vectors(number):
            self.drop_vectors(table)
        self._database.execute(f"DROP TABLE points_{number}")
        self._database.execute("DELETE FROM progress WHERE collection = ?", (number,))
        self._database.execute("DELETE FROM indexes WHERE collection = ?", (number,))
        self._database.execute("DELETE FROM collections WHERE id = ?", (number,))

    def set_config(self, number: int, name: str, config: models.CollectionConfig) -> None:
        """Replace the settings of a collection."""
        text = _text(config)
        self._database.execute(
            "UPDATE collections SET config = ?, mark = ? WHERE id = ?",
            (text, _mark(name, text), number),
        )

    def set_progress(self, number: int, operations: int, points: int) -> None:
        """Note how many updates there were, and how many points there are."""
        self._database.execute(
            "UPDATE progress SET operations = ?, points = ? WHERE collection = ?",
            (operations, points, number),
        )

    def set_index(self, number: int, name: str, schema: IndexSchema | None) -> None:
        """Put an index on record, or take it off."""
        self._database.execute(
            "DELETE FROM indexes WHERE collection = ? AND name = ?", (number, name)
        )
        if schema is not None:
            text = _text(models.CreateFieldIndex(field_name=name, field_schema=schema))
            self._database.execute(
                "INSERT INTO indexes VALUES (?, ?, ?, ?)", (number, name, text, _mark(name, text))
            )

    def set_aliases(self, aliases: Mapping[str, str]) -> None:
        """Replace all aliases."""
        self._database.execute("DELETE FROM aliases")
        self._database.execute_many(
            "INSERT INTO aliases VALUES (?, ?, ?)",
            ((alias, name, _mark(alias, name)) for alias, name in aliases.items()),
        )

    def add_vectors(self, number: int, name: str, vectors: Vectors) -> VectorTable:
        """Begin to hold vectors under one more name."""
        if isinstance(vectors, DenseVectors):
            kind, rows = "dense", block_rows(vectors.size)
            columns = "block INTEGER PRIMARY KEY, marks BLOB, vectors BLOB"
        else:
            kind, rows = "multi" if isinstance(vectors, MultiVectors) else "sparse", 1
            columns = "row INTEGER PRIMARY KEY, vector BLOB, mark INTEGER"
        key: int = self._database.execute(
            "INSERT INTO vectors(collection, name, kind, block_rows) VALUES (?, ?, ?, ?)"
            " RETURNING id",
            (number, name, kind, rows),
        ).fetchone()[0]
        self._database.execute(f"CREATE TABLE {kind}_{key}({columns})")
        return VectorTable(key, name, kind, rows)

    def drop_vectors(self, table: VectorTable) -> None:
        """Forget a vector name and all vectors under it."""
        self._database.execute(f"DROP TABLE {table.kind}_{table.number}")
        self._database.execute("DELETE FROM vectors WHERE id = ?", (table.number,))

    def clear(self, number: int) -> None:
        """Delete all points of a collection and their vectors."""
        self._database.execute(f"DELETE FROM points_{number}")
        for table in self.vectors(number):
            self._database.execute(f"DELETE FROM {table.kind}_{table.number}")

    def _read(self, kind: type[M], name: str, text: str, mark: int) -> M:
        try:
            if _mark(name, text) == mark:
                return kind.model_validate_json(text)
        except (AqdrantError, AttributeError, UnicodeEncodeError):
            pass
        raise self._damaged()

    def _damaged(self) -> StoreDamaged:
        return StoreDamaged(
            "The database is damaged: its catalog is not what was written.",
            target=str(self._database.path.parent),
            fix="Restore the folder from a copy.",
        )


def _text(model: models.Model) -> str:
    try:
        return model.model_dump_json(exclude_none=True, by_alias=True)
    except (UnicodeEncodeError, TypeError, OverflowError, RecursionError) as error:
        raise BadRequest(f"The settings cannot be stored: {error}.") from error


def _mark(name: str, text: str) -> int:
    return crc32(text.encode(), crc32(name.encode()))
