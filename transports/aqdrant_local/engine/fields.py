"""Tables of objects whose fields are columns: payloads, and the elements of arrays inside them.

A segment has one table; every array of objects that a nested condition looks into is a table of its
own below it, one row for each element that is an object. All are built when first asked for and
kept up to date from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from .arrays import Mask, Rows, distinct, grown
from .columns import PayloadColumn
from .extraction import Payloads, Reader, Selected, object_reader, present
from .paths import ALL, Path, select
from .selection import Selection

__all__ = ["Elements", "Fields"]

_SPARE = 4096  # free rows that are not worth making a table anew

Readers: TypeAlias = Callable[[Path], Reader]
"""Gives the function that selects a path in the objects of a table."""


class Fields:
    """The columns of one table, and the tables of elements below it."""

    def __init__(self, reader: Readers) -> None:
        self._reader = reader
        self._columns: dict[Path, PayloadColumn] = {}
        self._elements: dict[Path, Elements] = {}
        # Readers share the collection's lock, and the first that needs a column brings it up to
        # date.
        self._refreshing = threading.Lock()

    def touch(self, rows: Rows) -> None:
        """Remember that the objects of these rows changed."""
        for column in self._columns.values():
            column.touch(rows)
        for elements in self._elements.values():
            elements.touch(rows)

    def clear(self) -> None:
        """Forget all columns: the rows have moved."""
        self._columns, self._elements = {}, {}

    def drop(self, path: Path) -> None:
        """Forget one column, which is made anew when it is asked for."""
        self._columns.pop(path, None)

    def column(self, path: Path, size: int, payloads: Payloads) -> PayloadColumn:
        """The values under a path in `size` rows, up to date."""
        column = self._columns.get(path)
        if column is not None and column.is_fresh and column.size == size:
            return column  # without waiting for another that is being read
        with self._refreshing:
            column = self._columns.get(path)
            if column is None or column.is_wasteful:
                column = PayloadColumn(self._reader(path))
                column.touch(np.arange(size, dtype=np.intp))
            if not column.is_fresh or column.size != size:
                column.refresh(size, payloads)
            self._columns[path] = column
            return column

    def elements(self, path: Path, size: int, payloads: Payloads) -> Elements:
        """The elements of the arrays under a path in `size` rows, up to date."""
        elements = self._elements.get(path)
        if elements is not None and elements.is_fresh and elements.above == size:
            return elements
        with self._refreshing:
            elements = self._elements.get(path)
            if elements is None or elements.is_wasteful:
                elements = Elements(self._reader, path)
                elements.touch(np.arange(size, dtype=np.intp))
            elements.refresh(size, payloads)
            self._elements[path] = elements
            return elements

    def peek(self, path: Path, *inner: Path) -> PayloadColumn | None:
        """The values under a path, or under one within elements of the paths before it.

        None where they have to be read first.
        """
        if inner:
            elements = self._elements.get(path)
            ready = elements is not None and elements.is_fresh
            return elements.fields.peek(*inner) if elements is not None and ready else None
        column = self._columns.get(path)
        return column if column is not None and column.is_fresh else None


class Elements:
    """The objects in the arrays under one path, each with the row of the table above it."""

    def __init__(self, reader: Readers, path: Path) -> None:
        self._path = path if path[-1] == ALL else (*path, ALL)
        self._reader = reader
        self._payloads: Payloads = ()
        self._owners: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        # Of each element, its number among the objects of its owner.
        self._places: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._alive: Mask = np.zeros(0, dtype=np.bool_)
        self._free: Rows = np.zeros(0, dtype=np.intp)
        self._changed: list[Rows] = []
        self.above = 0  # rows of the table above
        self.size = 0
        self.fields = Fields(self._inner_reader)

    @property
    def alive(self) -> Mask:
        """Flags (size,): which rows hold an element."""
        return self._alive[: self.size]

    @property
    def is_fresh(self) -> bool:
        """Whether no row waits to be read."""
        return not self._changed

    @property
    def is_wasteful(self) -> bool:
        """Whether it is better made anew: most of its rows are free."""
        return len(self._free) > max(_SPARE, self.size // 2)

    def touch(self, rows: Rows) -> None:
        """Remember that these rows of the table above changed."""
        self._changed.append(rows)
        if len(self._changed) > 64:
            self._changed = [distinct(np.concatenate(self._changed))]

    def column(self, path: Path) -> PayloadColumn:
        """The values under a path in the elements."""
        return self.fields.column(path, self.size, self._payloads)

    def elements(self, path: Path) -> Elements:
        """The elements of the arrays under a path in these elements."""
        return self.fields.elements(path, self.size, self._payloads)

    def owners(self, selection: Selection | None) -> Selection:
        """Rows of the table above that have one of these elements; None for all elements."""
        rows = np.flatnonzero(self.alive) if selection is None else selection.rows
        mask = np.zeros(self.above, dtype=np.bool_)
        mask[self._owners[rows]] = True
        return Selection(self.above, mask=mask)

    def refresh(self, size: int, payloads: Payloads) -> None:
        """Read the arrays of the rows that changed."""
        self._payloads = payloads
        changed: Rows = np.zeros(0, dtype=np.intp)
        if self._changed:
            changed = distinct(np.concatenate(self._changed))
            changed = changed[changed < size]
        gone = self._release(changed, size)
        rows: list[int] = []
        counts: list[int] = []
        for some, values in object_reader(self._path, "", self._reader)(changed, payloads):
            rows += some
            counts += map(len, values)
        lengths = np.array(counts, dtype=np.int64)
        ends = np.cumsum(lengths)
        added = self._allocate(int(ends[-1]) if counts else 0)
        self._owners[added] = np.repeat(np.array(rows, dtype=np.int32), lengths)
        self._places[added] = np.arange(len(added)) - np.repeat(ends - lengths, lengths)
        self._alive[added] = True
        self.fields.touch(distinct(np.concatenate([gone, added])))
        self._changed, self.above = [], size  # last: from here on readers go ahead

    def _release(self, changed: Rows, size: int) -> Rows:
        flags = np.zeros(size, dtype=np.bool_)
        flags[changed] = True
        held = np.flatnonzero(self.alive)
        gone = held[flags[self._owners[held]]]
        self._alive[gone] = False
        self._free = np.sort(np.concatenate([self._free, gone]))
        return gone

    def _allocate(self, count: int) -> Rows:
        reused, self._free = self._free[:count], self._free[count:]
        more = count - len(reused)
        start, self.size = self.size, self.size + more
        self._owners = grown(self._owners, self.size)
        self._places = grown(self._places, self.size)
        self._alive = grown(self._alive, self.size)
        return np.concatenate([reused, np.arange(start, self.size, dtype=np.intp)])

    def _inner_reader(self, path: Path) -> Reader:
        key, rest = str(path[0]), path[1:]
        read_values = object_reader(self._path, key, self._reader)

        def read(rows: Rows, payloads: Payloads) -> Selected:
            rows = rows[self._alive[rows]]
            rows = rows[np.lexsort((rows, self._owners[rows]))]
            owners, places = self._owners[rows], self._places[rows]
            above = distinct(owners.astype(np.intp))
            firsts = owners.searchsorted(above)
            in_order = np.arange(len(rows)) - np.repeat(firsts, np.diff(firsts, append=len(rows)))
            is_whole = np.array_equal(places, in_order)
            numbers: list[int] = rows.tolist()
            bounds: list[int] = [*firsts.tolist(), len(numbers)]

            def span(owner: int) -> tuple[int, int]:
                place = int(above.searchsorted(owner))
                return bounds[place], bounds[place + 1]

            # The table above may give its rows in another order than that of their numbers.
            for held, values in read_values(above, payloads):
                first, last = span(held[0])[0], span(held[-1])[1]
                found: list[Any] = list(chain.from_iterable(values))
                picked: list[int] = numbers[first:last]
                if not is_whole or len(found) != len(picked) or held != sorted(held):
                    picked, found = [], []
                    for owner, here in zip(held, values, strict=True):
                        first, last = span(owner)
                        picked += numbers[first:last]
                        found += [here[place] for place in places[first:last].tolist()]
                if not rest:
                    yield present(picked, found)
                    continue
                yield (
                    picked,
                    [[] if value is UNSET else select(value, rest) for value in found],
                )

        return read
