"""One HTTP/2 connection that carries unary calls, on asyncio.

Called by `channel`. A call is one write where it fits, and its answer one future: all frames of a
call are joined when it has ended, so nothing is woken before. `frames` holds the state of HTTP/2.
"""

from __future__ import annotations

import asyncio
import struct
from typing import NamedTuple, cast

from aqdrant.exceptions import ConnectionFailed, DecodeError
from aqdrant_grpc.frames import Event, FrameError, Http2, encode_headers
from aqdrant_grpc.options import ChannelOptions

__all__ = ["Answer", "Connection", "Headers"]

Headers = list[tuple[str, str]]

_SLICE = 256 * 1024
"""Bytes that are sent before the event loop has its turn."""
_REFUSED = 7
_FRAME = 9
"""Bytes of the shortest frame."""


class Answer(NamedTuple):
    """What came back of a call."""

    headers: dict[str, str]
    trailers: dict[str, str]
    message: bytes


class _Call:
    """A call in flight."""

    __slots__ = ("chunks", "ended", "headers", "size", "trailers")

    def __init__(self, ended: asyncio.Future[Answer]) -> None:
        self.ended = ended
        self.headers: dict[str, str] | None = None
        self.trailers: dict[str, str] | None = None
        self.chunks: list[bytes] = []
        self.size = 0

    def fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)
            # A call that was cancelled meanwhile asks for it no more.
            self.ended.exception()


