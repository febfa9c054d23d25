"""Readers of unions: by the type of what came, then by the declared table, then by what fits.

Called by `_readers.reader`.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import msgspec

from aqdrant.models import _arrays, _scalars
from aqdrant.models._official import fields_of
from aqdrant.models._readers import (
    LENIENT,
    STRICT,
    Reader,
    Temper,
    as_it_is,
    choices,
    hint,
    reader,
    unknown_key,
)
from aqdrant.models._scalars import Mismatch, kind_of
from aqdrant.models._unions import TABLES, ByTag, members, unwrap

__all__ = ["union_reader"]


def union_reader(annotation: Any, temper: Temper) -> Reader:
    """Compile the reader of a union."""
    parts = [part for part in members(annotation) if part is not types.NoneType]
    models = [part for part in parts if _is_model(part)]
    mappings = [part for part in parts if get_origin(part) in (dict, Mapping)]
    scalars = [part for part in parts if not _is_compound(part)]
    by_type: dict[Any, Reader] = {model: reader(model, temper) for model in models}
    by_type |= _exact_scalars(scalars)
    if types.NoneType in members(annotation):
        by_type[types.NoneType] = as_it_is
    read_dict: Reader | None = None
    if models or mappings:
        read_dict = by_type[dict] = _mapping_reader(models, mappings, temper, parts)
    read_listlike = _listlike_reader(parts, temper)
    if read_listlike is not None:
        by_type[list] = by_type[tuple] = read_listlike
    read_scalar = _scalar_reader(scalars, parts, temper)
    by_name: dict[str, Reader] = {model.__name__: by_type[model] for model in models}

    def read_other(value: Any, depth: int) -> Any:
        if _scalars.is_array(value):
            if read_listlike is not None and len(value.shape) > 0:
                return read_listlike(value, depth)
            return read_scalar(value)
        if read_dict is not None and _scalars.is_mapping(value):
            return read_dict(value, depth)
        if read_listlike is not None and _scalars.is_listlike(value):
            return read_listlike(value, depth)
        if read_dict is not None and (given := fields_of(value)) is not None:
            return by_name.get(type(value).__name__, read_dict)(given, depth)
        return read_scalar(value)

    def read_union(value: Any, depth: int = 0) -> Any:
        read = by_type.get(type(value))
        return read_other(value, depth) if read is None else read(value, depth)

    return read_union


def _exact_scalars(scalars: list[Any]) -> dict[type, Reader]:
    """Readers of the scalars whose type alone says which member is meant."""
    exact: dict[type, Reader] = {kind: as_it_is for kind in scalars if _is_enum(kind)}
    if UUID in scalars:
        return exact | {int: _scalars.read_point_id, UUID: _scalars.read_point_id}
    if bool in scalars:
        exact[bool] = as_it_is
    if float in scalars:
        exact[float] = exact[int] = _scalars.read_float
    if int in scalars:
        exact[int] = _bounded
    if str in scalars and datetime not in scalars and not any(map(_is_enum, scalars)):
        exact[str] = _scalars.read_str
    return exact


def _is_enum(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Enum)


def _is_model(part: Any) -> bool:
    return hasattr(part, "__struct_fields__")


def _is_array_type(part: Any) -> bool:
    return getattr(part, "__name__", "") == "FloatArray"


def _is_sequence(part: Any) -> bool:
    return get_origin(part) in (list, Sequence)


def _is_compound(part: Any) -> bool:
    return (
        _is_model(part)
        or _is_array_type(part)
        or get_origin(part) in (list, Sequence, dict, Mapping)
    )


# ---- mappings


def _mapping_reader(
    models: list[Any], mappings: list[Any], temper: Temper, parts: list[Any]
) -> Reader:
    readers = {model: reader(model, temper) for model in models}
    read_mapping = reader(mappings[0], temper) if mappings else None
    table = TABLES.get(frozenset(models))
    if table is None and len(models) > 1:
        raise TypeError(f"no table tells {', '.join(model.__name__ for model in models)} apart")

    def pick(value: Mapping[str, Any]) -> Any:
        if table is not None:
            kind = table(value)
            return kind if kind in readers else None
        if not models:
            return None
        if read_mapping is not None:
            return models[0] if _is_meant(models[0], value) else None
        is_unknown = temper is LENIENT and not _has_a_field(models[0], value)
        return None if is_unknown else models[0]

    def read_dict(value: Any, depth: int = 0) -> Any:
        kind = pick(value)
        if kind is not None:
            return readers[kind](value, depth)
        if read_mapping is not None:
            return read_mapping(value, depth)
        if temper is LENIENT:
            return value
        raise _no_member(value, models, parts)

    return read_dict


def _has_a_field(model: Any, value: Mapping[str, Any]) -> bool:
    return not value or any(name in value for name in model.__struct_encode_fields__)


def _is_meant(model: Any, value: Mapping[str, Any]) -> bool:
    """Whether a mapping is the only model of a union rather than a mapping of names."""
    names, required = _names(model)
    if not required:
        return False
    if all(name in value for name in required):
        return True
    return any(name in value and isinstance(value[name], int | float | str) for name in names)


@cache
def _names(model: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All names of a model's fields in JSON, and those it needs."""
    fields = msgspec.structs.fields(model)
    required = tuple(field.encode_name for field in fields if field.required)
    return tuple(field.encode_name for field in fields), required


