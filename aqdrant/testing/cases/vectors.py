"""Vectors of points: named, sparse, set, deleted."""

from __future__ import annotations

from typing import Any

from aqdrant import models, operations
from aqdrant.exceptions import NotFound
from aqdrant.testing.cases.data import COSINE, DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("vectors")

SPARSE = {"words": models.SparseVectorParams()}


async def named(lab: Lab) -> str:
    """A collection of two dense vectors and a sparse one, with one point that has all."""
    vectors: Any = {
        "a": [1.0, 2.0],
        "b": [0.0, 1.0],
        "words": models.SparseVector(indices=[7, 3], values=[0.5, 1.5]),
    }
    points = [models.PointStruct(id=1, vector=vectors, payload={"n": 1})]
    return await lab.collection({"a": DOT, "b": COSINE}, points, SPARSE)


async def vectors_of(lab: Lab, name: str, point_id: int) -> dict[str, Any]:
    vector = (await lab.point(name, point_id)).vector
    assert isinstance(vector, dict)
    return dict(vector)


@case()
async def have_names(lab: Lab) -> None:
    name = await named(lab)
    found = await vectors_of(lab, name, 1)
    assert found["a"] == [1.0, 2.0]
    assert found["b"] == [0.0, 1.0]


@case()
async def that_are_sparse_come_back_with_sorted_indices(lab: Lab) -> None:
    found = await vectors_of(lab, await named(lab), 1)
    assert found["words"] == models.SparseVector(indices=[3, 7], values=[1.5, 0.5])


@case()
async def may_be_missing(lab: Lab) -> None:
    name = await named(lab)
    await lab.client.upsert(name, [models.PointStruct(id=2, vector={"b": [1.0, 0.0]})])
    assert await vectors_of(lab, name, 2) == {"b": [1.0, 0.0]}


@case()
async def are_given_by_name(lab: Lab) -> None:
    name = await named(lab)
    (record,) = await lab.client.retrieve(name, [1], with_vectors=["b"])
    assert record.vector == {"b": [0.0, 1.0]}


@case()
async def are_set_alone(lab: Lab) -> None:
    name = await named(lab)
    changed = models.PointVectors(id=1, vector={"a": [9.0, 9.0]})
    result = await lab.client.update_vectors(name, [changed])
    assert result.status == models.UpdateStatus.COMPLETED
    found = await vectors_of(lab, name, 1)
    assert found["a"] == [9.0, 9.0]
    assert found["b"] == [0.0, 1.0]
    assert (await lab.point(name, 1)).payload == {"n": 1}


@case()
async def of_a_missing_point_are_refused(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    changed = [models.PointVectors(id=one, vector=[3.0, 3.0]) for one in (1, 99)]
    with raises(NotFound) as caught:
        await lab.client.update_vectors(name, changed)
    assert "99" in str(caught.error)


@case()
async def are_deleted_alone(lab: Lab) -> None:
    name = await named(lab)
    await lab.client.delete_vectors(name, ["a", "words"], [1])
    assert await vectors_of(lab, name, 1) == {"b": [0.0, 1.0]}
    found = await lab.client.query_points(name, query=[1.0, 1.0], using="a")
    assert found.points == []


@case()
async def are_deleted_by_filter(lab: Lab) -> None:
    name = await named(lab)
    one = models.FieldCondition(key="n", match=models.MatchValue(value=1))
    await lab.client.delete_vectors(name, ["a"], models.Filter(must=[one]))
    assert "a" not in await vectors_of(lab, name, 1)


@case("transport")
async def answer_operations(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    vectors = models.UpdateVectors(points=[models.PointVectors(id=1, vector=[2.0, 2.0])])
    await lab.execute(operations.UpdateVectors(name, vectors, wait=True))
    assert (await lab.point(name, 1)).vector == [2.0, 2.0]
