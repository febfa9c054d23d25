"""Methods that write many points: batches of upserts, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any, TypeAlias
from uuid import uuid4

from msgspec.structs import replace

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import (
    FilterLike,
    Ids,
    at_least,
    build,
    check_iterable,
    checked_name,
    flag,
    is_mapping,
    read_in_turns,
)
from aqdrant.exceptions import AqdrantError, ArgumentError
from aqdrant.models._scalars import is_array, is_listlike, kind_of

__all__ = ["UploadMethods"]

Body: TypeAlias = models.PointsList | models.PointsBatch
Progress: TypeAlias = Callable[[int], object]
Vectors: TypeAlias = (
    Iterable[models.VectorStruct]
    | Mapping[str, models.FloatArray | Sequence[models.Vector]]
    | models.FloatArray
)

_NAMES = {"shard_key": "shard_key_selector", "payloads": "payload"}


class UploadMethods(ClientCore):
    """Upload points from iterables and arrays of any size."""

    async def upload_points(
        self,
        collection_name: str,
        points: Iterable[models.PointStruct | Mapping[str, Any]],
        batch_size: int = 64,
        parallel: int = 1,
        method: str | None = None,
        max_retries: int = 3,
        wait: bool = False,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> None:
        """Upsert points batch by batch; memory holds one batch at a time.

        Args:
            collection_name: the collection.
            points: any iterable of points, as models or dicts; a generator is read as it goes.
            batch_size: points in a batch.
            parallel: accepted for compatibility: batches go one after the other.
            method: accepted for compatibility: no process is started.
            max_retries: accepted for compatibility.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            on_progress: called after each batch with the number of points written so far.

        Raises:
            ArgumentError: a point is wrong; the batches before its own are written.
        """
        check_iterable(points, models.PointStruct, "points")
        shared = build(
            models.PointsList,
            _NAMES,
            points=(),
            shard_key=shard_key_selector,
            update_filter=update_filter,
            update_mode=update_mode,
        )

        async def body_of(batch: list[Any]) -> Body:
            taken = await read_in_turns(batch, models.PointStruct, "points", self._pause)
            return replace(shared, points=taken)

        batches = _batches(points, at_least(1, batch_size, "batch_size"))
        await self._upload(collection_name, batches, body_of, wait, on_progress)

    async def upload_collection(
        self,
        collection_name: str,
        vectors: Vectors,
        payload: Iterable[Mapping[str, Any] | None] | None = None,
        ids: Ids | None = None,
        batch_size: int = 64,
        parallel: int = 1,
        method: str | None = None,
        max_retries: int = 3,
        wait: bool = False,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        *,
        on_progress: Progress | None = None,
    ) -> None:
        """Upsert columns batch by batch: vectors, payloads and ids, each in its own iterable.

        Args:
            collection_name: the collection.
            vectors: an array ``(n, d)``, a dict of arrays ``(n, d)`` by vector name, or any
                iterable of vectors. Arrays are cut, never copied into lists.
            payload: one payload for each vector; none by default.
            ids: one id for each vector; random UUIDs by default.
            batch_size: points in a batch.
            parallel: accepted for compatibility: batches go one after the other.
            method: accepted for compatibility: no process is started.
            max_retries: accepted for compatibility.
            wait: return when the last change can be seen, not when it was accepted.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches.
            update_mode: insert and replace, only insert, or only replace.
            on_progress: called after each batch with the number of points written so far.

        Raises:
            ArgumentError: ids or payloads end before the vectors, or a value is wrong; the batches
                before that are written.
        """
        shared = build(
            models.PointsBatch,
            _NAMES,
            batch=models.Batch(ids=[], vectors=[]),
            shard_key=shard_key_selector,
            update_filter=update_filter,
            update_mode=update_mode,
        )

        async def body_of(columns: dict[str, Any]) -> Body:
            return replace(shared, batch=build(models.Batch, _NAMES, **columns))

        batches = _cut(vectors, ids, payload, at_least(1, batch_size, "batch_size"))
        await self._upload(collection_name, batches, body_of, wait, on_progress)

    async def _upload(
        self,
        collection_name: str,
        batches: Iterator[tuple[Any, int]],
        body_of: Callable[[Any], Awaitable[Body]],
        wait: bool,
        on_progress: Progress | None,
    ) -> None:
        name = checked_name(collection_name, "collection_name")
        wait = flag(wait, "wait")
        if on_progress is not None and not callable(on_progress):
            raise ArgumentError(
                f"on_progress: {kind_of(on_progress)}, wanted a function of the number of points.",
                parameter="on_progress",
            )
        written = 0
        try:
            for batch, count in batches:
                await self._execute(ops.UpsertPoints(name, await body_of(batch), wait=wait))
                written += count
                if on_progress is not None:
                    on_progress(written)
        except AqdrantError as error:
            if written:
                error.add_note(
                    f"The {written} points before this batch are written; indices count within it."
                )
            raise


def _batches(points: Iterable[Any], size: int) -> Iterator[tuple[list[Any], int]]:
    source = iter(points)
    size = min(size, sys.maxsize)
    while batch := list(islice(source, size)):
        yield batch, len(batch)


def _cut(vectors: Any, ids: Any, payload: Any, size: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Batches as the columns of a `Batch`, each with the number of its points."""
    own_ids = _elements(ids, "ids") or (str(uuid4()) for _ in repeat(None))
    payloads = _elements(payload, "payload")
    for column, count in _cut_vectors(vectors, size):
        yield (
            {
                "ids": _take(own_ids, count, "ids"),
                "vectors": column,
                "payloads": None if payloads is None else _take(payloads, count, "payload"),
            },
            count,
        )


