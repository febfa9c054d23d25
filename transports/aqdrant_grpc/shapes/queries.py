"""Queries: what is searched for, how, and what of it comes back."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import first, listed, model, only, take_model
from aqdrant_grpc.wire import CodecError

__all__ = ["SHAPES", "build_query", "take_groups", "take_query"]


# ---- what comes back


def _take_payload_selector(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"enable": value}
    if isinstance(value, models.PayloadSelectorInclude):
        return {"include": value.include}
    if isinstance(value, models.PayloadSelectorExclude):
        return {"exclude": value.exclude}
    return {"include": value}


def _build_payload_selector(values: dict[str, Any]) -> Any:
    if not values:
        raise CodecError("No PayloadSelector")
    if "exclude" in values:
        return models.PayloadSelectorExclude(exclude=values["exclude"])
    return values["include"] if "include" in values else values.get("enable")


def _take_vectors_selector(value: Any) -> dict[str, Any]:
    return {"enable" if isinstance(value, bool) else "include": value}


def _build_vectors_selector(values: dict[str, Any]) -> Any:
    if not values:
        raise CodecError("No VectorsSelector")
    return values["include"] if "include" in values else values.get("enable")


_WITH_LOOKUP = model(models.WithLookup, "WithLookup")


def _take_lookup(value: Any) -> dict[str, Any]:
    return {"collection": value} if isinstance(value, str) else dict(_WITH_LOOKUP.take(value))


# ---- how it is searched


def _take_idf(value: Any) -> dict[str, Any]:
    return {"corpus": value.corpus if isinstance(value, models.IdfCorpusParams) else None}


def _build_idf(values: dict[str, Any]) -> Any:
    corpus = values.get("corpus")
    return models.IdfScope.GLOBAL if corpus is None else models.IdfCorpusParams(corpus=corpus)


_ORDER = model(models.OrderBy, "OrderBy")


def _take_order(value: Any) -> dict[str, Any]:
    return {"key": value} if isinstance(value, str) else dict(_ORDER.take(value))


def _take_start(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"datetime": value}
    if isinstance(value, int):
        return {"integer": value}
    return {"float" if isinstance(value, float) else "timestamp": value}


# ---- what is searched for

_KINDS: dict[type[Any], tuple[str, str | None]] = {
    models.RecommendQuery: ("recommend", "recommend"),
    models.DiscoverQuery: ("discover", "discover"),
    models.ContextQuery: ("context", "context"),
    models.OrderByQuery: ("order_by", "order_by"),
    models.FusionQuery: ("fusion", "fusion"),
    models.SampleQuery: ("sample", "sample"),
    models.FormulaQuery: ("formula", None),
    models.RrfQuery: ("rrf", "rrf"),
    models.RelevanceFeedbackQuery: ("relevance_feedback", "relevance_feedback"),
    models.TextQuery: ("text", "text"),
}


def _take_kind(value: Any) -> dict[str, Any]:
    known = _KINDS.get(value.__class__)
    if known is not None:
        field, inner = known
        return {field: value if inner is None else getattr(value, inner)}
    if not isinstance(value, models.NearestQuery):
        return {"nearest": value}
    return {"nearest" if value.mmr is None else "nearest_with_mmr": _nearest(value)}


def _nearest(value: models.NearestQuery) -> Any:
    return value.nearest if value.mmr is None else value


def _build_kind(values: dict[str, Any]) -> Any:
    if "nearest" in values:
        return models.NearestQuery(nearest=values["nearest"])
    if "nearest_with_mmr" in values:
        return values["nearest_with_mmr"]
    for kind, (field, inner) in _KINDS.items():
        if field in values:
            return values[field] if inner is None else kind(**{inner: values[field]})
    raise CodecError("Query without anything known in it")


_MMR = model(models.NearestQuery, "NearestInputWithMmr")
_DISCOVER = take_model(models.DiscoverInput, "DiscoverInput")
_TEXT = take_model(models.TextQueryInput, "TextQuery")
_GROUPS = take_model(models.QueryGroupsRequest, "QueryPointGroups", shard_key_selector="shard_key")
_QUERY = take_model(
    models.QueryRequest, "QueryPoints", shard_key_selector="shard_key", with_vectors="with_vector"
)
_PREFETCH = model(models.Prefetch, "PrefetchQuery")
_QUERY_MODEL = model(
    models.QueryRequest, "QueryPoints", shard_key_selector="shard_key", with_vectors="with_vector"
)


def _take_text(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"query": value}
    scoring = value.scoring
    return {"query": value.query, "bm25": None if scoring is None else scoring.bm25}


def _build_text(values: dict[str, Any]) -> Any:
    bm25 = values.get("bm25")
    if bm25 is None:
        return values["query"]
    return models.TextQueryInput(query=values["query"], scoring=models.Bm25Scoring(bm25=bm25))


def _take_prefetch(value: Any) -> dict[str, Any]:
    return {**_PREFETCH.take(value), "prefetch": listed(value.prefetch)}


def take_query(value: models.QueryRequest) -> dict[str, Any]:
    """The fields of a query, but for its collection."""
    taken = _QUERY(value)
    if value.prefetch is not None:
        taken["prefetch"] = listed(value.prefetch)
    return taken


def take_groups(value: models.QueryGroupsRequest) -> dict[str, Any]:
    """The fields of a query by groups, but for its collection."""
    taken = {**_GROUPS(value), "with_vectors": value.with_vector}
    if value.prefetch is not None:
        taken["prefetch"] = listed(value.prefetch)
    return taken


def build_query(values: dict[str, Any]) -> models.QueryRequest:
    """A query out of its fields."""
    query: models.QueryRequest = _QUERY_MODEL.build(values)
    return query


def _take_pairs(value: Any) -> dict[str, Any]:
    return {"pairs": listed(value)}


def _take_consistency(value: Any) -> dict[str, Any]:
    return {"type" if isinstance(value, str) else "factor": value}


def _build_consistency(values: dict[str, Any]) -> Any:
    if not values or values.get("factor") == 0:
        raise CodecError("read_consistency: neither a type nor a factor of 1 or more")
    return first(values)


def _build_member(values: dict[str, Any]) -> models.QueryRequest:
    if not values["collection_name"]:
        reason = 'value "" invalid, must be from 1 to 255 characters'
        raise CodecError(f"Validation error in body: [query_points.collection_name: {reason}]")
    return build_query(values)


def _build_mmr(values: dict[str, Any]) -> Any:
    if "mmr" not in values:
        raise CodecError("mmr is missing")
    return _MMR.build(values)


def _take_member(value: tuple[str, models.QueryRequest]) -> dict[str, Any]:
    return {"collection_name": value[0], **take_query(value[1])}


SHAPES: dict[str, Shape] = {
    "PayloadIncludeSelector": only("fields"),
    "PayloadExcludeSelector": only("fields"),
    "WithPayloadSelector": Shape(_take_payload_selector, _build_payload_selector),
    "VectorsSelector": only("names"),
    "WithVectorsSelector": Shape(_take_vectors_selector, _build_vectors_selector),
    "WithLookup": Shape(_take_lookup, _WITH_LOOKUP.build),
    "LookupLocation": model(
        models.LookupLocation,
        "LookupLocation",
        collection_name="collection",
        vector_name="vector",
        shard_key_selector="shard_key",
    ),
    "SearchParams": model(models.SearchParams, "SearchParams"),
    "QuantizationSearchParams": model(models.QuantizationSearchParams, "QuantizationSearchParams"),
    "AcornSearchParams": model(models.AcornSearchParams, "AcornSearchParams"),
    "IdfParams": Shape(_take_idf, _build_idf),
    "OrderBy": Shape(_take_order, _ORDER.build),
    "StartFrom": Shape(_take_start, first),
    "Query": Shape(_take_kind, _build_kind),
    "NearestInputWithMmr": Shape(_MMR.take, _build_mmr, _MMR.rows),
    "Mmr": model(models.Mmr, "Mmr"),
    "RecommendInput": model(models.RecommendInput, "RecommendInput"),
    "DiscoverInput": model(models.DiscoverInput, "DiscoverInput"),
    "ContextInput": Shape(_take_pairs, only("pairs").build),
    "ContextInputPair": model(models.ContextPair, "ContextInputPair"),
    "Rrf": model(models.Rrf, "Rrf"),
    "RelevanceFeedbackInput": model(models.RelevanceFeedbackInput, "RelevanceFeedbackInput"),
    "FeedbackItem": model(models.FeedbackItem, "FeedbackItem"),
    "FeedbackStrategy": model(models.NaiveFeedbackStrategy, "FeedbackStrategy"),
    "NaiveFeedbackStrategy": model(models.NaiveFeedbackStrategyParams, "NaiveFeedbackStrategy"),
    "TextQuery": Shape(_take_text, _build_text),
    "Bm25Params": model(models.Bm25Params, "Bm25Params"),
    "PrefetchQuery": Shape(_take_prefetch, _PREFETCH.build),
    "QueryPoints": Shape(_take_member, _build_member),
    "ReadConsistency": Shape(_take_consistency, _build_consistency),
}
