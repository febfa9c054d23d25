"""Links on trio: a reader as a system task for each connection.

A system task belongs to no caller's cancel scope and ends with the run. `loops` picks this or
`loop_asyncio`.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

import trio

from .dialing import connect_socket, is_quiet, rearm_quickack
from .links import Early, LinkUser, Timer, Waiter
from .settings import Origin, SocketOptions

__all__ = ["TrioDeadline", "TrioLink", "TrioRuntime"]

HIGH_WATER = 256 * 1024
CHUNK = 256 * 1024


class TrioLink:
    """A `Link` on a socket that trio waits for."""

    def __init__(self, sock: socket.socket) -> None:
        self.quickack = False
        self.clogged = False
        self.live = True
        self.alpn: str | None = None
        self._sock = sock
        self._early = Early()
        self._user: LinkUser = self._early
        self._unsent: deque[memoryview] = deque()
        self._unsent_bytes = 0
        self._sending = False
        self._held: trio.Event | None = None
        self._gone = trio.Event()
        trio.lowlevel.spawn_system_task(self._read, name="aqdrant_net reader")

    def begin(self, user: LinkUser) -> None:
        self._user = user
        self._early.hand_over(user)

    def write(self, data: bytes | memoryview) -> None:
        if not self.live:
            return
        if not self._sending:
            try:
                done = self._sock.send(data)
            except BlockingIOError:
                done = 0
            except OSError:
                # The reader finds what the server said before, and then the error.
                return
            if done == len(data):
                return
            data = memoryview(data)[done:]
            self._sending = True
            trio.lowlevel.spawn_system_task(self._send, name="aqdrant_net writer")
        self._unsent.append(memoryview(data))
        self._unsent_bytes += len(data)
        self.clogged = self._unsent_bytes > HIGH_WATER

    def is_quiet(self) -> bool:
        return self.live and is_quiet(self._sock)

    def hurry(self) -> None:
        self.quickack = True
        rearm_quickack(self._sock)

    def acknowledge(self) -> None:
        rearm_quickack(self._sock)

    def hold(self) -> None:
        if self._held is None:
            self._held = trio.Event()

    def resume(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.set()

    def close(self) -> None:
        self.live = False
        if not self._gone.is_set():
            # RuntimeError: the run is over, or is not this thread's.
            with suppress(RuntimeError, OSError):
                trio.lowlevel.notify_closing(self._sock)
            self._sock.close()
            self._gone.set()
        self.resume()

    def forsake(self) -> None:
        """Close the socket alone, whose run is over or belongs to the parent process."""
        self.live = False
        self._sock.close()

    async def wait_closed(self) -> None:
        await self._gone.wait()

    def _end(self, error: Exception | None) -> None:
        if self.live:
            self.live = False
            self._user.lost(error)
        self.close()

    async def _read(self) -> None:
        error: Exception | None = None
        try:
            while True:
                await trio.lowlevel.wait_readable(self._sock)
                if self._held is not None:
                    await self._held.wait()
                try:
                    data = self._sock.recv(CHUNK)
                except BlockingIOError:
                    continue
                if not data:
                    return
                if self.quickack:
                    rearm_quickack(self._sock)
                if self.live:
                    self._user.received(data)
        except Exception as broken:  # noqa: BLE001  out of a system task it would end all of trio
            error = broken
        finally:
            self._end(error)

    async def _send(self) -> None:
        try:
            # A socket that was closed before this began is none that trio can wait for.
            while self._unsent and self.live:
                await trio.lowlevel.wait_writable(self._sock)
                try:
                    done = self._sock.send(self._unsent[0])
                except BlockingIOError:
                    continue
                self._unsent_bytes -= done
                rest = self._unsent.popleft()[done:]
                if rest:
                    self._unsent.appendleft(rest)
                if self.clogged and self._unsent_bytes <= HIGH_WATER // 4:
                    self.clogged = False
                    if self.live:
                        self._user.writable()
        except (OSError, trio.ClosedResourceError):
            # The reader finds what the server said before, and then the error.
            self._unsent.clear()
        finally:
            self._sending = False


class TrioTimer:
    """A `Timer` in a system task."""

    __slots__ = ("_scope",)

    def __init__(self, seconds: float, callback: Callable[[], object]) -> None:
        self._scope = trio.CancelScope()

        async def sleep() -> None:
            with self._scope:
                await trio.sleep(seconds)
                callback()

        trio.lowlevel.spawn_system_task(sleep, name="aqdrant_net timer")

    def cancel(self) -> None:
        with suppress(RuntimeError):
            self._scope.cancel()


class TrioDeadline:
    """What `asyncio.timeout` is, on trio."""

    __slots__ = ("_scope", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __aenter__(self) -> None:
        self._scope = trio.move_on_after(self._seconds)
        self._scope.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scope.__exit__(kind, error, trace)
        if self._scope.cancelled_caught:
            raise TimeoutError


class TrioRuntime:
    """The running trio."""

    def __init__(self) -> None:
        self.run = trio.lowlevel.current_trio_token()

    @property
    def token(self) -> object:
        """What tells loops apart."""
        return self.run

    def is_over(self) -> bool:
        """Whether the run has ended."""
        try:
            self.run.run_sync_soon(int, idempotent=True)
        except trio.RunFinishedError:
            return True
        return False

    def waiter(self) -> Waiter:
        return trio.Event()

    def later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        return TrioTimer(seconds, callback)

    def soon(self, callback: Callable[[], object]) -> None:
        self.run.run_sync_soon(callback)

    def post(self, callback: Callable[[], object]) -> None:
        """Call back in the run, from any thread; nothing happens where the run is over."""
        with suppress(trio.RunFinishedError):
            self.run.run_sync_soon(callback)

    async def dial(self, origin: Origin, options: SocketOptions) -> TrioLink:
        """Connect.

        Raises:
            ConnectError: no address answered.
        """

        def connect(sock: socket.socket, where: Any) -> Awaitable[None]:
            return trio.socket.from_stdlib_socket(sock).connect(where)

        sock = await connect_socket(origin, options, connect)
        return TrioLink(sock)

    async def watch_end(self, callback: Callable[[], object]) -> None:
        """Do nothing: the readers end with the run and close their sockets."""

    async def forget_end(self) -> None:
        """Do nothing."""
