"""Operations on payload indexes."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import CreateFieldIndex as CreateFieldIndexBody
from aqdrant.models import UpdateResult, WriteOrdering
from aqdrant.operations._operation import Operation

__all__ = [
    "CreateFieldIndex",
    "DeleteFieldIndex",
]


class CreateFieldIndex(Operation[UpdateResult], frozen=True):
    """Index a key of the payload."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: CreateFieldIndexBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class DeleteFieldIndex(Operation[UpdateResult], frozen=True):
    """Drop the index of a key."""

    writes: ClassVar[bool] = True
    collection_name: str
    field_name: str
    wait: bool | None = None
    ordering: WriteOrdering | None = None
