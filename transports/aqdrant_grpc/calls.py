"""Operations to request bytes, and answer bytes to results.

Called by the transport. What may be large comes in steps: a generator that stops after every 64k
floats or so, so that the event loop has its turn.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import ArgumentError, DecodeError, UnsupportedOperation
from aqdrant.operations import Operation
from aqdrant_grpc._methods import HEALTH, METHODS, Fields, Method
from aqdrant_grpc._reading import Decode
from aqdrant_grpc._schema import fields_of
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc._writing import Encode
from aqdrant_grpc.columns import plain_rows, points_of
from aqdrant_grpc.points import write_point, write_rows
from aqdrant_grpc.shapes import CODEC
from aqdrant_grpc.shapes.updates import take_conditions
from aqdrant_grpc.vectors import FLOATS
from aqdrant_grpc.wire import (
    VARINT,
    CodecError,
    Unsayable,
    read_span,
    read_varint,
    skip,
    tag,
    varint,
)

__all__ = [
    "decode_answer",
    "decode_steps",
    "encode_request",
    "encode_steps",
    "finish",
    "is_supported",
    "unsupported",
]

SLICE = FLOATS * 4
"""Bytes after which the loop has its turn."""

Steps: TypeAlias = Generator[None, None, Any]


def finish(steps: Steps) -> Any:
    """Take all steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def is_supported(operation: Operation[Any]) -> bool:
    """Whether gRPC has this very call: a few parameters of calls exist over REST alone."""
    if type(operation) not in METHODS:
        return False
    if isinstance(operation, ops.UpdateCollectionCluster):
        resharding = models.StartReshardingOperation | models.AbortReshardingOperation
        return not isinstance(operation.body, resharding)
    if isinstance(operation, ops.DeleteVectors):
        return operation.body.points is None or operation.body.filter is None
    is_snapshot = METHODS[type(operation)].path.startswith("/qdrant.Snapshots/")
    return not is_snapshot or getattr(operation, "wait", None) is not False


# ---- requests


class _Request(NamedTuple):
    method: Method
    encode: Encode
    timeout: bytes | None
    """The tag of the request's own timeout."""


def _encode_nothing(_operation: Any) -> bytes:
    return b""


@cache
def _request(kind: type[Operation[Any]]) -> _Request:
    method = METHODS[kind]
    if method.path == HEALTH:
        return _Request(method, _encode_nothing, None)
    message = PROTOS[method.path].split(" ")[0]
    numbers = {field.name: field.number for field in fields_of(message)}
    timeout = tag(numbers["timeout"], VARINT) if "timeout" in numbers else None
    return _Request(method, CODEC.encode_with(message, method.take), timeout)


def encode_request(operation: Operation[Any], timeout: int | None = None) -> bytes:
    """Encode the request of an operation.

    Args:
        operation: the operation.
        timeout: seconds that the server itself may take, where the call has such a parameter.

    Raises:
        ArgumentError: a value that gRPC cannot carry.
        UnsupportedOperation: gRPC has no such call.
    """
    content: bytes = finish(encode_steps(operation, timeout))
    return content


def encode_steps(operation: Operation[Any], timeout: int | None = None) -> Steps:
    """Encode the request of an operation in steps, as `encode_request` does."""
    if not is_supported(operation):
        raise unsupported(operation)
    request = _request(type(operation))
    bulk = _BULK.get(type(operation))
    try:
        if bulk is None:
            content = request.encode(operation)
        else:
            content = yield from bulk(operation)
    except CodecError as error:
        path = error.path(operation.name)
        if isinstance(error, Unsayable):
            raise unsupported(operation, f"{path}: {error.reason}.") from None
        raise ArgumentError(
            f"{path}: {error.reason}.", parameter=path, target=operation.target
        ) from None
    if timeout is not None and request.timeout is not None:
        return content + request.timeout + varint(timeout)
    return content


