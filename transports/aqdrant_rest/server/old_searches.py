"""The endpoints that queries took the place of: search, recommend and discover.

Called by the application. Clients of before 1.10 send them, and Qdrant answers them still. A body
is written anew as that of a query, and the points of the result stand in the answer by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from aqdrant.models import QueryResponse
from aqdrant_rest._routes import Route, find_route

from .refusing import Refused
from .spelling import is_array, is_object

__all__ = ["OldSearch", "find_old_search", "points_alone"]

Body = dict[str, Any]

_FORMAT: Final = "Format error in JSON body: "
_KINDS: Final = ("search", "recommend", "discover")
_KEPT: Final = (
    "shard_key",
    "filter",
    "params",
    "score_threshold",
    "limit",
    "offset",
    "with_vector",
    "with_payload",
    "using",
    "lookup_from",
    "group_by",
    "group_size",
    "with_lookup",
)
"""What a query has under the same name."""


class OldSearch(NamedTuple):
    """A request to an old endpoint."""

    route: Route
    """The row of the query that answers it."""
    in_path: dict[str, str]
    kind: str

    def rewritten(self, content: bytes) -> bytes:
        """The body of the query that asks for the same.

        Raises:
            Refused: it is no JSON, or lacks what the old endpoint wants.
        """
        try:
            body: Any = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, f"{_FORMAT}{error}") from error
        if is_object(body) and self.route.path.endswith("/batch"):
            searches = body.get("searches")
            if not is_array(searches):
                raise Refused(400, f"{_FORMAT}missing field `searches`")
            return msgspec.json.encode({"searches": [self._query(one) for one in searches]})
        return msgspec.json.encode(self._query(body))

    def _query(self, body: Any) -> Body:
        if not is_object(body):
            raise Refused(400, f"{_FORMAT}expected an object")
        if "limit" not in body and "top" in body:
            body["limit"] = body["top"]
        wanted = ("group_by", "group_size") if self.route.path.endswith("/groups") else ()
        for name in (*wanted, "limit"):
            if body.get(name) is None:
                raise Refused(400, f"{_FORMAT}missing field `{name}`")
        if not isinstance(body.get("using"), str | None):
            raise Refused(400, f"{_FORMAT}using: a name was expected")
        query = {name: body[name] for name in _KEPT if name in body}
        if is_object(place := query.get("lookup_from")):
            place.setdefault("vector", "")  # not the name in `using`, as in a query
        if "with_vectors" in body:
            query.setdefault("with_vector", body["with_vectors"])
        return query | _QUERIES[self.kind](body)


def find_old_search(method: str, path: str) -> OldSearch | None:
    """Find what an old endpoint asks for; None where the path is none of them.

    Args:
        method: in capitals.
        path: as it came, percent-encoded.
    """
    parts = path.split("/")
    place = 4  # after "", "collections", the name and "points"
    if method != "POST" or len(parts) <= place or parts[place] not in _KINDS:
        return None
    kind, parts[place] = parts[place], "query"
    found = find_route(method, "/".join(parts))
    if found is None or (kind == "discover" and parts[-1] == "groups"):
        return None
    return OldSearch(*found, kind)


def points_alone(result: Any) -> Any:
    """The result of a query as an old endpoint gives it; groups are as they are."""
    if isinstance(result, QueryResponse):
        return result.points
    return [answer.points for answer in result] if is_array(result) else result


def _of_search(body: Body) -> Body:
    vector = body.get("vector")
    if vector is None:
        raise Refused(400, f"{_FORMAT}missing field `vector`")
    if is_object(vector) and "name" in vector:
        return {"query": {"nearest": vector.get("vector")}, "using": vector["name"]}
    return {"query": {"nearest": vector}}


def _of_recommend(body: Body) -> Body:
    examples = {name: body[name] for name in ("positive", "negative", "strategy") if body.get(name)}
    strategy = examples.get("strategy", "average_vector")
    if strategy == "average_vector" and "positive" not in examples:
        reason = "At least one positive vector ID required with this strategy"
        raise Refused(400, f"Bad request: {reason}")
    return {"query": {"recommend": examples}}


def _of_discover(body: Body) -> Body:
    target, context = body.get("target"), body.get("context")
    if target is not None:
        return {"query": {"discover": {"target": target, "context": context or []}}}
    if not context:
        raise Refused(400, "Bad request: target and/or context_pairs must be specified")
    return {"query": {"context": context}}


_QUERIES: Final[Mapping[str, Callable[[Body], Body]]] = {
    "search": _of_search,
    "recommend": _of_recommend,
    "discover": _of_discover,
}
