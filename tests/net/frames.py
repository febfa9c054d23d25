"""HTTP/2 frames made by hand, and streams that write down what they are told."""

from __future__ import annotations

from dataclasses import dataclass, field

from aqdrant_net.http2_frames import Frames
from aqdrant_net.http2_heads import Head, encode_fields
from aqdrant_net.http2_parties import StreamError

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
REQUEST = encode_fields(
    [(b":method", b"POST"), (b":scheme", b"http"), (b":authority", b"x"), (b":path", b"/")]
)
OK = b"\x88"
"""The block of an answer of status 200."""


def frame(kind: int, flags: int, number: int, body: bytes = b"") -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + number.to_bytes(4, "big") + body


def setting(name: int, value: int) -> bytes:
    return frame(SETTINGS, 0, 0, name.to_bytes(2, "big") + value.to_bytes(4, "big"))


HELLO = frame(SETTINGS, 0, 0)


@dataclass(eq=False)
class Told:
    """A stream."""

    number: int = 0
    send_window: int = 0
    receive_window: int = 0
    unread: int = 0
    sent_end: bool = False
    received_end: bool = False
    heads: list[Head] = field(default_factory=list)
    content: bytes = b""
    whole: bool = False
    code: int | None = None
    reason: str | None = None
    flow: int = 0

    def take_head(self, head: Head, is_last: bool) -> None:
        if not head.status and not is_last:
            raise StreamError("trailers that are not the end")
        self.heads.append(head)

    def take_data(self, data: bytes, flow: int) -> None:
        self.content += data
        self.flow += flow

    def end(self) -> None:
        self.whole = True

    def take_reset(self, code: int) -> None:
        self.code = code

    def fail(self, reason: str) -> None:
        self.reason = reason


class Client:
    """Frames and who uses them."""

    def __init__(self) -> None:
        self.frames = Frames(self)
        self.streams: list[Told] = []
        self.farewells: list[tuple[int, int, bytes]] = []
        self.room = 0

    def take_room(self) -> None:
        self.room += 1

    def take_goaway(self, last: int, code: int, words: bytes) -> None:
        self.farewells.append((last, code, words))

    def ask(self, block: bytes = REQUEST, *, is_last: bool = True) -> Told:
        stream = Told()
        self.frames.open(stream, block, is_last)
        self.streams.append(stream)
        return stream

    def sent(self) -> list[tuple[int, int, int, bytes]]:
        """The frames that are to be sent."""
        data = bytes(self.frames.take()).removeprefix(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        frames: list[tuple[int, int, int, bytes]] = []
        while data:
            size = int.from_bytes(data[:3], "big")
            number = int.from_bytes(data[5:9], "big")
            frames.append((data[3], data[4], number, data[9 : 9 + size]))
            data = data[9 + size :]
        return frames
