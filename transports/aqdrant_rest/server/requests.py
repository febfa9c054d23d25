"""Requests to operations: path, query and body read by the route's own types.

Called by the application. What cannot be read raises `Refused` with Qdrant's status and the
beginning of its message; what follows is in our words, which name the place.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import SERVED, read
from aqdrant.models._unions import is_union, members
from aqdrant.operations import Operation, UpsertPoints
from aqdrant_rest._routes import Parameter, Route

from .refusing import Refused
from .spelling import renamed, respelled, with_sparse_rows

__all__ = ["BODY_LIMIT", "Asked", "read_operation", "unpack"]

BODY_LIMIT: Final = 33_554_432
"""Bytes of a body that Qdrant takes."""
_QUERY: Final = "Deserialize error in query parameters: "
_BODY: Final = "Format error in JSON body: "
_LONGEST_NAME: Final = 255
_MAX_TIMEOUT: Final = 2**63


class Asked(NamedTuple):
    """What a request asks for."""

    operation: Operation[Any]
    timeout: float | None


def read_operation(route: Route, in_path: Mapping[str, str], query: bytes, content: bytes) -> Asked:
    """Read the operation of a request.

    Args:
        route: its row.
        in_path: field → its text in the path.
        query: the query as it came.
        content: the body.

    Raises:
        Refused: something in it cannot be read.
    """
    fields: dict[str, Any] = {
        parameter.field: _read_path(parameter, in_path[parameter.field])
        for parameter in route.in_path
    }
    texts = _split_query(query, route.query)
    for parameter in route.in_query:
        if parameter.name in texts:
            fields[parameter.field] = _read_text(parameter, texts[parameter.name], _QUERY)
    if route.body is not None:
        fields["body"] = _read_body(route.body, content)
    return Asked(route.operation(**fields), _read_timeout(route, texts.get("timeout")))


_WINDOWS: Final = {b"gzip": 31, b"deflate": 15}
_BROKEN: Final = "Error that occur during reading payload: payload reached EOF before completing:"


def unpack(content: bytes, encoding: bytes) -> bytes:
    """Unpack a body; one of an encoding that is unknown is taken as it is, as Qdrant does.

    Raises:
        Refused: it is damaged, or larger than the limit.
    """
    if encoding in (b"br", b"zstd"):
        raise Refused(400, f"{_BROKEN} this server unpacks gzip and deflate")
    window = _WINDOWS.get(encoding)
    if window is None:
        return content
    packed = zlib.decompressobj(window)
    try:
        plain = packed.decompress(content, BODY_LIMIT + 1)
    except zlib.error as error:
        raise Refused(400, f"{_BROKEN} {error}") from error
    if len(plain) > BODY_LIMIT:
        raise Refused(400, f"JSON payload has exceeded limit (limit: {BODY_LIMIT} bytes).")
    if not packed.eof:
        raise Refused(400, f"{_BROKEN} the end is missing")
    return plain


def _read_path(parameter: Parameter, text: str) -> Any:
    name = parameter.name
    if name == "collection_name":
        if "/" in text:
            raise Refused(422, _invalid_path(name, 'collection name cannot contain "/" char'))
        if "\0" in text:
            raise Refused(422, _invalid_path(name, r'collection name cannot contain "\u0000" char'))
        if len(text) > _LONGEST_NAME:
            raise Refused(422, _invalid_path(name, "name must have from 1 to 255 characters"))
    if name == "vector_name" and "/" in text:
        raise Refused(422, _invalid_path(name, 'vector name cannot contain "/" char'))
    return _read_text(parameter, text, "Wrong input: ")


def _invalid_path(name: str, reason: str) -> str:
    return f"Validation error in path parameters: [{name}: {reason}]"


def _split_query(query: bytes, known: tuple[str, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        key = _unquote(name)
        if key in texts and key in known:
            raise Refused(400, f"{_QUERY}duplicate field `{key}`")
        texts[key] = _unquote(value)
    return texts


def _unquote(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8", "replace")


def _read_text(parameter: Parameter, text: str, prefix: str) -> Any:
    """Read a value that came as text: a number where the type knows numbers."""
    kinds = members(parameter.kind)
    value: Any = text
    if parameter.name == "consistency" and text == "0":
        raise Refused(400, f"{prefix}failed to deserialize read consistency, which is 1 or more")
    if bool in kinds:
        if text not in ("true", "false"):
            raise Refused(400, f"{prefix}provided string was not `true` or `false`")
        value = text == "true"
    elif int in kinds and text.isascii() and text.isdecimal():
        value = int(text)
    elif kinds == (int,):
        raise Refused(400, f"{prefix}invalid digit found in string")
    try:
        return read(value, parameter.kind, parameter.name, SERVED)
    except ArgumentError as error:
        raise Refused(400, prefix + error.message) from error


def _read_timeout(route: Route, text: str | None) -> float | None:
    if text is None:
        return None
    if not text:
        raise Refused(400, f"{_QUERY}cannot parse integer from empty string")
    if not (text.isascii() and text.isdecimal()):
        raise Refused(400, f"{_QUERY}invalid digit found in string")
    seconds = int(text)
    if seconds >= _MAX_TIMEOUT:
        raise Refused(400, f"{_QUERY}number too large to fit in target type")
    if not seconds and "consistency" in route.query:
        raise Refused(400, f"{_QUERY}invalid value: integer `0`, expected a nonzero u64")
    if not seconds and route.operation is UpsertPoints:
        return None  # of all operations this one takes it
    if not seconds:
        reason = "[timeout: value 0 invalid, must be 1 or larger]"
        raise Refused(422, f"Validation error in query parameters: {reason}")
    return float(seconds)


def _read_body(kind: Any, content: bytes) -> Any:
    try:
        value = with_sparse_rows(renamed(msgspec.json.decode(content)))
        if not is_union(kind):
            _refuse_duplicates(content)
    except RecursionError as error:
        raise Refused(400, f"{_BODY}recursion limit exceeded") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = str(error) if content.strip() else "EOF while parsing a value at line 1 column 0"
        raise Refused(400, _BODY + reason) from error
    try:
        return _read_value(value, kind)
    except ArgumentError as error:
        raise Refused(400, _BODY + error.message) from error


def _read_value(value: Any, kind: Any) -> Any:
    """Read a body; one that our types refuse once more, in the spelling that Qdrant reads it in."""
    try:
        return read(value, kind, "body", SERVED)
    except ArgumentError as error:
        try:
            return read(respelled(value), kind, "body", SERVED)
        except ArgumentError:
            raise error from None


def _refuse_duplicates(content: bytes) -> None:
    """Refuse a member that stands twice at the top level; of unions Qdrant takes the last one."""
    outermost: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        outermost[:] = [name for name, _ in pairs]

    json.loads(content, object_pairs_hook=keep)
    if len(set(outermost)) != len(outermost):
        twice = next(name for name in outermost if outermost.count(name) > 1)
        raise Refused(400, f"{_BODY}duplicate field `{twice}`")
