"""Values under one path, taken out of encoded payloads and filed by kind.

Used by payload columns.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from .arrays import Rows
from .intervals import INT64
from .paths import ALL, Path, is_array, select
from .places import Point
from .postings import Postings

__all__ = [
    "EMPTY",
    "FILLED",
    "NULL",
    "SELECTED",
    "SINGLE",
    "SOLID",
    "Entries",
    "Payloads",
    "Reader",
    "Selected",
    "object_reader",
    "payload_reader",
    "present",
]

Payloads: TypeAlias = Sequence[bytes | None]


class Singles(list[Any]):
    """Of each row the one value that a path selects."""


Selected: TypeAlias = Iterator[tuple[list[int], list[list[Any]]]]
"""Rows, and of each row the values that a path selects: `Singles`, or a list for each."""
Reader: TypeAlias = Callable[[Rows, Payloads], Selected]
K = TypeVar("K", np.int64, np.float64)

_NUMBERS = (float, int)  # a bool is another class

_CHUNK = 512  # payloads decoded by one call: the interpreter gets its turn in between

# What the selected values of a row are like, any of them:
SELECTED = 1  # there is one
EMPTY = 2  # null, or an array without elements
FILLED = 4  # anything else
NULL = 8  # null, or an array with a null in it
SOLID = 16  # anything else
SINGLE = 32  # counts as one value


class Keys(Generic[K]):
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

    def extend(self, rows: list[int], keys: Sequence[float]) -> None:
        """Take entries, one a row."""
        self._rows += rows
        self._keys += keys

    def store(self, postings: Postings[K], size: int, changed: Rows) -> None:
        """Put all of them in place of what the changed rows had."""
        keys: NDArray[K] = np.array(self._keys, dtype=self._dtype)
        postings.replace(size, changed, keys, np.array(self._rows, dtype=np.intp))


class Entries:
    """Values of some rows, by kind."""

    def __init__(self, codes: dict[str, int]) -> None:
        self._codes = codes
        self.ints = Keys(np.int64)
        self.floats = Keys(np.float64)
        self.bools = Keys(np.int64)
        self.strings = Keys(np.int64)
        self.counts = Keys(np.int64)
        self.place_rows: list[int] = []
        self.places: list[Point] = []
        self.flag_rows: list[int] = []
        self.flags: list[int] = []
        self.elements: list[int] = []

    def add(self, rows: list[int], selected: list[list[Any]]) -> None:
        """File the values selected from each of the rows."""
        if not isinstance(selected, Singles):
            if [] in selected:
                rows = [row for row, values in zip(rows, selected, strict=True) if values]
                selected = [values for values in selected if values]
            if sum(map(len, selected)) != len(rows):
                self._add_any(rows, selected)
                return
            selected = Singles([values[0] for values in selected])
        if not self._add_alike(rows, selected) and not self._add_arrays(rows, selected):
            self._add_any(rows, [[value] for value in selected])

    def _add_alike(self, rows: list[int], values: Singles) -> bool:
        """File them at once if all are of one simple kind."""
        if not self._add_kind(rows, values):
            return False
        self.flag_rows += rows
        self.flags += [SELECTED | FILLED | SOLID | SINGLE] * len(rows)
        self.elements += [1] * len(rows)
        return True

    def _add_arrays(self, rows: list[int], arrays: Singles) -> bool:
        """File them at once if all are arrays of one simple kind."""
        if set(map(type, arrays)) != {list}:
            return False
        lengths = list(map(len, arrays))
        owners = [row for row, length in zip(rows, lengths, strict=True) for _ in range(length)]
        if not self._add_kind(owners, list(chain.from_iterable(arrays))):
            return False
        self.counts.extend(rows, lengths)
        self.flag_rows += rows
        self.flags += [SELECTED | SOLID | (FILLED if length else EMPTY) for length in lengths]
        self.elements += lengths
        return True

    def _add_kind(self, rows: list[int], values: list[Any]) -> bool:
        kinds = set(map(type, values))
        if kinds == {str}:
            codes = self._codes
            self.strings.extend(rows, [codes.setdefault(text, len(codes)) for text in values])
        elif kinds == {int} and min(values) >= -INT64 and max(values) < INT64:
            self.ints.extend(rows, values)
        elif kinds == {float}:
            self.floats.extend(rows, values)
        elif kinds == {bool}:
            self.bools.extend(rows, values)
        elif kinds == {dict}:
            return self._add_places(rows, values)
        else:
            return not kinds
        return True

    def _add_places(self, rows: list[int], values: list[dict[str, Any]]) -> bool:
        try:
            lons, lats = [value["lon"] for value in values], [value["lat"] for value in values]
        except KeyError:
            return False
        if not {*map(type, lons), *map(type, lats)}.issubset(_NUMBERS):
            return False
        self.place_rows += rows
        self.places += zip(map(float, lons), map(float, lats), strict=True)
        return True

    def _add_any(self, rows: list[int], selected: list[list[Any]]) -> None:
        for row, values in zip(rows, selected, strict=True):
            if not values:
                continue
            flags = SELECTED
            elements = 0
            for value in values:
                if is_array(value):
                    flags |= self._add_array(row, value)
                    elements += sum(element is not None for element in value)
                elif value is None:
                    flags |= EMPTY | NULL
                    self.counts.add(row, 0)
                else:
                    flags |= FILLED | SOLID | SINGLE
                    elements += 1
                    self._add_scalar(row, value)
            self.flag_rows.append(row)
            self.flags.append(flags)
            self.elements.append(elements)

    def _add_array(self, row: int, array: list[Any]) -> int:
        flags = FILLED if array else EMPTY
        for element in array:
            self._add_scalar(row, element)
        self.counts.add(row, len(array))
        return flags | (NULL if any(element is None for element in array) else SOLID)

    def _add_scalar(self, row: int, value: Any) -> None:
        """File one value."""
        kind = value.__class__
        if kind is str:
            self.strings.add(row, self._codes.setdefault(value, len(self._codes)))
        elif kind is int and -INT64 <= value < INT64:
            self.ints.add(row, value)
        elif kind is float or kind is int:
            self.floats.add(row, float(value))
        elif kind is bool:
            self.bools.add(row, int(value))
        elif kind is dict:
            lon, lat = value.get("lon"), value.get("lat")
            if lon.__class__ in _NUMBERS and lat.__class__ in _NUMBERS:
                self.place_rows.append(row)
                self.places.append((float(lon), float(lat)))


def payload_reader(path: Path) -> Reader:
    """A function that decodes, of many payloads, the path's first key alone, and selects in it."""
    key, rest = str(path[0]), path[1:]
    part = msgspec.defstruct(
        "Part", [("value", Any, msgspec.field(default=msgspec.UNSET, name=key))]
    )
    decoder = msgspec.msgpack.Decoder(list[part])  # type: ignore[valid-type]  # made above

    def read(rows: Rows, payloads: Payloads) -> Selected:
        for chunk, encoded in _chunks(rows, payloads):
            parts: list[Any] = decoder.decode(encoded)
            if not rest:
                yield present(chunk, [part.value for part in parts])
                continue
            values: list[list[Any]] = [
                [] if part.value is msgspec.UNSET else [part.value] for part in parts
            ]
            if rest == (ALL,):
                values = [found[0] if found and is_array(found[0]) else [] for found in values]
            else:
                values = [select(found[0], rest) if found else found for found in values]
            yield chunk, values

    return read


