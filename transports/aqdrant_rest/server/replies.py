"""Results and errors to answers, with Qdrant's statuses, envelopes and beginnings of messages.

Called by the application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Final, NamedTuple

import msgspec
from anyio.lowlevel import checkpoint

from aqdrant.exceptions import (
    AqdrantError,
    ArgumentError,
    ClientClosed,
    Conflict,
    Forbidden,
    InternalServerError,
    NotFound,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    StatusError,
    TransportError,
    UnsupportedOperation,
)
from aqdrant.models import CollectionInfo
from aqdrant_rest._encoding import Piece, encode, encode_in_pieces
from aqdrant_rest._routes import Answer, Route

__all__ = ["Reply", "accepted_reply", "error_reply", "reply", "result_reply", "text_reply"]

_JSON: Final = b"application/json"
_TEXT: Final = b"text/plain; charset=utf-8"


class Reply(NamedTuple):
    """Status, content type and body of an answer."""

    status: int
    kind: bytes | None = None
    content: bytes = b""
    retry_after: float | None = None
    more: Sequence[tuple[bytes, bytes]] = ()
    """Further headers."""


def reply(status: int, message: str, begun: float) -> Reply:
    """Answer with an error in an envelope."""
    body = {"status": {"error": message}, "time": perf_counter() - begun}
    return Reply(status, _JSON, encode(body))


def text_reply(status: int, text: str) -> Reply:
    """Answer with plain text."""
    return Reply(status, _TEXT, text.encode())


def accepted_reply(begun: float) -> Reply:
    """Answer who does not wait for the result."""
    return Reply(202, _JSON, encode({"status": "accepted", "time": perf_counter() - begun}))


async def result_reply(route: Route, result: Any, begun: float) -> Reply:
    """Answer with the result of an operation; the event loop has its turns in between."""
    if route.answer is Answer.TEXT:
        return text_reply(200, str(result))
    if route.answer is Answer.BARE:
        return Reply(200, _JSON, encode(result))
    if isinstance(result, CollectionInfo):
        result = _complete(result)
    pieces: list[Piece] = [b'{"result":']
    for piece in encode_in_pieces(result):
        pieces.append(piece)
        await checkpoint()
    time = msgspec.json.encode(perf_counter() - begun)
    return Reply(200, _JSON, b"".join((*pieces, b',"status":"ok","time":', time, b"}")))


def _complete(info: CollectionInfo) -> dict[str, Any]:
    """A collection with the settings that have their defaults, which Qdrant shows too."""
    shown: dict[str, Any] = info.model_dump(mode="json", by_alias=True, exclude_none=True)
    schema = {name: encode(index) for name, index in info.payload_schema.items()}
    return {**shown, "payload_schema": {name: msgspec.Raw(text) for name, text in schema.items()}}


_KINDS: Final[Mapping[type[AqdrantError], tuple[int, str]]] = {
    Forbidden: (403, "Forbidden: "),
    NotFound: (404, "Not found: "),
    Conflict: (409, "Wrong input: "),
    OperationTimeout: (408, "Timeout: "),
    PayloadTooLarge: (400, ""),
    RateLimited: (429, "Rate limiting exceeded: "),
    InternalServerError: (500, "Service internal error: "),
    ArgumentError: (400, "Wrong input: "),
    UnsupportedOperation: (501, "Not supported: "),
    ClientClosed: (503, "Service is unavailable: "),
    TransportError: (503, "Service is unavailable: "),
    AqdrantError: (500, "Service internal error: "),
}
"""Kind of error → status and beginning of the message; the first that fits."""


def error_reply(error: AqdrantError, begun: float) -> Reply:
    """Answer with the error that an operation ended with.

    What another server said goes on word for word.
    """
    status, prefix = next(found for kind, found in _KINDS.items() if isinstance(error, kind))
    retry_after = None
    message = " ".join(part for part in (f"{prefix}{error.message}", error.fix) if part)
    if isinstance(error, StatusError):
        status, retry_after = error.status_code, error.retry_after
        if error.reason is not None:
            message = error.reason
        elif status == 422:
            where = "path parameters" if error.parameter == "collection_name" else "JSON body"
            message = f"Validation error in {where}: [{message.removeprefix(prefix)}]"
    return reply(status, message, begun)._replace(retry_after=retry_after)
