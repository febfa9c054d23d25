"""Models as fields, bodies and results of a FastAPI application, its OpenAPI page included."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import httpx
import numpy as np
import pydantic
import pytest
from fastapi import Body, FastAPI

from aqdrant import models


class Saved(pydantic.BaseModel):
    """A model of the application's own, with fields of ours."""

    name: str
    filter: models.Filter
    points: list[models.PointStruct] = []
    query: models.NearestQuery | models.FusionQuery | None = None
    distance: models.Distance = models.Distance.COSINE


def build_application() -> FastAPI:
    app = FastAPI()

    @app.post("/filter")
    async def echo_filter(body: models.Filter) -> models.Filter:
        return body

    @app.post("/query")
    async def query(body: models.QueryRequest) -> models.QueryResponse:
        found = [models.ScoredPoint(id=1, version=0, score=0.5, payload={"a": None})]
        return models.QueryResponse(points=found[: body.limit])

    @app.post("/points", response_model_exclude_none=True)
    async def echo_points(body: list[models.PointStruct]) -> list[models.PointStruct]:
        return body

    @app.post("/both")
    async def both(
        request: models.QueryRequest, point: models.PointStruct, name: Annotated[str, Body()]
    ) -> dict[str, Any]:
        return {"limit": request.limit, "id": point.id, "name": name}

    @app.post("/optional")
    async def optional(body: models.Filter | None = None) -> bool:
        return body is not None

    @app.post("/saved")
    async def saved(body: Saved) -> Saved:
        return body

    @app.get("/arrays")
    async def arrays() -> models.PointStruct:
        return models.PointStruct(id=1, vector=np.array([0.5, 1.5], dtype=np.float32))

    @app.get("/telemetry")
    async def telemetry() -> models.TelemetryData | None:
        return None

    return app


APPLICATION = build_application()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=APPLICATION)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as opened:
        yield opened


FILTER = {
    "must": [{"key": "city", "match": {"except": ["Oslo"]}}, {"has_id": [1, 2]}],
    "must_not": {"nested": {"key": "a", "filter": {"should": [{"is_null": {"key": "b"}}]}}},
}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


async def test_a_body_comes_back(client: httpx.AsyncClient, anyio_backend: Any) -> None:
    answer = await client.post("/filter", json=FILTER)
    assert answer.status_code == 200
    assert without_nulls(answer.json()) == FILTER


async def test_results_are_written_as_pydantic_writes_them(
    client: httpx.AsyncClient, anyio_backend: Any
) -> None:
    answer = await client.post("/query", json={"query": [0.5, 1.5], "limit": 3})
    assert answer.json() == {
        "points": [
            {
                "id": 1,
                "version": 0,
                "score": 0.5,
                "payload": {"a": None},
                "vector": None,
                "shard_key": None,
                "order_value": None,
            }
        ]
    }


async def test_lists_and_exclude_none(client: httpx.AsyncClient, anyio_backend: Any) -> None:
    points = [{"id": 1, "vector": [1, 2]}, {"id": 2, "vector": {"a": [0.5]}, "payload": {"b": 1}}]
    answer = await client.post("/points", json=points)
    assert answer.json() == points


async def test_arrays_leave_as_lists(client: httpx.AsyncClient, anyio_backend: Any) -> None:
    assert (await client.get("/arrays")).json()["vector"] == [0.5, 1.5]


async def test_several_bodies_and_optional_ones(
    client: httpx.AsyncClient, anyio_backend: Any
) -> None:
    body = {"request": {"limit": 3}, "point": {"id": 7, "vector": []}, "name": "n"}
    answer = await client.post("/both", json=body)
    assert answer.json() == {"limit": 3, "id": 7, "name": "n"}
    assert (await client.post("/optional")).json() is False
    assert (await client.post("/optional", json=FILTER)).json() is True


