"""Shards, shard keys, and changes of a cluster."""

from __future__ import annotations

from typing import Any

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


def _with_keys(shape: Shape, *names: str) -> Shape:
    """A shape whose messages leave out a value that its model must have."""
    absent: dict[str, Any] = dict.fromkeys(names)
    return Shape(shape.take, lambda values: shape.build({**absent, **values}))


SHAPES: dict[str, Shape] = {
    "MoveShard": model(models.MoveShard, "MoveShard"),
    "ReplicateShard": model(models.ReplicateShard, "ReplicateShard"),
    "AbortShardTransfer": model(models.AbortShardTransfer, "AbortShardTransfer"),
    "Replica": model(models.Replica, "Replica"),
    "CreateShardKey": _with_keys(model(models.CreateShardingKey, "CreateShardKey"), "shard_key"),
    "DeleteShardKey": _with_keys(model(models.DropShardingKey, "DeleteShardKey"), "shard_key"),
    "RestartTransfer": model(models.RestartTransfer, "RestartTransfer"),
    "ReplicatePoints": _with_keys(
        model(models.ReplicatePoints, "ReplicatePoints"), "from_shard_key", "to_shard_key"
    ),
    "LocalShardInfo": model(models.LocalShardInfo, "LocalShardInfo"),
    "RemoteShardInfo": model(models.RemoteShardInfo, "RemoteShardInfo"),
    "ShardTransferInfo": model(models.ShardTransferInfo, "ShardTransferInfo", **{"from": "from_"}),
    "ReshardingInfo": model(models.ReshardingInfo, "ReshardingInfo"),
    "CollectionClusterInfoResponse": model(
        models.CollectionClusterInfo, "CollectionClusterInfoResponse"
    ),
    "ShardKeyDescription": _with_keys(
        model(models.ShardKeyDescription, "ShardKeyDescription"), "key"
    ),
}
