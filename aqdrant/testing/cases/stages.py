"""Queries in stages: prefetches that are fused, by rank or by distribution, or scored anew."""

from __future__ import annotations

import math
from typing import Any

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant.testing.cases.data import DOT, point, scored
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("query_stages")

_POINTS = [point(1, 1, 0, n=1), point(2, 0, 1, n=2), point(3, -1, 0, n=3), point(4, 2, 2, n=4)]
_Answer = list[tuple[Any, float]]


def _found(query: Any, limit: int | None = None, **arguments: Any) -> models.Prefetch:
    return models.Prefetch.model_validate({"query": query, "limit": limit, **arguments})


async def _scores(lab: Lab, query: Any, *prefetch: models.Prefetch, **arguments: Any) -> _Answer:
    name = await lab.collection(DOT, _POINTS)
    answer = await lab.client.query_points(name, query=query, prefetch=list(prefetch), **arguments)
    return scored(answer)


_ACROSS, _UP = _found([1.0, 0.0], 3), _found([0.0, 1.0], 2)  # 4 1 2 by 2 1 0, and 4 2 by 2 1
_DBSF = models.FusionQuery(fusion=models.Fusion.DBSF)
_RRF = models.FusionQuery(fusion=models.Fusion.RRF)


@case()
async def fuse_by_reciprocal_rank(lab: Lab) -> None:
    # With k = 2 and ranks from 0, a rank is worth 1 / (k + rank).
    assert await _scores(lab, _RRF, _ACROSS, _UP) == [(4, 1.0), (2, 0.5833), (1, 0.3333)]


@case()
async def fuse_by_rank_with_a_constant(lab: Lab) -> None:
    query = models.RrfQuery(rrf=models.Rrf(k=1))
    assert await _scores(lab, query, _ACROSS, _UP) == [(4, 2.0), (2, 0.8333), (1, 0.5)]


@case()
async def fuse_by_rank_with_weights(lab: Lab) -> None:
    query = models.RrfQuery(rrf=models.Rrf(k=2, weights=[1.0, 3.0]))
    # A rank is worth 1 / ((rank + 1) / weight + k - 1).
    assert await _scores(lab, query, _ACROSS, _UP) == [(4, 1.25), (2, 0.85), (1, 0.3333)]


@case()
async def fuse_by_distribution(lab: Lab) -> None:
    # Of each list three deviations below the mean are 0, three above it are 1: 2/3 1/2 1/3 of the
    # first; in the second, of two, each is half a deviation times the root of 2 from the mean.
    half = math.sqrt(0.5) / 6
    wanted = [(4, 2 / 3 + 0.5 + half), (2, 1 / 3 + 0.5 - half), (1, 0.5)]
    found = await _scores(lab, _DBSF, _ACROSS, _UP)
    assert found == [(point_id, round(score, 4)) for point_id, score in wanted]


@case()
async def fuse_one_point_to_a_half(lab: Lab) -> None:
    found = await _scores(lab, _DBSF, _found([1.0, 0.0], 1), _found([0.0, 1.0], 1))
    assert found == [(4, 1.0)]
    assert await _scores(lab, _DBSF, _found([-1.0, 0.0], 1)) == [(3, 0.5)]


@case()
async def fuse_equal_scores_to_halves(lab: Lab) -> None:
    found = await _scores(lab, _DBSF, _found([0.0, 0.0]))
    assert sorted(found) == [(1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5)]


@case()
async def limit_what_is_fused(lab: Lab) -> None:
    assert await _scores(lab, _RRF, _ACROSS, _UP, limit=1, offset=1) == [(2, 0.5833)]
    assert await _scores(lab, _RRF, _ACROSS, _UP, score_threshold=0.5) == [(4, 1.0), (2, 0.5833)]


