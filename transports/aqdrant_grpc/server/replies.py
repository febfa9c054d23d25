"""Results to messages, and errors to status codes with Qdrant's beginnings of messages.

Called by the application.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import cache
from time import perf_counter
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote

import msgspec

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import (
    AqdrantError,
    ArgumentError,
    ClientClosed,
    Conflict,
    InternalServerError,
    NotFound,
    OperationTimeout,
    PayloadTooLarge,
    StatusError,
    TransportError,
    UnsupportedOperation,
)
from aqdrant.operations import Operation
from aqdrant_grpc._methods import METHODS, Fields
from aqdrant_grpc._schema import fields_of
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc._writing import Encode
from aqdrant_grpc.calls import SLICE
from aqdrant_grpc.errors import CODES
from aqdrant_grpc.shapes import CODEC, SHAPES
from aqdrant_grpc.wire import tag, varint

__all__ = ["RESULTS", "Trailers", "encode_result", "error_trailers", "trailers", "with_doubles"]

Take: TypeAlias = Callable[[Any], Fields]
Trailers: TypeAlias = list[tuple[bytes, bytes]]

# ---- results


def _result(result: Any) -> Fields:
    return {"result": result}


def _nothing(_result: Any) -> Fields:
    return {}


def _field(name: str, attribute: str | None = None) -> Take:
    def take(result: Any) -> Fields:
        return {name: result if attribute is None else getattr(result, attribute)}

    return take


def _page(result: models.ScrollResult) -> Fields:
    return {"result": result.points, "next_page_offset": result.next_page_offset}


def _batch(result: list[models.QueryResponse]) -> Fields:
    return {"result": [response.points for response in result]}


def _shards(result: models.CollectionClusterInfo) -> Fields:
    return SHAPES["CollectionClusterInfoResponse"].take(result)


def _version(result: models.VersionInfo) -> Fields:
    return SHAPES["HealthCheckReply"].take(result)


_aliases = _field("aliases", "aliases")
_snapshots = _field("snapshot_descriptions")
_snapshot = _field("snapshot_description")

RESULTS: Mapping[type[Operation[Any]], Take] = {
    ops.CollectionClusterInfo: _shards,
    ops.CreateFullSnapshot: _snapshot,
    ops.CreateSnapshot: _snapshot,
    ops.DeleteFullSnapshot: _nothing,
    ops.DeleteSnapshot: _nothing,
    ops.Facet: _field("hits", "hits"),
    ops.GetCollectionAliases: _aliases,
    ops.GetCollections: _field("collections", "collections"),
    ops.GetCollectionsAliases: _aliases,
    ops.ListFullSnapshots: _snapshots,
    ops.ListShardKeys: _field("shard_keys", "shard_keys"),
    ops.ListSnapshots: _snapshots,
    ops.QueryBatchPoints: _batch,
    ops.QueryPoints: _field("result", "points"),
    ops.Root: _version,
    ops.ScrollPoints: _page,
}
"""Operation → the fields of its answer, where that has more to it than a field of the result."""


class _Answer(NamedTuple):
    take: Take
    encode: Encode
    encode_item: Encode | None
    """For the elements of a list that may be long."""
    key: bytes
    has_time: bool
    has_usage: bool


def _same(fields: Fields) -> Fields:
    return fields


@cache
def _answer(kind: type[Operation[Any]]) -> _Answer:
    message = PROTOS[METHODS[kind].path].split(" ")[1]
    fields = {field.name: field for field in fields_of(message)}
    result = fields.get("result")
    is_list = result is not None and result.label == "*"
    item = CODEC.encoder(result.type) if result is not None and is_list else None
    key = tag(result.number, 2) if result is not None else b""
    return _Answer(
        RESULTS.get(kind, _result),
        CODEC.encode_with(message, _same),
        item,
        key,
        has_time="time" in fields,
        has_usage=message == "PointsOperationResponse",
    )


def encode_result(
    kind: type[Operation[Any]], result: Any, begun: float
) -> Generator[bytes, None, None]:
    """Encode the answer of an operation, in pieces after each of which others have their turn.

    Args:
        kind: the operation.
        result: what it gave.
        begun: when the request came, by `perf_counter`.

    Raises:
        CodecError: a value that gRPC cannot carry.
    """
    answer = _answer(kind)
    fields = dict(answer.take(result))
    if answer.encode_item is not None:
        yield from _encode_items(fields.pop("result"), answer.key, answer.encode_item)
    if answer.has_usage:
        # Empty, as of a server that does not report hardware; in other answers it leaves it out.
        fields["usage"] = models.Usage()
    if answer.has_time:
        fields["time"] = perf_counter() - begun
    yield answer.encode(fields)


def _encode_items(items: Any, key: bytes, encode: Encode) -> Generator[bytes, None, None]:
    parts: list[bytes] = []
    size = 0
    for item in items:
        content = encode(item)
        parts += (key, varint(len(content)), content)
        size += len(content)
        if size >= SLICE:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join(parts)


_HOLDERS = ("points", "groups", "hits", "lookup")


def with_doubles(result: Any) -> Any:
    """Give a copy of a result with doubles in its payloads for integers beyond 64 bits with sign.

    As Qdrant itself answers; gRPC has no such integers.
    """
    if result.__class__ is list:
        return [with_doubles(one) for one in result]
    if not isinstance(result, msgspec.Struct):
        return result
    names = [name for name in _HOLDERS if name in result.__struct_fields__]
    changed = {name: with_doubles(getattr(result, name)) for name in names}
    if "payload" in result.__struct_fields__:
        changed["payload"] = _doubled(getattr(result, "payload"))  # noqa: B009  # of several kinds
    return msgspec.structs.replace(result, **changed)


def _doubled(value: Any) -> Any:
    kind: Any = value.__class__
    if kind is dict:
        return {key: _doubled(one) for key, one in value.items()}
    if kind is list:
        return [_doubled(one) for one in value]
    return float(value) if kind is int and value >= 2**63 else value


# ---- errors

_KINDS: Final[Mapping[type[AqdrantError], tuple[str, str]]] = {
    NotFound: ("NOT_FOUND", "Not found: "),
    Conflict: ("ALREADY_EXISTS", "Wrong input: "),
    OperationTimeout: ("DEADLINE_EXCEEDED", "Timeout: "),
    PayloadTooLarge: ("INVALID_ARGUMENT", ""),
    InternalServerError: ("INTERNAL", "Service internal error: "),
    ArgumentError: ("INVALID_ARGUMENT", "Wrong input: "),
    UnsupportedOperation: ("UNIMPLEMENTED", "Not supported: "),
    ClientClosed: ("UNAVAILABLE", "Service is unavailable: "),
    TransportError: ("UNAVAILABLE", "Service is unavailable: "),
    AqdrantError: ("INTERNAL", "Service internal error: "),
}
"""Kind of error → code and beginning of the message; the first that fits."""

_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    507: "RESOURCE_EXHAUSTED",
}
"""HTTP status → the code that corresponds; INTERNAL for the others."""


def trailers(code: str, message: str = "") -> Trailers:
    """The end of an answer."""
    ending: Trailers = [(b"grpc-status", b"%d" % CODES.index(code))]
    if message:
        # Whatever gRPC's percent-encoding does not ask for stays as it is, spaces too.
        quoted = quote(message, safe=_PLAIN)
        if len(quoted) > _LONGEST:
            begun = message.encode()[: _LONGEST // 3].decode(errors="ignore")
            quoted = quote(f"{begun}...", safe=_PLAIN)
        ending.append((b"grpc-message", quoted.encode()))
    return ending


_LONGEST: Final = 7000
"""Bytes of a message on the wire: gRPC's own libraries drop calls with more than 8 KiB of trailers.
"""
_PLAIN: Final = "".join(chr(number) for number in range(0x20, 0x7F) if number != ord("%"))


def error_trailers(error: AqdrantError) -> Trailers:
    """The end of an answer with the error that an operation ended with.

    What another server said goes on word for word.
    """
    code, prefix = next(found for kind, found in _KINDS.items() if isinstance(error, kind))
    message = " ".join(part for part in (f"{prefix}{error.message}", error.fix) if part)
    retry_after = None
    if isinstance(error, StatusError):
        code = error.grpc_code or _STATUS.get(error.status_code, "INTERNAL")
        retry_after = error.retry_after
        if error.reason is not None:
            message = error.reason
        elif error.status_code == 422:
            message = f"Validation error in body: [{message.removeprefix(prefix)}]"
    ending = trailers(code, message)
    if retry_after is not None:
        ending.append((b"retry-after", b"%d" % -(-retry_after // 1)))
    return ending
