"""Inverted lists that stay sorted under updates.

Used by payload columns (value → rows) and by sparse vectors (index → rows).

The lists are one sorted array of keys with the row (and weight) of each, so that equality and
intervals are slices. Rows that changed since the last merge are *stale*: their old entries are
skipped, their new ones wait in a small unsorted tail that every look-up also reads. When the tail
has grown past a sixteenth of the whole it is merged in.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows, grown

__all__ = ["Postings"]

K = TypeVar("K", np.int64, np.float64, np.uint32)
E = TypeVar("E", bound=np.generic)

_ZERO = np.float32(0.0)
_NEVER = np.float32(-0.0)
_NEVER_BITS = np.uint32(0x8000_0000)
_TAIL = 1024  # entries that may wait in any case


class Postings(Generic[K]):
    """Entries (key, row[, weight]) sorted by key."""

    def __init__(self, dtype: type[K], *, weighted: bool = False) -> None:
        self._dtype: type[K] = dtype
        self._weighted = weighted
        self._keys: NDArray[K] = np.zeros(0, dtype=dtype)
        self._rows: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._weights: Floats = np.zeros(0, dtype=np.float32)
        self._end = 0  # no row from here on has an entry in the sorted lists
        self._stale: Mask | None = None
        self._waiting: Mask = np.zeros(0, dtype=np.bool_)  # which rows may have entries in the tail
        self._tail_keys: NDArray[K] = self._keys
        self._tail_rows: NDArray[np.int32] = self._rows
        self._tail_weights: Floats = self._weights

    def __len__(self) -> int:
        """Entries held, those of stale rows included."""
        return len(self._keys) + len(self._tail_keys)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        lists = self._keys.nbytes + self._rows.nbytes + self._weights.nbytes
        tail = self._tail_keys.nbytes + self._tail_rows.nbytes + self._tail_weights.nbytes
        return lists + tail + self._waiting.nbytes + self._end * (self._stale is not None)

    def reserve(self, rows: int) -> None:
        """Make room for entries of this many rows."""
        self._waiting = grown(self._waiting, rows)

    def replace(
        self, size: int, changed: Rows, keys: NDArray[K], rows: Rows, weights: Floats | None = None
    ) -> None:
        """Drop all entries of the `changed` rows and add these.

        Args:
            size: number of rows of the segment.
            changed: rows whose entries are void from now on, each once.
            keys, rows, weights: new entries (n,), of changed rows alone.
        """
        merged = changed[changed < self._end]
        if len(merged):
            if self._stale is None:
                self._stale = np.zeros(self._end, dtype=np.bool_)
            self._stale[merged] = True
        self.reserve(size)
        if self._waiting[changed].any():
            self._forget(changed, size)
        if len(keys):
            self._waiting[rows] = True
            self._tail_keys = np.concatenate([self._tail_keys, keys.astype(self._dtype)])
            self._tail_rows = np.concatenate([self._tail_rows, rows.astype(np.int32)])
            if self._weighted and weights is not None:
                self._tail_weights = np.concatenate([self._tail_weights, weights])
        if len(self._tail_keys) > max(_TAIL, len(self._keys) // 16):
            self._merge()

    def equal(self, key: float) -> Rows:
        """Rows that have this key, once for each entry."""
        wanted = self._dtype(key)
        keys = self._keys
        start, end = keys.searchsorted(wanted), keys.searchsorted(wanted, "right")
        rows = self._alive(self._rows[start:end])
        if len(self._tail_keys):
            rows = np.concatenate([rows, self._tail_rows[self._tail_keys == wanted]])
        return rows.astype(np.intp)

    def weighted(self, key: float) -> tuple[Rows, Floats]:
        """Rows that have this key, and the weight of each."""
        wanted = self._dtype(key)
        span = slice(self._keys.searchsorted(wanted), self._keys.searchsorted(wanted, "right"))
        rows, weights = self._rows[span], self._weights[span]
        if self._stale is not None:
            fresh = ~self._stale[rows]
            rows, weights = rows[fresh], weights[fresh]
        if len(self._tail_keys):
            there = self._tail_keys == wanted
            rows = np.concatenate([rows, self._tail_rows[there]])
            weights = np.concatenate([weights, self._tail_weights[there]])
        return rows.astype(np.intp), weights

    def between(
        self, first: float | None, last: float | None, *, open_first: bool, open_last: bool
    ) -> Rows:
        """Rows that have a key in the interval, once for each entry; None is no bound."""
        low = None if first is None else self._dtype(first)
        high = None if last is None else self._dtype(last)
        keys, start, end = self._keys, 0, len(self._keys)
        if low is not None:
            start = int(keys.searchsorted(low, "right" if open_first else "left"))
        if high is not None:
            end = int(keys.searchsorted(high, "left" if open_last else "right"))
        rows = self._alive(self._rows[start : max(start, end)])
        if len(self._tail_keys):
            tail = np.ones(len(self._tail_keys), dtype=np.bool_)
            if low is not None:
                tail &= self._tail_keys > low if open_first else self._tail_keys >= low
            if high is not None:
                tail &= self._tail_keys < high if open_last else self._tail_keys <= high
            rows = np.concatenate([rows, self._tail_rows[tail]])
        return rows.astype(np.intp)

    def any_of(self, keys: NDArray[K]) -> Rows:
        """Rows that have one of these keys (sorted, each once), once for each entry."""
        rows = self._alive(self._rows[self._slices(keys)])
        if len(self._tail_keys):
            rows = np.concatenate([rows, self._tail_rows[np.isin(self._tail_keys, keys)]])
        return rows.astype(np.intp)

    def entries(self) -> tuple[NDArray[K], Rows]:
        """All keys, those that are merged ascending, and the row of each."""
        keys, rows = self._keys, self._rows
        if self._stale is not None:
            fresh = ~self._stale[rows]
            keys, rows = keys[fresh], rows[fresh]
        if len(self._tail_keys):
            keys = np.concatenate([keys, self._tail_keys])
            rows = np.concatenate([rows, self._tail_rows])
        return keys, rows.astype(np.intp)

    def weighted_sums(self, keys: NDArray[K], factors: Floats, size: int) -> Floats:
        """Weights times factors, summed for each of `size` rows over its entries with the keys.

        Rows without such an entry have minus infinity.

        Args:
            keys: sorted, each once.
            factors: one for each key.
        """
        # Minus zero is what no sum of others can give, once each of them had zero added.
        sums = np.full(size, _NEVER, dtype=np.float32)
        starts = self._keys.searchsorted(keys, "left").tolist()
        ends = self._keys.searchsorted(keys, "right").tolist()
        for start, end, factor in zip(starts, ends, factors, strict=True):
            if start == end:
                continue
            rows, parts = self._rows[start:end], self._weights[start:end] * factor
            parts += _ZERO
            np.add.at(sums, rows, parts)
        if self._stale is not None:  # what these rows have stands in the tail
            sums[: self._end][self._stale] = _NEVER
        if len(self._tail_keys) and len(keys):
            at = np.minimum(keys.searchsorted(self._tail_keys), len(keys) - 1)
            there = keys[at] == self._tail_keys
            parts = self._tail_weights[there] * factors[at[there]] + _ZERO
            np.add.at(sums, self._tail_rows[there], parts)
        sums[sums.view(np.uint32) == _NEVER_BITS] = -np.inf
        return sums

    def frequencies(self, keys: NDArray[K]) -> NDArray[np.int64]:
        """Number of entries of each key (sorted, each once)."""
        starts = self._keys.searchsorted(keys, "left")
        ends = self._keys.searchsorted(keys, "right")
        counts = (ends - starts).astype(np.int64)
        if self._stale is not None:
            for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
                counts[position] -= np.count_nonzero(self._stale[self._rows[start:end]])
        if len(self._tail_keys):
            tail = np.sort(self._tail_keys)
            counts += tail.searchsorted(keys, "right") - tail.searchsorted(keys, "left")
        return counts

    def _slices(self, keys: NDArray[K]) -> Rows:
        starts = self._keys.searchsorted(keys, "left")
        lengths = self._keys.searchsorted(keys, "right") - starts
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        offsets = np.repeat(starts - (ends - lengths), lengths)
        picks: Rows = np.arange(total, dtype=np.intp) + offsets
        return picks

    def _alive(self, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        return rows if self._stale is None else rows[~self._stale[rows]]

    def _forget(self, changed: Rows, size: int) -> None:
        gone = np.zeros(size, dtype=np.bool_)
        gone[changed] = True
        self._waiting[changed] = False
        kept = ~gone[self._tail_rows]
        self._tail_keys, self._tail_rows = self._tail_keys[kept], self._tail_rows[kept]
        if self._weighted:
            self._tail_weights = self._tail_weights[kept]

    def _merge(self) -> None:
        keys, rows, weights = self._keys, self._rows, self._weights
        if self._stale is not None:
            fresh = ~self._stale[rows]
            keys, rows = keys[fresh], rows[fresh]
            weights = weights[fresh] if self._weighted else weights
        order = np.argsort(self._tail_keys, kind="stable")
        added = self._tail_keys[order]
        places = keys.searchsorted(added, "right") + np.arange(len(added))
        kept = np.ones(len(keys) + len(added), dtype=np.bool_)
        kept[places] = False
        self._keys = _merged(keys, added, places, kept)
        self._rows = _merged(rows, self._tail_rows[order], places, kept)
        if self._weighted:
            self._weights = _merged(weights, self._tail_weights[order], places, kept)
        self._end = int(self._rows.max()) + 1 if len(self._rows) else 0
        self._stale = None
        self._waiting[:] = False
        self._tail_keys, self._tail_rows = self._keys[:0], self._rows[:0]
        self._tail_weights = self._weights[:0]


def _merged(old: NDArray[E], added: NDArray[E], places: Rows, kept: Mask) -> NDArray[E]:
    """Both arrays in one: `added` at the `places`, `old` in order where `kept` has its flags up."""
    result = np.empty(len(kept), dtype=old.dtype)
    result[places] = added
    result[kept] = old
    return result
