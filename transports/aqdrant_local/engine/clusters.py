"""Rankings put into groups by a payload column, and the nearest of a few points to each other.

Called by the transport's `queries.grouping`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows
from .columns import PayloadColumn

__all__ = ["Group", "grouped", "neighbours"]


class Group(NamedTuple):
    """What shares one value: the best first, as places in the ranking."""

    value: int | str
    places: Rows


def grouped(column: PayloadColumn, rows: Rows, limit: int, size: int) -> list[Group]:
    """The first `limit` groups of a ranking, each with its first `size` places.

    A row is in the group of each of its values, and in none where one of its values is neither
    text nor a whole number. Groups are in the order of their best row.

    Args:
        rows: the ranking, best first.
    """
    values, held, is_text = column.group_values()
    first = np.full(column.size, -1, dtype=np.intp)
    order = np.arange(len(rows), dtype=np.intp)
    first[rows[::-1]] = order[::-1]
    there = first[held] >= 0
    values, places, is_text = values[there], first[held[there]], is_text[there]
    if len(np.unique(rows)) < len(rows):  # in the order of a key rows may come again
        values, places, is_text = _repeated(values, rows[places], is_text, rows)
    # By value, and within each by place; a value that a row has twice counts once.
    sorting = np.lexsort((places, values, is_text))
    values, places, is_text = values[sorting], places[sorting], is_text[sorting]
    fresh = np.ones(len(values), dtype=np.bool_)
    fresh[1:] = (np.diff(values) != 0) | (is_text[1:] != is_text[:-1])
    again = ~fresh
    again[1:] &= places[1:] == places[:-1]
    kept = (~again).nonzero()[0]
    values, places, is_text = values[kept], places[kept], is_text[kept]
    starts = fresh[kept].nonzero()[0]
    ends = np.append(starts[1:], len(values))
    chosen = np.argsort(places[starts], kind="stable")[:limit].tolist()
    texts = column.known.texts() if is_text.any() else []
    groups: list[Group] = []
    for number in chosen:
        start, end = int(starts[number]), int(ends[number])
        value = int(values[start])
        name = texts[value] if is_text[start] else value
        groups.append(Group(name, places[start : min(end, start + size)]))
    return groups


def _repeated(
    values: NDArray[np.int64], held: Rows, is_text: Mask, rows: Rows
) -> tuple[NDArray[np.int64], Rows, Mask]:
    """Each value of a row once for each place that the row has in the ranking."""
    order = np.argsort(rows, kind="stable")
    starts = rows[order].searchsorted(held)
    counts = rows[order].searchsorted(held, "right") - starts
    picks = np.repeat(np.arange(len(held)), counts)
    offsets = np.arange(len(picks)) - np.repeat(np.cumsum(counts) - counts, counts)
    return values[picks], order[starts[picks] + offsets], is_text[picks]


def neighbours(closeness: Floats, limit: int) -> tuple[Rows, Rows]:
    """Of each of n points, the `limit` others closest to it, best first, ties by position.

    Args:
        closeness: (n, n), of column to row; minus infinity for what is no neighbour.

    Returns:
        The rows and the columns of the pairs.
    """
    values = closeness.copy()
    np.fill_diagonal(values, -np.inf)
    order = np.argsort(-values, axis=1, kind="stable")[:, : min(limit, len(values) - 1)]
    starts = np.repeat(np.arange(len(values)), order.shape[1])
    ends = order.ravel()
    there = values[starts, ends] > -np.inf
    return starts[there], ends[there]
