"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from ._model import Model
from ._unions import TABLES, Untagged, by_key, declare, members
from .filters import Filter
from .formula import FormulaQuery
from .ids import ShardKeySelector
from .payload import WithPayloadInterface, WithVector
from .points import OrderByInterface, Record, ScoredPoint
from .vectors import Document, Image, InferenceObject, SparseVector, VectorInput

__all__ = [
    "AcornSearchParams",
    "Bm25Params",
    "Bm25Scoring",
    "ContextInput",
    "ContextPair",
    "ContextQuery",
    "DiscoverInput",
    "DiscoverQuery",
    "FacetRequest",
    "FacetResponse",
    "FacetValue",
    "FacetValueHit",
    "FeedbackItem",
    "FeedbackStrategy",
    "Fusion",
    "FusionQuery",
    "GroupId",
    "GroupsResult",
    "IdfCorpusParams",
    "IdfParams",
    "IdfScope",
    "LookupLocation",
    "Mmr",
    "NaiveFeedbackStrategy",
    "NaiveFeedbackStrategyParams",
    "NearestQuery",
    "OrderByQuery",
    "PointGroup",
    "Prefetch",
    "QuantizationSearchParams",
    "Query",
    "QueryGroupsRequest",
    "QueryInterface",
    "QueryRequest",
    "QueryRequestBatch",
    "QueryResponse",
    "RecommendInput",
    "RecommendQuery",
    "RecommendStrategy",
    "RelevanceFeedbackInput",
    "RelevanceFeedbackQuery",
    "Rrf",
    "RrfQuery",
    "Sample",
    "SampleQuery",
    "SearchMatrixOffsetsResponse",
    "SearchMatrixPair",
    "SearchMatrixPairsResponse",
    "SearchMatrixRequest",
    "SearchParams",
    "TextInterface",
    "TextQuery",
    "TextQueryInput",
    "TextQueryScoring",
    "WithLookup",
    "WithLookupInterface",
]


class RecommendStrategy(str, Enum):
    """TODO"""

    AVERAGE_VECTOR = "average_vector"
    BEST_SCORE = "best_score"
    SUM_SCORES = "sum_scores"


class Fusion(str, Enum):
    """TODO"""

    RRF = "rrf"
    DBSF = "dbsf"


class Sample(str, Enum):
    """TODO"""

    RANDOM = "random"


class IdfScope(str, Enum):
    """TODO"""

    GLOBAL = "global"


class NearestQuery(Model):
    """TODO"""

    nearest: Untagged[VectorInput]
    mmr: Mmr | None = None


class Mmr(Model):
    """TODO"""

    diversity: float | None = None
    candidates_limit: int | None = None


class RecommendQuery(Model):
    """TODO"""

    recommend: RecommendInput


class RecommendInput(Model):
    """TODO"""

    positive: Untagged[Sequence[VectorInput]] | None = None
    negative: Untagged[Sequence[VectorInput]] | None = None
    strategy: RecommendStrategy | None = None


class DiscoverQuery(Model):
    """TODO"""

    discover: DiscoverInput


class DiscoverInput(Model):
    """TODO"""

    target: Untagged[VectorInput]
    context: Sequence[ContextPair] | ContextPair


class ContextQuery(Model):
    """TODO"""

    context: ContextInput


class ContextPair(Model):
    """TODO"""

    positive: Untagged[VectorInput]
    negative: Untagged[VectorInput]


class OrderByQuery(Model):
    """TODO"""

    order_by: OrderByInterface


class FusionQuery(Model):
    """TODO"""

    fusion: Fusion


class RrfQuery(Model):
    """TODO"""

    rrf: Rrf


class Rrf(Model):
    """TODO"""

    k: int | None = None
    weights: Sequence[float] | None = None


class SampleQuery(Model):
    """TODO"""

    sample: Sample


class RelevanceFeedbackQuery(Model):
    """TODO"""

    relevance_feedback: RelevanceFeedbackInput


class RelevanceFeedbackInput(Model):
    """TODO"""

    target: Untagged[VectorInput]
    feedback: Sequence[FeedbackItem]
    strategy: FeedbackStrategy


