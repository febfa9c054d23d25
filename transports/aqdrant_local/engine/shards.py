"""Ids of some shards of a segment, as if there were no others. Used by the segment, for reads.

In each shard the same id may be another point. Of those that are looked at together the newest is
seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Mask, Rows, Words
from .ids import IdTable, Keys

__all__ = ["ShardIds", "rows_of_shards", "without_older"]


class ShardIds(IdTable):
    """The ids of those rows of a table that a mask has, in these shards. Never written to."""

    def __init__(self, table: IdTable, shards: Sequence[int], mask: Mask) -> None:
        self.__dict__.update(vars(table))
        self._table = table
        self._shards = shards
        self._mask = mask

    def find(self, keys: Keys) -> Rows:
        """Rows (n,) of the ids, -1 where there is none."""
        rows = np.full(len(keys), -1, dtype=np.intp)
        for shard in self._shards:
            found = self._table.find(keys.in_shard(shard))
            there = np.flatnonzero(found >= 0)
            there = there[self._mask[found[there]]]
            rows[there] = found[there]
        return rows

    def _find_one(self, kind: int, high: int, low: int) -> int:
        for shard in self._shards:
            row = self._table.row_of(kind & 1 | shard << 1, high, low)
            if row >= 0 and self._mask[row]:
                return row
        return -1

    def order(self) -> Rows:
        """The rows in the order of their ids."""
        order = self._table.order()
        return order[self._mask[order]]


def rows_of_shards(ids: IdTable, shards: Sequence[int], alive: Mask) -> Mask:
    """Flags of the rows that hold a point of these shards."""
    held = ids.shards(len(alive))
    if len(shards) == 1:
        mask: Mask = held == shards[0]
    else:
        mask = np.isin(held, np.array(shards, dtype=np.uint16))
    return alive & mask


def without_older(ids: IdTable, mask: Mask, versions: Words) -> Mask:
    """The mask without the rows whose id a newer row has, or one of an earlier shard as new."""
    rows = ids.twins()
    rows = rows[mask[rows]]
    if len(rows) < 2:
        return mask
    keys = ids.keys(rows)
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = ~keys.same_as_before
    group = np.cumsum(new)
    order = np.lexsort((keys.shards, ~versions[rows], group))
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = np.diff(group[order]) != 0
    newest: Mask = mask.copy()
    newest[rows[order[~first]]] = False
    return newest
