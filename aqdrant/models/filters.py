"""Filters: conditions on payload, ids and vectors, and how they combine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from aqdrant.models._model import AliasedMeta, Model
from aqdrant.models._unions import Untagged, by_key, declare
from aqdrant.models.ids import ExtendedPointId, PointIdsList, ShardKeySelector

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
    """Conditions that points have to meet. Parts that are given must hold together."""

    should: Untagged[Sequence[Condition] | Condition] | None = None
    """At least one of these holds."""
    min_should: MinShould | None = None
    """At least so many of these hold."""
    must: Untagged[Sequence[Condition] | Condition] | None = None
    """All of these hold."""
    must_not: Untagged[Sequence[Condition] | Condition] | None = None
    """None of these holds."""


class MinShould(Model):
    """At least so many of these conditions hold."""

    conditions: Untagged[Sequence[Condition]]
    min_count: int
    """How many conditions have to hold; at least 1."""


class FieldCondition(Model):
    """A condition on one payload key; the checks that are given must hold together."""

    key: str
    """Path of a payload key: ``"a.b"`` into objects, ``"a[]"`` into arrays."""
    match: Untagged[Match] | None = None
    range: Untagged[RangeInterface] | None = None
    geo_bounding_box: GeoBoundingBox | None = None
    geo_radius: GeoRadius | None = None
    geo_polygon: GeoPolygon | None = None
    values_count: ValuesCount | None = None
    is_empty: bool | None = None
    """Whether the key must be empty, or must not be."""
    is_null: bool | None = None
    """Whether the key must be null, or must not be."""


class IsEmptyCondition(Model):
    """The payload key is absent, null, or an empty list."""

    is_empty: PayloadField


class IsNullCondition(Model):
    """The payload key is there and null."""

    is_null: PayloadField


class PayloadField(Model):
    """A payload key by its path."""

    key: str


class HasIdCondition(Model):
    """The point's id is one of these."""

    has_id: Untagged[Sequence[ExtendedPointId]]


class HasVectorCondition(Model):
    """The point has this named vector."""

    has_vector: str


class Slice(Model):
    """One of several equal parts of a collection, by the hash of the id."""

    total: int
    """Number of parts."""
    index: int
    """Which part: 0 to `total` - 1."""


class SliceCondition(Model):
    """The point falls into one part of the collection: for reading it in parallel."""

    slice: Slice


class Nested(Model):
    """A filter on the elements of an array of objects."""

    key: str
    """Path of the array of objects."""
    filter: Filter
    """Its keys are relative to an element."""


class NestedCondition(Model):
    """One element of the array, alone, meets the whole filter."""

    nested: Nested


class MatchValue(Model):
    """The value equals this one, or a list holds it."""

    value: ValueVariants


class MatchText(Model):
    """The text has all words of this one; without a full-text index, this substring."""

    text: str
    """Words, in any order."""


class MatchTextAny(Model):
    """The text has at least one word of this one."""

    text_any: str
    """Words, of which one is enough."""


class MatchPhrase(Model):
    """The text has these words next to each other, in this order."""

    phrase: str


class MatchPrefix(Model):
    """The value starts with this text."""

    prefix: str


class MatchSubstring(Model):
    """The value has this text somewhere in it."""

    substring: str


class MatchAny(Model):
    """The value is one of these, or a list holds one of them."""

    any: Untagged[AnyVariants]


class MatchExcept(Model, metaclass=AliasedMeta, rename={"except_": "except"}):
    """The value is something else than all of these."""

    except_: Untagged[AnyVariants]


class Range(Model):
    """A number within bounds; bounds that are absent do not bind."""

    lt: float | None = None
    gt: float | None = None
    gte: float | None = None
    lte: float | None = None


class DatetimeRange(Model):
    """A moment within bounds; bounds that are absent do not bind."""

    lt: Untagged[datetime | date | str] | None = None
    gt: Untagged[datetime | date | str] | None = None
    gte: Untagged[datetime | date | str] | None = None
    lte: Untagged[datetime | date | str] | None = None


class ValuesCount(Model):
    """How many values the key has."""

    lt: int | None = None
    gt: int | None = None
    gte: int | None = None
    lte: int | None = None


class GeoPoint(Model):
    """A place on Earth in degrees."""

    lon: float
    """-180 to 180."""
    lat: float
    """-90 to 90."""


class GeoRadius(Model):
    """Places within a distance of a centre."""

    center: GeoPoint
    radius: float
    """Metres."""


class GeoPolygon(Model):
    """Places inside an outline and outside of its holes."""

    exterior: GeoLineString
    """The outline, counter-clockwise."""
    interiors: Sequence[GeoLineString] | None = None
    """The holes."""


class GeoLineString(Model):
    """A closed line: its last point is its first."""

    points: Sequence[GeoPoint]
    """At least four, the first one again at the end."""


class GeoBoundingBox(Model):
    """Places inside a rectangle of latitudes and longitudes."""

    top_left: GeoPoint
    """The north-western corner."""
    bottom_right: GeoPoint
    """The south-eastern corner."""


class FilterSelector(Model):
    """Points chosen by a filter."""

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
        Filter,
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
