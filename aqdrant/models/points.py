"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, declare
from .filters import Filter, PointsSelector
from .ids import ExtendedPointId, Payload, ShardKey, ShardKeySelector
from .payload import DeletePayload, SetPayload, WithPayloadInterface, WithVector
from .vectors import BatchVectorStruct, VectorStruct, VectorStructOutput

__all__ = [
    "Batch",
    "ClearPayloadOperation",
    "CountRequest",
    "CountResult",
    "DeleteOperation",
    "DeletePayloadOperation",
    "DeleteVectors",
    "DeleteVectorsOperation",
    "Direction",
    "OrderBy",
    "OrderByInterface",
    "OrderValue",
    "OverwritePayloadOperation",
    "PointInsertOperations",
    "PointRequest",
    "PointStruct",
    "PointVectors",
    "PointsBatch",
    "PointsList",
    "ReadConsistency",
    "ReadConsistencyType",
    "Record",
    "ScoredPoint",
    "ScrollRequest",
    "ScrollResult",
    "SetPayloadOperation",
    "StartFrom",
    "UpdateMode",
    "UpdateOperation",
    "UpdateOperations",
    "UpdateResult",
    "UpdateStatus",
    "UpdateVectors",
    "UpdateVectorsOperation",
    "UpsertOperation",
    "WriteOrdering",
]


class UpdateMode(str, Enum):
    """TODO"""

    UPSERT = "upsert"
    INSERT_ONLY = "insert_only"
    UPDATE_ONLY = "update_only"


class UpdateStatus(str, Enum):
    """TODO"""

    ACKNOWLEDGED = "acknowledged"
    COMPLETED = "completed"
    WAIT_TIMEOUT = "wait_timeout"


class WriteOrdering(str, Enum):
    """TODO"""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


class ReadConsistencyType(str, Enum):
    """TODO"""

    MAJORITY = "majority"
    QUORUM = "quorum"
    ALL = "all"


class Direction(str, Enum):
    """TODO"""

    ASC = "asc"
    DESC = "desc"


class PointStruct(Model):
    """TODO"""

    id: Untagged[ExtendedPointId]
    vector: Untagged[VectorStruct]
    payload: Payload | None = None


class PointVectors(Model):
    """TODO"""

    id: Untagged[ExtendedPointId]
    vector: Untagged[VectorStruct]


class Batch(Model):
    """TODO"""

    ids: Untagged[Sequence[ExtendedPointId]]
    vectors: Untagged[BatchVectorStruct]
    payloads: Sequence[Payload] | None = None


class PointsBatch(Model):
    """TODO"""

    batch: Batch
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None
    update_mode: UpdateMode | None = None


class PointsList(Model):
    """TODO"""

    points: Sequence[PointStruct]
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None
    update_mode: UpdateMode | None = None


class PointRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    ids: Untagged[Sequence[ExtendedPointId]]
    with_payload: Untagged[WithPayloadInterface] | None = None
    with_vector: WithVector | None = None


class Record(Model):
    """TODO"""

    id: int | str
    payload: Payload | None = None
    vector: Untagged[VectorStructOutput] | None = None
    shard_key: ShardKey | None = None
    order_value: OrderValue | None = None


class ScoredPoint(Model):
    """TODO"""

    id: int | str
    version: int
    score: float
    payload: Payload | None = None
    vector: Untagged[VectorStructOutput] | None = None
    shard_key: ShardKey | None = None
    order_value: OrderValue | None = None


class ScrollRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    offset: Untagged[ExtendedPointId] | None = None
    limit: int | None = None
    filter: Filter | None = None
    with_payload: Untagged[WithPayloadInterface] | None = None
    with_vector: WithVector | None = None
    order_by: OrderByInterface | None = None


class ScrollResult(Model):
    """TODO"""

    points: list[Record]
    next_page_offset: int | str | None = None


class CountRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    filter: Filter | None = None
    exact: bool | None = True


class CountResult(Model):
    """TODO"""

    count: int


class UpdateVectors(Model):
    """TODO"""

    points: Sequence[PointVectors]
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None


class DeleteVectors(Model):
    """TODO"""

    points: Untagged[Sequence[ExtendedPointId]] | None = None
    filter: Filter | None = None
    vector: Sequence[str]
    shard_key: ShardKeySelector | None = None


class UpdateResult(Model):
    """TODO"""

    operation_id: int | None = None
    status: UpdateStatus


class OrderBy(Model):
    """TODO"""

    key: str
    direction: Direction | None = None
    start_from: Untagged[StartFrom] | None = None


class UpdateOperations(Model):
    """TODO"""

    operations: Untagged[Sequence[UpdateOperation]]


class UpsertOperation(Model):
    """TODO"""

    upsert: Untagged[PointInsertOperations]


class DeleteOperation(Model):
    """TODO"""

    delete: Untagged[PointsSelector]


class SetPayloadOperation(Model):
    """TODO"""

    set_payload: SetPayload


class OverwritePayloadOperation(Model):
    """TODO"""

    overwrite_payload: SetPayload


class DeletePayloadOperation(Model):
    """TODO"""

    delete_payload: DeletePayload


class ClearPayloadOperation(Model):
    """TODO"""

    clear_payload: Untagged[PointsSelector]


class UpdateVectorsOperation(Model):
    """TODO"""

    update_vectors: UpdateVectors


class DeleteVectorsOperation(Model):
    """TODO"""

    delete_vectors: DeleteVectors


PointInsertOperations: TypeAlias = PointsBatch | PointsList
OrderValue: TypeAlias = int | float
ReadConsistency: TypeAlias = int | ReadConsistencyType
OrderByInterface: TypeAlias = str | OrderBy
StartFrom: TypeAlias = int | float | datetime | date | str
UpdateOperation: TypeAlias = (
    UpsertOperation
    | DeleteOperation
    | SetPayloadOperation
    | OverwritePayloadOperation
    | DeletePayloadOperation
    | ClearPayloadOperation
    | UpdateVectorsOperation
    | DeleteVectorsOperation
)

declare(PointInsertOperations, by_key(batch=PointsBatch, points=PointsList))
declare(
    UpdateOperation,
    by_key(
        upsert=UpsertOperation,
        delete=DeleteOperation,
        set_payload=SetPayloadOperation,
        overwrite_payload=OverwritePayloadOperation,
        delete_payload=DeletePayloadOperation,
        clear_payload=ClearPayloadOperation,
        update_vectors=UpdateVectorsOperation,
        delete_vectors=DeleteVectorsOperation,
    ),
)
