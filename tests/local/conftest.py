"""A transport of the in-process engine, and short ways to use it."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant_local import LocalTransport


class Engine:
    """One engine with a collection `c`, driven as the sync client drives it."""

    def __init__(self, transport: LocalTransport | None = None) -> None:
        self.transport = LocalTransport() if transport is None else transport

    def run(self, kind: Any, collection: str | None = "c", **fields: Any) -> Any:
        if collection is not None:
            fields = {"collection_name": collection, **fields}
        return self.transport.try_execute(kind(**fields))

    def create(self, collection: str = "c", **body: Any) -> None:
        self.run(operations.CreateCollection, collection, body=models.CreateCollection(**body))

    def dense(
        self, size: int = 2, distance: models.Distance = models.Distance.DOT, name: str = "c"
    ) -> None:
        self.create(name, vectors=models.VectorParams(size=size, distance=distance))

    def upsert(self, *points: models.PointStruct, collection: str = "c", **body: Any) -> Any:
        made = models.PointsList(points=list(points), **body)
        return self.run(operations.UpsertPoints, collection, body=made, wait=True)

    def fill(self, *payloads: dict[str, Any] | None) -> None:
        """Make points 0, 1, ... with these payloads and the vectors [id, 1]."""
        self.dense()
        self.upsert(
            *(
                models.PointStruct(id=number, vector=[float(number), 1.0], payload=payload)
                for number, payload in enumerate(payloads)
            )
        )

    def ids(self, condition: models.Filter | None = None, collection: str = "c") -> list[int | str]:
        body = models.ScrollRequest(limit=100_000, filter=condition)
        points = self.run(operations.ScrollPoints, collection, body=body).points
        return [point.id for point in points]

    def query(self, collection: str = "c", **request: Any) -> list[models.ScoredPoint]:
        body = models.QueryRequest(**request)
        points: list[models.ScoredPoint] = self.run(
            operations.QueryPoints, collection, body=body
        ).points
        return points

    def get(self, *ids: int | str, collection: str = "c") -> dict[int | str, models.Record]:
        body = models.PointRequest(ids=list(ids), with_payload=True, with_vector=True)
        found = self.run(operations.GetPoints, collection, body=body)
        return {record.id: record for record in found}


@pytest.fixture
def engine() -> Engine:
    return Engine()
