"""The client side: operations out as HTTP requests, answers back as results."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any, Final, TypeVar, cast

from anyio.lowlevel import checkpoint

from aqdrant.exceptions import UnsupportedOperation
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    ByteStream,
    CallOptions,
    Encoded,
    NativeCall,
    TransportConfig,
)
from aqdrant_net import NetError

from ._encoding import Piece, encode, encode_in_pieces, is_small
from ._routes import ROUTES
from .answers import raise_unless_success, read_result
from .errors import Call, net_error
from .streams import open_stream
from .wire import Wire

__all__ = ["RestTransport"]

R = TypeVar("R")

LOGGER: Final = logging.getLogger("aqdrant.rest")
_PIECE: Final = 1 << 18
"""Bytes of a body after which the event loop has its turn."""


class RestTransport:
    """Qdrant's REST API behind the transport protocol.

    Made without I/O; connections are kept apart for each event loop. Safe to use from many tasks,
    threads and event loops at once.

    Args:
        config: the address, and the options of the client; see `settings`.

    Raises:
        ArgumentError: an option is unknown or wrong.
    """

    def __init__(self, config: TransportConfig) -> None:
        self._wire = Wire(config)

    def __repr__(self) -> str:
        return f"<RestTransport {self._wire.config.target} [{self._wire!r}]>"

    @property
    def connections_made(self) -> int:
        """Connections made so far, on every event loop."""
        return self._wire.connections_made

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run one operation."""
        route = ROUTES.get(type(operation))
        if route is None or isinstance(operation, StreamOperation):
            raise _unsupported(operation)
        wire = self._wire
        carrier = wire.ready_carrier or await wire.carrier()
        call, target = wire.address(route, operation, options)
        has_body = route.body is not None
        fields = wire.ready_headers(options, has_json=has_body)
        if fields is None:
            fields = await wire.headers(options, has_json=has_body)
        content: bytes | list[Piece] = b""
        encoded = options.encoded
        if encoded is not None and encoded.fits(operation, self):
            content = encoded.content
        elif has_body:
            body = cast("Any", operation).body
            content = encode(body) if is_small(body) else await _encoded(body)
        begun = perf_counter()
        try:
            answer = await carrier.request(
                route.verb, target, fields, content, repeatable=operation.idempotent
            )
        except NetError as error:
            raise net_error(call, error) from error
        if LOGGER.isEnabledFor(logging.DEBUG):
            _log(call, answer.status, begun)
        raise_unless_success(call, answer.status, answer.headers, answer.content)
        return cast("R", await read_result(call, answer))

    async def prepare(
        self, operation: Operation[Any], _options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded | None:
        """Encode the body of an operation that is to run soon."""
        route = ROUTES.get(type(operation))
        if route is None or route.body is None:
            return None
        return Encoded(operation, self, await _encoded(cast("Any", operation).body))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Download or upload a snapshot piece by piece."""
        route = ROUTES.get(type(operation))
        if route is None:
            raise _unsupported(operation)
        return open_stream(self._wire, route, operation, options)

    async def aclose(self) -> None:
        """Close every connection; closing again does nothing."""
        await self._wire.aclose()


async def _encoded(body: Any) -> list[Piece]:
    """Encode a body, with a turn for the event loop after each large piece."""
    content: list[Piece] = []
    size = 0
    for piece in encode_in_pieces(body):
        content.append(piece)
        size += len(piece)
        if size >= _PIECE:
            size = 0
            await checkpoint()
    return content


def _log(call: Call, status: int, begun: float) -> None:
    seconds = perf_counter() - begun
    LOGGER.debug("%s %s: %d in %.1f ms", call.operation, call.target, status, seconds * 1e3)


def _unsupported(operation: Operation[Any]) -> UnsupportedOperation:
    if isinstance(operation, NativeCall):
        return UnsupportedOperation(
            "REST has no native calls of gRPC.",
            operation=operation.name,
            target=operation.target,
            supported_by=("grpc",),
            fix="Use a client with prefer_grpc=True.",
        )
    return UnsupportedOperation(
        f"REST has no route for {operation.name}.",
        operation=operation.name,
        target=operation.target,
        fix="A StreamOperation runs by stream(), any other by execute().",
    )
