"""The real engine as an oracle: models in, results of `qdrant_edge` out.

A shard is the engine alone, so this does what a server does above it: default limits, ids as inputs
resolved to vectors, and every id that is named left out of the answer.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import qdrant_edge

from aqdrant import models

engine: Any = qdrant_edge
"""Its stubs know less than it takes: numpy's bools, ids in sets."""

DISTANCES = {
    models.Distance.COSINE: engine.Distance.Cosine,
    models.Distance.DOT: engine.Distance.Dot,
    models.Distance.EUCLID: engine.Distance.Euclid,
    models.Distance.MANHATTAN: engine.Distance.Manhattan,
}
SCHEMAS = {
    kind: getattr(engine.PayloadSchemaType, kind.value.capitalize())
    for kind in models.PayloadSchemaType
}
MODES = {
    models.UpdateMode.UPSERT: engine.UpdateMode.Upsert,
    models.UpdateMode.INSERT_ONLY: engine.UpdateMode.InsertOnly,
    models.UpdateMode.UPDATE_ONLY: engine.UpdateMode.UpdateOnly,
}
Ranked = list[tuple[int | str, float]]


def scratch_folder() -> Path:
    """Make a folder for shards, in memory where there is such a place."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="edge-", dir=memory if memory.is_dir() else None))


def edge_id(point_id: Any) -> int | UUID:
    return UUID(point_id) if isinstance(point_id, str) else point_id


def own_id(point_id: int | UUID) -> int | str:
    return str(point_id) if isinstance(point_id, UUID) else point_id


def numbers(values: Any) -> list[Any]:
    return list(values)


def edge_vector(vector: Any) -> Any:
    if isinstance(vector, models.SparseVector):
        return engine.SparseVector(numbers(vector.indices), numbers(vector.values))
    return [float(value) for value in vector]


def edge_vectors(vector: Any) -> dict[str, Any]:
    named = vector if isinstance(vector, dict) else {"": vector}
    return {name: edge_vector(value) for name, value in named.items()}


def edge_match(match: models.Match) -> Any:
    if isinstance(match, models.MatchValue):
        # The bindings read a Python bool as an integer; numpy's they read as what it is.
        value = match.value
        return engine.MatchValue(np.bool_(value) if isinstance(value, bool) else value)
    if isinstance(match, models.MatchAny):
        return engine.MatchAny(list(match.any))
    assert isinstance(match, models.MatchExcept)
    return engine.MatchExcept(list(match.except_))


def edge_condition(condition: models.Condition) -> Any:
    if isinstance(condition, models.Filter):
        return edge_filter(condition)
    if isinstance(condition, models.HasIdCondition):
        return engine.HasIdCondition({edge_id(point_id) for point_id in condition.has_id})
    if isinstance(condition, models.HasVectorCondition):
        return engine.HasVectorCondition(condition.has_vector)
    if isinstance(condition, models.IsEmptyCondition):
        return engine.IsEmptyCondition(condition.is_empty.key)
    if isinstance(condition, models.IsNullCondition):
        return engine.IsNullCondition(condition.is_null.key)
    assert isinstance(condition, models.FieldCondition)
    parts: dict[str, Any] = {"is_empty": condition.is_empty, "is_null": condition.is_null}
    if condition.match is not None:
        parts["match"] = edge_match(condition.match)
    bounds = condition.range
    if isinstance(bounds, models.Range):
        given = {name: None if value is None else float(value) for name, value in bounds}
        parts["range"] = engine.RangeFloat(**given)
    elif bounds is not None:
        given = {name: None if value is None else str(value) for name, value in bounds}
        parts["range"] = engine.RangeDateTime(**given)
    if condition.values_count is not None:
        parts["values_count"] = engine.ValuesCount(**dict(condition.values_count))
    given = {name: value for name, value in parts.items() if value is not None}
    return engine.FieldCondition(condition.key, **given)


def edge_filter(condition: models.Filter | None) -> Any:
    if condition is None:
        return None
    clauses: dict[str, Any] = {}
    for name in ("must", "should", "must_not"):
        parts = getattr(condition, name)
        if parts is not None:
            listed: Any = [parts] if isinstance(parts, models.Model) else parts
            clauses[name] = [edge_condition(part) for part in listed]
    if condition.min_should is not None:
        some = [edge_condition(part) for part in condition.min_should.conditions]
        clauses["min_should"] = engine.MinShould(some, condition.min_should.min_count)
    return engine.Filter(**clauses)


class EdgeOracle:
    """One collection on one shard of the real engine."""

    def __init__(
        self,
        vectors: Mapping[str, models.VectorParams],
        sparse: Mapping[str, models.SparseVectorParams],
    ) -> None:
        self._folder = scratch_folder()
        config = engine.EdgeConfig(
            vectors={
                name: engine.EdgeVectorParams(size=params.size, distance=DISTANCES[params.distance])
                for name, params in vectors.items()
            },
            sparse_vectors={
                name: engine.EdgeSparseVectorParams(
                    modifier=engine.Modifier.Idf if params.modifier == models.Modifier.IDF else None
                )
                for name, params in sparse.items()
            },
            max_search_threads=1,
            wal_enabled=False,
        )
        self._shard = engine.EdgeShard.create(str(self._folder), config)

    def close(self) -> None:
        self._shard.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # Updates

    def upsert(
        self,
        points: Sequence[models.PointStruct],
        condition: models.Filter | None = None,
        mode: models.UpdateMode = models.UpdateMode.UPSERT,
    ) -> None:
        made = [
            engine.Point(edge_id(point.id), edge_vectors(point.vector), point.payload)
            for point in points
        ]
        update = engine.UpdateOperation.upsert_points(made, edge_filter(condition), MODES[mode])
        self._shard.update(update)

    def update_vectors(self, points: Sequence[models.PointVectors]) -> None:
        made = [
            engine.PointVectors(edge_id(point.id), edge_vectors(point.vector)) for point in points
        ]
        self._shard.update(engine.UpdateOperation.update_vectors(made))

    def change(self, name: str, selector: Sequence[int | str] | models.Filter, *args: Any) -> None:
        """Run delete_points, delete_vectors, set_payload ... by ids or by filter."""
        if isinstance(selector, models.Filter):
            make = getattr(engine.UpdateOperation, f"{name}_by_filter")
            self._shard.update(make(edge_filter(selector), *args))
        else:
            make = getattr(engine.UpdateOperation, name)
            self._shard.update(make([edge_id(point_id) for point_id in selector], *args))

    def index(self, key: str, kind: models.PayloadSchemaType) -> None:
        self._shard.update(engine.UpdateOperation.create_field_index(key, SCHEMAS[kind]))

    # Reads

    def ids(self, condition: models.Filter | None) -> list[int | str]:
        request = engine.ScrollRequest(limit=1_000_000, filter=edge_filter(condition))
        return [own_id(record.id) for record in self._shard.scroll(request)[0]]

    def count(self, condition: models.Filter | None) -> int:
        return self._shard.count(engine.CountRequest(exact=True, filter=edge_filter(condition)))

    def points(self, ids: Sequence[int | str]) -> dict[int | str, tuple[Any, dict[str, Any]]]:
        """Payload and vectors of points by id; a sparse vector is a list of pairs."""
        found = self._shard.retrieve([edge_id(point_id) for point_id in ids], True, True)
        points = {}
        for record in found:
            vector = record.vector
            named = vector if isinstance(vector, dict) else {} if vector is None else {"": vector}
            plain = {
                name: list(zip(value.indices, value.values, strict=True))
                if isinstance(value, engine.SparseVector)
                else list(value)
                for name, value in named.items()
            }
            points[own_id(record.id)] = (record.payload or {}, plain)
        return points

    def query(self, request: models.QueryRequest) -> Ranked:
        named: set[int | str] = set()
        query, prefetches = self._query(request, named), self._prefetches(request, named)
        condition = request.filter
        if named:
            gone = models.HasIdCondition(has_id=sorted(named, key=str))
            whole = [] if condition is None else [condition]
            condition = models.Filter(must=whole, must_not=[gone])
        found = self._shard.query(
            engine.QueryRequest(
                limit=10 if request.limit is None else request.limit,
                offset=request.offset,
                query=query,
                prefetches=prefetches,
                filter=edge_filter(condition),
                score_threshold=request.score_threshold,
            )
        )
        return [(own_id(point.id), point.score) for point in found]

    def _prefetches(
        self, request: models.QueryRequest | models.Prefetch, named: set[int | str]
    ) -> list[Any] | None:
        nested = request.prefetch
        if nested is None:
            return None
        listed = [nested] if isinstance(nested, models.Prefetch) else nested
        return [
            engine.Prefetch(
                limit=10 if prefetch.limit is None else prefetch.limit,
                query=self._query(prefetch, named),
                prefetches=self._prefetches(prefetch, named),
                filter=edge_filter(prefetch.filter),
                score_threshold=prefetch.score_threshold,
            )
            for prefetch in listed
        ]

    def _query(self, request: models.QueryRequest | models.Prefetch, named: set[int | str]) -> Any:
        query, using = request.query, request.using or ""
        if query is None:
            return None
        if isinstance(query, models.FusionQuery):
            return engine.Fusion.Dbsf() if query.fusion == "dbsf" else engine.Fusion.Rrf(k=2)
        if isinstance(query, models.RrfQuery):
            weights = None if query.rrf.weights is None else list(query.rrf.weights)
            return engine.Fusion.Rrf(k=2 if query.rrf.k is None else query.rrf.k, weights=weights)
        if isinstance(query, models.NearestQuery):
            query = query.nearest
        if isinstance(query, int | str):
            named.add(query)
            record = self._shard.retrieve([edge_id(query)], False, [using])[0]
            vector = record.vector
            return engine.Query.Nearest(
                vector[using] if isinstance(vector, dict) else vector, using
            )
        return engine.Query.Nearest(edge_vector(query), using)
