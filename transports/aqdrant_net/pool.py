"""The pool: requests in, answers out, connections kept for each event loop."""

from __future__ import annotations

import os
import ssl
import weakref
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from .errors import ExchangeError, NetError, PoolClosed, ProtocolError
from .exchange import Exchange, StreamedResponse
from .heads import HeadWriter
from .http2 import Http2Connection
from .lending import Lender
from .loops import current_token, make_runtime
from .messages import Content, Fields, Request, build_request
from .opening import Connection, Settings
from .responses import Response
from .settings import Limits, Origin, SocketOptions

__all__ = ["Pool"]

ATTEMPTS = 3
"""Connections that one request may find closed before it gives up."""


class Pool:
    """Connections to one origin.

    Made without I/O and without an event loop; one instance serves many tasks, and several event
    loops, each with connections of its own. A forked child opens its own as well.

    Args:
        origin: host and port.
        limits: see `Limits`.
        tls: speak TLS with this context; its ALPN list is set by the pool. None: plain.
        server_name: the name that the server's certificate must have, in place of the host.
        http2: over TLS, None takes what the server prefers, True insists on HTTP/2, False keeps to
            HTTP/1.1. Without TLS, True speaks HTTP/2 from the first byte, None and False HTTP/1.1.
        options: how sockets are made.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        server_name: str | None = None,
        http2: bool | None = None,
        options: SocketOptions | None = None,
    ) -> None:
        self.origin = origin
        self._settings = Settings(
            origin=origin,
            limits=limits or Limits(),
            tls=tls,
            server_name=server_name or origin.host,
            http2=http2,
            options=options or SocketOptions(),
            heads=HeadWriter(
                b"http" if tls is None else b"https",
                origin.authority(80 if tls is None else 443),
            ),
        )
        self._closed = False
        self._lenders: list[Lender] = []
        self._last: Lender | None = None
        _pools.add(self)

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{self._lenders}"
        return f"<Pool {self.origin}: {state}>"

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Fields = (),
        content: Content = b"",
        *,
        repeatable: bool | None = None,
    ) -> Response:
        """Send a request and read its whole answer.

        There is no timeout here: cancel it, by ``anyio.fail_after`` or else.

        Args:
            method: in capitals.
            target: path and query.
            headers: ``Host`` and what frames the content are added where they are missing.
            content: bytes, a sequence of pieces, or an async iterable of pieces.
            repeatable: whether it may be sent again on another connection when one ends without an
                answer; None: as HTTP says of the method. It is never sent again after an answer
                has begun, and a content that is iterated never.

        Raises:
            NetError: one of the tree in `aqdrant_net.errors`.
        """
        request = build_request(method, target, headers, content, repeatable)
        lender = self._here() or await self._settle()
        attempt = 1
        while True:
            connection = lender.take() or await lender.borrow()
            try:
                return await connection.request(request)
            except NetError as error:
                if attempt == ATTEMPTS or not _is_again(request, error, connection):
                    raise
                lender.drop_idle()
            finally:
                lender.give_back(connection)
            attempt += 1

    def stream(
        self,
        method: bytes,
        target: bytes,
        headers: Fields = (),
        content: Content = b"",
        *,
        repeatable: bool | None = None,
    ) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send a request and read its answer piece by piece; arguments as for `request`.

        What is not read when the block ends is dropped, and over HTTP/1.1 the connection with it.
        """
        return self._stream(build_request(method, target, headers, content, repeatable))

    def exchange(
        self, method: bytes, target: bytes, headers: Fields = ()
    ) -> AbstractAsyncContextManager[Exchange]:
        """Send a request's head, and its content while the answer is read: HTTP/2 alone.

        This is what streaming gRPC needs. What is not over when the block ends is reset.

        Raises:
            ProtocolError: the connection is not HTTP/2; nothing was sent.
        """
        request = build_request(method, target, headers, b"", repeatable=False)
        request.open = True
        return self._exchange(request)

    async def aclose(self) -> None:
        """Close all connections; requests under way fail. Calling it again does nothing."""
        self._closed = True
        lenders, self._lenders, self._last = self._lenders, [], None
        token = current_token()
        for lender in lenders:
            if lender.runtime.token is token:
                await lender.aclose()
            elif lender.runtime.is_over():
                lender.forsake()
            else:
                lender.runtime.post(lender.end)

    def forsake(self) -> list[Lender]:
        """Give up all connections without a word to the server: they are the parent process's."""
        lenders, self._lenders, self._last = self._lenders, [], None
        for lender in lenders:
            lender.forsake()
        return lenders

    def __del__(self) -> None:
        for lender in self.__dict__.get("_lenders", ()):
            lender.runtime.post(lender.end)

    # ---- the inside

    @asynccontextmanager
    async def _stream(self, request: Request) -> AsyncGenerator[StreamedResponse]:
        lender = self._here() or await self._settle()
        attempt = 1
        while True:
            connection = await lender.borrow()
            try:
                try:
                    response, body = await connection.open(request)
                except NetError as error:
                    if attempt == ATTEMPTS or not _is_again(request, error, connection):
                        raise
                    lender.drop_idle()
                else:
                    try:
                        yield StreamedResponse(response, body)
                    finally:
                        body.close()
                    return
            finally:
                lender.give_back(connection)
            attempt += 1

    @asynccontextmanager
    async def _exchange(self, request: Request) -> AsyncGenerator[Exchange]:
        lender = self._here() or await self._settle()
        for attempt in range(1, ATTEMPTS + 1):
            connection = await lender.borrow()
            try:
                if not isinstance(connection, Http2Connection):
                    raise ProtocolError(f"{self.origin} speaks no HTTP/2.", sent=False)
                try:
                    stream = connection.start(request)
                except ExchangeError:
                    if attempt == ATTEMPTS:
                        raise
                    continue
                try:
                    yield Exchange(connection, stream)
                finally:
                    stream.close()
                return
            finally:
                lender.give_back(connection)

    def _here(self) -> Lender | None:
        """Return the lender of the running loop, if it was used here before."""
        token = current_token()
        last = self._last
        if last is not None and last.runtime.token is token and not last.closed:
            return last
        for lender in self._lenders:
            if lender.runtime.token is token and not lender.closed:
                self._last = lender
                return lender
        return None

    async def _settle(self) -> Lender:
        """Make the lender of the running loop; let go of loops that are over."""
        if self._closed:
            raise PoolClosed("The pool is closed.")
        for lender in [*self._lenders]:
            if lender.closed or lender.runtime.is_over():
                self._lenders.remove(lender)
                lender.forsake()
        lender = self._last = Lender(make_runtime(), self._settings)
        self._lenders.append(lender)
        await lender.runtime.watch_end(lender.end)
        return lender


def _is_again(request: Request, error: NetError, connection: Connection) -> bool:
    """Whether a request may go to another connection after this failed."""
    if request.consumed or not isinstance(error, ExchangeError):
        return False
    if not error.sent:
        return True
    return request.repeatable and not error.answered and connection.requests > 1


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()
# What a forked child got of its parent's connections: not to be collected, which would warn.
_inherited: list[Lender] = []


def _in_forked_child() -> None:
    for pool in [*_pools]:
        _inherited.extend(pool.forsake())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_forked_child)
