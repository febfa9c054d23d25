"""HTTP/2 frames, the client's side (RFC 9113): bytes in, calls out, no I/O.

Called by `http2`. Each stream is an object that the frames are told to; a frame that breaks the
rules ends the connection (`FrameError`), a message that does ends its stream (`StreamError`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeAlias

from .http2_heads import FORGET, HeadError, HeadReader
from .http2_parties import FrameError, FrameStream, FrameUser, StreamError

__all__ = ["CANCEL", "REFUSED", "Frames"]

STREAM_WINDOW = 8 * 1024 * 1024
"""Bytes that a server may send on one stream before somebody reads them."""
CONNECTION_WINDOW = 2**30
"""Bytes that it may send on all streams; those of a stream count as read when they arrive."""
LARGEST_FRAME = 64 * 1024
"""Bytes of a frame that comes in."""
LARGEST_SENT = 256 * 1024
LARGEST_BLOCK = 64 * 1024
"""Bytes of the headers of an answer, packed or not."""
LAST_STREAM = 2**31 - 1024
_MOST_PARTS = 64
_GREATEST = 2**31 - 1
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

_DATA, _HEADERS, _PRIORITY, _RESET, _SETTINGS = range(5)
_PUSH, _PING, _GOAWAY, _WINDOW, _CONTINUATION = range(5, 10)
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _WITH_PRIORITY = 1, 1, 4, 8, 32

NO_ERROR, PROTOCOL, _, FLOW_CONTROL = range(4)
FRAME_SIZE, REFUSED, CANCEL, COMPRESSION = 6, 7, 8, 9

_pack_head = struct.Struct(">HBBBI").pack
_unpack_head = struct.Struct(">HBBBI").unpack_from
_pack_number = struct.Struct(">I").pack
_pack_setting = struct.Struct(">HI").pack
_unpack_setting = struct.Struct(">HI").iter_unpack


_Handler: TypeAlias = Callable[[int, int, bytes], None]


class Frames:
    """One connection; `streams` are those that are open on either side."""

    def __init__(self, user: FrameUser) -> None:
        self.streams: dict[int, FrameStream] = {}
        self.max_streams = 1
        """How many the server takes at once: one, until it has said."""
        self.settled = False
        """Whether it has."""
        self.pending = 0
        """Bytes that `take` will give."""
        self._user = user
        self._out: list[bytes | memoryview] = []
        self._reader = HeadReader(LARGEST_BLOCK)
        self._block: tuple[int, bool, list[bytes]] | None = None
        self._early: list[bytes] = []
        self._held = self._needed = 0
        self._next = 1
        self._prefix = FORGET
        self._max_frame = 16384
        self._window = self._initial_window = 65535
        self._receive_window = CONNECTION_WINDOW
        # Whether a kind belongs to a stream (None: to either), its size if fixed, who takes it.
        self._handlers: dict[int, tuple[bool | None, int | None, _Handler]] = {
            _DATA: (True, None, self._on_data),
            _HEADERS: (True, None, self._on_headers),
            _PRIORITY: (True, 5, self._on_priority),
            _RESET: (True, 4, self._on_reset),
            _SETTINGS: (False, None, self._on_settings),
            _PUSH: (True, None, self._on_push),
            _PING: (False, 8, self._on_ping),
            _GOAWAY: (False, None, self._on_goaway),
            _WINDOW: (None, 4, self._on_window),
            _CONTINUATION: (True, None, self._on_continuation),
        }
        self._put(_PREFACE)
        settings = ((2, 0), (4, STREAM_WINDOW), (5, LARGEST_FRAME), (6, LARGEST_BLOCK))
        self._frame(_SETTINGS, 0, 0, b"".join([_pack_setting(*pair) for pair in settings]))
        self._frame(_WINDOW, 0, 0, _pack_number(CONNECTION_WINDOW - 65535))

    # ---- out

    def take(self) -> bytes | memoryview:
        """Return what is to be sent."""
        out, self._out = self._out, []
        self.pending = 0
        return out[0] if len(out) == 1 else b"".join(out)

    @property
    def used_up(self) -> bool:
        """Whether no numbers are left for streams."""
        return self._next > LAST_STREAM

    def open(self, stream: FrameStream, block: bytes, is_last: bool) -> None:
        """Begin a stream with a block of headers, which `http2_heads` has encoded."""
        stream.number = number = self._next
        self._next += 2
        stream.send_window = self._initial_window
        stream.receive_window = STREAM_WINDOW
        stream.sent_end = is_last
        self.streams[number] = stream
        block, self._prefix = self._prefix + block, b""
        kind, flags, size = _HEADERS, _END_STREAM if is_last else 0, self._max_frame
        while len(block) > size:
            self._frame(kind, flags, number, block[:size])
            kind, flags, block = _CONTINUATION, 0, block[size:]
        self._frame(kind, flags | _END_HEADERS, number, block)

    def room(self, stream: FrameStream) -> int:
        """Return how many bytes may be sent on a stream now."""
        return min(stream.send_window, self._window)

    def send(self, stream: FrameStream, data: bytes | memoryview, is_last: bool) -> None:
        """Send data that there is room for."""
        total, size = len(data), self._max_frame
        stream.send_window -= total
        self._window -= total
        if total <= size:
            self._frame(_DATA, is_last, stream.number, data)
        else:
            view = memoryview(data)
            for start in range(0, total, size):
                part = view[start : start + size]
                self._frame(_DATA, is_last and start + size >= total, stream.number, part)
        if is_last:
            self._end_sending(stream)

    def finish(self, stream: FrameStream) -> None:
        """End a stream's content, if it is open still."""
        if not stream.sent_end and stream.number in self.streams:
            self._frame(_DATA, _END_STREAM, stream.number, b"")
            self._end_sending(stream)

    def reset(self, stream: FrameStream, code: int) -> None:
        """Give up a stream, unless it is over."""
        if self.streams.pop(stream.number, None) is not None:
            self._frame(_RESET, 0, stream.number, _pack_number(code))

    def read(self, stream: FrameStream, flow: int) -> None:
        """Open a stream's window again by what was read, once that is worth a frame."""
        stream.unread += flow
        if stream.unread >= STREAM_WINDOW // 2 and not stream.received_end:
            self._frame(_WINDOW, 0, stream.number, _pack_number(stream.unread))
            stream.receive_window += stream.unread
            stream.unread = 0

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._frame(_PING, 0, 0, b"aqdrant?")

    def leave(self, code: int = NO_ERROR) -> None:
        """Say farewell."""
        self._frame(_GOAWAY, 0, 0, bytes(4) + _pack_number(code))

    def _end_sending(self, stream: FrameStream) -> None:
        stream.sent_end = True
        if stream.received_end:
            self.streams.pop(stream.number, None)

    def _frame(self, kind: int, flags: int, number: int, content: bytes | memoryview) -> None:
        size = len(content)
        self._put(_pack_head(size >> 8, size & 0xFF, kind, flags, number))
        if size:
            self._put(content)

    def _put(self, data: bytes | memoryview) -> None:
        self._out.append(data)
        self.pending += len(data)

    # ---- in

    def receive(self, data: bytes) -> None:
        """Take what the server sent.

        Raises:
            FrameError: it is no HTTP/2.
        """
        if self._early:
            self._early.append(data)
            self._held += len(data)
            if self._held < self._needed:
                return
            data = b"".join(self._early)
            self._early = []
        place, end = 0, len(data)
        self._needed = 9
        while end - place >= 9:
            high, low, kind, flags, number = _unpack_head(data, place)
            size = high << 8 | low
            if size > LARGEST_FRAME:
                raise FrameError(f"a frame of {size} bytes", FRAME_SIZE)
            stop = place + 9 + size
            if stop > end:
                self._needed = 9 + size
                break
            self._take(kind, flags, number & _GREATEST, data[place + 9 : stop])
            place = stop
        if place < end:
            self._early = [data[place:]]
            self._held = end - place

    def _take(self, kind: int, flags: int, number: int, content: bytes) -> None:
        if self._block is not None and kind != _CONTINUATION:
            raise FrameError("headers that do not go on")
        if not self.settled and kind != _SETTINGS:
            raise FrameError("a beginning without settings")
        handler = self._handlers.get(kind)
        if handler is None:
            return
        on_stream, size, handle = handler
        if on_stream is not None and on_stream != (number > 0):
            raise FrameError(f"a frame of kind {kind} on stream {number}")
        if size is not None and len(content) != size:
            raise FrameError(f"a frame of kind {kind} with {len(content)} bytes", FRAME_SIZE)
        handle(flags, number, content)

    def _on_data(self, flags: int, number: int, content: bytes) -> None:
        flow = len(content)
        self._receive_window -= flow
        if self._receive_window < CONNECTION_WINDOW // 2:
            if self._receive_window < 0:
                raise FrameError(
                    "more data than the connection's window has room for", FLOW_CONTROL
                )
            self._frame(_WINDOW, 0, 0, _pack_number(CONNECTION_WINDOW - self._receive_window))
            self._receive_window = CONNECTION_WINDOW
        if flags & _PADDED:
            content = _unpad(content)
        stream = self._find(number)
        if stream is None:
            return
        stream.receive_window -= flow
        if stream.receive_window < 0:
            raise FrameError("more data than the stream's window has room for", FLOW_CONTROL)
        try:
            stream.take_data(content, flow)
            if flags & _END_STREAM:
                self._end_receiving(stream)
        except StreamError as error:
            self._break(stream, error)

    def _on_headers(self, flags: int, number: int, content: bytes) -> None:
        if flags & _PADDED:
            content = _unpad(content)
        if flags & _WITH_PRIORITY:
            if len(content) < 5:
                raise FrameError("headers that are too short", FRAME_SIZE)
            content = content[5:]
        is_last = bool(flags & _END_STREAM)
        if flags & _END_HEADERS:
            self._take_block(number, is_last, content)
        else:
            self._block = (number, is_last, [content])

    def _on_continuation(self, flags: int, number: int, content: bytes) -> None:
        if self._block is None or self._block[0] != number:
            raise FrameError("headers that go on without a beginning")
        _, is_last, parts = self._block
        parts.append(content)
        if len(parts) > _MOST_PARTS or sum(map(len, parts)) > LARGEST_BLOCK:
            raise FrameError(f"headers of more than {LARGEST_BLOCK} bytes")
        if flags & _END_HEADERS:
            self._block = None
            self._take_block(number, is_last, b"".join(parts))

    def _take_block(self, number: int, is_last: bool, block: bytes) -> None:
        try:
            # Always, for the sake of our table.
            head = self._reader.read(block)
        except HeadError as error:
            raise FrameError(str(error), COMPRESSION) from error
        stream = self._find(number)
        if stream is None:
            return
        try:
            if head.fault is not None:
                raise StreamError(head.fault)
            stream.take_head(head, is_last)
            if is_last:
                self._end_receiving(stream)
        except StreamError as error:
            self._break(stream, error)

    def _find(self, number: int) -> FrameStream | None:
        """Return a stream; None if it was open once, and frames of it were still on their way."""
        stream = self.streams.get(number)
        if stream is None and (number >= self._next or not number & 1):
            raise FrameError(f"a frame on stream {number}, which nobody opened")
        return None if stream is None or stream.received_end else stream

    def _end_receiving(self, stream: FrameStream) -> None:
        stream.end()
        stream.received_end = True
        if stream.sent_end:
            del self.streams[stream.number]

    def _break(self, stream: FrameStream, error: StreamError) -> None:
        self.reset(stream, error.code)
        stream.fail(str(error))

    def _on_priority(self, _flags: int, _number: int, _content: bytes) -> None:
        pass

    def _on_push(self, _flags: int, _number: int, _content: bytes) -> None:
        raise FrameError("a push, which our settings forbid")

    def _on_reset(self, _flags: int, number: int, content: bytes) -> None:
        if self._find(number) is not None:
            self.streams[number].take_reset(int.from_bytes(content, "big"))
        self.streams.pop(number, None)

    def _on_settings(self, flags: int, _number: int, content: bytes) -> None:
        if len(content) % 6 or (flags & _ACK and content):
            raise FrameError(f"settings of {len(content)} bytes", FRAME_SIZE)
        if flags & _ACK:
            if not self.settled:
                raise FrameError("a beginning without settings")
            return
        if not self.settled:
            self.settled = True
            self.max_streams = _GREATEST
        for name, value in _unpack_setting(content):
            self._set(name, value)
        self._frame(_SETTINGS, _ACK, 0, b"")
        self._user.take_room()

    def _set(self, name: int, value: int) -> None:
        if name == 2 and value:
            raise FrameError("a setting that allows pushes")
        if name == 3:
            self.max_streams = value
        elif name == 4:
            change, self._initial_window = value - self._initial_window, value
            for stream in self.streams.values():
                stream.send_window += change
            most = max((s.send_window for s in self.streams.values()), default=value)
            if max(value, most) > _GREATEST:
                raise FrameError("a setting of too large windows", FLOW_CONTROL)
        elif name == 5:
            if not 16384 <= value < 2**24:
                raise FrameError(f"a setting of frames of {value} bytes")
            self._max_frame = min(value, LARGEST_SENT)

    def _on_ping(self, flags: int, _number: int, content: bytes) -> None:
        if not flags & _ACK:
            self._frame(_PING, _ACK, 0, content)

    def _on_goaway(self, _flags: int, _number: int, content: bytes) -> None:
        if len(content) < 8:
            raise FrameError("a farewell that is too short", FRAME_SIZE)
        last, code = struct.unpack_from(">II", content)
        self._user.take_goaway(last & _GREATEST, code, content[8:])

    def _on_window(self, _flags: int, number: int, content: bytes) -> None:
        size = int.from_bytes(content, "big") & _GREATEST
        if number == 0:
            self._window += size
            if not size or self._window > _GREATEST:
                raise FrameError(f"a connection's window opened by {size} bytes", FLOW_CONTROL)
        else:
            stream = self._find(number)
            if stream is None:
                return
            stream.send_window += size
            if not size or stream.send_window > _GREATEST:
                self._break(stream, StreamError(f"a window opened by {size} bytes"))
        self._user.take_room()


def _unpad(content: bytes) -> bytes:
    if not content or content[0] >= len(content):
        raise FrameError("more padding than content")
    return content[1 : len(content) - content[0]]