async def test_fields_of_the_applications_own_models(
    client: httpx.AsyncClient, anyio_backend: Any
) -> None:
    body = {"name": "a", "filter": FILTER, "query": {"fusion": "rrf"}, "distance": "Dot"}
    answer = await client.post("/saved", json=body)
    assert answer.status_code == 200, answer.text
    assert without_nulls(answer.json()) == {**body, "points": []}


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        (
            "/filter",
            {"must": [{"kye": "a"}]},
            "must[0]: unknown key 'kye' in Condition (did you mean 'key' of FieldCondition?)",
        ),
        ("/query", {"limit": -1}, "QueryRequest.limit: int -1, wanted an int from 1"),
        ("/points", [{"id": -1, "vector": []}], "PointStruct.id: point id int -1 is out of range"),
        ("/saved", {"name": "a", "filter": {"must": 3}}, "Filter.must: int 3, wanted Condition"),
    ],
)
async def test_errors_are_422_and_say_where(
    client: httpx.AsyncClient, anyio_backend: Any, path: str, body: Any, text: str
) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert text in detail["msg"]
    assert detail["loc"][0] == "body"


# ---- the OpenAPI page


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return APPLICATION.openapi()


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def schema_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    schema: dict[str, Any] = schemas.get(name) or schemas[f"{name}-Input"]
    return schema


def test_the_document_is_json_and_every_reference_resolves(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert "$defs" not in text
    schemas = document["components"]["schemas"]
    found = set(references(document))
    assert len(found) > 150
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in schemas


def test_models_stand_in_the_document_with_fields_and_words(document: dict[str, Any]) -> None:
    point = schema_of(document, "PointStruct")
    assert point["title"] == "PointStruct"
    assert point["description"] == models.PointStruct.__doc__
    assert point["required"] == ["id", "vector"]
    assert set(point["properties"]) == {"id", "vector", "payload"}
    assert point["additionalProperties"] is False
    vector = point["properties"]["vector"]["anyOf"]
    assert {"items": {"type": "number"}, "type": "array"} in vector
    assert {"$ref": "#/components/schemas/Document"} in vector


def test_recursive_models_refer_to_themselves(document: dict[str, Any]) -> None:
    prefetch = schema_of(document, "Prefetch")
    assert any(
        reference.split("/")[-1].startswith("Prefetch")
        for reference in references(prefetch["properties"]["prefetch"])
    )
    assert "filter" in schema_of(document, "QueryRequest")["properties"]


def test_enums_defaults_and_aliases(document: dict[str, Any]) -> None:
    assert schema_of(document, "Distance")["enum"] == [member.value for member in models.Distance]
    assert schema_of(document, "SearchParams")["properties"]["exact"]["default"] is False
    assert set(schema_of(document, "MatchExcept")["properties"]) == {"except"}


def test_bodies_and_results_refer_to_models(document: dict[str, Any]) -> None:
    operation = document["paths"]["/query"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"].endswith("/QueryRequest")
    result = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert result["$ref"].endswith("/QueryResponse")


# ---- pydantic alone


def test_pydantic_takes_instances_and_dicts() -> None:
    adapter = pydantic.TypeAdapter(models.Filter)
    model = models.Filter(must=[])
    assert adapter.validate_python(model) is model
    assert adapter.validate_python({"must": []}) == model
    assert adapter.validate_json('{"must": []}') == model
    assert json.loads(adapter.dump_json(model, exclude_none=True)) == {"must": []}
    assert adapter.dump_python(model, exclude_none=True) == {"must": []}
    with pytest.raises(pydantic.ValidationError, match="did you mean 'must'"):
        adapter.validate_python({"msut": []})


@pytest.mark.parametrize("name", ["QueryRequest", "TelemetryData", "UpdateOperations"])
def test_every_model_has_a_json_schema(name: str) -> None:
    schema = pydantic.TypeAdapter(getattr(models, name)).json_schema()
    assert schema["title"] == name
    assert "$defs" in schema


def test_all_models_are_described() -> None:
    kinds = [
        kind
        for name in models.__all__
        if isinstance(kind := getattr(models, name), type) and issubclass(kind, models.Model)
    ]
    for kind in kinds:
        if kind is not models.Model:
            assert pydantic.TypeAdapter(kind).json_schema(mode="serialization")
