"""Pieces of an upload: points that are sent together, as a list or as columns.

Made by `sources`, cut in two by `running` where one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

from msgspec.structs import replace

from aqdrant import models
from aqdrant.models._scalars import is_mapping

__all__ = ["Columns", "Piece", "Points"]


class Piece(Protocol):
    """Some points, and which of what was given they cover."""

    first: int
    """Index of the first one in what was given."""
    end: int
    """Index after the last one; those between that are not in it were refused before."""
    size: int
    """Bytes as JSON, at most."""

    def __len__(self) -> int: ...

    def halves(self) -> tuple[Self, Self]:
        """Cut in two; of several points."""
        ...

    def point(self) -> tuple[int, object]:
        """Index and id of the only point."""
        ...

    def body(self, rest: models.PointsList) -> models.PointsList | models.PointsBatch:
        """The body of an upsert, with what `rest` says beside the points."""
        ...


class Points:
    """Points one by one."""

    def __init__(
        self,
        points: Sequence[models.PointStruct],
        indices: Sequence[int],
        first: int,
        end: int,
        size: int,
    ) -> None:
        self.points = points
        self.indices = indices
        self.first = first
        self.end = end
        self.size = size

    def __len__(self) -> int:
        return len(self.points)

    def halves(self) -> tuple[Points, Points]:
        """Cut in two."""
        middle = len(self.points) // 2
        at = self.indices[middle]
        part = self.size // 2
        return (
            Points(self.points[:middle], self.indices[:middle], self.first, at, part),
            Points(self.points[middle:], self.indices[middle:], at, self.end, self.size - part),
        )

    def point(self) -> tuple[int, object]:
        """Index and id of the only one."""
        return self.indices[0], self.points[0].id

    def body(self, rest: models.PointsList) -> models.PointsList:
        """The body of an upsert of a list."""
        return replace(rest, points=self.points)


class Columns:
    """Points by column, the vectors as arrays."""

    def __init__(self, batch: models.Batch, first: int, size: int) -> None:
        self.batch = batch
        self.first = first
        self.end = first + len(batch.ids)
        self.size = size

    def __len__(self) -> int:
        return self.end - self.first

    def halves(self) -> tuple[Columns, Columns]:
        """Cut in two."""
        middle = len(self) // 2
        part = self.size // 2
        return (
            Columns(self._cut(0, middle), self.first, part),
            Columns(self._cut(middle, len(self)), self.first + middle, self.size - part),
        )

    def point(self) -> tuple[int, object]:
        """Index and id of the only one."""
        ids: Any = self.batch.ids
        return self.first, ids[0]

    def body(self, rest: models.PointsList) -> models.PointsBatch:
        """The body of an upsert of columns."""
        return models.PointsBatch(
            batch=self.batch,
            shard_key=rest.shard_key,
            update_filter=rest.update_filter,
            update_mode=rest.update_mode,
        )

    def _cut(self, start: int, end: int) -> models.Batch:
        batch: Any = self.batch
        vectors: Any = batch.vectors
        if is_mapping(vectors):
            vectors = {name: column[start:end] for name, column in vectors.items()}
        else:
            vectors = vectors[start:end]
        payloads = None if batch.payloads is None else batch.payloads[start:end]
        return models.Batch(ids=batch.ids[start:end], vectors=vectors, payloads=payloads)
