"""From what a user gives to upload, to pieces: points one by one, columns, tables.

Called by the client's methods.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any, Final, cast
from uuid import UUID

from anyio import to_thread
from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError
from aqdrant.models._arrays import read_true_array
from aqdrant.models._reading import STRICT, reader
from aqdrant.models._scalars import Mismatch, is_array, is_mapping
from aqdrant.uploads.cutting import LARGEST, TURN, Cut, Refuse, Turns, chunks_of, next_of, skip
from aqdrant.uploads.fitting import Fit, size_of
from aqdrant.uploads.given import by_name, common_length, rows_of
from aqdrant.uploads.pieces import Columns, Piece
from aqdrant.uploads.tables import is_table, rows_of_tables

__all__ = ["column_pieces", "point_pieces"]

_TABLE_ROWS: Final = 1024
"""Rows of a table that are converted at once, about."""
_read_id = reader(models.ExtendedPointId, STRICT)
_read_payload = reader(models.Payload | None, STRICT)


async def point_pieces(
    source: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    """Read points one by one."""
    if is_table(source):
        async with aclosing(_table_pieces(source, fit, batch_size, start, refuse)) as pieces:
            async for piece in pieces:
                yield piece
        return
    cut, turns = Cut(fit, batch_size, start, refuse, "points"), Turns()
    async with aclosing(chunks_of(source, min(batch_size, TURN), start)) as chunks:
        async for items in chunks:
            for item in items:
                full = cut.add(item)
                if full is not None:
                    yield full
                await turns.due()
    for piece in cut.rest():
        yield piece


async def column_pieces(
    vectors: Any, payload: Any, ids: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    """Read vectors, payloads and ids, each from its own iterable.

    Raises:
        ArgumentError: ids or payloads end before the vectors, or an array does not fit the
            collection.
    """
    named = by_name(vectors)
    if named and all(is_array(column) for column in named.values()):
        count = common_length(named)
        for name, column in named.items():
            wrong = fit.column_misfit(name, column)
            if wrong is not None:
                parameter = f"vectors.{name}" if name else "vectors"
                raise ArgumentError(f"{parameter}: {wrong}.", parameter=parameter)
        arrays = _array_pieces(vectors, named, payload, ids, count, batch_size, start)
        async with aclosing(arrays) as pieces:
            async for piece in pieces:
                yield piece
        return
    cut, turns = Cut(fit, batch_size, start, refuse, "vectors"), Turns()
    columns = _Beside(ids, payload, start)
    async with aclosing(chunks_of(rows_of(vectors), min(batch_size, TURN), start)) as chunks:
        async for items in chunks:
            own_ids, payloads = await columns.take(len(items))
            for vector, own_id, one in zip(items, own_ids, payloads, strict=True):
                full = cut.add({"id": own_id, "vector": vector, "payload": one})
                if full is not None:
                    yield full
                await turns.due()
    for piece in cut.rest():
        yield piece


class _Beside:
    """Ids and payloads that come beside vectors."""

    def __init__(self, ids: Any, payload: Any, start: int) -> None:
        self._ids = None if ids is None else iter(ids)
        self._payload = None if payload is None else iter(payload)
        self._at = start
        self._to_skip = start

    async def take(self, count: int) -> tuple[list[Any], list[Any]]:
        """As many as there are vectors, as they came; random ids where there are none."""
        for elements in (self._ids, self._payload):
            if elements is not None and self._to_skip:
                await skip(elements, self._to_skip)
        self._to_skip = 0
        if self._ids is None:
            ids: list[Any] = _random_ids(count)
        else:
            ids = await _take(self._ids, count, "ids")
        if self._payload is None:
            return ids, [None] * count
        return ids, await _take(self._payload, count, "payload")

    async def read(self, count: int) -> tuple[list[Any], list[Any] | None]:
        """As many as there are vectors, checked, without holding the loop; no payloads: None.

        Raises:
            ArgumentError: naming the index from the beginning.
        """
        ids: list[Any] = []
        payloads: list[Any] = []
        while len(ids) < count:
            if ids:
                await checkpoint()
            some_ids, some_payloads = await self.take(min(TURN, count - len(ids)))
            if self._ids is not None and not _are_ids(some_ids):
                some_ids = _each_read(some_ids, _read_id, self._at, "ids")
            ids += some_ids
            if self._payload is not None:
                # A payload of None is as good as an empty one, which a batch takes.
                found = _each_read(some_payloads, _read_payload, self._at, "payload")
                payloads += [one or {} for one in found]
            self._at += len(some_ids)
        return ids, None if self._payload is None else payloads


def _are_ids(values: list[Any]) -> bool:
    """Whether these are told at a glance to be numbers that points may have."""
    return set(map(type, values)) == {int} and min(values) >= 0 and max(values) < 1 << 64


def _each_read(values: list[Any], read: Any, at: int, parameter: str) -> list[Any]:
    checked: list[Any] = []
    try:
        checked.extend(map(read, values))
    except Mismatch as mismatch:
        raise mismatch.inside(at + len(checked)).error(parameter) from None
    return checked


async def _array_pieces(
    vectors: Any,
    named: Mapping[str, Any],
    payload: Any,
    ids: Any,
    count: int,
    batch_size: int,
    start: int,
) -> AsyncGenerator[Piece]:
    columns = _Beside(ids, payload, start)
    width = sum(size_of(column[0], None) for column in named.values()) if count else 1
    step = max(1, min(batch_size, LARGEST // max(1, width)))
    for first in range(start, count, step):
        end = min(first + step, count)
        cut = {name: await _rows(name, column, first, end) for name, column in named.items()}
        own_ids, payloads = await columns.read(end - first)
        chosen: Any = cut if is_mapping(vectors) else cut[""]
        batch = models.Batch(ids=own_ids, vectors=chosen, payloads=payloads)
        size = width * (end - first)
        for piece in _smaller(Columns(batch, first, size + await _payload_size(payloads))):
            yield piece


async def _rows(name: str, column: Any, first: int, end: int) -> Any:
    """Some rows of an array, checked; those of a file are read in a worker thread."""
    rows = column[first:end]
    if hasattr(rows, "filename"):
        rows = await to_thread.run_sync(rows.copy)
    try:
        return read_true_array(rows, (2, 3), keep=True)
    except Mismatch as mismatch:
        if first:
            mismatch.reason += f"; rows are counted from {first}"
        raise (mismatch.inside(name) if name else mismatch).error("vectors") from None


async def _table_pieces(
    table: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    at = start
    step = batch_size * max(1, _TABLE_ROWS // batch_size)
    parts = rows_of_tables(table, fit.names, step, start)
    while (part := await to_thread.run_sync(next, parts, None)) is not None:
        ids, vectors, payloads = part
        named = by_name(vectors)
        own_ids = _random_ids(len(payloads)) if ids is None else ids
        if all(is_array(column) for column in named.values()):
            arrays = column_pieces(vectors, payloads, own_ids, fit, batch_size, 0, refuse)
            async with aclosing(arrays) as pieces:
                async for piece in pieces:
                    columns = cast("Columns", piece)
                    yield Columns(columns.batch, columns.first + at, columns.size)
        else:
            cut, turns = Cut(fit, batch_size, at, refuse, "points"), Turns()
            rows = zip(own_ids, rows_of(vectors), payloads, strict=True)
            for own_id, vector, payload in rows:
                full = cut.add({"id": own_id, "vector": vector, "payload": payload})
                if full is not None:
                    yield full
                await turns.due()
            for piece in cut.rest():
                yield piece
        at += len(payloads)
        await checkpoint()


def _smaller(piece: Columns) -> Iterator[Piece]:
    if piece.size <= LARGEST or len(piece) == 1:
        yield piece
        return
    for half in piece.halves():
        yield from _smaller(half)


async def _payload_size(payloads: list[Any] | None) -> int:
    size, turns = 0, Turns()
    for payload in payloads or ():
        size += size_of((), payload)
        await turns.due()
    return size


def _random_ids(count: int) -> list[Any]:
    # Asked for one by one, each would let go of the interpreter, and wait until it has it again.
    random = os.urandom(16 * count)
    starts = range(0, 16 * count, 16)
    return [str(UUID(bytes=random[start : start + 16], version=4)) for start in starts]


async def _take(source: Iterator[Any], count: int, parameter: str) -> list[Any]:
    taken = await in_caller(next_of, source, count)
    if len(taken) < count:
        raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
    return taken
