"""From what a user gives to upload, to pieces: points one by one, columns, tables.

Called by the client's methods.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError
from aqdrant.models._arrays import read_true_array
from aqdrant.models._reading import STRICT, reader
from aqdrant.models._scalars import Mismatch, is_mapping
from aqdrant.uploads.cutting import LARGEST, TURN, Cut, Refuse, Turns, chunks_of, next_in_time, skip
from aqdrant.uploads.fitting import Fit, size_of
from aqdrant.uploads.given import by_name, common_length, is_block, rows_of
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
        pieces = _table_pieces(source, fit, batch_size, start, refuse)
    else:
        cut = Cut(fit, batch_size, start, refuse, "points")
        pieces = _gathered(cut, chunks_of(source, min(batch_size, TURN), start))
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


async def column_pieces(
    vectors: Any, payload: Any, ids: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    """Read vectors, payloads and ids, each from its own iterable.

    Raises:
        ArgumentError: ids or payloads end before the vectors, or an array does not fit the
            collection.
    """
    beside = _Beside(ids, payload, start)
    named = by_name(vectors)

    def cut(first: int) -> Cut:
        return Cut(fit, batch_size, first, refuse, "vectors")

    if named and all(is_block(column) for column in named.values()):
        _check_blocks(named, fit)
        pieces = _array_pieces(vectors, beside, cut, batch_size, start)
    else:
        chunks = chunks_of(rows_of(vectors), min(batch_size, TURN), start)
        pieces = _gathered(cut(start), _points_of(chunks, beside))
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


async def _gathered(cut: Cut, chunks: AsyncGenerator[list[Any]]) -> AsyncGenerator[Piece]:
    """Gather points; those that came before an error of their source go, too."""
    turns = Turns()
    try:
        async with aclosing(chunks):
            async for items in chunks:
                for item in items:
                    full = cut.add(item)
                    if full is not None:
                        yield full
                    await turns.due()
    except Exception:
        for piece in cut.rest():
            yield piece
        raise
    for piece in cut.rest():
        yield piece


async def _points_of(
    chunks: AsyncGenerator[list[Any]], beside: _Beside
) -> AsyncGenerator[list[Any]]:
    async with aclosing(chunks):
        async for vectors in chunks:
            yield _joined(*await beside.take(len(vectors)), vectors)


def _joined(ids: list[Any], payloads: list[Any], vectors: Any) -> list[Any]:
    rows = zip(ids, vectors, payloads, strict=True)
    return [{"id": one, "vector": vector, "payload": payload} for one, vector, payload in rows]


class _Beside:
    """Ids and payloads that come beside vectors."""

    def __init__(self, ids: Any, payload: Any, start: int) -> None:
        self._ids = None if ids is None else iter(ids)
        self._payload = None if payload is None else iter(payload)
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

    async def take_many(self, count: int) -> tuple[list[Any], list[Any]]:
        """What `take` gives, without holding the loop."""
        ids: list[Any] = []
        payloads: list[Any] = []
        while len(ids) < count:
            if ids:
                await checkpoint()
            some_ids, some_payloads = await self.take(min(TURN, count - len(ids)))
            ids += some_ids
            payloads += some_payloads
        return ids, payloads

    async def read(self, ids: list[Any], payloads: list[Any]) -> tuple[list[Any], list[Any] | None]:
        """What was taken, checked; no payloads: None.

        Raises:
            Mismatch: one of them is wrong.
        """
        own_ids: list[Any] = []
        own_payloads: list[Any] = []
        for at in range(0, len(ids), TURN):
            if at:
                await checkpoint()
            some = ids[at : at + TURN]
            own_ids += some if self._ids is None or _are_ids(some) else map(_read_id, some)
            if self._payload is not None:
                # A payload of None is as good as an empty one, which a batch takes.
                own_payloads += [_read_payload(one) or {} for one in payloads[at : at + TURN]]
        return own_ids, None if self._payload is None else own_payloads


def _are_ids(values: list[Any]) -> bool:
    """Whether these are told at a glance to be numbers that points may have."""
    return set(map(type, values)) == {int} and min(values) >= 0 and max(values) < 1 << 64


def _check_blocks(named: Mapping[str, Any], fit: Fit) -> None:
    common_length(named)
    for name, column in named.items():
        wrong = fit.column_misfit(name, column)
        if wrong is not None:
            parameter = f"vectors.{name}" if name else "vectors"
            raise ArgumentError(f"{parameter}: {wrong}.", parameter=parameter)


async def _array_pieces(
    vectors: Any,
    beside: _Beside,
    cut: Callable[[int], Cut],
    batch_size: int,
    start: int,
    at: int = 0,
) -> AsyncGenerator[Piece]:
    """Cut arrays; `at` is the index of their first row in what was given."""
    named = by_name(vectors)
    count = common_length(named)
    width = sum(size_of(column[0], None) for column in named.values()) if count else 1
    step = max(1, min(batch_size, LARGEST // max(1, width)))
    for first in range(start, count, step):
        end = min(first + step, count)
        rows = {name: await _rows(column, first, end) for name, column in named.items()}
        ids, payloads = await beside.take_many(end - first)
        try:
            arrays: Any = {
                name: read_true_array(block, (2, 3), keep=True) for name, block in rows.items()
            }
            own_ids, own_payloads = await beside.read(ids, payloads)
        except Mismatch:
            # One by one, then: those that are wrong are refused, and the others go.
            chunk = _joined(ids, payloads, rows_of(rows if is_mapping(vectors) else rows[""]))
            async with aclosing(_gathered(cut(at + first), _only(chunk))) as pieces:
                async for piece in pieces:
                    yield piece
            continue
        chosen = arrays if is_mapping(vectors) else arrays[""]
        batch = models.Batch(ids=own_ids, vectors=chosen, payloads=own_payloads)
        size = width * (end - first) + await _payload_size(own_payloads)
        for piece in _smaller(Columns(batch, at + first, size)):
            yield piece


async def _rows(column: Any, first: int, end: int) -> Any:
    """Some rows of an array; those of a file are read in a worker thread."""
    rows = column[first:end]
    return await to_thread.run_sync(rows.copy) if hasattr(rows, "filename") else rows


async def _only(chunk: list[Any]) -> AsyncGenerator[list[Any]]:
    yield chunk


async def _table_pieces(
    table: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    at = start

    def cut(first: int) -> Cut:
        return Cut(fit, batch_size, first, refuse, "points")

    step = batch_size * max(1, _TABLE_ROWS // batch_size)
    parts = rows_of_tables(table, fit.names, step, start)
    while (part := await to_thread.run_sync(next, parts, None)) is not None:
        ids, vectors, payloads = part
        named = by_name(vectors)
        if all(is_block(one) and not fit.column_misfit(name, one) for name, one in named.items()):
            pieces = _array_pieces(vectors, _Beside(ids, payloads, 0), cut, batch_size, 0, at)
        else:
            own_ids = _random_ids(len(payloads)) if ids is None else ids
            chunk = _joined(own_ids, payloads, rows_of(vectors))
            pieces = _gathered(cut(at), _only(chunk))
        async with aclosing(pieces):
            async for piece in pieces:
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
    taken: list[Any] = []
    while True:
        before = len(taken)
        await in_caller(next_in_time, source, count, taken)
        if len(taken) == count:
            return taken
        if len(taken) == before:
            raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
        await checkpoint()
