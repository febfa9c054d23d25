"""The content of an answer over HTTP/1.1, read in pieces."""

from __future__ import annotations

from typing import Protocol

import h11

from .errors import ProtocolError
from .messages import Request
from .responses import Response

__all__ = ["Body", "SizedBody", "UnusualBody"]


class Body(Protocol):
    """The content of an answer."""

    trailers: list[tuple[bytes, bytes]]
    """Headers that followed the content, once it was read to its end."""

    async def read(self) -> bytes:
        """Return the next piece; ``b""`` at the end."""
        ...

    def close(self) -> None:
        """Read no more of it."""
        ...


class Source(Protocol):
    """What `Http1Connection` gives its bodies."""

    async def receive(self) -> bytes: ...
    def finish(self, reusable: bool) -> None: ...
    def cut_short(self) -> Exception: ...
    def check_size(self, size: int) -> None: ...


class SizedBody:
    """Content of a known length."""

    def __init__(self, source: Source, first: bytes, length: int, written: bool) -> None:
        self.trailers: list[tuple[bytes, bytes]] = []
        self._source = source
        self._first = first
        self._missing = length
        self._written = written
        self._done = False

    async def read(self) -> bytes:
        """Return the next piece; ``b""`` at the end."""
        if self._done:
            return b""
        data, self._first = self._first, b""
        if not data and self._missing:
            data = await self._source.receive()
            if not data:
                raise self._source.cut_short()
        piece = data[: self._missing]
        self._missing -= len(piece)
        if not self._missing:
            self._done = True
            self._source.finish(self._written and len(piece) == len(data))
        return piece

    def close(self) -> None:
        """Do nothing: the pool closes a connection whose answer was not read to its end."""


class UnusualBody:
    """An answer that h11 reads: chunked, up to the end of the connection, after a 1xx, odd."""

    def __init__(self, source: Source, request: Request, data: bytes, written: bool) -> None:
        self.trailers: list[tuple[bytes, bytes]] = []
        self._source = source
        self._method = request.method
        self._data = data
        self._written = written
        self._done = False
        self._h11: h11.Connection

    async def read_head(self, limit: int) -> Response:
        """Read up to the head of the final answer."""
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=limit)
        # What was sent went out by another way; this tells h11 what it is the answer to.
        self._h11.send(h11.Request(method=self._method, target=b"/", headers=[(b"host", b"-")]))
        self._h11.send(h11.EndOfMessage())
        self._h11.receive_data(self._data)
        while not isinstance(event := await self._next(), h11.Response):
            pass
        version = "HTTP/" + event.http_version.decode("ascii")
        return Response(event.status_code, list(event.headers), http_version=version)

    async def read(self) -> bytes:
        """Return the next piece; ``b""`` at the end."""
        while not self._done:
            event = await self._next()
            if isinstance(event, h11.Data):
                if event.data:
                    return bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self._done = True
                self.trailers = list(event.headers)
                again = self._h11.their_state is h11.DONE and not self._h11.trailing_data[0]
                self._source.finish(self._written and again)
        return b""

    def close(self) -> None:
        """Do nothing, as above."""

    async def read_all(self) -> bytes:
        """Return the rest in one."""
        pieces: list[bytes] = []
        size = 0
        while piece := await self.read():
            size += len(piece)
            self._source.check_size(size)
            pieces.append(piece)
        return b"".join(pieces)

    async def _next(self) -> h11.Event:
        try:
            while True:
                event = self._h11.next_event()
                if event is h11.NEED_DATA:
                    self._h11.receive_data(await self._source.receive())
                elif isinstance(event, h11.ConnectionClosed):
                    raise self._source.cut_short()
                elif isinstance(event, h11.Event):
                    return event
                else:
                    raise self._source.cut_short()
        except h11.RemoteProtocolError as error:
            if "without sending complete message body" in str(error):
                raise self._source.cut_short() from error
            raise ProtocolError(
                f"The server's answer is no HTTP: {error}", answered=True
            ) from error
