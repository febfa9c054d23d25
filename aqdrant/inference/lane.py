"""One model's queue, and the thread that works it off.

Callers of any event loop put inputs in; the thread runs them together, whoever they came from, and
wakes each caller when its last vector is there. `fastembed_models` keeps one lane for each model.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from itertools import count, islice
from typing import Any, NamedTuple, TypeAlias

import anyio
from anyio.lowlevel import current_token

from aqdrant.inference.protocol import Kind

__all__ = ["Lane", "Run"]

Run: TypeAlias = Callable[[Kind, bool, Sequence[Any]], Sequence[Any]]
"""Embeds inputs of one kind, queries or not, in the lane's thread."""

_numbers = count(1)


class Lane:
    """Runs the inputs of many callers together, in one thread.

    Queries go before what is stored, and callers share a run evenly, so that a long upload does
    not hold up a short one. A caller that is cancelled leaves at once; what it still had in the
    queue is dropped.

    Args:
        run: the model.
        prepare: loads it, if it is not loaded yet; what it raises is told to all that wait.
        batch_size: inputs of one run.
        window: seconds to wait for company, where the last run had several callers.
        idle: seconds after which the thread ends; it comes back with the next input.
    """

    def __init__(
        self,
        run: Run,
        prepare: Callable[[], object] = lambda: None,
        *,
        batch_size: int = 32,
        window: float = 0.001,
        idle: float = 10.0,
    ) -> None:
        self._prepare = prepare
        self._run = run
        self._batch_size = batch_size
        self._window = window
        self._idle = idle
        self._queue: list[_Ticket] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._had_company = False

    async def submit(self, kind: Kind, is_query: bool, values: Sequence[Any]) -> list[Any]:
        """Embed values, and wait for it."""
        ticket = _Ticket(kind, is_query, values)
        if not values:
            return []
        self._enqueue(ticket)
        try:
            await ticket.wait()
        except BaseException:
            ticket.is_abandoned = True
            raise
        if ticket.error is not None:
            raise ticket.error
        return ticket.results

    def _enqueue(self, ticket: _Ticket) -> None:
        with self._changed:
            self._queue.append(ticket)
            if self._thread is None:
                name = f"aqdrant-embedder-{next(_numbers)}"
                self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
                self._thread.start()
            else:
                self._changed.notify()

    # On the lane's thread.

    def _serve(self) -> None:
        while True:
            parts = self._next_parts()
            if parts is None:
                return
            if self._is_prepared(parts):
                self._run_parts(parts)
            for part in parts:
                if part.ticket.is_over:
                    part.ticket.wake()
            del parts  # not to hold what callers gave while the queue is empty

    def _next_parts(self) -> list[_Part] | None:
        with self._changed:
            while not self._queue:
                if not self._changed.wait(self._idle) and not self._queue:
                    self._thread = None
                    return None
            if self._had_company and self._window:
                self._changed.wait_for(self._is_full, self._window)
            self._queue = [ticket for ticket in self._queue if not ticket.is_abandoned]
            parts = self._cut()
            self._had_company = len(parts) > 1
            self._queue = [ticket for ticket in self._queue if ticket.left]
            return parts

    def _is_full(self) -> bool:
        return sum(ticket.left for ticket in self._queue) >= self._batch_size

    def _cut(self) -> list[_Part]:
        """A batch out of the queue: of queries, or of what is like the first in line."""
        if not self._queue:
            return []
        first = next((ticket for ticket in self._queue if ticket.is_query), self._queue[0])
        like = [ticket for ticket in self._queue if ticket.is_like(first)]
        room = self._batch_size
        share = max(1, room // len(like))
        parts = [_Part(ticket, ticket.take(share)) for ticket in islice(like, room)]
        room -= sum(len(part.places) for part in parts)
        for part in parts:
            if room <= 0:
                break
            more = part.ticket.take(room)
            part.places.extend(more)
            room -= len(more)
        return parts

    def _is_prepared(self, parts: list[_Part]) -> bool:
        try:
            self._prepare()
        except BaseException as error:  # noqa: BLE001  # it belongs to the callers
            for part in parts:
                part.ticket.error = _told(error)
            return False
        return True

    def _run_parts(self, parts: list[_Part]) -> None:
        values = [part.ticket.values[place] for part in parts for place in part.places]
        if not values:
            return
        try:
            kind, is_query = parts[0].ticket.kind, parts[0].ticket.is_query
            found = self._run(kind, is_query, values)
            if len(found) != len(values):
                raise ValueError(f"{len(found)} vectors for {len(values)} inputs")
            vectors = iter(found)
            for part in parts:
                part.ticket.put(part.places, list(islice(vectors, len(part.places))))
        except BaseException as error:  # noqa: BLE001  # it belongs to the callers
            if len(parts) == 1:
                parts[0].ticket.error = _told(error)
                return
            # One caller's bad input must not fail the others.
            for part in parts:
                self._run_parts([part])


class _Part(NamedTuple):
    """What one run does for one caller."""

    ticket: _Ticket
    places: list[int]


class _Ticket:
    """One caller's inputs and what came of them."""

    def __init__(self, kind: Kind, is_query: bool, values: Sequence[Any]) -> None:
        self.kind: Kind = kind
        self.is_query = is_query
        self.values = values
        self.results: list[Any] = [None] * len(values)
        self.error: Exception | None = None
        self.is_abandoned = False
        # Texts of like length in one run: a run pads all of them to the longest.
        self._order = sorted(range(len(values)), key=lambda place: _length(values[place]))
        self._taken = 0
        self._missing = len(values)
        self._event = anyio.Event()
        self._call_soon = _caller_of_this_loop()

    @property
    def left(self) -> int:
        """Inputs that no run has taken yet."""
        return 0 if self.is_over else len(self.values) - self._taken

    @property
    def is_over(self) -> bool:
        return self.error is not None or not self._missing

    def is_like(self, other: _Ticket) -> bool:
        return self.kind == other.kind and self.is_query == other.is_query

    def take(self, most: int) -> list[int]:
        places = self._order[self._taken : self._taken + most]
        self._taken += len(places)
        return places

    def put(self, places: list[int], vectors: list[Any]) -> None:
        for place, vector in zip(places, vectors, strict=True):
            self.results[place] = vector
        self._missing -= len(places)

    async def wait(self) -> None:
        await self._event.wait()

    def wake(self) -> None:
        # Where the loop was closed meanwhile, nobody waits any more.
        with contextlib.suppress(RuntimeError):
            self._call_soon(self._event.set)


def _told(error: BaseException) -> Exception:
    """What callers are told: a panic of native code is no Exception, and must not end the lane."""
    if isinstance(error, Exception):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


def _caller_of_this_loop() -> Callable[[Callable[[], object]], object]:
    """What has the event loop that runs here call a function, from any thread, without waiting."""
    token: Any = current_token()
    native: Any = getattr(token, "native_token", token)
    found: Callable[[Callable[[], object]], object] = (
        native.run_sync_soon if hasattr(native, "run_sync_soon") else native.call_soon_threadsafe
    )
    return found


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else 0
