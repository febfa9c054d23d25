"""Filters: what each condition matches among the points of `data.CITIES` and `data.PLACES`."""

from __future__ import annotations

from functools import partial
from typing import Any

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.testing.cases.data import CITIES, DOT, PLACES, UUID_TEXT, point
from aqdrant.testing.cases.rows import Row, Table, add_rows, geo, is_in, match, nested, place, ring
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["TABLES", "case"]

case = Cases("filters")

_BERLIN = match("city", value="Berlin")
_OPEN = match("open", value=True)

ROWS = (
    Row("nothing", {}, [1, 2, 3, 4, 5, UUID_TEXT]),
    Row("match text", {"must": [_BERLIN]}, [1, 3]),
    Row("match int", {"must": [match("price", value=10)]}, [1]),
    Row("match int in array", {"must": [match("price", value=50)]}, [UUID_TEXT]),
    Row("match bool", {"must": [_OPEN]}, [1, UUID_TEXT]),
    Row("match false", {"must": [match("open", value=False)]}, [2]),
    Row("match no int as text", {"must": [match("price", value=40)]}, []),
    Row("match no text as int", {"must": [match("price", value="10")]}, []),
    Row("match in array", {"must": [match("tags", value="b")]}, [1, 2]),
    Row("match any", {"must": [match("city", any=["Paris", "London"])]}, [2, UUID_TEXT]),
    Row("match any of none", {"must": [match("city", any=[])]}, []),
    Row("match except", {"must": [match("city", **{"except": ["Berlin"]})]}, [2, UUID_TEXT]),
    Row("match missing key", {"must": [match("nowhere", value=1)]}, []),
    Row("range above", {"must": [is_in("price", gt=10)]}, [2, 3, UUID_TEXT]),
    Row("range from", {"must": [is_in("price", gte=10, lt=30)]}, [1, 2]),
    Row("range to", {"must": [is_in("price", lte=5)]}, [UUID_TEXT]),
    Row("range of one number", {"must": [is_in("price", gte=20.5, lte=20.5)]}, [2]),
    Row("range of nothing", {"must": [is_in("price", gt=30, lt=30)]}, []),
    Row("range of times", {"must": [is_in("since", gte="2024-06-01T10:30:00Z")]}, [2]),
    Row("key of an object", {"must": [match("size.width", value=2)]}, [2]),
    Row("key of objects in an array", {"must": [match("items[].kind", value="y")]}, [1]),
    Row("element of an array", {"must": [match("items[0].n", value=2)]}, [2]),
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
        {"min_should": {"conditions": [_BERLIN, _OPEN, match("tags", value="b")], "min_count": 2}},
        [1],
    ),
    Row("one condition without a list", {"must": _BERLIN}, [1, 3]),
    Row(
        "filters in filters",
        {"must": [{"should": [_BERLIN, {"must_not": [match("price", value=10)]}]}, _OPEN]},
        [1, UUID_TEXT],
    ),
    Row(
        "conditions on one element",
        {
            "must": [
                {
                    "nested": {
                        "key": "items",
                        "filter": {"must": [match("n", value=2), match("kind", value="x")]},
                    }
                }
            ]
        },
        [2],
    ),
)


_TEN = match("price", value=10)
_TAG = match("tags[]", value="x")
_offers = partial(nested, "offers")

PLACE_ROWS = (
    Row("match words", {"must": [match("text", text="QUICK brown")]}, [1]),
    Row("match no part of a word", {"must": [match("text", text="fo")]}, []),
    Row("match any word", {"must": [match("text", text_any="bears, foxes")]}, [2, 3]),
    Row("match phrase", {"must": [match("text", phrase="quick brown")]}, [1]),
    Row("match no phrase", {"must": [match("text", phrase="brown quick")]}, []),
    Row("match no words", {"must": [match("text", text="")]}, []),
    Row("one element", {"must": [_offers(_TEN, _TAG)]}, [1]),
    Row("one element without", {"must": [_offers(must_not=[_TEN])]}, [1, 2]),
    Row("no element", {"must_not": [_offers(_TEN)]}, [2, 3, 4]),
    Row("no element of a plain object", {"must": [_offers()]}, [1, 2]),
    Row("element of no id", {"must": [_offers({"has_id": [1]})]}, []),
    Row("empty tags", {"must": [_offers({"is_empty": {"key": "tags"}})]}, [1]),
    Row("quoted keys", {"must": [match('"a b"."c.d"', value=1)]}, [1]),
    Row("array in array", {"must": [match("offers[].tags[]", value="y")]}, [2]),
)
PREFIXES = (
    Row("match prefix", {"must": [match("text", prefix="foxes")]}, [3]),
    Row("match substring", {"must": [match("text", substring="own b")]}, [2]),
)
TABLES = (Table(CITIES, ROWS), Table(PLACES, (*PLACE_ROWS, *PREFIXES)))

for _table in TABLES:
    add_rows(case, _table)


@case()
async def slices_share_the_points(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(number, 1, 0) for number in range(12)])
    slices = [
        await lab.ids(name, {"must": [{"slice": {"total": 3, "index": index}}]})
        for index in range(3)
    ]
    assert slices == [[5, 8, 9, 11], [3, 6, 7, 10], [0, 1, 2, 4]]
    assert await lab.ids(name, {"must_not": [{"slice": {"total": 1, "index": 0}}]}) == []


@case()
async def has_vector_takes_names(lab: Lab) -> None:
    vectors: list[Any] = [
        {"a": [1.0, 0.0], "words": models.SparseVector(indices=[3], values=[1.0])},
        {"b": [1.0, 0.0]},
        {},
    ]
    points = [models.PointStruct(id=n, vector=vector) for n, vector in enumerate(vectors)]
    sparse = {"words": models.SparseVectorParams()}
    name = await lab.collection({"a": DOT, "b": DOT}, points, sparse)
    for vector, ids in (("a", [0]), ("b", [1]), ("words", [0]), ("", []), ("c", [])):
        assert await lab.ids(name, {"must": [{"has_vector": vector}]}) == ids, vector
    assert await lab.ids(name, {"must_not": [{"has_vector": "a"}]}) == [1, 2]


@case()
async def refuse_what_is_no_condition(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    closed = ring((0, 0), (1, 0), (1, 1))
    is_open = {"points": closed["points"][:-1]}
    for part in (
        geo("radius", center=place(181, 0), radius=1),
        geo("bounding_box", top_left=place(0, 91), bottom_right=place(1, 0)),
        geo("polygon", exterior=is_open),
        geo("polygon", exterior=closed, interiors=[is_open]),
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
