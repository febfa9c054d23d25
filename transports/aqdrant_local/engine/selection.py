"""A set of rows: row numbers when it is small, a mask when it is large.

What filters evaluate to.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .arrays import Mask, Rows

__all__ = ["Selection", "intersection", "union"]


class Selection:
    """Rows of a segment of `size` rows. Holds one form and makes the other when asked."""

    __slots__ = ("_mask", "_rows", "size")

    def __init__(self, size: int, *, rows: Rows | None = None, mask: Mask | None = None) -> None:
        self.size = size
        self._rows = rows
        self._mask = mask

    @property
    def is_mask(self) -> bool:
        """Whether the mask is at hand, so that testing many rows is cheap."""
        return self._mask is not None

    @property
    def rows(self) -> Rows:
        """Row numbers, each once; ascending where they come from a mask."""
        if self._rows is None:
            self._rows = np.flatnonzero(self.mask)
        return self._rows

    @property
    def mask(self) -> Mask:
        """Flags (size,)."""
        if self._mask is None:
            self._mask = np.zeros(self.size, dtype=np.bool_)
            self._mask[self._rows] = True
        return self._mask

    def __len__(self) -> int:
        if self._rows is None:
            return int(np.count_nonzero(self.mask))
        return len(self._rows)

    def within(self, mask: Mask) -> Selection:
        """These rows as far as the mask has them."""
        if self._rows is not None:
            return Selection(self.size, rows=self._rows[mask[self._rows]])
        return Selection(self.size, mask=self.mask & mask)

    def outside(self, mask: Mask) -> Selection:
        """The rows of the mask that are not among these."""
        rest = mask.copy()
        if self._rows is not None:
            rest[self._rows] = False
        else:
            rest &= ~self.mask
        return Selection(self.size, mask=rest)


def intersection(parts: Iterable[Selection]) -> Selection | None:
    """The rows that are in all of them; None where there are no parts."""
    result: Selection | None = None
    for part in sorted(parts, key=lambda part: part.is_mask):
        if result is None:
            result = part
        elif result.is_mask or part.is_mask:
            result = result.within(part.mask) if part.is_mask else part.within(result.mask)
        else:
            small, large = (result, part) if len(result) < len(part) else (part, result)
            result = small.within(large.mask)
    return result


def union(parts: Iterable[Selection]) -> Selection | None:
    """The rows that are in any of them; None where there are no parts."""
    found = list(parts)
    if len(found) < 2:
        return found[0] if found else None
    mask = np.zeros(found[0].size, dtype=np.bool_)
    for part in found:
        if part.is_mask:
            mask |= part.mask
        else:
            mask[part.rows] = True
    return Selection(found[0].size, mask=mask)
