"""Operations that search."""

from __future__ import annotations

from aqdrant.models import (
    FacetRequest,
    FacetResponse,
    GroupsResult,
    QueryGroupsRequest,
    QueryRequest,
    QueryRequestBatch,
    QueryResponse,
    ReadConsistency,
    SearchMatrixOffsetsResponse,
    SearchMatrixPairsResponse,
    SearchMatrixRequest,
)
from aqdrant.operations._operation import Operation

__all__ = [
    "Facet",
    "QueryBatchPoints",
    "QueryPoints",
    "QueryPointsGroups",
    "SearchMatrixOffsets",
    "SearchMatrixPairs",
]


class QueryPoints(Operation[QueryResponse], frozen=True):
    """Search, recommend, discover, fuse or rescore."""

    collection_name: str
    body: QueryRequest
    consistency: ReadConsistency | None = None


class QueryBatchPoints(Operation[list[QueryResponse]], frozen=True):
    """Run several queries at once."""

    collection_name: str
    body: QueryRequestBatch
    consistency: ReadConsistency | None = None


class QueryPointsGroups(Operation[GroupsResult], frozen=True):
    """Query, with the results grouped by a key of the payload."""

    collection_name: str
    body: QueryGroupsRequest
    consistency: ReadConsistency | None = None


class Facet(Operation[FacetResponse], frozen=True):
    """Count points by the values of a key."""

    collection_name: str
    body: FacetRequest
    consistency: ReadConsistency | None = None


class SearchMatrixPairs(Operation[SearchMatrixPairsResponse], frozen=True):
    """Compute distances between sampled points, as pairs."""

    collection_name: str
    body: SearchMatrixRequest
    consistency: ReadConsistency | None = None


class SearchMatrixOffsets(Operation[SearchMatrixOffsetsResponse], frozen=True):
    """Compute distances between sampled points, as a sparse matrix."""

    collection_name: str
    body: SearchMatrixRequest
    consistency: ReadConsistency | None = None
