"""The envelopes around REST answers, kept for their names. Loaded when first used."""

from __future__ import annotations

from typing import Any

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged
from aqdrant.models.aliases import CollectionsAliasesResponse
from aqdrant.models.cluster_status import ClusterStatus, CollectionClusterInfo, ShardKeysResponse
from aqdrant.models.cluster_telemetry import DistributedTelemetryData
from aqdrant.models.collections import CollectionExistence, CollectionInfo, CollectionsResponse
from aqdrant.models.facets import (
    FacetResponse,
    SearchMatrixOffsetsResponse,
    SearchMatrixPairsResponse,
)
from aqdrant.models.optimizations import OptimizationsResponse
from aqdrant.models.points import CountResult, Record, ScrollResult, UpdateResult
from aqdrant.models.query_requests import GroupsResult, QueryResponse
from aqdrant.models.service import QuotaStatus, Usage
from aqdrant.models.snapshots import SnapshotDescription
from aqdrant.models.telemetry import TelemetryData

__all__ = [
    "ErrorResponse",
    "ErrorResponseStatus",
    "InlineResponse200",
    "InlineResponse202",
    "InlineResponse2001",
    "InlineResponse2002",
    "InlineResponse2003",
    "InlineResponse2004",
    "InlineResponse2005",
    "InlineResponse2006",
    "InlineResponse2007",
    "InlineResponse2008",
    "InlineResponse2009",
    "InlineResponse20010",
    "InlineResponse20011",
    "InlineResponse20012",
    "InlineResponse20013",
    "InlineResponse20014",
    "InlineResponse20015",
    "InlineResponse20016",
    "InlineResponse20017",
    "InlineResponse20018",
    "InlineResponse20019",
    "InlineResponse20020",
    "InlineResponse20021",
    "InlineResponse20022",
    "InlineResponse20023",
    "InlineResponse20024",
    "InlineResponse20025",
    "InlineResponse20026",
]


class ErrorResponse(Model):
    """The envelope of an error."""

    time: float | None = None
    status: ErrorResponseStatus | None = None
    result: Any | None = None


class ErrorResponseStatus(Model):
    """The text of an error."""

    error: str | None = None


class InlineResponse200(Model):
    """The envelope of the shard keys of a collection."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: ShardKeysResponse | None = None


class InlineResponse2001(Model):
    """The envelope of a yes or no."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: bool | None = None


class InlineResponse20010(Model):
    """The envelope of the shards of a collection."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionClusterInfo | None = None


class InlineResponse20011(Model):
    """The envelope of the optimizations of a collection."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: OptimizationsResponse | None = None


class InlineResponse20012(Model):
    """The envelope of the list of aliases."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionsAliasesResponse | None = None


class InlineResponse20013(Model):
    """The envelope of a yes or no, without usage."""

    time: float | None = None
    status: str | None = None
    result: bool | None = None


class InlineResponse20014(Model):
    """The envelope of the list of snapshots."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[SnapshotDescription] | None = None


class InlineResponse20015(Model):
    """The envelope of one snapshot."""

    time: float | None = None
    status: str | None = None
    result: SnapshotDescription | None = None


class InlineResponse20016(Model):
    """The envelope of one point."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: Record | None = None


class InlineResponse20017(Model):
    """The envelope of several points."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[Record] | None = None


class InlineResponse20018(Model):
    """The envelope of the results of a batch of updates."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[UpdateResult] | None = None


class InlineResponse20019(Model):
    """The envelope of a page of points."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: ScrollResult | None = None


class InlineResponse2002(Model):
    """The envelope of telemetry of one node."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: TelemetryData | None = None


class InlineResponse20020(Model):
    """The envelope of a count."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CountResult | None = None


class InlineResponse20021(Model):
    """The envelope of a facet."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: FacetResponse | None = None


class InlineResponse20022(Model):
    """The envelope of one query."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: QueryResponse | None = None


class InlineResponse20023(Model):
    """The envelope of a batch of queries."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[QueryResponse] | None = None


class InlineResponse20024(Model):
    """The envelope of a query by groups."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: GroupsResult | None = None


class InlineResponse20025(Model):
    """The envelope of a matrix of pairs."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: SearchMatrixPairsResponse | None = None


class InlineResponse20026(Model):
    """The envelope of a matrix of offsets."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: SearchMatrixOffsetsResponse | None = None


class InlineResponse2003(Model):
    """The envelope of the state of the cluster."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: Untagged[ClusterStatus] | None = None


class InlineResponse2004(Model):
    """The envelope of telemetry of all peers."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: DistributedTelemetryData | None = None


class InlineResponse2005(Model):
    """The envelope of limits and use of resources."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: QuotaStatus | None = None


class InlineResponse2006(Model):
    """The envelope of the list of collections."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionsResponse | None = None


class InlineResponse2007(Model):
    """The envelope of one collection."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionInfo | None = None


class InlineResponse2008(Model):
    """The envelope of the result of an update."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: UpdateResult | None = None


class InlineResponse2009(Model):
    """The envelope of whether a collection exists."""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionExistence | None = None


class InlineResponse202(Model):
    """The envelope of work that was accepted and goes on."""

    time: float | None = None
    status: str | None = None
