"""The message in the body of a request, what its headers say of it, and the frame of an answer.

Called by the application and the health service.
"""

from __future__ import annotations

import hmac
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

__all__ = [
    "MESSAGE_LIMIT",
    "START",
    "TRAILERS",
    "Refused",
    "check_key",
    "frame",
    "read_body",
    "read_deadline",
    "read_message",
    "unpack",
]

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

MESSAGE_LIMIT: Final = 33_554_432
"""Bytes of a message that Qdrant takes."""
TRAILERS: Final = "http.response.trailers"
START: Final[Mapping[str, Any]] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/grpc")],
    "trailers": True,
}
"""The event that every answer begins with."""
_PREFIX: Final = 5
_GZIP: Final = 31
_UNITS: Final = {
    b"H": 3600.0,
    b"M": 60.0,
    b"S": 1.0,
    b"m": 1e-3,
    b"u": 1e-6,
    b"n": 1e-9,
}


class Refused(Exception):
    """A request that is answered without running anything.

    Args:
        code: the name of the status code.
        message: the text of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_key(headers: Mapping[bytes, bytes], key: bytes | None) -> None:
    """Let a request in that brings the key.

    Raises:
        Refused: it brings none, or another one.
    """
    if key is None:
        return
    given = headers.get(b"api-key")
    if given is None:
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        given = token if scheme == b"Bearer" else None
    if given is None:
        reason = "Must provide an API key or an Authorization bearer token"
        raise Refused("UNAUTHENTICATED", reason)
    if not hmac.compare_digest(given, key):
        raise Refused("UNAUTHENTICATED", "Invalid API key or JWT")


def read_deadline(headers: Mapping[bytes, bytes]) -> float | None:
    """Seconds that the client waits; None where it does not say, or says nothing readable."""
    text = headers.get(b"grpc-timeout", b"")
    unit = _UNITS.get(text[-1:])
    if unit is None or not text[:-1].isdigit() or len(text) > 9:
        return None
    return int(text[:-1]) * unit


async def read_body(receive: Receive) -> bytes | None:
    """Read a body to its end: what is left unread would hold up the other calls.

    Of one that is too long the beginning is kept, which tells its length; None if the client goes.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        piece: bytes = event.get("body", b"")
        if size <= MESSAGE_LIMIT + _PREFIX:
            pieces.append(piece)
        size += len(piece)
        if not event.get("more_body"):
            return b"".join(pieces)


def _too_long(size: int) -> Refused:
    return Refused(
        "OUT_OF_RANGE",
        f"Error, decoded message length too large: found {size} bytes, the limit is:"
        f" {MESSAGE_LIMIT} bytes",
    )


def read_message(body: bytes) -> tuple[bool, bytes]:
    """Take the one message out of a body; tell whether it is compressed.

    Raises:
        Refused: there is none, or not the whole of it, or more than one.
    """
    if len(body) < _PREFIX:
        raise Refused("INTERNAL", "Missing request message.")
    size = int.from_bytes(body[1:_PREFIX], "big")
    if size > MESSAGE_LIMIT:
        raise _too_long(size)
    if len(body) != size + _PREFIX or body[0] > 1:
        raise Refused("INTERNAL", "the body is not one whole message")
    return body[0] == 1, body[_PREFIX:]


def unpack(message: bytes, encoding: bytes) -> bytes:
    """Unpack a compressed message.

    Raises:
        Refused: it is damaged, larger than the limit, or packed in another way than gzip.
    """
    if not encoding or encoding == b"identity":
        reason = "protocol error: received message with compressed-flag but no grpc-encoding"
        raise Refused("INTERNAL", reason)
    if encoding != b"gzip":
        name = encoding.decode("ascii", "replace")
        reason = f"Content is compressed with `{name}` which isn't supported"
        raise Refused("UNIMPLEMENTED", reason)
    packed = zlib.decompressobj(_GZIP)
    try:
        plain = packed.decompress(message, MESSAGE_LIMIT + 1)
    except zlib.error as error:
        raise Refused("INTERNAL", f"Error decompressing: {error}") from error
    if len(plain) > MESSAGE_LIMIT:
        raise _too_long(len(plain))
    if not packed.eof:
        raise Refused("INTERNAL", "Error decompressing: the end is missing")
    return plain


def frame(pieces: Iterable[bytes]) -> bytes:
    """Put the prefix of its length before a message that comes in pieces."""
    content = b"".join(pieces)
    return b"".join((b"\0", len(content).to_bytes(4, "big"), content))
