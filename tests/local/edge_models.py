"""Models as the real engine takes them: vectors, filters, parameters of indexes."""

from __future__ import annotations

import tempfile
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
    if len(vector) and not isinstance(vector[0], float | int):
        return [[float(value) for value in row] for row in vector]
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
    if isinstance(match, models.MatchExcept):
        return engine.MatchExcept(list(match.except_))
    (text,) = (value for _, value in match)
    return getattr(engine, type(match).__name__)(text)


def edge_place(point: models.GeoPoint) -> Any:
    return engine.GeoPoint(point.lon, point.lat)


def edge_ring(line: models.GeoLineString) -> list[Any]:
    return [edge_place(point) for point in line.points]


def edge_geo(condition: models.FieldCondition) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    box, circle, polygon = (
        condition.geo_bounding_box,
        condition.geo_radius,
        condition.geo_polygon,
    )
    if box is not None:
        parts["geo_bounding_box"] = engine.GeoBoundingBox(
            edge_place(box.top_left), edge_place(box.bottom_right)
        )
    if circle is not None:
        parts["geo_radius"] = engine.GeoRadius(edge_place(circle.center), circle.radius)
    if polygon is not None:
        holes = [edge_ring(hole) for hole in polygon.interiors or ()]
        parts["geo_polygon"] = engine.GeoPolygon(edge_ring(polygon.exterior), holes or None)
    return parts


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
    if isinstance(condition, models.NestedCondition):
        nested = condition.nested
        return engine.NestedCondition(nested.key, edge_filter(nested.filter))
    if isinstance(condition, models.SliceCondition):
        return engine.SliceCondition(total=condition.slice.total, index=condition.slice.index)
    parts: dict[str, Any] = {"is_empty": condition.is_empty, "is_null": condition.is_null}
    if condition.match is not None:
        parts["match"] = edge_match(condition.match)
    parts |= edge_geo(condition)
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


def edge_text_params(params: models.TextIndexParams) -> Any:
    def member(enumeration: Any, value: Any) -> Any:
        return None if value is None else getattr(enumeration, value.value.capitalize())

    stopwords: Any = params.stopwords
    if isinstance(stopwords, models.StopwordsSet):
        languages = {member(engine.Language, value) for value in stopwords.languages or ()}
        stopwords = engine.StopwordsSet(languages=languages, custom=set(stopwords.custom or ()))
    else:
        stopwords = member(engine.Language, stopwords)
    stemmer: Any = None
    if isinstance(params.stemmer, models.SnowballParams):
        language = member(engine.SnowballLanguage, params.stemmer.language)
        stemmer = engine.SnowballParams(language)
    return engine.TextIndexParams(
        tokenizer=member(engine.TokenizerType, params.tokenizer),
        stopwords=stopwords,
        stemmer=stemmer,
        min_token_len=params.min_token_len,
        max_token_len=params.max_token_len,
        lowercase=params.lowercase,
        ascii_folding=params.ascii_folding,
        phrase_matching=params.phrase_matching,
        scoring=params.scoring is not None and params.scoring is not False,
    )


def edge_vector_params(params: models.VectorParams) -> Any:
    datatypes = {
        models.Datatype.FLOAT16: engine.VectorStorageDatatype.Float16,
        models.Datatype.UINT8: engine.VectorStorageDatatype.Uint8,
    }
    config = None
    if params.multivector_config is not None:
        config = engine.MultiVectorConfig(engine.MultiVectorComparator.MaxSim)
    return engine.EdgeVectorParams(
        size=params.size,
        distance=DISTANCES[params.distance],
        multivector_config=config,
        datatype=None if params.datatype is None else datatypes.get(params.datatype),
    )
