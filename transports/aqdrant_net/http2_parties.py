"""Who deals with HTTP/2 frames: what `http2_frames` calls, and what it raises.

`http2` and `http2_stream` are called; tests call it with others.
"""

from __future__ import annotations

from typing import Protocol

from .http2_heads import Head

__all__ = ["FrameError", "FrameStream", "FrameUser", "StreamError"]


class FrameError(Exception):
    """The server breaks the rules of HTTP/2, so that nothing more can be made of what it sends."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class StreamError(Exception):
    """The message on one stream breaks the rules, or is refused."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class FrameStream(Protocol):
    """A request and its answer, as frames see them; made by whoever opens it."""

    number: int
    send_window: int
    receive_window: int
    unread: int
    sent_end: bool
    received_end: bool

    def take_head(self, head: Head, is_last: bool, /) -> None:
        """Take headers, the answer's or those that follow its content."""
        ...

    def take_data(self, data: bytes, flow: int, /) -> None:
        """Take content; `flow` bytes of window are to be given back when it is read."""
        ...

    def end(self) -> None:
        """Know that the answer is whole."""
        ...

    def take_reset(self, code: int, /) -> None:
        """Know that the server gave it up."""
        ...

    def fail(self, reason: str, /) -> None:
        """Know that the answer broke the rules and was given up."""
        ...


class FrameUser(Protocol):
    """What is told of the connection."""

    def take_room(self) -> None:
        """Know that more may be sent than before."""
        ...

    def take_goaway(self, last: int, code: int, words: bytes, /) -> None:
        """Know that the server takes no more streams, and acted on none above the last."""
        ...
