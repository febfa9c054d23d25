"""The content of a request, cut for the wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

__all__ = ["PIECE", "cut"]

PIECE = 512 * 1024
"""Content is written in pieces of up to this size."""


def cut(
    content: bytes | memoryview | Sequence[bytes | memoryview], first: bytes = b""
) -> Iterator[bytes | memoryview]:
    """Yield the content in pieces of up to `PIECE` bytes: a longer part uncopied, others joined.

    Args:
        content: the content, or its parts.
        first: what goes before it.
    """
    # A memoryview is a sequence, too.
    given = (content,) if isinstance(content, bytes | memoryview) else content
    parts = cast("Sequence[bytes | memoryview]", given)
    waiting: list[bytes | memoryview] = [first] if first else []
    size = len(first)
    for part in parts:
        if size + len(part) > PIECE:
            if waiting:
                yield b"".join(waiting)
            waiting, size = [], 0
        if len(part) > PIECE:
            view = memoryview(part)
            yield from (view[start : start + PIECE] for start in range(0, len(view), PIECE))
        else:
            waiting.append(part)
            size += len(part)
    if waiting:
        yield b"".join(waiting)
