"""Reads in the order of a payload key, and counts of its values: both ask an index of that key.

Called by the handlers of scrolls and facets, and by queries, under the collection's lock.
"""

from __future__ import annotations

import heapq
import math
import uuid
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.columns import PayloadColumn
from aqdrant_local.engine.intervals import INT64
from aqdrant_local.engine.paths import Path
from aqdrant_local.engine.selection import Selection
from aqdrant_local.indexing import VALUES, index_of, kind_of
from aqdrant_local.state import Collection

from .filtering import moment_of, path_of

__all__ = ["Ordered", "count_values", "read_in_order"]

Kind = models.PayloadSchemaType

_RANGES = (Kind.INTEGER, Kind.FLOAT, Kind.DATETIME)
_MATCHES = (Kind.KEYWORD, Kind.INTEGER, Kind.BOOL, Kind.UUID)
_INDEXING = "https://qdrant.tech/documentation/concepts/indexing/#payload-index"


class Ordered(NamedTuple):
    """Rows in the order of a key, and the value that each was ordered by."""

    rows: Rows
    values: list[int | float]


def read_in_order(
    collection: Collection, order: models.OrderByInterface, among: Selection | None, limit: int
) -> Ordered:
    """The first rows in the order of a key, once for each different value that they have.

    Rows of the same value are in the order of their ids. Rows without a value are left out.

    Args:
        among: the only rows to consider; None for all.

    Raises:
        BadRequest: the key has no index that knows an order, or the start is no date.
    """
    order = models.OrderBy(key=order) if isinstance(order, str) else order
    path = path_of(order.key)
    kind = _index_kind(collection, path, "range")
    if kind is None or kind not in _RANGES:
        raise BadRequest(
            f"No range index for `order_by` key: `{order.key}`. Please create one to use "
            f"`order_by`. Check {_INDEXING} to see which payload schemas support Range conditions.",
            parameter="order_by",
            fix="Create an index of type integer, float or datetime on the key.",
        )
    values, rows = VALUES[kind](collection.segment.column(path))
    kept = np.ones(len(rows), dtype=np.bool_) if among is None else among.mask[rows]
    descending = order.direction == models.Direction.DESC
    if order.start_from is not None:
        start = _start(order.start_from, values, descending=descending)
        kept &= values <= start if descending else values >= start
    values, rows = values[kept], rows[kept]
    keys = values
    if descending:  # of integers the complement, because the least has no negative
        keys = -values if values.dtype == np.float64 else ~values
    picks = _smallest(keys, rows, limit)
    picks = picks[collection.segment.ids.sorting(rows[picks], keys[picks])][:limit]
    return Ordered(rows[picks], values[picks].tolist())


def _index_kind(
    collection: Collection, path: Path, ability: str
) -> models.PayloadSchemaType | None:
    """The type of the index of a key, unless this ability of it is turned off."""
    schema = index_of(collection, path)
    if schema is None or getattr(schema, ability, None) is False:
        return None
    return kind_of(schema)


def _start(start: models.StartFrom, values: NDArray[Any], *, descending: bool) -> float:
    """The value to start with, as the index compares it: a float, or the next integer to it."""
    number = float(start) if isinstance(start, int | float) else float(moment_of(start) or 0)
    if values.dtype == np.float64:
        return number
    whole = math.floor(number) if descending else math.ceil(number)
    return max(-INT64, min(whole, INT64 - 1))


def _smallest(keys: NDArray[Any], rows: Rows, limit: int) -> Rows:
    """Positions of at least the `limit` smallest keys, each key of a row once."""
    picks: Rows = np.arange(len(keys), dtype=np.intp)
    if not len(rows):
        return picks
    if np.bincount(rows).max() > 1:
        order = np.lexsort((keys, rows))
        again = (np.diff(rows[order]) == 0) & (np.diff(keys[order]) == 0)
        picks = order[np.concatenate([[True], ~again])]
    if limit < len(picks):
        last = np.partition(keys[picks], limit - 1)[limit - 1]
        picks = picks[keys[picks] <= last]
    return picks


def count_values(
    collection: Collection, key: str, among: Selection | None, limit: int
) -> list[models.FacetValueHit]:
    """The most frequent values of a key and the points that have each; the lesser value first.

    Raises:
        BadRequest: the key has no index that knows its values.
    """
    path = path_of(key)
    kind = _index_kind(collection, path, "lookup")
    if kind is None or kind not in _MATCHES:
        raise BadRequest(
            f"No appropriate index for faceting: `{key}`. Please create one to facet on this "
            f"field. Check {_INDEXING} to see which payload schemas support Match conditions.",
            parameter="key",
            fix="Create an index of type keyword, integer, bool or uuid on the key.",
        )
    column = collection.segment.column(path)
    values, rows = VALUES[kind](column)
    if among is not None:
        kept = among.mask[rows]
        values, rows = values[kept], rows[kept]
    if len(rows) and np.bincount(rows).max() > 1:
        order = np.lexsort((values, rows))
        again = (np.diff(rows[order]) == 0) & (np.diff(values[order]) == 0)
        values = values[order[np.concatenate([[True], ~again])]]
    different, counts = np.unique(values, return_counts=True)
    if limit < len(counts):
        least = np.partition(counts, len(counts) - limit)[len(counts) - limit]
        frequent = counts >= least
        different, counts = different[frequent], counts[frequent]
    named = zip(_named(kind, column, different), counts.tolist(), strict=True)
    hits = heapq.nsmallest(limit, named, key=lambda hit: (-hit[1], hit[0]))
    return [models.FacetValueHit(value=value, count=count) for value, count in hits]


def _named(
    kind: models.PayloadSchemaType, column: PayloadColumn, values: NDArray[Any]
) -> list[Any]:
    """Values of an index as users know them."""
    numbers: list[int] = values.tolist()
    if kind == Kind.INTEGER:
        return numbers
    if kind == Kind.BOOL:
        return [bool(number) for number in numbers]
    texts = column.known.texts()
    if kind == Kind.UUID:
        return [str(uuid.UUID(texts[code])) for code in numbers]
    return [texts[code] for code in numbers]
