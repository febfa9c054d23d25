"""From what a user gives to upload, to pieces: points read, checked and cut.

Called by the client's methods. Iterables are read as they go, in the thread that they belong to.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from itertools import islice
from typing import Any, Final, TypeAlias, TypeGuard, cast
from uuid import uuid4

from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import STRICT, reader
from aqdrant.models._scalars import Mismatch, is_array, is_listlike, is_mapping, kind_of
from aqdrant.uploads.fitting import Fit, size_of
from aqdrant.uploads.pieces import Columns, Piece, Points
from aqdrant.uploads.tables import is_table, rows_of_tables

__all__ = [
    "PointsSource",
    "Refuse",
    "VectorsSource",
    "check_columns",
    "check_points",
    "column_pieces",
    "length_of",
    "point_pieces",
]

PointsSource: TypeAlias = (
    Iterable[models.PointStruct | models.Record | Mapping[str, Any]]
    | AsyncIterable[models.PointStruct | models.Record | Mapping[str, Any]]
    | Any
)
"""Points as models or dicts, in any iterable; or a table of pandas, polars or pyarrow."""
VectorsSource: TypeAlias = (
    Iterable[models.VectorStruct]
    | AsyncIterable[models.VectorStruct]
    | Mapping[str, models.FloatArray | Iterable[models.Vector]]
    | models.FloatArray
)
Refuse: TypeAlias = Callable[[int, object, Exception], None]
"""Notes a point that is refused: its index, its id, the reason."""

_TURN: Final = 128
"""Points drawn from a source at once."""
_STRIDE: Final = 32
"""Points checked before the event loop has its turn."""
_LARGEST: Final = 24 << 20
"""Bytes of a batch, at most: a server takes 32 MiB."""


def length_of(source: Any) -> int | None:
    """How many points these are, where that is known."""
    if is_mapping(source):
        lengths = [length_of(column) for column in source.values()]
        return lengths[0] if lengths else 0
    return len(source) if hasattr(source, "__len__") else None


def check_points(source: Any) -> None:
    """Refuse what holds no points.

    Raises:
        ArgumentError: it is no iterable, or a single point.
    """
    if is_table(source) or _is_async(source):
        return
    is_single = isinstance(source, models.PointStruct) or is_mapping(source)
    if is_single or not is_listlike(source):
        raise ArgumentError(
            f"points: {kind_of(source)}, wanted an iterable of PointStruct.",
            parameter="points",
            fix="Wrap a single point in a list." if is_single else None,
        )


def check_columns(vectors: Any, payload: Any, ids: Any) -> None:
    """Refuse what holds no vectors, payloads or ids, and columns of different lengths.

    Raises:
        ArgumentError: naming the column.
    """
    for parameter, values in (("payload", payload), ("ids", ids)):
        if values is not None and not is_listlike(values):
            raise ArgumentError(
                f"{parameter}: {kind_of(values)}, wanted an iterable.", parameter=parameter
            )
    if is_mapping(vectors):
        _common_length(vectors)
    elif not (is_listlike(vectors) or _is_async(vectors)):
        raise ArgumentError(
            f"vectors: {kind_of(vectors)}, wanted an array, a dict of arrays or an iterable.",
            parameter="vectors",
        )
    for name, column in _by_name(vectors).items():
        if is_array(column) and len(column.shape) not in (2, 3):
            parameter = f"vectors.{name}" if name else "vectors"
            raise ArgumentError(
                f"{parameter}: {kind_of(column)}, wanted an array (n, d), or (n, m, d) of"
                " multivectors.",
                parameter=parameter,
            )


async def point_pieces(
    source: Any, fit: Fit, batch_size: int, start: int, refuse: Refuse
) -> AsyncGenerator[Piece]:
    """Read points one by one."""
    if is_table(source):
        async with aclosing(_table_pieces(source, fit, batch_size, start, refuse)) as pieces:
            async for piece in pieces:
                yield piece
        return
    cut = _Cut(fit, batch_size, start, refuse, "points")
    async with aclosing(_chunks(source, min(batch_size, _TURN), start)) as chunks:
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
    named = _by_name(vectors)
    if named and all(is_array(column) for column in named.values()):
        count = _common_length(named)
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
    cut = _Cut(fit, batch_size, start, refuse, "vectors")
    columns = _Beside(ids, payload, start)
    async with aclosing(_chunks(_rows(vectors), min(batch_size, _TURN), start)) as chunks:
        async for items in chunks:
            own_ids, payloads = await columns.take(len(items))
            for vector, own_id, one in zip(items, own_ids, payloads, strict=True):
                full = cut.add({"id": own_id, "vector": vector, "payload": one})
                if full is not None:
                    yield full
            await checkpoint()
    for piece in cut.rest():
        yield piece


class _Cut:
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
        is_full = len(self._points) >= self._batch_size or self._size + size > _LARGEST
        full = self._piece(index) if self._points and is_full else None
        self._points.append(point)
        self._indices.append(index)
        self._size += size
        if full is None and len(self._points) >= self._batch_size:
            full = self._piece(self._at)
        return full

    def rest(self) -> Iterator[Piece]:
        if self._points or self._at > self._first:
            yield self._piece(self._at)

    def _checked(self, item: Any, index: int) -> models.PointStruct | None:
        if isinstance(item, models.Record):
            vector: Any = {} if item.vector is None else item.vector
            item = models.PointStruct(id=item.id, vector=vector, payload=item.payload)
        try:
            point: models.PointStruct = self._read(item)
        except Mismatch as mismatch:
            self._refuse(index, _id_of(item), mismatch.inside(index).error(self._parameter))
            return None
        wrong = self._fit.misfit(point.vector)
        if wrong is None:
            return point
        where = f"{self._parameter}[{index}]"
        error = ArgumentError(f"{where}: point {point.id!r}: {wrong}.", parameter=where)
        self._refuse(index, point.id, error)
        return None

    def _piece(self, end: int) -> Piece:
        piece = Points(self._points, self._indices, self._first, end, self._size)
        self._first, self._size = end, 0
        self._points, self._indices = [], []
        return piece


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
    step = max(1, min(batch_size, _LARGEST // max(1, width)))
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
        named = _by_name(vectors)
        own_ids = [str(uuid4()) for _ in payloads] if ids is None else ids
        if all(is_array(column) for column in named.values()):
            arrays = column_pieces(vectors, payloads, own_ids, fit, batch_size, 0, refuse)
            async with aclosing(arrays) as pieces:
                async for piece in pieces:
                    columns = cast("Columns", piece)
                    yield Columns(columns.batch, columns.first + at, columns.size)
        else:
            cut = _Cut(fit, batch_size, at, refuse, "points")
            rows = zip(own_ids, _rows(vectors), payloads, strict=True)
            for own_id, vector, payload in rows:
                full = cut.add({"id": own_id, "vector": vector, "payload": payload})
                if full is not None:
                    yield full
            for piece in cut.rest():
                yield piece
        at += len(payloads)
        await checkpoint()


def _smaller(piece: Columns) -> Iterator[Piece]:
    if piece.size <= _LARGEST or len(piece) == 1:
        yield piece
        return
    for half in piece.halves():
        yield from _smaller(half)


def _payload_size(payloads: Any) -> int:
    return sum(size_of((), payload) for payload in payloads) if payloads else 0


async def _chunks(source: Any, count: int, start: int) -> AsyncGenerator[list[Any]]:
    """The elements from one index on, some at a time."""
    if _is_async(source):
        skipped = 0
        gathered: list[Any] = []
        async for item in source:
            if skipped < start:
                skipped += 1
                continue
            gathered.append(item)
            if len(gathered) == count:
                yield gathered
                gathered = []
        if gathered:
            yield gathered
        return
    elements = islice(iter(source), start, None)
    while taken := await in_caller(_next_of, elements, count):
        yield taken


def _is_async(source: object) -> TypeGuard[AsyncIterable[Any]]:
    return isinstance(source, AsyncIterable)


def _by_name(vectors: Any) -> Mapping[str, Any]:
    return vectors if is_mapping(vectors) else {"": vectors}


def _next_of(elements: Iterator[Any], count: int) -> list[Any]:
    return list(islice(elements, count))


def _rows(vectors: Any) -> Any:
    """Named columns as one dict for each point; anything else as it is."""
    if not is_mapping(vectors):
        return vectors
    names = list(vectors)
    return (dict(zip(names, row, strict=True)) for row in zip(*vectors.values(), strict=True))


def _common_length(columns: Mapping[Any, Any]) -> int:
    for name, column in columns.items():
        if not (is_listlike(column) and hasattr(column, "__getitem__")):
            raise ArgumentError(
                f"vectors.{name}: {kind_of(column)}, wanted an array or a list of vectors.",
                parameter=f"vectors.{name}",
            )
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ArgumentError(
            f"vectors: columns of different lengths, {sorted(lengths)}.", parameter="vectors"
        )
    return max(lengths, default=0)


def _elements(values: Any, start: int) -> Iterator[Any] | None:
    return None if values is None else islice(iter(values), start, None)


async def _take(source: Iterator[Any] | None, count: int, parameter: str) -> list[Any]:
    taken = [] if source is None else await in_caller(_next_of, source, count)
    if len(taken) < count:
        raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
    return taken


def _id_of(item: Any) -> object:
    return cast("Any", item).get("id") if is_mapping(item) else getattr(item, "id", None)


def _renamed(mismatch: Mismatch) -> ArgumentError:
    """An error of a batch, by the name that its column has for the user."""
    field = str(mismatch.steps.pop())
    return mismatch.error({"payloads": "payload"}.get(field, field))
