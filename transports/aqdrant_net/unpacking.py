"""Packed content of answers, unpacked within a bound.

A few packed bytes may stand for more than memory holds. Called by the transports.
"""

from __future__ import annotations

import zlib
from typing import Final

from anyio import to_thread

from .errors import AnswerTooLarge

__all__ = ["ANY_HEADER", "GZIP", "LARGE", "unpack"]

GZIP: Final = 31
"""Has zlib write and read the header of gzip."""
ANY_HEADER: Final = 47
"""Has zlib recognize gzip and deflate by themselves."""
LARGE: Final = 1 << 16
"""Bytes that are packed or unpacked in a thread."""


async def unpack(packed: bytes, header: int, origin: object, most: int | None) -> bytes:
    """Unpack the content of an answer.

    Args:
        packed: what came.
        header: `GZIP` or `ANY_HEADER`.
        origin: who answered.
        most: bytes that it may have; None for no bound.

    Raises:
        AnswerTooLarge: it has more.
        zlib.error: it is damaged, or cut short.
    """
    if len(packed) < LARGE:
        return _unpack(packed, header, origin, most)
    return await to_thread.run_sync(_unpack, packed, header, origin, most)


def _unpack(packed: bytes, header: int, origin: object, most: int | None) -> bytes:
    unpacking = zlib.decompressobj(header)
    content = unpacking.decompress(packed, 0 if most is None else most + 1)
    if most is not None and len(content) > most:
        raise AnswerTooLarge(origin, most)
    if not unpacking.eof:
        raise zlib.error("it is cut short")
    return content
