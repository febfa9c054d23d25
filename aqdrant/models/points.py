"""Points: what is stored, read, scrolled, counted and updated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model, QuickMeta
from aqdrant.models._unions import Untagged, by_key, declare
from aqdrant.models.filters import Filter, PointsSelector
from aqdrant.models.ids import ExtendedPointId, Payload, ShardKey, ShardKeySelector
from aqdrant.models.payload import DeletePayload, SetPayload, WithPayloadInterface, WithVector
from aqdrant.models.vectors import BatchVectorStruct, FloatArray, VectorStruct, VectorStructOutput

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
    "Points",
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


class UpdateMode(StrEnum):
    """What an upsert does with ids that exist and with ids that do not."""

    UPSERT = "upsert"
    INSERT_ONLY = "insert_only"
    UPDATE_ONLY = "update_only"


class UpdateStatus(StrEnum):
    """How far an update got when the answer was sent."""

    ACKNOWLEDGED = "acknowledged"
    COMPLETED = "completed"
    WAIT_TIMEOUT = "wait_timeout"


class WriteOrdering(StrEnum):
    """How strictly concurrent updates are ordered over replicas."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


class ReadConsistencyType(StrEnum):
    """How many replicas have to agree on what is read."""

    MAJORITY = "majority"
    QUORUM = "quorum"
    ALL = "all"


class Direction(StrEnum):
    """Up or down an order."""

    ASC = "asc"
    DESC = "desc"


class PointStruct(Model, metaclass=QuickMeta):
    """A point to store: id, vector or named vectors, payload."""

    id: Untagged[ExtendedPointId]
    vector: Untagged[VectorStruct]
    """One vector, a multivector, or a dict of named ones."""
    payload: Payload | None = None


class PointVectors(Model, metaclass=QuickMeta):
    """Vectors to replace on one point; its other vectors stay."""

    id: Untagged[ExtendedPointId]
    vector: Untagged[VectorStruct]


class Batch(Model):
    """Points to store, by column: ids, vectors and payloads of the same length."""

    ids: Untagged[Sequence[ExtendedPointId] | FloatArray]
    vectors: Untagged[BatchVectorStruct]
    """One vector a point: a list or a 2-d array, or a dict of these by vector name."""
    payloads: Sequence[Payload] | None = None
    """One payload a point, or None for none at all."""


class PointsBatch(Model):
    """An upsert of points by column."""

    batch: Batch
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None
    """Change points that exist only where they meet this."""
    update_mode: UpdateMode | None = None


class PointsList(Model):
    """An upsert of points one by one."""

    points: Sequence[PointStruct]
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None
    """Change points that exist only where they meet this."""
    update_mode: UpdateMode | None = None


class PointRequest(Model):
    """Points to read by their ids."""

    shard_key: ShardKeySelector | None = None
    ids: Untagged[Sequence[ExtendedPointId]]
    with_payload: Untagged[WithPayloadInterface] | None = None
    """All of it by default."""
    with_vector: WithVector | None = None
    """None by default; True, or the names of the vectors wanted."""


class Record(Model, metaclass=QuickMeta):
    """A stored point."""

    id: int | str
    payload: Payload | None = None
    vector: Untagged[VectorStructOutput] | None = None
    shard_key: ShardKey | None = None
    order_value: OrderValue | None = None
    """The value that a scroll was ordered by."""


class ScoredPoint(Model, metaclass=QuickMeta):
    """A point that a query found, with its score."""

    id: int | str
    version: int
    """Number of the operation that last changed the point."""
    score: float
    """Higher is better, but for Euclid and Manhattan, where lower is."""
    payload: Payload | None = None
    vector: Untagged[VectorStructOutput] | None = None
    shard_key: ShardKey | None = None
    order_value: OrderValue | None = None
    """The value that a query was ordered by."""


class ScrollRequest(Model):
    """One page of the points of a collection."""

    shard_key: ShardKeySelector | None = None
    offset: Untagged[ExtendedPointId] | None = None
    """Id of the first point of the page."""
    limit: int | None = None
    """Points a page; 10 by default."""
    filter: Filter | None = None
    with_payload: Untagged[WithPayloadInterface] | None = None
    with_vector: WithVector | None = None
    order_by: OrderByInterface | None = None
    """In place of the order of ids; then `offset` cannot be used."""


class ScrollResult(Model):
    """One page of points, and where the next one starts."""

    points: list[Record]
    next_page_offset: int | str | None = None
    """Offset of the next page; None after the last one."""


class CountRequest(Model):
    """How many points meet a filter."""

    shard_key: ShardKeySelector | None = None
    filter: Filter | None = None
    exact: bool | None = True
    """True by default: an exact count rather than a quick estimate."""


class CountResult(Model):
    """A number of points."""

    count: int


class UpdateVectors(Model):
    """Vectors to replace on several points."""

    points: Sequence[PointVectors]
    shard_key: ShardKeySelector | None = None
    update_filter: Filter | None = None
    """Change only points that meet this."""


class DeleteVectors(Model):
    """Named vectors to drop from points, chosen by ids or by a filter."""

    points: Untagged[Sequence[ExtendedPointId]] | None = None
    filter: Filter | None = None
    vector: Sequence[str]
    """Names of the vectors to drop."""
    shard_key: ShardKeySelector | None = None


class UpdateResult(Model):
    """What came of an update."""

    operation_id: int | None = None
    """Number of the update in the collection's log."""
    status: UpdateStatus


class OrderBy(Model):
    """An order by the values of one payload key."""

    key: str
    direction: Direction | None = None
    """Ascending by default."""
    start_from: Untagged[StartFrom] | None = None
    """The value to start with: a number, a moment, or RFC 3339 text."""


class UpdateOperations(Model):
    """Updates to run one after the other."""

    operations: Untagged[Sequence[UpdateOperation]]


class UpsertOperation(Model):
    """In a batch of updates: store points."""

    upsert: Untagged[PointInsertOperations]


class DeleteOperation(Model):
    """In a batch of updates: delete points."""

    delete: Untagged[PointsSelector]


class SetPayloadOperation(Model):
    """In a batch of updates: merge payload into points."""

    set_payload: SetPayload


class OverwritePayloadOperation(Model):
    """In a batch of updates: replace the payload of points."""

    overwrite_payload: SetPayload


class DeletePayloadOperation(Model):
    """In a batch of updates: drop payload keys."""

    delete_payload: DeletePayload


class ClearPayloadOperation(Model):
    """In a batch of updates: drop all payload of points."""

    clear_payload: Untagged[PointsSelector]


class UpdateVectorsOperation(Model):
    """In a batch of updates: replace vectors."""

    update_vectors: UpdateVectors


class DeleteVectorsOperation(Model):
    """In a batch of updates: drop named vectors."""

    delete_vectors: DeleteVectors


PointInsertOperations: TypeAlias = PointsBatch | PointsList
Points: TypeAlias = Batch | Sequence[PointStruct]
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
