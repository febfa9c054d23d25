"""Payload values under one path, as columns.

Built when a path is first filtered on, kept up to date from then on.

A path selects any number of values of a point; an array that is selected counts as its elements,
one level deep. Values are filed by kind (integers, floats, bools, strings), because kinds never
match each other.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from .arrays import Mask, Rows, grown
from .datetimes import parse_datetime
from .paths import Path, is_array, is_object, select
from .postings import Postings
from .selection import Selection

__all__ = ["Interval", "PayloadColumn", "integer_bounds"]

Payloads: TypeAlias = Sequence[bytes | None]
K = TypeVar("K", np.int64, np.float64)

_CHUNK = 512  # payloads decoded by one call: the interpreter gets its turn in between
_INT64 = 2**63
_EXACT = 2**53
_NO_ROWS: Rows = np.zeros(0, dtype=np.intp)
_NO_DATE = np.iinfo(np.int64).min

# What the selected values of a row are like, any of them:
_SELECTED = 1  # there is one
_EMPTY = 2  # null, or an array without elements
_FILLED = 4  # anything else
_NULL = 8  # null, or an array with a null in it
_SOLID = 16  # anything else
_SINGLE = 32  # counts as one value
_INTEGER = 64
_FLOAT = 128
_BOOL = 256
_STRING = 512
_LOCATION = 1024  # an object with numbers under `lon` and `lat`


class Interval:
    """Bounds of a range condition; None is no bound, and all that are given must hold."""

    __slots__ = ("gt", "gte", "lt", "lte")

    def __init__(
        self, gt: float | None, gte: float | None, lt: float | None, lte: float | None
    ) -> None:
        self.gt, self.gte, self.lt, self.lte = gt, gte, lt, lte

    def lower(self) -> tuple[float | None, bool]:
        """The lower bound and whether it is open."""
        if self.gt is None or (self.gte is not None and self.gte > self.gt):
            return self.gte, False
        return self.gt, True

    def upper(self) -> tuple[float | None, bool]:
        """The upper bound and whether it is open."""
        if self.lt is None or (self.lte is not None and self.lte < self.lt):
            return self.lte, False
        return self.lt, True

    def holds(self, values: NDArray[Any]) -> Mask:
        """Which of the values lie in it."""
        mask = np.ones(len(values), dtype=np.bool_)
        if self.gt is not None:
            mask &= values > self.gt
        if self.gte is not None:
            mask &= values >= self.gte
        if self.lt is not None:
            mask &= values < self.lt
        if self.lte is not None:
            mask &= values <= self.lte
        return mask

    def has(self, value: float) -> bool:
        """Whether a value lies in it."""
        return bool(self.holds(np.array([value]))[0])


class PayloadColumn:
    """The values that one path selects, over all rows of a segment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = _reader(path)
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
            entries = _Entries(self._codes)
            for rows, values in self._read(changed, payloads):
                entries.add(rows, values)
            self._store(changed, entries)
        self._changed = []

    def _store(self, changed: Rows, entries: _Entries) -> None:
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
            if not -_INT64 <= value < _INT64:
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
        known = len(self._micros)
        if known < len(self._codes):
            fresh = list(self._codes)[known:]
            moments = (parse_datetime(text) for text in fresh)
            added = [_NO_DATE if moment is None else moment for moment in moments]
            self._micros = np.concatenate([self._micros, np.array(added, dtype=np.int64)])
        hits = interval.holds(self._micros) & (self._micros != _NO_DATE)
        return self._selection(self._strings.any_of(np.flatnonzero(hits).astype(np.int64)))

    def counted(self, interval: Interval) -> Selection:
        """Rows where a selected value holds that many values; null and missing hold none."""
        flags = self._flags[: self.size]
        mask = np.zeros(self.size, dtype=np.bool_)
        if interval.has(1):
            mask |= (flags & _SINGLE) != 0
        if interval.has(0):
            mask |= (flags & _SELECTED) == 0
        (first, open_first), (last, open_last) = interval.lower(), interval.upper()
        found = self._counts.between(first, last, open_first=open_first, open_last=open_last)
        mask[found] = True
        return Selection(self.size, mask=mask)

    def all_empty(self) -> Selection:
        """Rows where whatever is selected is null or an empty array."""
        return self._flagged(_FILLED, up=False)

    def any_null(self) -> Selection:
        """Rows where something selected is null or has a null in it."""
        return self._flagged(_NULL)

    def field_empty(self, wanted: bool) -> Selection:
        """The field condition `is_empty`: any selected value decides; none selected is empty."""
        return self._flagged(_EMPTY, missing=True) if wanted else self._flagged(_FILLED)

    def field_null(self, wanted: bool) -> Selection:
        """The field condition `is_null`: any selected value decides; none selected is not null."""
        return self._flagged(_NULL) if wanted else self._flagged(_SOLID, missing=True)

    # How many rows have values of a kind

    def with_strings(self) -> int:
        """Rows with a string."""
        return self._count(_STRING)

    def with_integers(self) -> int:
        """Rows with an integer."""
        return self._count(_INTEGER)

    def with_numbers(self) -> int:
        """Rows with an integer or a float."""
        return self._count(_INTEGER | _FLOAT)

    def with_bools(self) -> int:
        """Rows with a bool."""
        return self._count(_BOOL)

    def with_locations(self) -> int:
        """Rows with a place on earth."""
        return self._count(_LOCATION)

    def with_dates(self) -> int:
        """Rows with a string that is a date."""
        return len(self.in_time(Interval(None, None, None, None)))

    def _count(self, flags: int) -> int:
        return int(np.count_nonzero(self._flags[: self.size] & flags))

    def _flagged(self, flag: int, *, up: bool = True, missing: bool = False) -> Selection:
        flags = self._flags[: self.size]
        mask = ((flags & flag) != 0) == up
        if missing:
            mask |= (flags & _SELECTED) == 0
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
            keys = sorted({value for value in whole if -_INT64 <= value < _INT64})
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


