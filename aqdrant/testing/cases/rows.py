"""Rows of the tables of filters: a condition, and the ids of the points that it matches.

Used by `filters`, `values`, `places` and `nesting`, whose points and rows are read by tests of the
engine as well: what a row says is what the real engine answers without an index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aqdrant import models
from aqdrant.testing.kit import Body, Cases, Lab

__all__ = ["Row", "Table", "add_rows", "geo", "is_in", "match", "nested", "place", "ring"]


class Row(NamedTuple):
    """A filter, and the ids of the points that it matches."""

    name: str
    filter: Mapping[str, Any]
    ids: Sequence[int | str]


class Table(NamedTuple):
    """Points, and what filters match among them."""

    points: Sequence[models.PointStruct]
    rows: Sequence[Row]


def add_rows(case: Cases, table: Table) -> None:
    """Make a case of each row."""
    for row in table.rows:
        case.add(row.name.replace(" ", "_"), _matches(row, table.points))


def _matches(row: Row, points: Sequence[models.PointStruct]) -> Body:
    vectors = models.VectorParams(size=2, distance=models.Distance.DOT)

    async def body(lab: Lab) -> None:
        name = await lab.collection(vectors, points)
        assert await lab.ids(name, row.filter) == list(row.ids)
        as_model = models.Filter.model_validate(row.filter)
        assert (await lab.client.count(name, as_model)).count == len(row.ids)
        found = await lab.client.query_points(name, query=[1.0, 0.1], query_filter=as_model)
        assert sorted(map(str, (hit.id for hit in found.points))) == sorted(map(str, row.ids))

    return body


def match(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "match": value}


def is_in(key: str, **bounds: Any) -> dict[str, Any]:
    return {"key": key, "range": bounds}


def geo(kind: str, key: str = "at", **value: Any) -> dict[str, Any]:
    return {"key": key, f"geo_{kind}": value}


def place(lon: float, lat: float) -> dict[str, float]:
    return {"lon": lon, "lat": lat}


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    """A closed line through these places."""
    return {"points": [place(lon, lat) for lon, lat in (*corners, corners[0])]}


def nested(key: str, *must: Mapping[str, Any], **clauses: Any) -> dict[str, Any]:
    return {"nested": {"key": key, "filter": {"must": must, **clauses}}}
