"""Points on their way into a segment, in columns, checked.

Made by whoever encodes points, taken by the segment and told to its journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from .arrays import Floats, Mask, Rows
from .ids import Keys
from .multivectors import MultiBatch
from .sparse import SparseBatch

__all__ = ["Blob", "DenseWrite", "PointWrite", "RaggedWrite"]

Blob: TypeAlias = bytes | None
"""A payload in msgpack."""

V = TypeVar("V", "DenseWrite", "RaggedWrite")


class DenseWrite:
    """Dense vectors for some of the points of a write, and what they are divided by."""

    __slots__ = ("divisors", "positions", "vectors")

    def __init__(self, positions: Rows | None, vectors: Floats, divisors: Floats | None) -> None:
        self.positions = positions  # None: one vector for each point, in order
        self.vectors = vectors
        self.divisors = divisors

    def keep(self, mask: Mask) -> DenseWrite:
        """What of it belongs to the points of the write that the mask has."""
        there = mask if self.positions is None else mask[self.positions]
        positions = np.flatnonzero(there) if self.positions is None else self.positions[there]
        divisors = None if self.divisors is None else self.divisors[there]
        return DenseWrite(positions, self.vectors[there], divisors)


class RaggedWrite:
    """Sparse vectors, or multivectors, for some of the points of a write."""

    __slots__ = ("positions", "vectors")

    def __init__(self, positions: Rows | None, vectors: SparseBatch | MultiBatch) -> None:
        self.positions = positions
        self.vectors = vectors

    def keep(self, mask: Mask) -> RaggedWrite:
        """What of it belongs to the points of the write that the mask has."""
        there = mask if self.positions is None else mask[self.positions]
        positions = np.flatnonzero(there) if self.positions is None else self.positions[there]
        return RaggedWrite(positions, self.vectors.take(np.flatnonzero(there)))


class PointWrite:
    """Points in columns, checked and ready to be stored, each id once."""

    __slots__ = ("dense", "keys", "payloads", "ragged")

    def __init__(
        self,
        keys: Keys,
        dense: Mapping[str, DenseWrite],
        ragged: Mapping[str, RaggedWrite],
        payloads: Sequence[Blob],
    ) -> None:
        self.keys = keys
        self.dense = dense
        self.ragged = ragged
        self.payloads = payloads

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def whole(self) -> set[str]:
        """Names of the vectors that every point of it brings."""
        dense = {name for name, vectors in self.dense.items() if vectors.positions is None}
        return dense | {name for name, vectors in self.ragged.items() if vectors.positions is None}

    def take(self, picks: Rows) -> PointWrite:
        """The points at these positions."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[picks] = True
        places = np.cumsum(mask) - 1

        def moved(write: V) -> V:
            kept = write.keep(mask)
            if kept.positions is not None:
                kept.positions = places[kept.positions]
            return kept

        dense = {name: moved(write) for name, write in self.dense.items()}
        ragged = {name: moved(write) for name, write in self.ragged.items()}
        positions: list[int] = picks.tolist()
        payloads = [self.payloads[position] for position in positions]
        return PointWrite(self.keys.take(picks), dense, ragged, payloads)
