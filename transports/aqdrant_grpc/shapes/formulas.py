"""Formulas and their expressions."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import model, only
from aqdrant_grpc.wire import CodecError

__all__ = ["SHAPES"]

_OWN: dict[type[Any], str] = {
    models.GeoDistance: "geo_distance",
    models.DatetimeExpression: "datetime",
    models.DatetimeKeyExpression: "datetime_key",
    models.MultExpression: "mult",
    models.SumExpression: "sum",
    models.MaxExpression: "max",
    models.MinExpression: "min",
    models.NegExpression: "neg",
    models.AbsExpression: "abs",
    models.DivExpression: "div",
    models.SqrtExpression: "sqrt",
    models.PowExpression: "pow",
    models.ExpExpression: "exp",
    models.Log10Expression: "log10",
    models.LnExpression: "ln",
    models.AcoshExpression: "acosh",
    models.LinDecayExpression: "lin_decay",
    models.ExpDecayExpression: "exp_decay",
    models.GaussDecayExpression: "gauss_decay",
}
_BY_FIELD = {field: kind for kind, field in _OWN.items()}


def _take(value: Any) -> dict[str, Any]:
    field = _OWN.get(value.__class__)
    if field is not None:
        return {field: getattr(value, field)}
    if isinstance(value, str):
        return {"variable": value}
    return {"constant" if isinstance(value, int | float) else "condition": value}


def _build(values: dict[str, Any]) -> Any:
    for field, value in values.items():
        kind = _BY_FIELD.get(field)
        return value if kind is None else kind(**{field: value})
    raise CodecError("Expression without anything known in it")


SHAPES: dict[str, Shape] = {
    "Formula": model(models.FormulaQuery, "Formula", expression="formula"),
    "Expression": Shape(_take, _build),
    "GeoDistance": model(models.GeoDistanceParams, "GeoDistance"),
    "MultExpression": only("mult"),
    "SumExpression": only("sum"),
    "MaxExpression": only("max"),
    "MinExpression": only("min"),
    "DivExpression": model(models.DivParams, "DivExpression"),
    "PowExpression": model(models.PowParams, "PowExpression"),
    "DecayParamsExpression": model(models.DecayParamsExpression, "DecayParamsExpression"),
}
