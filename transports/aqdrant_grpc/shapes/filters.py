"""Filters and their conditions, places and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import choice, listed, model, only
from aqdrant_grpc.wire import CodecError, Unsayable

__all__ = ["SHAPES", "list_filter"]

_CLAUSES = ("should", "must", "must_not")


def list_filter(value: Any) -> dict[str, Any]:
    """The fields of a filter; a condition may stand alone in a clause."""
    taken = {clause: listed(getattr(value, clause)) for clause in _CLAUSES}
    return {**taken, "min_should": value.min_should}


_NESTED = model(models.Nested, "NestedCondition")


def _take_nested(value: Any) -> Mapping[str, Any]:
    try:
        _check_sayable(value.filter)
    except CodecError as error:
        raise error.inside("filter") from None
    return _NESTED.take(value)


def _check_sayable(inner: Any) -> None:
    """Refuse an empty `should` in a filter of elements, at any depth.

    No element meets one of none; of points, an empty clause says nothing.
    """
    if not isinstance(inner, models.Filter):
        return
    clauses = {clause: listed(getattr(inner, clause)) for clause in _CLAUSES}
    if clauses["should"] is not None and not len(clauses["should"]):
        raise Unsayable("an empty list, which gRPC cannot tell from none").inside("should")
    if inner.min_should is not None:
        clauses["min_should"] = inner.min_should.conditions
    for clause, conditions in clauses.items():
        for index, condition in enumerate(conditions or ()):
            try:
                _check_sayable(condition)
            except CodecError as error:
                raise error.inside(index).inside(clause) from None


# ---- what a value is compared with

_TEXTS: dict[type[Any], str] = {
    models.MatchText: "text",
    models.MatchTextAny: "text_any",
    models.MatchPhrase: "phrase",
    models.MatchPrefix: "prefix",
    models.MatchSubstring: "substring",
}


def _take_match(value: Any) -> dict[str, Any]:
    kind = value.__class__
    if kind is models.MatchValue:
        wanted = value.value
        if isinstance(wanted, bool):
            return {"boolean": wanted}
        return {"integer" if isinstance(wanted, int) else "keyword": wanted}
    if kind is models.MatchAny:
        return {_several(value.any): listed(value.any)}
    if kind is models.MatchExcept:
        return {f"except_{_several(value.except_)}": listed(value.except_)}
    field = _TEXTS[kind]
    return {field: getattr(value, field)}


def _several(values: Any) -> str:
    given = listed(values)
    return "integers" if given and not isinstance(given[0], str) else "keywords"


def _build_match(values: dict[str, Any]) -> Any:
    for field, value in values.items():
        if field in ("keyword", "integer", "boolean"):
            return models.MatchValue(value=value)
        if field in ("keywords", "integers"):
            return models.MatchAny(any=value)
        if field.startswith("except_"):
            return models.MatchExcept(except_=value)
        for kind, name in _TEXTS.items():
            if name == field:
                return kind(**{field: value})
    raise CodecError("Match without anything known in it")


# ---- conditions

_FIELD = model(models.FieldCondition, "FieldCondition")


def _take_field(value: Any) -> dict[str, Any]:
    taken = dict(_FIELD.take(value))
    if isinstance(value.range, models.DatetimeRange):
        taken["datetime_range"] = taken.pop("range")
    return taken


def _build_field(values: dict[str, Any]) -> Any:
    moments = values.pop("datetime_range", None)
    if moments is not None:
        values["range"] = moments
    return _FIELD.build(values)


SHAPES: dict[str, Shape] = {
    "Filter": Shape(list_filter, model(models.Filter, "Filter").build),
    "MinShould": model(models.MinShould, "MinShould"),
    "Condition": choice(
        "Condition",
        {
            models.FieldCondition: ("field", None),
            models.IsEmptyCondition: ("is_empty", "is_empty"),
            models.HasIdCondition: ("has_id", "has_id"),
            models.Filter: ("filter", None),
            models.IsNullCondition: ("is_null", "is_null"),
            models.NestedCondition: ("nested", "nested"),
            models.HasVectorCondition: ("has_vector", "has_vector"),
            models.SliceCondition: ("slice", "slice"),
        },
    ),
    "FieldCondition": Shape(_take_field, _build_field),
    "IsEmptyCondition": model(models.PayloadField, "IsEmptyCondition"),
    "IsNullCondition": model(models.PayloadField, "IsNullCondition"),
    "HasIdCondition": only("has_id"),
    "HasVectorCondition": only("has_vector"),
    "SliceCondition": model(models.Slice, "SliceCondition"),
    "NestedCondition": Shape(_take_nested, _NESTED.build),
    "Match": Shape(_take_match, _build_match),
    "RepeatedStrings": only("strings"),
    "RepeatedIntegers": only("integers"),
    "Range": model(models.Range, "Range"),
    "DatetimeRange": model(models.DatetimeRange, "DatetimeRange"),
    "ValuesCount": model(models.ValuesCount, "ValuesCount"),
    "GeoPoint": model(models.GeoPoint, "GeoPoint"),
    "GeoBoundingBox": model(models.GeoBoundingBox, "GeoBoundingBox"),
    "GeoRadius": model(models.GeoRadius, "GeoRadius"),
    "GeoLineString": model(models.GeoLineString, "GeoLineString"),
    "GeoPolygon": model(models.GeoPolygon, "GeoPolygon"),
}
