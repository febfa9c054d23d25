"""A collection read from disk into the engine's arrays.

Used by `folder` when a folder is opened, and by `collection` after a write that failed.
"""

from __future__ import annotations

from aqdrant.exceptions import StoreDamaged
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.indexing import add_index
from aqdrant_local.state import Collection, empty_stores

from .blocks import DenseTable
from .catalog import Catalog, Entry
from .database import Database
from .rows import MultiTable, PointTable, SparseTable

__all__ = ["load_collection"]


def load_collection(database: Database, entry: Entry) -> Collection:
    """Read a collection, in a transaction of the caller.

    Raises:
        StoreDamaged: it is not what was written.
    """
    collection = Collection(entry.name, entry.config, empty_stores(entry.config.params))
    catalog = Catalog(database)
    collection.operations = entry.operations
    points = PointTable(database, entry.number).load()
    tables = {table.name: table for table in catalog.vectors(entry.number)}
    if len(points.rows) != entry.points or set(tables) != set(collection.segment.stores):
        raise StoreDamaged(
            f"The database is damaged: points or vectors of {entry.name!r} are missing.",
            target=str(database.path.parent),
            fix="Restore the folder from a copy.",
        )
    segment = collection.segment
    size = int(points.rows[-1]) + 1 if len(points.rows) else 0
    segment.load(size, points.rows, points.keys, points.versions, points.payloads)
    for name, table in tables.items():
        vectors = segment.stores[name]
        if isinstance(vectors, DenseVectors):
            DenseTable(database, table.number, table.block_rows, vectors.size).load(vectors, size)
        elif isinstance(vectors, MultiVectors):
            vectors.put(*MultiTable(database, table.number, vectors.size).load())
        else:
            vectors.put(*SparseTable(database, table.number).load())
    for key, schema in catalog.indexes(entry.number).items():
        add_index(collection, key, schema)
    return collection
