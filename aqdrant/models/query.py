"""The kinds of query, and what each is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import TABLES, Untagged, by_key, declare, members
from aqdrant.models.formula import FormulaQuery
from aqdrant.models.points import OrderByInterface
from aqdrant.models.vectors import Document, Image, InferenceObject, SparseVector, VectorInput

__all__ = [
    "Bm25Params",
    "Bm25Scoring",
    "ContextInput",
    "ContextPair",
    "ContextQuery",
    "DiscoverInput",
    "DiscoverQuery",
    "FeedbackItem",
    "FeedbackStrategy",
    "Fusion",
    "FusionQuery",
    "Mmr",
    "NaiveFeedbackStrategy",
    "NaiveFeedbackStrategyParams",
    "NearestQuery",
    "OrderByQuery",
    "Query",
    "QueryInterface",
    "RecommendInput",
    "RecommendQuery",
    "RecommendStrategy",
    "RelevanceFeedbackInput",
    "RelevanceFeedbackQuery",
    "Rrf",
    "RrfQuery",
    "Sample",
    "SampleQuery",
    "TextInterface",
    "TextQuery",
    "TextQueryInput",
    "TextQueryScoring",
]


class RecommendStrategy(StrEnum):
    """How examples, liked and disliked, become a score."""

    AVERAGE_VECTOR = "average_vector"
    BEST_SCORE = "best_score"
    SUM_SCORES = "sum_scores"


class Fusion(StrEnum):
    """How the results of prefetches are merged into one list."""

    RRF = "rrf"
    DBSF = "dbsf"


class Sample(StrEnum):
    """How points are sampled."""

    RANDOM = "random"


class NearestQuery(Model):
    """Points nearest to a vector, or to the vector of a point."""

    nearest: Untagged[VectorInput]
    mmr: Mmr | None = None


class Mmr(Model):
    """Maximal marginal relevance: near to the query, and unlike each other."""

    diversity: float | None = None
    """0 looks at relevance alone, 1 at variety alone; 0.5 by default."""
    candidates_limit: int | None = None
    """How many points to choose from; as many as `limit` by default."""


class RecommendQuery(Model):
    """Points like some examples and unlike others."""

    recommend: RecommendInput


class RecommendInput(Model):
    """The examples of a recommendation."""

    positive: Untagged[Sequence[VectorInput]] | None = None
    """Vectors or point ids that are liked."""
    negative: Untagged[Sequence[VectorInput]] | None = None
    """Vectors or point ids that are disliked."""
    strategy: RecommendStrategy | None = None
    """``average_vector`` by default."""


class DiscoverQuery(Model):
    """Points near a target, in the part of the space that pairs of examples mark out."""

    discover: DiscoverInput


class DiscoverInput(Model):
    """The target and the context of a discovery."""

    target: Untagged[VectorInput]
    context: Sequence[ContextPair] | ContextPair
    """Pairs that mark out the space; one pair or several."""


class ContextQuery(Model):
    """Points in the part of the space that pairs of examples mark out."""

    context: ContextInput


class ContextPair(Model):
    """Two examples: the wanted side of a border, and the other one."""

    positive: Untagged[VectorInput]
    negative: Untagged[VectorInput]


class OrderByQuery(Model):
    """Points in the order of a payload key."""

    order_by: OrderByInterface


class FusionQuery(Model):
    """The results of the prefetches, merged."""

    fusion: Fusion


class RrfQuery(Model):
    """The results of the prefetches, merged by reciprocal rank with own parameters."""

    rrf: Rrf


class Rrf(Model):
    """Parameters of the fusion by reciprocal rank."""

    k: int | None = None
    """How little the first ranks stand out; 2 by default."""
    weights: Sequence[float] | None = None
    """One a prefetch, in their order; 1 each by default."""


class SampleQuery(Model):
    """Points at random."""

    sample: Sample


class RelevanceFeedbackQuery(Model):
    """Points near a target, with the judgement of earlier results taken in."""

    relevance_feedback: RelevanceFeedbackInput


class RelevanceFeedbackInput(Model):
    """The target, the judged results, and how to use them."""

    target: Untagged[VectorInput]
    feedback: Sequence[FeedbackItem]
    strategy: FeedbackStrategy


class FeedbackItem(Model):
    """An earlier result and how relevant it was judged."""

    example: Untagged[VectorInput]
    score: float
    """Higher is more relevant."""


class NaiveFeedbackStrategy(Model):
    """Feedback by a formula with three weights."""

    naive: NaiveFeedbackStrategyParams


class NaiveFeedbackStrategyParams(Model):
    """The weights of the naive feedback formula."""

    a: float
    """Weight of the score against the target."""
    b: float
    """Power of the confidence in a pair of judgements."""
    c: float
    """Weight of the pairs."""


class TextQuery(Model):
    """Points by the words of a text, over a full-text index."""

    text: TextInterface


class TextQueryInput(Model):
    """Words to look for, and how to score them."""

    query: str
    scoring: TextQueryScoring | None = None


class Bm25Scoring(Model):
    """Score words by BM25."""

    bm25: Bm25Params


class Bm25Params(Model):
    """Parameters of BM25."""

    k: float | None = None
    """How fast repetitions of a word stop counting; 1.2 by default."""
    b: float | None = None
    """How much long texts are held back, 0 to 1; 0.75 by default."""


Query: TypeAlias = (
    NearestQuery
    | RecommendQuery
    | DiscoverQuery
    | ContextQuery
    | OrderByQuery
    | FusionQuery
    | RrfQuery
    | FormulaQuery
    | SampleQuery
    | RelevanceFeedbackQuery
    | TextQuery
)
QueryInterface: TypeAlias = VectorInput | Query
ContextInput: TypeAlias = ContextPair | Sequence[ContextPair]
FeedbackStrategy: TypeAlias = NaiveFeedbackStrategy
TextInterface: TypeAlias = str | TextQueryInput
TextQueryScoring: TypeAlias = Bm25Scoring


def _pick_query(mapping: Mapping[str, Any]) -> type | None:
    return TABLES[_VECTORS](mapping) or TABLES[_QUERIES](mapping)


_VECTORS = frozenset({SparseVector, Document, Image, InferenceObject})
_QUERIES = frozenset(members(Query))


declare(
    Query,
    by_key(
        nearest=NearestQuery,
        recommend=RecommendQuery,
        discover=DiscoverQuery,
        context=ContextQuery,
        order_by=OrderByQuery,
        fusion=FusionQuery,
        rrf=RrfQuery,
        formula=FormulaQuery,
        sample=SampleQuery,
        relevance_feedback=RelevanceFeedbackQuery,
        text=TextQuery,
    ),
)
declare(QueryInterface, _pick_query)
