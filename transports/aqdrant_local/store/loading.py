"""A collection read from disk into the engine's arrays.

Used by `folder` when a folder is opened, and by `collection` after a write that failed.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import StoreDamaged
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.sparse import SparseVectors
from aqdrant_local.indexing import add_index
from aqdrant_local.state import Collection, dense_vectors, sparse_vectors

from .blocks import DenseTable
from .catalog import Catalog, Entry
from .database import Database
from .rows import PointTable, SparseTable

__all__ = ["load_collection"]


def load_collection(database: Database, entry: Entry) -> Collection:
    """Read a collection, in a transaction of the caller.

    Raises:
        StoreDamaged: it is not what was written.
    """
    dense, sparse = _empty_vectors(entry.config)
    collection = Collection(entry.name, entry.config, dense, sparse)
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
    for name, vectors in dense.items():
        table = tables[name]
        DenseTable(database, table.number, table.block_rows, vectors.size).load(vectors, size)
    for name, held in sparse.items():
        held.put(*SparseTable(database, tables[name].number).load())
    for key, schema in catalog.indexes(entry.number).items():
        add_index(collection, key, schema)
    return collection


def _empty_vectors(
    config: models.CollectionConfig,
) -> tuple[dict[str, DenseVectors], dict[str, SparseVectors]]:
    vectors = config.params.vectors
    if isinstance(vectors, models.VectorParams):
        vectors = {"": vectors}
    dense = {name: dense_vectors(params) for name, params in (vectors or {}).items()}
    known = config.params.sparse_vectors or {}
    return dense, {name: sparse_vectors(params) for name, params in known.items()}
