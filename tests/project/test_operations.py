"""The operations against Qdrant's REST API, by the table of its names in `tests/data`."""

from __future__ import annotations

import json
import keyword
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from aqdrant import operations

FACTS = Path(__file__).resolve().parents[1] / "data" / "openapi_facts.json"


class Fact(NamedTuple):
    """A row of the table: what the REST API says of one operation."""

    operation_id: str
    method: str
    path: str
    parameters: dict[str, list[str]]
    body: str | None

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.operation_id.split("_"))

    def find_names(self, place: str) -> set[str]:
        names = (name.rstrip("!") for name in self.parameters.get(place, ()))
        return {f"{name}_" if keyword.iskeyword(name) else name for name in names}


ROWS = [
    Fact(operation_id, *row)
    for operation_id, row in json.loads(FACTS.read_text(encoding="utf-8"))["operations"].items()
]


def test_table_holds_the_whole_api() -> None:
    assert len(ROWS) == 69


@pytest.mark.parametrize("fact", ROWS, ids=lambda fact: fact.operation_id)
def test_operation_has_the_fields_of_its_call(fact: Fact) -> None:
    operation = getattr(operations, fact.class_name)
    fields = {field.name: field for field in msgspec.structs.fields(operation)}
    path = fact.find_names("path")
    assert path <= set(fields)
    assert [name for name in path if not fields[name].required] == []
    # A timeout belongs to the call, not to the operation: CallOptions carries it.
    query = fact.find_names("query") - {"timeout"}
    has_json_body = fact.body is not None and "/" not in fact.body
    assert set(fields) - {"body"} == path | query
    assert ("body" in fields) == has_json_body
    assert [name for name in query if fields[name].required] == []


@pytest.mark.parametrize("fact", ROWS, ids=lambda fact: fact.operation_id)
def test_reading_operations_are_those_that_change_nothing(fact: Fact) -> None:
    operation = getattr(operations, fact.class_name)
    reads = {"get_points", "scroll_points", "count_points", "facet"}
    is_read = (
        fact.method == "GET"
        or fact.operation_id in reads
        or (fact.operation_id.startswith(("query_", "search_")))
    )
    assert operation.writes is not is_read
    assert operation.idempotent or not is_read


def test_all_operations_lists_each_class_once() -> None:
    listed = [operation.__name__ for operation in operations.ALL_OPERATIONS]
    assert len(set(listed)) == len(listed)
    assert {fact.class_name for fact in ROWS} <= set(listed)
