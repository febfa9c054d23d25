"""What a Qdrant server was sent over REST and answered, and our operations made out of it."""

from __future__ import annotations

import json
import lzma
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import read
from aqdrant.operations import Operation
from aqdrant.transport import CallOptions
from aqdrant_rest._routes import Answer, Route, find_route

PATH = Path(__file__).parents[1] / "data" / "wire" / "exchanges.jsonl.xz"
FORM = frozenset(
    {"connection", "content-encoding", "content-length", "expect", "transfer-encoding"}
)
"""Headers about how a request is carried, which are no caller's business."""
VARIABLE = "${"


class LeftOut(Exception):
    """This exchange is none that our client would have."""


class Exchange(msgspec.Struct):
    """One line of the file."""

    name: str
    method: str
    path: str
    status: int
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    answer_headers: dict[str, str] = {}
    answer: Any = None
    raw: str | None = None

    @property
    def content(self) -> bytes:
        """The body of the answer; bytes that were not recorded are zeros."""
        if self.raw is not None:
            return self.raw.encode()
        if self.answer is None:
            return b""
        if isinstance(self.answer, str):
            return self.answer.encode()
        if "$size" in self.answer:
            return bytes(self.answer["$size"])
        return json.dumps(self.answer, separators=(",", ":")).encode()

    @property
    def told(self) -> Any:
        """The body of the answer, as JSON or as text."""
        if self.raw is None:
            return self.answer
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw

    @property
    def json(self) -> Any:
        """The body of the request, if it is JSON."""
        body = self.body
        if isinstance(body, Mapping) and "$text" in body:
            try:
                return json.loads(body["$text"])
            except ValueError:
                raise LeftOut("a body that is no JSON") from None
        if isinstance(body, str) or (isinstance(body, Mapping) and "$base64" in body):
            raise LeftOut("a body that is packed, or no JSON")
        return body

    @property
    def file(self) -> bytes:
        """The file in the form of the request, in place of a snapshot that was not recorded."""
        body: Any = self.body
        parts: list[Any] = body.get("$multipart", []) if isinstance(body, Mapping) else []
        if [part.get("name") for part in parts] != ["snapshot"] or "filename" not in parts[0]:
            raise LeftOut("a form that is not one file, snapshot")
        return json.dumps(parts[0]).encode()


class Call(NamedTuple):
    """An operation, and what belongs to its call."""

    route: Route
    operation: Operation[Any]
    options: CallOptions


@cache
def exchanges() -> dict[str, Exchange]:
    """All of them by name."""
    with lzma.open(PATH) as lines:
        found = [msgspec.json.decode(line, type=Exchange) for line in lines]
    return {exchange.name: exchange for exchange in found}


def call_of(exchange: Exchange) -> Call:
    """Make the operation that gives the request of an exchange.

    Raises:
        LeftOut: there is none.
    """
    found = find_route(exchange.method, exchange.path)
    if found is None:
        raise LeftOut("a path or a method that the table does not have")
    if exchange.headers.keys() & FORM:
        raise LeftOut("a request that is carried in a way of its own")
    if exchange.status == 0 or not _is_recorded(exchange, found[0]):
        raise LeftOut("an answer that was not recorded")
    route, values = found
    try:
        fields = _fields(exchange, route, values)
        operation = route.operation(**fields)
        route.path_of(operation)
        return Call(route, operation, _options(exchange, route))
    except ArgumentError as error:
        raise LeftOut(str(error)) from error


def _is_recorded(exchange: Exchange, route: Route) -> bool:
    """Whether the bytes of the answer are known, or are none that anyone looks at."""
    size_alone = isinstance(exchange.answer, Mapping) and "$size" in exchange.answer
    return not size_alone or route.answer is Answer.CONTENT


def _fields(exchange: Exchange, route: Route, values: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for parameter in route.in_path:
        fields[parameter.field] = _value(values[parameter.field], parameter.kind, parameter.name)
    known = {parameter.name for parameter in route.in_query}
    if exchange.query.keys() - known - {"timeout"}:
        raise LeftOut("a parameter in the query that the table does not have")
    if "timeout" in exchange.query and not route.takes_timeout:
        raise LeftOut("a parameter in the query that the table does not have")
    for parameter in route.in_query:
        text = exchange.query.get(parameter.name)
        if text is not None:
            fields[parameter.field] = _value(text, parameter.kind, parameter.name)
    if route.body is not None:
        fields["body"] = read(exchange.json, route.body, "body")
    elif route.takes_form:
        _ = exchange.file
    elif exchange.body is not None:
        raise LeftOut("a body where none belongs")
    return fields


def _value(text: Any, kind: Any, name: str) -> Any:
    """Read a text of the path or the query as what it means."""
    if not isinstance(text, str):
        raise LeftOut("a parameter that stands twice in the query")
    kinds = typing.get_args(kind) or (kind,)
    if bool in kinds and text in ("true", "false"):
        return text == "true"
    if VARIABLE in text:  # a name that a server chose
        return text
    if int in kinds and text.isdecimal():
        return read(int(text), kind, name)
    return read(text, kind, name)


def _options(exchange: Exchange, route: Route) -> CallOptions:
    timeout = exchange.query.get("timeout")
    if timeout is not None and not (str(timeout).isdecimal() and 0 < int(timeout) < 2**53):
        raise LeftOut("a timeout that is none")
    headers = {name: text for name, text in exchange.headers.items() if name != "content-type"}
    return CallOptions(timeout=None if timeout is None else float(timeout), headers=headers)


def meaning(target: str) -> tuple[list[str], dict[str, str]]:
    """Take a request target apart: the decoded segments of its path, and its query."""
    parts = urlsplit(target)
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    return (
        [unquote(part) for part in parts.path.split("/")],
        {unquote(name): unquote(text) for name, _, text in pairs},
    )