@case()
async def filter_what_is_fused(lab: Lab) -> None:
    small = models.FieldCondition(key="n", range=models.Range(lte=2))
    only = models.Filter(must=[small])
    # The filter is that of each prefetch as well: their limits count what it leaves.
    found = await _scores(lab, _RRF, _ACROSS, _UP, query_filter=only)
    assert sorted(found) == [(1, 0.8333), (2, 0.8333)]


@case()
async def score_anew(lab: Lab) -> None:
    assert await _scores(lab, [0.0, 1.0], _ACROSS) == [(4, 2.0), (2, 1.0), (1, 0.0)]
    assert await _scores(lab, [0.0, 1.0], _ACROSS, limit=1, offset=1) == [(2, 1.0)]
    assert await _scores(lab, [0.0, 1.0], _ACROSS, score_threshold=0.5) == [(4, 2.0), (2, 1.0)]


@case()
async def score_points_of_two_prefetches_once(lab: Lab) -> None:
    found = await _scores(lab, [1.0, 0.5], _found([-1.0, 0.0], 1), _ACROSS, _UP)
    assert found == [(4, 3.0), (1, 1.0), (2, 0.5), (3, -1.0)]


@case()
async def score_anew_by_another_vector(lab: Lab) -> None:
    vectors: list[Any] = [
        {"a": [1, 0], "b": [0, 1], "w": models.SparseVector(indices=[1], values=[2])},
        {"a": [2, 0], "b": [1, 0], "w": models.SparseVector(indices=[1], values=[1])},
        {"a": [0, 1], "b": [9, 9], "w": models.SparseVector(indices=[2], values=[1])},
        {"a": [3, 0]},
    ]
    points = [models.PointStruct(id=n, vector=vector) for n, vector in enumerate(vectors)]
    sparse = {"w": models.SparseVectorParams()}
    name = await lab.collection({"a": DOT, "b": DOT}, points, sparse)
    prefetch = _found([1.0, 0.0], 3, using="a")
    # Point 3 is among the first three, and has no vector to be scored by.
    found = await lab.client.query_points(name, query=[2.0, 1.0], using="b", prefetch=prefetch)
    assert scored(found) == [(1, 2.0), (0, 1.0)]
    words = models.SparseVector(indices=[1], values=[1.0])
    found = await lab.client.query_points(name, query=words, using="w", prefetch=prefetch)
    assert scored(found) == [(0, 2.0), (1, 1.0)]


@case()
async def score_in_three_stages(lab: Lab) -> None:
    inner = _found([1.0, 0.0], 3)
    middle = _found([0.0, 1.0], 2, prefetch=[inner])
    assert await _scores(lab, [-1.0, 0.0], middle) == [(2, 0.0), (4, -2.0)]
    fused = _found({"fusion": "rrf"}, 2, prefetch=[_ACROSS, _UP])
    assert await _scores(lab, [-1.0, 0.0], fused) == [(2, 0.0), (4, -2.0)]


@case()
async def order_what_was_found(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    await lab.client.create_payload_index(name, "n", "integer")
    order = models.OrderByQuery(order_by=models.OrderBy(key="n"))
    found = await lab.client.query_points(name, query=order, prefetch=_ACROSS)
    assert [(hit.id, hit.order_value) for hit in found.points] == [(1, 1), (2, 2), (4, 4)]
    by_n = _found({"order_by": {"key": "n", "direction": "desc"}}, 2)
    found = await lab.client.query_points(name, query=[-1.0, 0.0], prefetch=by_n)
    assert scored(found) == [(3, 1.0), (4, -2.0)]


@case()
async def take_points_by_a_filter_alone(lab: Lab) -> None:
    odd = {"must": [{"key": "n", "match": {"any": [1, 3]}}]}
    found = await _scores(lab, [1.0, 0.0], _found(None, 5, filter=odd))
    assert found == [(1, 1.0), (3, -1.0)]


@case()
async def need_a_query_over_prefetches(lab: Lab) -> None:
    with raises(BadRequest):
        await _scores(lab, None, _ACROSS)