def unsupported(
    operation: Operation[Any], reason: str = "gRPC has no such call."
) -> UnsupportedOperation:
    """The error for a call that gRPC has not, or that it cannot say."""
    return UnsupportedOperation(
        reason,
        operation=operation.name,
        target=operation.target,
        supported_by=("rest",),
        fix="Use a client with prefer_grpc=False, whose REST transport has it.",
    )


def _encode_body(parts: list[Any], body: Any, head: bytes) -> Generator[None, None, int]:
    """Append the points of an upsert, and give their size with tags and lengths."""
    plain = plain_rows(body)
    if plain is None:
        return (yield from _encode_points(parts, points_of(body), head, b"\x22"))
    try:
        return (yield from write_rows(parts, head, *plain, b"\x22", SLICE))
    except CodecError as error:
        raise error.inside("points") from None


def _encode_points(
    parts: list[Any], points: Iterable[Any], head: bytes, vectors: bytes
) -> Generator[None, None, int]:
    """Append points, and give their size with tags and lengths."""
    total = since = index = 0
    try:
        for index, (id_, vector, payload) in enumerate(points):  # noqa: B007  # the handler names it
            size = write_point(parts, head, id_, vector, payload, vectors)
            total += size
            since += size
            if since >= SLICE:
                since = 0
                yield
    except CodecError as error:
        raise error.inside(index).inside("points") from None
    return total


@cache
def _without(kind: type[Operation[Any]], bulk: str) -> Encode:
    """The encoder of a request but for its long list."""
    method = METHODS[kind]

    def take(operation: Any) -> Fields:
        return {**method.take(operation), bulk: None}

    return CODEC.encode_with(PROTOS[method.path].split(" ")[0], take)


@cache
def _conditions() -> Encode:
    """The encoder of a list of points but for the points."""
    return CODEC.encode_with("PointsUpdateOperation.PointStructList", take_conditions)


def _upsert(operation: ops.UpsertPoints) -> Steps:
    parts: list[Any] = [_without(ops.UpsertPoints, "points")(operation)]
    yield from _encode_body(parts, operation.body, b"\x1a")
    return b"".join(parts)


def _update_vectors(operation: ops.UpdateVectors) -> Steps:
    parts: list[Any] = [_without(ops.UpdateVectors, "points")(operation)]
    points = ((point.id, point.vector, None) for point in operation.body.points)
    yield from _encode_points(parts, points, b"\x1a", b"\x12")
    return b"".join(parts)


def _update_batch(operation: ops.BatchUpdate) -> Steps:
    if not operation.body.operations:
        raise Unsayable("an empty list, which a server refuses over gRPC").inside("operations")
    parts: list[Any] = [_without(ops.BatchUpdate, "operations")(operation)]
    encode = CODEC.encoder("PointsUpdateOperation")
    since = index = 0
    try:
        for index, update in enumerate(operation.body.operations):  # noqa: B007  # the handler names it
            if isinstance(update, models.UpsertOperation):
                yield from _upsert_member(parts, update.upsert)
                continue
            content = encode(update)
            parts += (b"\x1a", varint(len(content)), content)
            since += len(content)
            if since >= SLICE:
                since = 0
                yield
    except CodecError as error:
        raise error.inside(index).inside("operations") from None
    return b"".join(parts)


def _upsert_member(parts: list[Any], body: Any) -> Generator[None, None, None]:
    rest = _conditions()(body)
    inner: list[Any] = [rest]
    size = yield from _encode_body(inner, body, b"\x0a")
    length = varint(size + len(rest))
    parts += (b"\x1a", varint(1 + len(length) + size + len(rest)), b"\x0a", length, *inner)


def _queries(operation: ops.QueryBatchPoints) -> Steps:
    parts: list[Any] = [_without(ops.QueryBatchPoints, "query_points")(operation)]
    encode = CODEC.encoder("QueryPoints")
    since = index = 0
    try:
        for index, search in enumerate(operation.body.searches):  # noqa: B007  # the handler names it
            content = encode((operation.collection_name, search))
            parts += (b"\x12", varint(len(content)), content)
            since += len(content)
            if since >= SLICE:
                since = 0
                yield
    except CodecError as error:
        raise error.inside(index).inside("searches") from None
    return b"".join(parts)


