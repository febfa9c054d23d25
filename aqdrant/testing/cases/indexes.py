"""Payload indexes: what they hold, and the reads that need one: orders and facets."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.testing.cases.data import DOT, PLACES, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("indexes")

_KINDS: dict[str, Any] = {
    "text": {"type": "text", "lowercase": True},
    "at": "geo",
    "n": {"type": "float", "is_principal": True},
    "offers[].price": "integer",
    "offers[].tags": {"type": "keyword", "is_tenant": False},
}
_HELD = {"text": 3, "at": 3, "n": 3, "offers[].price": 2, "offers[].tags": 2}


async def _order(lab: Lab, name: str, limit: int = 10, **order: Any) -> list[tuple[Any, Any]]:
    found, rest = await lab.client.scroll(
        name, limit=limit, order_by=models.OrderBy.model_validate(order)
    )
    assert rest is None
    return [(record.id, record.order_value) for record in found]


@case()
async def show_what_they_hold(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    for key, schema in _KINDS.items():
        await lab.client.create_payload_index(name, key, schema)
    described = (await lab.client.get_collection(name)).payload_schema
    assert {key: shown.points for key, shown in described.items()} == _HELD
    assert described["at"].data_type == models.PayloadSchemaType.GEO
    params = described["offers[].tags"].params
    assert isinstance(params, models.KeywordIndexParams)
    assert params.is_tenant is False
    for key in _KINDS:
        await lab.client.delete_payload_index(name, key)
    assert (await lab.client.get_collection(name)).payload_schema == {}


@case()
async def order_points(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    await lab.client.create_payload_index(name, "n", "float")
    assert await _order(lab, name, key="n") == [(2, 1.0), (3, 2.5), (1, 3.0), (2, 5.0)]
    assert await _order(lab, name, key="n", direction="desc", limit=2) == [(2, 5.0), (1, 3.0)]
    assert await _order(lab, name, key="n", start_from=2.5) == [(3, 2.5), (1, 3.0), (2, 5.0)]
    await lab.client.set_payload(name, {"n": 0}, [4])
    assert await _order(lab, name, key="n", limit=1) == [(4, 0.0)]
    query = models.OrderByQuery(order_by=models.OrderBy(key="n", direction=models.Direction.DESC))
    found = await lab.client.query_points(name, query=query, limit=2)
    assert [(hit.id, hit.order_value, hit.score) for hit in found.points] == [
        (2, 5.0, 1.0),
        (1, 3.0, 1.0),
    ]


@case()
async def order_points_page_by_page(lab: Lab) -> None:
    points = [point(n, 1, 0, n=n // 2, even=n % 2 == 0) for n in range(7)]
    name = await lab.collection(DOT, points)
    await lab.client.create_payload_index(name, "n", "integer")
    seen: list[Any] = []
    start = None
    while True:
        # The way to page an order: from the last value on, without the points that were seen.
        order = models.OrderBy(key="n", start_from=start)
        but = {"must_not": {"has_id": seen}}
        page, rest = await lab.client.scroll(name, but, limit=3, order_by=order)
        assert rest is None
        if not page:
            break
        seen += [record.id for record in page]
        start = page[-1].order_value
    assert sorted(seen) == list(range(7))
    assert [one // 2 for one in seen] == [0, 0, 1, 1, 2, 2, 3]
    even = {"must": {"key": "even", "match": {"value": True}}}
    found, _ = await lab.client.scroll(name, even, order_by={"key": "n", "direction": "desc"})
    assert [record.id for record in found] == [6, 4, 2, 0]


@case()
async def order_points_by_time(lab: Lab) -> None:
    points = [
        point(1, 1, 0, at="2024-01-01T00:00:00Z"),
        point(2, 1, 0, at="2023-12-31"),
        point(3, 1, 0, at="soon"),
    ]
    name = await lab.collection(DOT, points)
    await lab.client.create_payload_index(name, "at", "datetime")
    day = 1_703_980_800_000_000
    assert await _order(lab, name, key="at") == [(2, day), (1, day + 86_400_000_000)]
    assert await _order(lab, name, key="at", start_from="2023-12-31T00:00:01Z") == [
        (1, day + 86_400_000_000)
    ]


@case()
async def are_needed_for_orders_and_facets(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    with raises(ArgumentError):
        await _order(lab, name, key="n")
    with raises(ArgumentError):
        await lab.client.facet(name, "text")
    await lab.client.create_payload_index(name, "text", "keyword")
    with raises(ArgumentError):
        await _order(lab, name, key="text")
    await lab.client.create_payload_index(name, "n", "float")
    with raises(ArgumentError):
        await lab.client.scroll(name, order_by="n", offset=1)
    with raises(ArgumentError):
        await lab.client.facet(name, "n")


@case()
async def count_values(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    await lab.client.create_payload_index(name, "offers[].tags", "keyword")
    await lab.client.create_payload_index(name, "offers[].price", "integer")
    hits = (await lab.client.facet(name, "offers[].tags", exact=True)).hits
    assert [(hit.value, hit.count) for hit in hits] == [("x", 2), ("y", 1)]
    hits = (await lab.client.facet(name, "offers[].price", limit=1, exact=True)).hits
    assert [(hit.value, hit.count) for hit in hits] == [(20, 2)]
    only = models.Filter(must=[models.HasIdCondition(has_id=[1])])
    hits = (await lab.client.facet(name, "offers[].price", only, exact=True)).hits
    assert [(hit.value, hit.count) for hit in hits] == [(10, 1), (20, 1)]


@case()
async def of_text_decide_how_it_is_cut(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    fox = {"must": [{"key": "text", "match": {"text": "the fox"}}]}
    phrase = {"must": [{"key": "text", "match": {"phrase": "quick brown"}}]}
    assert await lab.ids(name, fox) == [1]
    schema = models.TextIndexParams(
        type=models.TextIndexType.TEXT,
        stopwords=models.Language.ENGLISH,
        stemmer=models.SnowballParams(
            type=models.Snowball.SNOWBALL, language=models.SnowballLanguage.ENGLISH
        ),
    )
    await lab.client.create_payload_index(name, "text", schema)
    assert await lab.ids(name, fox) == [1, 3]
    assert await lab.ids(name, phrase) == []
    schema = models.TextIndexParams(type=models.TextIndexType.TEXT, phrase_matching=True)
    await lab.client.create_payload_index(name, "text", schema)
    assert await lab.ids(name, phrase) == [1]


@case()
async def refuse_contradictions(lab: Lab) -> None:
    name = await lab.collection(DOT, PLACES)
    neither = models.IntegerIndexParams(
        type=models.IntegerIndexType.INTEGER, lookup=False, range=False
    )
    with raises(ArgumentError):
        await lab.client.create_payload_index(name, "n", neither)
    with raises(ArgumentError):
        await lab.client.create_payload_index(name, "a..b", "keyword")
    assert (await lab.client.get_collection(name)).payload_schema == {}