def _no_member(value: Mapping[Any, Any], models: list[Any], parts: list[Any]) -> Mismatch:
    table = TABLES.get(frozenset(models))
    if isinstance(table, ByTag) and table.tag in value:
        tag = value[table.tag]
        reason = f"{kind_of(tag)}, wanted {choices(tag, table.values)}"
        return Mismatch(reason).inside(table.tag)
    name = _alias_of(models) or _alias_of(parts) or " or ".join(m.__name__ for m in models)
    known = sorted({field for model in models for field in model.__struct_encode_fields__})
    for key in value:
        if key not in known:
            text = unknown_key(key, known, name)
            owners = [
                model.__name__
                for model in models
                if any(text.endswith(f"{field!r}?)") for field in model.__struct_encode_fields__)
            ]
            if len(owners) == 1:
                text = f"{text.removesuffix('?)')} of {owners[0]}?)"
            return Mismatch(text)
    keys = ", ".join(map(repr, value)) or "no key"
    return Mismatch(f"a dict with {keys} is no {name}; it needs one of: {_keys_of(models)}")


# ---- lists and arrays


def _listlike_reader(parts: list[Any], temper: Temper) -> Reader | None:
    """What a union takes of lists and arrays: numbers by depth, anything else by what fits."""
    sequences = [part for part in parts if _is_sequence(part)]
    if not sequences:
        return None
    depths = frozenset(depth for part in sequences if (depth := _float_depth(part)))
    readers = [reader(part, temper) for part in sequences if not _float_depth(part)]
    # A column of vectors has no depth of its own here: its items are a union of their own.
    holds_ids = any(UUID in members(get_args(part)[0]) for part in sequences)
    keeps_arrays = any(_is_array_type(part) for part in parts) and not holds_ids
    array_depths = depths or frozenset((2, 3))
    takes_rows = 1 in depths
    keeps_integers = keeps_arrays and Sequence[int] in sequences

    def read_listlike(value: Any, depth: int = 0) -> Any:
        if value.__class__ is list:
            if not value or (temper is LENIENT and depths):
                return value
            if takes_rows and type(value[0]) is float:
                return _arrays.read_row(value)
        elif _scalars.is_array(value):
            if keeps_integers:
                return _keep_integers(value)
            if keeps_arrays or depths:
                return _arrays.read_true_array(value, array_depths, keeps_arrays)
        else:
            value = _scalars.listed(value)
        if depths and (not readers or _arrays.has_numbers(value)):
            return _arrays.read_array(value, depths, keep=keeps_arrays)
        return _read_as_any(value, readers, depth)

    return read_listlike


def _keep_integers(value: Any) -> Any:
    kind = getattr(value.dtype, "kind", None)
    if kind in ("i", "u") and value.ndim == 1 and not hasattr(value, "to_numpy"):
        return value
    return _arrays.read_integers(value)


def _read_as_any(value: Any, readers: list[Reader], depth: int) -> Any:
    nearest: Mismatch | None = None
    for read in readers:
        try:
            return read(value, depth)
        except Mismatch as mismatch:
            # The member that got furthest into the value is the one that was meant.
            if nearest is None or len(mismatch.steps) > len(nearest.steps):
                nearest = mismatch
    raise nearest if nearest is not None else Mismatch(f"{kind_of(value)} does not belong here")


def _float_depth(annotation: Any) -> int:
    """1 for a sequence of floats, 2 for a sequence of those, ...; 0 for anything else."""
    depth = 0
    while _is_sequence(annotation):
        annotation = get_args(annotation)[0]
        depth += 1
    return depth if annotation is float else 0


# ---- scalars


_MIN_SIGNED = -(2**63)
_ORDER = (bool, int, float, datetime, date, UUID, str)
"""The order in which scalars are tried: none of them is taken for one that follows."""


