"""The content of a request, cut for the wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["PIECE", "cut"]

PIECE = 256 * 1024
"""Large content is written in pieces of up to this size, without copying it."""


def cut(
    content: bytes | memoryview | Sequence[bytes | memoryview], size: int = PIECE
) -> Iterator[memoryview]:
    """Yield the content in pieces of up to `size` bytes."""
    parts = (content,) if isinstance(content, bytes | memoryview) else content
    for part in parts:
        with memoryview(part) as view:
            for start in range(0, len(view), size):
                yield view[start : start + size]
