"""Models as fields, bodies and return types of pydantic and FastAPI, without importing either.

Pydantic asks a type for its core schema, a nested dict. Ours says: call `model_validate`, dump with
`model_dump`. For documentation alone (JSON schema, OpenAPI) a model is described as what it is, an
object of typed fields; models that refer to each other in circles become definitions.
Called by `Model` when pydantic asks.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from aqdrant.models._unions import members

__all__ = ["build_core_schema", "describe_model", "make_dataclass"]


def build_core_schema(kind: Any) -> dict[str, Any]:
    """Build the core schema by which pydantic reads and writes a model."""

    def validate(value: Any) -> Any:
        # Pydantic takes its own instances unseen, too: answers may hold what only a newer Qdrant
        # knows.
        return value if isinstance(value, kind) else kind.model_validate(value)

    return {
        "type": "function-plain",
        "ref": _name_of(kind),
        "function": {"type": "no-info", "function": validate},
        "serialization": {
            "type": "function-plain",
            "function": _serialize,
            "info_arg": True,
        },
    }


def _serialize(value: Any, info: Any) -> Any:
    if not hasattr(value, "model_dump"):
        return value
    return value.model_dump(
        mode=info.mode,
        by_alias=bool(info.by_alias) or info.mode == "json",
        exclude_none=info.exclude_none or info.exclude_unset,
        exclude_defaults=info.exclude_defaults,
    )


@cache
def make_dataclass(kind: Any) -> Any:
    """Make a dataclass with the fields of a model, for those who ask a model for its own."""
    fields: list[tuple[str, Any, Any]] = []
    for info in msgspec.structs.fields(kind):
        field: Any = dataclasses.field()
        if info.default is not msgspec.NODEFAULT:
            field = dataclasses.field(default=info.default)
        elif callable(info.default_factory):
            field = dataclasses.field(default_factory=info.default_factory)
        fields.append((info.name, info.type, field))
    return dataclasses.make_dataclass(kind.__name__, fields, kw_only=True, repr=False, eq=False)


# ---- documentation


def describe_model(kind: Any) -> dict[str, Any]:
    """Describe a model and all that it refers to, as pydantic's core schema."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [kind]
    while waiting:
        described, referred = _describe(waiting.pop())
        found[described["ref"]] = described
        waiting += [other for other in referred if _name_of(other) not in found]
    return {
        "type": "definitions",
        "schema": {"type": "definition-ref", "schema_ref": _name_of(kind)},
        "definitions": list(found.values()),
    }


def _name_of(kind: Any) -> str:
    # Pydantic makes the title of a definition out of what stands before the colon.
    return f"{kind.__module__}.{kind.__qualname__}:{id(kind)}"


@cache
def _describe(kind: Any) -> tuple[dict[str, Any], tuple[Any, ...]]:
    referred: list[Any] = []

    def refer(other: Any) -> dict[str, Any]:
        referred.append(other)
        return {"type": "definition-ref", "schema_ref": _name_of(other)}

    described: dict[str, Any] = {"ref": _name_of(kind), "metadata": {"pydantic_js_updates": {}}}
    updates = described["metadata"]["pydantic_js_updates"]
    updates["title"] = kind.__name__
    updates["description"] = inspect.getdoc(kind)
    if issubclass(kind, Enum):
        described |= {"type": "enum", "cls": kind, "members": list(kind), "sub_type": "str"}
        return described, ()
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        schema = _describe_type(hints[field.name], refer)
        if field.default not in (None, msgspec.NODEFAULT):
            schema = {"type": "default", "schema": schema, "default": field.default}
        fields[field.encode_name] = {
            "type": "typed-dict-field",
            "schema": schema,
            "required": field.required,
        }
    described |= {"type": "typed-dict", "fields": fields, "extra_behavior": "forbid"}
    return described, tuple(referred)


_PLAIN: dict[Any, dict[str, Any]] = {
    Any: {"type": "any"},
    object: {"type": "any"},
    bool: {"type": "bool"},
    int: {"type": "int"},
    float: {"type": "float"},
    str: {"type": "str"},
    datetime: {"type": "datetime"},
    date: {"type": "date"},
    UUID: {"type": "uuid"},
}


def _describe_type(annotation: Any, refer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    parts = [part for part in members(annotation) if getattr(part, "__name__", "") != "FloatArray"]
    if types.NoneType in parts:
        parts.remove(types.NoneType)
        return {"type": "nullable", "schema": _describe_parts(parts, refer)}
    return _describe_parts(parts, refer)


def _describe_parts(parts: Sequence[Any], refer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    if len(parts) > 1:
        return {"type": "union", "choices": [_describe_parts([part], refer) for part in parts]}
    part = parts[0]
    if part in _PLAIN:
        return dict(_PLAIN[part])
    origin, arguments = get_origin(part), get_args(part)
    if origin is Literal:
        return {"type": "literal", "expected": list(arguments)}
    if origin in (list, Sequence):
        return {"type": "list", "items_schema": _describe_type(arguments[0], refer)}
    if origin in (dict, Mapping):
        values = _describe_type(arguments[1], refer)
        return {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": values}
    return refer(cast("type[Any]", part))
