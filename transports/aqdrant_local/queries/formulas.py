"""Formulas: scores computed from the scores of prefetches, payloads and conditions, on arrays.

Called by `answering`, under the collection's lock. Parts are computed for the points that need
them alone: what is multiplied by 0 may lack its variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine import formulas as steps
from aqdrant_local.engine.alone import Alone
from aqdrant_local.engine.arrays import Floats, Rows, distinct
from aqdrant_local.engine.datetimes import parse_datetime
from aqdrant_local.engine.formulas import Decay, NotFiniteError, Numbers
from aqdrant_local.engine.paths import Path, is_array, is_object, parse_path
from aqdrant_local.engine.segment import Segment

from .filtering import path_of, select_rows

__all__ = ["check_formula", "class_of", "rescored", "variables_of"]

_SCORE = re.compile(r"\$score(?:\[(\d+)\])?", re.ASCII)
_MICROSECOND = 1e-6
_MIDPOINT = 0.5
_SCALE = 1.0
_DECAYS: dict[type, Decay] = {
    models.LinDecayExpression: steps.lin_decay,
    models.ExpDecayExpression: steps.exp_decay,
    models.GaussDecayExpression: steps.gauss_decay,
}
_SINGLE: dict[type, Callable[[Numbers], Numbers]] = {
    models.NegExpression: np.negative,
    models.AbsExpression: np.abs,
    models.SqrtExpression: steps.root,
    models.ExpExpression: steps.exponential,
    models.Log10Expression: lambda values: steps.logarithm(values, decimal=True),
    models.LnExpression: lambda values: steps.logarithm(values, decimal=False),
    models.AcoshExpression: steps.acosh,
}
_EXTREMES: dict[type, Any] = {models.MaxExpression: np.fmax, models.MinExpression: np.fmin}


def class_of(value: object) -> type:
    """The class of a part of a query, of which types know too little."""
    return type(value)


def parts_of(expression: Any) -> Sequence[Any]:
    """The expressions that one is made of."""
    kind = class_of(expression)
    if (
        kind in _SINGLE
        or kind in _EXTREMES
        or kind in (models.MultExpression, models.SumExpression)
    ):
        (parts,) = (value for _, value in expression)
        return (parts,) if kind in _SINGLE else parts
    if isinstance(expression, models.DivExpression):
        return expression.div.left, expression.div.right
    if isinstance(expression, models.PowExpression):
        return expression.pow.base, expression.pow.exponent
    if kind in _DECAYS:
        decay = _decay_of(expression)
        return (decay.x,) if decay.target is None else (decay.x, decay.target)
    return ()


def variables_of(expression: Any) -> list[Any]:
    """The leaves of a formula: keys, places, dates and conditions, but for numbers and scores."""
    found: list[Any] = []
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        waiting += parts_of(part)
        is_number = isinstance(part, int | float)
        is_score = isinstance(part, str) and part.startswith("$score")
        if not is_number and not is_score and not parts_of(part):
            found.append(part)
    return found


def check_formula(expression: Any) -> None:
    """Refuse what no point could be scored by.

    Raises:
        BadRequest: a name is none, an operation lacks operands, or a decay has no shape.
    """
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        parts = parts_of(part)
        waiting += parts
        if isinstance(part, str):
            _score_number(part)
        elif type(part) in _DECAYS:
            _shape(part)
        elif type(part) in _EXTREMES and not parts:
            name = "max" if isinstance(part, models.MaxExpression) else "min"
            raise _refused(f"`{name}` needs at least one operand.")
        elif isinstance(part, models.DatetimeExpression) and parse_datetime(part.datetime) is None:
            raise _refused(f"{part.datetime!r} is not a date.", "Write 2024-01-31T12:00:00Z.")


def rescored(
    segment: Segment,
    query: models.FormulaQuery,
    rankings: Sequence[tuple[Floats, Rows]],
) -> tuple[Floats, Rows]:
    """The scores of all rows of some rankings by a formula, in no order.

    Raises:
        BadRequest: a point lacks a variable, or a result is no finite number; the text names both.
    """
    rows = distinct(np.concatenate([found for _, found in rankings]))
    formula = _Formula(segment, query.defaults or {}, rankings, rows)
    try:
        values = formula.value(query.formula, np.arange(len(rows)))
    except RecursionError:
        raise _refused("The formula is nested too deeply.") from None
    with np.errstate(over="ignore"):
        scores = values.astype(np.float32)
    finite = np.isfinite(scores)
    if not finite.all():
        point = segment.ids.ids(rows[np.argmin(finite)][None])[0]
        raise _refused(f"The score of point {point!r} is no finite number of 32 bits.")
    return scores, rows


class _Formula:
    """A formula being evaluated over rows; `at` are positions among them."""

    def __init__(
        self,
        segment: Segment,
        defaults: Mapping[str, Any],
        rankings: Sequence[tuple[Floats, Rows]],
        rows: Rows,
    ) -> None:
        self._segment = segment
        self._rankings = rankings
        self._rows = rows
        self._scores: dict[int, Numbers] = {}
        self._defaults: dict[int | Path | None, Any] = {}
        for name, value in defaults.items():
            number = _score_number(name)
            self._defaults[parse_path(name) if number is None else number] = value

    def value(self, expression: Any, at: Rows) -> Numbers:
        """The values of an expression."""
        kind = class_of(expression)
        if isinstance(expression, int | float):
            return np.full(len(at), float(expression))
        if isinstance(expression, str):
            number = _score_number(expression)
            return self._score(number, at) if number is not None else self._number(expression, at)
        try:
            if kind in _SINGLE:
                return _SINGLE[kind](self.value(parts_of(expression)[0], at))
            if isinstance(expression, models.PowExpression):
                base, exponent = parts_of(expression)
                return steps.power(self.value(base, at), self.value(exponent, at))
            if isinstance(expression, models.DivExpression):
                return self._quotient(expression.div, at)
        except NotFiniteError as error:
            point = self._segment.ids.ids(self._rows[at[error.position : error.position + 1]])[0]
            raise _refused(
                f"The expression {error.text} of point {point!r} is no finite number."
            ) from None
        if isinstance(expression, models.SumExpression):
            return sum((self.value(part, at) for part in expression.sum), np.zeros(len(at)))
        if isinstance(expression, models.MultExpression):
            return self._product(expression.mult, at)
        if kind in _EXTREMES:
            first, *rest = (self.value(part, at) for part in parts_of(expression))
            for values in rest:
                first = _EXTREMES[kind](first, values)
            return first
        if kind in _DECAYS:
            return self._decay(expression, at)
        return self._leaf(expression, at)

    def _leaf(self, expression: Any, at: Rows) -> Numbers:
        if isinstance(expression, models.GeoDistance):
            return self._distance(expression.geo_distance, at)
        if isinstance(expression, models.DatetimeExpression):
            moment = parse_datetime(expression.datetime) or 0
            return np.full(len(at), moment * _MICROSECOND)
        if isinstance(expression, models.DatetimeKeyExpression):
            return self._moment(expression.datetime_key, at)
        condition = cast("models.Condition", expression)
        passed = select_rows(self._segment, models.Filter(must=[condition]))
        if passed is None:
            return np.ones(len(at))
        return passed.mask[self._rows[at]].astype(np.float64)

    def _product(self, parts: Sequence[Any], at: Rows) -> Numbers:
        result = np.ones(len(at))
        live = np.arange(len(at))
        for part in parts:
            values = self.value(part, at[live])
            with np.errstate(over="ignore"):
                result[live] *= values
            zero = values == 0.0
            result[live[zero]] = 0.0
            live = live[~zero]
        return result

    def _quotient(self, division: models.DivParams, at: Rows) -> Numbers:
        left = self.value(division.left, at)
        live = np.flatnonzero(left)
        right = np.ones(len(at))
        right[live] = self.value(division.right, at[live])
        return steps.divided(left, right, division.by_zero_default)

    def _decay(self, expression: Any, at: Rows) -> Numbers:
        midpoint, scale = _shape(expression)
        parts = parts_of(expression)
        x = self.value(parts[0], at)
        target = self.value(parts[1], at) if len(parts) > 1 else np.zeros(len(at))
        return _DECAYS[type(expression)](x, target, midpoint, scale)

    def _score(self, number: int, at: Rows) -> Numbers:
        if number not in self._scores:
            default = _number(self._defaults.get(number, 0.0))
            if default is None:
                raise _refused(f"The default of $score[{number}] is no number.")
            values = np.full(len(self._rows), default)
            if number < len(self._rankings):
                scores, rows = self._rankings[number]
                values[self._rows.searchsorted(rows)] = scores
            self._scores[number] = values
        return self._scores[number][at]

    def _number(self, key: str, at: Rows) -> Numbers:
        column = self._segment.column(path_of(key))
        values = self._alone(key, column.numbers_alone(), at)
        missing = np.isnan(values)
        if missing.any():
            values[missing] = self._default(key, at[missing], "number", _number)
        return values

    def _moment(self, key: str, at: Rows) -> Numbers:
        column = self._segment.column(path_of(key))
        values = self._alone(key, column.moments_alone(), at, "date") * _MICROSECOND
        missing = np.isnan(values)
        if missing.any():
            values[missing] = self._default(key, at[missing], "date", _seconds)
        return values

    def _distance(self, params: models.GeoDistanceParams, at: Rows) -> Numbers:
        column = self._segment.column(path_of(params.to))
        lons, lats = column.places_alone()
        places = self._alone(params.to, lons, at, "place"), lats.values[self._rows[at]]
        missing = np.isnan(places[0])
        if missing.any():
            lon, lat = self._default(params.to, at[missing], "place", _degrees)
            places[0][missing], places[1][missing] = lon, lat
        return steps.distances((params.origin.lon, params.origin.lat), *places)

    def _alone(self, key: str, alone: Alone, at: Rows, kind: str = "number") -> Numbers:
        """Values where there is one alone, not a number where nothing is."""
        rows = self._rows[at]
        wrong = alone.others[rows]
        if wrong.any():
            raise self._lacking(key, at[int(np.argmax(wrong))], kind, f"it holds no single {kind}")
        return alone.values[rows]

    def _default(self, key: str, at: Rows, kind: str, read: Callable[[Any], Any]) -> Any:
        value = self._defaults.get(parse_path(key))
        if is_array(value) and len(value) == 1:
            value = value[0]
        if value is None or value == []:
            raise self._lacking(key, at[0], kind, "neither it nor the defaults hold a value")
        read_value = read(value)
        if read_value is None:
            raise self._lacking(key, at[0], kind, f"its default {value!r} is no {kind}")
        return read_value

    def _lacking(self, key: str, position: Any, kind: str, reason: str) -> BadRequest:
        point = self._segment.ids.ids(self._rows[[int(position)]])[0]
        return _refused(
            f"Expected a {kind} under {key!r} of point {point!r}: {reason}.",
            f"Give defaults={{{key!r}: ...}}, or leave such points out by a filter.",
        )


def _score_number(name: str) -> int | None:
    """Of which prefetch a variable is the score; None for a payload key."""
    if not name.startswith("$score"):
        return None
    found = _SCORE.fullmatch(name)
    if found is None:
        raise _refused(
            f"{name!r} is no score.", "Write $score, or $score[1] for that of the second prefetch."
        )
    return int(found[1] or 0)


def _decay_of(expression: Any) -> models.DecayParamsExpression:
    (params,) = (value for _, value in expression)
    return cast("models.DecayParamsExpression", params)


def _shape(expression: Any) -> tuple[float, float]:
    params = _decay_of(expression)
    midpoint = _MIDPOINT if params.midpoint is None else params.midpoint
    scale = _SCALE if params.scale is None else params.scale
    if not scale > 0.0:
        raise _refused(f"The scale of a decay must be above 0, not {scale:g}.")
    is_linear = isinstance(expression, models.LinDecayExpression)
    if not (0.0 <= midpoint <= 1.0 if is_linear else 0.0 < midpoint < 1.0):
        raise _refused(f"The midpoint of a decay must be between 0 and 1, not {midpoint:g}.")
    return midpoint, scale


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _seconds(value: Any) -> float | None:
    moment = parse_datetime(value) if isinstance(value, str) else None
    return None if moment is None else moment * _MICROSECOND


def _degrees(value: Any) -> tuple[float, float] | None:
    if not is_object(value):
        return None
    lon, lat = _number(value.get("lon")), _number(value.get("lat"))
    if lon is None or lat is None or abs(lon) > 180.0 or abs(lat) > 90.0:
        return None
    return lon, lat


def _refused(message: str, fix: str | None = None) -> BadRequest:
    return BadRequest(message, parameter="query.formula", fix=fix)
