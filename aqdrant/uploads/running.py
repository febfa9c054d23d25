"""The run of an upload: some pieces in flight, tried again, cut in two where they are refused.

Called by the client's methods, on the event loop that they run on.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import anyio
import msgspec

from aqdrant.context import retried
from aqdrant.exceptions import (
    AqdrantError,
    ArgumentError,
    InternalServerError,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    TransportError,
    UploadFailed,
)
from aqdrant.middleware.retry import FAULTS, Fault, log_retry, may_run_again, wait_before
from aqdrant.operations import UpsertPoints
from aqdrant.transport import Encoded
from aqdrant.uploads.bars import close_bar, tell
from aqdrant.uploads.pieces import Piece
from aqdrant.uploads.report import UploadFailure, UploadResult

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

__all__ = ["Run", "Settings"]

Request: TypeAlias = Callable[[Piece], UpsertPoints]
Prepare: TypeAlias = Callable[[UpsertPoints], Awaitable[Encoded | None]]
Send: TypeAlias = Callable[[UpsertPoints, Encoded | None], Awaitable[object]]

_MOST_WAITS: Final = 100
"""Refusals for the rate of one piece, after which the upload gives up."""


class _Ready(NamedTuple):
    """A piece whose turn comes: its request, encoded while others are under way."""

    piece: Piece
    request: UpsertPoints
    encoded: Encoded | None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an upload runs."""

    in_flight: int = 1
    max_retries: int = 3
    max_failures: int = 100
    on_progress: Callable[[UploadResult], object] | None = None


