"""Recorded gRPC calls, and those made over REST to a server in the same state, saying the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from aqdrant.models._readers import STRICT, reader
from aqdrant.operations import Operation
from aqdrant_rest._routes import find_route

WIRE = Path(__file__).resolve().parents[1] / "data" / "wire" / "grpc"


class Call(NamedTuple):
    """A recorded call; see the README beside the data."""

    file: str
    line: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}/{self.line['name']}"

    @property
    def method(self) -> str:
        method: str = self.line["method"]
        return method

    @property
    def request(self) -> bytes:
        return base64.b64decode(self.line["request"])

    @property
    def answer(self) -> bytes:
        return base64.b64decode(self.line.get("response", ""))

    @property
    def is_answered(self) -> bool:
        return bool(self.line["status"] == "OK")


@cache
def calls() -> tuple[Call, ...]:
    return tuple(_read())


def _read() -> Iterator[Call]:
    for path in sorted(WIRE.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Call(path.stem, json.loads(line))


def operation_of(rest: dict[str, Any]) -> tuple[Operation[Any], int | None] | None:
    """The operation that a REST request asks for, and its timeout; None where it asks for none.

    Raises:
        Mismatch: the request is one that our models refuse.
    """
    found = find_route(rest["method"], quote(rest["path"], safe="/%"))
    body = rest["body"]
    if found is None or (isinstance(body, dict) and any(key.startswith("$") for key in body)):
        return None
    route, texts = found
    values = {p.field: _read_text(p.kind, texts[p.field]) for p in route.in_path} | {
        parameter.field: _read_text(parameter.kind, rest["query"][parameter.name])
        for parameter in route.in_query
        if parameter.name in rest["query"]
    }
    if route.body is not None:
        values["body"] = reader(route.body, STRICT)({} if body is None else body)
    timeout = rest["query"].get("timeout")
    return route.operation(**values), None if timeout is None else int(timeout)


def _read_text(kind: Any, text: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except (msgspec.ValidationError, TypeError):
        return reader(kind, STRICT)(int(text) if str(text).isdigit() else text)
