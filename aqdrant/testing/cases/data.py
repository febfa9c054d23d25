"""Points that the cases work on, and how numbers are compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from aqdrant import models

__all__ = ["CITIES", "COSINE", "DOT", "PLACES", "UUID_TEXT", "close", "numbers", "point", "scored"]

UUID_TEXT = "5f2b1d34-8a50-4e0c-9b1f-0a3a2a9ad001"

DOT = models.VectorParams(size=2, distance=models.Distance.DOT)
COSINE = models.VectorParams(size=2, distance=models.Distance.COSINE)

CITIES: tuple[models.PointStruct, ...] = (
    models.PointStruct(
        id=1,
        vector=[1.0, 0.0],
        payload={
            "city": "Berlin",
            "price": 10,
            "open": True,
            "tags": ["a", "b"],
            "size": {"width": 1},
            "items": [{"n": 1, "kind": "x"}, {"n": 2, "kind": "y"}],
            "since": "2024-01-01T00:00:00Z",
        },
    ),
    models.PointStruct(
        id=2,
        vector=[0.8, 0.6],
        payload={
            "city": "London",
            "price": 20.5,
            "open": False,
            "tags": ["b"],
            "size": {"width": 2},
            "items": [{"n": 2, "kind": "x"}],
            "since": "2024-06-01T12:30:00+02:00",
        },
    ),
    models.PointStruct(
        id=3, vector=[0.0, 1.0], payload={"city": "Berlin", "price": 30, "tags": []}
    ),
    models.PointStruct(id=4, vector=[-1.0, 0.0], payload={"city": None, "price": "40"}),
    models.PointStruct(id=5, vector=[-0.6, -0.8]),
    models.PointStruct(
        id=UUID_TEXT, vector=[0.6, 0.8], payload={"city": "Paris", "price": [5, 50], "open": True}
    ),
)

PLACES: tuple[models.PointStruct, ...] = (
    models.PointStruct(
        id=1,
        vector=[1.0, 0.0],
        payload={
            "text": "The quick brown fox",
            "at": {"lon": 13.4, "lat": 52.5},
            "n": 3,
            "a b": {"c.d": 1},
            "offers": [{"price": 10, "tags": ["x"]}, {"price": 20, "tags": []}],
        },
    ),
    models.PointStruct(
        id=2,
        vector=[0.0, 1.0],
        payload={
            "text": ["Brown bears", "quick, quick!"],
            "at": {"lon": -0.1, "lat": 51.5},
            "n": [1, 5],
            "offers": [{"price": 20, "tags": ["x", "y"]}],
        },
    ),
    models.PointStruct(
        id=3,
        vector=[1.0, 1.0],
        payload={
            "text": "foxes run",
            "at": [{"lon": 179.5, "lat": -17.0}, {"lon": 0.0, "lat": 0.0}],
            "n": 2.5,
            "offers": {"price": 10},
        },
    ),
    models.PointStruct(
        id=4, vector=[-1.0, 0.0], payload={"text": "", "at": {"lon": -179.5}, "n": "3"}
    ),
)
"""Text, places on earth, numbers to order by, arrays of objects."""


def point(point_id: int | str, *vector: float, **payload: Any) -> models.PointStruct:
    """A point with a vector of these numbers."""
    return models.PointStruct(id=point_id, vector=list(vector), payload=payload or None)


def numbers(vector: Any) -> list[float]:
    """The numbers of a dense vector, which has to be one."""
    assert isinstance(vector, list)
    return [float(number) for number in vector]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def close(given: Sequence[float], wanted: Sequence[float]) -> bool:
    """Whether numbers are those wanted, as exactly as 32 bits hold them."""
    return len(given) == len(wanted) and all(
        math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-6) for a, b in zip(given, wanted, strict=True)
    )


def scored(response: models.QueryResponse) -> list[tuple[Any, float]]:
    """Ids and scores, in the order of the answer, rounded to what is worth comparing."""
    return [(found.id, round(found.score, 4)) for found in response.points]
