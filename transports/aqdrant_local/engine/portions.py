"""The points of a segment, some at a time, as they are written elsewhere.

Used by the store when rows move, by snapshots, and where points go from shard to shard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask, Rows
from .segment import Segment
from .writes import DenseWrite, PointWrite, RaggedWrite

__all__ = ["Portion", "portions"]

_PORTION = 4096  # points


class Portion(NamedTuple):
    """Some points, and which update changed each last."""

    write: PointWrite
    versions: NDArray[Any]


def portions(segment: Segment, rows: Rows) -> Iterator[Portion]:
    """The points in these rows, in their order."""
    for start in range(0, len(rows), _PORTION):
        some = rows[start : start + _PORTION]
        numbers: list[int] = some.tolist()
        dense: dict[str, DenseWrite] = {}
        for name, vectors in segment.dense.items():
            there = vectors.present[some]
            dense[name] = DenseWrite(_positions(there), vectors.vectors(some[there]), None)
        ragged: dict[str, RaggedWrite] = {}
        for name, held in segment.ragged.items():
            there = held.present[some]
            ragged[name] = RaggedWrite(_positions(there), held.vectors(some[there]))
        payloads = [segment.payloads[row] for row in numbers]
        write = PointWrite(segment.ids.keys(some), dense, ragged, payloads)
        yield Portion(write, np.array(segment.versions(some), dtype=np.int64))


def _positions(there: Mask) -> Rows | None:
    return None if there.all() else np.flatnonzero(there)
