"""What a collection's settings say of graphs (HNSW), and what a search's parameters say of them.

Called by `builder`, by `queries` and `costs`, and where collections are described. A server
indexes segments; here all vectors of a name are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aqdrant import models
from aqdrant_local.engine.approximation import Approach
from aqdrant_local.engine.graph import Shape, can_build

if TYPE_CHECKING:
    from aqdrant_local.state import Collection

__all__ = ["Due", "approach_of", "due", "indexed_vectors", "is_paused", "shape_of"]

_KILOBYTE = 1024
_FLOAT = 4
_DELETED, _FEW = 0.2, 1000  # the settings of a server


class Due(NamedTuple):
    """What is to be done about a graph."""

    shape: Shape | None
    """What it has to be; None where there is to be none."""
    is_more: bool
    """Whether vectors are added to what there is."""


def shape_of(collection: Collection, name: str) -> Shape | None:
    """What the graph of a vector name is to be; None where there is to be none."""
    store = collection.segment.dense.get(name)
    own = _own_settings(collection, name)
    common = collection.config.hnsw_config
    m = common.m if own is None or own.m is None else own.m
    if store is None or m == 0 or not can_build():
        return None
    ef = common.ef_construct if own is None or own.ef_construct is None else own.ef_construct
    return Shape(store.size, store.distance, m, ef)


def due(collection: Collection, name: str) -> Due | None:
    """What is to be done about the graph of a vector name, inside the collection's gate.

    By whom is another question: see `is_paused`.
    """
    store = collection.segment.dense[name]
    shape, known = shape_of(collection, name), store.approximation
    if shape is None:
        return None if known.graph is None else Due(None, False)
    optimizer = collection.config.optimizer_config
    threshold = optimizer.indexing_threshold
    if threshold == 0:
        return None
    if known.graph is not None:
        deleted = _DELETED if optimizer.deleted_threshold is None else optimizer.deleted_threshold
        fewest = optimizer.vacuum_min_vector_number
        worth = max(len(known.graph) * deleted, _FEW if fewest is None else fewest)
        if known.graph.shape != shape or known.stale > worth:
            return Due(shape, False)
    waiting = store.count - known.count
    if waiting and waiting * store.size * _FLOAT >= (threshold or 0) * _KILOBYTE:
        return Due(shape, known.graph is not None)
    return None


def is_paused(collection: Collection) -> bool:
    """Whether nothing is to be done for now, or no more since it went wrong."""
    is_stopped = collection.config.optimizer_config.max_optimization_threads == 0
    return is_stopped or collection.is_closed or collection.graph_failure is not None


def approach_of(
    collection: Collection, name: str, params: models.SearchParams | None
) -> Approach | None:
    """How a search may use the graph of a vector name; None where it looks at all vectors."""
    store = collection.segment.dense.get(name)
    is_bound = params is not None and params.indexed_only is True
    if store is None or (store.approximation.graph is None and not is_bound):
        return None
    shape = shape_of(collection, name)
    if shape is None or (params is not None and params.exact):
        return None
    ef = None if params is None else params.hnsw_ef
    own, scan = _own_settings(collection, name), collection.config.hnsw_config.full_scan_threshold
    if own is not None and own.full_scan_threshold is not None:
        scan = own.full_scan_threshold
    threshold = collection.config.optimizer_config.indexing_threshold
    rows = _KILOBYTE / (store.size * _FLOAT)
    return Approach(
        ef=shape.ef_construct if ef is None else ef,
        fewest=int(scan * rows),
        # Where nothing is ever indexed, nothing is skipped for it.
        unindexed=int(max(threshold or 0, scan) * rows) if is_bound and threshold != 0 else None,
    )


def indexed_vectors(collection: Collection) -> int:
    """How many dense vectors the graphs of a collection hold as they are now."""
    return sum(store.approximation.count for store in collection.segment.dense.values())


def _own_settings(collection: Collection, name: str) -> models.HnswConfigDiff | None:
    vectors = collection.config.params.vectors
    params = vectors if isinstance(vectors, models.VectorParams) else (vectors or {}).get(name)
    return None if params is None else params.hnsw_config
