# Generated from _async/cluster.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.cluster`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._sync.core import ClientCore

__all__ = ["ClusterMethods"]


class ClusterMethods(ClientCore):
    """Read and change how collections are spread over a cluster."""

    def cluster_status(self) -> models.ClusterStatus:
        """Read the state of the cluster."""
        return self._drive(self._async.cluster_status())

    def cluster_telemetry(
        self, details_level: int | None = None, timeout: float | None = None
    ) -> models.DistributedTelemetryData:
        """Read telemetry of all peers.

        Args:
            details_level: how much to tell; 0 is least.
            timeout: seconds for the whole call.
        """
        return self._drive(self._async.cluster_telemetry(details_level, timeout))

    def recover_current_peer(self) -> bool:
        """Bring the current peer back into consensus."""
        return self._drive(self._async.recover_current_peer())

    def remove_peer(
        self, peer_id: int, force: bool | None = None, timeout: float | None = None
    ) -> bool:
        """Remove a peer from the cluster.

        Args:
            peer_id: the peer.
            force: remove it even if it holds shards.
            timeout: seconds for the whole call.
        """
        return self._drive(self._async.remove_peer(peer_id, force, timeout))

    def collection_cluster_info(self, collection_name: str) -> models.CollectionClusterInfo:
        """Read how a collection is spread over the cluster."""
        return self._drive(self._async.collection_cluster_info(collection_name))

    def cluster_collection_update(
        self,
        collection_name: str,
        cluster_operation: models.ClusterOperations | Mapping[str, Any],
        timeout: float | None = None,
    ) -> bool:
        """Move, replicate, drop or reshard shards of a collection."""
        return self._drive(
            self._async.cluster_collection_update(collection_name, cluster_operation, timeout)
        )

    def create_shard_key(
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
        return self._drive(
            self._async.create_shard_key(
                collection_name,
                shard_key,
                shards_number,
                replication_factor,
                placement,
                initial_state,
                timeout,
            )
        )

    def delete_shard_key(
        self, collection_name: str, shard_key: models.ShardKey, timeout: float | None = None
    ) -> bool:
        """Delete a shard key with all its points."""
        return self._drive(self._async.delete_shard_key(collection_name, shard_key, timeout))

    def list_shard_keys(self, collection_name: str) -> models.ShardKeysResponse:
        """List the shard keys of a collection."""
        return self._drive(self._async.list_shard_keys(collection_name))
