"""The connections of one event loop: lent to requests, bounded, in the order of asking.

`Pool` keeps one `Lender` for each event loop that it is used on.
"""

from __future__ import annotations

import time
from collections import deque

import anyio

from .errors import ConnectError, PoolClosed, PoolTimeout
from .http1 import Http1Connection
from .http2 import Http2Connection
from .links import Waiter
from .loops import AnyRuntime
from .opening import Connection, Settings, open_connection

__all__ = ["Lender"]


class Turn:
    """A request that waits for a connection, or for leave to open one."""

    __slots__ = ("connection", "error", "granted", "waiter")

    def __init__(self, waiter: Waiter) -> None:
        self.waiter = waiter
        self.granted = False
        self.connection: Connection | None = None
        self.error: Exception | None = None

    def grant(self, connection: Connection | None = None, error: Exception | None = None) -> None:
        """Let it go on: with a connection, with an error, or with leave to open one."""
        self.granted = True
        self.connection = connection
        self.error = error
        self.waiter.set()


class Lender:
    """Lends connections.

    A connection is in use, or idle, or being opened; all of them together are bounded. Whatever
    becomes free goes to whoever has waited longest.
    """

    def __init__(self, runtime: AnyRuntime, settings: Settings) -> None:
        self.runtime = runtime
        self.closed = False
        self._settings = settings
        self._all: set[Connection] = set()
        self._idle: list[Http1Connection] = []
        self._shared: list[Http2Connection] = []
        # Whether one connection may serve all, and so is worth waiting for; not known of TLS
        # before the first is made.
        self._may_share = settings.http2 or (settings.tls is not None and settings.http2 is None)
        self._opening = 0
        self._turns: deque[Turn] = deque()

    def __repr__(self) -> str:
        return (
            f"<Lender {self._settings.origin}: {len(self._all)} connections, {len(self._idle)} "
            f"idle, {self._opening} opening, {len(self._turns)} requests waiting>"
        )

    def take(self) -> Connection | None:
        """Return a connection if one is free and nobody waits for it."""
        return None if self._turns else self._take()

    async def borrow(self) -> Connection:
        """Return a connection for one request, which is to be given back.

        Raises:
            ConnectError: a new one was needed and could not be made.
            PoolTimeout: none came free in time.
            PoolClosed: the pool was closed meanwhile.
        """
        connection = self.take()
        if connection is not None:
            return connection
        if not self._turns and self._may_open():
            self._opening += 1
            return await self._open()
        return await self._wait()

    def give_back(self, connection: Connection) -> None:
        """Take a connection back after a request, however that ended."""
        if isinstance(connection, Http2Connection):
            connection.lent -= 1
            if connection.is_over:
                self._discard(connection)
        elif connection.reusable and not self.closed:
            self._idle.append(connection)
        else:
            self._discard(connection)
        if self._turns:
            self._serve()

    def drop_idle(self) -> None:
        """Close all idle connections: one was found dead, so the server may have restarted."""
        idle, self._idle = self._idle, []
        for connection in idle:
            self._discard(connection)

    def end(self) -> None:
        """Close everything, without waiting."""
        self.closed = True
        while self._turns:
            self._turns.popleft().grant(error=PoolClosed("The pool was closed."))
        for connection in [*self._all]:
            connection.close()
        self._all.clear()
        self._idle.clear()
        self._shared.clear()

    async def aclose(self) -> None:
        """Close everything and wait until the sockets are gone."""
        links = [connection.link for connection in self._all]
        self.end()
        await self.runtime.forget_end()
        for link in links:
            await link.wait_closed()

    def forsake(self) -> None:
        """Close the sockets alone: their loop is over, or belongs to the parent process."""
        self.closed = True
        for connection in self._all:
            connection.link.forsake()

    # ---- the inside

    def _take(self) -> Connection | None:
        """Return a connection that can take a request now."""
        best: Http2Connection | None = None
        for shared in self._shared:
            if shared.has_room and (best is None or shared.lent < best.lent):
                best = shared
        if best is not None:
            best.lent += 1
            return best
        idle = self._idle
        if not idle:
            return None
        now = time.monotonic()
        while idle:
            # The one used last: those that are not needed grow old and are closed.
            connection = idle.pop()
            if connection.is_fresh(now):
                return connection
            self._discard(connection)
        return None

    def _discard(self, connection: Connection) -> None:
        connection.close()
        self._all.discard(connection)

    def _may_open(self) -> bool:
        if self._may_share and (self._opening or any(c.is_settling for c in self._shared)):
            return False
        return len(self._all) + self._opening < self._settings.limits.connections

    async def _open(self) -> Connection:
        """Open a connection, for which room was counted already."""
        try:
            connection = await open_connection(
                self.runtime, self._settings, self._ended, self._serve
            )
        except BaseException as error:
            self._opening -= 1
            if self._may_share and isinstance(error, ConnectError):
                self._refuse(error)
            self._serve()
            raise
        self._opening -= 1
        if self.closed:
            connection.close()
            raise PoolClosed("The pool was closed.")
        self._all.add(connection)
        self._may_share = isinstance(connection, Http2Connection)
        if isinstance(connection, Http2Connection):
            connection.lent += 1
            self._shared.append(connection)
        self._serve()
        return connection

    def _refuse(self, error: ConnectError) -> None:
        """Tell those who waited for a connection to share that it did not come about."""
        while self._turns:
            copy = ConnectError(error.message, kind=error.kind, target=error.target)
            self._turns.popleft().grant(error=copy)

    async def _wait(self) -> Connection:
        seconds = self._settings.limits.wait_seconds
        turn = Turn(self.runtime.waiter())
        self._turns.append(turn)
        try:
            if seconds is None:
                await turn.waiter.wait()
            else:
                with anyio.move_on_after(seconds):
                    await turn.waiter.wait()
        except BaseException:
            self._withdraw(turn)
            raise
        if not turn.granted:
            self._turns.remove(turn)
            raise PoolTimeout(
                f"All {self._settings.limits.connections} connections to {self._settings.origin} "
                f"were in use for {seconds} s."
            )
        if turn.error is not None:
            raise turn.error
        return turn.connection or await self._open()

    def _withdraw(self, turn: Turn) -> None:
        """Undo a turn whose task was cancelled, maybe after it was granted."""
        if not turn.granted:
            self._turns.remove(turn)
        elif turn.connection is not None:
            self.give_back(turn.connection)
        elif turn.error is None:
            self._opening -= 1
            self._serve()

    def _serve(self) -> None:
        """Give what is free to those who wait."""
        while self._turns:
            connection = self._take()
            if connection is None:
                if not self._may_open():
                    return
                self._opening += 1
            self._turns.popleft().grant(connection)

    def _ended(self, connection: Connection) -> None:
        """Know that a connection ended while it was idle, or takes no more requests."""
        if isinstance(connection, Http2Connection):
            if connection in self._shared:
                self._shared.remove(connection)
            if connection.is_over:
                self._all.discard(connection)
        else:
            self._all.discard(connection)
            if connection in self._idle:
                self._idle.remove(connection)
        self._serve()
