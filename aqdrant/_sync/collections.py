# Generated from _async/collections.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.collections`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._sync.core import ClientCore

__all__ = ["CollectionMethods"]


class CollectionMethods(ClientCore):
    """Create, read, update and delete collections."""

    def get_collections(self) -> models.CollectionsResponse:
        """List the collections."""
        return self._drive(self._async.get_collections())

    def get_collection(self, collection_name: str) -> models.CollectionInfo:
        """Read state and configuration of a collection.

        Raises:
            NotFound: there is no such collection.
        """
        return self._drive(self._async.get_collection(collection_name))

    def collection_exists(self, collection_name: str) -> bool:
        """Tell whether a collection, or an alias, of this name exists."""
        return self._drive(self._async.collection_exists(collection_name))

    def create_collection(
        self,
        collection_name: str,
        vectors_config: models.VectorParams | Mapping[str, Any] | None = None,
        sparse_vectors_config: Mapping[str, models.SparseVectorParams | Mapping[str, Any]]
        | None = None,
        shard_number: int | None = None,
        sharding_method: models.ShardingMethod | str | None = None,
        replication_factor: int | None = None,
        write_consistency_factor: int | None = None,
        on_disk_payload: bool | None = None,
        hnsw_config: models.HnswConfigDiff | Mapping[str, Any] | None = None,
        optimizers_config: models.OptimizersConfigDiff | Mapping[str, Any] | None = None,
        wal_config: models.WalConfigDiff | Mapping[str, Any] | None = None,
        quantization_config: models.QuantizationConfig | Mapping[str, Any] | None = None,
        timeout: float | None = None,
        strict_mode_config: models.StrictModeConfig | Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        payload: models.PayloadStorageParams | Mapping[str, Any] | None = None,
        id_tracker: models.IdTrackerParams | Mapping[str, Any] | None = None,
    ) -> bool:
        """Create a collection.

        Args:
            collection_name: its name.
            vectors_config: size and distance of the only vector, or of each vector by name.
            sparse_vectors_config: the sparse vectors by name.
            shard_number: shards, in a cluster.
            sharding_method: automatic, or by keys that the user names.
            replication_factor: copies of each shard.
            write_consistency_factor: copies that must confirm a write.
            on_disk_payload: keep payloads on disk.
            hnsw_config: parameters of the vector index.
            optimizers_config: parameters of the optimizers.
            wal_config: parameters of the write-ahead log.
            quantization_config: how vectors are compressed.
            timeout: seconds for the whole call.
            strict_mode_config: limits on what requests may ask.
            metadata: anything that is to be kept with the collection.
            payload: how payloads are stored.
            id_tracker: how ids are stored.

        Returns:
            True.

        Raises:
            Conflict: there is a collection of this name.
        """
        return self._drive(
            self._async.create_collection(
                collection_name,
                vectors_config,
                sparse_vectors_config,
                shard_number,
                sharding_method,
                replication_factor,
                write_consistency_factor,
                on_disk_payload,
                hnsw_config,
                optimizers_config,
                wal_config,
                quantization_config,
                timeout,
                strict_mode_config,
                metadata,
                payload,
                id_tracker,
            )
        )

    def recreate_collection(
        self,
        collection_name: str,
        vectors_config: models.VectorParams | Mapping[str, Any] | None = None,
        sparse_vectors_config: Mapping[str, models.SparseVectorParams | Mapping[str, Any]]
        | None = None,
        shard_number: int | None = None,
        sharding_method: models.ShardingMethod | str | None = None,
        replication_factor: int | None = None,
        write_consistency_factor: int | None = None,
        on_disk_payload: bool | None = None,
        hnsw_config: models.HnswConfigDiff | Mapping[str, Any] | None = None,
        optimizers_config: models.OptimizersConfigDiff | Mapping[str, Any] | None = None,
        wal_config: models.WalConfigDiff | Mapping[str, Any] | None = None,
        quantization_config: models.QuantizationConfig | Mapping[str, Any] | None = None,
        timeout: float | None = None,
        strict_mode_config: models.StrictModeConfig | Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        payload: models.PayloadStorageParams | Mapping[str, Any] | None = None,
        id_tracker: models.IdTrackerParams | Mapping[str, Any] | None = None,
    ) -> bool:
        """Delete a collection, if there is one, and create it as `create_collection` does.

        Deprecated: between the two steps the collection is missing for everyone else.
        """
        return self._drive(
            self._async.recreate_collection(
                collection_name,
                vectors_config,
                sparse_vectors_config,
                shard_number,
                sharding_method,
                replication_factor,
                write_consistency_factor,
                on_disk_payload,
                hnsw_config,
                optimizers_config,
                wal_config,
                quantization_config,
                timeout,
                strict_mode_config,
                metadata,
                payload,
                id_tracker,
            )
        )

    def update_collection(
        self,
        collection_name: str,
        optimizers_config: models.OptimizersConfigDiff | Mapping[str, Any] | None = None,
        collection_params: models.CollectionParamsDiff | Mapping[str, Any] | None = None,
        vectors_config: Mapping[str, models.VectorParamsDiff | Mapping[str, Any]] | None = None,
        hnsw_config: models.HnswConfigDiff | Mapping[str, Any] | None = None,
        quantization_config: models.QuantizationConfigDiff | Mapping[str, Any] | None = None,
        timeout: float | None = None,
        sparse_vectors_config: Mapping[str, models.SparseVectorParams | Mapping[str, Any]]
        | None = None,
        strict_mode_config: models.StrictModeConfig | Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change the configuration of a collection; what is not named stays as it is.

        Raises:
            NotFound: there is no such collection.
        """
        return self._drive(
            self._async.update_collection(
                collection_name,
                optimizers_config,
                collection_params,
                vectors_config,
                hnsw_config,
                quantization_config,
                timeout,
                sparse_vectors_config,
                strict_mode_config,
                metadata,
            )
        )

    def delete_collection(self, collection_name: str, timeout: float | None = None) -> bool:
        """Delete a collection with all its points.

        Returns:
            False when there was no such collection.
        """
        return self._drive(self._async.delete_collection(collection_name, timeout))

    def get_optimizations(
        self,
        collection_name: str,
        completed_limit: int | None = None,
        with_: models.OptimizationsWith | Sequence[models.OptimizationsWith] | None = None,
    ) -> models.OptimizationsResponse:
        """Read what the optimizers do.

        Args:
            collection_name: the collection.
            completed_limit: how many completed optimizations to list at most.
            with_: what to list beside those that run.
        """
        return self._drive(self._async.get_optimizations(collection_name, completed_limit, with_))
