"""Operations on points: write, read by id, scroll, count."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import (
    CountRequest,
    CountResult,
    ExtendedPointId,
    PointInsertOperations,
    PointRequest,
    PointsSelector,
    ReadConsistency,
    Record,
    ScrollRequest,
    ScrollResult,
    UpdateOperations,
    UpdateResult,
    WriteOrdering,
)
from aqdrant.operations._operation import Operation

__all__ = [
    "BatchUpdate",
    "CountPoints",
    "DeletePoints",
    "GetPoint",
    "GetPoints",
    "ScrollPoints",
    "UpsertPoints",
]


class UpsertPoints(Operation[UpdateResult], frozen=True):
    """Insert points, or replace those that exist."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: PointInsertOperations
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class DeletePoints(Operation[UpdateResult], frozen=True):
    """Delete points by id or by filter."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: PointsSelector
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class BatchUpdate(Operation[list[UpdateResult]], frozen=True):
    """Run several updates in order."""

    writes: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    collection_name: str
    body: UpdateOperations
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class GetPoint(Operation[Record], frozen=True):
    """Read one point."""

    collection_name: str
    id: ExtendedPointId
    consistency: ReadConsistency | None = None


class GetPoints(Operation[list[Record]], frozen=True):
    """Read points by id; ids that do not exist are left out."""

    collection_name: str
    body: PointRequest
    consistency: ReadConsistency | None = None


class ScrollPoints(Operation[ScrollResult], frozen=True):
    """Read points page by page."""

    collection_name: str
    body: ScrollRequest
    consistency: ReadConsistency | None = None


class CountPoints(Operation[CountResult], frozen=True):
    """Count points."""

    collection_name: str
    body: CountRequest
    consistency: ReadConsistency | None = None
