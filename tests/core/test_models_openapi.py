"""The models against Qdrant's OpenAPI document, by the table that `_tools.openapi_facts` keeps.

The document is that of 1.19, the models those of 1.20: what the document has, the models have.
"""

from __future__ import annotations

import enum
import json
import re
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest

from aqdrant import models
from aqdrant.models._bounds import BOUNDS
from aqdrant.models._unions import members, unwrap
from aqdrant.operations import ALL_OPERATIONS

FACTS = json.loads((Path(__file__).parents[1] / "data" / "openapi_facts.json").read_text())
SCHEMAS: dict[str, Any] = FACTS["schemas"]

LEFT_OUT = {"AbortResharding": "an empty object: the field takes any"}
"""Schemas without a model of their name."""

GONE = {"VectorStorageType": {"Empty"}, "SparseVectorStorageType": {"empty"}}
"""Values of enums that 1.20 does not know any more; an answer with one of them keeps it as str."""


def is_object(schema: Any) -> bool:
    return isinstance(schema, dict) and "enum" not in schema


OBJECTS = sorted(name for name in SCHEMAS if is_object(SCHEMAS[name]) and name not in LEFT_OUT)
ENUMS = sorted(
    name for name, schema in SCHEMAS.items() if isinstance(schema, dict) and "enum" in schema
)


# ---- which kinds of JSON a type takes


NUMBERS = {"float", "double"}
STRINGS = {"string", "date-time", "partial-date-time", "uuid", "uri"}


def split(expression: str) -> list[str]:
    """The members of a union, at the top level."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(expression):
        depth += (character in "({<") - (character in ")}>")
        if character == "|" and depth == 0:
            parts.append(expression[start:index])
            start = index + 1
    return [*parts, expression[start:]]


def kinds_in_document(expression: str) -> set[str]:
    """The kinds of JSON values that a type of the document takes."""
    found: set[str] = set()
    for part in split(expression):
        schema = SCHEMAS.get(part)
        if isinstance(schema, str) and schema != part:
            found |= kinds_in_document(schema)
        elif schema is not None:
            found.add("object" if is_object(schema) or schema == "map" else "string")
        elif part.endswith("[]"):
            found.add("array")
        elif part.startswith("(") or part == "null":
            found |= kinds_in_document(part[1:-1]) if part != "null" else set()
        elif part.startswith(("map", "{")):
            found.add("object")
        elif re.fullmatch(r"u?int\d*", part):
            found.add("integer")
        else:
            found.add(
                "number"
                if part in NUMBERS
                else "string"
                if part in STRINGS or part.startswith('"')
                else part
            )
    return found


PLAIN = {
    bool: {"boolean"},
    int: {"integer"},
    float: {"number"},
    str: {"string"},
    UUID: {"string"},
    datetime: {"string"},
    date: {"string"},
    types.NoneType: set[str](),
}


def kinds_in_model(annotation: Any) -> set[str]:
    """The kinds of JSON values that a type of ours takes."""
    found: set[str] = set()
    for member in members(annotation):
        part = unwrap(member)
        if part in PLAIN:
            found |= PLAIN[part]
        elif part in (Any, object):
            found.add("any")
        elif get_origin(part) in (list, Sequence):
            found.add("array")
        elif get_origin(part) in (dict, Mapping) or hasattr(part, "__struct_fields__"):
            found.add("object")
        elif get_origin(part) is Literal or issubclass(part, enum.Enum):
            found.add("string")
    return found


# ---- the tests


def test_every_schema_has_its_model() -> None:
    assert {name for name in SCHEMAS if not hasattr(models, name)} == set(LEFT_OUT)


@pytest.mark.parametrize("name", ENUMS)
def test_enum_has_the_values_of_the_document(name: str) -> None:
    values = {
        member.value
        for kind in members(getattr(models, name))
        if issubclass(kind, enum.Enum)
        for member in kind
    }
    assert set(SCHEMAS[name]["enum"]) - values == GONE.get(name, set())


def test_bounds_are_those_of_the_document() -> None:
    documented = {name: tuple(bounds) for name, bounds in FACTS["bounds"].items()}
    assert BOUNDS.items() <= documented.items()
    # Left out: what no call takes, and bounds that not every server has.
    left_out = documented.keys() - BOUNDS.keys()
    in_calls = {name for name in left_out if name.partition(".")[0] in taken_by_calls()}
    assert in_calls == {"MinShould.min_count", "SearchParams.hnsw_ef"}


def taken_by_calls() -> set[str]:
    """Names of all models that a body of an operation can hold."""
    found: set[str] = set()
    waiting = [get_type_hints(kind).get("body") for kind in ALL_OPERATIONS]
    while waiting:
        for part in map(unwrap, members(waiting.pop())):
            waiting += get_args(part)
            name = getattr(part, "__name__", "")
            if isinstance(part, type) and issubclass(part, models.Model) and name not in found:
                found.add(name)
                waiting += get_type_hints(part).values()
    return found


@pytest.mark.parametrize("name", OBJECTS)
def test_object_has_the_members_of_the_document(name: str) -> None:
    kind = getattr(models, name)
    hints = get_type_hints(kind)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for member, expression in SCHEMAS[name].items():
        field = fields[member.rstrip("!")]
        assert field.required == member.endswith("!"), member
        documented = kinds_in_document(expression)
        ours = kinds_in_model(hints[field.name])
        if "any" in ours or "any" in documented:
            continue
        # Newer versions take more: what the document has must be taken.
        assert documented - ours == set(), member
        assert "null" not in ours
        nullable = expression.endswith("|null") and not field.required
        assert not nullable or types.NoneType in members(hints[field.name]), member