class Connection(asyncio.Protocol):
    """A connection and the calls on it.

    Args:
        options: limits, windows and pings.
        target: the server's address, for errors.
    """

    def __init__(self, options: ChannelOptions, target: str) -> None:
        self._options = options
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._h2 = Http2(options.stream_window, options.connection_window)
        self._transport: asyncio.Transport | None = None
        self._calls: dict[int, _Call] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._is_paused = False
        self._ping: asyncio.TimerHandle | None = None
        self._pinged = False
        self._heard = 0.0
        self._is_greeted = False
        self.is_open = False
        """Whether new calls may come."""

    def __repr__(self) -> str:
        state = "open" if self.is_open else "closed"
        return f"<Connection {self._target} {state}, {len(self._calls)} calls>"

    @property
    def load(self) -> int:
        """Calls in flight."""
        return len(self._calls)

    # ---- calls

    async def run(self, headers: Headers, content: bytes) -> Answer:
        """Make a unary call.

        Args:
            headers: of the request, the pseudo-headers first.
            content: the request's message.

        Raises:
            ConnectionFailed: the connection was lost, or the server reset the stream.
            DecodeError: what came is no gRPC.
        """
        stream = await self._open_stream(headers)
        call = _Call(self._loop.create_future())
        self._calls[stream] = call
        try:
            await self._send(stream, call, content)
            return await call.ended
        finally:
            del self._calls[stream]
            if not call.ended.done() or call.ended.cancelled() or call.ended.exception():
                self._reset(stream)
            self._wake()
            if not self._calls:
                self._quiet()

    async def _open_stream(self, headers: Headers) -> int:
        while True:
            if not self.is_open:
                raise self._lost("the connection was closed before the call began.", False)
            if self._h2.open_streams < self._h2.max_streams:
                break
            await self._change()
        if self._ping is None and self._options.keepalive is not None:
            self._heard = self._loop.time()
            self._ping = self._loop.call_later(self._options.keepalive, self._check)
        return self._h2.open(encode_headers(tuple(headers)))

    async def _send(self, stream: int, call: _Call, content: bytes) -> None:
        prefix = struct.pack(">?I", False, len(content))
        # Long ones are not copied for the sake of five bytes.
        if len(content) >= _SLICE and self._h2.room(stream) >= len(prefix):
            self._h2.send(stream, prefix, False)
            data = memoryview(content)
        else:
            data = memoryview(prefix + content)
        position = since = 0
        while not call.ended.done():
            size = min(self._h2.room(stream), len(data) - position)
            if size > 0:
                end = position + size
                is_last = end == len(data)
                self._h2.send(stream, data[position:end], is_last)
                position, since = end, since + size
                if is_last:
                    break
            if size <= 0 or self._is_paused:
                self._flush()
                await self._change(call)
                since = 0
            elif since >= _SLICE:
                self._flush()
                await asyncio.sleep(0)
                since = 0
        self._flush()

    def _reset(self, stream: int) -> None:
        if self._h2.reset(stream):
            self._flush()

    async def _change(self, call: _Call | None = None) -> None:
        """Wait until a window, a stream or the socket's buffer has room again."""
        turn: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(turn)
        if call is not None:
            call.ended.add_done_callback(lambda _: _resolve(turn))
        await turn

    def _wake(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for turn in waiting:
                _resolve(turn)

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the server."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the calls in flight."""
        reason = f"the connection was lost: {exc}." if exc else "the server closed it."
        self._end(reason if self._is_greeted else f"{reason} {self._advise()}", exc)

    def pause_writing(self) -> None:
        """Send no more: the socket's buffer is full."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Go on sending."""
        self._is_paused = False
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take what the server sent."""
        self._heard = self._loop.time()
        try:
            events = self._h2.receive(data)
        except FrameError as error:
            self._end(_blame(data, error), error)
            return
        # An alert of TLS is shorter than any frame.
        self._is_greeted = self._is_greeted or len(data) >= _FRAME
        for event in events:
            self._handle(event)
        self._flush()

    def _flush(self) -> None:
        data = self._h2.take()
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    # ---- events

    def _handle(self, event: Event) -> None:
        call = self._calls.get(event.stream)
        if event.kind == "goaway":
            self._leave(event.stream)
        elif event.kind == "pong":
            self._pinged = False
        elif event.kind == "change":
            self._wake()
        elif call is not None:
            if event.kind == "data":
                call.chunks.append(event.value)
                call.size += len(event.value)
                self._check_size(call)
            elif event.kind == "reset":
                self._give_up(call, event.value)
            elif call.headers is None:
                call.headers = event.value
            else:
                call.trailers = event.value
            if event.is_last and not call.ended.done():
                headers = call.headers or {}
                trailers = headers if call.trailers is None else call.trailers
                call.ended.set_result(Answer(headers, trailers, b"".join(call.chunks)))

    def _check_size(self, call: _Call) -> None:
        limit = self._options.max_receive
        if limit is not None and call.size > limit + 5:
            call.fail(
                DecodeError(
                    f"the answer is larger than {limit} bytes.",
                    processed=True,
                    target=self._target,
                    fix="Ask for less, or raise grpc.max_receive_message_length in grpc_options.",
                )
            )

    def _give_up(self, call: _Call, code: int) -> None:
        processed = False if code == _REFUSED else True if call.headers is not None else None
        call.fail(self._lost(f"the server reset the call, with the code {code}.", processed))
        self._wake()

    def _leave(self, last: int) -> None:
        # The answers to calls up to the last one still come.
        self.is_open = False
        for stream, call in self._calls.items():
            if stream > last:
                call.fail(self._lost("the server shuts down; the call was not begun.", False))
        self._wake()
        if not self._calls:
            self._quiet()

    # ---- the end

    def _advise(self) -> str:
        """What may be wrong with a server that said nothing at all."""
        if self._target.startswith("https:"):
            return (
                "If it asks for a certificate, pass private_key and certificate_chain in"
                " grpc_options."
            )
        return "If it speaks TLS, use https:// or https=True; check that this is its gRPC port."

    def _lost(self, reason: str, processed: bool | None) -> ConnectionFailed:
        return ConnectionFailed(reason, processed=processed, target=self._target)

    def _end(self, reason: str, cause: Exception | None) -> None:
        self.is_open = False
        for call in self._calls.values():
            error = self._lost(reason, True if call.headers is not None else None)
            error.__cause__ = cause
            call.fail(error)
        self._wake()
        self._quiet()
        if self._transport is not None:
            self._transport.abort()

    def _quiet(self) -> None:
        """Ask for no more signs of life; and go, where no new calls may come."""
        if self._ping is not None:
            self._ping.cancel()
            self._ping = None
        self._pinged = False
        if not self.is_open and self._transport is not None:
            self._transport.close()

    def _check(self) -> None:
        """Ping a server that is silent while it owes answers; give up on one that does not ping."""
        keepalive = self._options.keepalive
        if keepalive is None:
            return
        silent = self._loop.time() - self._heard
        if self._pinged and silent >= self._options.keepalive_timeout:
            self._end(f"the server was silent for {silent:.0f} s.", None)
            return
        wait = keepalive - silent
        if wait <= 0:
            if not self._pinged:
                self._h2.ping()
                self._pinged = True
                self._heard = self._loop.time()
                self._flush()
            wait = self._options.keepalive_timeout
        self._ping = self._loop.call_later(max(wait, 0.01), self._check)

    def close(self) -> None:
        """Fail the calls in flight and close the connection."""
        if self._transport is not None and not self._transport.is_closing():
            self._h2.leave()
            self._flush()
            transport, self._transport = self._transport, None
            self._end("the client was closed.", None)
            transport.close()
            if transport.get_extra_info("ssl_object") is not None:
                # The last words are out; the server's own would be waited for beyond the loop.
                transport.abort()


def _resolve(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)


def _blame(data: bytes, error: Exception) -> str:
    """Say what answered in place of a gRPC server."""
    if data[:1] == b"\x15":
        return "the server speaks TLS: use https:// or https=True."
    if data[:5] == b"HTTP/":
        return "the server speaks HTTP/1.1, not gRPC: this may be its REST port."
    return f"the server broke HTTP/2's rules: {error}."
