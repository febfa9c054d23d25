"""TODO"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import field

from ._model import Model
from ._unions import TABLES, Untagged, by_key, declare, members
from .filters import Condition, GeoPoint

__all__ = [
    "AbsExpression",
    "AcoshExpression",
    "DatetimeExpression",
    "DatetimeKeyExpression",
    "DecayParamsExpression",
    "DivExpression",
    "DivParams",
    "ExpDecayExpression",
    "ExpExpression",
    "Expression",
    "FormulaQuery",
    "GaussDecayExpression",
    "GeoDistance",
    "GeoDistanceParams",
    "LinDecayExpression",
    "LnExpression",
    "Log10Expression",
    "MaxExpression",
    "MinExpression",
    "MultExpression",
    "NegExpression",
    "PowExpression",
    "PowParams",
    "SqrtExpression",
    "SumExpression",
]


class FormulaQuery(Model):
    """TODO"""

    formula: Untagged[Expression]
    defaults: Mapping[str, Any] | None = field(default_factory=dict)


class GeoDistance(Model):
    """TODO"""

    geo_distance: GeoDistanceParams


class GeoDistanceParams(Model):
    """TODO"""

    origin: GeoPoint
    to: str


class DatetimeExpression(Model):
    """TODO"""

    datetime: str


class DatetimeKeyExpression(Model):
    """TODO"""

    datetime_key: str


class MultExpression(Model):
    """TODO"""

    mult: Untagged[Sequence[Expression]]


class SumExpression(Model):
    """TODO"""

    sum: Untagged[Sequence[Expression]]


class MaxExpression(Model):
    """TODO"""

    max: Untagged[Sequence[Expression]]


class MinExpression(Model):
    """TODO"""

    min: Untagged[Sequence[Expression]]


class NegExpression(Model):
    """TODO"""

    neg: Untagged[Expression]


class AbsExpression(Model):
    """TODO"""

    abs: Untagged[Expression]


class DivExpression(Model):
    """TODO"""

    div: DivParams


class DivParams(Model):
    """TODO"""

    left: Untagged[Expression]
    right: Untagged[Expression]
    by_zero_default: float | None = None


class SqrtExpression(Model):
    """TODO"""

    sqrt: Untagged[Expression]


class PowExpression(Model):
    """TODO"""

    pow: PowParams


class PowParams(Model):
    """TODO"""

    base: Untagged[Expression]
    exponent: Untagged[Expression]


class ExpExpression(Model):
    """TODO"""

    exp: Untagged[Expression]


class Log10Expression(Model):
    """TODO"""

    log10: Untagged[Expression]


class LnExpression(Model):
    """TODO"""

    ln: Untagged[Expression]


class AcoshExpression(Model):
    """TODO"""

    acosh: Untagged[Expression]


class LinDecayExpression(Model):
    """TODO"""

    lin_decay: DecayParamsExpression


class ExpDecayExpression(Model):
    """TODO"""

    exp_decay: DecayParamsExpression


class GaussDecayExpression(Model):
    """TODO"""

    gauss_decay: DecayParamsExpression


class DecayParamsExpression(Model):
    """TODO"""

    x: Untagged[Expression]
    target: Untagged[Expression] | None = None
    scale: float | None = None
    midpoint: float | None = None


Expression: TypeAlias = (
    float
    | str
    | Condition
    | GeoDistance
    | DatetimeExpression
    | DatetimeKeyExpression
    | MultExpression
    | SumExpression
    | MaxExpression
    | MinExpression
    | NegExpression
    | AbsExpression
    | DivExpression
    | SqrtExpression
    | PowExpression
    | ExpExpression
    | Log10Expression
    | LnExpression
    | AcoshExpression
    | LinDecayExpression
    | ExpDecayExpression
    | GaussDecayExpression
)

_pick_own = by_key(
    geo_distance=GeoDistance,
    datetime=DatetimeExpression,
    datetime_key=DatetimeKeyExpression,
    mult=MultExpression,
    sum=SumExpression,
    max=MaxExpression,
    min=MinExpression,
    neg=NegExpression,
    abs=AbsExpression,
    div=DivExpression,
    sqrt=SqrtExpression,
    pow=PowExpression,
    exp=ExpExpression,
    log10=Log10Expression,
    ln=LnExpression,
    acosh=AcoshExpression,
    lin_decay=LinDecayExpression,
    exp_decay=ExpDecayExpression,
    gauss_decay=GaussDecayExpression,
)
_CONDITIONS = frozenset(members(Condition))


def _pick_expression(mapping: Mapping[str, Any]) -> type | None:
    return _pick_own(mapping) or TABLES[_CONDITIONS](mapping)


declare(Expression, _pick_expression)
