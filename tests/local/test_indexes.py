"""Payload indexes: what they hold, what they change, and what no index can be."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant.exceptions import BadRequest
from aqdrant_local import LocalTransport

TEXT = models.TextIndexType.TEXT


class Engine:
    """A collection of points of payload alone."""

    def __init__(self) -> None:
        self.transport = LocalTransport()
        self.run(operations.CreateCollection, body=models.CreateCollection())

    def run(self, kind: Any, **fields: Any) -> Any:
        return self.transport.try_execute(kind(collection_name="c", **fields))

    def fill(self, *payloads: dict[str, Any]) -> None:
        points = [
            models.PointStruct(id=number, vector={}, payload=payload)
            for number, payload in enumerate(payloads)
        ]
        self.run(operations.UpsertPoints, body=models.PointsList(points=points))

    def index(self, key: str, schema: models.PayloadFieldSchema) -> None:
        body = models.CreateFieldIndex(field_name=key, field_schema=schema)
        self.run(operations.CreateFieldIndex, body=body)

    def matching(self, key: str, **match: Any) -> list[Any]:
        condition = {"must": [{"key": key, "match": match}]}
        body = models.ScrollRequest.model_validate({"filter": condition, "limit": 1000})
        return [record.id for record in self.run(operations.ScrollPoints, body=body).points]


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize(
    "params",
    [
        {"type": "integer", "lookup": False, "range": False},
        {"type": "keyword", "nested": "other"},
        {"type": "keyword", "nested": "k"},
        {"type": "keyword", "nested": "a..b"},
    ],
)
def test_bad_parameters_are_refused(engine: Engine, params: dict[str, Any]) -> None:
    schema = models.CreateFieldIndex.model_validate({"field_name": "k[]", "field_schema": params})
    assert schema.field_schema is not None
    with pytest.raises(BadRequest):
        engine.index("k[]", schema.field_schema)
    assert engine.run(operations.GetCollection).payload_schema == {}


def test_the_multilingual_tokenizer_finds_words_in_many_scripts(engine: Engine) -> None:
    engine.fill({"k": "Naïve ΣΊΣΥΦΟΣ, привет"}, {"k": "שָׁלוֹם 안녕하세요"}, {"k": "你好世界，今天"})
    params = models.TextIndexParams(type=TEXT, tokenizer=models.TokenizerType.MULTILINGUAL)
    engine.index("k", params)
    assert engine.matching("k", text="naive σίσυφος") == [0]
    assert engine.matching("k", text="שלום") == [1]
    assert engine.matching("k", text="今天") == [2]
    assert engine.matching("k", text="世界") == []  # the real engine's dictionary cuts this out


def test_a_text_index_decides_how_text_is_cut_until_it_is_gone(engine: Engine) -> None:
    engine.fill({"k": "The running foxes"}, {"k": ["fox", "run"]})
    assert engine.matching("k", text="run fox") == []
    stemmer = models.SnowballParams(
        type=models.Snowball.SNOWBALL, language=models.SnowballLanguage.ENGLISH
    )
    engine.index("k", models.TextIndexParams(type=TEXT, stemmer=stemmer))
    assert engine.matching("k", text="run fox") == [0, 1]
    assert engine.matching('"k"', text="run fox") == [0, 1]
    assert engine.matching("k", phrase="running foxes") == []
    engine.index("k", models.TextIndexParams(type=TEXT, phrase_matching=True))
    assert engine.matching("k", text="run fox") == [1]
    assert engine.matching("k", phrase="running foxes") == [0]
    engine.run(operations.DeleteFieldIndex, field_name="k")
    assert engine.matching("k", text="run fox") == []
    assert engine.matching("k", phrase="running foxes") == [0]


@pytest.mark.parametrize(
    ("direction", "start", "values"),
    [
        ("asc", 1.5, [2, 5]),
        ("desc", 1.5, [1, -3]),
        ("asc", -3, [-3, 1, 2, 5]),
        ("desc", -3.5, []),
        ("desc", 1e300, [5, 2, 1, -3]),
    ],
)
def test_orders_start_between_integers(
    engine: Engine, direction: str, start: float, values: list[int]
) -> None:
    engine.fill({"k": 5}, {"k": [2, -3]}, {"k": 1.0}, {"k": 1.5}, {"k": "2"})
    engine.index("k", models.PayloadSchemaType.INTEGER)
    order = {"key": "k", "direction": direction, "start_from": start}
    body = models.ScrollRequest.model_validate({"order_by": order})
    found = engine.run(operations.ScrollPoints, body=body).points
    assert [record.order_value for record in found] == values
