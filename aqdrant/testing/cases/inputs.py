"""Inputs alike: what is passed as arrays, tuples, dicts or generators means the same as models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.testing.cases.data import DOT, UUID_TEXT, scored
from aqdrant.testing.kit import Body, Cases, Lab, raises

__all__ = ["case"]

case = Cases("inputs")

_WANTED: dict[int | str, tuple[dict[str, Any], list[float]]] = {
    1: ({"n": 1}, [1.0, 0.5]),
    2: ({"n": 2}, [0.0, 2.0]),
    UUID_TEXT: ({}, [3.0, 4.0]),
}


def _models() -> Any:
    return [
        models.PointStruct(id=1, vector=[1.0, 0.5], payload={"n": 1}),
        models.PointStruct(id=2, vector=[0.0, 2.0], payload={"n": 2}),
        models.PointStruct(id=UUID_TEXT, vector=[3.0, 4.0]),
    ]


def _dicts() -> Any:
    return [
        {"id": 1, "vector": [1, 0.5], "payload": {"n": 1}},
        {"id": 2, "vector": [0, 2], "payload": {"n": 2}},
        {"id": UUID_TEXT, "vector": [3, 4]},
    ]


def _mixed() -> Any:
    return (_dicts()[0], _models()[1], {"id": UUID(UUID_TEXT), "vector": (3, 4)})


def _arrays(dtype: str) -> Callable[[], Any]:
    def points() -> Any:
        import numpy as np

        return [
            {
                "id": np.int64(1),
                "vector": np.array([1, 0.5], dtype="float64"),
                "payload": {"n": np.int32(1)},
            },
            models.PointStruct(id=2, vector=np.array([0, 2], dtype=dtype), payload={"n": 2}),
            models.PointStruct(id=UUID(UUID_TEXT), vector=np.array([3, 4], dtype=dtype)),
        ]

    return points


def _numpy_scalars() -> Any:
    import numpy as np

    first, *rest = _dicts()
    return [{**first, "vector": [np.float32(1), np.float64(0.5)]}, *rest]


def _batch() -> Any:
    return models.Batch(
        ids=[1, 2, UUID_TEXT],
        vectors=[[1.0, 0.5], [0.0, 2.0], [3.0, 4.0]],
        payloads=[{"n": 1}, {"n": 2}, {}],
    )


def _batch_of_arrays() -> Any:
    import numpy as np

    vectors = np.array([[1, 0.5], [0, 2], [3, 4]], dtype="float32")
    return {
        "ids": (1, 2, UUID(UUID_TEXT)),
        "vectors": vectors,
        "payloads": [{"n": 1}, {"n": 2}, {}],
    }


def _generator() -> Any:
    return (one for one in _mixed())


_POINTS: dict[str, Callable[[], Any]] = {
    "models": _models,
    "dicts": _dicts,
    "a tuple of both": _mixed,
    "a generator": _generator,
    "arrays of float32": _arrays("float32"),
    "arrays of float16": _arrays("float16"),
    "arrays of int8": _arrays("int8"),
    "numpy scalars": _numpy_scalars,
    "a batch": _batch,
    "a batch of arrays": _batch_of_arrays,
    "a list of points": lambda: models.PointsList(points=_models()),
    "a batch of points": lambda: models.PointsBatch(batch=_batch()),
}


def _upserts(make: Callable[[], Any]) -> Body:
    async def body(lab: Lab) -> None:
        name = await lab.collection(DOT)
        await lab.client.upsert(name, make())
        records, _ = await lab.client.scroll(name, with_vectors=True)
        assert {r.id: (r.payload or {}, r.vector) for r in records} == _WANTED

    return body


for _name, _make in _POINTS.items():
    case.add(f"points_as_{_name.replace(' ', '_')}", _upserts(_make))


def _vector_queries() -> dict[str, Any]:
    import numpy as np

    return {
        "list": [1.0, 2.0],
        "ints": [1, 2],
        "tuple": (1, 2),
        "float32": np.array([1, 2], dtype="float32"),
        "int64": np.array([1, 2]),
        "numpy scalars": [np.float32(1), np.float64(2)],
        "model": models.NearestQuery(nearest=[1.0, 2.0]),
        "model of an array": models.NearestQuery(nearest=np.array([1.0, 2.0])),
        "dict": {"nearest": [1, 2]},
        "dict of an array": {"nearest": np.array([1.0, 2.0])},
    }


@case()
async def vectors_of_queries(lab: Lab) -> None:
    name = await lab.collection(DOT, _models())
    wanted = [(UUID_TEXT, 11.0), (2, 4.0), (1, 2.0)]
    for kind, query in _vector_queries().items():
        assert scored(await lab.client.query_points(name, query=query)) == wanted, kind
        request: Any = {"query": query}
        (found,) = await lab.client.query_batch_points(name, [request])
        assert scored(found) == wanted, kind


@case()
async def ids_of_queries(lab: Lab) -> None:
    import numpy as np

    name = await lab.collection(DOT, _models())
    by_number: list[Any] = [1, np.int64(1), np.uint8(1), {"nearest": 1}]
    for query in by_number:
        found = await lab.client.query_points(name, query=query)
        assert scored(found) == [(UUID_TEXT, 5.0), (2, 1.0)]
    by_uuid: list[Any] = [UUID(UUID_TEXT), UUID_TEXT, UUID_TEXT.upper()]
    for query in by_uuid:
        assert scored(await lab.client.query_points(name, query=query)) == [(2, 8.0), (1, 5.0)]


@case()
async def selectors(lab: Lab) -> None:
    import numpy as np

    name = await lab.collection(DOT)
    has_id = models.HasIdCondition(has_id=[1, 2])
    forms: list[Callable[[], Any]] = [
        lambda: [1, 2],
        lambda: (1, 2),
        lambda: {1, 2},
        lambda: iter([1, 2]),
        lambda: np.array([1, 2]),
        lambda: [np.int64(1), np.uint64(2)],
        lambda: models.PointIdsList(points=[1, 2]),
        lambda: {"points": [1, 2]},
        lambda: models.Filter(must=[has_id]),
        lambda: {"must": [{"has_id": [1, 2]}]},
        lambda: {"must": [has_id]},
        lambda: models.FilterSelector(filter=models.Filter(must=[has_id])),
        lambda: {"filter": {"must": [{"has_id": (1, 2)}]}},
    ]
    for make in forms:
        await lab.client.upsert(name, _models())
        await lab.client.delete(name, make())
        assert await lab.ids(name) == [UUID_TEXT], make()


@case()
async def dicts_for_models_at_every_depth(lab: Lab) -> None:
    name = await lab.collection(DOT, _models())
    query: dict[str, Any] = {
        "prefetch": [
            {
                "prefetch": {"query": (1, 2), "limit": 3},
                "query": {"nearest": [1, 2]},
                "filter": {"must": [{"key": "n", "range": {"gte": 1}}]},
            },
            models.Prefetch(
                query=[1.0, 2.0], filter=models.Filter(must_not=[models.HasIdCondition(has_id=[1])])
            ),
        ],
        "query": {"fusion": "rrf"},
        "search_params": {"exact": True},
        "with_payload": {"include": ["n"]},
    }
    found = await lab.client.query_points(name, **query)
    assert [hit.id for hit in found.points] == [2, UUID_TEXT, 1]
    assert found.points[0].payload == {"n": 2}


@case()
async def dicts_for_configurations(lab: Lab) -> None:
    name = lab.name()
    await lab.client.create_collection(
        name,
        vectors_config={"a": {"size": 2, "distance": "Dot"}, "b": DOT},
        sparse_vectors_config={"words": {"modifier": "idf"}},
        optimizers_config={"indexing_threshold": 7},
    )
    config = (await lab.client.get_collection(name)).config
    vectors: Any = config.params.vectors
    assert vectors["a"].distance is models.Distance.DOT
    assert config.optimizer_config.indexing_threshold == 7


_BAD: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "points[1].vector[0]": (
        lambda: [{"id": 1, "vector": [1, 2]}, {"id": 2, "vector": ["x", 2]}],
        lambda: [
            models.PointStruct(id=1, vector=[1.0, 2.0]),
            models.PointStruct(id=2, vector=cast("Any", ["x", 2.0])),
        ],
    ),
    "points[0].id": (
        lambda: [{"id": -1, "vector": [1, 2]}],
        lambda: [models.PointStruct(id=-1, vector=[1.0, 2.0])],
    ),
}


@case()
async def errors_have_one_path(lab: Lab) -> None:
    name = await lab.collection(DOT)
    for path, forms in _BAD.items():
        for make in forms:
            with raises(ArgumentError) as caught:
                await lab.client.upsert(name, make())
            assert caught.error.parameter == path
    assert await lab.ids(name) == []
