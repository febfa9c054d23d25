"""Operations on the payload of points."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import DeletePayload as DeletePayloadBody
from aqdrant.models import PointsSelector, UpdateResult, WriteOrdering
from aqdrant.models import SetPayload as SetPayloadBody
from aqdrant.operations._operation import Operation

__all__ = [
    "ClearPayload",
    "DeletePayload",
    "OverwritePayload",
    "SetPayload",
]


class SetPayload(Operation[UpdateResult], frozen=True):
    """Set keys of the payload and leave the others alone."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: SetPayloadBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class OverwritePayload(Operation[UpdateResult], frozen=True):
    """Replace the whole payload."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: SetPayloadBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class DeletePayload(Operation[UpdateResult], frozen=True):
    """Delete keys of the payload."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: DeletePayloadBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class ClearPayload(Operation[UpdateResult], frozen=True):
    """Delete the whole payload."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: PointsSelector
    wait: bool | None = None
    ordering: WriteOrdering | None = None
