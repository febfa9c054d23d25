"""Shard keys, and what a cluster of one node tells of itself.

There is one peer, and whatever needs another one is refused as a node refuses it that knows none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import BadRequest, NotFound, StatusError, UnsupportedOperation, status_error
from aqdrant_local.engine.portions import portions
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import select_rows
from aqdrant_local.refusals import bad_request
from aqdrant_local.sharding import (
    PEER,
    chosen_shards,
    create_key,
    drop_key,
    shards_of,
    shown_key,
)
from aqdrant_local.state import Collection, State
from aqdrant_local.telemetry import cluster_telemetry

from ._table import handles, off_the_loop

__all__: list[str] = []


@handles(ops.CreateShardKey)
def create_shard_key(state: State, operation: ops.CreateShardKey, patience: Patience) -> bool:
    """Begin a shard key."""
    return _changed(state, operation, patience, lambda held: create_key(held, operation.body))


@handles(ops.DeleteShardKey, cost=off_the_loop)
def delete_shard_key(state: State, operation: ops.DeleteShardKey, patience: Patience) -> bool:
    """Drop a shard key with its points."""
    key = operation.body.shard_key
    return _changed(state, operation, patience, lambda held: drop_key(held, key))


@handles(ops.ListShardKeys)
def list_shard_keys(
    state: State, operation: ops.ListShardKeys, patience: Patience
) -> models.ShardKeysResponse:
    """List the shard keys, the oldest first; None where there can be none."""
    collection = state.find(operation.collection_name)
    if not collection.is_sharded:
        return models.ShardKeysResponse()
    keys = [models.ShardKeyDescription(key=key) for key in collection.shards]
    return models.ShardKeysResponse(shard_keys=keys)


@handles(ops.CollectionClusterInfo)
def collection_cluster_info(
    state: State, operation: ops.CollectionClusterInfo, patience: Patience
) -> models.CollectionClusterInfo:
    """Tell how many points each shard has."""
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        shards = [
            models.LocalShardInfo(
                shard_id=shard.number,
                shard_key=shard.key,
                points_count=shard.points,
                state=shard.state,
            )
            for shard in shards_of(collection.still_there())
        ]
    return models.CollectionClusterInfo(
        peer_id=PEER,
        shard_count=len(shards),
        local_shards=shards,
        remote_shards=[],
        shard_transfers=[],
    )


@handles(ops.UpdateCollectionCluster, cost=off_the_loop)
def update_collection_cluster(
    state: State, operation: ops.UpdateCollectionCluster, patience: Patience
) -> bool:
    """Create and drop shard keys, and copy points between them; the rest needs other peers."""
    change = operation.body
    collection = state.find(operation.collection_name)
    if isinstance(change, models.CreateShardingKeyOperation):
        wanted = change.create_sharding_key
        return _changed(state, operation, patience, lambda held: create_key(held, wanted))
    if isinstance(change, models.DropShardingKeyOperation):
        key = change.drop_sharding_key.shard_key
        return _changed(state, operation, patience, lambda held: drop_key(held, key))
    if isinstance(change, models.ReplicatePointsOperation):
        asked = change.replicate_points
        return _changed(state, operation, patience, lambda held: _replicate(held, asked))
    if isinstance(change, models.StartReshardingOperation):
        raise UnsupportedOperation(
            "The in-process engine has no resharding: all points of a shard key lie in one shard.",
            supported_by=("rest", "grpc"),
            fix="A cluster of Qdrant servers has it.",
        )
    raise _refusal(collection, change)


@handles(ops.ClusterStatus)
def cluster_status(
    state: State, operation: ops.ClusterStatus, patience: Patience
) -> models.ClusterStatus:
    """Say that there is no cluster."""
    return models.ClusterStatusOneOf(status="disabled")


@handles(ops.ClusterTelemetry)
def distributed(state: State, operation: ops.ClusterTelemetry, patience: Patience) -> Any:
    """Tell of the collections, on the only peer."""
    return cluster_telemetry(state, patience)


@handles(ops.RecoverCurrentPeer)
def recover_current_peer(
    state: State, operation: ops.RecoverCurrentPeer, patience: Patience
) -> bool:
    """Refuse, as a node without a cluster does."""
    raise _standalone()


@handles(ops.RemovePeer)
def remove_peer(state: State, operation: ops.RemovePeer, patience: Patience) -> bool:
    """Refuse, as a node without a cluster does."""
    raise _standalone()


def _changed(
    state: State, operation: Any, patience: Patience, change: Callable[[Collection], None]
) -> bool:
    collection = state.find(operation.collection_name)
    with collection.gate.exclusive(patience):
        collection.run(change, whole=True)
    return True


def _replicate(collection: Collection, asked: models.ReplicatePoints) -> None:
    """Copy points from one shard key to another."""
    for key in (asked.from_shard_key, asked.to_shard_key):
        if key not in collection.shards:
            raise BadRequest(
                f"Shard key {shown_key(key)} does not exist for collection {collection.name}",
                parameter="shard_key",
            )
    (start,) = chosen_shards(collection, asked.from_shard_key)
    (end,) = chosen_shards(collection, asked.to_shard_key)
    view = collection.segment.of_shards([start])
    selection = select_rows(view, asked.filter)
    rows = np.array((view.everything if selection is None else selection).rows)
    number = collection.next_operation()
    for portion in list(portions(collection.segment, rows)):  # before any of them moves
        portion.write.keys = portion.write.keys.in_shard(end)
        collection.segment.upsert(portion.write, number)


def _refusal(collection: Collection, change: models.ClusterOperations) -> StatusError:
    """What a node without others says."""
    if isinstance(change, models.AbortReshardingOperation):
        problem = f"resharding is not in progress for collection {collection.name}"
        return bad_request(problem, parameter="abort_resharding")
    if isinstance(change, models.DropReplicaOperation):
        replica = change.drop_replica
        if replica.peer_id != PEER:
            return _no_peer(replica.peer_id)
        return bad_request(
            f"Shard {replica.shard_id} must have at least one active replica after removing {PEER}",
            parameter="drop_replica",
        )
    ((name, transfer),) = ((name, value) for name, value in change)
    if name in ("abort_transfer", "restart_transfer"):
        return NotFound(
            f"Shard transfer {transfer.from_peer_id} -> {transfer.to_peer_id} for collection "
            f"{collection.name}:{transfer.shard_id} does not exist"
        )
    if transfer.to_peer_id == transfer.from_peer_id:
        return BadRequest(
            f"cannot transfer shard to itself, to_peer_id must be different than"
            f" {transfer.from_peer_id}",
            status_code=422,
            parameter=f"{name}.to_peer_id",
        )
    return _no_peer(transfer.to_peer_id)


def _no_peer(peer: int) -> StatusError:
    return bad_request(f"Peer {peer} does not exist", parameter="peer_id")


def _standalone() -> StatusError:
    problem = "Qdrant is running in standalone mode"
    return status_error(405, problem, reason=problem)
