"""Methods that write points, and those that read them by id or in order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from msgspec.structs import replace

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.ordering import ByKey, by_id
from aqdrant._async.pages import ScrollPage, read_ahead
from aqdrant._async.shaping import (
    FilterLike,
    Ids,
    PointId,
    PointsLike,
    SelectorLike,
    at_least,
    build,
    checked_name,
    flag,
    optional,
    points_body,
    read,
    selector,
)

__all__ = ["PointMethods"]

_SCROLL = {
    "filter": "scroll_filter",
    "with_vector": "with_vectors",
    "shard_key": "shard_key_selector",
}
_COUNT = {"filter": "count_filter", "shard_key": "shard_key_selector"}
_RETRIEVE = {"with_vector": "with_vectors", "shard_key": "shard_key_selector"}


class PointMethods(ClientCore):
    """Upsert, delete, retrieve, scroll and count points."""

    async def upsert(
        self,
        collection_name: str,
        points: PointsLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        update_mode: models.UpdateMode | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Insert points, or replace those whose ids exist: all of them, or none.

        Args:
            collection_name: the collection.
            points: a `Batch` of columns (ids, vectors, payloads), which may hold arrays of shape
                ``(n, d)``; or any iterable of points, as models or dicts.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            update_filter: replace only points that this filter matches; new ones are inserted.
            update_mode: insert and replace, only insert, or only replace.
            timeout: seconds for the whole call.

        Raises:
            ArgumentError: a point has an unknown vector name, a wrong size, a number that is not
                finite, or an id out of range; the message names it. Nothing was changed.
            NotFound: there is no such collection.
        """
        name = checked_name(collection_name, "collection_name")
        operation = ops.UpsertPoints(
            name,
            await points_body(points, shard_key_selector, update_filter, update_mode, self._pause),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def delete(
        self,
        collection_name: str,
        points_selector: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete points.

        Args:
            collection_name: the collection.
            points_selector: ids, a filter, or either selector.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            timeout: seconds for the whole call.
        """
        operation = ops.DeletePoints(
            checked_name(collection_name, "collection_name"),
            selector(points_selector, "points_selector", shard_key_selector),
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def batch_update_points(
        self,
        collection_name: str,
        update_operations: Sequence[models.UpdateOperation | Mapping[str, Any]],
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> list[models.UpdateResult]:
        """Run several updates in order.

        Args:
            collection_name: the collection.
            update_operations: upserts, deletions and changes of payloads and vectors.
            wait: return when the changes can be seen, not when they were accepted.
            ordering: which replica may take the writes.
            timeout: seconds for the whole call.

        Returns:
            One result for each update.
        """
        body = build(
            models.UpdateOperations,
            {"operations": "update_operations"},
            operations=update_operations,
        )
        operation = ops.BatchUpdate(
            checked_name(collection_name, "collection_name"),
            body,
            wait=flag(wait, "wait"),
            ordering=optional(ordering, models.WriteOrdering, "ordering"),
        )
        return await self._execute(operation, timeout)

    async def retrieve(
        self,
        collection_name: str,
        ids: Ids,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> list[models.Record]:
        """Read points by id.

        Args:
            collection_name: the collection.
            ids: the points' ids; those that do not exist are left out of the result.
            with_payload: all of the payload, some of its keys, or none.
            with_vectors: all vectors, those of these names, or none.
            consistency: how many replicas must agree.
            shard_key_selector: shards to read from.
            timeout: seconds for the whole call.
        """
        body = build(
            models.PointRequest,
            _RETRIEVE,
            ids=ids,
            with_payload=with_payload,
            with_vector=with_vectors,
            shard_key=shard_key_selector,
        )
        operation = ops.GetPoints(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def get_point(
        self,
        collection_name: str,
        id: PointId,
        consistency: models.ReadConsistency | str | None = None,
        timeout: float | None = None,
    ) -> models.Record:
        """Read one point, payload and vectors included.

        Raises:
            NotFound: there is no such point, or no such collection.
        """
        operation = ops.GetPoint(
            checked_name(collection_name, "collection_name"),
            read(id, models.ExtendedPointId, "id"),
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def scroll(
        self,
        collection_name: str,
        scroll_filter: FilterLike | None = None,
        limit: int = 10,
        order_by: models.OrderByInterface | Mapping[str, Any] | None = None,
        offset: PointId | None = None,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> ScrollPage:
        """Read one page of points, in the order of ids or of a key of the payload.

        Args:
            collection_name: the collection.
            scroll_filter: only points that it matches.
            limit: points in a page.
            order_by: a key of the payload to order by.
            offset: id of the first point of the page.
            with_payload: all of the payload, some of its keys, or none.
            with_vectors: all vectors, those of these names, or none.
            consistency: how many replicas must agree.
            shard_key_selector: shards to read from.
            timeout: seconds for the whole call.

        Returns:
            The page, and the offset of the next one; None after the last. A tuple of these two,
            with `to_numpy`, `to_pandas`, `to_polars` and `to_arrow` besides.
        """
        request = _scroll_request(
            collection_name,
            consistency,
            filter=scroll_filter,
            limit=at_least(1, limit, "limit"),
            order_by=order_by,
            offset=offset,
            with_payload=with_payload,
            with_vector=with_vectors,
            shard_key=shard_key_selector,
        )
        page = await self._execute(request, timeout)
        return ScrollPage(page.points, page.next_page_offset)

    async def scroll_all(
        self,
        collection_name: str,
        scroll_filter: FilterLike | None = None,
        limit: int | None = None,
        order_by: models.OrderByInterface | Mapping[str, Any] | None = None,
        offset: PointId | None = None,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
        page_size: int = 256,
    ) -> AsyncIterator[models.Record]:
        """Iterate over all points, in the order of ids or of a key of the payload.

        The next page is read while the points of this one are used; two are held at most. Points
        that are written meanwhile may or may not be among them.

        Args:
            collection_name: the collection.
            scroll_filter: only points that it matches.
            limit: points at most; None for all.
            order_by: a key of the payload to order by; it needs an index. A point comes once for
                each of its values.
            offset: id of the first point.
            with_payload: all of the payload, some of its keys, or none.
            with_vectors: all vectors, those of these names, or none.
            consistency: how many replicas must agree.
            shard_key_selector: shards to read from.
            timeout: seconds for each page.
            page_size: points of one page.
        """
        pages = self.scroll_pages(
            collection_name,
            scroll_filter,
            limit,
            order_by,
            offset,
            with_payload,
            with_vectors,
            consistency,
            shard_key_selector,
            timeout,
            page_size,
        )
        async with aclosing(pages):
            async for page in pages:
                for record in page.points:
                    yield record

    async def scroll_pages(
        self,
        collection_name: str,
        scroll_filter: FilterLike | None = None,
        limit: int | None = None,
        order_by: models.OrderByInterface | Mapping[str, Any] | None = None,
        offset: PointId | None = None,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
        page_size: int = 256,
    ) -> AsyncGenerator[ScrollPage]:
        """Iterate over all points page by page; the arguments are those of `scroll_all`."""
        request = _scroll_request(
            collection_name,
            consistency,
            filter=scroll_filter,
            limit=at_least(1, page_size, "page_size"),
            order_by=order_by,
            offset=offset,
            with_payload=with_payload,
            with_vector=with_vectors,
            shard_key=shard_key_selector,
        )
        left = None if limit is None else at_least(0, limit, "limit")

        async def read_page(body: models.ScrollRequest) -> models.ScrollResult:
            return await self._execute(replace(request, body=body), timeout)

        async def is_time(key: str) -> bool:
            info = await self._execute(ops.GetCollection(request.collection_name), timeout)
            index = info.payload_schema.get(key)
            return index is not None and index.data_type == models.PayloadSchemaType.DATETIME

        first = request.body
        course = by_id if first.order_by is None else ByKey(first, is_time)
        async with aclosing(read_ahead(read_page, first, course, left)) as pages:
            async for page in pages:
                yield page

    async def count(
        self,
        collection_name: str,
        count_filter: FilterLike | None = None,
        exact: bool = True,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
        consistency: models.ReadConsistency | str | None = None,
    ) -> models.CountResult:
        """Count points.

        Args:
            collection_name: the collection.
            count_filter: only points that it matches.
            exact: count, in place of an estimate.
            shard_key_selector: shards to count.
            timeout: seconds for the whole call.
            consistency: how many replicas must agree.
        """
        body = build(
            models.CountRequest,
            _COUNT,
            filter=count_filter,
            exact=flag(exact, "exact"),
            shard_key=shard_key_selector,
        )
        operation = ops.CountPoints(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)


def _scroll_request(collection_name: str, consistency: Any, **fields: Any) -> ops.ScrollPoints:
    """The operation of both ways to scroll, for its first page."""
    return ops.ScrollPoints(
        checked_name(collection_name, "collection_name"),
        build(models.ScrollRequest, _SCROLL, **fields),
        consistency=optional(consistency, models.ReadConsistency, "consistency"),
    )
