"""Payload indexes of every type with every parameter, as the collection shows them."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.testing.cases.data import DOT, UUID_TEXT, point
from aqdrant.testing.cases.rows import geo, is_in, match, place
from aqdrant.testing.kit import Body, Cases, Lab

__all__ = ["case"]

case = Cases("index_schemas")

_STORED: dict[str, Any] = {"on_disk": True, "memory": "cold", "enable_hnsw": False}
_VALUES: dict[str, Any] = {
    "keyword": "red",
    "integer": 7,
    "float": 7.5,
    "bool": True,
    "geo": {"lon": 1.0, "lat": 2.0},
    "datetime": "2024-01-01T00:00:00Z",
    "uuid": UUID_TEXT,
    "text": "The red foxes",
}
"""Schema type → a value that it holds."""

_PARAMS: dict[str, dict[str, Any]] = {
    "keyword": {"is_tenant": True, "prefix": True},
    "integer": {"lookup": True, "range": True, "is_principal": True},
    "float": {"is_principal": True},
    "bool": {},
    "geo": {},
    "datetime": {"is_principal": False},
    "uuid": {"is_tenant": False},
    "text": {
        "tokenizer": "word",
        "min_token_len": 2,
        "max_token_len": 15,
        "lowercase": True,
        "ascii_folding": True,
        "phrase_matching": True,
        "stopwords": {"languages": ["english"], "custom": ["forests"]},
        "stemmer": {"type": "snowball", "language": "english"},
    },
}
_FILTERS: dict[str, dict[str, Any]] = {
    "keyword": match("v", value="red"),
    "integer": is_in("v", gte=7),
    "float": is_in("v", gt=7),
    "bool": match("v", value=True),
    "geo": geo("radius", "v", center=place(1, 2), radius=1),
    "datetime": is_in("v", lte="2024-01-01T00:00:00Z"),
    "uuid": match("v", value=UUID_TEXT),
    "text": match("v", phrase="red fox"),
}
"""Schema type → a condition that its value meets, with an index or by it."""


def _index(schema: str) -> Body:
    async def body(lab: Lab) -> None:
        # A tree is a value that no index holds; the third point has no value at all.
        points = [point(1, 1, 0, v=_VALUES[schema]), point(2, 1, 0, v={"a": 1}), point(3, 1, 0)]
        name = await lab.collection(DOT, points)

        async def shown() -> models.PayloadIndexInfo:
            return (await lab.client.get_collection(name)).payload_schema["v"]

        await lab.client.create_payload_index(name, "v", schema)
        kind = models.PayloadSchemaType(schema)
        assert await shown() == models.PayloadIndexInfo(data_type=kind, points=1)
        params = {"type": schema, **_STORED, **_PARAMS[schema]}
        await lab.client.create_payload_index(name, "v", params)
        described = await shown()
        assert described.params is not None
        assert described.params.model_dump(mode="json", exclude_none=True) == params
        assert (described.data_type, described.points) == (kind, 1)
        assert await lab.ids(name, {"must": _FILTERS[schema]}) == [1]
        await lab.client.upsert(name, [point(3, 0, 1, v=[_VALUES[schema]])])
        await lab.client.delete_payload(name, ["v"], [1])
        assert await lab.ids(name, {"must": _FILTERS[schema]}) == [3]
        assert (await shown()).points == 1
        await lab.client.delete_payload_index(name, "v")
        assert (await lab.client.get_collection(name)).payload_schema == {}

    return body


for _schema in _VALUES:
    case.add(f"{_schema}_shows_its_parameters", _index(_schema))


@case()
async def take_paths_of_keys(lab: Lab) -> None:
    first = {"k": 1, "x.y": "a"}
    name = await lab.collection(DOT, [point(1, 1, 0, a=[first, {"k": 2}], **{"b c": {"d": True}})])
    keys = {"a[].k": "integer", 'a[]."x.y"': "keyword", '"b c".d': "bool", "a[].missing": "float"}
    for key, schema in keys.items():
        await lab.client.create_payload_index(name, key, schema)
    described = (await lab.client.get_collection(name)).payload_schema
    counts = {key: info.points for key, info in described.items()}
    assert counts == {key: 0 if "missing" in key else 1 for key in keys}
    assert await lab.ids(name, {"must": match("a[].k", value=2)}) == [1]
    assert await lab.ids(name, {"must": match('"b c".d', value=True)}) == [1]


@case()
async def are_replaced_by_the_last(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, v="7"), point(2, 1, 0, v=7)])
    for schema, count in (("keyword", 1), ("integer", 1), ("text", 1), ("geo", 0)):
        await lab.client.create_payload_index(name, "v", schema)
        (described,) = (await lab.client.get_collection(name)).payload_schema.values()
        assert (described.data_type.value, described.points) == (schema, count)
