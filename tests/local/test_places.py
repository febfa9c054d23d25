"""Places on edges and corners, and near them, lie where the real engine has them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from aqdrant import models

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
