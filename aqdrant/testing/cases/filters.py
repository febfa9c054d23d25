"""Filters: what each condition matches among the points of `data.CITIES`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aqdrant import models
from aqdrant.testing.cases.data import CITIES, DOT, UUID_TEXT
from aqdrant.testing.kit import Body, Cases, Lab

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


def _matches(row: Row) -> Body:
    async def body(lab: Lab) -> None:
        name = await lab.collection(DOT, CITIES)
        assert await lab.ids(name, row.filter) == row.ids
        as_model = models.Filter.model_validate(row.filter)
        assert (await lab.client.count(name, as_model)).count == len(row.ids)
        found = await lab.client.query_points(name, query=[1.0, 0.1], query_filter=as_model)
        assert sorted(map(str, (hit.id for hit in found.points))) == sorted(map(str, row.ids))

    return body


for _row in ROWS:
    case.add(_row.name.replace(" ", "_"), _matches(_row))


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
