"""Methods that write many points: batches of upserts, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any, TypeAlias
from uuid import uuid4

from aqdrant import models
from aqdrant._async.points import PointMethods
from aqdrant._async.shaping import FilterLike, Ids, at_least, is_mapping
from aqdrant.exceptions import ArgumentError
from aqdrant.models._scalars import is_array, is_listlike, kind_of

__all__ = ["UploadMethods"]

Progress: TypeAlias = Callable[[int], object]
Vectors: TypeAlias = (
    Iterable[models.VectorStruct]
    | Mapping[str, models.FloatArray | Sequence[models.Vector]]
    | models.FloatArray
)


class UploadMethods(PointMethods):
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
        size = at_least(1, batch_size, "batch_size")
        written = 0
        source = iter(points)
        while batch := list(islice(source, size)):
            await self.upsert(
                collection_name,
                batch,
                wait=wait,
                shard_key_selector=shard_key_selector,
                update_filter=update_filter,
                update_mode=update_mode,
            )
            written += len(batch)
            if on_progress is not None:
                on_progress(written)

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
        size = at_least(1, batch_size, "batch_size")
        given_ids: Any = (str(uuid4()) for _ in repeat(None)) if ids is None else ids
        own_ids: Iterator[Any] = iter(given_ids)
        payloads = None if payload is None else iter(payload)
        written = 0
        for columns, count in _cut(vectors, size):
            batch = models.Batch(
                ids=_take(own_ids, count, "ids"),
                vectors=columns,
                payloads=None if payloads is None else _take(payloads, count, "payload"),
            )
            await self.upsert(
                collection_name,
                batch,
                wait=wait,
                shard_key_selector=shard_key_selector,
                update_filter=update_filter,
                update_mode=update_mode,
            )
            written += count
            if on_progress is not None:
                on_progress(written)


def _take(source: Iterator[Any], count: int, parameter: str) -> list[Any]:
    taken = list(islice(source, count))
    if len(taken) < count:
        raise ArgumentError(f"{parameter} ends before the vectors do.", parameter=parameter)
    return taken


def _cut(vectors: Any, size: int) -> Iterator[tuple[Any, int]]:
    """Batches of vectors as columns, each with the number of its points."""
    if is_array(vectors):
        for start in range(0, int(vectors.shape[0]), size):
            part = vectors[start : start + size]
            yield part, int(part.shape[0])
    elif is_mapping(vectors):
        lengths = {len(column) for column in vectors.values()}
        if len(lengths) > 1:
            raise ArgumentError(
                f"vectors: columns of different lengths, {sorted(lengths)}.", parameter="vectors"
            )
        for start in range(0, max(lengths, default=0), size):
            columns = {name: column[start : start + size] for name, column in vectors.items()}
            yield columns, len(next(iter(columns.values())))
    elif is_listlike(vectors):
        source: Iterator[Any] = iter(vectors)
        while batch := list(islice(source, size)):
            yield _columns(batch), len(batch)
    else:
        raise ArgumentError(
            f"vectors: {kind_of(vectors)}, wanted an array, a dict of arrays or an iterable.",
            parameter="vectors",
        )


def _columns(batch: list[Any]) -> Any:
    """Named vectors of several points, as one column a name."""
    if not isinstance(batch[0], Mapping):
        return batch
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