class Run:
    """One upload.

    Args:
        request: makes the operation that writes a piece.
        prepare: encodes it, where that can be done beforehand.
        send: runs it, once, and returns when it is acknowledged.
        settings: how.
        result: the account to write to.
    """

    def __init__(
        self,
        request: Request,
        prepare: Prepare,
        send: Send,
        settings: Settings,
        result: UploadResult,
    ) -> None:
        self._request = request
        self._prepare = prepare
        self._send = send
        self._settings = settings
        self.result = result
        self._began = time.monotonic() - result.seconds
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
        send, receive = anyio.create_memory_object_stream[_Ready](0)
        try:
            async with anyio.create_task_group() as tasks:
                with self._scope:
                    for _ in range(self._settings.in_flight):
                        tasks.start_soon(self._work, receive.clone())
                    receive.close()
                    await self._read(pieces, send)
                send.close()
            if self._error is not None:
                self._explain(self._error)
                raise self._error
            self.result.is_finished = True
            await self._tell()
        finally:
            send.close()
            receive.close()
            self.result.seconds = time.monotonic() - self._began
            close_bar(self._settings.on_progress)

    def raise_failures(self) -> None:
        """Raise where points were refused."""
        if self.result.failures:
            raise self._failed("all others are written")

    async def _read(
        self, pieces: AsyncGenerator[Piece], send: MemoryObjectSendStream[_Ready]
    ) -> None:
        # What was read before an error is sent: it is whole.
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    await send.send(await self._ready(piece))
        except Exception as error:  # noqa: BLE001  # raised at the end
            self._error = self._error or error

    async def _ready(self, piece: Piece) -> _Ready:
        request, encoded = self._request(piece), None
        if len(piece):
            # What is wrong with it is told, and halved, where it is sent.
            with suppress(AqdrantError):
                encoded = await self._prepare(request)
        return _Ready(piece, request, encoded)

    async def _work(self, ready: MemoryObjectReceiveStream[_Ready]) -> None:
        with ready:
            while (following := await _next(ready)) is not None:
                piece, request, encoded = following
                try:
                    await self._deliver(piece, request, encoded)
                    self._settle(piece)
                    await self._tell()
                except Exception as error:  # noqa: BLE001  # raised at the end
                    self._error = self._error or error
                    self._scope.cancel()
                    return

    async def _deliver(
        self, piece: Piece, request: UpsertPoints, encoded: Encoded | None = None
    ) -> None:
        if not len(piece):
            return
        try:
            await self._attempt(request, encoded, len(piece))
        except (ArgumentError, PayloadTooLarge) as error:
            # A server refuses a batch for one of its points: halve it until that one is alone.
            if len(piece) == 1:
                self.refuse(*piece.point(), error)
                return
            for half in piece.halves():
                await self._deliver(half, self._request(half))
            return
        self.result.points += len(piece)
        self.result.batches += 1
        self.result.bytes += piece.size

    async def _attempt(self, operation: UpsertPoints, encoded: Encoded | None, count: int) -> None:
        """Send a piece by the rules of the client's own retries, until it is acknowledged."""
        tried = limited = lost = 0
        while True:
            await self._wait_turn()
            try:
                with retried(tried + limited):
                    await self._sent(operation, encoded, count - lost)
            except FAULTS as error:
                fault = error
            except Exception as error:
                if not _is_open(error):
                    self.result.unanswered -= lost
                raise
            else:
                self.result.unanswered -= lost
                return
            if _is_open(fault):
                lost = count
            if isinstance(fault, RateLimited):
                limited += 1
                wait, lasts = wait_before(limited - 1, fault), limited > _MOST_WAITS
            else:
                tried += 1
                wait, lasts = wait_before(tried - 1, fault), tried > self._settings.max_retries
            if wait is None or lasts or not may_run_again(operation, fault):
                raise fault
            log_retry(operation, fault, f"sent once more in {wait:.2f} s")
            await self._pause(fault, wait)
            self.result.retries += 1

    async def _pause(self, fault: Fault, wait: float) -> None:
        is_told = isinstance(fault, ServiceUnavailable) and fault.retry_after is not None
        if is_told or isinstance(fault, RateLimited):
            # What a server asks for it asks of this client as a whole: other pieces wait as well.
            self._not_before = max(self._not_before, anyio.current_time() + wait)
        else:
            await anyio.sleep(wait)

    async def _sent(self, operation: UpsertPoints, encoded: Encoded | None, count: int) -> None:
        self.result.unanswered += count
        try:
            await self._send(operation, encoded)
        except Exception as error:
            if not _is_open(error):
                self.result.unanswered -= count
            raise
        # A cancellation, a lost answer or a server's fault leaves them: perhaps they were written.
        self.result.unanswered -= count

    async def _wait_turn(self) -> None:
        # It may be put off further meanwhile, by a piece that is refused.
        while (until := self._not_before) > anyio.current_time():  # noqa: ASYNC110
            await anyio.sleep_until(until)

    def _settle(self, piece: Piece) -> None:
        self._settled[piece.first] = piece.end
        while (end := self._settled.pop(self.result.checkpoint, None)) is not None:
            self.result.checkpoint = end

    async def _tell(self) -> None:
        self.result.seconds = time.monotonic() - self._began
        await tell(self._settings.on_progress, self.result)

    def _failed(self, what: str) -> UploadFailed:
        failures = self.result.failures
        first = "; ".join(failure.named_reason.removesuffix(".") for failure in failures[:3])
        more = f"; and {len(failures) - 3} more" if len(failures) > 3 else ""
        count = "1 point was" if len(failures) == 1 else f"{len(failures)} points were"
        return UploadFailed(
            f"{count} refused, {what}: {first}{more}.",
            result=self.result,
            fix="`result.failures` of this error lists them.",
        )

    def _explain(self, error: Exception) -> None:
        result = self.result
        if result.points:
            count = "1 point is" if result.points == 1 else f"{result.points} points are"
            error.add_note(
                f"{count} written before this; the upload goes on with start={result.checkpoint}."
            )


async def _next(ready: MemoryObjectReceiveStream[_Ready]) -> _Ready | None:
    """The next piece, at once where it waits already; None at the end."""
    with suppress(anyio.EndOfStream):
        try:
            return ready.receive_nowait()
        except anyio.WouldBlock:
            return await ready.receive()
    return None


def _is_open(error: Exception) -> bool:
    """Whether the points of a batch may have been written in spite of this."""
    if isinstance(error, InternalServerError | ServiceUnavailable):
        return True
    return isinstance(error, TransportError) and error.processed is not False
