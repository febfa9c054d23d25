"""Places on edges and corners, and near them, lie where the real engine has them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from aqdrant import models, operations

from .pair import CASES, Pair, show

SHAPES = ("geo_polygon", "geo_bounding_box", "geo_radius")


def near(number: float, generator: random.Random) -> float:
    """A number on the grid, or so close to it that rounding counts."""
    return number + generator.choice([0.0, 0.0, 0.0, 1e-15, -1e-15, 1e-9, 0.1])


def place(generator: random.Random) -> dict[str, float]:
    lon, lat = (near(generator.randrange(-4, 5) / 2, generator) for _ in range(2))
    return {"lon": lon, "lat": lat}


def shape(kind: str, generator: random.Random) -> dict[str, Any]:
    if kind == "geo_radius":
        return {"center": place(generator), "radius": generator.choice([1e-9, 55_597.54, 2e5])}
    if kind == "geo_bounding_box":
        return {"top_left": place(generator), "bottom_right": place(generator)}
    rings = []
    for _ in range(generator.randrange(1, 4)):
        corners = [place(generator) for _ in range(generator.randrange(3, 8))]
        rings.append({"points": [*corners, corners[0]]})
    return {"exterior": rings[0], "interiors": rings[1:]}


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.edge.close()


def test_places(pair: Pair, seed: int) -> None:
    generator = random.Random(seed)
    places = [[place(generator) for _ in range(generator.choice([1, 1, 3]))] for _ in range(300)]
    places += [[{"lon": lon, "lat": lat}] for lon in (180.0, -180.0, 0.0) for lat in (90.0, -90.0)]
    pair.upsert(
        [
            models.PointStruct(id=number, vector={}, payload={"at": found})
            for number, found in enumerate(places)
        ]
    )
    seen = 0
    for case in range(max(300, CASES)):
        kind = SHAPES[case % 3]
        field = {"key": "at", kind: shape(kind, generator)}
        condition = models.Filter.model_validate({"must": [field]})
        ours = pair.ids(condition)
        assert ours == pair.edge.ids(condition), show(condition)
        seen += 0 < len(ours) < len(places)
    assert seen > 50


def test_places_along_the_edges_of_polygons(pair: Pair, seed: int) -> None:
    generator = random.Random(seed)
    for _ in range(max(4, CASES // 500)):
        polygons: list[dict[str, Any]] = []
        places: list[dict[str, float]] = []
        for _ in range(40):
            corners = [
                {"lon": generator.uniform(-2, 2), "lat": generator.uniform(-2, 2)}
                for _ in range(generator.randrange(3, 7))
            ]
            ring = [*corners, corners[0]]
            polygons.append({"exterior": {"points": ring}})
            for start, end in pairwise(ring):
                # Half of a side, or a quarter, is as near to it as numbers get.
                part = generator.choice([0.5, 0.25, generator.random()])
                places += [
                    {name: start[name] + part * (end[name] - start[name]) for name in start},
                    start,
                ]
        points = [
            models.PointStruct(id=number, vector={}, payload={"at": found})
            for number, found in enumerate(places)
        ]
        pair.edge.upsert(points)
        # Its bindings read some floats one unit in the last place off: both get what it has.
        stored = pair.edge.points(range(len(places)))
        points = [
            models.PointStruct(id=number, vector={}, payload=stored[number][0])
            for number in range(len(places))
        ]
        pair.run(operations.UpsertPoints, body=models.PointsList(points=points))
        for polygon in polygons:
            field = {"key": "at", "geo_polygon": polygon}
            condition = models.Filter.model_validate({"must": [field]})
            assert pair.ids(condition) == pair.edge.ids(condition), show(condition)
