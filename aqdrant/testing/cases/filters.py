"""Filters: what each condition matches among the points of `data.CITIES` and `data.PLACES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.testing.cases.data import CITIES, DOT, PLACES, UUID_TEXT, point
from aqdrant.testing.kit import Body, Cases, Lab, raises

__all__ = ["case"]

case = Cases("filters")


class Row(NamedTuple):
    """A filter, and the ids of the points that it matches."""

    name: str
    filter: Mapping[str, Any]
    ids: list[int | str]


def _match(key: str, **match: Any) -> dict[str, Any]:
    return {"key": key, "match": match}


def _range(key: str, **bounds: Any) -> dict[str, Any]:
    return {"key": key, "range": bounds}


_BERLIN = _match("city", value="Berlin")
_OPEN = _match("open", value=True)

ROWS = (
    Row("nothing", {}, [1, 2, 3, 4, 5, UUID_TEXT]),
    Row("match text", {"must": [_BERLIN]}, [1, 3]),
    Row("match int", {"must": [_match("price", value=10)]}, [1]),
    Row("match int in array", {"must": [_match("price", value=50)]}, [UUID_TEXT]),
    Row("match bool", {"must": [_OPEN]}, [1, UUID_TEXT]),
    Row("match false", {"must": [_match("open", value=False)]}, [2]),
    Row("match no int as text", {"must": [_match("price", value=40)]}, []),
    Row("match no text as int", {"must": [_match("price", value="10")]}, []),
    Row("match in array", {"must": [_match("tags", value="b")]}, [1, 2]),
    Row("match any", {"must": [_match("city", any=["Paris", "London"])]}, [2, UUID_TEXT]),
    Row("match any of none", {"must": [_match("city", any=[])]}, []),
    Row("match except", {"must": [_match("city", **{"except": ["Berlin"]})]}, [2, UUID_TEXT]),
    Row("match missing key", {"must": [_match("nowhere", value=1)]}, []),
    Row("range above", {"must": [_range("price", gt=10)]}, [2, 3, UUID_TEXT]),
    Row("range from", {"must": [_range("price", gte=10, lt=30)]}, [1, 2]),
    Row("range to", {"must": [_range("price", lte=5)]}, [UUID_TEXT]),
    Row("range of one number", {"must": [_range("price", gte=20.5, lte=20.5)]}, [2]),
    Row("range of nothing", {"must": [_range("price", gt=30, lt=30)]}, []),
    Row("range of times", {"must": [_range("since", gte="2024-06-01T10:30:00Z")]}, [2]),
    Row("key of an object", {"must": [_match("size.width", value=2)]}, [2]),
    Row("key of objects in an array", {"must": [_match("items[].kind", value="y")]}, [1]),
    Row("element of an array", {"must": [_match("items[0].n", value=2)]}, [2]),
    Row("has id", {"must": [{"has_id": [1, 99, UUID_TEXT]}]}, [1, UUID_TEXT]),
    Row("has no id", {"must": [{"has_id": []}]}, []),
    Row("has vector", {"must": [{"has_vector": ""}]}, [1, 2, 3, 4, 5, UUID_TEXT]),
    Row("is empty", {"must": [{"is_empty": {"key": "city"}}]}, [4, 5]),
    Row("is empty array", {"must": [{"is_empty": {"key": "tags"}}]}, [3, 4, 5, UUID_TEXT]),
    Row("is null", {"must": [{"is_null": {"key": "city"}}]}, [4]),
    Row("count of values", {"must": [{"key": "tags", "values_count": {"gte": 2}}]}, [1]),
    Row("must all", {"must": [_BERLIN, _OPEN]}, [1]),
    Row("must not", {"must_not": [_BERLIN]}, [2, 4, 5, UUID_TEXT]),
    Row("must not any", {"must_not": [_BERLIN, _OPEN]}, [2, 4, 5]),
    Row("should", {"should": [_BERLIN, _OPEN]}, [1, 3, UUID_TEXT]),
    Row("should of none", {"should": []}, [1, 2, 3, 4, 5, UUID_TEXT]),
    Row("must and should", {"must": [_OPEN], "should": [_BERLIN]}, [1]),
    Row(
        "min should",
        {"min_should": {"conditions": [_BERLIN, _OPEN, _match("tags", value="b")], "min_count": 2}},
        [1],
    ),
    Row("one condition without a list", {"must": _BERLIN}, [1, 3]),
    Row(
        "filters in filters",
        {"must": [{"should": [_BERLIN, {"must_not": [_match("price", value=10)]}]}, _OPEN]},
        [1, UUID_TEXT],
    ),
    Row(
        "conditions on one element",
        {
            "must": [
                {
                    "nested": {
                        "key": "items",
                        "filter": {"must": [_match("n", value=2), _match("kind", value="x")]},
                    }
                }
            ]
        },
        [2],
    ),
)


def _nested(*must: Mapping[str, Any], **clauses: Any) -> dict[str, Any]:
    return {"nested": {"key": "offers", "filter": {"must": must, **clauses}}}


def _geo(kind: str, **value: Any) -> dict[str, Any]:
    return {"key": "at", f"geo_{kind}": value}


def _place(lon: float, lat: float) -> dict[str, float]:
    return {"lon": lon, "lat": lat}


_SQUARE = [_place(-1, -1), _place(1, -1), _place(1, 1), _place(-1, 1), _place(-1, -1)]
_LARGE = [_place(5 * corner["lon"], 5 * corner["lat"]) for corner in _SQUARE]
_TEN = _match("price", value=10)
_TAG = _match("tags[]", value="x")

PLACE_ROWS = (
    Row("match words", {"must": [_match("text", text="QUICK brown")]}, [1]),
    Row("match no part of a word", {"must": [_match("text", text="fo")]}, []),
    Row("match any word", {"must": [_match("text", text_any="bears, foxes")]}, [2, 3]),
    Row("match phrase", {"must": [_match("text", phrase="quick brown")]}, [1]),
    Row("match no phrase", {"must": [_match("text", phrase="brown quick")]}, []),
    Row("match no words", {"must": [_match("text", text="")]}, []),
    Row(
        "box",
        {"must": [_geo("bounding_box", top_left=_place(-1, 53), bottom_right=_place(14, 51))]},
        [1, 2],
    ),
    Row(
        "box edges lie outside",
        {"must": [_geo("bounding_box", top_left=_place(0, 1), bottom_right=_place(1, -1))]},
        [],
    ),
    Row(
        "box over the antimeridian",
        {"must": [_geo("bounding_box", top_left=_place(170, 0), bottom_right=_place(-170, -20))]},
        [3],
    ),
    Row("radius", {"must": [_geo("radius", center=_place(13.4, 52.6), radius=12_000)]}, [1]),
    Row(
        "radius too small", {"must": [_geo("radius", center=_place(13.4, 52.6), radius=11_000)]}, []
    ),
    Row("polygon", {"must": [_geo("polygon", exterior={"points": _LARGE})]}, [3]),
    Row(
        "polygon with a hole",
        {"must": [_geo("polygon", exterior={"points": _LARGE}, interiors=[{"points": _SQUARE}])]},
        [],
    ),
    Row("one element", {"must": [_nested(_TEN, _TAG)]}, [1]),
    Row("one element without", {"must": [_nested(must_not=[_TEN])]}, [1, 2]),
    Row("no element", {"must_not": [_nested(_TEN)]}, [2, 3, 4]),
    Row("no element of a plain object", {"must": [_nested()]}, [1, 2]),
    Row("element of no id", {"must": [_nested({"has_id": [1]})]}, []),
    Row("empty tags", {"must": [_nested({"is_empty": {"key": "tags"}})]}, [1]),
    Row("quoted keys", {"must": [_match('"a b"."c.d"', value=1)]}, [1]),
    Row("array in array", {"must": [_match("offers[].tags[]", value="y")]}, [2]),
)
PREFIXES = (
    Row("match prefix", {"must": [_match("text", prefix="foxes")]}, [3]),
    Row("match substring", {"must": [_match("text", substring="own b")]}, [2]),
)


def _matches(row: Row, points: Sequence[models.PointStruct] = CITIES) -> Body:
    async def body(lab: Lab) -> None:
        name = await lab.collection(DOT, points)
        assert await lab.ids(name, row.filter) == row.ids
        as_model = models.Filter.model_validate(row.filter)
        assert (await lab.client.count(name, as_model)).count == len(row.ids)
        found = await lab.client.query_points(name, query=[1.0, 0.1], query_filter=as_model)
        assert sorted(map(str, (hit.id for hit in found.points))) == sorted(map(str, row.ids))

    return body


for _row in ROWS:
    case.add(_row.name.replace(" ", "_"), _matches(_row))
for _row in (*PLACE_ROWS, *PREFIXES):
    case.add(_row.name.replace(" ", "_"), _matches(_row, PLACES))


@case()
async def slices_share_the_points(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(number, 1, 0) for number in range(40)])
    slices = [
        await lab.ids(name, {"must": [{"slice": {"total": 3, "index": index}}]})
        for index in range(3)
    ]
    assert all(slices)
    assert sorted(number for found in slices for number in found) == list(range(40))


@case()
async def refuse_what_is_no_condition(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    open_ring = {"points": _SQUARE[:-1]}
    for part in (
        _geo("radius", center=_place(181, 0), radius=1),
        _geo("bounding_box", top_left=_place(0, 91), bottom_right=_place(1, 0)),
        _geo("polygon", exterior=open_ring),
        _geo("polygon", exterior={"points": _LARGE}, interiors=[open_ring]),
        {"slice": {"total": 2, "index": 2}},
        {"slice": {"total": 0, "index": 0}},
        {"nested": {"key": "a..b", "filter": {"must": [_TEN]}}},
        {"min_should": {"conditions": [_TEN], "min_count": 0}},
    ):
        with raises(ArgumentError):
            await lab.ids(name, {"must": [part]})


@case()
async def follow_what_is_written(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    assert await lab.ids(name, {"must": [_BERLIN]}) == [1, 3]
    await lab.client.set_payload(name, {"city": "Berlin"}, [5])
    await lab.client.overwrite_payload(name, {"city": "Rome"}, [1])
    assert await lab.ids(name, {"must": [_BERLIN]}) == [3, 5]
    await lab.client.delete_payload(name, ["city"], [3])
    await lab.client.delete(name, [5])
    assert await lab.ids(name, {"must": [_BERLIN]}) == []


@case()
async def match_the_same_with_an_index(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    before = [await lab.ids(name, row.filter) for row in ROWS]
    for key, schema in (("city", "keyword"), ("price", "float"), ("open", "bool")):
        result = await lab.client.create_payload_index(name, key, schema)
        assert result.status == models.UpdateStatus.COMPLETED
    # An index of floats answers no question about integers: only ranges ask it here.
    for row, wanted in zip(ROWS, before, strict=True):
        if "match int" not in row.name:
            assert await lab.ids(name, row.filter) == wanted, row.name
    schema_of = (await lab.client.get_collection(name)).payload_schema
    assert schema_of["city"].data_type == models.PayloadSchemaType.KEYWORD
    await lab.client.delete_payload_index(name, "city")
    assert "city" not in (await lab.client.get_collection(name)).payload_schema
    assert await lab.ids(name, {"must": [_BERLIN]}) == [1, 3]
