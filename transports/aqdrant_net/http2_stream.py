"""One request and its answer on an HTTP/2 connection.

Made by `http2`, filled by `http2_frames` as frames arrive; one task reads, one (maybe another)
writes.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .errors import AnswerTooLarge, NetError, ProtocolError, StreamReset
from .http2_frames import CANCEL, REFUSED
from .http2_heads import Head
from .http2_parties import StreamError
from .links import Waiter
from .responses import Response

if TYPE_CHECKING:
    from .http2 import Http2Connection

__all__ = ["Http2Stream"]

_WITHOUT_CONTENT = frozenset({204, 304})


class Http2Stream:
    """A stream.

    Args:
        connection: that it belongs to.
        whole: whether the answer is wanted whole, so that nothing holds the server back.
        bare: whether the answer has no content whatever its headers say, as to ``HEAD``.
    """

    __slots__ = (
        "_bare",
        "_connection",
        "_missing",
        "_pieces",
        "_reader",
        "_size",
        "_writer",
        "error",
        "number",
        "receive_window",
        "received_end",
        "response",
        "send_window",
        "sent_end",
        "trailers",
        "unread",
        "whole",
    )

    def __init__(self, connection: Http2Connection, *, whole: bool, bare: bool) -> None:
        self.number = self.send_window = self.receive_window = self.unread = 0
        self.sent_end = self.received_end = False
        self.response: Response | None = None
        self.trailers: list[tuple[bytes, bytes]] = []
        self.error: NetError | None = None
        self.whole = whole
        self._bare = bare
        self._connection = connection
        self._missing: int | None = None
        self._size = 0
        self._pieces: deque[tuple[bytes, int]] = deque()
        self._reader: Waiter | None = None
        self._writer: Waiter | None = None

    # ---- called by the frames

    def take_head(self, head: Head, is_last: bool) -> None:
        """Keep the head of the answer, or what followed its content."""
        if self.response is not None:
            if head.status or not is_last:
                raise StreamError("headers in the midst of an answer")
            self.trailers = [*head.fields]
            return
        if head.status < 200:
            if head.status < 100 or head.status == 101 or is_last:
                raise StreamError(f"an answer of status {head.status}")
            return
        if not self._bare and head.status not in _WITHOUT_CONTENT:
            self._missing = head.length
        self.response = Response(head.status, [*head.fields], http_version="HTTP/2")
        if not self.whole:
            self.wake_reader()

    def take_data(self, data: bytes, flow: int) -> None:
        """Keep a piece of content."""
        if self.response is None:
            raise StreamError("content before headers")
        self._size += len(data)
        if self._missing is not None and self._size > self._missing:
            raise StreamError(f"content longer than its length of {self._missing} bytes")
        if self.whole:
            most = self._connection.answer_bytes
            if most is not None and self._size > most:
                error = AnswerTooLarge(self._connection.origin, most)
                self.give_up(error)
                raise StreamError(error.message, CANCEL)
            self._pieces.append((data, 0))
            self._connection.read(self, flow)
        else:
            self._pieces.append((data, flow))
            self.wake_reader()

    def end(self) -> None:
        """Know that the answer is whole."""
        if self._missing is not None and self._size < self._missing:
            raise StreamError(f"content of {self._size} bytes and a length of {self._missing}")
        self.received_end = True
        self.wake_reader()
        self.wake_writer()

    def take_reset(self, code: int) -> None:
        """Know that the server gave it up."""
        self.give_up(
            StreamReset(
                f"{self._connection.origin} gave the request up, with HTTP/2 error code {code}.",
                code=code,
                sent=code != REFUSED,
                answered=self.response is not None,
            )
        )

    def fail(self, reason: str) -> None:
        """Know that the answer broke the rules."""
        text = f"{self._connection.origin} broke the rules of HTTP/2: {reason}."
        self.give_up(ProtocolError(text, answered=True))

    # ---- called by the connection

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.received_end or self.error is not None

    def give_up(self, error: NetError) -> None:
        """End with an error, unless it is over."""
        if not self.is_over:
            self.error = error
            self.wake_reader()
            self.wake_writer()

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
        while True:
            while self._pieces:
                data, flow = self._pieces.popleft()
                self._connection.read(self, flow)
                if data:
                    return data
            if self.error is not None:
                raise self.error
            if self.received_end:
                return b""
            await self._wait_to_read()

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
