"""Requests and answers, as both versions of HTTP carry them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from .errors import ProtocolError

__all__ = ["Content", "Fields", "Request", "Response"]

Fields: TypeAlias = Sequence[tuple[bytes, bytes]]
Content: TypeAlias = bytes | bytearray | memoryview | Sequence[bytes] | AsyncIterable[bytes]

_REPEATABLE = frozenset({b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"})


@dataclass(slots=True)
class Request:
    """What is to be sent.

    Args:
        method: in capitals.
        target: path and query, as they stand on the wire.
        fields: headers; `Host`, and what frames the content, are added where they are not there.
        content: bytes, pieces of them, or an async iterable of pieces.
        repeatable: whether sending it twice does no harm.
    """

    method: bytes
    target: bytes
    fields: Fields
    content: bytes | memoryview | Sequence[bytes | memoryview] | AsyncIterable[bytes]
    repeatable: bool
    consumed: bool = False
    """Whether an iterated content was begun, so that it cannot be sent again."""

    @property
    def size(self) -> int | None:
        """Bytes of the content, where that is known."""
        content = self.content
        if isinstance(content, bytes | memoryview):
            return len(content)
        if isinstance(content, AsyncIterable):
            return None
        return sum(map(len, content))


def build_request(
    method: bytes, target: bytes, fields: Fields, content: Content, repeatable: bool | None
) -> Request:
    """Check what does not depend on the version of HTTP.

    Raises:
        ProtocolError: of a method, a target or a header that is none; nothing was sent.
    """
    if not (method.isalpha() and method.isupper()):
        raise ProtocolError(f"No HTTP method: {method!r}", sent=False)
    if (
        not target
        or not target.isascii()
        or not target.decode("ascii").isprintable()
        or b" " in target
    ):
        raise ProtocolError(f"No request target: {target!r}", sent=False)
    if isinstance(content, bytearray) or (
        isinstance(content, memoryview) and (content.ndim != 1 or content.itemsize != 1)
    ):
        content = memoryview(content).cast("B")
    if repeatable is None:
        repeatable = method in _REPEATABLE
    return Request(method, target, fields, content, repeatable)


@dataclass(slots=True, eq=False)
class Response:
    """A whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    """In the order of the wire, names in lower case."""
    content: bytes = b""
    http_version: str = "HTTP/1.1"
    """``"HTTP/1.0"``, ``"HTTP/1.1"`` or ``"HTTP/2"``."""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    reused: bool = False
    """Whether the connection had carried a request before."""
