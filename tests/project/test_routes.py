"""The table of REST routes against Qdrant's REST API, by the table of its names in `tests/data`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import ArgumentError
from aqdrant_rest._routes import ROUTES, Answer, find_route

FACTS = Path(__file__).resolve().parents[1] / "data" / "openapi_facts.json"
API: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))["operations"]


def class_name(operation_id: str) -> str:
    return "".join(part.capitalize() for part in operation_id.split("_"))


def described(kind: type[ops.Operation[Any]]) -> list[Any]:
    route = ROUTES[kind]
    parameters: dict[str, list[str]] = {}
    if route.in_path:
        parameters["path"] = [f"{parameter.name}!" for parameter in route.in_path]
    if route.query:
        parameters["query"] = list(route.query)
    return [route.method, route.path, parameters]


def test_every_operation_has_a_row() -> None:
    assert set(ROUTES) == set(ops.ALL_OPERATIONS)
    assert {kind.__name__ for kind in ROUTES} == {class_name(name) for name in API}


@pytest.mark.parametrize("operation_id", API)
def test_row_is_what_the_api_says(operation_id: str) -> None:
    kind = getattr(ops, class_name(operation_id))
    method, path, parameters, body = API[operation_id]
    assert described(kind) == [method, path, parameters]
    route = ROUTES[kind]
    assert route.takes_form is (body == "multipart/form-data")
    assert (route.body is not None) is (body is not None and not route.takes_form)
    content = issubclass(kind, ops.StreamOperation) and not kind.uploads
    assert (route.answer is Answer.CONTENT) is content
    assert (route.answer is Answer.TEXT) is (route.result is str)


@pytest.mark.parametrize("kind", ROUTES)
def test_row_is_found_by_the_path_it_writes(kind: type[ops.Operation[Any]]) -> None:
    route = ROUTES[kind]
    values = {field.field: f"a/{index} %é" for index, field in enumerate(route.in_path)}
    operation = kind(**dict.fromkeys(kind.__struct_fields__) | values)
    assert find_route(route.method, route.path_of(operation)) == (route, values)


@given(st.text(min_size=1))
def test_any_name_comes_back(name: str) -> None:
    operation = ops.GetSnapshot(name, "snapshot")
    route = ROUTES[ops.GetSnapshot]
    try:
        path = route.path_of(operation)
    except ArgumentError:
        assert name in {".", ".."}
        return
    assert path.isascii()
    found = find_route("GET", path)
    assert found is not None
    assert found[1]["collection_name"] == name


def test_what_is_none_is_not_in_the_query() -> None:
    route = ROUTES[ops.DeleteVectorName]
    operation = ops.DeleteVectorName("c", "v", True, models.WriteOrdering.STRONG)
    assert route.query_of(operation) == "wait=true&ordering=strong"
    assert route.query_of(operation, 3) == "wait=true&ordering=strong&timeout=3"
    assert route.query_of(ops.DeleteVectorName("c", "v")) == ""


def test_timeout_goes_where_there_is_a_place_for_it() -> None:
    assert ROUTES[ops.GetCollection].query_of(ops.GetCollection("c"), 3) == ""
    assert ROUTES[ops.GetOptimizations].query_of(ops.GetOptimizations("c", "a,b", 1), 3) == (
        "with=a%2Cb&completed_limit=1"
    )


def test_unknown_requests_have_no_row() -> None:
    assert find_route("GET", "/nowhere") is None
    assert find_route("DELETE", "/collections") is None
    assert find_route("GET", "") is None


def test_words_of_the_api_go_before_names() -> None:
    found = find_route("POST", "/collections/aliases")
    assert found is not None
    assert found[0].operation is ops.UpdateAliases


def test_ids_of_all_kinds_stand_in_paths() -> None:
    route = ROUTES[ops.GetPoint]
    id_ = UUID(int=5)
    assert route.path_of(ops.GetPoint("c", id_)) == f"/collections/c/points/{id_}"
    assert route.path_of(ops.GetPoint("c", 5)) == "/collections/c/points/5"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_steps_up_the_path_are_refused(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        ROUTES[ops.GetCollection].path_of(ops.GetCollection(name))
    assert caught.value.parameter == "collection_name"
