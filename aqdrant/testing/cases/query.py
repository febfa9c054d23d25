"""Queries: nearest by every distance, by id, hybrid, in batches, with their selectors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from aqdrant import models, operations
from aqdrant.exceptions import NotFound
from aqdrant.testing.cases.data import CITIES, COSINE, DOT, point, scored
from aqdrant.testing.kit import Body, Cases, Lab, raises

__all__ = ["case"]

case = Cases("query")

_POINTS = [point(1, 1, 0, n=1), point(2, 3, 4, n=2), point(3, -1, -1, n=3), point(4, 0, 2, n=4)]

_SCORES: dict[models.Distance, list[tuple[int, float]]] = {
    models.Distance.DOT: [(2, 11.0), (4, 4.0), (1, 1.0), (3, -3.0)],
    models.Distance.COSINE: [(2, 0.9839), (4, 0.8944), (1, 0.4472), (3, -0.9487)],
    models.Distance.EUCLID: [(4, 1.0), (1, 2.0), (2, 2.8284), (3, 3.6056)],
    models.Distance.MANHATTAN: [(4, 1.0), (1, 2.0), (2, 4.0), (3, 5.0)],
}


def _nearest(distance: models.Distance) -> Body:
    async def body(lab: Lab) -> None:
        name = await lab.collection(models.VectorParams(size=2, distance=distance), _POINTS)
        wanted = _SCORES[distance]
        assert scored(await lab.client.query_points(name, query=[1.0, 2.0])) == wanted
        assert scored(await lab.client.query_points(name, query=[1.0, 2.0], limit=2)) == wanted[:2]
        found = await lab.client.query_points(name, query=[1.0, 2.0], limit=2, offset=1)
        assert scored(found) == wanted[1:3]

    return body


for _distance in _SCORES:
    case.add(f"nearest_by_{_distance.value.lower()}", _nearest(_distance))


def _threshold(distance: models.Distance, threshold: float, ids: Sequence[int]) -> Body:
    async def body(lab: Lab) -> None:
        name = await lab.collection(models.VectorParams(size=2, distance=distance), _POINTS)
        found = await lab.client.query_points(name, query=[1.0, 2.0], score_threshold=threshold)
        assert [hit.id for hit in found.points] == list(ids)

    return body


case.add("score_threshold_of_a_similarity", _threshold(models.Distance.DOT, 3.5, [2, 4]))
case.add("score_threshold_of_a_distance", _threshold(models.Distance.EUCLID, 2.5, [4, 1]))


@case()
async def in_an_empty_collection_finds_nothing(lab: Lab) -> None:
    name = await lab.collection(DOT)
    assert (await lab.client.query_points(name, query=[1.0, 0.0])).points == []


@case()
async def without_a_query_gives_points(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    found = await lab.client.query_points(name, limit=3)
    assert [hit.id for hit in found.points] == [1, 2, 3]


@case()
async def gives_what_is_asked_for(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)

    async def first(**arguments: Any) -> models.ScoredPoint:
        return (await lab.client.query_points(name, query=[1.0, 0.0], **arguments)).points[0]

    hit = await first()
    assert isinstance(hit, models.ScoredPoint)
    assert hit.payload == CITIES[0].payload
    assert hit.vector is None
    assert not (await first(with_payload=False)).payload
    assert (await first(with_payload=["city"])).payload == {"city": "Berlin"}
    assert (await first(with_vectors=True)).vector == [1.0, 0.0]


@case()
async def by_id_leaves_the_point_out(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    assert scored(await lab.client.query_points(name, query=1)) == [(2, 3.0), (4, 0.0), (3, -1.0)]
    with raises(NotFound) as caught:
        await lab.client.query_points(name, query=99)
    assert caught.error.status_code == 404


@case()
async def by_id_looks_up_elsewhere(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    other = await lab.collection(DOT, [point(1, 0, 1)])
    found = await lab.client.query_points(
        name, query=1, lookup_from=models.LookupLocation(collection=other), limit=1
    )
    assert scored(found) == [(2, 4.0)]


@case()
async def searches_the_named_vector(lab: Lab) -> None:
    vectors: list[dict[str, Any]] = [
        {"a": [1.0, 0.0], "b": [0.0, 1.0]},
        {"a": [0.0, 1.0], "b": [1.0, 0.0]},
    ]
    points = [models.PointStruct(id=n, vector=both) for n, both in enumerate(vectors)]
    name = await lab.collection({"a": DOT, "b": COSINE}, points)
    for using, best in (("a", 0), ("b", 1)):
        found = await lab.client.query_points(name, query=[1.0, 0.0], using=using, limit=1)
        assert [hit.id for hit in found.points] == [best]


_WORDS: list[tuple[list[int], list[float]]] = [
    ([1, 2], [1.0, 2.0]),
    ([2], [3.0]),
    ([3], [4.0]),
]


async def _words(lab: Lab, modifier: models.Modifier | None) -> str:
    points: list[models.PointStruct] = []
    for n, (indices, values) in enumerate(_WORDS):
        vectors: Any = {"words": models.SparseVector(indices=indices, values=values)}
        points.append(models.PointStruct(id=n, vector=vectors))
    sparse = {"words": models.SparseVectorParams(modifier=modifier)}
    return await lab.collection({}, points, sparse)


@case()
async def nearest_by_sparse_vectors(lab: Lab) -> None:
    name = await _words(lab, None)
    query = models.SparseVector(indices=[2, 1], values=[1.0, 0.5])
    found = await lab.client.query_points(name, query=query, using="words")
    assert scored(found) == [(1, 3.0), (0, 2.5)]


@case()
async def weighs_sparse_vectors_by_rarity(lab: Lab) -> None:
    name = await _words(lab, models.Modifier.IDF)
    query = models.SparseVector(indices=[1, 2], values=[1.0, 1.0])
    found = await lab.client.query_points(name, query=query, using="words")
    # ln(1 + (N - n + 0.5) / (n + 0.5)), where n of N points have the word.
    rare, frequent = (math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (1, 2))
    assert [hit.id for hit in found.points] == [0, 1]
    for hit, wanted in zip(found.points, (rare + 2 * frequent, 3 * frequent), strict=True):
        assert math.isclose(hit.score, wanted, rel_tol=1e-4)


@case()
async def of_a_batch_are_answered_in_order(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    requests = [
        models.QueryRequest(query=[1.0, 2.0], limit=1),
        models.QueryRequest(query=[1.0, -2.0], limit=1, with_payload=True),
        models.QueryRequest(query=2, limit=1, score_threshold=1000.0),
    ]
    first, second, third = await lab.client.query_batch_points(name, requests)
    assert scored(first) == [(2, 11.0)]
    assert scored(second) == [(1, 1.0)]
    assert second.points[0].payload == {"n": 1}
    assert third.points == []
    assert await lab.client.query_batch_points(name, []) == []


@case("transport")
async def answer_operations(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    request = models.QueryRequest(query=models.NearestQuery(nearest=[1.0, 2.0]), limit=1)
    found = await lab.execute(operations.QueryPoints(name, request))
    assert scored(found) == [(2, 11.0)]
    batch = models.QueryRequestBatch(searches=[request, request])
    assert await lab.execute(operations.QueryBatchPoints(name, batch)) == [found, found]
