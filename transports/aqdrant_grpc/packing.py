"""Packing messages with gzip, the one way that Qdrant knows, where the user wants it.

The transport reads the wish, the channel packs requests.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from anyio import to_thread

from aqdrant.exceptions import ArgumentError
from aqdrant.models._scalars import kind_of
from aqdrant_net.unpacking import GZIP, LARGE

__all__ = ["Packing", "pack", "read_packing"]

_LEVEL: Final = 6
_GZIP_NAMES: Final = (2, "gzip")
"""The value of `grpc.Compression.Gzip`, and the name that goes over the wire."""


class Packing(NamedTuple):
    """What a client packs."""

    requests: bool = False
    answers: bool = False

    @property
    def fields(self) -> tuple[tuple[bytes, bytes], ...]:
        """The metadata that says so."""
        encoding = ((b"grpc-encoding", b"gzip"),) if self.requests else ()
        return (*encoding, (b"grpc-accept-encoding", b"gzip")) if self.answers else encoding


def read_packing(options: Mapping[str, Any]) -> Packing:
    """Read `compression`, for answers alone, and `grpc_compression`, for both ways.

    Raises:
        ArgumentError: another way to pack than gzip, or a value of the wrong kind.
    """
    answers, both = options.get("compression"), options.get("grpc_compression")
    if answers is not None and not isinstance(answers, bool):
        raise ArgumentError(
            f"compression: {kind_of(answers)}, wanted a bool.", parameter="compression"
        )
    is_packed = both in _GZIP_NAMES
    if both and not is_packed:
        raise ArgumentError(
            f"grpc_compression: {both!r}, which Qdrant does not know.",
            parameter="grpc_compression",
            fix="Pass grpc.Compression.Gzip, or 'gzip'.",
        )
    return Packing(requests=is_packed, answers=is_packed or bool(answers))


async def pack(message: bytes) -> bytes:
    """Pack a message."""
    if len(message) < LARGE:
        return zlib.compress(message, _LEVEL, GZIP)
    return await to_thread.run_sync(zlib.compress, message, _LEVEL, GZIP)
