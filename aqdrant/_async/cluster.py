"""Methods on the cluster: peers, shards and shard keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import at_least, build, checked_name, optional, read

__all__ = ["ClusterMethods"]


class ClusterMethods(ClientCore):
    """Read and change how collections are spread over a cluster."""

    async def cluster_status(self) -> models.ClusterStatus:
        """Read the state of the cluster."""
        return await self._execute(ops.ClusterStatus())

    async def cluster_telemetry(
        self, details_level: int | None = None, timeout: float | None = None
    ) -> models.DistributedTelemetryData:
        """Read telemetry of all peers.

        Args:
            details_level: how much to tell; 0 is least.
            timeout: seconds for the whole call.
        """
        level = None if details_level is None else at_least(0, details_level, "details_level")
        return await self._execute(ops.ClusterTelemetry(level), timeout)

    async def recover_current_peer(self) -> bool:
        """Bring the current peer back into consensus."""
        return await self._execute(ops.RecoverCurrentPeer())

    async def remove_peer(
        self, peer_id: int, force: bool | None = None, timeout: float | None = None
    ) -> bool:
        """Remove a peer from the cluster.

        Args:
            peer_id: the peer.
            force: remove it even if it holds shards.
            timeout: seconds for the whole call.
        """
        operation = ops.RemovePeer(
            at_least(0, peer_id, "peer_id"), force=optional(force, bool, "force")
        )
        return await self._execute(operation, timeout)

    async def collection_cluster_info(self, collection_name: str) -> models.CollectionClusterInfo:
        """Read how a collection is spread over the cluster."""
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.CollectionClusterInfo(name))

    async def cluster_collection_update(
        self,
        collection_name: str,
        cluster_operation: models.ClusterOperations | Mapping[str, Any],
        timeout: float | None = None,
    ) -> bool:
        """Move, replicate, drop or reshard shards of a collection."""
        operation = ops.UpdateCollectionCluster(
            checked_name(collection_name, "collection_name"),
            read(cluster_operation, models.ClusterOperations, "cluster_operation"),
        )
        return await self._execute(operation, timeout)

    async def create_shard_key(
        self,
        collection_name: str,
        shard_key: models.ShardKey,
        shards_number: int | None = None,
        replication_factor: int | None = None,
        placement: Sequence[int] | None = None,
        initial_state: models.ReplicaState | str | None = None,
        timeout: float | None = None,
    ) -> bool:
        """Create a shard key.

        Args:
            collection_name: a collection with custom sharding.
            shard_key: the key.
            shards_number: shards of this key.
            replication_factor: copies of each of them.
            placement: ids of the peers that are to hold them.
            initial_state: state in which the shards begin.
            timeout: seconds for the whole call.
        """
        body = build(
            models.CreateShardingKey,
            {},
            shard_key=shard_key,
            shards_number=shards_number,
            replication_factor=replication_factor,
            placement=placement,
            initial_state=initial_state,
        )
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.CreateShardKey(name, body), timeout)

    async def delete_shard_key(
        self, collection_name: str, shard_key: models.ShardKey, timeout: float | None = None
    ) -> bool:
        """Delete a shard key with all its points."""
        body = models.DropShardingKey(shard_key=read(shard_key, models.ShardKey, "shard_key"))
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.DeleteShardKey(name, body), timeout)

    async def list_shard_keys(self, collection_name: str) -> models.ShardKeysResponse:
        """List the shard keys of a collection."""
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.ListShardKeys(name))
