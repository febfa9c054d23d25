"""Every kind of query beside the nearest: examples, diversity, orders, samples, formulas, texts."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant.testing.cases.data import DOT, point, scored
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("query_kinds")

_POINTS = [point(1, 1, 0, n=1), point(2, 0, 1, n=2), point(3, -1, 0, n=3), point(4, 2, 2, n=4)]
_ALL = models.Prefetch(query=[1.0, 0.0], limit=10)
_Strategy = models.RecommendStrategy


async def _scores(lab: Lab, query: Any, **arguments: Any) -> list[tuple[Any, float]]:
    name = await lab.collection(DOT, _POINTS)
    return scored(await lab.client.query_points(name, query=query, **arguments))


def _recommend(strategy: models.RecommendStrategy, liked: Any, disliked: Any) -> Any:
    given = models.RecommendInput(positive=liked, negative=disliked, strategy=strategy)
    return models.RecommendQuery(recommend=given)


@case()
async def recommends_by_the_average(lab: Lab) -> None:
    # Twice the mean of the liked, less the disliked one: (2, 1).
    query = _recommend(_Strategy.AVERAGE_VECTOR, [[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0]])
    assert await _scores(lab, query, limit=2) == [(4, 6.0), (1, 2.0)]


@case()
async def recommends_by_the_best_score(lab: Lab) -> None:
    query = _recommend(_Strategy.BEST_SCORE, [[1.0, 0.0]], [[0.0, 1.0]])
    # s / (1 + |s|), from -1..1 to 0..1, and turned around where a disliked one is as close.
    assert await _scores(lab, query) == [(1, 0.75), (3, -0.5), (2, -0.75), (4, -0.8333)]


@case()
async def recommends_by_the_sum_of_scores(lab: Lab) -> None:
    query = _recommend(_Strategy.SUM_SCORES, [[1.0, 0.0], [1.0, 1.0]], [[0.0, 2.0]])
    assert await _scores(lab, query) == [(1, 2.0), (4, 2.0), (2, -1.0), (3, -2.0)]


@case()
async def recommends_by_ids(lab: Lab) -> None:
    query = _recommend(_Strategy.SUM_SCORES, [1], [2])
    assert await _scores(lab, query) == [(4, 0.0), (3, -1.0)]


@case()
async def discovers_within_a_context(lab: Lab) -> None:
    pair = models.ContextPair(positive=[0.0, 1.0], negative=[1.0, 0.0])
    query = models.DiscoverQuery(discover=models.DiscoverInput(target=[1.0, 0.0], context=[pair]))
    # The rank by the pair, and the score of the target between 0 and 1.
    assert await _scores(lab, query) == [(2, 1.5), (3, 1.25), (4, 0.8333), (1, -0.25)]


@case()
async def searches_a_context(lab: Lab) -> None:
    pair = models.ContextPair(positive=[0.0, 1.0], negative=[1.0, 0.0])
    found = await _scores(lab, models.ContextQuery(context=[pair]))
    assert found[-1] == (1, -0.5)
    assert {(point_id, abs(score)) for point_id, score in found[:3]} == {(2, 0), (3, 0), (4, 0)}


@case()
async def takes_feedback_in(lab: Lab) -> None:
    strategy = models.NaiveFeedbackStrategy(
        naive=models.NaiveFeedbackStrategyParams(a=1.0, b=2.0, c=4.0)
    )
    feedback = models.RelevanceFeedbackInput(
        target=[1.0, 0.0],
        feedback=[
            models.FeedbackItem(example=[0.0, 1.0], score=0.75),
            models.FeedbackItem(example=[1.0, 0.0], score=0.25),
        ],
        strategy=strategy,
    )
    # The target's score, and 4 * 0.5 ** 2 times how much closer the better example is.
    query = models.RelevanceFeedbackQuery(relevance_feedback=feedback)
    assert await _scores(lab, query) == [(4, 2.0), (2, 1.0), (1, 0.0), (3, 0.0)]


@case()
async def diversifies(lab: Lab) -> None:
    near = [point(1, 3, 0), point(2, 2.9, 0), point(3, 1, 1), point(4, -1, 0)]
    name = await lab.collection(models.VectorParams(size=2, distance=models.Distance.EUCLID), near)
    found: dict[float, list[Any]] = {}
    for diversity in (0.0, 0.9):
        mmr = models.Mmr(diversity=diversity, candidates_limit=3)
        query = models.NearestQuery(nearest=[3.0, 0.0], mmr=mmr)
        answer = await lab.client.query_points(name, query=query, limit=2)
        found[diversity] = [hit.id for hit in answer.points]
    assert found == {0.0: [1, 2], 0.9: [1, 3]}


@case()
async def samples_at_random(lab: Lab) -> None:
    found = await _scores(lab, models.SampleQuery(sample=models.Sample.RANDOM), limit=3)
    assert len({point_id for point_id, _ in found}) == 3
    assert {score for _, score in found} == {1.0}


@case()
async def orders_by_a_key(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    await lab.client.create_payload_index(name, "n", models.PayloadSchemaType.INTEGER)
    order = models.OrderBy(key="n", direction=models.Direction.DESC)
    query = models.OrderByQuery(order_by=order)
    found = await lab.client.query_points(name, query=query, limit=2, offset=1)
    assert [(hit.id, hit.order_value) for hit in found.points] == [(3, 3), (2, 2)]


@case()
async def computes_formulas(lab: Lab) -> None:
    many = models.FieldCondition(key="n", range=models.Range(gte=3))
    bonus = models.MultExpression(mult=[10.0, many])
    formula = models.SumExpression(sum=["$score", bonus, models.NegExpression(neg="n")])
    found = await _scores(lab, models.FormulaQuery(formula=formula), prefetch=_ALL)
    assert found == [(4, 8.0), (3, 6.0), (1, 0.0), (2, -2.0)]


@case()
async def computes_decays(lab: Lab) -> None:
    shape = models.DecayParamsExpression(x="n", target=1.0, scale=2.0, midpoint=0.5)
    found: list[list[tuple[Any, float]]] = [
        await _scores(lab, models.FormulaQuery(formula=decay), prefetch=_ALL)
        for decay in (
            models.LinDecayExpression(lin_decay=shape),
            models.ExpDecayExpression(exp_decay=shape),
            models.GaussDecayExpression(gauss_decay=shape),
        )
    ]
    assert found[0] == [(1, 1.0), (2, 0.75), (3, 0.5), (4, 0.25)]
    assert found[1] == [(1, 1.0), (2, 0.7071), (3, 0.5), (4, 0.3536)]
    assert found[2] == [(1, 1.0), (2, 0.8409), (3, 0.5), (4, 0.2102)]


@case()
async def takes_defaults_into_formulas(lab: Lab) -> None:
    query = models.FormulaQuery(formula="missing", defaults={"missing": 7})
    found = await _scores(lab, query, prefetch=_ALL, limit=1, query_filter=None)
    assert [score for _, score in found] == [7.0]


@case()
async def refuses_formulas_that_cannot_be_computed(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    none = models.DivParams(left=1.0, right=models.MultExpression(mult=["n", 0.0]))
    for formula in ("missing", models.DivExpression(div=none), models.LnExpression(ln=-1.0)):
        with raises(BadRequest) as caught:
            query: Any = models.FormulaQuery(formula=formula)
            await lab.client.query_points(name, query=query, prefetch=_ALL)
        assert caught.error.status_code == 400
    with raises(BadRequest):
        await lab.client.query_points(name, query=models.FormulaQuery(formula="n"))


@case()
async def refuses_examples_that_are_missing(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    queries: list[Any] = [
        models.RecommendQuery(recommend=models.RecommendInput()),
        models.RecommendQuery(recommend=models.RecommendInput(negative=[1])),
        models.NearestQuery(nearest=[1.0, 0.0], mmr=models.Mmr(diversity=1.5)),
        models.FusionQuery(fusion=models.Fusion.RRF),
    ]
    for query in queries:
        with raises(BadRequest):
            await lab.client.query_points(name, query=query)


@case()
async def compares_multivectors(lab: Lab) -> None:
    comparator = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    params = models.VectorParams(
        size=2, distance=models.Distance.DOT, multivector_config=comparator
    )
    vectors: list[Any] = [[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0]], [[0.0, -1.0]]]
    points = [models.PointStruct(id=n, vector=vector) for n, vector in enumerate(vectors)]
    name = await lab.collection(params, points)
    # Of each vector of the query the best among those of the point, summed.
    found = await lab.client.query_points(name, query=[[1.0, 0.0], [0.0, 1.0]])
    assert scored(found) == [(0, 2.0), (1, 2.0), (2, -1.0)]
    one = await lab.client.query_points(name, query=[1.0, 0.0], limit=1)
    assert scored(one) == [(1, 2.0)]
    stored = await lab.point(name, 0)
    assert stored.vector == vectors[0]


@case()
async def groups_results(lab: Lab) -> None:
    groups = [point(n, n, 0, kind="odd" if n % 2 else "even") for n in range(1, 6)]
    name = await lab.collection(DOT, groups)
    found = await lab.client.query_points_groups(
        name, group_by="kind", query=[1.0, 0.0], limit=2, group_size=2
    )
    shown = [(group.id, [hit.id for hit in group.hits]) for group in found.groups]
    assert shown == [("odd", [5, 3]), ("even", [4, 2])]


@case()
async def looks_groups_up(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(n, n, 0, book=n % 2) for n in range(1, 6)])
    books = await lab.collection(DOT, [point(1, 0, 0, title="One")])
    found = await lab.client.query_points_groups(
        name, group_by="book", query=[1.0, 0.0], group_size=1, with_lookup=books
    )
    titles = [None if group.lookup is None else group.lookup.payload for group in found.groups]
    assert [group.id for group in found.groups] == [1, 0]
    assert titles == [{"title": "One"}, None]


@case()
async def measures_a_matrix(lab: Lab) -> None:
    name = await lab.collection(DOT, _POINTS)
    offsets = await lab.client.search_matrix_offsets(name, sample=10, limit=1)
    assert offsets.ids == [1, 2, 3, 4]
    assert offsets.offsets_row == [0, 1, 2, 3]
    assert offsets.offsets_col[:2] == [3, 3]
    assert offsets.scores == [2.0, 2.0, 0.0, 2.0]
    pairs = await lab.client.search_matrix_pairs(name, sample=10, limit=1)
    assert [(pair.a, pair.b, pair.score) for pair in pairs.pairs][:2] == [(1, 4, 2.0), (2, 4, 2.0)]
