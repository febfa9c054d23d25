"""Least and most of the integers in models, where they are not those of unsigned 64 bits.

Read by `_readers` when the reader of a model is compiled; compared by a test with what Qdrant's
OpenAPI document says. Older servers take 0 for `MinShould.min_count` and `SearchParams.hnsw_ef`,
where newer ones refuse it: these are left to the server.
"""

from __future__ import annotations

from typing import Final

from aqdrant.models._scalars import MAX_UNSIGNED

__all__ = ["BOUNDS"]

_U8: Final = 2**8 - 1
_U32: Final = 2**32 - 1

BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "AbortShardTransfer.shard_id": (0, _U32),
    "CollectionParamsDiff.replication_factor": (1, _U32),
    "CollectionParamsDiff.write_consistency_factor": (1, _U32),
    "CollectionParamsDiff.read_fan_out_factor": (0, _U32),
    "CreateCollection.shard_number": (1, _U32),
    "CreateCollection.replication_factor": (1, _U32),
    "CreateCollection.write_consistency_factor": (1, _U32),
    "CreateShardingKey.shards_number": (1, _U32),
    "CreateShardingKey.replication_factor": (1, _U32),
    "DenseVectorConfig.size": (1, 65536),
    "FacetRequest.limit": (1, MAX_UNSIGNED),
    "HnswConfigDiff.ef_construct": (4, MAX_UNSIGNED),
    "HnswConfigDiff.full_scan_threshold": (10, MAX_UNSIGNED),
    "Mmr.candidates_limit": (0, 16384),
    "MoveShard.shard_id": (0, _U32),
    "OptimizersConfigDiff.vacuum_min_vector_number": (100, MAX_UNSIGNED),
    "OptimizersConfigDiff.max_segment_size": (1, MAX_UNSIGNED),
    "Prefetch.limit": (1, MAX_UNSIGNED),
    "QueryGroupsRequest.group_size": (1, MAX_UNSIGNED),
    "QueryGroupsRequest.limit": (1, MAX_UNSIGNED),
    "QueryRequest.limit": (1, MAX_UNSIGNED),
    "QuotaConfig.max_resident_memory_percent": (1, 100),
    "QuotaConfig.max_disk_usage_percent": (1, 100),
    "QuotaConfig.release_margin_percent": (0, 100),
    "Replica.shard_id": (0, _U32),
    "ReplicateShard.shard_id": (0, _U32),
    "RestartTransfer.shard_id": (0, _U32),
    "Rrf.k": (1, MAX_UNSIGNED),
    "ScrollRequest.limit": (1, MAX_UNSIGNED),
    "SearchMatrixRequest.sample": (2, MAX_UNSIGNED),
    "SearchMatrixRequest.limit": (1, MAX_UNSIGNED),
    "Slice.total": (1, _U32),
    "Slice.index": (0, _U32),
    "StrictModeConfig.max_query_limit": (1, MAX_UNSIGNED),
    "StrictModeConfig.max_timeout": (1, MAX_UNSIGNED),
    "StrictModeConfig.read_rate_limit": (1, MAX_UNSIGNED),
    "StrictModeConfig.write_rate_limit": (1, MAX_UNSIGNED),
    "StrictModeConfig.max_points_count": (1, MAX_UNSIGNED),
    "StrictModeConfig.max_resident_memory_percent": (1, 100),
    "StrictModeMultivector.max_vectors": (1, MAX_UNSIGNED),
    "StrictModeSparse.max_length": (1, MAX_UNSIGNED),
    "VectorParams.size": (1, MAX_UNSIGNED),
    "WalConfigDiff.wal_capacity_mb": (1, MAX_UNSIGNED),
}
"""Model and field → least and most."""
