"""From what a user gives to upload, to pieces: points one by one, columns, tables.

Called by the client's methods.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from itertools import islice
from typing import Any, Final, cast
from uuid import uuid4

from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import STRICT, reader
from aqdrant.models._scalars import Mismatch, is_array, is_mapping
from aqdrant.uploads.cutting import LARGEST, TURN, Cut, Refuse, chunks_of, next_of
from aqdrant.uploads.fitting import Fit, size_of
from aqdrant.uploads.given import by_name, common_length, rows_of
from aqdrant.uploads.pieces import Columns, Piece
from aqdrant.uploads.tables import is_table, rows_of_tables

__all__ = ["column_pieces", "point_pieces"]

_STRIDE: Final = 32
"""Points checked before the event loop has its turn."""


async def point_pieces(
    source: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    """Read points one by one."""
    if is_table(source):
        async with aclosing(_table_pieces(source, fit, batch_size, start, refuse)) as pieces:
            async for piece in pieces:
                yield piece
        return
    cut = Cut(fit, batch_size, start, refuse, "points")
    async with aclosing(chunks_of(source, min(batch_size, TURN), start)) as chunks:
        async for items in chunks:
            for count, item in enumerate(items, 1):
                full = cut.add(item)
                if full is not None:
                    yield full
                if count % _STRIDE == 0:
                    await checkpoint()
            await checkpoint()
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
    cut = Cut(fit, batch_size, start, refuse, "vectors")
    columns = _Beside(ids, payload, start)
    async with aclosing(chunks_of(rows_of(vectors), min(batch_size, TURN), start)) as chunks:
        async for items in chunks:
            own_ids, payloads = await columns.take(len(items))
            for vector, own_id, one in zip(items, own_ids, payloads, strict=True):
                full = cut.add({"id": own_id, "vector": vector, "payload": one})
                if full is not None:
                    yield full
            await checkpoint()
    for piece in cut.rest():
        yield piece


class _Beside:
    """Ids and payloads that come beside vectors."""

    def __init__(self, ids: Any, payload: Any, start: int) -> None:
        self._ids = _elements(ids, start)
        self._payload = _elements(payload, start)

    async def take(self, count: int) -> tuple[list[Any], list[Any]]:
        ids = [str(uuid4()) for _ in range(count)] if self._ids is None else None
        if ids is None:
            ids = await _take(self._ids, count, "ids")
        if self._payload is None:
            return ids, [None] * count
        return ids, await _take(self._payload, count, "payload")


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
    read_batch = reader(models.Batch, STRICT)
    width = sum(size_of(column[0], None) for column in named.values()) if count else 1
    step = max(1, min(batch_size, LARGEST // max(1, width)))
    for first in range(start, count, step):
        end = min(first + step, count)
        cut: Any = (
            {name: column[first:end] for name, column in vectors.items()}
            if is_mapping(vectors)
            else vectors[first:end]
        )
        own_ids, payloads = await columns.take(end - first)
        try:
            batch: models.Batch = read_batch(
                {
                    "ids": own_ids,
                    "vectors": cut,
                    "payloads": None if payload is None else payloads,
                }
            )
        except Mismatch as mismatch:
            raise _renamed(mismatch) from None
        size = width * (end - first)
        for piece in _smaller(Columns(batch, first, size + _payload_size(batch.payloads))):
            yield piece
        await checkpoint()


async def _table_pieces(
    table: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    at = start
    for ids, vectors, payloads in rows_of_tables(table, fit.names, batch_size, start):
        named = by_name(vectors)
        own_ids = [str(uuid4()) for _ in payloads] if ids is None else ids
        if all(is_array(column) for column in named.values()):
            arrays = column_pieces(vectors, payloads, own_ids, fit, batch_size, 0, refuse)
            async with aclosing(arrays) as pieces:
                async for piece in pieces:
                    columns = cast("Columns", piece)
                    yield Columns(columns.batch, columns.first + at, columns.size)
        else:
            cut = Cut(fit, batch_size, at, refuse, "points")
            rows = zip(own_ids, rows_of(vectors), payloads, strict=True)
            for own_id, vector, payload in rows:
                full = cut.add({"id": own_id, "vector": vector, "payload": payload})
                if full is not None:
                    yield full
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


def _payload_size(payloads: Any) -> int:
    return sum(size_of((), payload) for payload in payloads) if payloads else 0


def _elements(values: Any, start: int) -> Iterator[Any] | None:
    return None if values is None else islice(iter(values), start, None)


async def _take(source: Iterator[Any] | None, count: int, parameter: str) -> list[Any]:
    taken = [] if source is None else await in_caller(next_of, source, count)
    if len(taken) < count:
        raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
    return taken


def _renamed(mismatch: Mismatch) -> ArgumentError:
    """An error of a batch, by the name that its column has for the user."""
    field = str(mismatch.steps.pop())
    return mismatch.error({"payloads": "payload"}.get(field, field))
