"""Filters on places: boxes, circles and polygons, with what lies on their edges."""

from __future__ import annotations

from aqdrant.testing.cases.data import PLACES, point
from aqdrant.testing.cases.rows import Row, Table, add_rows, geo, place, ring
from aqdrant.testing.kit import Cases

__all__ = ["EDGES", "TABLE", "case"]

case = Cases("filter_places")

_SQUARE = ring((-1, -1), (1, -1), (1, 1), (-1, 1))
_LARGE = ring((-5, -5), (5, -5), (5, 5), (-5, 5))

TABLE = Table(
    PLACES,
    (
        Row(
            "box",
            {"must": geo("bounding_box", top_left=place(-1, 53), bottom_right=place(14, 51))},
            [1, 2],
        ),
        Row(
            "box over the antimeridian",
            {"must": geo("bounding_box", top_left=place(170, 0), bottom_right=place(-170, -20))},
            [3],
        ),
        Row("circle", {"must": geo("radius", center=place(13.4, 52.6), radius=12_000)}, [1]),
        Row(
            "too small a circle",
            {"must": geo("radius", center=place(13.4, 52.6), radius=11_000)},
            [],
        ),
        Row("polygon", {"must": geo("polygon", exterior=_LARGE)}, [3]),
        Row(
            "polygon with a hole",
            {"must": geo("polygon", exterior=_LARGE, interiors=[_SQUARE])},
            [],
        ),
    ),
)

_INSIDE, _WEST, _EAST, _SOUTH, _NORTH, _CORNER, _OUTSIDE, _NOTCH, _BROKEN = range(1, 10)
_TEN = ring((0, 0), (10, 0), (10, 10), (0, 10))
_NOTCHED = ring((0, 0), (10, 0), (10, 10), (8, 10), (8, 6), (2, 6), (2, 10), (0, 10))
_BAR = ring((4, 4), (5, 4), (5, 6), (4, 6))

EDGES = Table(
    (
        point(_INSIDE, 1, 0, at={"lon": 5, "lat": 5}),
        point(_WEST, 1, 0, at={"lon": 0, "lat": 5}),
        point(_EAST, 1, 0, at={"lon": 10, "lat": 5}),
        point(_SOUTH, 1, 0, at={"lon": 5, "lat": 0}),
        point(_NORTH, 1, 0, at={"lon": 5, "lat": 10}),
        point(_CORNER, 1, 0, at={"lon": 0, "lat": 0}),
        point(_OUTSIDE, 1, 0, at=[{"lon": 11, "lat": 5}, {"lon": 179.95, "lat": 0}]),
        point(_NOTCH, 1, 0, at={"lon": 5, "lat": 8}),
        point(_BROKEN, 1, 0, at=[{"lon": "5", "lat": "5"}, {"lat": 5}, "5,5", None]),
    ),
    (
        Row(
            "edges of a box lie outside",
            {"must": geo("bounding_box", top_left=place(0, 10), bottom_right=place(10, 0))},
            [_INSIDE, _NOTCH],
        ),
        Row(
            "edges of a polygon lie outside",
            {"must": geo("polygon", exterior=_TEN)},
            [_INSIDE, _NOTCH],
        ),
        Row("notch of a polygon", {"must": geo("polygon", exterior=_NOTCHED)}, [_INSIDE]),
        Row(
            "edges of a hole lie outside",
            {"must": geo("polygon", exterior=_TEN, interiors=[_BAR])},
            [_NOTCH],
        ),
        Row(
            "polygon against its clock",
            {"must": geo("polygon", exterior={"points": _TEN["points"][::-1]})},
            [_INSIDE, _NOTCH],
        ),
        Row("circle of nothing", {"must": geo("radius", center=place(5, 5), radius=0)}, []),
        Row(
            "circle of one place",
            {"must": geo("radius", center=place(5, 5), radius=0.001)},
            [_INSIDE],
        ),
        Row(
            "circle over the antimeridian",
            {"must": geo("radius", center=place(-179.95, 0), radius=12_000)},
            [_OUTSIDE],
        ),
        Row(
            "box of half the earth",
            {"must": geo("bounding_box", top_left=place(10.5, 90), bottom_right=place(180, -90))},
            [_OUTSIDE],
        ),
        Row(
            "no box",
            {"must_not": geo("bounding_box", top_left=place(-1, 11), bottom_right=place(11, -1))},
            [_OUTSIDE, _BROKEN],
        ),
    ),
)

add_rows(case, TABLE)
add_rows(case, EDGES)
