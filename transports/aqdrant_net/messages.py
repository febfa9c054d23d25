"""Requests and answers, as both versions of HTTP carry them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Content", "Fields", "Pieces", "Request", "build_request"]

Fields: TypeAlias = Sequence[tuple[bytes, bytes]]
Pieces: TypeAlias = bytes | memoryview | Sequence[bytes | memoryview] | AsyncIterable[bytes]
Content: TypeAlias = Pieces | bytearray

_REPEATABLE = frozenset({b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"})


@dataclass(slots=True)
class Request:
    """What is to be sent; `HeadWriter` checks it.

    Args:
        method: in capitals.
        target: path and query, as they stand on the wire.
        fields: headers.
        content: bytes, pieces of them, or an async iterable of pieces.
        repeatable: whether sending it twice does no harm.
        open: whether the content comes later, by `Exchange.send`.
    """

    method: bytes
    target: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    content: Pieces
    repeatable: bool
    open: bool = False
    consumed: bool = False
    """Whether an iterated content was begun, so that it cannot be sent again."""

    @property
    def size(self) -> int | None:
        """Bytes of the content, where that is known."""
        content = self.content
        if isinstance(content, bytes | memoryview):
            return None if self.open else len(content)
        if isinstance(content, AsyncIterable):
            return None
        return sum(map(len, content))


def build_request(
    method: bytes, target: bytes, fields: Fields, content: Content, repeatable: bool | None
) -> Request:
    """Bring a request into the form that both versions of HTTP work on."""
    if isinstance(content, bytearray | memoryview):
        content = memoryview(content).cast("B")
    if repeatable is None:
        repeatable = method in _REPEATABLE
    return Request(method, target, tuple(fields), content, repeatable)
