"""The connections to one server, for one event loop.

Called by the transport. A connection is opened when it is needed; a call takes the one with the
fewest calls in flight. What was lost is replaced by the next call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from aqdrant.exceptions import ClientClosed, ConnectionFailed, TLSFailed
from aqdrant_grpc.connection import Answer, Connection, Headers
from aqdrant_grpc.options import ChannelOptions

__all__ = ["Channel"]

_BUSY = 64
"""Calls in flight on every open connection from which one more is opened."""


class Channel:
    """Up to `size` connections to a server.

    Args:
        host: name or address of the server.
        port: its gRPC port.
        size: connections at most.
        options: settings of each connection.
        tls: the context, where the server speaks TLS.
        on_connection: called for each connection that is made.
    """

    def __init__(
        self,
        host: str,
        port: int,
        size: int,
        options: ChannelOptions,
        tls: ssl.SSLContext | None,
        on_connection: Callable[[], None],
    ) -> None:
        self._host = host
        self._port = port
        self._size = size
        self._options = options
        self._tls = tls
        self._on_connection = on_connection
        self._connections: list[Connection] = []
        self._opening: asyncio.Task[Connection] | None = None
        self._closed = False
        bracketed = f"[{host}]" if ":" in host else host
        self.authority = options.server_name or f"{bracketed}:{port}"
        self.target = f"{'https' if tls else 'http'}://{bracketed}:{port}"

    async def run(self, headers: Headers, content: bytes) -> Answer:
        """Make a unary call on the connection that has the fewest."""
        connection = await self._choose()
        return await connection.run(headers, content)

    async def _choose(self) -> Connection:
        while True:
            if self._closed:
                raise ClientClosed("the client is closed.", target=self.target)
            self._connections = [c for c in self._connections if c.is_open]
            best = min(self._connections, key=_load, default=None)
            if best is not None and (
                best.load < _BUSY or len(self._connections) >= self._size or self._opening
            ):
                return best
            if self._opening is None:
                self._opening = asyncio.create_task(self._connect())
            opening = self._opening
            try:
                # Who waits may be cancelled; the connection serves the others.
                await asyncio.shield(opening)
            except asyncio.CancelledError:
                if not opening.cancelled():
                    raise
                raise ClientClosed("the client is closed.", target=self.target) from None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            transport, connection = await loop.create_connection(
                lambda: Connection(self._options, self.target),
                self._host,
                self._port,
                ssl=self._tls,
                server_hostname=self._server_name() if self._tls else None,
            )
        except ssl.SSLError as error:
            raise self._tls_failed(error) from error
        except OSError as error:
            raise ConnectionFailed(
                f"no connection: {error}.",
                processed=False,
                target=self.target,
                fix="Check that the server runs, and its gRPC port (6334 by default).",
            ) from error
        finally:
            self._opening = None
        session = transport.get_extra_info("ssl_object")
        if session is not None and session.selected_alpn_protocol() != "h2":
            connection.close()
            raise TLSFailed(
                "the server speaks no HTTP/2 over TLS.",
                processed=False,
                target=self.target,
                fix="Check grpc_port.",
            )
        self._on_connection()
        self._connections.append(connection)
        return connection

    def _server_name(self) -> str:
        return self._options.server_name or self._host

    def _tls_failed(self, error: ssl.SSLError) -> TLSFailed:
        is_plain = "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER" in str(error)
        fix = "Use http:// or https=False." if is_plain else None
        if isinstance(error, ssl.SSLCertVerificationError):
            fix = "Pass the authority's certificate as root_certificates in grpc_options."
        reason = "the server speaks no TLS" if is_plain else f"{error}"
        return TLSFailed(f"{reason}.", processed=False, target=self.target, fix=fix)

    def close(self) -> None:
        """Close all connections; the calls in flight fail."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
        for connection in self._connections:
            connection.close()
        self._connections = []


def _load(connection: Connection) -> int:
    return connection.load
