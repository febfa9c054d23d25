"""Points, sparse vectors and multivectors on disk: one SQL row each.

Used by `collection` and `loading`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aqdrant.exceptions import StoreDamaged
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.ids import Keys
from aqdrant_local.engine.multivectors import MultiBatch
from aqdrant_local.engine.segment import LoadedPoints
from aqdrant_local.engine.sparse import SparseBatch

from .connection import Connection
from .errors import damaged

__all__ = ["MultiTable", "PointTable", "SparseTable"]

_WORD = 0xFFFF_FFFF
_WEIGHT = 0x9E37_79B1
_VERSION_WEIGHT = 0x85EB_CA6B
_SHARD_WEIGHT = 0xC2B2_AE35
_POINTS = "SELECT row, id, version, payload, mark FROM points ORDER BY row"
_HALF = 8  # bytes of half an id, or of a number in a shard
_SHARD = 2  # bytes of the number of a shard, before the id
_STEP = 8192  # points turned into Python's numbers at once


class PointTable:
    """The points of one collection."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def put(
        self,
        rows: Rows,
        keys: Keys,
        versions: NDArray[Any],
        payloads: Sequence[bytes | None],
    ) -> None:
        """Write points into rows, in place of those that are there."""
        for start in range(0, len(rows), _STEP):
            part = slice(start, start + _STEP)
            some, blobs = keys.take(np.arange(len(rows))[part]), payloads[part]
            columns = zip(
                rows[part].tolist(),
                _stored_ids(some),
                versions[part].tolist(),
                blobs,
                _marks(rows[part], some, blobs, versions[part]).tolist(),
                strict=True,
            )
            self._database.execute_many(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?)",
                columns,
            )

    def set_payloads(
        self, rows: Rows, keys: Keys, version: int, payloads: Sequence[bytes | None]
    ) -> None:
        """Replace the payloads of points, whose ids are `keys`."""
        marks = _marks(rows, keys, payloads, _same(rows, version)).tolist()
        columns = zip(payloads, marks, rows.tolist(), strict=True)
        self._database.execute_many(
            "UPDATE points SET version = ?, payload = ?, mark = ? WHERE row = ?",
            ((version, payload, mark, row) for payload, mark, row in columns),
        )

    def set_version(
        self, rows: Rows, keys: Keys, version: int, payloads: Sequence[bytes | None]
    ) -> None:
        """Note the update that changed these points, whose ids and payloads stay."""
        marks = _marks(rows, keys, payloads, _same(rows, version)).tolist()
        self._database.execute_many(
            "UPDATE points SET version = ?, mark = ? WHERE row = ?",
            ((version, mark, row) for mark, row in zip(marks, rows.tolist(), strict=True)),
        )

    def remove(self, rows: Rows) -> None:
        """Delete the points in these rows."""
        self._database.execute_many(
            "DELETE FROM points WHERE row = ?",
            ((row,) for row in rows.tolist()),
        )

    def size(self) -> int:
        """The number after that of the last row.

        Raises:
            StoreDamaged: that row is not what was written.
        """
        last = self._database.execute(f"{_POINTS} DESC LIMIT 1").fetchall()
        return int(self._loaded(last).rows[0]) + 1 if last else 0

    def load(self) -> Iterator[LoadedPoints]:
        """Read all points, some at a time.

        Raises:
            StoreDamaged: one of them is not what was written.
        """
        return map(self._loaded, self._database.pages(_POINTS))

    def _loaded(self, page: Sequence[tuple[Any, ...]]) -> LoadedPoints:
        numbers, ids, changed, payloads, marks = zip(*page, strict=True)
        try:
            keys = _keys(ids)
            rows = np.array(numbers, dtype=np.intp)
            versions = np.array(changed, dtype=np.int64)
            known = np.array(marks, dtype=np.uint32)
            if (_marks(rows, keys, payloads, versions) != known).any():
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise _damaged(self._database, "points") from None
        return LoadedPoints(rows, keys, versions.view(np.uint64), payloads)


