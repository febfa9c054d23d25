# Generated from _async/points.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.points`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._async.pages import ScrollPage
from aqdrant._async.shaping import FilterLike, Ids, PointId, PointsLike, SelectorLike
from aqdrant._sync.core import ClientCore

__all__ = ["PointMethods"]


class PointMethods(ClientCore):
    """Upsert, delete, retrieve, scroll and count points."""

    def upsert(
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
        return self._drive(
            self._async.upsert(
                collection_name,
                points,
                wait,
                ordering,
                shard_key_selector,
                update_filter,
                update_mode,
                timeout,
            )
        )

    def delete(
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
        return self._drive(
            self._async.delete(
                collection_name, points_selector, wait, ordering, shard_key_selector, timeout
            )
        )

    def batch_update_points(
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
        return self._drive(
            self._async.batch_update_points(
                collection_name, update_operations, wait, ordering, timeout
            )
        )

    def retrieve(
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
        return self._drive(
            self._async.retrieve(
                collection_name,
                ids,
                with_payload,
                with_vectors,
                consistency,
                shard_key_selector,
                timeout,
            )
        )

    def get_point(
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
        return self._drive(self._async.get_point(collection_name, id, consistency, timeout))

    def scroll(
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
        return self._drive(
            self._async.scroll(
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
            )
        )

    def scroll_all(
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
    ) -> Iterator[models.Record]:
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
        return self._iterate(
            self._async.scroll_all(
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
        )

    def scroll_pages(
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
    ) -> Iterator[ScrollPage]:
        """Iterate over all points page by page; the arguments are those of `scroll_all`."""
        return self._iterate(
            self._async.scroll_pages(
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
        )

    def count(
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
        return self._drive(
            self._async.count(
                collection_name, count_filter, exact, shard_key_selector, timeout, consistency
            )
        )
