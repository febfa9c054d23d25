"""One HTTP/2 connection: many requests at once, on the h2 library.

The pool lends it out. Everything that the server sends is handled where it arrives, by the link's
callback, so pings are answered and windows opened whether or not a request is under way.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import suppress
from typing import Any

from anyio.lowlevel import checkpoint
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    TrailersReceived,
    WindowUpdated,
)
from h2.events import StreamReset as StreamResetEvent
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from .contents import PIECE, cut
from .errors import ConnectError, NetError, ProtocolError, ReadError, StreamReset
from .goaway import Goaway, GoawayFilter
from .heads import HeadWriter
from .http2_stream import Http2Stream
from .links import Link, Runtime, Timer
from .messages import Request
from .responses import Response
from .settings import Limits, Origin

__all__ = ["Http2Connection"]

STREAM_WINDOW = 8 * 1024 * 1024
"""Bytes that a server may send on one stream before somebody reads them."""
CONNECTION_WINDOW = 2**30
TURN = 1024 * 1024
"""Bytes that a writer may send before it gives other tasks their turn."""
FRAME = 64 * 1024
_LAST_STREAM = 2**31 - 1024
_OF_A_STREAM = (ResponseReceived, TrailersReceived, StreamEnded, StreamResetEvent)


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

    shared = True

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
        self.requests = 0
        self.lent = 0
        self._origin = origin
        self._limits = limits
        self._heads = heads
        self._on_end = on_end
        self._on_room = on_room
        self._streams: dict[int, Http2Stream] = {}
        self._filter = GoawayFilter()
        self._heard = False
        self._draining = False
        self._timer: Timer | None = None
        self._silent = False
        self._pinged = False
        self._h2 = _make_h2()

    def begin(self) -> None:
        """Say hello."""
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW)
        self._flush()

    # ---- called by the link

    def received(self, data: bytes) -> None:
        self._silent = self._pinged = False
        if not self._heard:
            self._heard = True
            if data[:5] == b"HTTP/" or data[:2] == b"\x15\x03":
                self._fail(lambda _: self._foreign(data))
                return
        data, farewells = self._filter.feed(data)
        try:
            events = self._h2.receive_data(data)
        except H2Error as error:
            self._flush()
            text = f"{self._origin} broke the rules of HTTP/2: {error!r}"
            self._fail(lambda _: ProtocolError(text, answered=True))
            return
        for event in events:
            self._handle(event)
        for farewell in farewells:
            self._part(farewell)
        self._flush()

    def writable(self) -> None:
        self._wake_writers()

    def lost(self, error: Exception | None) -> None:
        text = f"{self._origin} closed the connection" + ("." if error is None else f": {error}")
        self._fail(lambda answered: ReadError(text, answered=answered))

    # ---- called by the pool

    @property
    def has_room(self) -> bool:
        """Whether it takes another request now."""
        return (
            self.lent < self._limits.streams
            and self.lent < self._h2.remote_settings.max_concurrent_streams
            and not self._draining
            and self.link.live
        )

    @property
    def is_over(self) -> bool:
        """Whether it carries nothing, and will not again."""
        return not self.link.live or (self._draining and not self.lent)

    def close(self) -> None:
        """End it, and all that is under way on it."""
        if self.link.live:
            with suppress(H2Error):
                self._h2.close_connection()
            self._flush()
        text = f"The connection to {self._origin} was closed on our side."
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
        if not self.link.live:
            raise ReadError(f"{self._origin} closed the connection.", sent=False)
        fields = self._heads.http2(request)
        empty = isinstance(request.content, bytes) and not request.content and not request.open
        try:
            number = self._h2.get_next_available_stream_id()
            self._h2.send_headers(number, fields, end_stream=empty)
        except H2Error as error:
            raise ReadError(
                f"{self._origin} takes no more requests: {error}", sent=False
            ) from error
        self.requests += 1
        self._draining = self._draining or number > _LAST_STREAM
        stream = self._streams[number] = Http2Stream(self, number, whole)
        stream.sent_end = empty
        self._start_watching()
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
            room = min(self._h2.local_flow_control_window(stream.number), len(rest), PIECE)
            if room <= 0 or self.link.clogged:
                await stream.wait_to_write()
                continue
            self._frame(stream, rest[:room], end=False)
            self._flush()
            rest = rest[room:]
            turn -= room
            if turn <= 0:
                turn = TURN
                await checkpoint()
        return True

    def finish(self, stream: Http2Stream) -> None:
        """End the content."""
        if not stream.sent_end and not stream.is_over:
            stream.sent_end = True
            self._h2.end_stream(stream.number)
        self._flush()

    def acknowledge(self, stream: Http2Stream, flow: int) -> None:
        """Open the windows again by what was read."""
        if self.link.live:
            self._h2.acknowledge_received_data(flow, stream.number)
            self._flush()

    def drop(self, stream: Http2Stream) -> None:
        """Forget a stream, and tell the server to, unless both are done with it."""
        if self._streams.pop(stream.number, None) is None or not self.link.live:
            return
        if stream.error is None and not (stream.received_end and stream.sent_end):
            # Refused where the server has reset it too, after its answer.
            with suppress(H2Error):
                self._h2.reset_stream(stream.number, ErrorCodes.CANCEL)
        if unread := stream.take_unread():
            self._h2.acknowledge_received_data(unread, stream.number)
        self._flush()

    # ---- sending

    async def _write(self, stream: Http2Stream, request: Request) -> None:
        """Send the content of a request, its head with the first of it."""
        content = request.content
        if isinstance(content, AsyncIterable):
            request.consumed = True
            self._flush()
            await self._write_iterated(stream, content)
        elif not isinstance(content, bytes) or len(content) > PIECE:
            for piece in cut(content):
                if not await self.send(stream, piece):
                    return
        elif content:
            if len(content) <= self._h2.local_flow_control_window(stream.number):
                stream.sent_end = True
                self._frame(stream, memoryview(content), end=True)
            else:
                self._flush()
                await self.send(stream, content)
        self.finish(stream)

    async def _write_iterated(self, stream: Http2Stream, content: AsyncIterable[bytes]) -> None:
        try:
            async for piece in content:
                if not await self.send(stream, piece):
                    return
        finally:
            if isinstance(content, AsyncGenerator):
                await content.aclose()

    def _frame(self, stream: Http2Stream, data: memoryview, *, end: bool) -> None:
        size = self._h2.max_outbound_frame_size
        for start in range(0, len(data), size):
            last = start + size >= len(data)
            self._h2.send_data(stream.number, data[start : start + size], end_stream=end and last)

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self.link.write(data)

    def _wake_writers(self) -> None:
        for stream in self._streams.values():
            stream.wake_writer()

    # ---- receiving

    def _handle(self, event: Event) -> None:
        if isinstance(event, DataReceived):
            self._take(event)
        elif isinstance(event, WindowUpdated):
            self._wake_writers()
        elif isinstance(event, RemoteSettingsChanged):
            self._wake_writers()
            self._on_room()
        elif isinstance(event, _OF_A_STREAM):
            stream = self._streams.get(event.stream_id)
            if stream is not None:
                self._tell(stream, event)

    def _take(self, event: DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        flow = event.flow_controlled_length
        if stream is None or stream.whole:
            self._h2.acknowledge_received_data(flow, event.stream_id)
            flow = 0
        if stream is not None:
            stream.take(event.data, flow)

    def _tell(
        self,
        stream: Http2Stream,
        event: ResponseReceived | TrailersReceived | StreamEnded | StreamResetEvent,
    ) -> None:
        if isinstance(event, ResponseReceived):
            stream.take_head(_read_head(event.headers))
        elif isinstance(event, TrailersReceived):
            stream.trailers = _plain(event.headers)
        elif isinstance(event, StreamEnded):
            stream.end()
        elif not stream.received_end:
            stream.end(self._reset(stream, int(event.error_code)))

    def _reset(self, stream: Http2Stream, code: int) -> StreamReset:
        return StreamReset(
            f"{self._origin} gave the request up, with HTTP/2 error code {code}.",
            code=code,
            sent=code != ErrorCodes.REFUSED_STREAM,
            answered=stream.response is not None,
        )

    def _part(self, farewell: Goaway) -> None:
        """Know that the server takes no more requests."""
        self._draining = True
        for stream in [*self._streams.values()]:
            if stream.number > farewell.last and not stream.is_over:
                text = f"{self._origin} is closing the connection and did not take the request."
                stream.end(ReadError(text, sent=False))
        self._on_end(self)

    def _fail(self, make: Callable[[bool], NetError]) -> None:
        """End the connection, with an error of its own for each request under way."""
        self.link.close()
        self._draining = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for stream in [*self._streams.values()]:
            if not stream.is_over:
                stream.end(make(stream.response is not None))
        self._on_end(self)

    def _foreign(self, data: bytes) -> ConnectError:
        where = str(self._origin)
        if data[:2] == b"\x15\x03":
            text = f"{where} speaks TLS, and was spoken to without."
            return ConnectError(text, kind="plain-to-tls", target=where)
        return ConnectError(f"{where} speaks no HTTP/2.", kind="protocol", target=where)

    # ---- signs of life

    def _start_watching(self) -> None:
        if self._timer is None and self._limits.ping_seconds is not None:
            self._silent, self._pinged = True, False
            self._timer = self.runtime.later(self._limits.ping_seconds, self._watch)

    def _watch(self) -> None:
        """Ping a server that was silent under a request; give up one that stays so."""
        self._timer = None
        if not self._streams or not self.link.live:
            return
        if self._pinged:
            text = f"{self._origin} did not answer a ping in {self._limits.ping_seconds} s."
            self._fail(lambda answered: ReadError(text, answered=answered))
            return
        pinged = self._silent
        if pinged:
            self._h2.ping(b"aqdrant?")
            self._flush()
        self._start_watching()
        self._pinged = pinged


def _make_h2() -> H2Connection:
    # Header names are checked and in lower case before they come here.
    config = H2Configuration(normalize_outbound_headers=False, validate_outbound_headers=False)
    h2 = H2Connection(config)
    h2.local_settings = Settings(
        client=True,
        initial_values={
            SettingCodes.ENABLE_PUSH: 0,
            SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            SettingCodes.MAX_FRAME_SIZE: FRAME,
            SettingCodes.MAX_HEADER_LIST_SIZE: H2Connection.DEFAULT_MAX_HEADER_LIST_SIZE,
        },
    )
    # What was announced counts from the first frame on; h2 would wait for an acknowledgement.
    h2.max_inbound_frame_size = FRAME
    return h2


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers]


def _read_head(headers: Iterable[tuple[bytes, bytes]]) -> Response:
    fields = _plain(headers)
    status = int(next(value for name, value in fields if name == b":status"))
    return Response(status, [f for f in fields if f[0][:1] != b":"], http_version="HTTP/2")
