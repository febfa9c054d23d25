"""One HTTP/2 connection: many requests at once.

The pool lends it out. Everything that the server sends is handled where it arrives, by the link's
callback, so pings are answered and windows opened whether or not a request is under way.
`http2_frames` has the rules of the protocol.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Any

from anyio.lowlevel import checkpoint

from .contents import PIECE, cut
from .errors import ConnectError, NetError, ProtocolError, ReadError
from .heads import HeadWriter
from .http2_frames import CANCEL, Frames
from .http2_parties import FrameError
from .http2_stream import Http2Stream
from .links import Link, Runtime, Timer
from .messages import Request
from .responses import Response
from .settings import Limits, Origin

__all__ = ["Http2Connection"]

TURN = 1024 * 1024
"""Bytes that a writer may send before it gives other tasks their turn."""


class Http2Connection:
    """A `LinkUser` that carries many requests at once.

    Args:
        runtime: the event loop.
        origin: for error texts.
        limits: for the streams at once, and for pings.
        heads: writes the heads of requests.
        on_end: called when it takes no more requests.
        on_room: called when it takes more than before.
    """

    def __init__(
        self,
        runtime: Runtime,
        origin: Origin,
        limits: Limits,
        heads: HeadWriter,
        on_end: Callable[[Any], None],
        on_room: Callable[[], None],
    ) -> None:
        self.link: Link
        self.runtime = runtime
        self.origin = origin
        self.answer_bytes = limits.answer_bytes
        self.requests = 0
        self.lent = 0
        self._limits = limits
        self._heads = heads
        self._on_end = on_end
        self._on_room = on_room
        self._frames = Frames(self)
        self._streams: set[Http2Stream] = set()
        self._heard = False
        self._draining = False
        self._deferred = False
        self._timer: Timer | None = None
        self._silent = False
        self._pinged = False

    def begin(self) -> None:
        """Say hello."""
        self._flush()

    # ---- called by the link

    def received(self, data: bytes) -> None:
        self._silent = self._pinged = False
        if not self._heard:
            self._heard = True
            # An HTTP/2 server begins with its settings, frames of type 4.
            if data[3:4] not in (b"", b"\x04"):
                self._fail(lambda _: self._foreign(data))
                return
        try:
            self._frames.receive(data)
        except FrameError as error:
            self._frames.leave(error.code)
            self._flush()
            text = f"{self.origin} broke the rules of HTTP/2: {error}."
            self._fail(lambda answered: ProtocolError(text, answered=answered))
            return
        self._flush()

    def writable(self) -> None:
        self._wake_writers()

    def lost(self, error: Exception | None) -> None:
        text = f"{self.origin} closed the connection" + ("." if error is None else f": {error}")

        def make(answered: bool) -> ReadError:
            made = ReadError(text, answered=answered)
            made.heard = self._heard
            return made

        self._fail(make)

    # ---- called by the pool

    @property
    def has_room(self) -> bool:
        """Whether it takes another request now.

        One, before the server has said how many it allows.
        """
        return (
            self.lent < self._frames.max_streams
            and self.lent < self._limits.streams
            and not self._draining
            and self.link.live
        )

    @property
    def is_settling(self) -> bool:
        """Whether the server has yet to say how many requests it takes."""
        return not self._frames.settled and self.link.live

    @property
    def is_over(self) -> bool:
        """Whether it carries nothing, and will not again."""
        return not self.link.live or (self._draining and not self.lent)

    def close(self) -> None:
        """End it, and all that is under way on it."""
        if self.link.live:
            self._frames.leave()
            self._flush()
        text = f"The connection to {self.origin} was closed on our side."
        self._fail(lambda answered: ReadError(text, answered=answered))

    async def request(self, request: Request) -> Response:
        """Send a request and read its whole answer."""
        reused = self.requests > 0
        stream = self.start(request, whole=True)
        try:
            await self._write(stream, request)
            response = await stream.read_all()
        finally:
            self.drop(stream)
        response.reused = reused
        return response

    async def open(self, request: Request) -> tuple[Response, Http2Stream]:
        """Send a request and read the head of its answer; the stream reads the content."""
        reused = self.requests > 0
        stream = self.start(request)
        try:
            await self._write(stream, request)
            response = await stream.read_head()
        except BaseException:
            self.drop(stream)
            raise
        response.reused = reused
        return response, stream

    def start(self, request: Request, *, whole: bool = False) -> Http2Stream:
        """Write the head of a request, which leaves with what is written next.

        Args:
            request: what to send.
            whole: whether the answer is wanted whole.
        """
        # Lent before the server's farewell, a connection may come to its request after it.
        if self._draining or not self.link.live:
            raise ReadError(f"{self.origin} closed the connection.", sent=False)
        block = self._heads.http2(request)
        stream = Http2Stream(self, whole=whole, bare=request.method == b"HEAD")
        self._frames.open(stream, block, request.content == b"" and not request.open)
        self._streams.add(stream)
        self.requests += 1
        self._draining = self._frames.used_up
        if self._timer is None:
            self._start_watching(self._limits.ping_seconds)
        return stream

    # ---- called by the streams

    async def send(self, stream: Http2Stream, data: bytes | memoryview) -> bool:
        """Send content as the windows allow; False: the answer was whole before."""
        rest = memoryview(data)
        turn = TURN
        while rest:
            if stream.error is not None:
                raise stream.error
            if stream.received_end:
                return False
            room = min(self._frames.room(stream), len(rest), PIECE)
            if room <= 0 or self.link.clogged:
                self._flush()
                await stream.wait_to_write()
                continue
            self._frames.send(stream, rest[:room], is_last=False)
            self._flush()
            rest = rest[room:]
            turn -= room
            if turn <= 0:
                turn = TURN
                await checkpoint()
        return True

    def finish(self, stream: Http2Stream) -> None:
        """End the content."""
        self._frames.finish(stream)
        self._flush()

    def read(self, stream: Http2Stream, flow: int) -> None:
        """Open the window again by what was read."""
        self._frames.read(stream, flow)
        if not stream.whole:
            self._flush()

    def drop(self, stream: Http2Stream) -> None:
        """Forget a stream, and tell the server to, unless both are done with it."""
        self._streams.discard(stream)
        if not (stream.received_end and stream.sent_end) and self.link.live:
            self._frames.reset(stream, CANCEL)
            self._flush()

    # ---- called by the frames

    def take_room(self) -> None:
        """Know that more may be sent than before."""
        self._wake_writers()
        self._on_room()

    def take_goaway(self, last: int, code: int, words: bytes) -> None:
        """Know that the server takes no more requests."""
        self._draining = True
        why = f" (HTTP/2 error code {code}: {words[:100]!r})" if code else ""
        text = f"{self.origin} is closing the connection and did not take the request{why}."
        for stream in [*self._streams]:
            if stream.number > last:
                stream.give_up(ReadError(text, sent=False))
        self._on_end(self)

    # ---- sending

    async def _write(self, stream: Http2Stream, request: Request) -> None:
        """Send the content of a request, its head with the first of it."""
        content = request.content
        if isinstance(content, bytes) and len(content) <= min(PIECE, self._frames.room(stream)):
            if content:
                self._frames.send(stream, content, is_last=True)
            self._flush_soon()
        elif isinstance(content, AsyncIterable):
            request.consumed = True
            self._flush()
            if await self._write_iterated(stream, content):
                self.finish(stream)
        else:
            for piece in cut(content):
                if not await self.send(stream, piece):
                    return
            self.finish(stream)

    async def _write_iterated(self, stream: Http2Stream, content: AsyncIterable[bytes]) -> bool:
        try:
            async for piece in content:
                if not await self.send(stream, piece):
                    return False
        finally:
            if isinstance(content, AsyncGenerator):
                await content.aclose()
        return True

    def _flush_soon(self) -> None:
        """Send in this loop's next turn what many tasks have to say, in one write."""
        if len(self._streams) == 1:
            self._flush()
        elif not self._deferred:
            self._deferred = True
            self.runtime.soon(self._flush)

    def _flush(self) -> None:
        self._deferred = False
        if self._frames.pending and self.link.live:
            self.link.write(self._frames.take())

    def _wake_writers(self) -> None:
        for stream in self._streams:
            stream.wake_writer()

    # ---- the end

    def _fail(self, make: Callable[[bool], NetError]) -> None:
        """End the connection, with an error of its own for each request under way."""
        self.link.close()
        self._draining = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for stream in [*self._streams]:
            stream.give_up(make(stream.response is not None))
        self._on_end(self)

    def _foreign(self, data: bytes) -> ConnectError:
        where = str(self.origin)
        if data[:2] == b"\x15\x03":
            text = f"{where} speaks TLS, and was spoken to without."
            return ConnectError(text, kind="plain-to-tls", target=where)
        what = "HTTP/1, not HTTP/2" if data[:5] == b"HTTP/" else "no HTTP/2"
        return ConnectError(f"{where} speaks {what}.", kind="protocol", target=where)

    # ---- signs of life

    def _start_watching(self, seconds: float | None) -> None:
        if seconds is not None:
            self._silent, self._pinged = True, False
            self._timer = self.runtime.later(seconds, self._watch)

    def _watch(self) -> None:
        """Ping a server that was silent under a request; give up one that stays so."""
        self._timer = None
        if not self._streams or not self.link.live:
            return
        limits = self._limits
        seconds = limits.ping_seconds if limits.pong_seconds is None else limits.pong_seconds
        if self._pinged:
            text = f"{self.origin} was silent, and did not answer a ping in {seconds} s."
            self._fail(lambda answered: ReadError(text, answered=answered))
        elif self._silent:
            self._frames.ping()
            self._flush()
            self._start_watching(seconds)
            self._pinged = True
        else:
            self._start_watching(limits.ping_seconds)
