"""Filters evaluated to rows of a segment. Called by the handlers, under the collection's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine.columns import PayloadColumn
from .engine.datetimes import microseconds, parse_datetime
from .engine.ids import encode_ids
from .engine.intervals import Interval
from .engine.paths import Path, parse_path
from .engine.segment import Segment
from .engine.selection import Selection, intersection, union
from .unsupported import refuse

__all__ = ["listed_in", "path_of", "paths_of", "select_rows"]


def path_of(key: str) -> Path:
    """Parse a payload key.

    Raises:
        BadRequest: it is none.
    """
    path = parse_path(key)
    if path is None:
        raise BadRequest(
            f"Invalid payload key {key!r}.",
            parameter="key",
            fix='Keys with other characters than letters, digits, "_" and "-" go in double quotes.',
        )
    return path


def select_rows(segment: Segment, condition: models.Filter | None) -> Selection | None:
    """The rows that pass a filter; None for all of them."""
    if condition is None:
        return None
    return _filter(segment, condition)


def paths_of(condition: models.Filter | None) -> list[Path]:
    """The payload keys that a filter looks at."""
    if condition is None:
        return []
    found: list[Path] = []
    for part in _all_conditions(condition):
        if isinstance(part, models.Filter):
            found += paths_of(part)
        elif isinstance(part, models.FieldCondition):
            path = parse_path(part.key)
            found += [path] if path else []
    return found


def listed_in(condition: models.Filter | None) -> int:
    """How many ids and values a filter lists."""
    count = 0
    for part in () if condition is None else _all_conditions(condition):
        if isinstance(part, models.Filter):
            count += listed_in(part)
        elif isinstance(part, models.HasIdCondition):
            count += len(part.has_id)
        elif isinstance(part, models.FieldCondition):
            match = part.match
            count += len(match.any) if isinstance(match, models.MatchAny) else 0
            count += len(match.except_) if isinstance(match, models.MatchExcept) else 0
    return count


def _all_conditions(condition: models.Filter) -> list[models.Condition]:
    parts = [*_listed(condition.must), *_listed(condition.should), *_listed(condition.must_not)]
    return parts + (list(condition.min_should.conditions) if condition.min_should else [])


def _listed(
    conditions: Sequence[models.Condition] | models.Condition | None,
) -> Sequence[models.Condition]:
    if conditions is None:
        return ()
    if isinstance(conditions, models.Model):
        return (conditions,)
    return conditions


def _filter(segment: Segment, condition: models.Filter) -> Selection | None:
    parts = [_condition(segment, part) for part in _listed(condition.must)]
    should = [_condition(segment, part) for part in _listed(condition.should)]
    if should:
        parts.append(_any(segment, should))
    if condition.min_should is not None:
        parts.append(_min_should(segment, condition.min_should))
    inside = intersection(part for part in parts if part is not None)
    refused = [_condition(segment, part) for part in _listed(condition.must_not)]
    if not refused:
        return inside
    outside = _any(segment, refused)
    if outside is None:
        return Selection(segment.size, rows=np.zeros(0, dtype=np.intp))
    return outside.outside(segment.alive if inside is None else inside.mask)


def _any(segment: Segment, parts: Sequence[Selection | None]) -> Selection | None:
    if any(part is None for part in parts):
        return None
    return union(part for part in parts if part is not None)


def _min_should(segment: Segment, condition: models.MinShould) -> Selection:
    if condition.min_count < 1:
        raise BadRequest(
            f"min_should.min_count must be 1 or more, not {condition.min_count}.",
            status_code=422,
            parameter="min_should.min_count",
        )
    counts = np.zeros(segment.size, dtype=np.int32)
    for part in condition.conditions:
        found = _condition(segment, part)
        if found is None:
            counts += 1
        elif found.is_mask:
            counts += found.mask
        else:
            counts[found.rows] += 1
    return Selection(segment.size, mask=counts >= condition.min_count).within(segment.alive)


def _condition(segment: Segment, condition: models.Condition) -> Selection | None:
    """Rows that hold a point and meet the condition; None for all."""
    if isinstance(condition, models.FieldCondition):
        return _field(segment, condition)
    if isinstance(condition, models.Filter):
        return _filter(segment, condition)
    if isinstance(condition, models.HasIdCondition):
        rows = segment.ids.find(encode_ids(cast("Sequence[int | str]", condition.has_id)))
        return Selection(segment.size, rows=np.unique(rows[rows >= 0]))
    if isinstance(condition, models.HasVectorCondition):
        return segment.has_vector(condition.has_vector)
    if isinstance(condition, models.IsEmptyCondition):
        column = segment.column(path_of(condition.is_empty.key))
        return column.all_empty().within(segment.alive)
    if isinstance(condition, models.IsNullCondition):
        return segment.column(path_of(condition.is_null.key)).any_null()
    raise refuse(condition)


def _field(segment: Segment, condition: models.FieldCondition) -> Selection:
    for geo in (condition.geo_bounding_box, condition.geo_radius, condition.geo_polygon):
        if geo is not None:
            raise refuse(geo)
    column = segment.column(path_of(condition.key))
    # Where a condition has several tests, the engine goes by the first of these, or by any of the
    # rest.
    if condition.values_count is not None:
        count = condition.values_count
        interval = Interval(count.gt, count.gte, count.lt, count.lte)
        return column.counted(interval).within(segment.alive)
    if condition.is_empty is not None:
        return column.field_empty(condition.is_empty).within(segment.alive)
    if condition.is_null is not None:
        return column.field_null(condition.is_null).within(segment.alive)
    parts: list[Selection] = []
    if condition.match is not None:
        parts.append(_match(column, condition.match))
    if condition.range is not None:
        parts.append(_range(column, condition.range))
    found = union(parts)
    if found is None:
        raise BadRequest(
            f"The condition on {condition.key!r} tests nothing.",
            status_code=422,
            parameter="filter",
            fix="Give it match, range, values_count, is_empty, is_null or a geo condition.",
        )
    return found


def _match(column: PayloadColumn, match: models.Match) -> Selection:
    if isinstance(match, models.MatchValue):
        return column.equal(match.value)
    if isinstance(match, models.MatchAny):
        return column.any_of(match.any)
    if isinstance(match, models.MatchExcept):
        return column.none_of(match.except_)
    raise refuse(match)


def _range(column: PayloadColumn, bounds: models.RangeInterface) -> Selection:
    if isinstance(bounds, models.Range):
        return column.in_interval(Interval(bounds.gt, bounds.gte, bounds.lt, bounds.lte))
    moments = [_moment(bound) for bound in (bounds.gt, bounds.gte, bounds.lt, bounds.lte)]
    return column.in_time(Interval(*moments))


def _moment(bound: Any) -> int | None:
    if bound is None:
        return None
    if isinstance(bound, datetime):
        return microseconds(bound)
    text = bound.isoformat() if isinstance(bound, date) else str(bound)
    moment = parse_datetime(text)
    if moment is None:
        raise BadRequest(
            f"{text!r} is not a date.", parameter="range", fix="Write 2024-01-31T12:00:00Z."
        )
    return moment
