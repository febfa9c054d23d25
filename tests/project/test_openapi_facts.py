"""The tool that keeps the table of the REST API's facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aqdrant._tools.openapi_facts import build_facts, describe_type

REFERENCE = {"$ref": "#/components/schemas/Filter"}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "any"),
        ({"type": "string"}, "string"),
        ({"type": "integer", "format": "uint64", "nullable": True}, "uint64|null"),
        (REFERENCE, "Filter"),
        ({"anyOf": [REFERENCE, {"nullable": True}]}, "Filter|null"),
        (
            {"type": "array", "items": {"oneOf": [REFERENCE, {"type": "string"}]}},
            "(Filter|string)[]",
        ),
        ({"type": "array", "items": REFERENCE}, "Filter[]"),
        ({"allOf": [REFERENCE]}, "Filter"),
        ({"type": "string", "enum": ["asc"]}, '"asc"'),
        ({"type": "object", "additionalProperties": REFERENCE}, "map<Filter>"),
        ({"type": "object", "additionalProperties": True}, "map"),
        (
            {"type": "object", "required": ["a"], "properties": {"a": REFERENCE, "b": {}}},
            "{a!: Filter, b: any}",
        ),
    ],
)
def test_types_are_written_short(schema: dict[str, Any], text: str) -> None:
    assert describe_type(schema) == text


def test_table_has_names_and_no_prose() -> None:
    operation = {
        "operationId": "get_thing",
        "description": "Prose.",
        "parameters": [
            {"name": "name", "in": "path", "required": True, "description": "Prose."},
            {"name": "wait", "in": "query"},
        ],
        "requestBody": {"content": {"application/json": {"schema": REFERENCE}}},
    }
    document = {
        "paths": {"/things/{name}": {"post": operation}},
        "components": {
            "schemas": {
                "Filter": {
                    "description": "Prose.",
                    "required": ["key"],
                    "properties": {
                        "key": {"type": "string", "description": "Prose."},
                        "limit": {"type": "integer", "format": "uint", "minimum": 1},
                        "most": {"type": "integer", "format": "uint32"},
                        "any": {"type": "integer", "format": "uint64", "minimum": 0},
                    },
                },
                "Direction": {
                    "description": "Prose.",
                    "oneOf": [{"enum": ["asc"]}, {"enum": ["desc"]}],
                },
            }
        },
    }
    assert json.loads(build_facts(document)) == {
        "operations": {
            "get_thing": [
                "POST",
                "/things/{name}",
                {"path": ["name!"], "query": ["wait"]},
                "Filter",
            ]
        },
        "schemas": {
            "Filter": {"key!": "string", "limit": "uint", "most": "uint32", "any": "uint64"},
            "Direction": {"enum": ["asc", "desc"]},
        },
        "bounds": {"Filter.limit": [1, 2**64 - 1], "Filter.most": [0, 2**32 - 1]},
    }
