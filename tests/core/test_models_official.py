"""The models against the official client's: names, fields, defaults, enums, unions, one by one."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pydantic
import pytest
from qdrant_client import models as official_namespace
from qdrant_client.conversions import common_types
from qdrant_client.http.models import models as official

from aqdrant import models
from aqdrant.models._unions import members, unwrap

LEFT_OUT = {
    # What the official module imports and never meant to publish.
    "typing and pydantic's own names": {
        "Annotated", "Any", "BaseModel", "Decimal", "Dict", "Enum", "Extra", "Field", "List",
        "Literal", "Optional", "Sequence", "StrictBool", "StrictFloat", "StrictInt", "StrictStr",
        "TypeVar", "Union", "annotations", "date", "datetime", "UUID",
    },
    "submodules of the official package": {"models"},
    "fastembed's classes and tables, which load it: inference has its own": {
        "FastEmbedMisc", "IDF_EMBEDDING_MODELS", "ImageEmbedding", "ImageInput",
        "LateInteractionMultimodalEmbedding", "LateInteractionTextEmbedding", "OnnxProvider",
        "SUPPORTED_EMBEDDING_MODELS", "SUPPORTED_SPARSE_EMBEDDING_MODELS", "SparseTextEmbedding",
        "TextEmbedding",
    },
    "validators of the official fields": {"NumpyVectorsToLists"},
    "of `common_types`: numpy's types, and tools that join models and messages": {
        "NumpyArray", "TypeAlias", "get_args", "get_args_subscribed", "grpc", "np", "npt",
        "remap_type", "rest", "typing_remap",
    },
}  # fmt: skip
"""Public names of `qdrant_client.models` and `common_types` that aqdrant does not have."""

OWN_NAMES = {
    "Model": "the struct that every model derives from",
    "FloatArray": "what models ask of an array: the official ones do not know arrays",
}
"""Names of `aqdrant.models` that the official client does not have."""

STRUCTS = {
    name: kind
    for name, kind in vars(official).items()
    if isinstance(kind, type)
    and issubclass(kind, pydantic.BaseModel)
    and kind.__module__ == official.__name__
}
ENUMS = {
    name: kind
    for name, kind in vars(official).items()
    if isinstance(kind, type)
    and issubclass(kind, enum.Enum)
    and kind.__module__ == official.__name__
}
ALIASES = {
    name: alias
    for name, alias in {**vars(official_namespace), **vars(official)}.items()
    if get_origin(alias) in (Union, types.UnionType, dict, list)
    and get_args(alias)
    and name not in ("ImageInput", "OnnxProvider")  # fastembed's own, there where it is installed
}


def public_names(namespace: types.ModuleType) -> set[str]:
    return {name for name in vars(namespace) if not name.startswith("_")}


OFFICIAL_NAMES = set[str]().union(
    *map(public_names, (official_namespace, official, common_types)),
)


# ---- one normal form for the types of both sides


def normal(annotation: Any) -> Any:
    """A type as nested tuples: lists and sequences alike, unions as sets, without strictness."""
    annotation = unwrap(annotation)
    origin = get_origin(annotation)
    if origin is typing.Annotated:
        return normal(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        parts = frozenset(
            part
            for member in members(annotation)
            if getattr(member, "__name__", "") != "FloatArray"
            for part in _parts(normal(member))
        )
        return next(iter(parts)) if len(parts) == 1 else ("union", parts)
    if origin in (list, Sequence):
        return ("list", normal(get_args(annotation)[0]))
    if origin in (dict, Mapping):
        return ("dict", normal(get_args(annotation)[1]))
    if origin is Literal:
        return ("literal", get_args(annotation))
    if isinstance(annotation, typing.ForwardRef):
        return annotation.__forward_arg__
    if annotation in (Any, object):
        return "any"
    if annotation is types.NoneType or annotation is None:
        return "None"
    if annotation is date:
        return normal(datetime)
    return getattr(annotation, "__name__", str(annotation))


def _parts(form: Any) -> frozenset[Any]:
    return form[1] if isinstance(form, tuple) and form[0] == "union" else frozenset({form})


def differences(ours: Any, theirs: Any) -> set[Any]:
    """Members of two normal forms that one side alone has."""
    return set(_parts(ours) ^ _parts(theirs))


KNOWN_DIFFERENCES: dict[str, set[Any]] = {
    # A result's id arrives as int or str: no UUID is made of text that nobody asked for.
    "Record.id": {"UUID"},
    "ScoredPoint.id": {"UUID"},
    "ScrollResult.next_page_offset": {"UUID"},
    "SearchMatrixPair.a": {"UUID"},
    "SearchMatrixPair.b": {"UUID"},
    "SearchMatrixOffsetsResponse.ids": {
        ("list", ("union", frozenset({"int", "str"}))),
        ("list", ("union", frozenset({"int", "str", "UUID"}))),
    },
    # Qdrant reads more forms of moments than Python, so text may stay text.
    "DatetimeRange.lt": {"str"},
    "DatetimeRange.gt": {"str"},
    "DatetimeRange.gte": {"str"},
    "DatetimeRange.lte": {"str"},
    "OrderBy.start_from": {"str"},
}


def hints_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


# ---- the tests


def test_counts() -> None:
    assert len(set(STRUCTS.values())) == 341
    assert len(set(ENUMS.values())) == 66


def test_every_public_name_is_here_or_left_out_for_a_reason() -> None:
    left_out = set().union(*LEFT_OUT.values())
    missing = OFFICIAL_NAMES - set(models.__all__)
    assert missing - left_out == set()


def test_every_own_name_is_told() -> None:
    assert set(models.__all__) - OFFICIAL_NAMES == set(OWN_NAMES)


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_enum(name: str) -> None:
    ours: type[enum.StrEnum] = getattr(models, name)
    assert issubclass(ours, enum.StrEnum)
    assert {member.name: member.value for member in ours} == {
        member.name: member.value for member in ENUMS[name]
    }


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_struct(name: str) -> None:
    ours, theirs = getattr(models, name), STRUCTS[name]
    assert issubclass(ours, models.Model)
    assert ours.__doc__
    assert ours.__doc__.strip() != (theirs.__doc__ or "").strip()
    fields = {field.name: field for field in msgspec.structs.fields(ours)}
    assert set(fields) == set(theirs.model_fields)
    hints = hints_of(ours)
    for field_name, info in theirs.model_fields.items():
        field = fields[field_name]
        assert field.required == info.is_required(), field_name
        assert field.encode_name == (info.alias or field_name)
        if not info.is_required():
            default = (
                field.default
                if field.default is not msgspec.NODEFAULT
                else typing.cast("Any", field.default_factory)()
            )
            assert default == info.get_default(call_default_factory=True), field_name
        place = f"{name}.{field_name}"
        ours_form, theirs_form = normal(hints[field_name]), normal(info.annotation)
        found = differences(ours_form, theirs_form)
        assert found == KNOWN_DIFFERENCES.get(place, found and {"None"}), place
        assert "None" not in found or not field.required, place


@pytest.mark.parametrize("name", sorted(ALIASES))
def test_alias(name: str) -> None:
    ours = getattr(models, name)
    found = differences(normal(ours), normal(ALIASES[name]))
    assert found <= ({"str"} if name == "StartFrom" else set())


@pytest.mark.parametrize(
    ("alias", "count"),
    [
        (models.Query, 11),
        (models.Condition, 8),
        (models.Match, 8),
        (models.QuantizationConfig, 4),
        (models.PayloadSchemaParams, 8),
        (models.UpdateOperation, 8),
        (models.ClusterOperations, 10),
    ],
)
def test_get_args_of_a_union_gives_its_classes(alias: Any, count: int) -> None:
    classes = get_args(alias)
    assert len(classes) == count
    assert all(issubclass(kind, models.Model) for kind in classes)
    assert all(getattr(models, kind.__name__) is kind for kind in classes)


def test_point_ids_are_ints_text_or_uuids() -> None:
    assert set(get_args(models.ExtendedPointId)) == {int, str, UUID}
