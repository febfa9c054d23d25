"""Point ids: how they are held, found and ordered. Used by the segment.

An id is an unsigned 64-bit number or a 128-bit UUID, in one of several shards: in each of them the
same id may be another point. It is held as two 64-bit halves and a kind, 18 bytes a row, and found
by open addressing in one array of row numbers (4 bytes a slot, at most half full), never by a dict.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask, Rows, Words, distinct, grown
from .selection import Selection

__all__ = ["MOST_SHARDS", "IdTable", "Keys", "PointId", "encode_ids"]

PointId = int | str

MOST_SHARDS = 1 << 15
_MOVES = 64  # changes of the order that are kept apart
_EMPTY = -1
_DELETED = -2
_WORD = 0xFFFF_FFFF_FFFF_FFFF
_MIX_HIGH = 0x9E37_79B9_7F4A_7C15
_MIX_LOW = 0xBF58_476D_1CE4_E5B9
_MIX_KIND = 0x94D0_49BB_1331_11EB


class Keys:
    """Ids as columns: `kinds`, `high` and `low` halves, all (n,).

    The lowest bit of a kind tells a UUID from a number, the others are the number of the shard.
    """

    __slots__ = ("high", "kinds", "low")

    def __init__(self, kinds: NDArray[np.uint16], high: Words, low: Words) -> None:
        self.kinds = kinds
        self.high = high
        self.low = low

    def __len__(self) -> int:
        return len(self.low)

    def take(self, picks: Rows) -> Keys:
        """The ids at these positions."""
        return Keys(self.kinds[picks], self.high[picks], self.low[picks])

    @property
    def are_uuids(self) -> NDArray[np.uint16]:
        """1 for a UUID, 0 for a number."""
        return self.kinds & np.uint16(1)

    @property
    def shards(self) -> NDArray[np.uint16]:
        """The numbers of the shards."""
        return self.kinds >> np.uint16(1)

    @property
    def same_as_before(self) -> Mask:
        """Flags (n - 1,): whose id, the shard aside, is that of the one before."""
        same: Mask = (self.low[1:] == self.low[:-1]) & (self.high[1:] == self.high[:-1])
        same &= self.are_uuids[1:] == self.are_uuids[:-1]
        return same

    def in_shard(self, shard: int) -> Keys:
        """The same ids in a shard."""
        return Keys(self.are_uuids | np.uint16(shard << 1), self.high, self.low)


def _encode_id(point_id: PointId) -> tuple[int, int, int]:
    if isinstance(point_id, str):
        number = int(point_id.replace("-", ""), 16)
        return 1, number >> 64, number & _WORD
    return 0, 0, point_id


def encode_ids(ids: Sequence[PointId]) -> Keys:
    """Turn canonical ids (numbers, or UUIDs in text) into columns."""
    count = len(ids)
    try:
        low = np.fromiter(_numbers(ids), dtype=np.uint64, count=count)
    except TypeError:
        triples = [_encode_id(point_id) for point_id in ids]
        kinds = np.array([kind for kind, _, _ in triples], dtype=np.uint16)
        high = np.array([high for _, high, _ in triples], dtype=np.uint64)
        return Keys(kinds, high, np.array([low for _, _, low in triples], dtype=np.uint64))
    return Keys(np.zeros(count, dtype=np.uint16), np.zeros(count, dtype=np.uint64), low)


def _numbers(ids: Iterable[PointId]) -> Iterable[int]:
    for point_id in ids:
        if point_id.__class__ is str:
            raise TypeError
        yield point_id  # type: ignore[misc]  # not a str, therefore an int


class IdTable:
    """Which id lives in which row. Rows are numbers below 2**31."""

    def __init__(self) -> None:
        self._kinds: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._high: Words = np.zeros(0, dtype=np.uint64)
        self._low: Words = np.zeros(0, dtype=np.uint64)
        self._slots: NDArray[np.int32] = np.full(32, _EMPTY, dtype=np.int32)
        self._used = 0  # slots that are not empty, deleted ones included
        self._marked = 0  # rows written with a UUID or in a shard; zero allows the short ways
        self._has_shards = False
        self._twins: tuple[Rows, Rows] | None = None  # an order, and what was found in it
        # Readers share the collection's lock, and the first that needs the order brings it up to
        # date.
        self._ordering = threading.Lock()
        self._order: Rows | None = None  # rows in the order of their ids, when known
        self._moved: list[Rows] = []  # rows that gained or lost their id since then

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        arrays = (self._kinds, self._high, self._low, self._slots)
        return sum(array.nbytes for array in arrays)

    @property
    def is_ordered(self) -> bool:
        """Whether `order()` costs little."""
        return self._order is not None and not self._moved

    def find(self, keys: Keys) -> Rows:
        """Rows (n,) of the ids, -1 where there is none."""
        count = len(keys)
        if count <= 4:
            found = [
                self._find_one(int(keys.kinds[i]), int(keys.high[i]), int(keys.low[i]))
                for i in range(count)
            ]
            return np.array(found, dtype=np.intp)
        rows = np.full(count, -1, dtype=np.intp)
        mask = np.intp(len(self._slots) - 1)
        slots = self._hash(keys)
        active = np.arange(count, dtype=np.intp)
        while active.size:
            candidates = self._slots[slots[active]]
            there = candidates >= 0
            at = np.where(there, candidates, 0)
            if len(self._low):
                hit = there & (self._low[at] == keys.low[active])
                hit &= (self._high[at] == keys.high[active]) & (
                    self._kinds[at] == keys.kinds[active]
                )
            else:
                hit = there
            rows[active[hit]] = candidates[hit]
            active = active[~hit & (candidates != _EMPTY)]
            slots[active] = (slots[active] + 1) & mask
        return rows

    def row_of(self, kind: int, high: int, low: int) -> int:
        """The row of one id, in columns; -1 where there is none."""
        return self._find_one(kind, high, low)

    def shards(self, size: int) -> NDArray[np.uint16]:
        """The shards of the first rows; of those without a point they mean nothing."""
        return self._kinds[:size] >> np.uint16(1)

    def twins(self) -> Rows:
        """Rows whose id another row has, in another shard, side by side."""
        order = self.order()
        if self._twins is None or self._twins[0] is not order:
            same = self.keys(order).same_as_before
            either = np.zeros(len(order), dtype=np.bool_)
            either[1:] |= same
            either[:-1] |= same
            self._twins = order, order[either]
        return self._twins[1]

    def find_one(self, point_id: PointId) -> int:
        """The row of one id, -1 where there is none."""
        return self._find_one(*_encode_id(point_id))

    def _find_one(self, kind: int, high: int, low: int) -> int:
        slots, mask = self._slots, len(self._slots) - 1
        slot = _hash_one(kind, high, low) & mask
        while (row := slots.item(slot)) != _EMPTY:
            if (
                row >= 0
                and self._low.item(row) == low
                and self._high.item(row) == high
                and self._kinds.item(row) == kind
            ):
                return row
            slot = (slot + 1) & mask
        return -1

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._kinds = grown(self._kinds, rows)
        self._high = grown(self._high, rows)
        self._low = grown(self._low, rows)

    def expect(self, count: int) -> None:
        """Size an empty table for so many ids, so that adding them moves none."""
        self._slots = np.full(_slots_for(count * 2), _EMPTY, dtype=np.int32)

    def add(self, keys: Keys, rows: Rows) -> None:
        """Put new ids, none of them present and no two alike, into rows that are free."""
        if not len(keys):
            return
        self.reserve(int(rows.max()) + 1)
        self._kinds[rows] = keys.kinds
        self._high[rows] = keys.high
        self._low[rows] = keys.low
        self._marked += int(np.count_nonzero(keys.kinds))
        self._has_shards = self._has_shards or bool((keys.kinds > 1).any())
        if (self._used + len(keys)) * 2 > len(self._slots):
            self._rehash(rows)
        else:
            self._place(keys, rows)
        self._disorder(rows)

    def remove(self, rows: Rows) -> None:
        """Forget the ids of these rows."""
        if not len(rows):
            return
        keys = self.keys(rows)
        mask = np.intp(len(self._slots) - 1)
        slots = self._hash(keys)
        active = np.arange(len(rows), dtype=np.intp)
        while active.size:
            hit = self._slots[slots[active]] == rows[active]
            self._slots[slots[active[hit]]] = _DELETED
            active = active[~hit]
            slots[active] = (slots[active] + 1) & mask
        self._disorder(rows)

    def keys(self, rows: Rows) -> Keys:
        """The ids of these rows, as columns."""
        return Keys(self._kinds[rows], self._high[rows], self._low[rows])

    def ids(self, rows: Rows) -> list[PointId]:
        """The ids of these rows, as users know them."""
        low: list[int] = self._low[rows].tolist()
        if not self._marked:
            return list(low)
        kinds: list[int] = (self._kinds[rows] & np.uint16(1)).tolist()
        high: list[int] = self._high[rows].tolist()
        return [_uuid_text(high[i], number) if kinds[i] else number for i, number in enumerate(low)]

    def sort(self, rows: Rows) -> Rows:
        """These rows in the order of their ids: numbers first, then UUIDs."""
        return rows[self.sorting(rows)]

    def sorting(self, rows: Rows, *major: NDArray[Any]) -> Rows:
        """Positions that sort these rows by `major` columns, then by id."""
        low = self._low[rows]
        if not self._marked and not major:
            return np.argsort(low, kind="stable")
        columns: list[NDArray[Any]] = [low]
        if self._marked:
            kinds = self._kinds[rows]
            columns += [self._high[rows], kinds & np.uint16(1)]
            if self._has_shards:
                columns.insert(0, kinds)
        return np.lexsort((*columns, *major))

    def order(self) -> Rows:
        """All rows in the order of their ids."""
        with self._ordering:
            if self._order is None:
                self._order = self.sort(self._slots[self._slots >= 0].astype(np.intp))
            elif self._moved:
                moved = distinct(np.concatenate(self._moved))
                stayed = self._order[~_flagged(moved, len(self._low))[self._order]]
                held = self.sort(moved[self.find(self.keys(moved)) == moved])
                # Two sorted runs: the stable sort merges them in linear time.
                self._order = self.sort(np.concatenate([stayed, held]))
                self._moved = []
            return self._order

    def position(self, point_id: PointId) -> int:
        """Where in `order()` the first id stands that is not less than this one."""
        order = self.order()
        wanted = _encode_id(point_id)
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            row = int(order[middle])
            here = (self._kinds.item(row) & 1, self._high.item(row), self._low.item(row))
            if here < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def first(self, among: Selection, start: PointId | None, count: int) -> Rows:
        """The first `count` of these rows in the order of their ids, from the id `start` on."""
        begin = 0 if start is None else self.position(start)
        rows = self.order()[begin:]
        return rows[among.mask[rows]][:count]

    def _disorder(self, rows: Rows) -> None:
        if self._order is not None:
            self._moved.append(rows)
            if len(self._moved) > _MOVES:
                self._moved = [distinct(np.concatenate(self._moved))]

    def _hash(self, keys: Keys) -> Rows:
        word = keys.low * np.uint64(_MIX_LOW)
        word ^= keys.high * np.uint64(_MIX_HIGH)
        word ^= keys.kinds.astype(np.uint64) * np.uint64(_MIX_KIND)
        word ^= word >> np.uint64(29)
        word *= np.uint64(_MIX_HIGH)
        word ^= word >> np.uint64(32)
        return (word & np.uint64(len(self._slots) - 1)).astype(np.intp)

    def _place(self, keys: Keys, rows: Rows) -> None:
        mask = np.intp(len(self._slots) - 1)
        slots = self._hash(keys)
        active = np.arange(len(keys), dtype=np.intp)
        while active.size:
            at = slots[active]
            before = self._slots[at]
            free = active[before < 0]
            self._slots[slots[free]] = rows[free]
            # Several may have written one slot: who can read itself back has it, the rest move on.
            placed = self._slots[at] == rows[active]
            self._used += int(np.count_nonzero(before[placed] == _EMPTY))
            active = active[~placed]
            slots[active] = (slots[active] + 1) & mask

    def _rehash(self, added: Rows) -> None:
        held = self._slots[self._slots >= 0].astype(np.intp)
        rows = np.concatenate([held, added])
        size = max(len(self._slots), _slots_for(len(rows) * 3))
        self._slots = np.full(size, _EMPTY, dtype=np.int32)
        self._used = 0
        self._place(self.keys(rows), rows)


def _slots_for(count: int) -> int:
    return 1 << max(5, (count - 1).bit_length())


def _flagged(rows: Rows, size: int) -> Mask:
    flags = np.zeros(size, dtype=np.bool_)
    flags[rows] = True
    return flags


def _hash_one(kind: int, high: int, low: int) -> int:
    word = (low * _MIX_LOW & _WORD) ^ (high * _MIX_HIGH & _WORD) ^ (kind * _MIX_KIND & _WORD)
    word ^= word >> 29
    word = word * _MIX_HIGH & _WORD
    return word ^ word >> 32


def _uuid_text(high: int, low: int) -> str:
    digits = f"{high:016x}{low:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
