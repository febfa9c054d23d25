# Generated from _async/query.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.query`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._async.query import PrefetchLike, QueryLike
from aqdrant._async.shaping import FilterLike
from aqdrant._sync.core import ClientCore

__all__ = ["QueryMethods"]


class QueryMethods(ClientCore):
    """Query points, alone, in batches and in groups; facets and distance matrices."""

    def query_points(
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
        return self._drive(
            self._async.query_points(
                collection_name,
                query,
                using,
                prefetch,
                query_filter,
                search_params,
                limit,
                offset,
                with_payload,
                with_vectors,
                score_threshold,
                lookup_from,
                consistency,
                shard_key_selector,
                timeout,
            )
        )

    def query_batch_points(
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
        return self._drive(
            self._async.query_batch_points(collection_name, requests, consistency, timeout)
        )

    def query_points_groups(
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
        return self._drive(
            self._async.query_points_groups(
                collection_name,
                group_by,
                query,
                using,
                prefetch,
                query_filter,
                search_params,
                limit,
                group_size,
                with_payload,
                with_vectors,
                score_threshold,
                with_lookup,
                lookup_from,
                consistency,
                shard_key_selector,
                timeout,
            )
        )

    def facet(
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
        return self._drive(
            self._async.facet(
                collection_name,
                key,
                facet_filter,
                limit,
                exact,
                consistency,
                timeout,
                shard_key_selector,
            )
        )

    def search_matrix_pairs(
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
        return self._drive(
            self._async.search_matrix_pairs(
                collection_name,
                query_filter,
                limit,
                sample,
                using,
                consistency,
                timeout,
                shard_key_selector,
            )
        )

    def search_matrix_offsets(
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
        return self._drive(
            self._async.search_matrix_offsets(
                collection_name,
                query_filter,
                limit,
                sample,
                using,
                consistency,
                timeout,
                shard_key_selector,
            )
        )
