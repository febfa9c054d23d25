"""Operations on the vectors of points, and on the named vectors of a collection."""

from __future__ import annotations

from typing import ClassVar

from aqdrant.models import DeleteVectors as DeleteVectorsBody
from aqdrant.models import UpdateResult, VectorNameConfig, WriteOrdering
from aqdrant.models import UpdateVectors as UpdateVectorsBody
from aqdrant.operations._operation import Operation

__all__ = [
    "CreateVectorName",
    "DeleteVectorName",
    "DeleteVectors",
    "UpdateVectors",
]


class UpdateVectors(Operation[UpdateResult], frozen=True):
    """Set vectors of points and leave their other vectors alone."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: UpdateVectorsBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class DeleteVectors(Operation[UpdateResult], frozen=True):
    """Delete vectors of points by name."""

    writes: ClassVar[bool] = True
    collection_name: str
    body: DeleteVectorsBody
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class CreateVectorName(Operation[UpdateResult], frozen=True):
    """Add a named vector to a collection."""

    writes: ClassVar[bool] = True
    collection_name: str
    vector_name: str
    body: VectorNameConfig
    wait: bool | None = None
    ordering: WriteOrdering | None = None


class DeleteVectorName(Operation[UpdateResult], frozen=True):
    """Delete a named vector from a collection."""

    writes: ClassVar[bool] = True
    collection_name: str
    vector_name: str
    wait: bool | None = None
    ordering: WriteOrdering | None = None