class _RaggedTable:
    """Vectors of one name, each as long as it is: one SQL row for each."""

    kind: str

    def __init__(self, database: Connection, number: int) -> None:
        self._database = database
        self._name = f"{self.kind}_{number}"

    def remove(self, rows: Rows) -> None:
        """Delete the vectors of these rows."""
        self._database.execute_many(
            f"DELETE FROM {self._name} WHERE row = ?",
            ((row,) for row in rows.tolist()),
        )

    def _put(self, rows: Rows, blobs: Iterator[bytes]) -> None:
        self._database.execute_many(
            f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?, ?)",
            ((row, blob, crc32(blob, row)) for row, blob in zip(rows.tolist(), blobs, strict=True)),
        )

    def _load(self, unit: int) -> tuple[Rows, NDArray[np.int64], NDArray[np.uint32]]:
        """Rows, where the vector of each begins, in units of so many bytes, and all words."""
        rows: list[int] = []
        parts: list[bytes] = []
        sql = f"SELECT row, vector, mark FROM {self._name} ORDER BY row"
        for page in self._database.pages(sql):
            for row, blob, mark in page:
                if blob.__class__ is not bytes or crc32(blob, row) != mark or len(blob) % unit:
                    raise _damaged(self._database, self._name)
                rows.append(row)
                parts.append(blob)
        starts = np.cumsum([0, *(len(part) // unit for part in parts)], dtype=np.int64)
        words = np.frombuffer(b"".join(parts), "<u4").astype(np.uint32, copy=False)
        return np.array(rows, dtype=np.intp), starts, words


class SparseTable(_RaggedTable):
    """The sparse vectors of one name."""

    kind = "sparse"

    def put(self, rows: Rows, batch: SparseBatch) -> None:
        """Write one vector into each of these rows, in place of what is there."""
        self._put(rows, _packed(batch))

    def load(self) -> tuple[Rows, SparseBatch]:
        """Read all vectors.

        Raises:
            StoreDamaged: one of them is not what was written.
        """
        rows, starts, words = self._load(8)
        lengths = np.diff(starts)
        # Each vector is its indices and then its values: words 2s to 2s + n, and from there on.
        places = np.arange(int(starts[-1])) + np.repeat(starts[:-1], lengths)
        values = words[places + np.repeat(lengths, lengths)].view(np.float32)
        return rows, SparseBatch(starts, words[places], values)


class MultiTable(_RaggedTable):
    """The multivectors of one name."""

    kind = "multi"

    def __init__(self, database: Connection, number: int, size: int) -> None:
        super().__init__(database, number)
        self._size = size

    def put(self, rows: Rows, batch: MultiBatch) -> None:
        """Write one multivector into each of these rows, in place of what is there."""
        vectors = batch.vectors.astype("<f4", copy=False)
        spans = pairwise(batch.starts.tolist())
        self._put(rows, (vectors[start:end].tobytes() for start, end in spans))

    def load(self) -> tuple[Rows, MultiBatch]:
        """Read all multivectors.

        Raises:
            StoreDamaged: one of them is not what was written.
        """
        rows, starts, words = self._load(4 * self._size)
        return rows, MultiBatch(starts, words.view(np.float32).reshape(-1, self._size))


def _packed(batch: SparseBatch) -> Iterator[bytes]:
    indices, values = batch.indices.astype("<u4"), batch.values.astype("<f4")
    for start, end in pairwise(batch.starts.tolist()):
        yield indices[start:end].tobytes() + values[start:end].tobytes()


def _stored_ids(keys: Keys) -> list[int | bytes]:
    numbers: list[int | bytes] = keys.low.view(np.int64).tolist()
    if not keys.kinds.any():
        return numbers
    halves = np.stack([keys.high, keys.low], axis=1).astype(">u8").tobytes()
    shards, are_uuids = keys.shards.tolist(), keys.are_uuids.tolist()
    for position in np.flatnonzero(keys.kinds).tolist():
        half = 0 if are_uuids[position] else _HALF
        prefix = shards[position].to_bytes(_SHARD, "big") if shards[position] else b""
        numbers[position] = (
            prefix + halves[2 * _HALF * position + half : 2 * _HALF * (position + 1)]
        )
    return numbers


def _keys(ids: Sequence[int | bytes]) -> Keys:
    if set(map(type, ids)) <= {int}:
        low = np.array(ids, dtype=np.int64).view(np.uint64)
        kinds = np.zeros(len(ids), dtype=np.uint16)
        return Keys(kinds, np.zeros(len(ids), dtype=np.uint64), low)
    kinds = np.array([_kind(point_id) for point_id in ids], dtype=np.uint16)
    # A number is made 16 bytes as well, and both are read as two halves.
    filled = [
        _without_shard(point_id).rjust(2 * _HALF, b"\0")
        if isinstance(point_id, bytes)
        else point_id.to_bytes(2 * _HALF, "big", signed=True)
        for point_id in ids
    ]
    halves = np.frombuffer(b"".join(filled), ">u8").reshape(len(ids), 2).astype(np.uint64)
    high = np.where(kinds & np.uint16(1), halves[:, 0], np.uint64(0))
    return Keys(kinds, high, halves[:, 1].copy())


def _kind(point_id: int | bytes) -> int:
    """What the length of a stored id tells: a UUID or a number, and the shard before it."""
    if isinstance(point_id, int):
        return 0
    bare = _without_shard(point_id)
    if len(bare) not in (_HALF, 2 * _HALF):
        raise ValueError
    shard = int.from_bytes(point_id[: len(point_id) - len(bare)], "big")
    return shard << 1 | (len(bare) == 2 * _HALF)


def _without_shard(point_id: bytes) -> bytes:
    return point_id if len(point_id) == 2 * _HALF else point_id[_SHARD:]


def _same(rows: Rows, version: int) -> NDArray[np.int64]:
    return np.full(len(rows), version, dtype=np.int64)


def _marks(
    rows: Rows, keys: Keys, payloads: Sequence[bytes | None], versions: NDArray[Any]
) -> NDArray[np.uint32]:
    sums = np.fromiter(_sums(payloads), dtype=np.uint64, count=len(payloads))
    halves = keys.low ^ keys.high ^ rows.astype(np.uint64) * np.uint64(_WEIGHT)
    halves ^= versions.astype(np.uint64) * np.uint64(_VERSION_WEIGHT)
    halves ^= keys.shards.astype(np.uint64) * np.uint64(_SHARD_WEIGHT)
    folded = (halves ^ (halves >> np.uint64(32))) & np.uint64(_WORD)
    marks: NDArray[np.uint32] = (sums ^ folded).astype(np.uint32)
    return marks


def _sums(payloads: Sequence[bytes | None]) -> Iterable[int]:
    if None in payloads:
        return (crc32(payload) if payload else 0 for payload in payloads)
    return map(crc32, cast("Sequence[bytes]", payloads))


def _damaged(database: Connection, table: str) -> StoreDamaged:
    return damaged(database.path, f"a row of {table} is not what was written")
