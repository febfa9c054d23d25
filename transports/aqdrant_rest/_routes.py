"""The table of Qdrant's REST API: one row for each class of operation, read in both directions.

The client side turns an operation into a path and a query (`Route.path_of`, `Route.query_of`); the
server side finds the row of a request (`find_route`), whose fields say how to read it. What a row
does not tell, the operation's class does: the types of its fields, its body and its result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import Any, Final, get_type_hints
from urllib.parse import quote, unquote

import msgspec

from aqdrant import operations as ops
from aqdrant.exceptions import ArgumentError
from aqdrant.models._unions import members
from aqdrant.operations import Operation, StreamOperation, result_type

__all__ = ["ROUTES", "Answer", "Parameter", "Route", "find_route"]


class Answer(Enum):
    """What the body of a successful answer is."""

    RESULT = "result"
    """JSON: the result in an envelope, with status, time and usage."""
    BARE = "bare"
    """JSON: the result itself."""
    TEXT = "text"
    """Plain text."""
    CONTENT = "content"
    """Bytes without end in sight: a download."""


class Parameter(msgspec.Struct, frozen=True):
    """A field of an operation that stands in the path or in the query."""

    field: str
    """The operation's name for it."""
    name: str
    """The name on the wire."""
    kind: Any
    """Its type; an optional one without None."""