def _scalar_reader(scalars: list[Any], parts: list[Any], temper: Temper) -> Reader:
    readers: list[Reader] = []
    if UUID in scalars and int in scalars:
        readers.append(_scalars.read_point_id)
    else:
        enums = [part for part in scalars if _is_enum(part)]
        readers += [reader(part, STRICT) for part in enums]
        kinds = [kind for kind in _ORDER if kind in scalars]
        texts = str in scalars and (datetime in scalars or date in scalars)
        readers += [_scalars.read_datetime_or_text] if texts else []
        readers += [_bounded if kind is int else reader(kind, temper) for kind in kinds]
        readers += [reader(part, temper) for part in scalars if get_origin(part) is Literal]

    def read_scalar(value: Any, _depth: int = 0) -> Any:
        for read in readers:
            try:
                return read(value)
            except Mismatch:
                continue
        if temper is LENIENT:
            return value
        raise Mismatch(_refusal(value, parts, scalars))

    return read_scalar


def _bounded(value: Any, _depth: int = 0) -> int:
    number = value if value.__class__ is int else _scalars.read_int(value)
    if _MIN_SIGNED <= number <= _scalars.MAX_UNSIGNED:
        return number
    raise Mismatch(f"{kind_of(number)}, wanted no more than 64 bits")


# ---- what is wanted


def _refusal(value: Any, parts: list[Any], scalars: list[Any]) -> str:
    enums = [part for part in scalars if _is_enum(part)]
    if isinstance(value, str) and enums and str not in scalars:
        known = [str(member.value) for kind in enums for member in kind]
        return f"{kind_of(value)}, wanted {_describe(parts)}{hint(value, known)}"
    refusal = f"{kind_of(value)}, wanted {_describe(parts)}"
    if isinstance(value, str) and any(
        part.__name__ == "Document" for part in filter(_is_model, parts)
    ):
        return f"{refusal}: a text to embed goes in Document(text=..., model=...)"
    return refusal


def _describe(parts: list[Any]) -> str:
    models = [part for part in parts if _is_model(part)]
    texts = [
        text for part in parts if not _is_model(part) if (text := _describe_part(part, models))
    ]
    if UUID in parts and int in parts:
        plain = [_describe_part(part, models) for part in (int, str, UUID)]
        texts = [text for text in texts if text not in plain] + [
            "a point id (an unsigned int or a UUID)"
        ]
    if models and len(models) <= 2:
        texts += [f"{model.__name__} or a dict of its fields" for model in models]
    elif models:
        texts.append(f"a dict with one of: {_keys_of(models)}")
    text = " or ".join(dict.fromkeys(texts))
    name = _alias_of(parts) or _alias_of(models)
    return f"{name} ({text})" if name else text


def _describe_part(part: Any, models: list[Any]) -> str:
    if _is_array_type(part):
        return ""
    if depth := _float_depth(part):
        return ("a list of floats or an array", "a list of vectors or a 2-d array", "a 3-d array")[
            min(depth, 3) - 1
        ]
    if _is_sequence(part):
        inner = [p for p in members(unwrap(get_args(part)[0])) if _is_model(p)]
        return "a list of these" if inner and inner == models else f"a list of {_item_of(part)}"
    if get_origin(part) in (dict, Mapping):
        return "a dict"
    if _is_enum(part):
        return " or ".join(repr(member.value) for member in part)
    if get_origin(part) is Literal:
        return " or ".join(map(repr, get_args(part)))
    return str(part.__name__)


def _item_of(part: Any) -> str:
    return _describe([*members(get_args(part)[0])])


def _keys_of(models: list[Any]) -> str:
    """Name the keys by which the models of a union are known."""
    keys: dict[str, None] = {}
    for model in models:
        fields = msgspec.structs.fields(model)
        required = [field.encode_name for field in fields if field.required][:1]
        keys |= dict.fromkeys(required or [field.encode_name for field in fields])
    return ", ".join(keys)


def _alias_of(parts: list[Any]) -> str | None:
    """Find the public name of a union that holds models."""
    wanted = {part for part in parts if not _is_array_type(part)}
    if not any(map(_is_model, parts)):
        return None
    prefix = "aqdrant.models."
    loaded = sorted(name for name in sys.modules if name.startswith(prefix))
    nouns = [name for name in loaded if not name.removeprefix(prefix).startswith("_")]
    for noun in nouns:
        module = sys.modules[noun]
        for name in module.__all__:
            alias = getattr(module, name)
            found = {part for part in members(alias) if not _is_array_type(part)}
            if len(found) > 1 and found == wanted:
                return str(name)
    return None
