"""What a segment tells before it changes, so that the change can be made to last.

Called by the segment, implemented by the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from .arrays import Rows

if TYPE_CHECKING:
    from .writes import PointWrite

__all__ = ["Journal"]


class Journal(Protocol):
    """Told of each change while the segment is still as it was.

    An error of any method means that the change is not made, on disk or in memory.
    """

    def upsert(self, rows: Rows, replaced: Rows, write: PointWrite, version: int) -> None:
        """Points are stored in these rows; those of them in `replaced` hold a point already."""
        ...

    def set_vectors(self, rows: Rows, write: PointWrite, version: int) -> None:
        """Vectors of the write are stored in these rows."""
        ...

    def delete_vectors(self, rows: Rows, names: Sequence[str], version: int) -> None:
        """Named vectors of these rows are taken away."""
        ...

    def set_payloads(self, rows: Rows, payloads: Sequence[bytes | None], version: int) -> None:
        """The payloads of these rows are replaced."""
        ...

    def remove(self, rows: Rows) -> None:
        """The points in these rows are deleted."""
        ...

    def pack(self, rows: Rows) -> bool:
        """These rows, all that hold points, move to 0, 1, ...; False where they must stay."""
        ...