class Route(msgspec.Struct, frozen=True, dict=True):
    """How one class of operations travels."""

    operation: type[Operation[Any]]
    method: str
    path: str
    """The template: names in braces are fields of the operation."""
    query: tuple[str, ...] = ()
    """Names in the query as Qdrant spells them, `timeout` among them, which belongs to the call."""
    answer: Answer = Answer.RESULT
    since: str | None = None
    """The version of the server that first knew it, where that is younger than 1.15."""

    @property
    def takes_timeout(self) -> bool:
        """Whether the server can be told how long the call may take, in whole seconds."""
        return "timeout" in self.query

    @property
    def takes_form(self) -> bool:
        """Whether the body is a form with a file in it, `snapshot`."""
        return issubclass(self.operation, StreamOperation) and self.operation.uploads

    @cached_property
    def body(self) -> Any:
        """The type of the JSON body; None where there is none."""
        return self._hints.get("body")

    @cached_property
    def verb(self) -> bytes:
        """The method as it stands on the wire."""
        return self.method.encode()

    @cached_property
    def result(self) -> Any:
        """The type of the result; asked for late, as that of telemetry loads many models."""
        return result_type(self.operation)

    @cached_property
    def in_path(self) -> tuple[Parameter, ...]:
        """The fields in the path, from left to right."""
        names = (segment[1:-1] for segment in self.segments if _is_field(segment))
        return tuple(Parameter(name, name, self._hints[name]) for name in names)

    @cached_property
    def in_query(self) -> tuple[Parameter, ...]:
        """The fields in the query."""
        return tuple(
            Parameter(field, name, _without_none(self._hints[field]))
            for name in self.query
            if (field := _PYTHON_NAMES.get(name, name)) != "timeout"
        )

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts of the template between its slashes."""
        return tuple(self.path.split("/")[1:])

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.operation)

    @cached_property
    def _pattern(self) -> str:
        return "/" + "/".join("%s" if _is_field(part) else part for part in self.segments)

    def path_of(self, operation: Operation[Any]) -> str:
        """Write the path of an operation, percent-encoded.

        Raises:
            ArgumentError: a name that would be taken for a step up or down the path.
        """
        values = [_segment(getattr(operation, field.field), field.name) for field in self.in_path]
        return self._pattern % tuple(values)

    def query_of(self, operation: Operation[Any], timeout: int | None = None) -> str:
        """Write the query of an operation, percent-encoded and without the question mark.

        Args:
            operation: fields that are None are left out.
            timeout: whole seconds; left out where the route has no place for it.
        """
        pairs = [
            f"{field.name}={quote(_text(value), safe='')}"
            for field in self.in_query
            if (value := getattr(operation, field.field)) is not None
        ]
        if timeout is not None and self.takes_timeout:
            pairs.append(f"timeout={timeout}")
        return "&".join(pairs)


_is_plain: Final = re.compile("[A-Za-z0-9_.~-]+").fullmatch
"""Whether a text stands in a URL as it is."""
_PYTHON_NAMES: Final = {"with": "with_"}
"""Name on the wire → field, where Python cannot have it."""
_READ: Final = ("consistency", "timeout")
_WRITE: Final = ("wait", "ordering", "timeout")
_TIMED: Final = ("timeout",)
_WAITED: Final = ("wait",)
_UPLOAD: Final = ("wait", "priority", "checksum")
_COLLECTION: Final = "/collections/{collection_name}"
_POINTS: Final = _COLLECTION + "/points"
_SNAPSHOTS: Final = _COLLECTION + "/snapshots"
_SHARD: Final = _COLLECTION + "/shards/{shard_id}"
_SHARD_SNAPSHOTS: Final = _SHARD + "/snapshots"

_TABLE: Final = (
    # collections
    Route(ops.GetCollections, "GET", "/collections"),
    Route(ops.GetCollection, "GET", _COLLECTION),
    Route(ops.CollectionExists, "GET", _COLLECTION + "/exists"),
    Route(ops.CreateCollection, "PUT", _COLLECTION, _TIMED),
    Route(ops.UpdateCollection, "PATCH", _COLLECTION, _TIMED),
    Route(ops.DeleteCollection, "DELETE", _COLLECTION, _TIMED),
    Route(
        ops.GetOptimizations,
        "GET",
        _COLLECTION + "/optimizations",
        ("with", "completed_limit"),
        since="1.17",
    ),
    # aliases
    Route(ops.UpdateAliases, "POST", "/collections/aliases", _TIMED),
    Route(ops.GetCollectionAliases, "GET", _COLLECTION + "/aliases"),
    Route(ops.GetCollectionsAliases, "GET", "/aliases"),
    # points
    Route(ops.UpsertPoints, "PUT", _POINTS, _WRITE),
    Route(ops.DeletePoints, "POST", _POINTS + "/delete", _WRITE),
    Route(ops.BatchUpdate, "POST", _POINTS + "/batch", _WRITE),
    Route(ops.GetPoint, "GET", _POINTS + "/{id}", ("consistency",)),
    Route(ops.GetPoints, "POST", _POINTS, _READ),
    Route(ops.ScrollPoints, "POST", _POINTS + "/scroll", _READ),
    Route(ops.CountPoints, "POST", _POINTS + "/count", _READ),
    # vectors
    Route(ops.UpdateVectors, "PUT", _POINTS + "/vectors", _WRITE),
    Route(ops.DeleteVectors, "POST", _POINTS + "/vectors/delete", _WRITE),
    Route(
        ops.CreateVectorName, "PUT", _COLLECTION + "/vectors/{vector_name}", _WRITE, since="1.18"
    ),
    Route(
        ops.DeleteVectorName, "DELETE", _COLLECTION + "/vectors/{vector_name}", _WRITE, since="1.18"
    ),
    # payload
    Route(ops.SetPayload, "POST", _POINTS + "/payload", _WRITE),
    Route(ops.OverwritePayload, "PUT", _POINTS + "/payload", _WRITE),
    Route(ops.DeletePayload, "POST", _POINTS + "/payload/delete", _WRITE),
    Route(ops.ClearPayload, "POST", _POINTS + "/payload/clear", _WRITE),
    # indexes
    Route(ops.CreateFieldIndex, "PUT", _COLLECTION + "/index", _WRITE),
    Route(ops.DeleteFieldIndex, "DELETE", _COLLECTION + "/index/{field_name}", _WRITE),
    # query
    Route(ops.QueryPoints, "POST", _POINTS + "/query", _READ),
    Route(ops.QueryBatchPoints, "POST", _POINTS + "/query/batch", _READ),
    Route(ops.QueryPointsGroups, "POST", _POINTS + "/query/groups", _READ),
    Route(ops.Facet, "POST", _COLLECTION + "/facet", _READ),
    Route(ops.SearchMatrixPairs, "POST", _POINTS + "/search/matrix/pairs", _READ),
    Route(ops.SearchMatrixOffsets, "POST", _POINTS + "/search/matrix/offsets", _READ),
    # snapshots of a collection
    Route(ops.ListSnapshots, "GET", _SNAPSHOTS),
    Route(ops.CreateSnapshot, "POST", _SNAPSHOTS, _WAITED),
    Route(ops.DeleteSnapshot, "DELETE", _SNAPSHOTS + "/{snapshot_name}", _WAITED),
    Route(ops.GetSnapshot, "GET", _SNAPSHOTS + "/{snapshot_name}", answer=Answer.CONTENT),
    Route(ops.RecoverFromSnapshot, "PUT", _SNAPSHOTS + "/recover", _WAITED),
    Route(ops.RecoverFromUploadedSnapshot, "POST", _SNAPSHOTS + "/upload", _UPLOAD),
    # snapshots of the whole storage
    Route(ops.ListFullSnapshots, "GET", "/snapshots"),
    Route(ops.CreateFullSnapshot, "POST", "/snapshots", _WAITED),
    Route(ops.DeleteFullSnapshot, "DELETE", "/snapshots/{snapshot_name}", _WAITED),
    Route(ops.GetFullSnapshot, "GET", "/snapshots/{snapshot_name}", answer=Answer.CONTENT),
    # snapshots of a shard
    Route(ops.ListShardSnapshots, "GET", _SHARD_SNAPSHOTS),
    Route(ops.CreateShardSnapshot, "POST", _SHARD_SNAPSHOTS, _WAITED),
    Route(ops.DeleteShardSnapshot, "DELETE", _SHARD_SNAPSHOTS + "/{snapshot_name}", _WAITED),
    Route(
        ops.GetShardSnapshot, "GET", _SHARD_SNAPSHOTS + "/{snapshot_name}", answer=Answer.CONTENT
    ),
    Route(
        ops.StreamShardSnapshot, "GET", _SHARD + "/snapshot", answer=Answer.CONTENT, since="1.17"
    ),
    Route(ops.RecoverShardFromSnapshot, "PUT", _SHARD_SNAPSHOTS + "/recover", _WAITED),
    Route(ops.RecoverShardFromUploadedSnapshot, "POST", _SHARD_SNAPSHOTS + "/upload", _UPLOAD),
    # cluster
    Route(ops.ClusterStatus, "GET", "/cluster"),
    Route(
        ops.ClusterTelemetry,
        "GET",
        "/cluster/telemetry",
        ("details_level", "timeout"),
        since="1.17",
    ),
    Route(ops.RecoverCurrentPeer, "POST", "/cluster/recover"),
    Route(ops.RemovePeer, "DELETE", "/cluster/peer/{peer_id}", ("timeout", "force")),
    Route(ops.CollectionClusterInfo, "GET", _COLLECTION + "/cluster"),
    Route(ops.UpdateCollectionCluster, "POST", _COLLECTION + "/cluster", _TIMED),
    Route(ops.CreateShardKey, "PUT", _COLLECTION + "/shards", _TIMED),
    Route(ops.DeleteShardKey, "POST", _COLLECTION + "/shards/delete", _TIMED),
    Route(ops.ListShardKeys, "GET", _COLLECTION + "/shards", since="1.17"),
    # service
    Route(ops.Root, "GET", "/", answer=Answer.BARE),
    Route(
        ops.Telemetry,
        "GET",
        "/telemetry",
        ("anonymize", "details_level", "per_collection", "timeout"),
    ),
    Route(ops.Metrics, "GET", "/metrics", ("anonymize", "per_collection", "timeout"), Answer.TEXT),
    Route(ops.Healthz, "GET", "/healthz", answer=Answer.TEXT),
    Route(ops.Livez, "GET", "/livez", answer=Answer.TEXT),
    Route(ops.Readyz, "GET", "/readyz", answer=Answer.TEXT),
    Route(ops.GetIssues, "GET", "/issues"),
    Route(ops.ClearIssues, "DELETE", "/issues"),
    Route(ops.GetQuotas, "GET", "/quotas", since="1.19"),
    Route(ops.UpdateQuotas, "PUT", "/quotas", _WAITED, since="1.19"),
)

ROUTES: Final[dict[type[Operation[Any]], Route]] = {route.operation: route for route in _TABLE}


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Find the row of a request, and the texts that its path has for the operation's fields.

    Args:
        method: in capitals.
        path: as it came, percent-encoded: an encoded slash belongs to a name.
    """
    segments = path.split("/")[1:]
    for route in _BY_SHAPE.get((method, len(segments)), ()):
        if all(
            given if _is_field(wanted) else wanted == given
            for wanted, given in zip(route.segments, segments, strict=True)
        ):
            return route, dict(_values(route, segments))
    return None


