"""The calls that queries took the place of: search, recommend and discover.

Called by `requests`. Clients of before 1.10 make them, and Qdrant answers them still. Their fields
are written anew as those of a query; their answers have the same layout as a query's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec.structs import replace

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.operations import Operation

from .framing import Refused

__all__ = ["OLD_SEARCHES", "OldSearch"]

Fields: TypeAlias = dict[str, Any]


class OldSearch(NamedTuple):
    """A call of before 1.10."""

    operation: type[Operation[Any]]
    """The query that answers it."""
    rewrite: Callable[[Fields], Fields]
    """Its fields → the query's."""


def _search(fields: Fields) -> Fields:
    vector, indices = fields["vector"], fields.get("sparse_indices")
    if indices is not None:
        vector = models.SparseVector(indices=indices, values=vector)
    query = models.NearestQuery(nearest=vector)
    return {**fields, "query": query, "using": fields.get("vector_name")}


def _recommend(fields: Fields) -> Fields:
    positive = [*fields["positive"], *fields["positive_vectors"]]
    negative = [*fields["negative"], *fields["negative_vectors"]]
    strategy = fields.get("strategy") or models.RecommendStrategy.AVERAGE_VECTOR
    if strategy == models.RecommendStrategy.AVERAGE_VECTOR and not positive:
        reason = "At least one positive vector ID required with this strategy"
        raise Refused("INVALID_ARGUMENT", f"Bad request: {reason}")
    examples = models.RecommendInput(positive=positive, negative=negative, strategy=strategy)
    return _with_lookup(fields, models.RecommendQuery(recommend=examples))


def _discover(fields: Fields) -> Fields:
    target = _example(fields.get("target", {}).get("single"), "target")
    context = [
        models.ContextPair(
            positive=_example(pair.get("positive", {}), "positive"),
            negative=_example(pair.get("negative", {}), "negative"),
        )
        for pair in fields["context"]
    ]
    if target is not None:
        wanted = models.DiscoverInput(target=target, context=context)
        return _with_lookup(fields, models.DiscoverQuery(discover=wanted))
    if not context:
        reason = "target and/or context_pairs must be specified"
        raise Refused("INVALID_ARGUMENT", f"Bad request: {reason}")
    return _with_lookup(fields, models.ContextQuery(context=context))


def _example(message: Fields | None, name: str) -> Any:
    if message is None:
        return None
    if not message:
        raise Refused("INVALID_ARGUMENT", f"No {name} example in the discovery request")
    return message.get("id", message.get("vector"))


def _with_lookup(fields: Fields, query: Any) -> Fields:
    place: models.LookupLocation | None = fields.get("lookup_from")
    if place is not None and place.vector is None:
        place = replace(place, vector="")  # not the name in `using`, as in a query
    return {**fields, "query": query, "lookup_from": place}


def _limited(rewrite: Callable[[Fields], Fields], *names: str) -> Callable[[Fields], Fields]:
    def checked(fields: Fields) -> Fields:
        reasons = [
            f"{name}: value 0 invalid, must be 1 or larger" for name in names if not fields[name]
        ]
        if fields.get("group_by") == "":
            reasons.append('group_by: value "" invalid, must be at least 1 characters')
        if reasons:
            raise Refused("INVALID_ARGUMENT", f"Validation error in body: [{'; '.join(reasons)}]")
        return rewrite(fields)

    return checked


def _batch(rewrite: Callable[[Fields], Fields], name: str) -> Callable[[Fields], Fields]:
    def queries(fields: Fields) -> Fields:
        return {"query_points": [rewrite(one) for one in fields[name]]}

    return queries


_ONE = _limited(_search, "limit")
_NEAR = _limited(_discover, "limit")
OLD_SEARCHES: Final[Mapping[str, OldSearch]] = {
    "/qdrant.Points/Search": OldSearch(ops.QueryPoints, _ONE),
    "/qdrant.Points/SearchBatch": OldSearch(ops.QueryBatchPoints, _batch(_ONE, "search_points")),
    "/qdrant.Points/SearchGroups": OldSearch(
        ops.QueryPointsGroups, _limited(_search, "limit", "group_size")
    ),
    "/qdrant.Points/Recommend": OldSearch(ops.QueryPoints, _recommend),
    "/qdrant.Points/RecommendBatch": OldSearch(
        ops.QueryBatchPoints, _batch(_recommend, "recommend_points")
    ),
    "/qdrant.Points/RecommendGroups": OldSearch(
        ops.QueryPointsGroups, _limited(_recommend, "limit", "group_size")
    ),
    "/qdrant.Points/Discover": OldSearch(ops.QueryPoints, _NEAR),
    "/qdrant.Points/DiscoverBatch": OldSearch(
        ops.QueryBatchPoints, _batch(_NEAR, "discover_points")
    ),
}
"""Path → what it asks for."""
