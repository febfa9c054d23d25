"""Formulas that compute a score from other scores, payload and conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import TABLES, Untagged, by_key, declare, members
from aqdrant.models.filters import Condition, GeoPoint

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
    """Score the prefetched points anew by a formula."""

    formula: Untagged[Expression]
    defaults: Mapping[str, Any] | None = {}
    """What stands for a variable that a point does not have."""


class GeoDistance(Model):
    """The distance in metres between a place and the one in the payload."""

    geo_distance: GeoDistanceParams


class GeoDistanceParams(Model):
    """From where to which payload key a distance is measured."""

    origin: GeoPoint
    to: str
    """Path of a payload key that holds a place."""


class DatetimeExpression(Model):
    """A moment, as seconds since 1970."""

    datetime: str
    """RFC 3339 text."""


class DatetimeKeyExpression(Model):
    """The moment under a payload key, as seconds since 1970."""

    datetime_key: str


class MultExpression(Model):
    """The product of expressions."""

    mult: Untagged[Sequence[Expression]]


class SumExpression(Model):
    """The sum of expressions."""

    sum: Untagged[Sequence[Expression]]


class MaxExpression(Model):
    """The greatest of expressions."""

    max: Untagged[Sequence[Expression]]


class MinExpression(Model):
    """The least of expressions."""

    min: Untagged[Sequence[Expression]]


class NegExpression(Model):
    """An expression with its sign turned."""

    neg: Untagged[Expression]


class AbsExpression(Model):
    """An expression without its sign."""

    abs: Untagged[Expression]


class DivExpression(Model):
    """One expression divided by another."""

    div: DivParams


class DivParams(Model):
    """The two sides of a division."""

    left: Untagged[Expression]
    right: Untagged[Expression]
    by_zero_default: float | None = None
    """The result where the right side is 0; without it that is an error."""


class SqrtExpression(Model):
    """The square root of an expression."""

    sqrt: Untagged[Expression]


class PowExpression(Model):
    """One expression to the power of another."""

    pow: PowParams


class PowParams(Model):
    """The base and the exponent of a power."""

    base: Untagged[Expression]
    exponent: Untagged[Expression]


class ExpExpression(Model):
    """The exponential of an expression."""

    exp: Untagged[Expression]


class Log10Expression(Model):
    """The logarithm of an expression to base 10."""

    log10: Untagged[Expression]


class LnExpression(Model):
    """The natural logarithm of an expression."""

    ln: Untagged[Expression]


class AcoshExpression(Model):
    """The inverse hyperbolic cosine of an expression."""

    acosh: Untagged[Expression]


class LinDecayExpression(Model):
    """A score that falls in a straight line with the distance from a target."""

    lin_decay: DecayParamsExpression


class ExpDecayExpression(Model):
    """A score that falls exponentially with the distance from a target."""

    exp_decay: DecayParamsExpression


class GaussDecayExpression(Model):
    """A score that falls along a bell curve with the distance from a target."""

    gauss_decay: DecayParamsExpression


class DecayParamsExpression(Model):
    """The shape of a decay."""

    x: Untagged[Expression]
    """What the score depends on."""
    target: Untagged[Expression] | None = None
    """Where the score is 1; 0 by default."""
    scale: float | None = None
    """The distance from the target at which the score is `midpoint`; 1 by default."""
    midpoint: float | None = None
    """The score at that distance, between 0 and 1; 0.5 by default."""


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
