"""Payload values under one path, as columns.

Built when a path is first filtered on, kept up to date from then on.

A path selects any number of values of a point; an array that is selected counts as its elements,
one level deep. Values are filed by kind (integers, floats, bools, strings), because kinds never
match each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .alone import Alone, alone_of
from .arrays import Floats, Mask, Rows, distinct, grown
from .datetimes import NO_DATE
from .extraction import (
    EMPTY,
    FILLED,
    NULL,
    SELECTED,
    SINGLE,
    SOLID,
    Entries,
    Payloads,
    Reader,
)
from .intervals import INT64, Interval, integer_bounds
from .places import Places, Point, Ring
from .postings import Postings
from .relevance import Documents, Occurrences
from .selection import Selection, intersection
from .strings import Strings
from .words import Codes, Tokenizer

__all__ = ["PayloadColumn"]

_NO_ROWS: Rows = np.zeros(0, dtype=np.intp)
_CODES = 4096  # strings that may be known in any case


class PayloadColumn:
    """The values that one path selects, over all rows of a segment."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._ints: Postings[np.int64] = Postings(np.int64)
        self._floats: Postings[np.float64] = Postings(np.float64)
        self._bools: Postings[np.int64] = Postings(np.int64)
        self._strings: Postings[np.int64] = Postings(np.int64)
        self._counts: Postings[np.int64] = Postings(
            np.int64
        )  # of selected values that do not count as one
        self._places = Places()
        self._known = Strings()
        self._flags: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._elements: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # values that are not null
        self._repeats = False  # some row has more than one value
        self.size = 0  # rows of the segment when it was last read
        self._changed: list[Rows] = []
        self._alone: dict[str, tuple[Alone, ...]] = {}  # as far as they were asked for
        self._texts: dict[Tokenizer, Documents] = {}
        self._by_string: tuple[Rows | None, Rows] | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether no row waits to be read."""
        return not self._changed

    @property
    def is_wasteful(self) -> bool:
        """Whether it is better made anew: most strings that it knows are in no payload any more."""
        return not self.is_fresh and len(self._known) > max(_CODES, 2 * len(self._strings))

    def touch(self, rows: Rows) -> None:
        """Remember that the payloads of these rows changed."""
        self._changed.append(rows)
        if len(self._changed) > 64:
            self._changed = [distinct(np.concatenate(self._changed))]

    def refresh(self, size: int, payloads: Payloads) -> None:
        """Read the payloads of the rows that changed."""
        changed = distinct(np.concatenate(self._changed)) if self._changed else None
        self._flags = grown(self._flags, size)
        self._elements = grown(self._elements, size)
        if changed is not None:
            changed = changed[changed < size]
            entries = Entries(self._known.codes)
            for rows, values in self._read(changed, payloads):
                entries.add(rows, values)
            self._store(size, changed, entries)
        self._alone, self._texts, self._by_string = {}, {}, None
        self.size, self._changed = size, []  # last: from here on readers go ahead

    def _store(self, size: int, changed: Rows, entries: Entries) -> None:
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
        self._places.replace(size, changed, entries.place_rows, entries.places)

    # Conditions

    def equal(self, value: bool | int | str) -> Selection:
        """Rows with this very value, kind included."""
        if isinstance(value, bool):
            return self._selection(self._bools.equal(int(value)))
        if isinstance(value, int):
            if not -INT64 <= value < INT64:
                return self._selection(_NO_ROWS)
            return self._selection(self._ints.equal(value))
        code = self._known.codes.get(value)
        return self._selection(_NO_ROWS if code is None else self._strings.equal(code))

    def any_of(self, values: Sequence[int] | Sequence[str]) -> Selection:
        """Rows with any of these values."""
        return self._selection(self._rows_of(values))

    def none_of(self, values: Sequence[int] | Sequence[str]) -> Selection:
        """Rows with a value that is not null and none of these."""
        found = self._rows_of(values)
        listed = np.bincount(found, minlength=self.size)[: self.size]
        return Selection(self.size, mask=self._elements[: self.size] > listed)

    def same_uuid(self, values: Sequence[str]) -> Selection:
        """Rows with any of these UUIDs, in any spelling."""
        firsts = self._known.same_uuids(values)
        return self._of_strings(np.flatnonzero(np.isin(self._known.uuids(), firsts)))

    def other_uuid(self, values: Sequence[str]) -> Selection:
        """Rows with a UUID that is none of these, in any spelling."""
        firsts, known = self._known.same_uuids(values), self._known.uuids()
        return self._of_strings(np.flatnonzero((known >= 0) & ~np.isin(known, firsts)))

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
        moments = self._known.moments()
        return self._of_strings(
            np.flatnonzero(interval.holds(moments) & (moments != NO_DATE)).astype(np.int64)
        )

    def starting_with(self, prefix: str) -> Selection:
        """Rows with a string that begins with this one."""
        return self._of_strings(self._known.starting_with(prefix))

    def containing(self, part: str) -> Selection:
        """Rows with a string that has this one in it."""
        return self._of_strings(self._known.containing(part))

    def with_words(self, text: str, tokenizer: Tokenizer, *, together: bool) -> Selection:
        """Rows with all words of the text.

        Args:
            together: one string has to have them all; else each may be in another string.
        """
        words = self._known.words(tokenizer)
        wanted = words.words_of(text)
        if together or not self._repeats:
            return self._of_strings(words.with_all(wanted))
        if not wanted or None in wanted:
            return self._selection(_NO_ROWS)
        parts = [words.with_word(word) for word in set(wanted) if word is not None]
        found = intersection(self._of_strings(codes) for codes in parts)
        return self._selection(_NO_ROWS) if found is None else found

    def with_any_word(self, text: str, tokenizer: Tokenizer) -> Selection:
        """Rows with at least one word of the text."""
        words = self._known.words(tokenizer)
        return self._of_strings(words.with_any(words.words_of(text)))

    def with_phrase(self, text: str, tokenizer: Tokenizer) -> Selection:
        """Rows with a string that has the words of the text next to each other, in its order."""
        words = self._known.words(tokenizer)
        return self._of_strings(words.with_phrase(words.words_of(text, as_stored=True)))

    def occurrences(self, text: str, tokenizer: Tokenizer) -> tuple[Documents, list[Occurrences]]:
        """How long the texts of rows are, and of each different word of a text, who has it."""
        words = self._known.words(tokenizer)
        if tokenizer not in self._texts:
            codes, rows = self._strings.entries()
            lengths = np.bincount(rows, words.lengths()[codes], self.size).astype(np.int64)
            self._texts[tokenizer] = Documents(lengths)
        wanted = (word for word in dict.fromkeys(words.words_of(text)) if word is not None)
        return self._texts[tokenizer], [self._having(*words.having(word)) for word in wanted]

    def _having(self, codes: Codes, often: Floats) -> Occurrences:
        starts, rows = self._rows_by_string()
        if starts is None:
            found, counts = rows[codes], often.astype(np.float64)
        else:
            firsts = starts[codes]
            lengths = starts[codes + 1] - firsts
            skipped = firsts - (np.cumsum(lengths) - lengths)
            found = rows[np.arange(int(lengths.sum())) + np.repeat(skipped, lengths)]
            counts = np.repeat(often, lengths).astype(np.float64)
        if not self._repeats:
            return found, counts
        found, owners = np.unique(found, return_inverse=True)
        sums: NDArray[np.float64] = np.bincount(owners, counts, len(found)).astype(np.float64)
        return found, sums

    def _rows_by_string(self) -> tuple[Rows | None, Rows]:
        """Where the rows of each string start, by its number, and the rows of one after another.

        No starts where each string is in one row alone.
        """
        if self._by_string is None:
            codes, rows = self._strings.entries()
            order = np.argsort(codes, kind="stable")
            starts = codes[order].searchsorted(np.arange(len(self._known) + 1))
            is_each_alone = bool((np.diff(starts) == 1).all())
            self._by_string = None if is_each_alone else starts, rows[order]
        return self._by_string

    def in_box(self, top_left: Point, bottom_right: Point) -> Selection:
        """Rows with a place inside the box."""
        return self._selection(self._places.in_box(top_left, bottom_right))

    def in_radius(self, centre: Point, radius: float) -> Selection:
        """Rows with a place nearer to the centre than so many metres."""
        return self._selection(self._places.in_radius(centre, radius))

    def in_polygon(self, exterior: Ring, interiors: Sequence[Ring]) -> Selection:
        """Rows with a place inside the outline and outside of its holes."""
        return self._selection(self._places.in_polygon(exterior, interiors))

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

    # Values of points that have one alone, for formulas

    def numbers_alone(self) -> Alone:
        """Numbers."""
        if "numbers" not in self._alone:
            (whole, at_whole), (parts, at_parts) = self._ints.entries(), self._floats.entries()
            rows = np.concatenate([at_whole, at_parts])
            self._alone["numbers"] = self._alone_of(rows, np.concatenate([whole, parts]))
        return self._alone["numbers"][0]

    def moments_alone(self) -> Alone:
        """Dates, in microseconds since 1970."""
        if "moments" not in self._alone:
            codes, rows = self._strings.entries()
            moments = self._known.moments()[codes]
            there = moments != NO_DATE
            self._alone["moments"] = self._alone_of(rows[there], moments[there])
        return self._alone["moments"][0]

    def places_alone(self) -> tuple[Alone, ...]:
        """Longitudes and latitudes."""
        if "places" not in self._alone:
            rows, lons, lats = self._places.entries()
            self._alone["places"] = self._alone_of(rows, lons, lats)
        return self._alone["places"]

    def _alone_of(self, rows: Rows, *columns: NDArray[Any]) -> tuple[Alone, ...]:
        return alone_of(self._flags[: self.size], self._elements[: self.size], rows, *columns)

    def group_values(self) -> tuple[NDArray[np.int64], Rows, Mask]:
        """Whole numbers and the numbers of strings, the row of each, and which are strings.

        Rows that hold anything else beside them are left out.
        """
        (whole, at_whole), (codes, at_codes) = self._ints.entries(), self._strings.entries()
        rows = np.concatenate([at_whole, at_codes])
        counts = np.bincount(rows, minlength=self.size)[: self.size]
        pure = (self._flags[: self.size] & NULL) == 0
        pure &= self._elements[: self.size] == counts
        kept = pure[rows]
        is_text = np.zeros(len(rows), dtype=np.bool_)
        is_text[len(whole) :] = True
        return np.concatenate([whole, codes])[kept], rows[kept], is_text[kept]

    # Values by kind, beside the row of each, for indexes

    @property
    def known(self) -> Strings:
        """The different strings, some of which no row may have any more."""
        return self._known

    @property
    def places(self) -> Places:
        """The places."""
        return self._places

    def integers(self) -> tuple[NDArray[np.int64], Rows]:
        """The 64-bit integers."""
        return self._ints.entries()

    def floats(self) -> tuple[NDArray[np.float64], Rows]:
        """The other numbers."""
        return self._floats.entries()

    def bools(self) -> tuple[NDArray[np.int64], Rows]:
        """The bools, as 0 and 1."""
        return self._bools.entries()

    def strings(self) -> tuple[NDArray[np.int64], Rows]:
        """The strings, as their numbers in `known`."""
        return self._strings.entries()

    def _flagged(self, flag: int, *, up: bool = True, missing: bool = False) -> Selection:
        flags = self._flags[: self.size]
        mask = ((flags & flag) != 0) == up
        if missing:
            mask |= (flags & SELECTED) == 0
        return Selection(self.size, mask=mask)

    def _of_strings(self, codes: Codes) -> Selection:
        if len(codes) * 8 < len(self._strings):
            return self._selection(self._strings.any_of(codes))
        wanted = np.zeros(len(self._known), dtype=np.bool_)
        wanted[codes] = True
        held, rows = self._strings.entries()
        return self._selection(rows[wanted[held]])

    def _rows_of(self, values: Sequence[int] | Sequence[str]) -> Rows:
        if not values:
            return _NO_ROWS
        if isinstance(values[0], str):
            known = (self._known.codes.get(value) for value in values if isinstance(value, str))
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
            return Selection(self.size, rows=distinct(rows))
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[rows] = True
        return Selection(self.size, mask=mask)
