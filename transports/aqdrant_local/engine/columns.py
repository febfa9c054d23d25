"""Payload values under one path, as columns.

Built when a path is first filtered on, kept up to date from then on.

A path selects any number of values of a point; an array that is selected counts as its elements,
one level deep. Values are filed by kind (integers, floats, bools, strings), because kinds never
match each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arrays import Rows, grown
from .datetimes import parse_datetime
from .extraction import (
    BOOL,
    EMPTY,
    FILLED,
    FLOAT,
    INTEGER,
    LOCATION,
    NULL,
    SELECTED,
    SINGLE,
    SOLID,
    STRING,
    Entries,
    Payloads,
    payload_reader,
)
from .intervals import INT64, Interval, integer_bounds
from .paths import Path
from .postings import Postings
from .selection import Selection

__all__ = ["PayloadColumn"]

_NO_ROWS: Rows = np.zeros(0, dtype=np.intp)
_CODES = 4096  # strings that may be known in any case
_NO_DATE = np.iinfo(np.int64).min


class PayloadColumn:
    """The values that one path selects, over all rows of a segment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = payload_reader(path)
        self._ints: Postings[np.int64] = Postings(np.int64)
        self._floats: Postings[np.float64] = Postings(np.float64)
        self._bools: Postings[np.int64] = Postings(np.int64)
        self._strings: Postings[np.int64] = Postings(np.int64)
        self._counts: Postings[np.int64] = Postings(
            np.int64
        )  # of selected values that do not count as one
        self._codes: dict[str, int] = {}
        self._micros: NDArray[np.int64] = np.zeros(
            0, dtype=np.int64
        )  # of each string that is a date
        self._flags: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._elements: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # values that are not null
        self._repeats = False  # some row has more than one value
        self.size = 0  # rows of the segment when it was last read
        self._changed: list[Rows] = []

    @property
    def is_fresh(self) -> bool:
        """Whether no row waits to be read."""
        return not self._changed

    @property
    def is_wasteful(self) -> bool:
        """Whether it is better made anew: most strings that it knows are in no payload any more."""
        return not self.is_fresh and len(self._codes) > max(_CODES, 2 * len(self._strings))

    def touch(self, rows: Rows) -> None:
        """Remember that the payloads of these rows changed."""
        self._changed.append(rows)
        if len(self._changed) > 64:
            self._changed = [np.unique(np.concatenate(self._changed))]

    def refresh(self, size: int, payloads: Payloads) -> None:
        """Read the payloads of the rows that changed."""
        changed = np.unique(np.concatenate(self._changed)) if self._changed else None
        self.size = size
        self._flags = grown(self._flags, size)
        self._elements = grown(self._elements, size)
        if changed is not None:
            changed = changed[changed < size]
            entries = Entries(self._codes)
            for rows, values in self._read(changed, payloads):
                entries.add(rows, values)
            self._store(changed, entries)
        self._changed = []

    def _store(self, changed: Rows, entries: Entries) -> None:
        size = self.size
        self._flags[changed] = 0
        self._elements[changed] = 0
        if entries.flag_rows:
            rows = np.array(entries.flag_rows, dtype=np.intp)
            self._flags[rows] = np.array(entries.flags, dtype=np.uint16)
            self._elements[rows] = np.array(entries.elements, dtype=np.int32)
            self._repeats = self._repeats or max(entries.elements) > 1
        entries.ints.store(self._ints, size, changed)
        entries.floats.store(self._floats, size, changed)
        entries.bools.store(self._bools, size, changed)
        entries.strings.store(self._strings, size, changed)
        entries.counts.store(self._counts, size, changed)

    # Conditions

    def equal(self, value: bool | int | str) -> Selection:
        """Rows with this very value, kind included."""
        if isinstance(value, bool):
            return self._selection(self._bools.equal(int(value)))
        if isinstance(value, int):
            if not -INT64 <= value < INT64:
                return self._selection(_NO_ROWS)
            return self._selection(self._ints.equal(value))
        code = self._codes.get(value)
        return self._selection(_NO_ROWS if code is None else self._strings.equal(code))

    def any_of(self, values: Sequence[int] | Sequence[str]) -> Selection:
        """Rows with any of these values."""
        return self._selection(self._rows_of(values))

    def none_of(self, values: Sequence[int] | Sequence[str]) -> Selection:
        """Rows with a value that is not null and none of these."""
        found = self._rows_of(values)
        listed = np.bincount(found, minlength=self.size)[: self.size]
        return Selection(self.size, mask=self._elements[: self.size] > listed)

    def in_interval(self, interval: Interval) -> Selection:
        """Rows with a number in the interval; integers are compared as 64-bit floats."""
        first, open_first = interval.lower()
        last, open_last = interval.upper()
        found: Rows = _NO_ROWS
        if len(self._floats):
            found = self._floats.between(first, last, open_first=open_first, open_last=open_last)
        bounds = integer_bounds(interval) if len(self._ints) else None
        if bounds is not None:
            whole = self._ints.between(*bounds, open_first=False, open_last=False)
            found = np.concatenate([found, whole]) if len(found) else whole
        return self._selection(found)

    def in_time(self, interval: Interval) -> Selection:
        """Rows with a date in the interval, which is in microseconds since 1970."""
        micros = self._micros  # other readers may be doing the same: the attribute is set once
        if len(micros) < len(self._codes):
            fresh = list(self._codes)[len(micros) :]
            moments = (parse_datetime(text) for text in fresh)
            added = [_NO_DATE if moment is None else moment for moment in moments]
            self._micros = micros = np.concatenate([micros, np.array(added, dtype=np.int64)])
        hits = interval.holds(micros) & (micros != _NO_DATE)
        return self._selection(self._strings.any_of(np.flatnonzero(hits).astype(np.int64)))

    def counted(self, interval: Interval) -> Selection:
        """Rows where a selected value holds that many values; null and missing hold none."""
        flags = self._flags[: self.size]
        mask = np.zeros(self.size, dtype=np.bool_)
        if interval.has(1):
            mask |= (flags & SINGLE) != 0
        if interval.has(0):
            mask |= (flags & SELECTED) == 0
        (first, open_first), (last, open_last) = interval.lower(), interval.upper()
        found = self._counts.between(first, last, open_first=open_first, open_last=open_last)
        mask[found] = True
        return Selection(self.size, mask=mask)

    def all_empty(self) -> Selection:
        """Rows where whatever is selected is null or an empty array."""
        return self._flagged(FILLED, up=False)

    def any_null(self) -> Selection:
        """Rows where something selected is null or has a null in it."""
        return self._flagged(NULL)

    def field_empty(self, wanted: bool) -> Selection:
        """The field condition `is_empty`: any selected value decides; none selected is empty."""
        return self._flagged(EMPTY, missing=True) if wanted else self._flagged(FILLED)

    def field_null(self, wanted: bool) -> Selection:
        """The field condition `is_null`: any selected value decides; none selected is not null."""
        return self._flagged(NULL) if wanted else self._flagged(SOLID, missing=True)

    # How many rows have values of a kind

    def with_strings(self) -> int:
        """Rows with a string."""
        return self._count(STRING)

    def with_integers(self) -> int:
        """Rows with an integer."""
        return self._count(INTEGER)

    def with_numbers(self) -> int:
        """Rows with an integer or a float."""
        return self._count(INTEGER | FLOAT)

    def with_bools(self) -> int:
        """Rows with a bool."""
        return self._count(BOOL)

    def with_locations(self) -> int:
        """Rows with a place on earth."""
        return self._count(LOCATION)

    def with_dates(self) -> int:
        """Rows with a string that is a date."""
        return len(self.in_time(Interval(None, None, None, None)))

    def _count(self, flags: int) -> int:
        return int(np.count_nonzero(self._flags[: self.size] & flags))

    def _flagged(self, flag: int, *, up: bool = True, missing: bool = False) -> Selection:
        flags = self._flags[: self.size]
        mask = ((flags & flag) != 0) == up
        if missing:
            mask |= (flags & SELECTED) == 0
        return Selection(self.size, mask=mask)

    def _rows_of(self, values: Sequence[int] | Sequence[str]) -> Rows:
        if not values:
            return _NO_ROWS
        if isinstance(values[0], str):
            known = (self._codes.get(value) for value in values if isinstance(value, str))
            keys = sorted({code for code in known if code is not None})
            postings = self._strings
        else:
            whole = (value for value in values if isinstance(value, int))
            keys = sorted({value for value in whole if -INT64 <= value < INT64})
            postings = self._ints
        if len(keys) == 1:
            return postings.equal(keys[0])
        return postings.any_of(np.array(keys, dtype=np.int64))

    def _selection(self, rows: Rows) -> Selection:
        if not self._repeats:
            return Selection(self.size, rows=rows)
        if len(rows) * 8 < self.size:
            return Selection(self.size, rows=np.unique(rows))
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[rows] = True
        return Selection(self.size, mask=mask)
