"""Methods that search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import FilterLike, at_least, build, checked_name, flag, optional

__all__ = ["QueryMethods"]

QueryLike: TypeAlias = models.QueryInterface | Mapping[str, Any]
PrefetchLike: TypeAlias = (
    models.Prefetch | Mapping[str, Any] | Sequence[models.Prefetch | Mapping[str, Any]]
)

_QUERY = {
    "filter": "query_filter",
    "params": "search_params",
    "with_vector": "with_vectors",
    "shard_key": "shard_key_selector",
}
_FACET = {"filter": "facet_filter", "shard_key": "shard_key_selector"}


class QueryMethods(ClientCore):
    """Query points, alone, in batches and in groups; facets and distance matrices."""

    async def query_points(
        self,
        collection_name: str,
        query: QueryLike | None = None,
        using: str | None = None,
        prefetch: PrefetchLike | None = None,
        query_filter: FilterLike | None = None,
        search_params: models.SearchParams | Mapping[str, Any] | None = None,
        limit: int = 10,
        offset: int | None = None,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        score_threshold: float | None = None,
        lookup_from: models.LookupLocation | Mapping[str, Any] | None = None,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.QueryResponse:
        """Search, recommend, discover, fuse or rescore.

        Args:
            collection_name: the collection.
            query: a vector of shape ``(d,)`` as list or array, a multivector ``(m, d)``, a
                `SparseVector`, the id of a point, or one of the queries in `models`; None to
                read points in no order of score.
            using: name of the vector to search with; the unnamed one by default.
            prefetch: queries whose results this one works on; one or several, nested at will.
            query_filter: only points that it matches.
            search_params: how to search.
            limit: results at most.
            offset: results to leave out at the beginning.
            with_payload: all of the payload, some of its keys, or none.
            with_vectors: all vectors, those of these names, or none.
            score_threshold: only results that are at least this good.
            lookup_from: where ids in the query are looked up, if not here.
            consistency: how many replicas must agree.
            shard_key_selector: shards to search.
            timeout: seconds for the whole call.

        Returns:
            The points found, best first.

        Raises:
            NotFound: there is no such collection, or no point of an id in the query.
        """
        body = build(
            models.QueryRequest,
            _QUERY,
            query=query,
            using=using,
            prefetch=prefetch,
            filter=query_filter,
            params=search_params,
            limit=at_least(1, limit, "limit"),
            offset=None if offset is None else at_least(0, offset, "offset"),
            with_payload=with_payload,
            with_vector=with_vectors,
            score_threshold=score_threshold,
            lookup_from=lookup_from,
            shard_key=shard_key_selector,
        )
        operation = ops.QueryPoints(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def query_batch_points(
        self,
        collection_name: str,
        requests: Sequence[models.QueryRequest | Mapping[str, Any]],
        consistency: models.ReadConsistency | str | None = None,
        timeout: float | None = None,
    ) -> list[models.QueryResponse]:
        """Run several queries at once, which costs less than one after the other.

        Args:
            collection_name: the collection.
            requests: the queries, as models or dicts.
            consistency: how many replicas must agree.
            timeout: seconds for the whole call.

        Returns:
            One response for each request, in their order.
        """
        body = build(models.QueryRequestBatch, {"searches": "requests"}, searches=requests)
        operation = ops.QueryBatchPoints(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def query_points_groups(
        self,
        collection_name: str,
        group_by: str,
        query: QueryLike | None = None,
        using: str | None = None,
        prefetch: PrefetchLike | None = None,
        query_filter: FilterLike | None = None,
        search_params: models.SearchParams | Mapping[str, Any] | None = None,
        limit: int = 10,
        group_size: int = 3,
        with_payload: models.WithPayloadInterface | Sequence[str] | Mapping[str, Any] = True,
        with_vectors: models.WithVector | Sequence[str] = False,
        score_threshold: float | None = None,
        with_lookup: models.WithLookupInterface | Mapping[str, Any] | None = None,
        lookup_from: models.LookupLocation | Mapping[str, Any] | None = None,
        consistency: models.ReadConsistency | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.GroupsResult:
        """Query, with the results grouped by a key of the payload.

        Args:
            collection_name: the collection.
            group_by: the key whose values make the groups.
            query: as in `query_points`.
            using: name of the vector to search with.
            prefetch: queries whose results this one works on.
            query_filter: only points that it matches.
            search_params: how to search.
            limit: groups at most.
            group_size: points in a group at most.
            with_payload: all of the payload, some of its keys, or none.
            with_vectors: all vectors, those of these names, or none.
            score_threshold: only results that are at least this good.
            with_lookup: collection whose points have the groups' values as ids.
            lookup_from: where ids in the query are looked up, if not here.
            consistency: how many replicas must agree.
            shard_key_selector: shards to search.
            timeout: seconds for the whole call.
        """
        body = build(
            models.QueryGroupsRequest,
            _QUERY,
            group_by=checked_name(group_by, "group_by"),
            query=query,
            using=using,
            prefetch=prefetch,
            filter=query_filter,
            params=search_params,
            limit=at_least(1, limit, "limit"),
            group_size=at_least(1, group_size, "group_size"),
            with_payload=with_payload,
            with_vector=with_vectors,
            score_threshold=score_threshold,
            with_lookup=with_lookup,
            lookup_from=lookup_from,
            shard_key=shard_key_selector,
        )
        operation = ops.QueryPointsGroups(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def facet(
        self,
        collection_name: str,
        key: str,
        facet_filter: FilterLike | None = None,
        limit: int = 10,
        exact: bool = False,
        consistency: models.ReadConsistency | str | None = None,
        timeout: float | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
    ) -> models.FacetResponse:
        """Count points by the values of a key, the most frequent first.

        Args:
            collection_name: the collection.
            key: the key of the payload.
            facet_filter: only points that it matches.
            limit: values at most.
            exact: count, in place of an estimate.
            consistency: how many replicas must agree.
            timeout: seconds for the whole call.
            shard_key_selector: shards to count.
        """
        body = build(
            models.FacetRequest,
            _FACET,
            key=checked_name(key, "key"),
            filter=facet_filter,
            limit=at_least(1, limit, "limit"),
            exact=flag(exact, "exact"),
            shard_key=shard_key_selector,
        )
        operation = ops.Facet(
            checked_name(collection_name, "collection_name"),
            body,
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def search_matrix_pairs(
        self,
        collection_name: str,
        query_filter: FilterLike | None = None,
        limit: int = 3,
        sample: int = 10,
        using: str | None = None,
        consistency: models.ReadConsistency | str | None = None,
        timeout: float | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
    ) -> models.SearchMatrixPairsResponse:
        """Compute distances between sampled points and their nearest in the sample, as pairs.

        Args:
            collection_name: the collection.
            query_filter: sample only points that it matches.
            limit: neighbours of each point.
            sample: points in the sample.
            using: name of the vector to compare.
            consistency: how many replicas must agree.
            timeout: seconds for the whole call.
            shard_key_selector: shards to sample.
        """
        operation = ops.SearchMatrixPairs(
            checked_name(collection_name, "collection_name"),
            _matrix(query_filter, limit, sample, using, shard_key_selector),
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)

    async def search_matrix_offsets(
        self,
        collection_name: str,
        query_filter: FilterLike | None = None,
        limit: int = 3,
        sample: int = 10,
        using: str | None = None,
        consistency: models.ReadConsistency | str | None = None,
        timeout: float | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
    ) -> models.SearchMatrixOffsetsResponse:
        """Compute the same as `search_matrix_pairs`, as rows and columns of a sparse matrix."""
        operation = ops.SearchMatrixOffsets(
            checked_name(collection_name, "collection_name"),
            _matrix(query_filter, limit, sample, using, shard_key_selector),
            consistency=optional(consistency, models.ReadConsistency, "consistency"),
        )
        return await self._execute(operation, timeout)


def _matrix(
    query_filter: Any, limit: Any, sample: Any, using: Any, shard_key: Any
) -> models.SearchMatrixRequest:
    return build(
        models.SearchMatrixRequest,
        _QUERY,
        filter=query_filter,
        limit=at_least(1, limit, "limit"),
        sample=at_least(2, sample, "sample"),
        using=using,
        shard_key=shard_key,
    )
