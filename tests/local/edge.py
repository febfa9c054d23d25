"""The real engine as an oracle: models in, results of `qdrant_edge` out.

A shard is the engine alone, so this does what a server does above it: default limits, ids as inputs
resolved to vectors, and every id that is named left out of the answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from aqdrant import models

from .edge_models import (
    MODES,
    SCHEMAS,
    Ranked,
    edge_filter,
    edge_id,
    edge_text_params,
    edge_vector,
    edge_vector_params,
    edge_vectors,
    engine,
    own_id,
    scratch_folder,
)
from .edge_queries import edge_order, edge_params, edge_prefetches, edge_query


class EdgeOracle:
    """One collection on one shard of the real engine."""

    def __init__(
        self,
        vectors: Mapping[str, models.VectorParams],
        sparse: Mapping[str, models.SparseVectorParams],
    ) -> None:
        self._folder = scratch_folder()
        config = engine.EdgeConfig(
            vectors={name: edge_vector_params(params) for name, params in vectors.items()},
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

    def update_vectors(
        self, points: Sequence[models.PointVectors], condition: models.Filter | None = None
    ) -> None:
        made = [
            engine.PointVectors(edge_id(point.id), edge_vectors(point.vector)) for point in points
        ]
        self._shard.update(
            engine.UpdateOperation.update_vectors(made, condition=edge_filter(condition))
        )

    def change(self, name: str, selector: Sequence[int | str] | models.Filter, *args: Any) -> None:
        """Run delete_points, delete_vectors, set_payload ... by ids or by filter."""
        if isinstance(selector, models.Filter):
            make = getattr(engine.UpdateOperation, f"{name}_by_filter")
            self._shard.update(make(edge_filter(selector), *args))
        else:
            make = getattr(engine.UpdateOperation, name)
            self._shard.update(make([edge_id(point_id) for point_id in selector], *args))

    def index(self, key: str, schema: models.PayloadFieldSchema) -> None:
        kind = edge_text_params(schema) if isinstance(schema, models.TextIndexParams) else None
        if kind is None:
            assert isinstance(schema, models.PayloadSchemaType)
            kind = SCHEMAS[schema]
        self._shard.update(engine.UpdateOperation.create_field_index(key, kind))

    def unindex(self, key: str) -> None:
        self._shard.update(engine.UpdateOperation.delete_field_index(key))

    # Reads

    def ids(self, condition: models.Filter | None) -> list[int | str]:
        request = engine.ScrollRequest(limit=1_000_000, filter=edge_filter(condition))
        return [own_id(record.id) for record in self._shard.scroll(request)[0]]

    def ordered(self, request: models.ScrollRequest) -> list[tuple[int | str, float]]:
        order = request.order_by
        assert isinstance(order, models.OrderBy)
        made = edge_order(order)
        limit = 10 if request.limit is None else request.limit
        asked = engine.ScrollRequest(limit=limit, filter=edge_filter(request.filter), order_by=made)
        return [(own_id(record.id), record.order_value) for record in self._shard.scroll(asked)[0]]

    def facet(self, request: models.FacetRequest) -> list[tuple[Any, int]]:
        limit = 10 if request.limit is None else request.limit
        asked = engine.FacetRequest(
            request.key, limit=limit, exact=True, filter=edge_filter(request.filter)
        )
        return [(hit.value, hit.count) for hit in self._shard.facet(asked).hits]

    def indexed(self) -> dict[str, int]:
        """How many points each payload index holds."""
        schema = self._shard.info().payload_schema
        return {name: described.points for name, described in schema.items()}

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

        def resolve(given: Any, using: str) -> Any:
            if not isinstance(given, int | str):
                return edge_vector(given)
            named.add(given)
            vector = self._shard.retrieve([edge_id(given)], False, [using])[0].vector
            return vector[using] if isinstance(vector, dict) else vector

        query, prefetches = edge_query(request, resolve), edge_prefetches(request, resolve)
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
                params=edge_params(request.params),
            )
        )
        return [(own_id(point.id), point.score) for point in found]
