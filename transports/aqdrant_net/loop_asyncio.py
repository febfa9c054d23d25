"""Links on asyncio and uvloop: a protocol on the loop's own transport, no task.

`loops` picks this or `loop_trio`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import cast

from .dialing import connect_socket, is_quiet, rearm_quickack
from .links import Early, LinkUser, Timer, Waiter
from .settings import Origin, SocketOptions

__all__ = ["AsyncioLink", "AsyncioRuntime"]

HIGH_WATER = 256 * 1024
"""Bytes that wait to be sent above which a link is clogged."""


class AsyncioWaiter:
    """A future that may be set twice."""

    __slots__ = ("_future",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._future: asyncio.Future[None] = loop.create_future()

    def set(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    def wait(self) -> asyncio.Future[None]:
        return self._future


class AsyncioLink(asyncio.Protocol):
    """A `Link` on a transport of asyncio."""

    def __init__(self, sock: socket.socket) -> None:
        self.quickack = False
        self.clogged = False
        self.live = True
        self.alpn: str | None = None
        self._sock = sock
        self._early = Early()
        self._user: LinkUser = self._early
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # ---- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)

    def data_received(self, data: bytes) -> None:
        if self.quickack:
            rearm_quickack(self._sock)
        if self.live:
            self._user.received(data)

    def eof_received(self) -> None:
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.live and exc is not None:
            self._drain()
        self._end(exc)
        if not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        self.clogged = True

    def resume_writing(self) -> None:
        self.clogged = False
        if self.live:
            self._user.writable()

    # ---- called by our own

    def begin(self, user: LinkUser) -> None:
        self._user = user
        self._early.hand_over(user)

    def write(self, data: bytes | memoryview) -> None:
        # One that broke in this turn of the loop is closing, and asyncio would log each write.
        if self.live and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def is_quiet(self) -> bool:
        return self.live and is_quiet(self._sock)

    def hurry(self) -> None:
        self.quickack = True
        rearm_quickack(self._sock)

    def acknowledge(self) -> None:
        rearm_quickack(self._sock)

    def hold(self) -> None:
        if self.live and self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self.live and self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        self.live = False
        transport = self._transport
        if transport is not None:
            # RuntimeError: its loop is closed, and so are its files, or `forsake` closes them.
            with suppress(RuntimeError):
                transport.abort()

    def forsake(self) -> None:
        """Close the socket alone, whose loop does not run any more or belongs to the parent."""
        self.live = False
        self._sock.close()

    async def wait_closed(self) -> None:
        await self._gone

    def _end(self, error: Exception | None) -> None:
        if self.live:
            self.live = False
            self._user.lost(error)

    def _drain(self) -> None:
        # A write that fails (the server answered early and closed) makes asyncio drop the
        # connection with the answer unread in the socket; it is closed only after this call.
        with suppress(OSError, ValueError):
            while self.live and (data := self._sock.recv(65536)):
                self._user.received(data)


class AsyncioRuntime:
    """The running asyncio loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._resident: AsyncGenerator[None, None] | None = None

    @property
    def token(self) -> object:
        """What tells loops apart."""
        return self.loop

    def is_over(self) -> bool:
        """Whether the loop will not run again."""
        return self.loop.is_closed()

    def waiter(self) -> Waiter:
        return AsyncioWaiter(self.loop)

    def later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        return self.loop.call_later(seconds, callback)

    def soon(self, callback: Callable[[], object]) -> None:
        self.loop.call_soon(callback)

    def post(self, callback: Callable[[], object]) -> None:
        """Call back on the loop, from any thread; nothing happens where the loop is closed."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(callback)

    async def dial(self, origin: Origin, options: SocketOptions) -> AsyncioLink:
        """Connect.

        Raises:
            ConnectError: no address answered.
        """
        loop = self.loop

        async def connect(sock: socket.socket, where: tuple[object, ...]) -> None:
            await loop.sock_connect(sock, where)

        sock = await connect_socket(origin, options, connect)
        link = AsyncioLink(sock)
        try:
            await loop.create_connection(lambda: link, sock=sock)
        except BaseException:
            link.close()
            sock.close()
            raise
        return link

    async def watch_end(self, callback: Callable[[], object]) -> None:
        """Call back when the loop is about to end.

        `asyncio.run` and its like close what async generators are left before they close the loop:
        the one moment when a transport can still be closed in order.
        """

        async def resident() -> AsyncGenerator[None, None]:
            try:
                yield
            finally:
                callback()
                # The loop closes the sockets in its next turn.
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        self._resident = resident()
        await anext(self._resident)

    async def forget_end(self) -> None:
        """Undo `watch_end`."""
        resident, self._resident = self._resident, None
        if resident is not None:
            await resident.aclose()
