"""The run of an upload: some pieces in flight, tried again, cut in two where they are refused.

Called by the client's methods, on the event loop that they run on.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeAlias

import anyio
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from aqdrant._portal import in_caller
from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    OperationTimeout,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    TLSFailed,
    UploadFailed,
)
from aqdrant.uploads.pieces import Piece
from aqdrant.uploads.report import UploadFailure, UploadResult

__all__ = ["Run", "Settings"]

Send: TypeAlias = Callable[[Piece], Awaitable[object]]

_TRANSIENT: Final = (ConnectionFailed, OperationTimeout, ServiceUnavailable)
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 30.0
_MOST_WAITS: Final = 100
"""Refusals for the rate of one piece, after which the upload gives up."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an upload runs."""

    in_flight: int = 1
    max_retries: int = 3
    max_failures: int = 100
    on_progress: Callable[[UploadResult], object] | None = None


class Run:
    """One upload.

    Args:
        send: sends a piece and returns when it is acknowledged.
        settings: how.
        result: the account to write to.
    """

    def __init__(self, send: Send, settings: Settings, result: UploadResult) -> None:
        self._send = send
        self._settings = settings
        self.result = result
        self._began = time.monotonic()
        self._settled: dict[int, int] = {}
        self._error: Exception | None = None
        self._not_before = -math.inf
        self._scope = anyio.CancelScope()

    def refuse(self, index: int, point_id: object, error: Exception) -> None:
        """Note a point that does not go in.

        Raises:
            UploadFailed: these are too many.
        """
        reason = str(error)
        failures = self.result.failures
        failures.append(UploadFailure(index=index, id=point_id, reason=reason, error=error))
        if len(failures) > self._settings.max_failures:
            raise self._failed("the upload was stopped") from error

    async def finish(self, pieces: AsyncGenerator[Piece]) -> None:
        """Send all pieces.

        Raises:
            AqdrantError: what stopped the upload; a note tells what is written.
        """
        send, receive = anyio.create_memory_object_stream[Piece](0)
        try:
            async with anyio.create_task_group() as tasks:
                with self._scope:
                    for _ in range(self._settings.in_flight):
                        tasks.start_soon(self._work, receive.clone())
                    receive.close()
                    await self._read(pieces, send)
                send.close()
        finally:
            send.close()
            receive.close()
            self.result.seconds = time.monotonic() - self._began
        if self._error is not None:
            self._explain(self._error)
            raise self._error
        self.result.is_finished = True
        await self._tell()

    def raise_failures(self) -> None:
        """Raise where points were refused."""
        if self.result.failures:
            raise self._failed("all others are written")

    async def _read(
        self, pieces: AsyncGenerator[Piece], send: MemoryObjectSendStream[Piece]
    ) -> None:
        # What was read before an error is sent: it is whole.
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    await send.send(piece)
        except Exception as error:  # noqa: BLE001  # raised at the end
            self._error = self._error or error

    async def _work(self, pieces: MemoryObjectReceiveStream[Piece]) -> None:
        with pieces:
            async for piece in pieces:
                try:
                    await self._deliver(piece)
                except Exception as error:  # noqa: BLE001  # raised at the end
                    self._error = self._error or error
                    self._scope.cancel()
                    return
                self._settle(piece)
                await self._tell()

    async def _deliver(self, piece: Piece) -> None:
        if not len(piece):
            return
        try:
            await self._attempt(piece)
        except (ArgumentError, PayloadTooLarge) as error:
            # A server refuses a batch for one of its points: halve it until that one is alone.
            if len(piece) == 1:
                self.refuse(*piece.point(), error)
                return
            for half in piece.halves():
                await self._deliver(half)
            return
        self.result.points += len(piece)
        self.result.batches += 1
        self.result.bytes += piece.size

    async def _attempt(self, piece: Piece) -> None:
        retries = waits = 0
        while True:
            await self._wait_turn()
            try:
                await self._sent(piece)
                return
            except RateLimited as error:
                waits += 1
                if waits > _MOST_WAITS:
                    raise
                # The limit is on this client as a whole, so the other pieces wait as well.
                self._not_before = anyio.current_time() + _wait(waits, error.retry_after)
            except _TRANSIENT as error:
                # The rules of the client's own retries, whose last failure this is: no TLS fault is
                # passing, and what took a server too long once would do so again.
                retries += 1
                took_too_long = isinstance(error, OperationTimeout) and error.processed is not False
                lasts = isinstance(error, TLSFailed) or took_too_long
                if lasts or retries > self._settings.max_retries:
                    raise
                await anyio.sleep(_wait(retries, getattr(error, "retry_after", None)))
            self.result.retries += 1

    async def _sent(self, piece: Piece) -> None:
        count = len(piece)
        self.result.unanswered += count
        try:
            await self._send(piece)
        except Exception:
            self.result.unanswered -= count
            raise
        # A cancellation leaves them where they are: perhaps they were written.
        self.result.unanswered -= count

    async def _wait_turn(self) -> None:
        await anyio.sleep_until(max(self._not_before, anyio.current_time()))

    def _settle(self, piece: Piece) -> None:
        self._settled[piece.first] = piece.end
        while (end := self._settled.pop(self.result.checkpoint, None)) is not None:
            self.result.checkpoint = end

    async def _tell(self) -> None:
        self.result.seconds = time.monotonic() - self._began
        if self._settings.on_progress is not None:
            await in_caller(self._settings.on_progress, self.result)

    def _failed(self, what: str) -> UploadFailed:
        failures = self.result.failures
        first = "; ".join(failure.reason for failure in failures[:3])
        more = f"; and {len(failures) - 3} more" if len(failures) > 3 else ""
        return UploadFailed(
            f"{len(failures)} points were refused, {what}: {first}{more}.",
            result=self.result,
            fix="`result.failures` of this error lists them.",
        )

    def _explain(self, error: Exception) -> None:
        result = self.result
        if result.points:
            error.add_note(
                f"{result.points} points are written before this; the upload goes on with"
                f" start={result.checkpoint}."
            )


def _wait(attempt: int, retry_after: float | None) -> float:
    if retry_after is not None:
        return retry_after
    wait: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (attempt - 1))
    return random.uniform(0.5, 1.0) * wait
