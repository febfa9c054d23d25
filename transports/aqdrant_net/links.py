"""The small interfaces between an event loop, TLS and the HTTP state machines.

A `Link` is a connected byte stream that *calls*: its user is told of each piece that arrives and of
the end, whether or not a task waits for it. So HTTP/2 pings are answered, and an idle connection
that the server closes is noticed, without any task of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

__all__ = ["Early", "Link", "LinkUser", "Runtime", "Timer", "Waiter"]


class Waiter(Protocol):
    """Wakes one task, once."""

    def set(self) -> None:
        """Wake it; calling this again does nothing."""
        ...

    def wait(self) -> Awaitable[object]:
        """Wait until it is set; to be called once."""
        ...


class Timer(Protocol):
    """A callback to come."""

    def cancel(self) -> None:
        """Have it not come."""
        ...


class LinkUser(Protocol):
    """What a link calls, always on the event loop, never from inside `Link.write`."""

    def received(self, data: bytes) -> None:
        """Take the next bytes."""
        ...

    def writable(self) -> None:
        """Go on writing: the link is no longer `Link.clogged`."""
        ...

    def lost(self, error: Exception | None) -> None:
        """Know that it ended, by the peer's orderly close (None) or broken; nothing follows."""
        ...


class Early:
    """The first user of a link: keeps what comes before the real one takes over."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._lost = False
        self._error: Exception | None = None

    def received(self, data: bytes) -> None:
        """Keep it."""
        self._pieces.append(data)

    def writable(self) -> None:
        """Do nothing."""

    def lost(self, error: Exception | None) -> None:
        """Keep it."""
        self._lost = True
        self._error = error

    def hand_over(self, user: LinkUser) -> None:
        """Tell the real user what happened so far."""
        for data in self._pieces:
            user.received(data)
        if self._lost:
            user.lost(self._error)


class Link(Protocol):
    """A connected byte stream of one event loop."""

    @property
    def clogged(self) -> bool:
        """Whether so much waits to be sent that the user had better wait for ``writable``."""
        ...

    @property
    def live(self) -> bool:
        """Whether neither side has ended it."""
        ...

    @property
    def alpn(self) -> str | None:
        """What TLS negotiated."""
        ...

    def begin(self, user: LinkUser) -> None:
        """Call this user from now on, and at once with what has come already."""
        ...

    def write(self, data: bytes | memoryview, /) -> None:
        """Send; what the socket does not take at once is kept until it does."""
        ...

    def is_quiet(self) -> bool:
        """Whether it lives and the socket holds nothing that the loop did not see yet."""
        ...

    def hurry(self) -> None:
        """Acknowledge each segment at once from now on; see `SocketOptions.quickack`."""
        ...

    def acknowledge(self) -> None:
        """Acknowledge now what was received: the rest of an answer may wait for that."""
        ...

    def hold(self) -> None:
        """Receive no more until `resume`."""
        ...

    def resume(self) -> None:
        """Receive again."""
        ...

    def close(self) -> None:
        """End it at once; what was not sent is dropped and the user is not called any more."""
        ...

    def forsake(self) -> None:
        """Close the socket alone, whose loop is over, or is the parent process's."""
        ...

    async def wait_closed(self) -> None:
        """Wait until the socket is gone, after `close`."""
        ...


class Runtime(Protocol):
    """One running event loop."""

    def waiter(self) -> Waiter:
        """Make a `Waiter`."""
        ...

    def later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back after a while."""
        ...

    def soon(self, callback: Callable[[], object]) -> None:
        """Call back in the loop's next turn."""
        ...
