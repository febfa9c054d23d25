"""Points read, checked and gathered into pieces; elements drawn from a source, some at a time.

Used by `sources`. Iterables are read in the thread that they belong to.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Final, TypeAlias, cast

from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError
from aqdrant.models._official import is_named
from aqdrant.models._reading import STRICT, reader
from aqdrant.models._scalars import Mismatch, is_mapping
from aqdrant.uploads.fitting import Fit, size_of
from aqdrant.uploads.given import is_async
from aqdrant.uploads.packing import packed
from aqdrant.uploads.pieces import Piece, Points

__all__ = ["LARGEST", "TURN", "Cut", "Refuse", "Turns", "chunks_of", "next_in_time", "skip"]

Refuse: TypeAlias = Callable[[int, object, Exception], None]
"""Notes a point that is refused: its index, its id, the reason."""

TURN: Final = 128
"""Points drawn from a source at once."""
_MOMENT: Final = 0.001
"""Seconds for which points are looked at before others have their turn."""
LARGEST: Final = 24 << 20
"""Bytes of a batch, at most: a server takes 32 MiB."""

_COLUMNS: Final = {"id": "ids", "vector": "vectors", "payload": "payload"}


class Cut:
    """Reads and checks points, and gathers them until a piece is full."""

    def __init__(
        self, fit: Fit, batch_size: int, start: int, refuse: Refuse, parameter: str
    ) -> None:
        self._fit = fit
        self._batch_size = batch_size
        self._refuse = refuse
        self._parameter = parameter
        self._read = reader(models.PointStruct, STRICT)
        self._at = self._first = start
        self._points: list[models.PointStruct] = []
        self._indices: list[int] = []
        self._size = 0

    def add(self, item: Any) -> Piece | None:
        """Take the next point; a piece where one is full without it or with it."""
        index = self._at
        self._at += 1
        point = self._checked(item, index)
        if point is None:
            return None
        size = size_of(point.vector, point.payload)
        is_full = len(self._points) >= self._batch_size or self._size + size > LARGEST
        full = self._piece(index) if self._points and is_full else None
        self._points.append(point)
        self._indices.append(index)
        self._size += size
        if full is None and len(self._points) >= self._batch_size:
            full = self._piece(self._at)
        return full

    def rest(self) -> Iterator[Piece]:
        """What is left in the end."""
        if self._points or self._at > self._first:
            yield self._piece(self._at)

    def _checked(self, item: Any, index: int) -> models.PointStruct | None:
        if isinstance(item, models.Record) or is_named(item, "Record"):
            vector: Any = {} if item.vector is None else item.vector
            item = models.PointStruct(id=item.id, vector=vector, payload=item.payload)
        try:
            point: models.PointStruct = self._read(item)
        except Mismatch as mismatch:
            self._refuse(index, _id_of(item), self._error(mismatch, index))
            return None
        wrong = self._fit.misfit(point.vector)
        if wrong is None:
            vector = packed(point.vector)
            return models.PointStruct(id=point.id, vector=vector, payload=point.payload)
        where = f"{self._parameter}[{index}]"
        error = ArgumentError(f"{where}: point {point.id!r}: {wrong}.", parameter=where)
        self._refuse(index, point.id, error)
        return None

    def _error(self, mismatch: Mismatch, index: int) -> ArgumentError:
        parameter = self._parameter
        if parameter == "vectors" and mismatch.steps:  # columns, each a parameter of its own
            parameter = _COLUMNS.get(str(mismatch.steps.pop()), parameter)
        return mismatch.inside(index).error(parameter)

    def _piece(self, end: int) -> Piece:
        piece = Points(self._points, self._indices, self._first, end, self._size)
        self._first, self._size = end, 0
        self._points, self._indices = [], []
        return piece


class Turns:
    """Gives the event loop its turn, once points have been looked at for a moment."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    async def due(self) -> None:
        """Let others run if it is time; to be asked after each point."""
        if time.perf_counter() - self._began > _MOMENT:
            await checkpoint()
            self._began = time.perf_counter()


async def chunks_of(source: Any, count: int, start: int) -> AsyncGenerator[list[Any]]:
    """The elements from one index on, some at a time; those before an error come before it."""
    if is_async(source):
        skipped = 0
        gathered: list[Any] = []
        turns = Turns()
        try:
            async for item in source:
                if skipped < start:
                    skipped += 1
                    await turns.due()
                    continue
                gathered.append(item)
                if len(gathered) == count:
                    yield gathered
                    gathered = []
        except Exception:
            if gathered:
                yield gathered
            raise
        if gathered:
            yield gathered
        return
    elements = iter(source)
    await skip(elements, start)
    while True:
        taken: list[Any] = []
        try:
            await in_caller(next_in_time, elements, count, taken)
        except Exception:
            if taken:
                yield taken
            raise
        if not taken:
            return
        yield taken


async def skip(elements: Iterator[Any], count: int) -> None:
    """Leave out the first elements of an iterator."""
    while count > 0:
        taken: list[Any] = []
        await in_caller(next_in_time, elements, min(count, TURN), taken)
        if not taken:
            return
        count -= len(taken)
        await checkpoint()


def next_in_time(elements: Iterator[Any], count: int, taken: list[Any]) -> None:
    """Take the next elements of an iterator, as many as it makes in a moment, up to `count`."""
    end = time.perf_counter() + _MOMENT
    for item in elements:
        taken.append(item)
        if len(taken) == count or time.perf_counter() > end:
            break


def _id_of(item: Any) -> object:
    return cast("Any", item).get("id") if is_mapping(item) else getattr(item, "id", None)
