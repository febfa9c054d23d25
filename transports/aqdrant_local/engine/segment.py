"""A segment: the points of one collection as columns.

Written and read by the handlers under the lock of the collection.

Row numbers are the segment's own: a deleted row is reused by a later point, and when most rows are
free the segment is packed. Everything a row has (id, version, payload, vectors) is filled from
arrays, so a segment can as well be filled from blocks of a file.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .arrays import Mask, Rows, Words, grown
from .columns import PayloadColumn
from .dense import DenseVectors
from .extraction import payload_reader
from .fields import Elements, Fields
from .ids import IdTable, Keys
from .journal import Journal
from .multivectors import MultiBatch, MultiVectors
from .paths import Path
from .selection import Selection
from .shards import ShardIds, rows_of_shards, without_older
from .slices import siphash
from .sparse import SparseBatch, SparseVectors
from .words import TextIndex
from .writes import Blob, DenseWrite, PointWrite, RaggedWrite

__all__ = [
    "LoadedPoints",
    "Ragged",
    "Segment",
    "Vectors",
]

_PACK_FROM = 4096  # free rows that are not worth packing for

Ragged: TypeAlias = SparseVectors | MultiVectors
"""Vectors of which each is as long as it is."""
Vectors: TypeAlias = DenseVectors | Ragged


class LoadedPoints(NamedTuple):
    """Points as they are read from a store, in columns, with the rows that they belong in."""

    rows: Rows
    keys: Keys
    versions: Words
    payloads: Sequence[Blob]


class Segment:
    """Points in columns. `count` points live in rows below `size`."""

    def __init__(self, stores: Mapping[str, Vectors]) -> None:
        self.ids = IdTable()
        self.dense: dict[str, DenseVectors] = {}
        self.ragged: dict[str, Ragged] = {}
        self.size = 0
        self.count = 0
        self.journal: Journal | None = None
        self.payloads: list[Blob] = []  # msgpack of a map
        self._versions: Words = np.zeros(0, dtype=np.uint64)
        self._alive: Mask = np.zeros(0, dtype=np.bool_)
        self._free: Rows = np.zeros(0, dtype=np.intp)
        self._fields = Fields(payload_reader)
        self.limits: Selection | None = None  # all points that are to be seen, where not all are
        self.shard_keys: Mapping[int, int | str] = {}  # of shards, to be shown with their points
        self.texts: Mapping[Path, TextIndex] = {}  # of the payload keys that have one
        self.indexes: Mapping[Path, str] = {}  # payload key → the type of its index
        for name, held in stores.items():
            self.add_vectors(name, held)

    @property
    def nbytes(self) -> int:
        """Bytes held, payloads aside."""
        own = self.ids.nbytes + self._versions.nbytes + self._alive.nbytes
        return own + sum(held.nbytes for held in self.stores.values())

    @property
    def stores(self) -> dict[str, Vectors]:
        """Vectors of any kind by name."""
        return {**self.dense, **self.ragged}

    @property
    def alive(self) -> Mask:
        """Flags (size,): which rows hold a point."""
        return self._alive[: self.size]

    @property
    def everything(self) -> Selection:
        """All points."""
        return Selection(self.size, mask=self.alive)

    def of_shards(self, shards: Sequence[int], *, newest: bool = True) -> Segment:
        """The points of some shards, to be read while this segment stays as it is.

        Args:
            shards: their numbers.
            newest: of those with the same id only the newest.
        """
        mask = rows_of_shards(self.ids, shards, self.alive)
        if newest and len(shards) > 1:
            mask = without_older(self.ids, mask, self._versions)
        view = copy(self)
        view.journal = None
        view.ids = ShardIds(self.ids, shards, mask)
        view._alive, view.count = mask, int(np.count_nonzero(mask))
        view.limits = Selection(self.size, mask=mask)
        return view

    def in_slice(self, total: int, index: int) -> Selection:
        """Points whose id falls into one of `total` equal parts."""
        rows = np.flatnonzero(self.alive)
        hashes = siphash(self.ids.keys(rows))
        return Selection(self.size, rows=rows[hashes % np.uint64(total) == np.uint64(index)])

    def versions(self, rows: Rows) -> list[int]:
        """Numbers of the operations that last changed these rows."""
        versions: list[int] = self._versions[rows].tolist()
        return versions

    # Writes

    def stranger(self, write: PointWrite) -> str | None:
        """A vector name of the write that this segment does not have, or has with another size."""
        for name, dense in write.dense.items():
            store = self.dense.get(name)
            if store is None or store.size != dense.vectors.shape[1]:
                return name
        for name, ragged in write.ragged.items():
            if not _is_alike(self.ragged.get(name), ragged.vectors):
                return name
        return None

    def upsert(self, write: PointWrite, version: int) -> None:
        """Store points; those that exist are replaced whole."""
        rows = self.ids.find(write.keys)
        fresh = np.flatnonzero(rows < 0)
        old = rows[rows >= 0]
        self._make_room(len(fresh), write)
        if len(fresh):
            rows[fresh] = self._next_rows(len(fresh))
        if self.journal is not None:
            self.journal.upsert(rows, old, write, version)
        if len(fresh):
            self._allocate(len(fresh))
            self.ids.add(write.keys.take(fresh), rows[fresh])
        self._alive[rows] = True
        self.count += len(fresh)
        if len(old):
            self._drop_vectors(old, besides=write.whole)
        self._write_vectors(rows, write.dense, write.ragged)
        self._put_payloads(rows, write.payloads, version)

    def load(self, size: int, count: int, pages: Iterable[LoadedPoints]) -> None:
        """Fill an empty segment of `size` rows with `count` points, without vectors."""
        self._reserve(size)
        self._allocate(size)
        self.ids.expect(count)
        for rows, keys, versions, payloads in pages:
            self.ids.add(keys, rows)
            self._alive[rows] = True
            self._versions[rows] = versions
            for row, blob in zip(rows.tolist(), payloads, strict=True):
                self.payloads[row] = blob
            self.count += len(rows)
        self._free = np.flatnonzero(~self.alive)

    def set_vectors(self, rows: Rows, write: PointWrite, version: int) -> None:
        """Store vectors of points that exist, in these rows, and leave their others alone."""
        self._make_room(0, write)
        if self.journal is not None:
            self.journal.set_vectors(rows, write, version)
        self._write_vectors(rows, write.dense, write.ragged)
        self._versions[rows] = version

    def delete_vectors(self, rows: Rows, names: Sequence[str], version: int) -> None:
        """Take named vectors of these rows away."""
        if self.journal is not None:
            self.journal.delete_vectors(rows, names, version)
        for name in names:
            (self.dense.get(name) or self.ragged[name]).remove(rows)
        self._versions[rows] = version

    def set_payloads(self, rows: Rows, payloads: Sequence[Blob], version: int) -> None:
        """Replace the payloads of these rows."""
        if self.journal is not None:
            self.journal.set_payloads(rows, payloads, version)
        self._put_payloads(rows, payloads, version)

    def _put_payloads(self, rows: Rows, payloads: Sequence[Blob], version: int) -> None:
        for row, blob in zip(rows.tolist(), payloads, strict=True):
            self.payloads[row] = blob
        self._versions[rows] = version
        self._fields.touch(rows)

    def remove(self, rows: Rows) -> None:
        """Delete the points in these rows, each row once."""
        if not len(rows):
            return
        if self.journal is not None:
            self.journal.remove(rows)
        self.ids.remove(rows)
        self._drop_vectors(rows)
        self._alive[rows] = False
        for row in rows.tolist():
            self.payloads[row] = None
        self._fields.touch(rows)
        self.count -= len(rows)
        self._free = np.concatenate([self._free, rows])
        if len(self._free) > max(_PACK_FROM, self.count):
            self._pack()

    def add_vectors(self, name: str, vectors: Vectors) -> None:
        """Begin to hold vectors under one more name."""
        vectors.reserve(len(self._alive))
        # New dicts: estimates of costs go through them without a lock.
        if isinstance(vectors, DenseVectors):
            self.dense = {**self.dense, name: vectors}
        else:
            self.ragged = {**self.ragged, name: vectors}

    def drop_vectors(self, name: str) -> None:
        """Forget a name and all vectors under it."""
        self.dense = {known: held for known, held in self.dense.items() if known != name}
        self.ragged = {known: held for known, held in self.ragged.items() if known != name}

    # Reads

    def column(self, path: Path) -> PayloadColumn:
        """The values under a path, up to date."""
        return self._fields.column(path, self.size, self.payloads)

    def elements(self, path: Path) -> Elements:
        """The elements of the arrays under a path, up to date."""
        return self._fields.elements(path, self.size, self.payloads)

    def set_index(self, path: Path, kind: str | None, text: TextIndex | None = None) -> None:
        """Answer filters on a path as with an index of this type from now on, or as without one.

        Args:
            text: how strings are cut into words, of an index of text.
        """
        rest = {known: held for known, held in self.indexes.items() if known != path}
        self.indexes = rest if kind is None else {**rest, path: kind}
        if text is None and path not in self.texts:
            return
        kept = {known: held for known, held in self.texts.items() if known != path}
        self.texts = kept if text is None else {**kept, path: text}
        self._fields.drop(path)  # and with it the words of the index before

    def peek(self, path: Path, *inner: Path) -> PayloadColumn | None:
        """The values under a path, or under one within elements of the paths before it.

        None where they have to be read first. No lock is waited for.
        """
        return self._fields.peek(path, *inner)

    def has_vector(self, name: str) -> Selection:
        """Rows that have a vector of this name."""
        held = self.stores.get(name)
        if held is None:
            return Selection(self.size, rows=np.zeros(0, dtype=np.intp))
        return Selection(self.size, mask=held.present[: self.size])

    # Rows

    def _make_room(self, fresh: int, write: PointWrite) -> None:
        """Take the memory for a write with so many new points; without it nothing is changed."""
        self._reserve(self.size + max(0, fresh - len(self._free)))
        for name, vectors in write.ragged.items():
            self.ragged[name].reserve_entries(vectors.vectors.entries)

    def _reserve(self, rows: int) -> None:
        if rows > len(self._alive):
            alive, versions = grown(self._alive, rows), grown(self._versions, rows)
            self.ids.reserve(len(alive))
            for held in self.stores.values():
                held.reserve(len(alive))
            self._alive, self._versions = alive, versions

    def _next_rows(self, count: int) -> Rows:
        """The rows that this many new points take: free ones first, then new ones."""
        reused = self._free[len(self._free) - min(count, len(self._free)) :]
        added = np.arange(self.size, self.size + count - len(reused), dtype=np.intp)
        return np.concatenate([reused, added]) if len(reused) else added

    def _allocate(self, count: int) -> None:
        """Take the next rows."""
        reused = min(count, len(self._free))
        self._free = self._free[: len(self._free) - reused]
        more = count - reused
        if not more:
            return
        self.size += more
        self.payloads.extend(repeat(None, more))

    def _write_vectors(
        self, rows: Rows, dense: Mapping[str, DenseWrite], ragged: Mapping[str, RaggedWrite]
    ) -> None:
        for name, write in dense.items():
            targets = rows if write.positions is None else rows[write.positions]
            self.dense[name].put(_run(targets), write.vectors, write.divisors)
        for name, vectors in ragged.items():
            targets = rows if vectors.positions is None else rows[vectors.positions]
            store: Any = self.ragged[name]  # of the kind that the vectors are
            store.put(targets, vectors.vectors)

    def _drop_vectors(self, rows: Rows, *, besides: Container[str] = ()) -> None:
        for name, held in self.stores.items():
            if held.count and name not in besides:
                held.remove(rows)

    def _pack(self) -> None:
        """Move the points together, so that the memory of deleted ones is given back."""
        rows = np.flatnonzero(self.alive)
        if self.journal is not None and not self.journal.pack(rows):
            return
        keys = self.ids.keys(rows)
        self.ids = IdTable()
        self.ids.add(keys, np.arange(len(rows), dtype=np.intp))
        for dense in self.dense.values():
            dense.keep(rows)
        self.ragged = {name: ragged.kept(rows) for name, ragged in self.ragged.items()}
        self._versions = self._versions[rows]
        self._alive = np.ones(len(rows), dtype=np.bool_)
        self.payloads = [self.payloads[row] for row in rows.tolist()]
        self._free = np.zeros(0, dtype=np.intp)
        self._fields.clear()
        self.size = len(rows)


def _is_alike(store: Ragged | None, batch: SparseBatch | MultiBatch) -> bool:
    if isinstance(batch, MultiBatch):
        return isinstance(store, MultiVectors) and store.size == batch.vectors.shape[1]
    return isinstance(store, SparseVectors)


def _run(rows: Rows) -> Rows | slice:
    """A slice where the rows are one ascending run: copying into it is several times faster."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all()):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows
