"""Queries of the engine that no generated case covers: refusals, depth, lookups, batches."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from aqdrant import QdrantClient, models, operations
from aqdrant.exceptions import AqdrantError, ArgumentError, BadRequest, NotFound

from .conftest import Engine
from .generate_queries import KINDS, QueryGenerator

ONE = [1.0, 0.0]
FUSION = models.FusionQuery(fusion=models.Fusion.RRF)
PREFETCH = [models.Prefetch(query=ONE)]
PAIR = models.ContextPair(positive=ONE, negative=ONE)
DIVISION = models.DivExpression(div=models.DivParams(left=1.0, right="zero"))


def formula(expression: Any, **defaults: Any) -> dict[str, Any]:
    query = models.FormulaQuery(formula=expression, defaults=defaults)
    return {"query": query, "prefetch": PREFETCH}


def feedback(b: float, *scores: float) -> dict[str, Any]:
    weights = models.NaiveFeedbackStrategyParams(a=1.0, b=b, c=1.0)
    given = models.RelevanceFeedbackInput(
        target=ONE,
        feedback=[models.FeedbackItem(example=ONE, score=score) for score in scores],
        strategy=models.NaiveFeedbackStrategy(naive=weights),
    )
    return {"query": models.RelevanceFeedbackQuery(relevance_feedback=given)}


def recommend(**given: Any) -> dict[str, Any]:
    return {"query": models.RecommendQuery(recommend=models.RecommendInput(**given))}


def decay(**given: Any) -> dict[str, Any]:
    shape = models.DecayParamsExpression(x="n", **given)
    return formula(models.ExpDecayExpression(exp_decay=shape))


def rrf(**given: Any) -> dict[str, Any]:
    return {"query": models.RrfQuery(rrf=models.Rrf(**given)), "prefetch": PREFETCH}


BAD: list[tuple[dict[str, Any], str]] = [
    (recommend(), "needs an example"),
    (recommend(positive=[], negative=[ONE]), "needs an example that is liked"),
    (recommend(positive=[[1.0]]), "has 1 dimensions"),
    (feedback(1.0), "needs a judgement"),
    (feedback(-1.0, 1.0), "naive.b must be 0 or more, not -1"),
    ({"query": models.NearestQuery(nearest=ONE, mmr=models.Mmr(diversity=1.5))}, "from 0 to 1"),
    (
        {"query": models.NearestQuery(nearest=ONE, mmr=models.Mmr(candidates_limit=99999))},
        "candidates_limit must be from 0 to 16384",
    ),
    ({"query": FUSION}, "needs prefetches"),
    ({"query": models.FormulaQuery(formula=1.0)}, "A formula query needs prefetches"),
    (rrf(k=0), "rrf.k must be 1 or more"),
    (rrf(weights=[1.0, 2.0]), "2 weights for 1 prefetches"),
    (formula("absent"), "Expected a number under 'absent' of point 1"),
    (formula("text"), "Expected a number under 'text' of point 1: it holds no single number"),
    (formula("absent", absent="x"), "its default 'x' is no number"),
    (formula(DIVISION), "The expression 1/0 of point 1 is no finite number"),
    (formula(models.SqrtExpression(sqrt=-4.0)), "The expression √-4 of point 1"),
    (formula(models.MaxExpression(max=[])), "`max` needs at least one operand"),
    (formula("$scores"), "'$scores' is no score"),
    (formula("$score[1]", **{"$score[1]": "x"}), "The default of $score[1] is no number"),
    (formula(models.DatetimeExpression(datetime="soon")), "'soon' is not a date"),
    (formula(models.DatetimeKeyExpression(datetime_key="n")), "Expected a date under 'n'"),
    (formula("a..b"), "Invalid payload key"),
    (decay(scale=0.0), "scale of a decay must be above 0"),
    (decay(midpoint=1.0), "midpoint of a decay must be between 0 and 1"),
    ({"query": models.TextQuery(text="x")}, "names the payload key"),
    ({"query": models.TextQuery(text="x"), "using": "text"}, "has no text index that keeps"),
    ({"query": models.TextQuery(text="x"), "using": "text", "prefetch": PREFETCH}, "anew"),
    ({"query": ONE, "params": models.SearchParams(hnsw_ef=0)}, "hnsw_ef must be 1 or more"),
    (
        {
            "query": ONE,
            "params": models.SearchParams(
                quantization=models.QuantizationSearchParams(oversampling=0.5)
            ),
        },
        "oversampling must be 1 or more",
    ),
]


@pytest.fixture
def engine(engine: Engine) -> Engine:
    engine.create(vectors=models.VectorParams(size=2, distance=models.Distance.DOT))
    payload = {"n": 1, "zero": 0, "text": "x"}
    engine.upsert(models.PointStruct(id=1, vector=ONE, payload=payload))
    return engine


@pytest.mark.parametrize("case", range(len(BAD)))
def test_bad_query_is_refused(engine: Engine, case: int) -> None:
    request, text = BAD[case]
    with pytest.raises(BadRequest, match=re.escape(text)):
        engine.query(**request)


def test_diversity_among_no_candidates_finds_nothing(engine: Engine) -> None:
    query = models.NearestQuery(nearest=ONE, mmr=models.Mmr(candidates_limit=0))
    assert engine.query(query=query) == []


def test_what_is_multiplied_by_nothing_may_be_missing(engine: Engine) -> None:
    for expression in (
        models.MultExpression(mult=["zero", "absent"]),
        models.DivExpression(div=models.DivParams(left="zero", right="absent")),
    ):
        assert [hit.score for hit in engine.query(**formula(expression))] == [0.0]


@pytest.mark.parametrize("depth", [1, 50, 200, 3000])
def test_prefetches_nest_to_any_depth(engine: Engine, depth: int) -> None:
    inner = models.Prefetch(query=ONE)
    for _ in range(depth):
        inner = models.Prefetch(prefetch=inner, query=FUSION)
    found = engine.query(prefetch=inner, query=ONE)
    assert [(hit.id, hit.score) for hit in found] == [(1, 1.0)]


def test_deep_error_names_its_place(engine: Engine) -> None:
    inner = models.Prefetch(query=[1.0])
    for _ in range(200):
        inner = models.Prefetch(prefetch=inner, query=FUSION)
    with pytest.raises(BadRequest) as caught:
        engine.query(prefetch=inner, query=FUSION)
    assert caught.value.parameter == "prefetch[0]." * 201 + "vector"


@pytest.mark.parametrize("depth", [100, 5000])
def test_deep_formula_does_not_crash(engine: Engine, depth: int) -> None:
    expression: Any = 1.0
    for _ in range(depth):
        expression = models.NegExpression(neg=expression)
    if depth < 200:
        assert engine.query(**formula(expression))[0].score == 1.0
    else:
        with pytest.raises(BadRequest, match="nested too deeply"):
            engine.query(**formula(expression))


def test_examples_may_stand_elsewhere(engine: Engine) -> None:
    engine.create("other", vectors=models.VectorParams(size=2, distance=models.Distance.DOT))
    other = [models.PointStruct(id=7, vector=[3.0, 4.0])]
    engine.run(operations.UpsertPoints, "other", body=models.PointsList(points=other))
    place = models.LookupLocation(collection="other")
    strategy = models.RecommendStrategy.SUM_SCORES
    found = engine.query(**recommend(positive=[7], strategy=strategy), lookup_from=place)
    assert [(hit.id, hit.score) for hit in found] == [(1, 3.0)]
    for point_id, name in ((8, "other"), (7, "none")):
        with pytest.raises(NotFound):
            engine.query(query=point_id, lookup_from=models.LookupLocation(collection=name))


def test_contexts_may_be_empty(engine: Engine) -> None:
    found = engine.query(query=models.ContextQuery(context=[]))
    assert [(hit.id, abs(hit.score)) for hit in found] == [(1, 0.0)]
    target = models.DiscoverInput(target=ONE, context=[])
    assert [hit.score for hit in engine.query(query=models.DiscoverQuery(discover=target))] == [
        0.75
    ]


def test_groups_are_refused_with_a_reason() -> None:
    client = QdrantClient(":memory:")
    client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
    bad: list[tuple[dict[str, Any], type[AqdrantError]]] = [
        ({"group_size": 0}, ArgumentError),
        ({"limit": 0}, ArgumentError),
        ({"with_lookup": "none"}, NotFound),
        ({"group_by": "a..b"}, BadRequest),
        ({"query": [1.0]}, BadRequest),
    ]
    for arguments, kind in bad:
        with pytest.raises(kind):
            client.query_points_groups(
                "c", **{"group_by": "a", "query": ONE, "limit": 1, **arguments}
            )
    refused: list[dict[str, Any]] = [{"sample": 1}, {"limit": 0}, {"using": "none"}]
    for arguments in refused:
        with pytest.raises(ArgumentError):
            client.search_matrix_pairs("c", **arguments)
    assert client.search_matrix_pairs("c").pairs == []
    client.close()


def test_batch_answers_as_single_queries_do(seed: int) -> None:
    client, generator = QdrantClient(":memory:"), QueryGenerator(seed)
    client.create_collection("c", KINDS, {"plain": {}, "idf": {}})
    client.upsert("c", [generator.point() for _ in range(50)])
    names = [generator.random.choice([*KINDS, "plain"]) for _ in range(60)]
    requests = [
        models.QueryRequest(
            query=generator.vector(name),
            using=name,
            filter=generator.maybe_filter(),
            score_threshold=generator.random.choice([None, None, 0.3]),
            offset=generator.random.choice([None, 2]),
        )
        for name in names
    ]
    together = client.query_batch_points("c", requests)
    for request, found in zip(requests, together, strict=True):
        assert client.query_batch_points("c", [request]) == [found]
    client.close()


def test_group_of_a_number_is_none_of_a_text() -> None:
    client = QdrantClient(":memory:")
    client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
    for number, value in enumerate([0, "x", 0, "x"]):
        point = models.PointStruct(id=number, vector=ONE, payload={"k": value})
        client.upsert("c", [point])
    found = client.query_points_groups("c", group_by="k", query=ONE)
    shown = {group.id: [hit.id for hit in group.hits] for group in found.groups}
    assert shown == {0: [0, 2], "x": [1, 3]}
    client.close()


@pytest.mark.parametrize("distance", models.Distance)
@pytest.mark.parametrize("strategy", ["best_score", "sum_scores"])
def test_equal_vectors_tie_by_id(distance: models.Distance, strategy: str, seed: int) -> None:
    """One product of matrices rounds each row as it pleases; the answer must not."""
    random = np.random.default_rng(seed)
    pattern = random.standard_normal((7, 33)).astype(np.float32)
    vectors = pattern[random.integers(0, 7, 3000)]
    client = QdrantClient(":memory:")
    client.create_collection("c", models.VectorParams(size=33, distance=distance))
    client.upsert("c", models.Batch(ids=list(range(3000)), vectors=vectors))
    examples = random.standard_normal((5, 33)).astype(np.float32)
    given = models.RecommendInput(
        positive=list(examples[:3]),
        negative=list(examples[3:]),
        strategy=models.RecommendStrategy(strategy),
    )
    query = models.RecommendQuery(recommend=given)
    found = client.query_points("c", query=query, limit=1500, with_payload=False).points
    keys = [(-hit.score, hit.id) for hit in found]
    assert keys == sorted(keys)
    assert len({hit.score for hit in found}) <= 7
    best = {hit.score for hit in found[:-1]} - {found[-1].score}
    for score in best:  # every one of the equal is there
        (kind,) = {vectors[int(hit.id)].tobytes() for hit in found if hit.score == score}
        count = sum(vector.tobytes() == kind for vector in vectors)
        assert count == sum(hit.score == score for hit in found)
    client.close()
