"""One collection in the store: each change is written and committed before memory changes.

Called by the segment, as its journal, and by the handlers by way of the collection, inside the
collection's gate.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from aqdrant import models
from aqdrant.exceptions import AqdrantError, StatusError, StorageError
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.engine.portions import Portion, portions
from aqdrant_local.engine.segment import Vectors
from aqdrant_local.engine.writes import PointWrite
from aqdrant_local.state import Collection, IndexSchema, Placed

from .blocks import DenseTable
from .database import Database
from .graph_files import GraphFiles
from .loading import load_collection
from .manifest import Manifest, VectorTable
from .rows import MultiTable, PointTable, SparseTable

__all__ = ["CollectionStore"]

R = TypeVar("R")


class CollectionStore:
    """Makes the changes of one collection last."""

    def __init__(self, database: Database, key: str, collection: Collection) -> None:
        self.key = key
        self._database = database
        self._manifest = Manifest(database)
        self._collection = collection
        self._points = PointTable(database)
        with database.using():
            self._vectors = self._manifest.vectors()
        self._together = False  # several writes make one transaction
        self._is_torn = False  # one of them was written in part
        self._is_ahead = False  # the disk may have what memory has not, or the reverse
        collection.graph_files = GraphFiles(database.path)
        self._attach()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def run(self, change: Callable[[], R], *, whole: bool) -> R:
        """Run a change of memory that tells its writes here; disk and memory agree after it.

        Args:
            change: what to run.
            whole: make its writes one transaction. Where a request in it is refused, those before
                it stay, as on a server.
        """
        self._is_ahead = False
        if whole:
            return self._run_together(change)
        try:
            result = change()
            self._keep_number()
            return result
        except BaseException:  # a KeyboardInterrupt may come between disk and memory
            self._agree()
            raise

    def _run_together(self, change: Callable[[], R]) -> R:
        with self._database.using():
            self._together, self._is_torn = True, False
            try:
                self._database.begin()
                try:
                    result = change()
                    self._keep_number()
                except StatusError:
                    if self._is_torn:
                        raise
                    self._database.commit()
                    self._is_ahead = False
                    raise
                self._database.commit()
            except BaseException:
                self._database.roll_back()
                self._together = False
                self._agree()
                raise
            finally:
                self._together = False
            return result

    def _keep_number(self) -> None:
        """Save that an update was numbered, also where it changed nothing."""
        if not self._is_ahead:
            with self._transaction():
                pass

    # What the segment tells

    def upsert(self, rows: Rows, replaced: Rows, write: PointWrite, version: int) -> None:
        """Write points, and their vectors in place of those they had."""
        with self._transaction(len(rows) - len(replaced)):
            versions = np.full(len(rows), version, dtype=np.int64)
            self._points.put(rows, write.keys, versions, write.payloads)
            self._take_away(replaced, self._vectors)
            self._put_vectors(rows, write)

    def set_vectors(self, rows: Rows, write: PointWrite, version: int) -> None:
        """Write vectors of points."""
        if len(rows):
            with self._transaction():
                self._set_version(rows, version)
                self._put_vectors(rows, write)

    def delete_vectors(self, rows: Rows, names: Sequence[str], version: int) -> None:
        """Delete vectors of points."""
        if len(rows):
            with self._transaction():
                self._set_version(rows, version)
                self._take_away(rows, names)

    def set_payloads(self, rows: Rows, payloads: Sequence[bytes | None], version: int) -> None:
        """Write payloads of points."""
        if len(rows):
            with self._transaction():
                keys = self._collection.segment.ids.keys(rows)
                self._points.set_payloads(rows, keys, version, payloads)

    def remove(self, rows: Rows) -> None:
        """Delete points."""
        with self._transaction(-len(rows)):
            self._points.remove(rows)
            self._take_away(rows, self._vectors)

    def pack(self, rows: Rows) -> bool:
        """Write all points anew; not where that fails, or where other writes are not through."""
        if self._together:
            return False
        try:
            with self._transaction():
                self._rewrite(rows)
        except StorageError:  # a full disk: nothing is lost where the rows stay as they are
            return False
        self._give_back()
        return True

    # What the handlers tell

    def save_config(self, config: models.CollectionConfig) -> None:
        """Write the settings."""
        with self._transaction():
            self._manifest.set_config(self.key, config)

    def save_index(self, name: str, schema: IndexSchema | None) -> None:
        """Put an index on record, or take it off."""
        with self._transaction():
            self._manifest.set_index(name, schema)

    def save_shards(self, shards: Mapping[int | str, Placed]) -> None:
        """Write the shard keys."""
        with self._transaction():
            self._manifest.set_shards(shards)

    def add_vectors(self, name: str, vectors: Vectors, config: models.CollectionConfig) -> None:
        """Begin a vector name."""
        with self._transaction():
            table = self._manifest.add_vectors(name, vectors)
            self._manifest.set_config(self.key, config)
        self._vectors[name] = table

    def drop_vectors(self, name: str, config: models.CollectionConfig) -> None:
        """Forget a vector name and all under it."""
        with self._transaction():
            self._manifest.drop_vectors(self._vectors[name])
            self._manifest.set_config(self.key, config)
        del self._vectors[name]
        self._give_back()

    def fill(self, points: Sequence[Portion]) -> None:
        """Write the points of a collection whose memory stays empty: a copy."""
        with self._transaction(sum(len(portion.write) for portion in points)):
            self._put_all(points)

    def serve(self, collection: Collection) -> None:
        """Make the changes of another collection last from now on, which holds the same."""
        self._collection = collection
        self._attach()

    def close(self) -> None:
        """Close the file, once a write in another thread is through."""
        self._database.close()

    def _attach(self) -> None:
        self._collection.store = self
        self._collection.segment.journal = self

    @contextmanager
    def _transaction(self, more: int = 0) -> Generator[None]:
        """A transaction, or a part of one, after which there are so many more points."""
        database, collection = self._database, self._collection
        with database.using():
            if not self._together:
                database.begin()
            try:
                yield
                count = collection.segment.count + more
                self._manifest.set_progress(collection.operations, count)
                self._is_ahead = True
                if not self._together:
                    database.commit()
            except BaseException:
                self._is_torn = True
                if not self._together and database.is_writing:
                    database.roll_back()
                    self._is_ahead = False
                raise

    def _agree(self) -> None:
        """Read memory anew from disk, where a change ended between the two."""
        if not self._is_ahead:
            return
        collection = self._collection
        try:
            with self._database.using():
                fresh = load_collection(self._database, collection.name)
                self._vectors = self._manifest.vectors()
        except BaseException as error:
            failure = StorageError(
                "The collection cannot be read again after a write that failed.",
                target=str(self._database.path.parent),
                fix="Close the client and open the folder again.",
            )
            failure.__cause__ = error
            collection.failure = failure
            if isinstance(error, AqdrantError):
                return
            raise
        collection.segment, collection.config = fresh.segment, fresh.config
        collection.schema, collection.operations = fresh.schema, fresh.operations
        collection.shards = fresh.shards
        self._is_ahead = False
        self._attach()

    def _dense(self, table: VectorTable) -> DenseTable:
        size = self._collection.segment.dense[table.name].size
        return DenseTable(self._database, table.number, table.block_rows, size)

    def _ragged(self, table: VectorTable) -> SparseTable | MultiTable:
        vectors = self._collection.segment.ragged[table.name]
        if isinstance(vectors, MultiVectors):
            return MultiTable(self._database, table.number, vectors.size)
        return SparseTable(self._database, table.number)

    def _set_version(self, rows: Rows, version: int) -> None:
        segment = self._collection.segment
        numbers: list[int] = rows.tolist()
        payloads = [segment.payloads[row] for row in numbers]
        self._points.set_version(rows, segment.ids.keys(rows), version, payloads)

    def _put_vectors(self, rows: Rows, write: PointWrite) -> None:
        for name, dense in write.dense.items():
            targets = rows if dense.positions is None else rows[dense.positions]
            self._dense(self._vectors[name]).put(targets, dense.vectors, dense.divisors)
        for name, ragged in write.ragged.items():
            targets = rows if ragged.positions is None else rows[ragged.positions]
            held: Any = self._ragged(self._vectors[name])  # of the kind that the vectors are
            held.put(targets, ragged.vectors)

    def _take_away(self, rows: Rows, names: Sequence[str] | dict[str, VectorTable]) -> None:
        """Delete those vectors of these rows that there are."""
        if not len(rows):
            return
        stores = self._collection.segment.stores
        for name in names:
            held = rows[stores[name].present[rows]]
            if not len(held):
                continue
            table = self._vectors[name]
            (self._dense if table.kind == "dense" else self._ragged)(table).remove(held)

    def _rewrite(self, rows: Rows) -> None:
        self._manifest.clear()
        self._put_all(portions(self._collection.segment, rows))

    def _put_all(self, points: Iterable[Portion]) -> None:
        """Write points into rows 0, 1, ..."""
        start = 0
        for portion in points:
            rows = np.arange(start, start + len(portion.write), dtype=np.intp)
            self._points.put(rows, portion.write.keys, portion.versions, portion.write.payloads)
            self._put_vectors(rows, portion.write)
            start += len(rows)

    def _give_back(self) -> None:
        """Return what was freed to the file system; the change itself is through already."""
        try:
            with self._database.using():
                if not self._together:
                    self._database.give_back()
        except StorageError:
            return
