"""One request and its answer on an HTTP/2 connection."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .errors import NetError
from .links import Waiter
from .responses import Response

if TYPE_CHECKING:
    from .http2 import Http2Connection

__all__ = ["Http2Stream"]


class Http2Stream:
    """A stream: `http2` fills it as frames arrive, one task reads, one (maybe another) writes.

    Args:
        connection: that it belongs to.
        number: its id.
        whole: whether the answer is wanted whole, so that nothing holds the server back.
    """

    def __init__(self, connection: Http2Connection, number: int, whole: bool) -> None:
        self.number = number
        self.response: Response | None = None
        self.trailers: list[tuple[bytes, bytes]] = []
        self.error: NetError | None = None
        self.received_end = False
        self.sent_end = False
        self.whole = whole
        self._connection = connection
        self._pieces: deque[tuple[bytes, int]] = deque()
        self._reader: Waiter | None = None
        self._writer: Waiter | None = None

    # ---- called by the connection

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.received_end or self.error is not None

    def take(self, data: bytes, flow: int) -> None:
        """Keep a piece of content; `flow` bytes of window are given back when it is read."""
        self._pieces.append((data, flow))
        if not self.whole:
            self.wake_reader()

    def take_head(self, response: Response) -> None:
        """Keep the head of the answer."""
        self.response = response
        if not self.whole:
            self.wake_reader()

    def end(self, error: NetError | None = None) -> None:
        """Know that nothing more comes."""
        self.received_end = error is None
        self.error = error
        self.wake_reader()
        self.wake_writer()

    def take_unread(self) -> int:
        """Drop what nobody will read; return the bytes of window it held."""
        held = sum(flow for _, flow in self._pieces)
        self._pieces.clear()
        return held

    def wake_reader(self) -> None:
        """Have the reading task look again."""
        if self._reader is not None:
            self._reader.set()

    def wake_writer(self) -> None:
        """Have the writing task look again."""
        if self._writer is not None:
            self._writer.set()

    # ---- called by whoever sent the request

    async def read_head(self) -> Response:
        """Return the head of the answer."""
        while self.response is None:
            if self.error is not None:
                raise self.error
            await self._wait_to_read()
        return self.response

    async def read_all(self) -> Response:
        """Return the whole answer."""
        while not self.is_over:
            await self._wait_to_read()
        if self.error is not None:
            raise self.error
        response = await self.read_head()
        pieces = self._pieces
        response.content = pieces[0][0] if len(pieces) == 1 else b"".join([p for p, _ in pieces])
        response.trailers = self.trailers
        return response

    async def read(self) -> bytes:
        """Return the next piece; ``b""`` at the end."""
        while not self._pieces:
            if self.error is not None:
                raise self.error
            if self.received_end:
                return b""
            await self._wait_to_read()
        data, flow = self._pieces.popleft()
        self._connection.acknowledge(self, flow)
        return data

    async def wait_to_write(self) -> None:
        """Wait until something changes for the writer."""
        waiter = self._writer = self._connection.runtime.waiter()
        try:
            await waiter.wait()
        finally:
            self._writer = None

    def close(self) -> None:
        """End it, telling the server if it is not over."""
        self._connection.drop(self)

    async def _wait_to_read(self) -> None:
        waiter = self._reader = self._connection.runtime.waiter()
        try:
            await waiter.wait()
        finally:
            self._reader = None
