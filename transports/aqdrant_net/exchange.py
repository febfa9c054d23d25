"""What `Pool` hands out while an answer is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator

from .bodies import Body
from .http2 import Http2Connection
from .http2_stream import Http2Stream
from .responses import Response

__all__ = ["Exchange", "StreamedResponse"]


class StreamedResponse:
    """An answer whose content is read piece by piece: ``async for piece in response``."""

    def __init__(self, response: Response, body: Body) -> None:
        self.status = response.status
        self.headers = response.headers
        self.http_version = response.http_version
        self.reused = response.reused
        self._body = body

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """Headers that followed the content, once that was read to its end."""
        return self._body.trailers

    async def read(self) -> bytes:
        """Return the next piece; ``b""`` at the end.

        Raises:
            ReadError: the connection broke.
        """
        return await self._body.read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._body.read():
            yield piece


class Exchange:
    """A request and an answer that go both ways at once, over HTTP/2; one task may send, one read.

    Whether the answer was whole before the content was, `send` tells.
    """

    def __init__(self, connection: Http2Connection, stream: Http2Stream) -> None:
        self._connection = connection
        self._stream = stream

    async def send(self, data: bytes | memoryview) -> bool:
        """Send the next piece as the server allows; False: it has answered and wants no more."""
        return await self._connection.send(self._stream, data)

    def finish(self) -> None:
        """End the content."""
        self._connection.finish(self._stream)

    async def response(self) -> Response:
        """Wait for the head of the answer and return it, without content."""
        return await self._stream.read_head()

    async def read(self) -> bytes:
        """Return the next piece of the answer; ``b""`` at the end."""
        return await self._stream.read()

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """Headers that followed the answer, once it was read to its end."""
        return self._stream.trailers
