"""Documents are found and replaced wherever a model takes one, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.inference.walking import visit_of
from aqdrant.operations import ALL_OPERATIONS

DOC = {"text": "a", "model": "m"}
VECTOR = [1.0, 2.0]


def read(kind: Any, body: dict[str, Any]) -> Any:
    return kind.model_validate(body)


QUERIES: dict[str, Any] = {
    "bare": DOC,
    "image": {"image": "data:,", "model": "m"},
    "object": {"object": 5, "model": "m"},
    "nearest": {"nearest": DOC},
    "mmr": {"nearest": DOC, "mmr": {"diversity": 0.5}},
    "recommend": {"recommend": {"positive": [1, DOC], "negative": [VECTOR, DOC]}},
    "discover": {"discover": {"target": DOC, "context": [{"positive": DOC, "negative": 3}]}},
    "discover one pair": {"discover": {"target": 1, "context": {"positive": 2, "negative": DOC}}},
    "context": {"context": [{"positive": DOC, "negative": DOC}]},
    "feedback": {
        "relevance_feedback": {
            "target": DOC,
            "feedback": [{"example": DOC, "score": 1.0}],
            "strategy": {"naive": {"a": 1.0, "b": 1.0, "c": 1.0}},
        }
    },
}
POINT = {"id": 1, "vector": DOC}
BODIES: dict[str, tuple[Any, Any]] = {
    **{f"query {name}": (ops.QueryPoints, {"query": q}) for name, q in QUERIES.items()},
    "prefetch": (ops.QueryPoints, {"prefetch": [{"prefetch": {"query": DOC}, "query": DOC}]}),
    "batch of queries": (ops.QueryBatchPoints, {"searches": [{"query": VECTOR}, {"query": DOC}]}),
    "groups": (ops.QueryPointsGroups, {"query": DOC, "group_by": "k"}),
    "points": (ops.UpsertPoints, {"points": [{"id": 2, "vector": VECTOR}, POINT]}),
    "named": (ops.UpsertPoints, {"points": [{"id": 1, "vector": {"a": DOC, "b": VECTOR}}]}),
    "columns": (ops.UpsertPoints, {"batch": {"ids": [1, 2], "vectors": [DOC, DOC]}}),
    "named columns": (ops.UpsertPoints, {"batch": {"ids": [1], "vectors": {"a": [DOC]}}}),
    "vectors": (ops.UpdateVectors, {"points": [POINT]}),
    "updates": (ops.BatchUpdate, {"operations": [{"upsert": {"points": [POINT]}}]}),
    "update of vectors": (
        ops.BatchUpdate,
        {"operations": [{"update_vectors": {"points": [POINT]}}]},
    ),
}
KINDS: dict[Any, Any] = {
    ops.QueryPoints: models.QueryRequest,
    ops.QueryBatchPoints: models.QueryRequestBatch,
    ops.QueryPointsGroups: models.QueryGroupsRequest,
    ops.UpdateVectors: models.UpdateVectors,
    ops.BatchUpdate: models.UpdateOperations,
}


def body_of(operation: Any, given: dict[str, Any]) -> Any:
    if operation is ops.UpsertPoints:
        return read(models.PointsBatch if "batch" in given else models.PointsList, given)
    return read(KINDS[operation], given)


@pytest.mark.parametrize("name", BODIES)
def test_every_place_is_found_and_replaced(name: str) -> None:
    operation, given = BODIES[name]
    body = body_of(operation, given)
    before = repr(body)
    visit = visit_of(operation)
    assert visit is not None
    found: list[Any] = []
    assert visit(body, lambda raw: found.append(raw) or raw) is body  # left alone: no copy
    assert len(found) == repr(given).count("'model'")
    filled = visit(body, lambda _raw: VECTOR)
    assert "model=" not in repr(filled)
    assert repr(body) == before


def test_operations_that_can_hold_documents() -> None:
    found = {operation for operation in ALL_OPERATIONS if visit_of(operation) is not None}
    assert found == {*KINDS, ops.UpsertPoints}


class Untouchable(list[float]):
    """A vector that must not be looked into."""

    def __iter__(self) -> Any:
        raise AssertionError("looked into")


def test_numbers_are_not_looked_into() -> None:
    visit = visit_of(ops.UpsertPoints)
    assert visit is not None
    vectors: list[Any] = [Untouchable(VECTOR), np.zeros(2), {"a": Untouchable(VECTOR)}]
    points = [models.PointStruct(id=1, vector=vector) for vector in vectors]
    body = models.PointsList(points=points)
    assert visit(body, lambda _raw: None) is body
    batch = models.Batch(ids=[1], vectors=np.zeros((1, 2)), payloads=[{"text": "a", "model": "b"}])
    columns = models.PointsBatch(batch=batch)
    assert visit(columns, lambda _raw: None) is columns
