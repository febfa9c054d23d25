"""Errors: the same class for the same fault, and nothing changed by a call that failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aqdrant import models
from aqdrant.exceptions import ArgumentError, BadRequest, NotFound, StatusError
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Body, Cases, Lab, raises

__all__ = ["case"]

case = Cases("errors")

_CALLS: dict[str, Callable[[Lab, str], Awaitable[Any]]] = {
    "upsert": lambda lab, name: lab.client.upsert(name, [point(1, 1, 0)]),
    "delete": lambda lab, name: lab.client.delete(name, [1]),
    "update_vectors": lambda lab, name: lab.client.update_vectors(
        name, [models.PointVectors(id=1, vector=[1.0, 0.0])]
    ),
    "delete_vectors": lambda lab, name: lab.client.delete_vectors(name, [""], [1]),
    "set_payload": lambda lab, name: lab.client.set_payload(name, {"a": 1}, [1]),
    "overwrite_payload": lambda lab, name: lab.client.overwrite_payload(name, {"a": 1}, [1]),
    "delete_payload": lambda lab, name: lab.client.delete_payload(name, ["a"], [1]),
    "clear_payload": lambda lab, name: lab.client.clear_payload(name, [1]),
    "batch_update_points": lambda lab, name: lab.client.batch_update_points(
        name, [models.DeleteOperation(delete=models.PointIdsList(points=[1]))]
    ),
    "retrieve": lambda lab, name: lab.client.retrieve(name, [1]),
    "get_point": lambda lab, name: lab.client.get_point(name, 1),
    "scroll": lambda lab, name: lab.client.scroll(name),
    "count": lambda lab, name: lab.client.count(name),
    "query_points": lambda lab, name: lab.client.query_points(name, query=[1.0, 0.0]),
    "query_batch_points": lambda lab, name: lab.client.query_batch_points(
        name, [models.QueryRequest(query=[1.0, 0.0])]
    ),
    "create_payload_index": lambda lab, name: lab.client.create_payload_index(name, "a", "keyword"),
}


def _missing(call: Callable[[Lab, str], Awaitable[Any]]) -> Body:
    async def body(lab: Lab) -> None:
        name = lab.name()
        with raises(NotFound) as caught:
            await call(lab, name)
        assert isinstance(caught.error, LookupError)
        assert caught.error.status_code == 404
        assert caught.error.operation
        assert name in str(caught.error)

    return body


for _name, _call in _CALLS.items():
    case.add(f"{_name}_in_no_collection", _missing(_call))

_GOOD = models.PointStruct(id=1, vector={"a": [1.0, 1.0]}, payload={"new": True})
_SPARSE: Any = {"words": models.SparseVector(indices=[1, 1], values=[1.0, 2.0])}

_BAD_POINTS: dict[str, tuple[models.PointStruct, str]] = {
    "of_a_wrong_size": (models.PointStruct(id=771, vector={"a": [1.0, 2.0, 3.0]}), "771"),
    "of_an_unknown_name": (models.PointStruct(id=771, vector={"nope": [1.0, 2.0]}), "nope"),
    "without_a_name": (models.PointStruct(id=771, vector=[1.0, 2.0]), "'a'"),
    "with_equal_indices": (models.PointStruct(id=771, vector=_SPARSE), "771"),
}


def _bad_point(bad: models.PointStruct, told: str) -> Body:
    async def body(lab: Lab) -> None:
        sparse = {"words": models.SparseVectorParams()}
        old = models.PointStruct(id=1, vector={"a": [0.0, 1.0]}, payload={"new": False})
        name = await lab.collection({"a": DOT}, [old], sparse)
        one = models.PointStruct(id=2, vector={"a": [1.0, 1.0]})
        with raises(BadRequest) as caught:
            await lab.client.upsert(name, [_GOOD, bad, one])
        assert isinstance(caught.error, ValueError)
        assert isinstance(caught.error, ArgumentError)
        assert told in str(caught.error)
        assert await lab.ids(name) == [1]
        record = await lab.point(name, 1)
        assert record.payload == {"new": False}
        assert record.vector == {"a": [0.0, 1.0]}

    return body


for _name, (_bad, _told) in _BAD_POINTS.items():
    case.add(f"upsert_of_a_vector_{_name}_changes_nothing", _bad_point(_bad, _told))


@case()
async def a_wrong_size_tells_both_sizes(lab: Lab) -> None:
    name = await lab.collection(DOT)
    with raises(BadRequest) as caught:
        await lab.client.upsert(name, [point(771, 1, 2, 3)])
    text = str(caught.error)
    assert "771" in text
    assert "2" in text
    assert "3" in text


@case()
async def queries_of_a_wrong_size_or_name(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    wrong: list[dict[str, Any]] = [{"query": [1.0]}, {"query": [1.0, 0.0], "using": "nope"}]
    for arguments in wrong:
        with raises(BadRequest) as caught:
            await lab.client.query_points(name, **arguments)
        assert caught.error.status_code == 400


@case()
async def a_batch_of_queries_with_a_bad_one_fails(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    requests = [models.QueryRequest(query=[1.0, 0.0]), models.QueryRequest(query=[1.0])]
    with raises(StatusError) as caught:
        await lab.client.query_batch_points(name, requests)
    assert isinstance(caught.error, BadRequest)
