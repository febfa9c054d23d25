"""Takes GOAWAY frames out of what an HTTP/2 server sends, before the h2 library sees them.

After a GOAWAY h2 refuses every further frame, while the server still answers what it had taken.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Goaway", "GoawayFilter"]

HEAD = 9
TYPE = 7


@dataclass(slots=True)
class Goaway:
    """The server takes no more requests.

    Args:
        last: the highest stream that it may have acted on.
        code: the HTTP/2 error code; 0 is a graceful end.
        words: what it said about it.
    """

    last: int
    code: int
    words: bytes


class GoawayFilter:
    """Follows the frames of a byte stream."""

    def __init__(self) -> None:
        self._ahead = 0  # bytes up to the next frame's head, counted from the next piece
        self._tail = b""  # what is too short to be judged

    def feed(self, data: bytes) -> tuple[bytes, list[Goaway]]:
        """Return the bytes without such frames, and the frames."""
        if self._tail:
            data, self._tail = self._tail + data, b""
        start, place, kept, found = 0, self._ahead, b"", list[Goaway]()
        while place + HEAD <= len(data):
            end = place + HEAD + int.from_bytes(data[place : place + 3], "big")
            if data[place + 3] == TYPE:
                if end > len(data):
                    break
                body = data[place + HEAD : end]
                kept += data[start:place]
                start = end
                last = int.from_bytes(body[:4], "big") & 0x7FFFFFFF
                found.append(Goaway(last, int.from_bytes(body[4:8], "big"), body[8:]))
            place = end
        if place < len(data):
            self._tail, data = data[place:], data[:place]
            place = len(data)
        self._ahead = place - len(data)
        return (kept + data[start:] if start else data), found