def _elements(values: Any, parameter: str) -> Iterator[Any] | None:
    if values is None:
        return None
    if not is_listlike(values):
        raise ArgumentError(
            f"{parameter}: {kind_of(values)}, wanted an iterable.", parameter=parameter
        )
    elements: Iterator[Any] = iter(values)
    return elements


def _take(source: Iterator[Any], count: int, parameter: str) -> list[Any]:
    taken = list(islice(source, count))
    if len(taken) < count:
        raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
    return taken


def _cut_vectors(vectors: Any, size: int) -> Iterator[tuple[Any, int]]:
    if is_mapping(vectors):
        count = _common_length(vectors)
        for start in range(0, count, size):
            columns = {name: column[start : start + size] for name, column in vectors.items()}
            yield columns, min(size, count - start)
    elif not is_listlike(vectors):
        raise ArgumentError(
            f"vectors: {kind_of(vectors)}, wanted an array, a dict of arrays or an iterable.",
            parameter="vectors",
        )
    elif is_array(vectors):
        for start in range(0, int(vectors.shape[0]), size):
            part = vectors[start : start + size]
            yield part, int(part.shape[0])
    else:
        for batch, count in _batches(vectors, size):
            yield _columns(batch), count


def _common_length(columns: Mapping[str, Any]) -> int:
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


def _columns(batch: list[Any]) -> Any:
    """Named vectors of several points, as one column a name."""
    if not is_mapping(batch[0]):
        return batch
    _check_kinds(batch)
    names = dict.fromkeys(chain.from_iterable(batch))
    for index, vectors in enumerate(batch):
        for name in names:
            if name not in vectors:
                raise ArgumentError(
                    f"vectors[{index}] lacks {name!r}, which others of its batch have.",
                    parameter=f"vectors[{index}]",
                    fix="Use upload_points for points with different vectors.",
                )
    return {name: [vectors[name] for vectors in batch] for name in names}


def _check_kinds(batch: list[Any]) -> None:
    for index, vectors in enumerate(batch):
        if not is_mapping(vectors):
            raise ArgumentError(
                f"vectors[{index}]: {kind_of(vectors)}, wanted a dict of vectors by name, as others"
                " of its batch are.",
                parameter=f"vectors[{index}]",
            )
