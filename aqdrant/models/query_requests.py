"""Requests that search, with their prefetches and parameters, and what they return."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._tables import Tabular
from aqdrant.models._unions import Untagged
from aqdrant.models.filters import Filter
from aqdrant.models.ids import ShardKeySelector
from aqdrant.models.payload import WithPayloadInterface, WithVector
from aqdrant.models.points import Record, ScoredPoint
from aqdrant.models.query import QueryInterface

__all__ = [
    "AcornSearchParams",
    "GroupId",
    "GroupsResult",
    "IdfCorpusParams",
    "IdfParams",
    "IdfScope",
    "LookupLocation",
    "PointGroup",
    "Prefetch",
    "QuantizationSearchParams",
    "QueryGroupsRequest",
    "QueryRequest",
    "QueryRequestBatch",
    "QueryResponse",
    "SearchParams",
    "WithLookup",
    "WithLookupInterface",
]


class IdfScope(StrEnum):
    """The points over which inverse document frequencies are counted."""

    GLOBAL = "global"


class Prefetch(Model):
    """A query whose results the enclosing query works on."""

    prefetch: Sequence[Prefetch] | Prefetch | None = None
    """Queries to run before this one, which then works on their results."""
    query: Untagged[QueryInterface] | None = None
    using: str | None = None
    """Name of the vector; the unnamed one by default."""
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    """Drop results that score worse."""
    limit: int | None = None
    """How many points to hand on; 10 by default."""
    lookup_from: LookupLocation | None = None
    """Where vectors of ids come from; this collection by default."""


class QueryRequest(Model):
    """One query: how points are found, filtered, scored and returned."""

    shard_key: ShardKeySelector | None = None
    prefetch: Sequence[Prefetch] | Prefetch | None = None
    """Queries to run before this one, which then works on their results."""
    query: Untagged[QueryInterface] | None = None
    """None returns points by their ids."""
    using: str | None = None
    """Name of the vector; the unnamed one by default."""
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    """Drop results that score worse."""
    limit: int | None = None
    """How many points to return; 10 by default."""
    offset: int | None = None
    """How many of the best to skip."""
    with_vector: WithVector | None = None
    """None by default; True, or the names of the vectors wanted."""
    with_payload: Untagged[WithPayloadInterface] | None = None
    """None by default; True, the keys wanted, or a selector."""
    lookup_from: LookupLocation | None = None
    """Where vectors of ids come from; this collection by default."""


class QueryRequestBatch(Model):
    """Queries to run at once."""

    searches: Sequence[QueryRequest]


class QueryResponse(Model, Tabular):
    """The points that a query found, best first."""

    points: list[ScoredPoint]

    def _points(self) -> list[ScoredPoint]:
        return self.points


class QueryGroupsRequest(Model):
    """One query whose results are grouped by a payload key."""

    shard_key: ShardKeySelector | None = None
    prefetch: Sequence[Prefetch] | Prefetch | None = None
    query: Untagged[QueryInterface] | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    with_vector: WithVector | None = None
    with_payload: Untagged[WithPayloadInterface] | None = None
    lookup_from: LookupLocation | None = None
    group_by: str
    """Path of a payload key with strings or integers."""
    group_size: int | None = None
    """Points a group at most; 3 by default."""
    limit: int | None = None
    """How many groups to return; 10 by default."""
    with_lookup: WithLookupInterface | None = None
    """A collection whose points have the group values as ids."""


class GroupsResult(Model, Tabular):
    """The groups that a query found, best first."""

    groups: list[PointGroup]

    def _points(self) -> list[ScoredPoint]:
        return [hit for group in self.groups for hit in group.hits]

    def _groups(self) -> list[GroupId]:
        return [group.id for group in self.groups for _ in group.hits]


class PointGroup(Model):
    """The best points that share one value of the grouping key."""

    hits: list[ScoredPoint]
    id: GroupId
    """The value that the points share."""
    lookup: Record | None = None
    """The point behind the value, where one was asked for."""


class WithLookup(Model):
    """Another collection, where the points behind group ids are looked up."""

    collection: str
    with_payload: Untagged[WithPayloadInterface] | None = None
    with_vectors: WithVector | None = None


class LookupLocation(Model):
    """Another collection, from which the vectors of point ids are taken."""

    collection: str
    vector: str | None = None
    """Name of the vector; the unnamed one by default."""
    shard_key: ShardKeySelector | None = None


class SearchParams(Model):
    """How a search weighs speed against precision."""

    hnsw_ef: int | None = None
    """Size of the list of candidates: more is more precise and slower."""
    exact: bool | None = False
    """Look at every vector instead of the graph."""
    quantization: QuantizationSearchParams | None = None
    indexed_only: bool | None = False
    """Skip segments that have no index yet."""
    acorn: AcornSearchParams | None = None
    idf: IdfParams | None = None
    """Where term frequencies come from: the collection by default, or a filter."""


class QuantizationSearchParams(Model):
    """How a search uses compressed vectors."""

    ignore: bool | None = False
    """Compare the original vectors from the start."""
    rescore: bool | None = None
    """Compare the best candidates once more by their original vectors."""
    oversampling: float | None = None
    """How many times `limit` candidates to rescore; at least 1."""


class AcornSearchParams(Model):
    """How a filtered search explores the graph by ACORN."""

    enable: bool | None = False
    max_selectivity: float | None = None
    """Use it for filters that leave at most this share; 0.4 by default."""


class IdfCorpusParams(Model):
    """Count inverse document frequencies over the points of a filter."""

    corpus: Filter


GroupId: TypeAlias = int | str
WithLookupInterface: TypeAlias = str | WithLookup
IdfParams: TypeAlias = IdfScope | IdfCorpusParams
