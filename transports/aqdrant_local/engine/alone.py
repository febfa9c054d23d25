"""Values of points that have one of a kind and nothing beside it. Used by columns, for formulas."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask, Rows
from .extraction import EMPTY, FILLED, NULL

__all__ = ["Alone", "alone_of"]


class Alone(NamedTuple):
    """Values of points that have one of a kind and nothing beside it."""

    values: NDArray[np.float64]
    """One a row, not a number where there is none."""
    others: Mask
    """Rows that hold something else."""


def alone_of(
    flags: NDArray[np.uint16], elements: NDArray[np.int32], rows: Rows, *columns: NDArray[Any]
) -> tuple[Alone, ...]:
    """Spread columns of values, of which these rows have one each, over all rows.

    Args:
        flags: of each row, what its payload has under the path.
        elements: of each row, how many values that are not null.
        rows: the row of each value.
    """
    single = (elements == 1) & ((flags & (NULL | EMPTY)) == 0)
    others = (flags & (FILLED | NULL)) != 0
    kept = single[rows]
    others[rows[kept]] = False
    found: list[Alone] = []
    for column in columns:
        values = np.full(len(flags), np.nan)
        values[rows[kept]] = column[kept]
        found.append(Alone(values, others))
    return tuple(found)