def present(rows: list[int], values: list[Any]) -> tuple[list[int], list[list[Any]]]:
    """The rows that have a value, and the value of each; UNSET is none."""
    if msgspec.UNSET in values:
        kept = [
            (row, value)
            for row, value in zip(rows, values, strict=True)
            if value is not msgspec.UNSET
        ]
        return [row for row, _ in kept], Singles([value for _, value in kept])
    return rows, Singles(values)


def object_reader(array: Path, key: str, reader: Callable[[Path], Reader]) -> Reader:
    """A function that yields, for each object in the arrays of a row, what it has under a key.

    Where it has nothing there, that is `msgspec.UNSET`.

    Args:
        array: the path of the arrays; ends with `ALL`.
        key: the key.
        reader: makes the functions that read the payloads.
    """
    read_any = reader(array)

    def read(rows: Rows, payloads: Payloads) -> Selected:
        for chunk, selected in read_any(rows, payloads):
            yield (
                chunk,
                [
                    [item.get(key, msgspec.UNSET) for item in found if item.__class__ is dict]
                    for found in selected
                ],
            )

    if reader is not payload_reader or array[1:] != (ALL,):
        return read
    # Nearly always there are objects alone: structs of one field in place of a dict for each, which
    # the garbage collector never sees.
    field = ("value", Any, msgspec.field(default=msgspec.UNSET, name=key))
    item = msgspec.defstruct("Item", [field], gc=False)
    items = ("value", list[item] | None, msgspec.field(default=None, name=str(array[0])))  # type: ignore[valid-type]  # made above
    part = msgspec.defstruct("Part", [items], gc=False)
    decoder = msgspec.msgpack.Decoder(list[part])  # type: ignore[valid-type]  # made above

    def read_objects(rows: Rows, payloads: Payloads) -> Selected:
        for chunk, encoded in _chunks(rows, payloads):
            try:
                parts: list[Any] = decoder.decode(encoded)
            except msgspec.ValidationError:
                yield from read(np.array(chunk, dtype=np.intp), payloads)
                continue
            yield chunk, [[item.value for item in part.value or ()] for part in parts]

    return read_objects


def _chunks(rows: Rows, payloads: Payloads) -> Iterator[tuple[list[int], bytes]]:
    """Rows that have a payload, some at a time, with a msgpack array of these."""
    numbers: list[int] = rows.tolist()
    held = [row for row in numbers if payloads[row] is not None]
    for start in range(0, len(held), _CHUNK):
        chunk = held[start : start + _CHUNK]
        header = struct.pack(">BI", 0xDD, len(chunk))
        yield chunk, header + b"".join([payloads[row] or b"\x80" for row in chunk])
