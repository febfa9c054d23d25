"""TODO"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, declare
from .ids import ExtendedPointId, PointIdsList, ShardKeySelector

__all__ = [
    "AnyVariants",
    "Condition",
    "DatetimeRange",
    "FieldCondition",
    "Filter",
    "FilterSelector",
    "GeoBoundingBox",
    "GeoLineString",
    "GeoPoint",
    "GeoPolygon",
    "GeoRadius",
    "HasIdCondition",
    "HasVectorCondition",
    "IsEmptyCondition",
    "IsNullCondition",
    "Match",
    "MatchAny",
    "MatchExcept",
    "MatchPhrase",
    "MatchPrefix",
    "MatchSubstring",
    "MatchText",
    "MatchTextAny",
    "MatchValue",
    "MinShould",
    "Nested",
    "NestedCondition",
    "PayloadField",
    "PointsSelector",
    "Range",
    "RangeInterface",
    "Slice",
    "SliceCondition",
    "ValueVariants",
    "ValuesCount",
]


class Filter(Model):
    """TODO"""

    should: Untagged[Sequence[Condition] | Condition] | None = None
    min_should: MinShould | None = None
    must: Untagged[Sequence[Condition] | Condition] | None = None
    must_not: Untagged[Sequence[Condition] | Condition] | None = None


class MinShould(Model):
    """TODO"""

    conditions: Untagged[Sequence[Condition]]
    min_count: int


class FieldCondition(Model):
    """TODO"""

    key: str
    match: Untagged[Match] | None = None
    range: Untagged[RangeInterface] | None = None
    geo_bounding_box: GeoBoundingBox | None = None
    geo_radius: GeoRadius | None = None
    geo_polygon: GeoPolygon | None = None
    values_count: ValuesCount | None = None
    is_empty: bool | None = None
    is_null: bool | None = None


class IsEmptyCondition(Model):
    """TODO"""

    is_empty: PayloadField


class IsNullCondition(Model):
    """TODO"""

    is_null: PayloadField


class PayloadField(Model):
    """TODO"""

    key: str


class HasIdCondition(Model):
    """TODO"""

    has_id: Untagged[Sequence[ExtendedPointId]]


class HasVectorCondition(Model):
    """TODO"""

    has_vector: str


class Slice(Model):
    """TODO"""

    total: int
    index: int


class SliceCondition(Model):
    """TODO"""

    slice: Slice


class Nested(Model):
    """TODO"""

    key: str
    filter: Filter


class NestedCondition(Model):
    """TODO"""

    nested: Nested


class MatchValue(Model):
    """TODO"""

    value: ValueVariants


class MatchText(Model):
    """TODO"""

    text: str


class MatchTextAny(Model):
    """TODO"""

    text_any: str


class MatchPhrase(Model):
    """TODO"""

    phrase: str


class MatchPrefix(Model):
    """TODO"""

    prefix: str


class MatchSubstring(Model):
    """TODO"""

    substring: str


class MatchAny(Model):
    """TODO"""

    any: Untagged[AnyVariants]


class MatchExcept(Model, rename={"except_": "except"}):
    """TODO"""

    except_: Untagged[AnyVariants]


class Range(Model):
    """TODO"""

    lt: float | None = None
    gt: float | None = None
    gte: float | None = None
    lte: float | None = None


class DatetimeRange(Model):
    """TODO"""

    lt: Untagged[datetime | date | str] | None = None
    gt: Untagged[datetime | date | str] | None = None
    gte: Untagged[datetime | date | str] | None = None
    lte: Untagged[datetime | date | str] | None = None


class ValuesCount(Model):
    """TODO"""

    lt: int | None = None
    gt: int | None = None
    gte: int | None = None
    lte: int | None = None


class GeoPoint(Model):
    """TODO"""

    lon: float
    lat: float


class GeoRadius(Model):
    """TODO"""

    center: GeoPoint
    radius: float


class GeoPolygon(Model):
    """TODO"""

    exterior: GeoLineString
    interiors: Sequence[GeoLineString] | None = None


class GeoLineString(Model):
    """TODO"""

    points: Sequence[GeoPoint]


class GeoBoundingBox(Model):
    """TODO"""

    top_left: GeoPoint
    bottom_right: GeoPoint


class FilterSelector(Model):
    """TODO"""

    filter: Filter
    shard_key: ShardKeySelector | None = None


Condition: TypeAlias = (
    FieldCondition
    | IsEmptyCondition
    | IsNullCondition
    | HasIdCondition
    | HasVectorCondition
    | SliceCondition
    | NestedCondition
    | Filter
)
Match: TypeAlias = (
    MatchValue
    | MatchText
    | MatchTextAny
    | MatchPhrase
    | MatchPrefix
    | MatchSubstring
    | MatchAny
    | MatchExcept
)
AnyVariants: TypeAlias = Sequence[str] | Sequence[int]
ValueVariants: TypeAlias = bool | int | str
RangeInterface: TypeAlias = Range | DatetimeRange
PointsSelector: TypeAlias = PointIdsList | FilterSelector


def _pick_range(mapping: Mapping[str, Any]) -> type | None:
    dates = any(isinstance(bound, str | date) for bound in mapping.values())
    return DatetimeRange if dates else Range


declare(
    Condition,
    by_key(
        key=FieldCondition,
        has_id=HasIdCondition,
        has_vector=HasVectorCondition,
        slice=SliceCondition,
        nested=NestedCondition,
        is_empty=IsEmptyCondition,
        is_null=IsNullCondition,
        must=Filter,
        should=Filter,
        must_not=Filter,
        min_should=Filter,
    ),
)
declare(
    Match,
    by_key(
        value=MatchValue,
        text=MatchText,
        text_any=MatchTextAny,
        phrase=MatchPhrase,
        prefix=MatchPrefix,
        substring=MatchSubstring,
        any=MatchAny,
        **{"except": MatchExcept},
    ),
)
declare(RangeInterface, _pick_range)
declare(PointsSelector, by_key(points=PointIdsList, filter=FilterSelector))
