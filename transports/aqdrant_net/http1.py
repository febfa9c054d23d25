"""One HTTP/1.1 connection: one request at a time, its answer whole or in pieces.

The pool lends it out. Answers of the usual shape are read by `heads`, all others by `bodies` with
h11.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterator

from .bodies import Body, SizedBody, UnusualBody
from .contents import cut
from .errors import AnswerTooLarge, ConnectError, NetError, ProtocolError, ReadError, WriteError
from .heads import HeadWriter, find_end, is_http, read_head
from .links import Link, Runtime, Waiter
from .messages import Request
from .responses import Response
from .settings import Limits, Origin

__all__ = ["Http1Connection"]

JOINED = 64 * 1024
"""Content up to this size leaves in one write with the head."""
UNREAD = 1024 * 1024
"""Bytes that a stream may leave unread before the server has to wait."""


class Http1Connection:
    """A `LinkUser` that carries one request after the other.

    Args:
        runtime: the event loop.
        origin: for error texts.
        limits: for the age of an idle connection, the size of a head and of an answer.
        heads: writes the heads of requests.
        on_end: called when it ends while nobody uses it.
        quickack: acknowledge at once each piece of an answer but the last; see `SocketOptions`.
    """

    def __init__(
        self,
        runtime: Runtime,
        origin: Origin,
        limits: Limits,
        heads: HeadWriter,
        on_end: Callable[[Http1Connection], None],
        *,
        quickack: bool = False,
    ) -> None:
        self.link: Link
        self.requests = 0
        self.reusable = True
        self.idle_since = time.monotonic()
        self._runtime = runtime
        self._origin = origin
        self._limits = limits
        self._heads = heads
        self._on_end = on_end
        self._quickack = quickack
        self._inbox: list[bytes] = []
        self._unread = 0
        self._wanted = 1
        self._waiter: Waiter | None = None
        self._ended = False
        self._error: Exception | None = None
        self._busy = False
        self._answered = False
        # Set while a stream is read, whose reader may be slower than the server.
        self._bounded = False

    # ---- called by the link

    def received(self, data: bytes) -> None:
        if not self._busy:
            # Nothing was asked: whatever this says, the next answer must not begin with it.
            self.close()
            self._on_end(self)
            return
        self._inbox.append(data)
        self._unread += len(data)
        if self._waiter is not None:
            if self._unread >= self._wanted:
                self._waiter.set()
            elif self._quickack:
                self.link.acknowledge()
        elif self._bounded and self._unread > UNREAD:
            self.link.hold()

    def writable(self) -> None:
        if self._waiter is not None:
            self._waiter.set()

    def lost(self, error: Exception | None) -> None:
        self._error = error
        self._end()
        if not self._busy:
            self._on_end(self)

    # ---- called by the pool

    def is_fresh(self, now: float) -> bool:
        """Whether the server can be expected to take another request on it."""
        return now - self.idle_since <= self._limits.idle_seconds and self.link.is_quiet()

    def close(self) -> None:
        """End it, and what is under way on it."""
        self.link.close()
        self._end()

    async def request(self, request: Request) -> Response:
        """Send a request and read its whole answer."""
        reused = self.requests > 0
        written, data = await self._exchange(request)
        usual = read_head(data, request.method)
        if usual is None:
            response, body = await self._read_unusual(request, data, written)
            response.content = await body.read_all()
            response.trailers = body.trailers
            response.reused = reused
            return response
        status, lines, start, length = usual
        self.check_size(length)
        content = data[start:]
        if len(content) < length:
            await self._until(length - len(content))
            content = b"".join([content, *self._inbox])
            self._inbox.clear()
            self._unread = 0
            if len(content) < length:
                raise self.cut_short()
        self.finish(written and len(content) == length)
        return Response(status, lines, content[:length], reused=reused)

    async def open(self, request: Request) -> tuple[Response, Body]:
        """Send a request and read the head of its answer; the body reads the content."""
        reused = self.requests > 0
        written, data = await self._exchange(request)
        self._bounded = True
        usual = read_head(data, request.method)
        body: Body
        if usual is None:
            response, body = await self._read_unusual(request, data, written)
        else:
            status, lines, start, length = usual
            response = Response(status, lines)
            body = SizedBody(self, data[start:], length, written)
        response.reused = reused
        return response, body

    # ---- called by the bodies

    async def receive(self) -> bytes:
        """Return what has arrived, or wait for the next piece; ``b""`` at an orderly end.

        Raises:
            ReadError: the connection broke.
        """
        if not self._inbox:
            await self._until(1)
        if self._inbox:
            data = self._inbox[0] if len(self._inbox) == 1 else b"".join(self._inbox)
            self._inbox.clear()
            self._unread = 0
            self._answered = True
            if self._bounded:
                self.link.resume()
            return data
        if self._error is not None:
            raise self.cut_short() from self._error
        return b""

    def check_size(self, size: int) -> None:
        """Refuse an answer that is to be read whole and is too large for it."""
        most = self._limits.answer_bytes
        if most is not None and size > most:
            raise AnswerTooLarge(self._origin, most)

    def finish(self, reusable: bool) -> None:
        """Know that the answer is whole, and whether another may follow on the connection."""
        if self._bounded:
            self._bounded = False
            self.link.resume()
        self._busy = False
        self.reusable = reusable and self.link.live and not self._inbox
        self.idle_since = time.monotonic()

    def cut_short(self) -> ReadError:
        """Make the error for an answer that ends too early."""
        answered = self._answered or self._unread > 0
        when = "before its answer was whole" if answered else "without an answer"
        why = "" if self._error is None else f": {self._error}"
        text = f"{self._origin} closed the connection {when}{why}."
        error = ReadError(text, answered=answered)
        error.heard = answered or self.requests > 1
        return error

    # ---- the inside

    def _end(self) -> None:
        self._ended = True
        self.reusable = False
        if self._waiter is not None:
            self._waiter.set()

    async def _until(self, wanted: int) -> None:
        """Wait until so many bytes are unread, or none will come any more."""
        self._wanted = wanted
        while self._unread < wanted and not self._ended:
            await self._wait()

    async def _wait(self) -> None:
        if self._answered and self._quickack:
            self.link.acknowledge()
        waiter = self._waiter = self._runtime.waiter()
        try:
            await waiter.wait()
        finally:
            self._waiter = None

    async def _exchange(self, request: Request) -> tuple[bool, bytes]:
        """Send a request and wait for the head of its answer.

        Returns:
            Whether the request was sent to its end, and what arrived, a whole head at least.
        """
        head = self._heads.http1(request)
        if not self.link.live:
            raise ReadError(f"{self._origin} closed the connection.", sent=False)
        self.requests += 1
        self.reusable = self._answered = False
        self._busy = written = True
        content = request.content
        if isinstance(content, bytes) and len(content) <= JOINED:
            self.link.write(head + content)
        else:
            written = await self._write(request, head)
        if not self._inbox and not self._ended:
            # As `receive` would wait, less two coroutines: most calls wait here, and once.
            self._wanted = 1
            await self._wait()
        data = await self.receive()
        if find_end(data) < 0:
            data = await self._receive_head(data)
        if not is_http(data):
            raise self._foreign(data)
        return written, data

    async def _receive_head(self, data: bytes) -> bytes:
        start = 0
        while find_end(data, start) < 0 and is_http(data):
            if len(data) > self._limits.head_bytes:
                raise ProtocolError(
                    f"The head of an answer of {self._origin} is longer than "
                    f"{self._limits.head_bytes} bytes.",
                    answered=True,
                )
            start = max(0, len(data) - 3)
            more = await self.receive()
            if not more:
                raise self.cut_short()
            data += more
        return data

    async def _read_unusual(
        self, request: Request, data: bytes, written: bool
    ) -> tuple[Response, UnusualBody]:
        body = UnusualBody(self, request, data, written)
        return await body.read_head(self._limits.head_bytes), body

    def _foreign(self, data: bytes) -> NetError:
        if data[:2] == b"\x15\x03":
            return ConnectError(
                f"{self._origin} speaks TLS, and was spoken to without.",
                kind="plain-to-tls",
                target=str(self._origin),
            )
        if data[:2] == b"\0\0" and data[3:4] == b"\x04":
            return ProtocolError(
                f"{self._origin} speaks HTTP/2 alone, as a gRPC port does.", answered=True
            )
        error = ProtocolError(
            f"{self._origin} answered with what is no HTTP: {data[:40]!r}", answered=True
        )
        error.heard = self.requests > 1
        return error

    # ---- sending

    async def _write(self, request: Request, head: bytes) -> bool:
        """Send a large request; False: the server answered before it had all of it."""
        content = request.content
        if isinstance(content, AsyncIterable):
            request.consumed = True
            return await self._write_iterated(content, head)
        pieces = cut(content)
        first = next(pieces, b"")
        if len(first) <= JOINED:
            first = head + first
        elif not await self._write_piece(head):
            return False
        if not await self._write_piece(first):
            return False
        return await self._write_rest(pieces)

    async def _write_rest(self, pieces: Iterator[memoryview]) -> bool:
        for piece in pieces:
            if not await self._write_piece(piece):
                return False
        return True

    async def _write_iterated(self, content: AsyncIterable[bytes], head: bytes) -> bool:
        chunked = b"transfer-encoding: chunked" in head.lower()
        try:
            if not await self._write_piece(head):
                return False
            async for piece in content:
                data = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
                if piece and not await self._write_piece(data):
                    return False
        finally:
            if isinstance(content, AsyncGenerator):
                await content.aclose()
        return not chunked or await self._write_piece(b"0\r\n\r\n")

    async def _write_piece(self, piece: bytes | memoryview) -> bool:
        self._wanted = 1
        self.link.write(piece)
        while self.link.clogged and not self._ended and not self._is_refused():
            await self._wait()
        if self._inbox and (self._ended or self._is_refused()):
            return False
        if self._ended:
            why = "" if self._error is None else f": {self._error}"
            raise WriteError(
                f"{self._origin} closed the connection while it was sent a request{why}."
            ) from self._error
        return True

    def _is_refused(self) -> bool:
        """Whether an answer has begun after which the rest of the request is of no use."""
        return bool(self._inbox) and b"".join(self._inbox)[9:10] in {b"3", b"4", b"5"}
