"""gRPC's status codes and trailers as the errors of the core."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import unquote

from aqdrant.exceptions import AqdrantError, DecodeError, OperationTimeout, status_error
from aqdrant_net import Fields, Response

__all__ = ["CODES", "Named", "place_of", "read_message"]

CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
_NAMES = {str(number): name for number, name in enumerate(CODES)}
_STATUS = {
    "CANCELLED": 503,
    "INVALID_ARGUMENT": 400,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "UNAUTHENTICATED": 401,
}
"""Code → the HTTP status that corresponds; 500 for the others."""
_NO_GRPC = "This is no answer of gRPC's: check grpc_port (6334 by default)."


class Named(Protocol):
    """What an error says of the call: an operation, or a native call."""

    @property
    def name(self) -> str:
        """The name of the call."""
        ...

    @property
    def target(self) -> str | None:
        """What the call is about."""
        ...


def place_of(operation: Named, server: str) -> str:
    """Say where a call went: to which server, and what it is about."""
    return f"{server}, {operation.target}" if operation.target else server


def read_message(answer: Response, operation: Named, timeout: float | None, server: str) -> bytes:
    """Give the message of an answer of the server at this address.

    Raises:
        StatusError: Qdrant answered with an error.
        OperationTimeout: the server ran out of time.
        DecodeError: it is no answer of a gRPC server.
    """
    trailers = answer.trailers or answer.headers
    if (b"grpc-status", b"0") not in trailers:
        raise _error(answer, _texts(trailers), operation, timeout, server)
    content = answer.content
    if len(content) < 5 or len(content) - 5 != int.from_bytes(content[1:5], "big"):
        raise _undecodable(
            f"the answer is {max(len(content) - 5, 0)} bytes long, and is not whole",
            operation,
            server,
        )
    if content[0]:
        raise _undecodable("the answer is compressed otherwise than with gzip", operation, server)
    return content[5:]


def _texts(fields: Fields) -> dict[str, str]:
    return {name.decode("latin-1"): text.decode("utf-8", "replace") for name, text in fields}


def _error(
    answer: Response, trailers: dict[str, str], operation: Named, timeout: float | None, server: str
) -> AqdrantError:
    code = trailers.get("grpc-status")
    if code is None and answer.status == 200:
        return _undecodable("the answer has no grpc-status", operation, server)
    name = _NAMES.get(code or "", "UNKNOWN")
    reason = unquote(trailers.get("grpc-message", ""))
    if name == "DEADLINE_EXCEEDED" or (name == "CANCELLED" and reason == "Timeout expired"):
        return OperationTimeout(
            f"the server ran out of time: {reason or name}.",
            timeout=timeout,
            operation=operation.name,
            target=place_of(operation, server),
            fix="Pass a longer timeout= to the call or to the client.",
        )
    http = answer.status if code is None else _STATUS.get(name, 500)
    # Not of a gRPC server: a REST port that speaks HTTP/2, or a proxy.
    is_lost = code is None and http == 404
    if reason.startswith("Insufficient storage"):
        http = 507  # A quota, for which gRPC has no code of its own.
    return status_error(
        http,
        reason or f"status {http}." if code is None else reason or name,
        grpc_code=name,
        reason=reason,
        headers={**_texts(answer.headers), **trailers},
        operation=operation.name,
        target=place_of(operation, server),
        fix=_NO_GRPC if is_lost else None,
    )


def _undecodable(reason: str, operation: Named, server: str) -> DecodeError:
    where = place_of(operation, server)
    return DecodeError(f"{reason}.", processed=True, operation=operation.name, target=where)
