"""The services and what each has. Generated from the protos; not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aqdrant_grpc.native import Call, Drive, Service, SyncCall, SyncService

if TYPE_CHECKING:
    from aqdrant_grpc import messages
    from aqdrant_grpc.messages.grpc.health import v1 as health

__all__ = [
    "Collections",
    "Health",
    "Points",
    "Qdrant",
    "Snapshots",
    "SyncCollections",
    "SyncHealth",
    "SyncPoints",
    "SyncQdrant",
    "SyncSnapshots",
]


class Collections(Service):
    """The RPCs of `qdrant.Collections`."""

    path = "qdrant.Collections"
    CollectionClusterInfo: Call[
        messages.CollectionClusterInfoRequest, messages.CollectionClusterInfoResponse
    ]
    CollectionExists: Call[messages.CollectionExistsRequest, messages.CollectionExistsResponse]
    Create: Call[messages.CreateCollection, messages.CollectionOperationResponse]
    CreateShardKey: Call[messages.CreateShardKeyRequest, messages.CreateShardKeyResponse]
    Delete: Call[messages.DeleteCollection, messages.CollectionOperationResponse]
    DeleteShardKey: Call[messages.DeleteShardKeyRequest, messages.DeleteShardKeyResponse]
    Get: Call[messages.GetCollectionInfoRequest, messages.GetCollectionInfoResponse]
    List: Call[messages.ListCollectionsRequest, messages.ListCollectionsResponse]
    ListAliases: Call[messages.ListAliasesRequest, messages.ListAliasesResponse]
    ListCollectionAliases: Call[messages.ListCollectionAliasesRequest, messages.ListAliasesResponse]
    ListShardKeys: Call[messages.ListShardKeysRequest, messages.ListShardKeysResponse]
    Update: Call[messages.UpdateCollection, messages.CollectionOperationResponse]
    UpdateAliases: Call[messages.ChangeAliases, messages.CollectionOperationResponse]
    UpdateCollectionClusterSetup: Call[
        messages.UpdateCollectionClusterSetupRequest, messages.UpdateCollectionClusterSetupResponse
    ]

    def driven_by(self, drive: Drive) -> SyncCollections:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return SyncCollections(self, drive)


class SyncCollections(SyncService):
    """The RPCs of `qdrant.Collections`, for code without an event loop."""

    CollectionClusterInfo: SyncCall[
        messages.CollectionClusterInfoRequest, messages.CollectionClusterInfoResponse
    ]
    CollectionExists: SyncCall[messages.CollectionExistsRequest, messages.CollectionExistsResponse]
    Create: SyncCall[messages.CreateCollection, messages.CollectionOperationResponse]
    CreateShardKey: SyncCall[messages.CreateShardKeyRequest, messages.CreateShardKeyResponse]
    Delete: SyncCall[messages.DeleteCollection, messages.CollectionOperationResponse]
    DeleteShardKey: SyncCall[messages.DeleteShardKeyRequest, messages.DeleteShardKeyResponse]
    Get: SyncCall[messages.GetCollectionInfoRequest, messages.GetCollectionInfoResponse]
    List: SyncCall[messages.ListCollectionsRequest, messages.ListCollectionsResponse]
    ListAliases: SyncCall[messages.ListAliasesRequest, messages.ListAliasesResponse]
    ListCollectionAliases: SyncCall[
        messages.ListCollectionAliasesRequest, messages.ListAliasesResponse
    ]
    ListShardKeys: SyncCall[messages.ListShardKeysRequest, messages.ListShardKeysResponse]
    Update: SyncCall[messages.UpdateCollection, messages.CollectionOperationResponse]
    UpdateAliases: SyncCall[messages.ChangeAliases, messages.CollectionOperationResponse]
    UpdateCollectionClusterSetup: SyncCall[
        messages.UpdateCollectionClusterSetupRequest, messages.UpdateCollectionClusterSetupResponse
    ]


class Health(Service):
    """The RPCs of `grpc.health.v1.Health`."""

    path = "grpc.health.v1.Health"
    Check: Call[health.HealthCheckRequest, health.HealthCheckResponse]

    def driven_by(self, drive: Drive) -> SyncHealth:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return SyncHealth(self, drive)


class SyncHealth(SyncService):
    """The RPCs of `grpc.health.v1.Health`, for code without an event loop."""

    Check: SyncCall[health.HealthCheckRequest, health.HealthCheckResponse]


class Points(Service):
    """The RPCs of `qdrant.Points`."""

    path = "qdrant.Points"
    ClearPayload: Call[messages.ClearPayloadPoints, messages.PointsOperationResponse]
    Count: Call[messages.CountPoints, messages.CountResponse]
    CreateFieldIndex: Call[messages.CreateFieldIndexCollection, messages.PointsOperationResponse]
    CreateVectorName: Call[messages.CreateVectorNameRequest, messages.PointsOperationResponse]
    Delete: Call[messages.DeletePoints, messages.PointsOperationResponse]
    DeleteFieldIndex: Call[messages.DeleteFieldIndexCollection, messages.PointsOperationResponse]
    DeletePayload: Call[messages.DeletePayloadPoints, messages.PointsOperationResponse]
    DeleteVectorName: Call[messages.DeleteVectorNameRequest, messages.PointsOperationResponse]
    DeleteVectors: Call[messages.DeletePointVectors, messages.PointsOperationResponse]
    Discover: Call[messages.DiscoverPoints, messages.DiscoverResponse]
    DiscoverBatch: Call[messages.DiscoverBatchPoints, messages.DiscoverBatchResponse]
    Facet: Call[messages.FacetCounts, messages.FacetResponse]
    Get: Call[messages.GetPoints, messages.GetResponse]
    OverwritePayload: Call[messages.SetPayloadPoints, messages.PointsOperationResponse]
    Query: Call[messages.QueryPoints, messages.QueryResponse]
    QueryBatch: Call[messages.QueryBatchPoints, messages.QueryBatchResponse]
    QueryGroups: Call[messages.QueryPointGroups, messages.QueryGroupsResponse]
    Recommend: Call[messages.RecommendPoints, messages.RecommendResponse]
    RecommendBatch: Call[messages.RecommendBatchPoints, messages.RecommendBatchResponse]
    RecommendGroups: Call[messages.RecommendPointGroups, messages.RecommendGroupsResponse]
    Scroll: Call[messages.ScrollPoints, messages.ScrollResponse]
    Search: Call[messages.SearchPoints, messages.SearchResponse]
    SearchBatch: Call[messages.SearchBatchPoints, messages.SearchBatchResponse]
    SearchGroups: Call[messages.SearchPointGroups, messages.SearchGroupsResponse]
    SearchMatrixOffsets: Call[messages.SearchMatrixPoints, messages.SearchMatrixOffsetsResponse]
    SearchMatrixPairs: Call[messages.SearchMatrixPoints, messages.SearchMatrixPairsResponse]
    SetPayload: Call[messages.SetPayloadPoints, messages.PointsOperationResponse]
    UpdateBatch: Call[messages.UpdateBatchPoints, messages.UpdateBatchResponse]
    UpdateVectors: Call[messages.UpdatePointVectors, messages.PointsOperationResponse]
    Upsert: Call[messages.UpsertPoints, messages.PointsOperationResponse]

    def driven_by(self, drive: Drive) -> SyncPoints:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return SyncPoints(self, drive)


class SyncPoints(SyncService):
    """The RPCs of `qdrant.Points`, for code without an event loop."""

    ClearPayload: SyncCall[messages.ClearPayloadPoints, messages.PointsOperationResponse]
    Count: SyncCall[messages.CountPoints, messages.CountResponse]
    CreateFieldIndex: SyncCall[
        messages.CreateFieldIndexCollection, messages.PointsOperationResponse
    ]
    CreateVectorName: SyncCall[messages.CreateVectorNameRequest, messages.PointsOperationResponse]
    Delete: SyncCall[messages.DeletePoints, messages.PointsOperationResponse]
    DeleteFieldIndex: SyncCall[
        messages.DeleteFieldIndexCollection, messages.PointsOperationResponse
    ]
    DeletePayload: SyncCall[messages.DeletePayloadPoints, messages.PointsOperationResponse]
    DeleteVectorName: SyncCall[messages.DeleteVectorNameRequest, messages.PointsOperationResponse]
    DeleteVectors: SyncCall[messages.DeletePointVectors, messages.PointsOperationResponse]
    Discover: SyncCall[messages.DiscoverPoints, messages.DiscoverResponse]
    DiscoverBatch: SyncCall[messages.DiscoverBatchPoints, messages.DiscoverBatchResponse]
    Facet: SyncCall[messages.FacetCounts, messages.FacetResponse]
    Get: SyncCall[messages.GetPoints, messages.GetResponse]
    OverwritePayload: SyncCall[messages.SetPayloadPoints, messages.PointsOperationResponse]
    Query: SyncCall[messages.QueryPoints, messages.QueryResponse]
    QueryBatch: SyncCall[messages.QueryBatchPoints, messages.QueryBatchResponse]
    QueryGroups: SyncCall[messages.QueryPointGroups, messages.QueryGroupsResponse]
    Recommend: SyncCall[messages.RecommendPoints, messages.RecommendResponse]
    RecommendBatch: SyncCall[messages.RecommendBatchPoints, messages.RecommendBatchResponse]
    RecommendGroups: SyncCall[messages.RecommendPointGroups, messages.RecommendGroupsResponse]
    Scroll: SyncCall[messages.ScrollPoints, messages.ScrollResponse]
    Search: SyncCall[messages.SearchPoints, messages.SearchResponse]
    SearchBatch: SyncCall[messages.SearchBatchPoints, messages.SearchBatchResponse]
    SearchGroups: SyncCall[messages.SearchPointGroups, messages.SearchGroupsResponse]
    SearchMatrixOffsets: SyncCall[messages.SearchMatrixPoints, messages.SearchMatrixOffsetsResponse]
    SearchMatrixPairs: SyncCall[messages.SearchMatrixPoints, messages.SearchMatrixPairsResponse]
    SetPayload: SyncCall[messages.SetPayloadPoints, messages.PointsOperationResponse]
    UpdateBatch: SyncCall[messages.UpdateBatchPoints, messages.UpdateBatchResponse]
    UpdateVectors: SyncCall[messages.UpdatePointVectors, messages.PointsOperationResponse]
    Upsert: SyncCall[messages.UpsertPoints, messages.PointsOperationResponse]


class Qdrant(Service):
    """The RPCs of `qdrant.Qdrant`."""

    path = "qdrant.Qdrant"
    HealthCheck: Call[messages.HealthCheckRequest, messages.HealthCheckReply]

    def driven_by(self, drive: Drive) -> SyncQdrant:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return SyncQdrant(self, drive)


class SyncQdrant(SyncService):
    """The RPCs of `qdrant.Qdrant`, for code without an event loop."""

    HealthCheck: SyncCall[messages.HealthCheckRequest, messages.HealthCheckReply]


class Snapshots(Service):
    """The RPCs of `qdrant.Snapshots`."""

    path = "qdrant.Snapshots"
    Create: Call[messages.CreateSnapshotRequest, messages.CreateSnapshotResponse]
    CreateFull: Call[messages.CreateFullSnapshotRequest, messages.CreateSnapshotResponse]
    Delete: Call[messages.DeleteSnapshotRequest, messages.DeleteSnapshotResponse]
    DeleteFull: Call[messages.DeleteFullSnapshotRequest, messages.DeleteSnapshotResponse]
    List: Call[messages.ListSnapshotsRequest, messages.ListSnapshotsResponse]
    ListFull: Call[messages.ListFullSnapshotsRequest, messages.ListSnapshotsResponse]

    def driven_by(self, drive: Drive) -> SyncSnapshots:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return SyncSnapshots(self, drive)


class SyncSnapshots(SyncService):
    """The RPCs of `qdrant.Snapshots`, for code without an event loop."""

    Create: SyncCall[messages.CreateSnapshotRequest, messages.CreateSnapshotResponse]
    CreateFull: SyncCall[messages.CreateFullSnapshotRequest, messages.CreateSnapshotResponse]
    Delete: SyncCall[messages.DeleteSnapshotRequest, messages.DeleteSnapshotResponse]
    DeleteFull: SyncCall[messages.DeleteFullSnapshotRequest, messages.DeleteSnapshotResponse]
    List: SyncCall[messages.ListSnapshotsRequest, messages.ListSnapshotsResponse]
    ListFull: SyncCall[messages.ListFullSnapshotsRequest, messages.ListSnapshotsResponse]
