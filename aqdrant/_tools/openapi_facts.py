"""Keep `tests/data/openapi_facts.json`: names and types of Qdrant's REST API, without its prose.

Run as `python -m aqdrant._tools.openapi_facts OPENAPI_JSON` to write the table from Qdrant's
OpenAPI document, and with `--check` to compare alone. The tests hold models and operations
against the table, so that they need no copy of the document.

An operation is `[method, path, {"path": […], "query": […], "header": […]}, body]`; a member that
must be given stands with a trailing `!`. A type is written as in `string|null`, `uint64[]` and
`map<T>`, or by the name of its schema. A bound is `[least, most]` of an unsigned member.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FACTS = Path(__file__).resolve().parents[2] / "tests" / "data" / "openapi_facts.json"
METHODS = ("get", "put", "post", "patch", "delete")
Json = Mapping[str, Any]


def describe_type(schema: Json) -> str:
    """Write a schema as one short expression."""
    if set(schema) == {"nullable"}:
        return "null"
    text = _describe_present(schema)
    return f"{text}|null" if schema.get("nullable") else text


def _describe_present(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return "|".join(dict.fromkeys(describe_type(member) for member in schema[key]))
    if "allOf" in schema:
        return "&".join(describe_type(member) for member in schema["allOf"])
    if "enum" in schema:
        return "|".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        item = describe_type(schema["items"])
        return f"({item})[]" if "|" in item else f"{item}[]"
    if kind == "object" or "properties" in schema:
        return _describe_object(schema)
    return str(schema.get("format") or kind or "any")


def _describe_object(schema: Json) -> str:
    if "properties" in schema:
        required = schema.get("required", ())
        members = (
            f"{name}{'!' if name in required else ''}: {describe_type(member)}"
            for name, member in schema["properties"].items()
        )
        return f"{{{', '.join(members)}}}"
    values: Json | bool | None = schema.get("additionalProperties")
    return f"map<{describe_type(values)}>" if isinstance(values, Mapping) and values else "map"


def collect_operations(document: Json) -> dict[str, list[Any]]:
    """List every operation by its id, with its parameters by place and its body's type."""
    operations: dict[str, list[Any]] = {}
    for path, row in document["paths"].items():
        for method in METHODS:
            if method not in row:
                continue
            operation = row[method]
            parameters: dict[str, list[str]] = {}
            for parameter in operation.get("parameters", ()):
                mark = "!" if parameter.get("required") else ""
                parameters.setdefault(parameter["in"], []).append(parameter["name"] + mark)
            facts = [method.upper(), path, parameters, _describe_body(operation)]
            operations[operation["operationId"]] = facts
    return dict(sorted(operations.items()))


def _describe_body(operation: Json) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return describe_type(content["application/json"]["schema"])
    return next(iter(content), None)


def collect_schemas(document: Json) -> dict[str, Any]:
    """List every schema by name: an object's members, an enum's values, or one expression."""
    return {
        name: _describe_schema(schema)
        for name, schema in sorted(document["components"]["schemas"].items())
    }


def _describe_schema(schema: Json) -> Any:
    if "enum" in schema:
        return {"enum": schema["enum"]}
    if "properties" in schema:
        required = schema.get("required", ())
        return {
            name + ("!" if name in required else ""): describe_type(member)
            for name, member in schema["properties"].items()
        }
    for key in ("anyOf", "oneOf"):
        members = schema.get(key, ())
        if members and all("enum" in member for member in members):
            return {"enum": [value for member in members for value in member["enum"]]}
    return describe_type(schema)


_WIDTHS = {"uint8": 2**8 - 1, "uint32": 2**32 - 1}


def collect_bounds(document: Json) -> dict[str, list[int]]:
    """List least and most of every unsigned member that has others than 0 and 64 bits."""
    bounds: dict[str, list[int]] = {}
    for name, schema in sorted(document["components"]["schemas"].items()):
        for member, described in schema.get("properties", {}).items():
            width = described.get("format", "")
            if described.get("type") != "integer" or not width.startswith("uint"):
                continue
            most = int(described.get("maximum", _WIDTHS.get(width, 2**64 - 1)))
            least = int(described.get("minimum", 0))
            if (least, most) != (0, 2**64 - 1):
                bounds[f"{name}.{member}"] = [least, most]
    return bounds


def build_facts(document: Json) -> str:
    """Write the table, one operation or schema a line."""
    sections = {
        "operations": collect_operations(document),
        "schemas": collect_schemas(document),
        "bounds": collect_bounds(document),
    }
    texts: list[str] = []
    for section, rows in sections.items():
        lines = (f"  {json.dumps(name)}: {json.dumps(facts)}" for name, facts in rows.items())
        texts.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(texts) + "\n}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table or compare it with the document; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the table of the REST API's facts.")
    parser.add_argument("openapi", type=Path, help="Qdrant's OpenAPI document")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    chosen = parser.parse_args(arguments)
    facts = build_facts(json.loads(chosen.openapi.read_text(encoding="utf-8")))
    if not chosen.check:
        FACTS.write_text(facts, encoding="utf-8", newline="\n")
        return 0
    if FACTS.is_file() and FACTS.read_text(encoding="utf-8") == facts:
        return 0
    print(f"{FACTS.name} differs from what {chosen.openapi} gives; run without --check to renew it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
