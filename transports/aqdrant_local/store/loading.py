"""A collection read from its file into the engine's arrays.

Used by `folder` and `snapshot` when a folder is opened, and by `collection` after a write that
failed.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import AqdrantError
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.sparse import SparseVectors
from aqdrant_local.indexing import add_index
from aqdrant_local.state import Collection, dense_vectors, sparse_vectors

from .blocks import DenseTable
from .connection import Connection
from .errors import damaged
from .manifest import Manifest
from .rows import PointTable, SparseTable

__all__ = ["load_collection"]


def load_collection(connection: Connection, name: str) -> Collection:
    """Read a collection; with a writer beside it, in a transaction of the caller.

    Raises:
        StoreDamaged: it is not what was written.
    """
    try:
        return _load(connection, name)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, AqdrantError):
            raise
        # A value of a kind that was never written.
        raise damaged(connection.path, "it holds values of a wrong kind") from error
    finally:
        connection.execute("PRAGMA shrink_memory")


def _load(connection: Connection, name: str) -> Collection:
    manifest = Manifest(connection)
    config, progress, tables = manifest.config(), manifest.progress(), manifest.vectors()
    dense, sparse = _empty_vectors(config)
    collection = Collection(name, config, dense, sparse)
    collection.operations = progress.operations
    points, segment = PointTable(connection), collection.segment
    size = points.size()
    segment.load(size, progress.points, points.load())
    if segment.count != progress.points or set(tables) != set(segment.stores):
        raise damaged(connection.path, f"points or vectors of {name!r} are missing")
    for using, vectors in dense.items():
        table = tables[using]
        DenseTable(connection, table.number, table.block_rows, vectors.size).load(vectors, size)
    for using, held in sparse.items():
        held.put(*SparseTable(connection, tables[using].number).load())
    for key, schema in manifest.indexes().items():
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
