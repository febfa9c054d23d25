"""Numbers of the engine and its collections, as a server tells them.

Called by the handlers of telemetry and metrics. Requests are not counted: callers may do so by
`collect_stats` or by tracing.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from aqdrant import models

from .limits.resources import resident_bytes
from .locks import Patience
from .sharding import PEER, Shard, shards_of
from .state import Collection, State

__all__ = ["SEMANTICS", "cluster_telemetry", "metrics_text", "telemetry_of"]

SEMANTICS = "1.20.0"
"""The version of the server whose semantics the engine follows."""

_NAME = "aqdrant in-process engine"


def telemetry_of(
    state: State, level: int, patience: Patience, *, is_anonymous: bool = False
) -> Any:
    """Tell of the engine; of collections from level 1, of their settings from 2, shards from 3."""
    held = list(state.collections.values())
    told: list[Any] | None = None
    if level:
        told = [_collection(one, level, patience, is_anonymous=is_anonymous) for one in held]
    app = models.AppBuildTelemetry(name=_NAME, version=SEMANTICS, startup=state.opened)
    memory = resident_bytes() if level else None
    return models.TelemetryData(
        id=state.id,
        app=app,
        collections=models.CollectionsTelemetry(number_of_collections=len(held), collections=told),
        cluster=models.ClusterTelemetry(enabled=False, resharding_enabled=False),
        requests=models.RequestsTelemetry(
            rest=models.WebApiTelemetry(responses={}), grpc=models.GrpcTelemetry(responses={})
        ),
        memory=None if memory is None else _memory(memory),
    )


def cluster_telemetry(state: State, patience: Patience) -> Any:
    """Tell of the collections on the only peer."""
    told: dict[str, Any] = {}
    for collection in list(state.collections.values()):
        shards = [
            models.DistributedShardTelemetry(
                id=shard.number,
                key=shard.key,
                replicas=[
                    models.DistributedReplicaTelemetry(
                        peer_id=PEER, state=shard.state, num_points=shard.points
                    )
                ],
            )
            for shard in _shards(collection, patience)
        ]
        told[collection.name] = models.DistributedCollectionTelemetry(
            id=collection.name, shards=shards
        )
    cluster = models.DistributedClusterTelemetry(enabled=False, number_of_peers=1, peers={})
    return models.DistributedTelemetryData(collections=told, cluster=cluster)


def metrics_text(state: State, patience: Patience, *, is_anonymous: bool = False) -> str:
    """The numbers in the text format of Prometheus, under a server's names."""
    counts: list[tuple[str, int, dict[str, int]]] = []
    for collection in list(state.collections.values()):
        with collection.gate.shared(patience):
            segment = collection.segment
            vectors = {name: store.count for name, store in segment.stores.items()}
            counts.append((_shown(collection.name, is_anonymous), segment.count, vectors))
    total = sum(sum(vectors.values()) for _, _, vectors in counts)
    lines: list[str] = []

    def tell(name: str, about: str, values: Iterator[tuple[str, int]]) -> None:
        lines.extend((f"# HELP {name} {about}", f"# TYPE {name} gauge"))
        lines.extend(f"{name}{labels} {value}" for labels, value in values)

    version = f'{{name="{_NAME}",version="{SEMANTICS}"}}'
    tell("app_info", "information about the engine", iter([(version, 1)]))
    tell("collections_total", "number of collections", iter([("", len(counts))]))
    about = "total number of vectors in all collections"
    tell("collections_vector_total", about, iter([("", total)]))
    tell(
        "collection_vectors",
        "amount of vectors grouped by vector name",
        (
            (f'{{collection="{_escaped(name)}",vector="{_escaped(using)}"}}', count)
            for name, _, vectors in counts
            for using, count in vectors.items()
        ),
    )
    tell(
        "collection_points",
        "amount of points per collection",
        ((f'{{id="{_escaped(name)}"}}', count) for name, count, _ in counts),
    )
    if (held := resident_bytes()) is not None:
        tell("memory_resident_bytes", "bytes of memory that the process holds", iter([("", held)]))
    return "\n".join((*lines, ""))


def _collection(
    collection: Collection, level: int, patience: Patience, *, is_anonymous: bool
) -> Any:
    config = collection.config
    if level == 1:
        with collection.gate.shared(patience):
            vectors = sum(store.count for store in collection.segment.stores.values())
        return models.CollectionsAggregatedTelemetry(
            vectors=vectors,
            optimizers_status=models.OptimizersStatusOneOf.OK,
            params=config.params.model_copy(deep=True),
        )
    shards = None
    if level > 2:  # Qdrant's own levels
        shards = [
            models.ReplicaSetTelemetry(
                id=shard.number,
                key=shard.key,
                local=models.LocalShardTelemetry(total_optimized_points=0, num_points=shard.points),
                remote=[],
                replicate_states={str(PEER): shard.state},
            )
            for shard in _shards(collection, patience)
        ]
    told = models.CollectionConfigTelemetry(
        params=config.params,
        hnsw_config=config.hnsw_config,
        optimizer_config=config.optimizer_config,
        wal_config=config.wal_config or models.WalConfig(wal_capacity_mb=32, wal_segments_ahead=0),
        quantization_config=config.quantization_config,
        strict_mode_config=config.strict_mode_config,
        metadata=None if is_anonymous else config.metadata,
    )
    name = _shown(collection.name, is_anonymous)
    return models.CollectionTelemetry(id=name, config=told.model_copy(deep=True), shards=shards)


def _shards(collection: Collection, patience: Patience) -> list[Shard]:
    with collection.gate.shared(patience):
        return shards_of(collection)


def _memory(held: int) -> Any:
    return models.MemoryTelemetry(
        active_bytes=held,
        allocated_bytes=held,
        metadata_bytes=0,
        resident_bytes=held,
        retained_bytes=0,
    )


def _shown(name: str, is_anonymous: bool) -> str:
    return str(int(sha256(name.encode()).hexdigest()[:16], 16)) if is_anonymous else name


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
