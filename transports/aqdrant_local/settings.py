"""Settings of collections: what users give, completed with a server's defaults, and changed later.

Called by the handlers of collections and of vector names. What the settings of graphs mean stands
in `graphs.settings`. Others that only steer how a server stores and indexes are kept and shown; the
engine has no use for them. Quantization is one of them: vectors are compared in full, as a server
compares them that rescores, or has no index yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .bounds import check_bounds
from .encoding import unknown_vector
from .engine.sparse import SparseVectors
from .state import Collection, dense_vectors, empty_stores, named_params, sparse_vectors

__all__ = [
    "add_dense_name",
    "add_sparse_name",
    "change_settings",
    "drop_name",
    "new_collection",
]

M = TypeVar("M", bound=models.Model)


def new_collection(name: str, body: models.CreateCollection) -> Collection:
    """Make an empty collection.

    Raises:
        BadRequest: settings contradict each other, or a number is out of its bounds.
    """
    check_bounds(body)
    body = body.model_copy(deep=True)  # the caller may change its own later
    dense_params = named_params(body.vectors)
    sparse_params = dict(body.sparse_vectors or {})
    for vector in sparse_params:
        if vector in dense_params:
            raise BadRequest(
                f"Dense and sparse vector names must be unique: {vector!r} is both.",
                parameter="sparse_vectors",
            )
        if not vector:
            raise BadRequest("A sparse vector needs a name.", parameter="sparse_vectors")
    config = _config(body)
    return Collection(name, config, empty_stores(config.params))


def _config(body: models.CreateCollection) -> models.CollectionConfig:
    params = models.CollectionParams(
        vectors={} if body.vectors is None else body.vectors,
        shard_number=body.shard_number or 1,
        sharding_method=body.sharding_method,
        replication_factor=body.replication_factor or 1,
        write_consistency_factor=body.write_consistency_factor or 1,
        on_disk_payload=True if body.on_disk_payload is None else body.on_disk_payload,
        payload=body.payload,
        id_tracker=body.id_tracker,
        sparse_vectors=dict(body.sparse_vectors) if body.sparse_vectors else None,
    )
    hnsw = models.HnswConfig(
        m=16, ef_construct=100, full_scan_threshold=10_000, max_indexing_threads=0, on_disk=False
    )
    optimizers = models.OptimizersConfig(
        deleted_threshold=0.2,
        vacuum_min_vector_number=1000,
        default_segment_number=0,
        indexing_threshold=10_000,
        flush_interval_sec=5,
    )
    wal = models.WalConfig(wal_capacity_mb=32, wal_segments_ahead=0, wal_retain_closed=1)
    strict = body.strict_mode_config
    return models.CollectionConfig(
        params=params,
        hnsw_config=_overlaid(hnsw, body.hnsw_config),
        optimizer_config=_overlaid(optimizers, _threads(body.optimizers_config)),
        wal_config=_overlaid(wal, body.wal_config),
        quantization_config=body.quantization_config,
        strict_mode_config=_strict(None, strict),
        metadata=None if body.metadata is None else dict(body.metadata),
    )


def change_settings(collection: Collection, body: models.UpdateCollection) -> None:
    """Overlay the settings of a collection with those given.

    Raises:
        BadRequest: a number is out of its bounds, or a vector is named that does not exist; nothing
            is changed then.
    """
    check_bounds(body)
    body = body.model_copy(deep=True)
    segment, old = collection.segment, collection.config
    for name in body.vectors or {}:
        if name not in named_params(old.params.vectors):
            raise unknown_vector(name, segment.stores)
    for name in body.sparse_vectors or {}:
        if name not in (old.params.sparse_vectors or {}):
            raise unknown_vector(name, segment.stores)
    params = _overlaid(old.params, body.params)
    params = _with_vector_changes(params, body)
    quantization: Any = body.quantization_config
    config = msgspec.structs.replace(
        old,
        params=params,
        hnsw_config=_overlaid(old.hnsw_config, body.hnsw_config),
        optimizer_config=_overlaid(old.optimizer_config, _threads(body.optimizers_config)),
        quantization_config=_quantization(old.quantization_config, quantization),
        strict_mode_config=_strict(old.strict_mode_config, body.strict_mode_config),
        metadata=_merged(old.metadata, body.metadata),
    )
    collection.keep_config(config)
    for name, changed in (body.sparse_vectors or {}).items():
        store = segment.ragged[name]
        if changed.modifier is not None and isinstance(store, SparseVectors):
            store.idf = changed.modifier == models.Modifier.IDF


def add_dense_name(collection: Collection, name: str, config: models.DenseVectorConfig) -> None:
    """Begin a dense vector; nothing happens where there is the same already.

    Raises:
        BadRequest: the name is taken by another kind of vector.
    """
    if name in (collection.config.params.sparse_vectors or {}):
        raise BadRequest(f"Vector {name!r} already exists as a sparse vector.")
    store = dense_vectors(config)
    datatype = None if config.datatype is None else models.Datatype(config.datatype.value)
    params = models.VectorParams(
        size=config.size,
        distance=config.distance,
        datatype=datatype,
        multivector_config=config.multivector_config,
    )
    there = named_params(collection.config.params.vectors).get(name)
    if there is not None:
        if _shape(there) != _shape(params):
            raise BadRequest(f"Vector {name!r} already exists with a different configuration.")
        return
    known = dict(named_params(collection.config.params.vectors))
    changed = _with_dense(collection.config, {**known, name: params})
    collection.add_vectors(name, store, changed)


def add_sparse_name(collection: Collection, name: str, config: models.SparseVectorConfig) -> None:
    """Begin a sparse vector; nothing happens where there is the same already.

    Raises:
        BadRequest: the name is taken by another kind of vector.
    """
    if name in named_params(collection.config.params.vectors):
        raise BadRequest(f"Vector {name!r} already exists as a dense vector.")
    store = sparse_vectors(config)
    there = collection.segment.ragged.get(name)
    if isinstance(there, SparseVectors):
        if there.idf != store.idf:
            raise BadRequest(f"Vector {name!r} already exists with a different configuration.")
        return
    known = collection.config.params.sparse_vectors or {}
    index = None
    if config.datatype is not None:
        index = models.SparseIndexParams(datatype=models.Datatype(config.datatype.value))
    params = models.SparseVectorParams(index=index, modifier=config.modifier)
    changed = _with_sparse(collection.config, {**known, name: params})
    collection.add_vectors(name, store, changed)


def _shape(params: models.VectorParams) -> tuple[object, ...]:
    """What vectors of these settings are, beside how they are stored."""
    datatype = params.datatype or models.Datatype.FLOAT32
    return params.size, params.distance, datatype, params.multivector_config is not None


def drop_name(collection: Collection, name: str) -> None:
    """Forget a vector name and all vectors under it."""
    config = collection.config
    if name not in collection.segment.stores:
        return
    dense = dict(named_params(config.params.vectors))
    if dense.pop(name, None) is not None:
        config = _with_dense(config, dense)
    sparse = dict(config.params.sparse_vectors or {})
    if sparse.pop(name, None) is not None:
        config = _with_sparse(config, sparse)
    collection.drop_vectors(name, config)


def _with_dense(
    config: models.CollectionConfig, vectors: dict[str, models.VectorParams]
) -> models.CollectionConfig:
    alone: models.VectorsConfig = vectors[""] if list(vectors) == [""] else vectors
    params = msgspec.structs.replace(config.params, vectors=alone)
    return msgspec.structs.replace(config, params=params)


def _with_sparse(
    config: models.CollectionConfig, vectors: dict[str, models.SparseVectorParams]
) -> models.CollectionConfig:
    params = msgspec.structs.replace(config.params, sparse_vectors=vectors or None)
    return msgspec.structs.replace(config, params=params)


def _with_vector_changes(
    params: models.CollectionParams, body: models.UpdateCollection
) -> models.CollectionParams:
    if body.vectors:
        vectors = dict(named_params(params.vectors))
        for name, changed in body.vectors.items():
            quantization = _quantization(
                vectors[name].quantization_config, cast("Any", changed.quantization_config)
            )
            overlaid = _overlaid(vectors[name], changed)
            vectors[name] = msgspec.structs.replace(overlaid, quantization_config=quantization)
        alone: models.VectorsConfig = vectors[""] if list(vectors) == [""] else vectors
        params = msgspec.structs.replace(params, vectors=alone)
    if body.sparse_vectors:
        sparse = dict(params.sparse_vectors or {})
        for name, changed_sparse in body.sparse_vectors.items():
            sparse[name] = _overlaid(sparse[name], changed_sparse)
        params = msgspec.structs.replace(params, sparse_vectors=sparse)
    return params


def _overlaid(model: M, changes: models.Model | None) -> M:
    """The model with every field of the changes that is not None."""
    if changes is None:
        return model
    given = {name: value for name, value in changes if value is not None}
    known = {name: value for name, value in given.items() if name in model.__struct_fields__}
    return msgspec.structs.replace(model, **known)


def _threads(changes: models.OptimizersConfigDiff | None) -> models.OptimizersConfigDiff | None:
    if changes is None or isinstance(changes.max_optimization_threads, int):
        return changes
    return msgspec.structs.replace(changes, max_optimization_threads=None)


def _quantization(old: Any, new: Any) -> Any:
    if new is None:
        return old
    return None if isinstance(new, models.Disabled) else new


def _strict(
    old: models.StrictModeConfigOutput | None, new: models.StrictModeConfig | None
) -> models.StrictModeConfigOutput | None:
    if new is None:
        return old
    return _overlaid(old or models.StrictModeConfigOutput(), new)


def _merged(old: dict[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if new is None:
        return old
    merged = dict(old or {})
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged
