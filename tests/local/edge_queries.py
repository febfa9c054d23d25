"""Queries as the real engine takes them, and what a server does before it asks the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from aqdrant import models

from .edge_models import edge_condition, edge_filter, edge_place, engine

Resolve = Callable[[Any, str], Any]
"""Gives the vector that an input stands for, under a name of vectors."""

SINGLE = {
    "neg": "Neg",
    "abs": "Abs",
    "sqrt": "Sqrt",
    "exp": "Exp",
    "log10": "Log10",
    "ln": "Ln",
    "acosh": "Acosh",
}
LISTS = {"sum": "Sum", "mult": "Mult", "max": "Max", "min": "Min"}
DECAYS = {"lin_decay": "Lin", "exp_decay": "Exp", "gauss_decay": "Gauss"}


def edge_expression(expression: Any) -> Any:
    made = engine.Expression
    if isinstance(expression, int | float):
        return made.Constant(float(expression))
    if isinstance(expression, str):
        return made.Variable(expression)
    name, value = next((name, value) for name, value in expression if value is not None)
    if name in SINGLE:
        return getattr(made, SINGLE[name])(edge_expression(value))
    if name in LISTS:
        return getattr(made, LISTS[name])([edge_expression(part) for part in value])
    if name == "div":
        sides = edge_expression(value.left), edge_expression(value.right)
        return made.Div(*sides, value.by_zero_default)
    if name == "pow":
        return made.Pow(edge_expression(value.base), edge_expression(value.exponent))
    if name == "geo_distance":
        return made.GeoDistance(edge_place(value.origin), value.to)
    if name == "datetime":
        return made.Datetime(value)
    if name == "datetime_key":
        return made.DatetimeKey(value)
    if name in DECAYS:
        target = None if value.target is None else edge_expression(value.target)
        kind = getattr(engine.DecayKind, DECAYS[name])
        return made.Decay(kind, edge_expression(value.x), target, value.midpoint, value.scale)
    return made.Condition(edge_condition(expression))


def edge_params(params: models.SearchParams | None) -> Any:
    if params is None or not isinstance(params.idf, models.IdfCorpusParams):
        return None
    return engine.SearchParams(idf=engine.IdfParams(corpus=edge_filter(params.idf.corpus)))


def average(liked: Sequence[Any], disliked: Sequence[Any]) -> Any:
    """What a recommendation by the average vector looks for."""
    if isinstance(liked[0], engine.SparseVector):
        ours, theirs = sparse_mean(liked), sparse_mean(disliked)
        if disliked:
            zero = np.float32(0)
            keys = sorted({*ours, *theirs})
            ours = {key: ours.get(key, zero) * 2 - theirs.get(key, zero) for key in keys}
        indices = sorted(ours)
        return engine.SparseVector(indices, [float(ours[index]) for index in indices])
    if isinstance(liked[0][0], list):
        turned = [[-value for value in row] for vector in disliked for row in vector]
        return [row for vector in liked for row in vector] + turned
    mean = np.mean(np.asarray(liked, dtype=np.float32), axis=0, dtype=np.float32)
    if disliked:
        other = np.mean(np.asarray(disliked, dtype=np.float32), axis=0, dtype=np.float32)
        mean = mean + mean - other
    return mean.tolist()


def sparse_mean(vectors: Sequence[Any]) -> dict[int, np.float32]:
    sums: dict[int, np.float32] = {}
    for vector in vectors:
        for index, value in zip(vector.indices, vector.values, strict=True):
            sums[index] = sums.get(index, np.float32(0)) + np.float32(value)
    return {index: value / np.float32(len(vectors)) for index, value in sums.items()}


def edge_order(order: models.OrderByInterface) -> Any:
    order = models.OrderBy(key=order) if isinstance(order, str) else order
    directions = {"asc": engine.Direction.Asc, "desc": engine.Direction.Desc}
    direction = None if order.direction is None else directions[order.direction.value]
    return engine.OrderBy(order.key, direction=direction, start_from=order.start_from)


def edge_query(request: models.QueryRequest | models.Prefetch, resolve: Resolve) -> Any:
    """The query of a request; ids in it are resolved."""
    query: Any = request.query
    if query is None:
        return None
    if isinstance(query, models.FusionQuery):
        return engine.Fusion.Dbsf() if query.fusion == "dbsf" else engine.Fusion.Rrf(k=2)
    if isinstance(query, models.RrfQuery):
        weights = None if query.rrf.weights is None else list(query.rrf.weights)
        return engine.Fusion.Rrf(k=2 if query.rrf.k is None else query.rrf.k, weights=weights)
    if isinstance(query, models.OrderByQuery):
        return edge_order(query.order_by)
    if isinstance(query, models.FormulaQuery):
        return engine.Formula(edge_expression(query.formula), dict(query.defaults or {}))
    if isinstance(query, models.TextQuery):
        return edge_text_query(query.text, request.using or "")
    return edge_vector_query(request, lambda given: resolve(given, request.using or ""))


def edge_text_query(text: models.TextInterface, using: str) -> Any:
    if isinstance(text, str):
        return engine.TextQuery(using, text, None)
    params = None if text.scoring is None else text.scoring.bm25
    scoring = None if params is None else engine.Bm25Params(k=params.k, b=params.b)
    return engine.TextQuery(using, text.query, scoring)


def edge_vector_query(
    request: models.QueryRequest | models.Prefetch, vector: Callable[[Any], Any]
) -> Any:
    query: Any = request.query
    using = request.using or ""
    made = engine.Query
    if isinstance(query, models.NearestQuery) and query.mmr is not None:
        mmr, limit = query.mmr, 10 if request.limit is None else request.limit
        relevance = 1.0 - (0.5 if mmr.diversity is None else mmr.diversity)
        choice = limit if mmr.candidates_limit is None else mmr.candidates_limit
        return engine.Mmr(vector(query.nearest), relevance, choice, using)
    if isinstance(query, models.RecommendQuery):
        return edge_recommend(query.recommend, using, vector)
    if isinstance(query, models.DiscoverQuery):
        pairs = edge_pairs(query.discover.context, vector)
        return made.Discover(engine.DiscoverQuery(vector(query.discover.target), pairs), using)
    if isinstance(query, models.ContextQuery):
        return made.Context(engine.ContextQuery(edge_pairs(query.context, vector)), using)
    if isinstance(query, models.RelevanceFeedbackQuery):
        return edge_feedback(query.relevance_feedback, using, vector)
    nearest = query.nearest if isinstance(query, models.NearestQuery) else query
    return made.Nearest(vector(nearest), using)


def edge_recommend(given: models.RecommendInput, using: str, vector: Callable[[Any], Any]) -> Any:
    liked = [vector(example) for example in given.positive or ()]
    disliked = [vector(example) for example in given.negative or ()]
    if given.strategy in (None, models.RecommendStrategy.AVERAGE_VECTOR):
        return engine.Query.Nearest(average(liked, disliked), using)
    examples = engine.RecommendQuery(liked, disliked)
    if given.strategy == models.RecommendStrategy.BEST_SCORE:
        return engine.Query.RecommendBestScore(examples, using)
    return engine.Query.RecommendSumScores(examples, using)


def edge_pairs(context: Any, vector: Callable[[Any], Any]) -> list[Any]:
    listed = [context] if isinstance(context, models.ContextPair) else context
    return [engine.ContextPair(vector(pair.positive), vector(pair.negative)) for pair in listed]


def edge_feedback(
    feedback: models.RelevanceFeedbackInput, using: str, vector: Callable[[Any], Any]
) -> Any:
    weights = feedback.strategy.naive
    items = [engine.FeedbackItem(vector(item.example), item.score) for item in feedback.feedback]
    strategy = engine.NaiveFeedbackStrategy(weights.a, weights.b, weights.c)
    asked = engine.FeedbackNaiveQuery(vector(feedback.target), items, strategy)
    return engine.Query.FeedbackNaive(asked, using)


def edge_prefetches(
    request: models.QueryRequest | models.Prefetch, resolve: Resolve
) -> list[Any] | None:
    nested = request.prefetch
    if nested is None:
        return None
    listed = [nested] if isinstance(nested, models.Prefetch) else nested
    return [
        engine.Prefetch(
            limit=10 if prefetch.limit is None else prefetch.limit,
            query=edge_query(prefetch, resolve),
            prefetches=edge_prefetches(prefetch, resolve),
            filter=edge_filter(prefetch.filter),
            score_threshold=prefetch.score_threshold,
            params=edge_params(prefetch.params),
        )
        for prefetch in listed
    ]
