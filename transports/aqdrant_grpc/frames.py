"""HTTP/2 as far as a client of unary calls needs it (RFC 9113): bytes in, events out, no I/O.

Called by `connection`. A general library keeps each stream's state and checks each header; here a
stream is a number and a window, and the headers of a call are encoded once (HPACK without its
dynamic table). What comes in is decoded by the `hpack` library.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any, NamedTuple

import hpack

__all__ = ["CANCEL", "Event", "FrameError", "Http2", "encode_headers"]

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW, _CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _PRIORITY = 1, 1, 4, 8, 32
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_LARGEST_FRAME = 16384
_LARGEST_HEAD = 65536
_GREATEST = 2**31 - 1
CANCEL = 8

_pack_head = struct.Struct(">HBBBI").pack
_unpack_head = struct.Struct(">HBBBI").unpack_from
_pack_number = struct.Struct(">I").pack
_unpack_number = struct.Struct(">I").unpack_from


class FrameError(ValueError):
    """The server breaks the rules of HTTP/2."""


class Event(NamedTuple):
    """Something that came in."""

    kind: str
    """``headers``, ``data``, ``reset``, ``goaway``, ``pong`` or ``change``: there is more room."""
    stream: int = 0
    """The stream; of a ``goaway``, the last one that the server took."""
    value: Any = None
    """The headers as a dict, the data, or the code of an error."""
    is_last: bool = False
    """Nothing more comes on this stream."""


def frame(kind: int, flags: int, stream: int, content: bytes | memoryview = b"") -> bytes:
    """A frame with its head."""
    size = len(content)
    head = _pack_head(size >> 8, size & 0xFF, kind, flags, stream)
    return head + content


def _text(text: bytes) -> bytes:
    size = len(text)
    if size < 127:
        return bytes((size,)) + text
    prefix = bytearray(b"\x7f")
    rest = size - 127
    while rest > 127:
        prefix.append(rest & 0x7F | 0x80)
        rest >>= 7
    prefix.append(rest)
    return bytes(prefix) + text


@lru_cache(maxsize=256)
def encode_headers(headers: tuple[tuple[str, str], ...]) -> bytes:
    """Encode headers in a way that leaves no trace on either side, so it can be kept."""
    return b"".join(
        b"\x10" + _text(name.encode()) + _text(value.encode()) for name, value in headers
    )


class Http2:
    """The client's side of a connection.

    Args:
        stream_window: bytes that the server may send ahead on a stream.
        connection_window: and on all of them.
    """

    def __init__(self, stream_window: int, connection_window: int) -> None:
        self._stream_window = stream_window
        self._connection_window = connection_window
        settings = ((2, 0), (4, stream_window), (6, _LARGEST_HEAD))
        content = b"".join(struct.pack(">HI", *pair) for pair in settings)
        self._out = [_PREFACE, frame(_SETTINGS, 0, 0, content)]
        self._grant(0, connection_window - 65535)
        self._in = bytearray()
        self._decoder = hpack.Decoder(_LARGEST_HEAD)
        self._head: tuple[int, int, bytes] | None = None
        self._next = 1
        self._windows: dict[int, int] = {}
        self._window = self._initial_window = 65535
        self._received: dict[int, int] = {0: 0}
        self.max_frame = _LARGEST_FRAME
        self.max_streams = 100
        """What servers usually take, until this one has said."""

    @property
    def open_streams(self) -> int:
        """Streams that are not closed on both sides."""
        return len(self._windows)

    # ---- out

    def take(self) -> bytes:
        """What is to be sent."""
        out, self._out = self._out, []
        return b"".join(out)

    def open(self, headers: bytes) -> int:
        """Begin a stream with these encoded headers."""
        stream = self._next
        self._next += 2
        self._windows[stream] = self._initial_window
        kind = _HEADERS
        while len(headers) > self.max_frame:
            self._out.append(frame(kind, 0, stream, headers[: self.max_frame]))
            headers = headers[self.max_frame :]
            kind = _CONTINUATION
        self._out.append(frame(kind, _END_HEADERS, stream, headers))
        return stream

    def room(self, stream: int) -> int:
        """Bytes that may be sent on a stream now; none on one that is closed."""
        return min(self._windows.get(stream, 0), self._window, self.max_frame)

    def send(self, stream: int, content: bytes | memoryview, is_last: bool) -> None:
        """Send data that there is room for."""
        size = len(content)
        self._windows[stream] -= size
        self._window -= size
        self._out.append(frame(_DATA, _END_STREAM if is_last else 0, stream, content))

    def reset(self, stream: int) -> bool:
        """Give up a stream, unless it is closed."""
        if self._windows.pop(stream, None) is None:
            return False
        self._received.pop(stream, None)
        self._out.append(frame(_RESET, 0, stream, _pack_number(CANCEL)))
        return True

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._out.append(frame(_PING, 0, 0, b"aqdrant?"))

    def leave(self) -> None:
        """Say farewell."""
        self._out.append(frame(_GOAWAY, 0, 0, bytes(8)))

    def _grant(self, stream: int, size: int) -> None:
        self._out.append(frame(_WINDOW, 0, stream, _pack_number(size)))

    # ---- in

    def receive(self, data: bytes) -> list[Event]:
        """Take what the server sent.

        Raises:
            FrameError: it is no HTTP/2.
        """
        self._in += data
        buffer = self._in
        events: list[Event] = []
        position = 0
        while len(buffer) - position >= 9:
            high, low, kind, flags, stream = _unpack_head(buffer, position)
            size = high << 8 | low
            if size > _LARGEST_FRAME:
                raise FrameError(f"a frame of {size} bytes")
            if len(buffer) - position < 9 + size:
                break
            start = position + 9
            position = start + size
            self._take(kind, flags, stream & _GREATEST, bytes(buffer[start:position]), events)
        del buffer[:position]
        return events

    def _take(
        self, kind: int, flags: int, stream: int, content: bytes, events: list[Event]
    ) -> None:
        if self._head is not None and kind != _CONTINUATION:
            raise FrameError("headers that do not go on")
        if stream == 0 and kind in (_DATA, _HEADERS, _RESET):
            raise FrameError("a call's frame outside of any call")
        handle = _HANDLERS.get(kind)
        if handle is not None:
            try:
                handle(self, flags, stream, content, events)
            except (struct.error, IndexError) as error:
                raise FrameError(f"a frame of kind {kind} that is too short") from error

    def _on_data(self, flags: int, stream: int, content: bytes, events: list[Event]) -> None:
        is_last = bool(flags & _END_STREAM)
        # The padding counts, too.
        for number, window in ((0, self._connection_window), (stream, self._stream_window)):
            got = self._received.get(number, 0) + len(content)
            if got >= window // 2 and (number == 0 or not is_last):
                self._grant(number, got)
                got = 0
            self._received[number] = got
        if flags & _PADDED:
            content = content[1 : len(content) - content[0]]
        events.append(Event("data", stream, content, is_last))
        if is_last:
            self._forget(stream)

    def _on_headers(self, flags: int, stream: int, content: bytes, events: list[Event]) -> None:
        padding = 0
        if flags & _PADDED:
            padding, content = content[0], content[1:]
        if flags & _PRIORITY:
            content = content[5:]
        self._head = (stream, flags, b"")
        self._on_continuation(flags, stream, content[: len(content) - padding], events)

    def _on_continuation(
        self, flags: int, stream: int, content: bytes, events: list[Event]
    ) -> None:
        if self._head is None or self._head[0] != stream:
            raise FrameError("headers that go on without a beginning")
        first = self._head[1]
        content = self._head[2] + content
        if len(content) > _LARGEST_HEAD:
            raise FrameError("headers of more than 64 kB")
        if not flags & _END_HEADERS:
            self._head = (stream, first, content)
            return
        self._head = None
        try:
            headers: dict[Any, Any] = dict(self._decoder.decode(content))
        except (hpack.HPACKError, UnicodeDecodeError) as error:
            raise FrameError(f"headers that cannot be read: {error}") from error
        is_last = bool(first & _END_STREAM)
        events.append(Event("headers", stream, headers, is_last))
        if is_last:
            self._forget(stream)

    def _forget(self, stream: int) -> None:
        self._windows.pop(stream, None)
        self._received.pop(stream, None)

    def _on_reset(self, _flags: int, stream: int, content: bytes, events: list[Event]) -> None:
        self._forget(stream)
        events.append(Event("reset", stream, _unpack_number(content)[0], True))

    def _on_settings(self, flags: int, _stream: int, content: bytes, events: list[Event]) -> None:
        if flags & _ACK:
            return
        for name, value in struct.iter_unpack(">HI", content):
            if name == 3:
                self.max_streams = value
            elif name == 4:
                change = value - self._initial_window
                self._initial_window = value
                self._windows = {n: window + change for n, window in self._windows.items()}
            elif name == 5:
                self.max_frame = min(max(value, _LARGEST_FRAME), 64 * 1024)
        if 3 not in (name for name, _ in struct.iter_unpack(">HI", content)):
            self.max_streams = max(self.max_streams, 2**31)
        self._out.append(frame(_SETTINGS, _ACK, 0))
        events.append(Event("change"))

    def _on_ping(self, flags: int, _stream: int, content: bytes, events: list[Event]) -> None:
        if flags & _ACK:
            events.append(Event("pong"))
        else:
            self._out.append(frame(_PING, _ACK, 0, content))

    def _on_goaway(self, _flags: int, _stream: int, content: bytes, events: list[Event]) -> None:
        last = _unpack_number(content)[0] & _GREATEST
        events.append(Event("goaway", last, _unpack_number(content, 4)[0]))

    def _on_window(self, _flags: int, stream: int, content: bytes, events: list[Event]) -> None:
        size = _unpack_number(content)[0] & _GREATEST
        if stream == 0:
            self._window += size
        elif stream in self._windows:
            self._windows[stream] += size
        events.append(Event("change"))


_HANDLERS: dict[int, Any] = {
    _CONTINUATION: Http2._on_continuation,  # pyright: ignore[reportPrivateUsage]
    _DATA: Http2._on_data,  # pyright: ignore[reportPrivateUsage]
    _GOAWAY: Http2._on_goaway,  # pyright: ignore[reportPrivateUsage]
    _HEADERS: Http2._on_headers,  # pyright: ignore[reportPrivateUsage]
    _PING: Http2._on_ping,  # pyright: ignore[reportPrivateUsage]
    _RESET: Http2._on_reset,  # pyright: ignore[reportPrivateUsage]
    _SETTINGS: Http2._on_settings,  # pyright: ignore[reportPrivateUsage]
    _WINDOW: Http2._on_window,  # pyright: ignore[reportPrivateUsage]
}