def integer_bounds(interval: Interval) -> tuple[int, int] | None:
    """First and last 64-bit integer whose float lies in the interval, if there is one."""
    bound, is_open = interval.lower()
    first = -_INT64 if bound is None else _reaching(bound, beyond=is_open)
    bound, is_open = interval.upper()
    last = _INT64 - 1 if bound is None else _reaching(bound, beyond=not is_open) - 1
    return (first, last) if first <= last else None


def _reaching(bound: float, *, beyond: bool) -> int:
    """The smallest 64-bit integer whose float is at the bound, or beyond it; 2**63 if none is."""
    if -_EXACT < bound < _EXACT:
        whole = math.ceil(bound)
        return whole + 1 if beyond and whole == bound else whole
    low, high = -_INT64, _INT64
    while low < high:
        middle = (low + high) // 2
        if float(middle) > bound or (float(middle) == bound and not beyond):
            high = middle
        else:
            low = middle + 1
    return low


class _Keys(Generic[K]):
    """New entries of one list: keys beside their rows."""

    __slots__ = ("_dtype", "_keys", "_rows")

    def __init__(self, dtype: type[K]) -> None:
        self._dtype: type[K] = dtype
        self._rows: list[int] = []
        self._keys: list[float] = []

    def add(self, row: int, key: float) -> None:
        """Take one entry."""
        self._rows.append(row)
        self._keys.append(key)

    def store(self, postings: Postings[K], size: int, changed: Rows) -> None:
        """Put all of them in place of what the changed rows had."""
        keys: NDArray[K] = np.array(self._keys, dtype=self._dtype)
        postings.replace(size, changed, keys, np.array(self._rows, dtype=np.intp))


class _Entries:
    """Values of some rows, by kind."""

    def __init__(self, codes: dict[str, int]) -> None:
        self._codes = codes
        self.ints = _Keys(np.int64)
        self.floats = _Keys(np.float64)
        self.bools = _Keys(np.int64)
        self.strings = _Keys(np.int64)
        self.counts = _Keys(np.int64)
        self.flag_rows: list[int] = []
        self.flags: list[int] = []
        self.elements: list[int] = []

    def add(self, rows: list[int], selected: list[list[Any]]) -> None:
        """File the values selected from each of the rows."""
        for row, values in zip(rows, selected, strict=True):
            if not values:
                continue
            flags = _SELECTED
            elements = 0
            for value in values:
                if is_array(value):
                    flags |= self._add_array(row, value)
                    elements += sum(element is not None for element in value)
                elif value is None:
                    flags |= _EMPTY | _NULL
                    self.counts.add(row, 0)
                else:
                    flags |= _FILLED | _SOLID | _SINGLE
                    elements += 1
                    flags |= self._add_scalar(row, value)
            self.flag_rows.append(row)
            self.flags.append(flags)
            self.elements.append(elements)

    def _add_array(self, row: int, array: list[Any]) -> int:
        flags = _FILLED if array else _EMPTY
        for element in array:
            flags |= self._add_scalar(row, element)
        self.counts.add(row, len(array))
        return flags | (_NULL if any(element is None for element in array) else _SOLID)

    def _add_scalar(self, row: int, value: Any) -> int:
        """File one value; the flag of its kind."""
        kind = value.__class__
        if kind is str:
            code = self._codes.setdefault(value, len(self._codes))
            self.strings.add(row, code)
            return _STRING
        if kind is int and -_INT64 <= value < _INT64:
            self.ints.add(row, value)
            return _INTEGER
        if kind is float or kind is int:
            self.floats.add(row, float(value))
            return _FLOAT
        if kind is bool:
            self.bools.add(row, int(value))
            return _BOOL
        if _is_location(value):
            return _LOCATION
        return 0


def _is_location(value: Any) -> bool:
    return is_object(value) and all(
        isinstance(value.get(key), int | float) for key in ("lon", "lat")
    )


Reader: TypeAlias = Callable[[Rows, Payloads], Iterator[tuple[list[int], list[list[Any]]]]]


def _reader(path: Path) -> Reader:
    """A function that decodes, of many payloads, the path's first key alone, and selects in it."""
    key, rest = str(path[0]), path[1:]
    part = msgspec.defstruct(
        "Part", [("value", Any, msgspec.field(default=msgspec.UNSET, name=key))]
    )
    decoder = msgspec.msgpack.Decoder(list[part])  # type: ignore[valid-type]  # made above

    def read(rows: Rows, payloads: Payloads) -> Iterator[tuple[list[int], list[list[Any]]]]:
        numbers: list[int] = rows.tolist()
        held = [row for row in numbers if payloads[row] is not None]
        for start in range(0, len(held), _CHUNK):
            chunk = held[start : start + _CHUNK]
            header = struct.pack(">BI", 0xDD, len(chunk))  # a msgpack array of that many maps
            parts: list[Any] = decoder.decode(
                header + b"".join([payloads[row] or b"\x80" for row in chunk])
            )
            values: list[list[Any]] = [
                [] if part.value is msgspec.UNSET else [part.value] for part in parts
            ]
            if rest:
                values = [select(found[0], rest) if found else found for found in values]
            yield chunk, values

    return read