class FeedbackItem(Model):
    """TODO"""

    example: Untagged[VectorInput]
    score: float


class NaiveFeedbackStrategy(Model):
    """TODO"""

    naive: NaiveFeedbackStrategyParams


class NaiveFeedbackStrategyParams(Model):
    """TODO"""

    a: float
    b: float
    c: float


class TextQuery(Model):
    """TODO"""

    text: TextInterface


class TextQueryInput(Model):
    """TODO"""

    query: str
    scoring: TextQueryScoring | None = None


class Bm25Scoring(Model):
    """TODO"""

    bm25: Bm25Params


class Bm25Params(Model):
    """TODO"""

    k: float | None = None
    b: float | None = None


class Prefetch(Model):
    """TODO"""

    prefetch: Sequence[Prefetch] | Prefetch | None = None
    query: Untagged[QueryInterface] | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    limit: int | None = None
    lookup_from: LookupLocation | None = None


class QueryRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    prefetch: Sequence[Prefetch] | Prefetch | None = None
    query: Untagged[QueryInterface] | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    limit: int | None = None
    offset: int | None = None
    with_vector: WithVector | None = None
    with_payload: Untagged[WithPayloadInterface] | None = None
    lookup_from: LookupLocation | None = None


class QueryRequestBatch(Model):
    """TODO"""

    searches: Sequence[QueryRequest]


class QueryResponse(Model):
    """TODO"""

    points: list[ScoredPoint]


class QueryGroupsRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    prefetch: Sequence[Prefetch] | Prefetch | None = None
    query: Untagged[QueryInterface] | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    with_vector: WithVector | None = None
    with_payload: Untagged[WithPayloadInterface] | None = None
    lookup_from: LookupLocation | None = None
    group_by: str
    group_size: int | None = None
    limit: int | None = None
    with_lookup: WithLookupInterface | None = None


class GroupsResult(Model):
    """TODO"""

    groups: list[PointGroup]


class PointGroup(Model):
    """TODO"""

    hits: list[ScoredPoint]
    id: GroupId
    lookup: Record | None = None


class WithLookup(Model):
    """TODO"""

    collection: str
    with_payload: Untagged[WithPayloadInterface] | None = None
    with_vectors: WithVector | None = None


class LookupLocation(Model):
    """TODO"""

    collection: str
    vector: str | None = None
    shard_key: ShardKeySelector | None = None


class SearchParams(Model):
    """TODO"""

    hnsw_ef: int | None = None
    exact: bool | None = False
    quantization: QuantizationSearchParams | None = None
    indexed_only: bool | None = False
    acorn: AcornSearchParams | None = None
    idf: IdfParams | None = None


class QuantizationSearchParams(Model):
    """TODO"""

    ignore: bool | None = False
    rescore: bool | None = None
    oversampling: float | None = None


class AcornSearchParams(Model):
    """TODO"""

    enable: bool | None = False
    max_selectivity: float | None = None


class IdfCorpusParams(Model):
    """TODO"""

    corpus: Filter


class FacetRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    key: str
    limit: int | None = None
    filter: Filter | None = None
    exact: bool | None = None


class FacetResponse(Model):
    """TODO"""

    hits: list[FacetValueHit]


class FacetValueHit(Model):
    """TODO"""

    value: FacetValue
    count: int


class SearchMatrixRequest(Model):
    """TODO"""

    shard_key: ShardKeySelector | None = None
    filter: Filter | None = None
    sample: int | None = None
    limit: int | None = None
    using: str | None = None


class SearchMatrixPair(Model):
    """TODO"""

    a: int | str
    b: int | str
    score: float


class SearchMatrixPairsResponse(Model):
    """TODO"""

    pairs: list[SearchMatrixPair]


class SearchMatrixOffsetsResponse(Model):
    """TODO"""

    offsets_row: list[int]
    offsets_col: list[int]
    scores: list[float]
    ids: list[int | str]


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
GroupId: TypeAlias = int | str
WithLookupInterface: TypeAlias = str | WithLookup
IdfParams: TypeAlias = IdfScope | IdfCorpusParams
FacetValue: TypeAlias = bool | int | str


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