_BULK: Mapping[type[Operation[Any]], Callable[[Any], Steps]] = {
    ops.BatchUpdate: _update_batch,
    ops.QueryBatchPoints: _queries,
    ops.UpdateVectors: _update_vectors,
    ops.UpsertPoints: _upsert,
}


# ---- answers


class _List(NamedTuple):
    """A list in an answer that may be long."""

    key: int
    """The tag of its elements."""
    message: str
    """What its elements are."""
    inner: _List | None
    """The list in each element, where that is what is long."""


_SCORED = _List(0x0A, "ScoredPoint", None)
_RECORDS = "RetrievedPoint"
_GROUPS = _List(0x0A, "GroupsResult", _List(0x0A, "PointGroup", None))
_LISTS: Mapping[str, _List] = {
    "GetResponse": _List(0x0A, _RECORDS, None),
    "QueryBatchResponse": _List(0x0A, "BatchResult", _SCORED),
    "QueryGroupsResponse": _GROUPS,
    "QueryResponse": _SCORED,
    "ScrollResponse": _List(0x12, _RECORDS, None),
}


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


def _decode_nothing(_buffer: bytes, _position: int, _end: int) -> dict[str, Any]:
    return {}


@cache
def _answer(path: str) -> tuple[str, Decode]:
    if path == HEALTH:
        return "", _decode_nothing
    message = PROTOS[path].split(" ")[1]
    return message, CODEC.decode_with(message, _same)


def decode_answer(operation: Operation[Any], content: bytes) -> tuple[Any, Fields]:
    """Decode the answer to an operation: its result, and all fields of the answer.

    Raises:
        DecodeError: the bytes are no such answer.
    """
    result: tuple[Any, Fields] = finish(decode_steps(operation, content))
    return result


def decode_steps(operation: Operation[Any], content: bytes) -> Steps:
    """Decode the answer to an operation in steps, as `decode_answer` does."""
    method = METHODS[type(operation)]
    message, decode = _answer(method.path)
    try:
        bulk = _LISTS.get(message)
        if bulk is _GROUPS and len(content) <= SLICE:
            bulk = None
        if bulk is None:
            fields = decode(content, 0, len(content))
        else:
            items, rest = yield from _decode_list(bulk, content, 0, len(content))
            fields = decode(rest, 0, len(rest))
            fields["result"] = items
            if bulk is _GROUPS:
                fields["result"] = models.GroupsResult(groups=items)
    except (CodecError, IndexError, UnicodeDecodeError, RecursionError, struct.error) as error:
        raise undecodable(operation, error) from error
    return method.result(fields, operation), fields


def _decode_list(
    bulk: _List, content: bytes, position: int, end: int
) -> Generator[None, None, tuple[list[Any], bytes]]:
    """The elements of a long list, and the message without them."""
    items: list[Any] = []
    rest: list[bytes] = []
    since = position
    decode, inner_list, tag_ = CODEC.decoder(bulk.message), bulk.inner, bulk.key
    while position < end:
        start = position
        if content[position] != tag_:
            key, position = read_varint(content, position)
            position = skip(content, position, end, key)
            rest.append(content[start:position])
            continue
        begin, position = read_span(content, position + 1, end)
        if inner_list is None or (position - begin <= SLICE and bulk is not _GROUPS):
            items.append(decode(content, begin, position))
        else:
            inner, _ = yield from _decode_list(inner_list, content, begin, position)
            if bulk is _GROUPS:
                items += inner
            else:
                items.append(inner)
        if position - since >= SLICE:
            since = position
            yield
    return items, b"".join(rest)


def undecodable(operation: Operation[Any], error: Exception) -> DecodeError:
    """The error for bytes that are no answer."""
    reason = error.reason if isinstance(error, CodecError) else f"{type(error).__name__}: {error}"
    return DecodeError(
        f"the answer is not a message of Qdrant: {reason}.",
        operation=operation.name,
        target=operation.target,
    )
