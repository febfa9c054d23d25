"""Shards, shard keys, and changes of a cluster."""

from __future__ import annotations

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import choice, model

__all__ = ["CHANGES", "SHAPES"]

CHANGES = choice(
    "UpdateCollectionClusterSetupRequest",
    {
        models.MoveShardOperation: ("move_shard", "move_shard"),
        models.ReplicateShardOperation: ("replicate_shard", "replicate_shard"),
        models.AbortTransferOperation: ("abort_transfer", "abort_transfer"),
        models.DropReplicaOperation: ("drop_replica", "drop_replica"),
        models.CreateShardingKeyOperation: ("create_shard_key", "create_sharding_key"),
        models.DropShardingKeyOperation: ("delete_shard_key", "drop_sharding_key"),
        models.RestartTransferOperation: ("restart_transfer", "restart_transfer"),
        models.ReplicatePointsOperation: ("replicate_points", "replicate_points"),
    },
)
"""The change that a request asks for; resharding has no counterpart over gRPC."""


SHAPES: dict[str, Shape] = {
    "MoveShard": model(models.MoveShard, "MoveShard"),
    "ReplicateShard": model(models.ReplicateShard, "ReplicateShard"),
    "AbortShardTransfer": model(models.AbortShardTransfer, "AbortShardTransfer"),
    "Replica": model(models.Replica, "Replica"),
    "CreateShardKey": model(models.CreateShardingKey, "CreateShardKey"),
    "DeleteShardKey": model(models.DropShardingKey, "DeleteShardKey"),
    "RestartTransfer": model(models.RestartTransfer, "RestartTransfer"),
    "ReplicatePoints": model(models.ReplicatePoints, "ReplicatePoints"),
    "LocalShardInfo": model(models.LocalShardInfo, "LocalShardInfo"),
    "RemoteShardInfo": model(models.RemoteShardInfo, "RemoteShardInfo"),
    "ShardTransferInfo": model(
        models.ShardTransferInfo, "ShardTransferInfo", {}, **{"from": "from_"}
    ),
    "ReshardingInfo": model(models.ReshardingInfo, "ReshardingInfo"),
    "CollectionClusterInfoResponse": model(
        models.CollectionClusterInfo, "CollectionClusterInfoResponse"
    ),
    "ShardKeyDescription": model(models.ShardKeyDescription, "ShardKeyDescription"),
}
