"""Methods on collections as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant._async.core import ClientCore
from aqdrant._async.notices import warn
from aqdrant._async.shaping import at_least, build, checked_name, read

__all__ = ["CollectionMethods"]

_CREATE = {
    "vectors": "vectors_config",
    "sparse_vectors": "sparse_vectors_config",
}
_UPDATE = {**_CREATE, "params": "collection_params"}


class CollectionMethods(ClientCore):
    """Create, read, update and delete collections."""

    async def get_collections(self) -> models.CollectionsResponse:
        """List the collections."""
        return await self._execute(ops.GetCollections())

    async def get_collection(self, collection_name: str) -> models.CollectionInfo:
        """Read state and configuration of a collection.

        Raises:
            NotFound: there is no such collection.
        """
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.GetCollection(name))

    async def collection_exists(self, collection_name: str) -> bool:
        """Tell whether a collection, or an alias, of this name exists."""
        name = checked_name(collection_name, "collection_name")
        return (await self._execute(ops.CollectionExists(name))).exists

    async def create_collection(
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
        operation = _creation(
            collection_name,
            vectors=vectors_config,
            sparse_vectors=sparse_vectors_config,
            shard_number=shard_number,
            sharding_method=sharding_method,
            replication_factor=replication_factor,
            write_consistency_factor=write_consistency_factor,
            on_disk_payload=on_disk_payload,
            hnsw_config=hnsw_config,
            optimizers_config=optimizers_config,
            wal_config=wal_config,
            quantization_config=quantization_config,
            strict_mode_config=strict_mode_config,
            metadata=metadata,
            payload=payload,
            id_tracker=id_tracker,
        )
        return await self._execute(operation, timeout)

    async def recreate_collection(
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
        warn(
            "recreate_collection is deprecated: use collection_exists, delete_collection and"
            " create_collection.",
            DeprecationWarning,
        )
        operation = _creation(
            collection_name,
            vectors=vectors_config,
            sparse_vectors=sparse_vectors_config,
            shard_number=shard_number,
            sharding_method=sharding_method,
            replication_factor=replication_factor,
            write_consistency_factor=write_consistency_factor,
            on_disk_payload=on_disk_payload,
            hnsw_config=hnsw_config,
            optimizers_config=optimizers_config,
            wal_config=wal_config,
            quantization_config=quantization_config,
            strict_mode_config=strict_mode_config,
            metadata=metadata,
            payload=payload,
            id_tracker=id_tracker,
        )
        await self.delete_collection(collection_name, timeout=timeout)
        return await self._execute(operation, timeout)

    async def update_collection(
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
        body = build(
            models.UpdateCollection,
            _UPDATE,
            vectors=vectors_config,
            optimizers_config=optimizers_config,
            params=collection_params,
            hnsw_config=hnsw_config,
            quantization_config=quantization_config,
            sparse_vectors=sparse_vectors_config,
            strict_mode_config=strict_mode_config,
            metadata=metadata,
        )
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.UpdateCollection(name, body), timeout)

    async def delete_collection(self, collection_name: str, timeout: float | None = None) -> bool:
        """Delete a collection with all its points.

        Returns:
            False when there was no such collection.
        """
        name = checked_name(collection_name, "collection_name")
        return await self._execute(ops.DeleteCollection(name), timeout)

    async def get_optimizations(
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
        kinds = [with_] if isinstance(with_, str) else [] if with_ is None else with_
        listed: list[str] = read(kinds, list[models.OptimizationsWith], "with_")
        operation = ops.GetOptimizations(
            checked_name(collection_name, "collection_name"),
            with_=",".join(listed) or None,
            completed_limit=None
            if completed_limit is None
            else at_least(0, completed_limit, "completed_limit"),
        )
        return await self._execute(operation)


def _creation(collection_name: Any, **config: Any) -> ops.CreateCollection:
    body = build(models.CreateCollection, _CREATE, **config)
    return ops.CreateCollection(checked_name(collection_name, "collection_name"), body)
