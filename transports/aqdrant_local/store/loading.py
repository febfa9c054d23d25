"""A collection read from its file into the engine's arrays.

Used by `folder` and `snapshot` when a folder is opened, and by `collection` after a write that
failed.
"""

from __future__ import annotations

import numpy as np

from aqdrant.exceptions import AqdrantError
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.indexing import add_index
from aqdrant_local.state import Collection, empty_stores

from .blocks import DenseTable
from .connection import Connection
from .errors import damaged
from .manifest import Manifest
from .rows import MultiTable, PointTable, SparseTable

__all__ = ["load_collection"]

_CACHE = 128  # KiB


def load_collection(connection: Connection, name: str) -> Collection:
    """Read a collection; with a writer beside it, in a transaction of the caller.

    Raises:
        StoreDamaged: it is not what was written.
    """
    kept = connection.execute("PRAGMA cache_size").fetchone()[0]
    # Each page is read once, and what SQLite frees at the end stays with the process.
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")
    try:
        return _load(connection, name)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, AqdrantError):
            raise
        # A value of a kind that was never written.
        raise damaged(connection.path, "it holds values of a wrong kind") from error
    finally:
        connection.execute(f"PRAGMA cache_size = {kept}")
        connection.execute("PRAGMA shrink_memory")


def _load(connection: Connection, name: str) -> Collection:
    manifest = Manifest(connection)
    config, progress, tables = manifest.config(), manifest.progress(), manifest.vectors()
    collection = Collection(name, config, empty_stores(config.params))
    collection.operations = progress.operations
    points, segment = PointTable(connection), collection.segment
    size = points.size()
    segment.load(size, progress.points, points.load())
    if segment.count != progress.points or set(tables) != set(segment.stores):
        raise damaged(connection.path, f"points or vectors of {name!r} are missing")
    for using, table in tables.items():
        vectors = segment.stores[using]
        if isinstance(vectors, DenseVectors):
            DenseTable(connection, table.number, table.block_rows, vectors.size).load(vectors, size)
        elif isinstance(vectors, MultiVectors):
            vectors.put(*MultiTable(connection, table.number, vectors.size).load())
        else:
            vectors.put(*SparseTable(connection, table.number).load())
    for key, schema in manifest.indexes().items():
        add_index(collection, key, schema)
    collection.shards = manifest.shards()
    held = segment.ids.shards(segment.size)[segment.alive]
    known = {placed.first for placed in collection.shards.values()} or {0}
    if not known.issuperset(np.unique(held).tolist()):
        raise damaged(connection.path, "points are in a shard that is not known")
    return collection