def _values(route: Route, segments: list[str]) -> Iterator[tuple[str, str]]:
    for wanted, given in zip(route.segments, segments, strict=True):
        if _is_field(wanted):
            yield wanted[1:-1], unquote(given)


def _by_shape() -> dict[tuple[str, int], list[Route]]:
    found: dict[tuple[str, int], list[Route]] = {}
    # A word of the API goes before a name: no point has the id "scroll".
    for route in sorted(_TABLE, key=lambda route: len(route.in_path)):
        found.setdefault((route.method, len(route.segments)), []).append(route)
    return found


def _is_field(segment: str) -> bool:
    return segment.startswith("{")


def _without_none(annotation: Any) -> Any:
    left = [part for part in members(annotation) if part is not type(None)]
    kind = left[0]
    for part in left[1:]:
        kind |= part
    return kind


def _segment(value: Any, name: str) -> str:
    text = value if value.__class__ is str else _text(value)
    if text in ("", ".", ".."):
        raise ArgumentError(
            f"{name}: {text!r} cannot stand in the path of a URL.",
            parameter=name,
        )
    return text if _is_plain(text) else quote(text, safe="")


def _text(value: Any) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    return str(value.value) if isinstance(value, Enum) else str(value)


_BY_SHAPE: Final = _by_shape()
