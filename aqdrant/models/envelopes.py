"""TODO"""

from __future__ import annotations

from typing import Any

from ._model import Model
from ._unions import Untagged
from .aliases import CollectionsAliasesResponse
from .cluster import ClusterStatus, CollectionClusterInfo, ShardKeysResponse
from .collections import CollectionExistence, CollectionInfo, CollectionsResponse
from .optimizations import OptimizationsResponse
from .points import CountResult, Record, ScrollResult, UpdateResult
from .query import (
    FacetResponse,
    GroupsResult,
    QueryResponse,
    SearchMatrixOffsetsResponse,
    SearchMatrixPairsResponse,
)
from .service import QuotaStatus, Usage
from .snapshots import SnapshotDescription
from .telemetry import DistributedTelemetryData, TelemetryData

__all__ = [
    "ErrorResponse",
    "ErrorResponseStatus",
    "InlineResponse200",
    "InlineResponse2001",
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
    "InlineResponse2002",
    "InlineResponse20020",
    "InlineResponse20021",
    "InlineResponse20022",
    "InlineResponse20023",
    "InlineResponse20024",
    "InlineResponse20025",
    "InlineResponse20026",
    "InlineResponse2003",
    "InlineResponse2004",
    "InlineResponse2005",
    "InlineResponse2006",
    "InlineResponse2007",
    "InlineResponse2008",
    "InlineResponse2009",
    "InlineResponse202",
]


class ErrorResponse(Model):
    """TODO"""

    time: float | None = None
    status: ErrorResponseStatus | None = None
    result: Any | None = None


class ErrorResponseStatus(Model):
    """TODO"""

    error: str | None = None


class InlineResponse200(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: ShardKeysResponse | None = None


class InlineResponse2001(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: bool | None = None


class InlineResponse20010(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionClusterInfo | None = None


class InlineResponse20011(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: OptimizationsResponse | None = None


class InlineResponse20012(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionsAliasesResponse | None = None


class InlineResponse20013(Model):
    """TODO"""

    time: float | None = None
    status: str | None = None
    result: bool | None = None


class InlineResponse20014(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[SnapshotDescription] | None = None


class InlineResponse20015(Model):
    """TODO"""

    time: float | None = None
    status: str | None = None
    result: SnapshotDescription | None = None


class InlineResponse20016(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: Record | None = None


class InlineResponse20017(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[Record] | None = None


class InlineResponse20018(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[UpdateResult] | None = None


class InlineResponse20019(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: ScrollResult | None = None


class InlineResponse2002(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: TelemetryData | None = None


class InlineResponse20020(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CountResult | None = None


class InlineResponse20021(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: FacetResponse | None = None


class InlineResponse20022(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: QueryResponse | None = None


class InlineResponse20023(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: list[QueryResponse] | None = None


class InlineResponse20024(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: GroupsResult | None = None


class InlineResponse20025(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: SearchMatrixPairsResponse | None = None


class InlineResponse20026(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: SearchMatrixOffsetsResponse | None = None


class InlineResponse2003(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: Untagged[ClusterStatus] | None = None


class InlineResponse2004(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: DistributedTelemetryData | None = None


class InlineResponse2005(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: QuotaStatus | None = None


class InlineResponse2006(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionsResponse | None = None


class InlineResponse2007(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionInfo | None = None


class InlineResponse2008(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: UpdateResult | None = None


class InlineResponse2009(Model):
    """TODO"""

    usage: Usage | None = None
    time: float | None = None
    status: str | None = None
    result: CollectionExistence | None = None


class InlineResponse202(Model):
    """TODO"""

    time: float | None = None
    status: str | None = None
