"""Filters evaluated to rows of a segment. Called by the handlers, under the collection's lock.

Conditions mean what they mean to the real engine where a key has no index. An index of a server
changes some answers, and here it does so for text (how it is cut, that a point's strings share
their words, phrases need `phrase_matching`), for UUIDs (each is known in any spelling), and for
conditions that have both a match and a range, of which the index takes one. On a server, beside
that, an integer index takes 1.0 for 1, a datetime index lets numbers be compared with dates, and an
index of any type but keyword makes `except` blind for values of other types.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine.arrays import distinct
from aqdrant_local.engine.columns import PayloadColumn
from aqdrant_local.engine.datetimes import microseconds, parse_datetime
from aqdrant_local.engine.fields import Elements
from aqdrant_local.engine.ids import encode_ids
from aqdrant_local.engine.intervals import Interval
from aqdrant_local.engine.paths import Path, parse_path
from aqdrant_local.engine.places import Point, Ring
from aqdrant_local.engine.segment import Segment
from aqdrant_local.engine.selection import Selection, intersection, union
from aqdrant_local.refusals import malformed
from aqdrant_local.texts import NO_TEXT_INDEX, TextIndex

from .conditions import elements_of, is_taken, listed, values_of

__all__ = ["moment_of", "path_of", "select_rows"]

_MOST_SLICES = 2**32
_FEWEST_CORNERS = 4
_UUID = models.PayloadSchemaType.UUID.value


def path_of(key: str) -> Path:
    """Parse a payload key.

    Raises:
        BadRequest: it is none.
    """
    path = parse_path(key)
    if path is None:
        raise malformed(
            f"Invalid payload key {key!r}.",
            parameter="key",
            fix='Keys with other characters than letters, digits, "_" and "-" go in double quotes.',
        )
    return path


def select_rows(segment: Segment, condition: models.Filter | None) -> Selection | None:
    """The rows that pass a filter; None for all of them."""
    limits = segment.limits
    if condition is None:
        return limits
    found = _filter(_Scope(segment, segment, ()), condition)
    return limits if found is None else found if limits is None else found.within(limits.mask)


class _Scope(NamedTuple):
    """What a filter is evaluated on: points, or the elements of arrays in them."""

    segment: Segment
    table: Segment | Elements
    prefix: Path
    """The path of the elements, from the root of a payload."""

    @property
    def is_nested(self) -> bool:
        return self.table is not self.segment

    @property
    def nothing(self) -> Selection:
        return Selection(self.table.size, rows=np.zeros(0, dtype=np.intp))


def _filter(scope: _Scope, condition: models.Filter) -> Selection | None:
    table = scope.table
    parts = [_condition(scope, part) for part in listed(condition.must)]
    should = [_condition(scope, part) for part in listed(condition.should)]
    if should:
        parts.append(_any(should))
    elif condition.should is not None and scope.is_nested:
        parts.append(scope.nothing)  # elements alone take an empty list at its word
    if condition.min_should is not None:
        parts.append(_min_should(scope, condition.min_should))
    inside = intersection(part for part in parts if part is not None)
    refused = [_condition(scope, part) for part in listed(condition.must_not)]
    if not refused:
        return inside
    outside = _any(refused)
    if outside is None:
        return scope.nothing
    return outside.outside(table.alive if inside is None else inside.mask)


def _any(parts: Sequence[Selection | None]) -> Selection | None:
    if any(part is None for part in parts):
        return None
    return union(part for part in parts if part is not None)


def _min_should(scope: _Scope, condition: models.MinShould) -> Selection:
    if condition.min_count < 1:
        raise BadRequest(
            f"min_should.min_count must be 1 or more, not {condition.min_count}.",
            status_code=422,
            parameter="min_should.min_count",
        )
    size = scope.table.size
    counts = np.zeros(size, dtype=np.int32)
    for part in condition.conditions:
        found = _condition(scope, part)
        if found is None:
            counts += 1
        elif found.is_mask:
            counts += found.mask
        else:
            counts[found.rows] += 1
    return Selection(size, mask=counts >= condition.min_count).within(scope.table.alive)


def _condition(scope: _Scope, condition: models.Condition) -> Selection | None:
    """Rows that hold a point, or an element, and meet the condition; None for all."""
    table = scope.table
    if isinstance(condition, models.FieldCondition):
        return _field(scope, condition)
    if isinstance(condition, models.Filter):
        return _filter(scope, condition)
    if isinstance(condition, models.NestedCondition):
        return _nested(scope, condition.nested)
    if isinstance(condition, models.IsEmptyCondition):
        column = table.column(path_of(condition.is_empty.key))
        return column.all_empty().within(table.alive)
    if isinstance(condition, models.IsNullCondition):
        return table.column(path_of(condition.is_null.key)).any_null()
    return _of_points(scope, condition)


def _of_points(
    scope: _Scope,
    condition: models.HasIdCondition | models.HasVectorCondition | models.SliceCondition,
) -> Selection:
    """Rows that meet a condition on the point itself, which no element of an array does."""
    segment = scope.segment
    if isinstance(condition, models.SliceCondition):
        total, index = condition.slice.total, condition.slice.index
        if not 0 <= index < total < _MOST_SLICES:
            raise BadRequest(
                f"There is no slice {index} of {total}.",
                status_code=422,
                parameter="slice",
                fix="The index is 0 or more, and less than the total.",
            )
        return scope.nothing if scope.is_nested else segment.in_slice(total, index)
    if scope.is_nested:
        return scope.nothing
    if isinstance(condition, models.HasVectorCondition):
        return segment.has_vector(condition.has_vector)
    rows = segment.ids.find(encode_ids(cast("Sequence[int | str]", condition.has_id)))
    return Selection(segment.size, rows=distinct(rows[rows >= 0]))


def _nested(scope: _Scope, nested: models.Nested) -> Selection:
    """Rows with an array of which one element, by itself, passes the filter."""
    path = path_of(nested.key)
    elements = scope.table.elements(path)
    inner = _Scope(scope.segment, elements, (*scope.prefix, *elements_of(path)))
    return elements.owners(_filter(inner, nested.filter))


def _field(scope: _Scope, condition: models.FieldCondition) -> Selection:
    path, alive = path_of(condition.key), scope.table.alive
    column = scope.table.column(path)
    # Where a condition has several tests, the engine goes by the first of these, or by any of the
    # rest.
    if condition.values_count is not None:
        count = condition.values_count
        interval = Interval(count.gt, count.gte, count.lt, count.lte)
        return column.counted(interval).within(alive)
    if condition.is_empty is not None:
        return column.field_empty(condition.is_empty).within(alive)
    if condition.is_null is not None:
        return column.field_null(condition.is_null).within(alive)
    parts = _geo(column, condition)
    whole = (*scope.prefix, *path)
    kind = scope.segment.indexes.get(whole)
    match, bounds = _chosen(kind, condition)
    if match is not None and kind == _UUID and is_taken(kind, match):
        parts.append(_match_uuid(column, match))
    elif match is not None:
        texts = scope.segment.texts.get(whole)
        parts.append(_match(column, match, texts, together=scope.is_nested))
    if bounds is not None:
        parts.append(_range(column, bounds))
    found = union(parts)
    if found is None:
        raise BadRequest(
            f"The condition on {condition.key!r} tests nothing.",
            status_code=422,
            parameter="filter",
            fix="Give it match, range, values_count, is_empty, is_null or a geo condition.",
        )
    return found


def _chosen(
    kind: str | None, condition: models.FieldCondition
) -> tuple[models.Match | None, models.RangeInterface | None]:
    """The tests of a condition that count: of two, an index takes the one that it answers."""
    match, bounds = condition.match, condition.range
    if kind is not None and match is not None and bounds is not None:
        if is_taken(kind, match):
            return match, None
        if is_taken(kind, bounds):
            return None, bounds
    return match, bounds


def _match_uuid(column: PayloadColumn, match: models.Match) -> Selection:
    """As an index of UUIDs does it, which knows each in any spelling and nothing else."""
    values = [str(value) for value in values_of(match)]
    if isinstance(match, models.MatchExcept):
        return column.other_uuid(values)
    return column.same_uuid(values)


def _match(
    column: PayloadColumn, match: models.Match, texts: TextIndex | None, *, together: bool
) -> Selection:
    if isinstance(match, models.MatchValue):
        return column.equal(match.value)
    if isinstance(match, models.MatchAny):
        return column.any_of(match.any)
    if isinstance(match, models.MatchExcept):
        return column.none_of(match.except_)
    if isinstance(match, models.MatchPrefix):
        return column.starting_with(match.prefix)
    if isinstance(match, models.MatchSubstring):
        return column.containing(match.substring)
    # Without an index each string is by itself; an index knows the words of all strings of a point.
    index = NO_TEXT_INDEX if texts is None else texts
    if isinstance(match, models.MatchText):
        together = together or texts is None
        return column.with_words(match.text, index.tokenizer, together=together)
    if isinstance(match, models.MatchTextAny):
        return column.with_any_word(match.text_any, index.tokenizer)
    if not index.has_phrases:
        return Selection(column.size, rows=np.zeros(0, dtype=np.intp))
    return column.with_phrase(match.phrase, index.tokenizer)


def _range(column: PayloadColumn, bounds: models.RangeInterface) -> Selection:
    if isinstance(bounds, models.Range):
        return column.in_interval(Interval(bounds.gt, bounds.gte, bounds.lt, bounds.lte))
    moments = [moment_of(bound) for bound in (bounds.gt, bounds.gte, bounds.lt, bounds.lte)]
    return column.in_time(Interval(*moments))


def _geo(column: PayloadColumn, condition: models.FieldCondition) -> list[Selection]:
    found: list[Selection] = []
    if condition.geo_radius is not None:
        circle = condition.geo_radius
        found.append(column.in_radius(_point(circle.center), circle.radius))
    if condition.geo_bounding_box is not None:
        box = condition.geo_bounding_box
        found.append(column.in_box(_point(box.top_left), _point(box.bottom_right)))
    if condition.geo_polygon is not None:
        polygon = condition.geo_polygon
        holes = [_ring(hole) for hole in polygon.interiors or ()]
        found.append(column.in_polygon(_ring(polygon.exterior), holes))
    return found


def _point(point: models.GeoPoint) -> Point:
    if not (-180.0 <= point.lon <= 180.0 and -90.0 <= point.lat <= 90.0):
        raise malformed(
            f"lon {point.lon:g} and lat {point.lat:g} are no place on earth.",
            parameter="filter",
            fix="lon is from -180 to 180, lat from -90 to 90.",
        )
    return point.lon, point.lat


def _ring(line: models.GeoLineString) -> Ring:
    points = [_point(point) for point in line.points]
    if len(points) < _FEWEST_CORNERS or points[0] != points[-1]:
        raise malformed(
            "A ring of a polygon is a closed line.",
            parameter="geo_polygon",
            fix="Give four points or more, the last of them the first one again.",
        )
    return points


def moment_of(bound: Any) -> int | None:
    """Microseconds since 1970 of a bound; None where there is none.

    Raises:
        BadRequest: it is a text that is no date.
    """
    if bound is None:
        return None
    if isinstance(bound, datetime):
        return microseconds(bound)
    text = bound.isoformat() if isinstance(bound, date) else str(bound)
    moment = parse_datetime(text)
    if moment is None:
        raise malformed(
            f"{text!r} is not a date.", parameter="range", fix="Write 2024-01-31T12:00:00Z."
        )
    return moment
