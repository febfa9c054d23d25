"""Dense vectors on disk: blocks of rows, written in place.

Used by `collection` and `loading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdrant.exceptions import StoreDamaged
from aqdrant_local.engine.arrays import Floats, Mask, Rows
from aqdrant_local.engine.dense import DenseVectors

from .connection import Connection
from .errors import damaged

__all__ = ["DenseTable", "block_rows"]

_BLOCK = 65_536  # bytes of vectors in a block, or one vector where that is larger
_READ = 1 << 18  # bytes of vectors that are checked at once: they stay in a core's cache
_WEIGHT = 0x9E37_79B1
_ROW_WEIGHT = 0x3C6E_F362
_FLOAT = np.dtype("<f4")
_WORD = np.dtype("<u4")

Marks = NDArray[np.uint32]


def block_rows(size: int) -> int:
    """Rows in a block of vectors with so many dimensions."""
    return max(1, _BLOCK // (4 * size))


class DenseTable:
    """The blocks of one vector name."""

    def __init__(self, database: Connection, number: int, rows: int, size: int) -> None:
        self._database = database
        self._name = f"dense_{number}"
        self._rows = rows
        self._size = size
        self._weights = (np.arange(size, dtype=np.uint32) * 2 + 1) * np.uint32(_WEIGHT)

    def put(self, rows: Rows, vectors: Floats, divisors: Floats | None) -> None:
        """Write vectors (n, d), divided by `divisors` (n,), into these rows, each row once."""
        order = None if _is_ascending(rows) else np.argsort(rows)
        placed = rows if order is None else rows[order]
        for block, start, end in self._spans(placed):
            picks: Any = slice(start, end) if order is None else order[start:end]
            part = vectors[picks]
            if divisors is not None:
                part = part / divisors[picks, None]
            self._write(block, placed[start:end] - block * self._rows, part)

    def remove(self, rows: Rows) -> None:
        """Mark the vectors of these rows, which have one, as gone."""
        for block, start, end in self._spans(placed := np.sort(rows)):
            with self._open("marks", block) as blob:
                for row in (placed[start:end] - block * self._rows).tolist():
                    blob.seek(row * 4)
                    blob.write(b"\0\0\0\0")

    def load(self, vectors: DenseVectors, size: int) -> None:
        """Read everything into an empty store with room for `size` rows.

        Raises:
            StoreDamaged: a block is not what was written.
        """
        count = max(1, _READ // (4 * self._rows * self._size))
        buffer = np.zeros((count, self._rows, self._size), dtype=_FLOAT)
        known = np.zeros((count, self._rows), dtype=_WORD)
        first = held = 0  # blocks that follow each other, not yet given away
        sql = f"SELECT block, marks, vectors FROM {self._name} ORDER BY block"
        for block, marks, data in self._database.execute(sql):
            if held == count or block != first + held:
                self._give(vectors, size, first, buffer[:held], known[:held])
                first, held = block, 0
            try:
                known[held] = np.frombuffer(marks, _WORD).reshape(self._rows)
                buffer[held] = np.frombuffer(data, _FLOAT).reshape(self._rows, self._size)
            except (TypeError, ValueError):
                raise self._damaged(block) from None
            held += 1
        self._give(vectors, size, first, buffer[:held], known[:held])

    def _give(
        self, vectors: DenseVectors, size: int, first: int, blocks: Floats, marks: Marks
    ) -> None:
        """Check blocks that follow each other, and put their vectors where they belong."""
        data, known = blocks.reshape(-1, self._size), marks.reshape(-1)
        rows = np.arange(first * self._rows, first * self._rows + len(known))
        present: Mask = known != 0
        wrong = present & ((self._marks(data, rows) != known) | (rows >= size))
        if wrong.any():
            raise self._damaged(first + int(np.argmax(wrong)) // self._rows)
        if present.all():
            vectors.put(slice(first * self._rows, first * self._rows + len(known)), data, None)
        else:
            vectors.put(rows[present], data[present], None)

    def _write(self, block: int, places: Rows, part: Floats) -> None:
        part = np.ascontiguousarray(part, dtype=_FLOAT)
        marks = self._marks(part, places + block * self._rows).astype(_WORD, copy=False)
        if not self._has(block):
            full = np.zeros((self._rows, self._size), dtype=_FLOAT)
            flags = np.zeros(self._rows, dtype=_WORD)
            full[places], flags[places] = part, marks
            self._database.execute(
                f"INSERT INTO {self._name} VALUES (?, ?, ?)", (block, flags.data, full.data)
            )
            return
        row = self._size * 4
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        runs = list(pairwise([0, *breaks.tolist(), len(places)]))
        with self._open("vectors", block) as blob:
            for first, last in runs:
                blob.seek(int(places[first]) * row)
                blob.write(part[first:last].data)
        with self._open("marks", block) as blob:
            for first, last in runs:
                blob.seek(int(places[first]) * 4)
                blob.write(marks[first:last].data)

    def _has(self, block: int) -> bool:
        sql = f"SELECT 1 FROM {self._name} WHERE block = ?"
        return self._database.execute(sql, (block,)).fetchone() is not None

    def _open(self, column: str, block: int) -> Any:
        return self._database.raw.blobopen(self._name, column, block)

    def _spans(self, rows: Rows) -> Iterator[tuple[int, int, int]]:
        """Block numbers with where their rows begin and end, of ascending rows."""
        blocks = rows // self._rows
        breaks = np.flatnonzero(np.diff(blocks)) + 1
        for start, end in pairwise([0, *breaks.tolist(), len(rows)]):
            if end > start:
                yield int(blocks[start]), start, end

    def _marks(self, vectors: Floats, rows: Rows) -> Marks:
        """Checksums (n,) of vectors in their rows, none of them 0."""
        # Nearly twice as fast as `@`, which has no good way for integers.
        sums: Marks = np.einsum("ij,j->i", vectors.view(np.uint32), self._weights)
        sums += rows.astype(np.uint32) * np.uint32(_ROW_WEIGHT)
        return sums | np.uint32(1)

    def _damaged(self, block: int) -> StoreDamaged:
        return damaged(
            self._database.path, f"block {block} of {self._name} is not what was written"
        )


def _is_ascending(rows: Rows) -> bool:
    return len(rows) < 2 or bool((np.diff(rows) > 0).all())
