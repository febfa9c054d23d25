"""What a payload index of each type holds of a column, for counts, orders and facets.

Called by the handlers of indexes and collections, and by ordered reads. Filters ask the column
itself, whatever its indexes are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Rows
from .columns import PayloadColumn
from .datetimes import NO_DATE
from .intervals import INT64
from .words import Tokenizer

__all__ = ["bools", "dates", "floats", "integers", "keywords", "places", "texts", "uuids"]

Numbers = tuple[NDArray[Any], Rows]
"""Values beside the row of each."""


def integers(column: PayloadColumn) -> Numbers:
    """Integers, and floats that are whole and no larger than 64 bits."""
    whole, rows = column.integers()
    others, other_rows = column.floats()
    fits = (others == np.floor(others)) & (np.abs(others) <= INT64)
    if not fits.any():
        return whole, rows
    kept = others[fits]
    # 2**63 itself becomes the largest integer.
    added = np.where(kept < INT64, kept, 0).astype(np.int64)
    added[kept >= INT64] = INT64 - 1
    return np.concatenate([whole, added]), np.concatenate([rows, other_rows[fits]])


def floats(column: PayloadColumn) -> Numbers:
    """All numbers, as floats."""
    whole, rows = column.integers()
    others, other_rows = column.floats()
    return np.concatenate([whole.astype(np.float64), others]), np.concatenate([rows, other_rows])


def dates(column: PayloadColumn) -> Numbers:
    """Strings that are dates, as microseconds since 1970."""
    codes, rows = column.strings()
    moments = column.known.moments()[codes]
    good = moments != NO_DATE
    return moments[good], rows[good]


def bools(column: PayloadColumn) -> Numbers:
    """Bools, as 0 and 1."""
    return column.bools()


def keywords(column: PayloadColumn) -> Numbers:
    """Strings, as numbers of `column.known`."""
    return column.strings()


def uuids(column: PayloadColumn) -> Numbers:
    """Strings that are UUIDs in any spelling, as the number of one that means the same."""
    codes, rows = column.strings()
    firsts = column.known.uuids()[codes]
    good = firsts >= 0
    return firsts[good], rows[good]


def places(column: PayloadColumn) -> Rows:
    """Rows with a place on earth."""
    return column.places.on_earth()


def texts(column: PayloadColumn, tokenizer: Tokenizer) -> Rows:
    """Rows with a string that has a word."""
    codes, rows = column.strings()
    wordless = column.known.words(tokenizer).with_none
    return rows[~np.isin(codes, wordless)]
