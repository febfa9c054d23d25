"""What a query is made of, as a list, and what no collection could answer.

Called by the handlers of queries, by `answering` and by `costs`. Prefetches nest to any depth, so
nothing here goes down by recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.refusals import bad_request, out_of_range, within

from .formulas import check_formula, class_of
from .inputs import pairs_of

__all__ = ["FUSIONS", "Node", "Request", "check_query", "nodes_of"]

Request: TypeAlias = models.QueryRequest | models.QueryGroupsRequest | models.Prefetch

FUSIONS = (models.FusionQuery, models.RrfQuery)
"""Queries that make one ranking of several."""

_MOST_CANDIDATES = 16_384


class Node(NamedTuple):
    """A request of a query: the root, or a prefetch anywhere below it."""

    request: Request
    parent: int
    """Its place in the list; that of the root is -1."""
    path: str
    """`prefetch[0].prefetch[1]`; empty for the root."""
    children: list[int]


def nodes_of(root: Request) -> list[Node]:
    """The root and every prefetch below it; none comes before the one that it belongs to."""
    nodes = [Node(root, -1, "", [])]
    for position, node in enumerate(nodes):  # the list grows meanwhile
        nested = node.request.prefetch
        listed = (nested,) if isinstance(nested, models.Prefetch) else nested or ()
        for number, prefetch in enumerate(listed):
            path = f"{node.path}.prefetch[{number}]".lstrip(".")
            node.children.append(len(nodes))
            nodes.append(Node(prefetch, position, path, []))
    return nodes


def check_query(nodes: Sequence[Node]) -> None:
    """Refuse what no collection could answer.

    Raises:
        BadRequest: a number is out of range, examples or prefetches are missing, or parts of the
            request do not go together.
    """
    root = nodes[0].request
    if isinstance(root, models.QueryRequest) and root.offset is not None and root.offset < 0:
        raise out_of_range("offset", root.offset, 0)
    for node in nodes:
        with within(node.path):
            _check_request(node.request, len(node.children))


def _check_request(request: Request, prefetches: int) -> None:
    query: Any = request.query
    if request.limit is not None and request.limit < 1:
        raise out_of_range("limit", request.limit, 1)
    if query is None and prefetches:
        raise bad_request(
            "A query is needed to merge the prefetches.",
            parameter="query",
            fix="Give one, for example FusionQuery(fusion=Fusion.RRF).",
        )
    if isinstance(query, models.OrderByQuery) and request.score_threshold is not None:
        raise bad_request(
            "Can't use score_threshold with an order_by query.", parameter="score_threshold"
        )
    if isinstance(query, FUSIONS) and request.using is not None:
        raise bad_request("A fusion query goes without `using`.", parameter="using")
    if isinstance(query, (*FUSIONS, models.FormulaQuery)) and not prefetches:
        what = "formula" if isinstance(query, models.FormulaQuery) else "fusion"
        raise BadRequest(f"A {what} query needs prefetches.", parameter="prefetch")
    if isinstance(query, models.TextQuery) and prefetches:
        raise BadRequest(
            "A text query cannot score prefetches anew.",
            parameter="prefetch",
            fix="Make it a prefetch itself, beside the others.",
        )
    if isinstance(query, models.RrfQuery):
        _check_rrf(query.rrf, prefetches)
    if request.params is not None:
        _check_params(request.params)
    check = _CHECKS.get(class_of(query))
    if check is not None:
        check(query)


def _check_rrf(rrf: models.Rrf, prefetches: int) -> None:
    if rrf.k is not None and rrf.k < 1:
        raise out_of_range("rrf.k", rrf.k, 1)
    if rrf.weights is not None and len(rrf.weights) != prefetches:
        raise BadRequest(
            f"RRF has {len(rrf.weights)} weights for {prefetches} prefetches.",
            parameter="query.rrf.weights",
            fix="Give one for each prefetch.",
        )


def _check_params(params: models.SearchParams) -> None:
    if params.hnsw_ef is not None and params.hnsw_ef < 1:
        raise out_of_range("params.hnsw_ef", params.hnsw_ef, 1)
    quantization, acorn = params.quantization, params.acorn
    if quantization is not None and quantization.oversampling is not None:
        _check_range("params.quantization.oversampling", quantization.oversampling, 1.0, None)
    if acorn is not None and acorn.max_selectivity is not None:
        _check_range("params.acorn.max_selectivity", acorn.max_selectivity, 0.0, 1.0)


def _check_nearest(query: models.NearestQuery) -> None:
    mmr = query.mmr
    if mmr is None:
        return
    if mmr.diversity is not None:
        _check_range("query.mmr.diversity", mmr.diversity, 0.0, 1.0)
    if mmr.candidates_limit is not None:
        most = _MOST_CANDIDATES
        _check_range("query.mmr.candidates_limit", mmr.candidates_limit, 0, most)


def _check_recommend(query: models.RecommendQuery) -> None:
    examples = query.recommend
    if not len(examples.positive or ()) and not len(examples.negative or ()):
        raise BadRequest(
            "A recommendation needs an example.",
            status_code=422,
            parameter="query.recommend",
            fix="Give a vector or an id as positive or negative.",
        )
    strategy = examples.strategy or models.RecommendStrategy.AVERAGE_VECTOR
    if strategy == models.RecommendStrategy.AVERAGE_VECTOR and not len(examples.positive or ()):
        raise BadRequest(
            "Recommending by the average vector needs an example that is liked.",
            parameter="query.recommend.positive",
            fix="Give one, or another strategy: best_score or sum_scores.",
        )


def _check_feedback(query: models.RelevanceFeedbackQuery) -> None:
    feedback = query.relevance_feedback
    if not len(feedback.feedback):
        raise BadRequest(
            "Relevance feedback needs a judgement.",
            status_code=422,
            parameter="query.relevance_feedback.feedback",
        )
    _check_range("query.relevance_feedback.strategy.naive.b", feedback.strategy.naive.b, 0.0, None)


def _check_text(query: models.TextQuery) -> None:
    text = query.text
    if isinstance(text, str) or text.scoring is None:
        return
    params = text.scoring.bm25
    if params.k is not None:
        _check_range("query.text.scoring.bm25.k", params.k, 0.0, None)
    if params.b is not None:
        _check_range("query.text.scoring.bm25.b", params.b, 0.0, 1.0)


def _check_context(query: models.ContextQuery | models.DiscoverQuery) -> None:
    context = query.context if isinstance(query, models.ContextQuery) else query.discover.context
    for pair in pairs_of(context):
        if cast("Any", pair.positive) is None or cast("Any", pair.negative) is None:
            raise BadRequest(
                "A pair of a context has two sides.", parameter="query.context", status_code=422
            )


def _check_formula(query: models.FormulaQuery) -> None:
    check_formula(query.formula)


def _check_range(name: str, value: float, least: float, most: float | None) -> None:
    if not value >= least or (most is not None and value > most):
        bounds = f"{least:g} or more" if most is None else f"from {least:g} to {most:g}"
        raise BadRequest(
            f"{name} must be {bounds}, not {value:g}.", status_code=422, parameter=name
        )


_CHECKS: dict[type, Callable[[Any], None]] = {
    models.NearestQuery: _check_nearest,
    models.RecommendQuery: _check_recommend,
    models.RelevanceFeedbackQuery: _check_feedback,
    models.TextQuery: _check_text,
    models.ContextQuery: _check_context,
    models.DiscoverQuery: _check_context,
    models.FormulaQuery: _check_formula,
}
