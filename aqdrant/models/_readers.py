"""One compiled reader per type: what comes in becomes models, or is refused.

STRICT is for what users pass: models (the official client's, too), mappings, lists, tuples, arrays
and UUIDs mixed at every depth, canonical models out. SERVED is for requests that we serve: as
strict, but that members which a model does not have are ignored where Qdrant ignores them. LENIENT
is for what servers answer: members that a newer server added are ignored, an unknown enum value
stays a str and an unknown union member a dict.

A reader takes a value and the depth at which it lies, and returns the very object it was given
where nothing had to change, so reading what is canonical already costs no copies (but for payloads,
which are always fresh). Called by `_reading` and by whoever reads many values of one type.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec.structs import astuple, replace

from aqdrant.models import _arrays, _payloads, _scalars
from aqdrant.models._bounds import BOUNDS
from aqdrant.models._official import fields_of
from aqdrant.models._payloads import MAX_DEPTH, TOO_DEEP
from aqdrant.models._scalars import (
    Mismatch,
    are_numeric_ids,
    is_mapping,
    kind_of,
    listed,
    shortened,
)
from aqdrant.models._unions import is_union, members, unwrap

__all__ = [
    "LENIENT",
    "SERVED",
    "STRICT",
    "Reader",
    "Temper",
    "as_it_is",
    "choices",
    "hint",
    "reader",
    "unknown_key",
]

Reader: TypeAlias = Callable[..., Any]
"""Takes a value and the depth at which it lies, 0 by default."""


class Temper(Enum):
    """How a reader takes what it does not know."""

    STRICT = "strict"
    SERVED = "served"
    LENIENT = "lenient"


STRICT, SERVED, LENIENT = Temper.STRICT, Temper.SERVED, Temper.LENIENT

_CLOSED = frozenset({"Filter", "PayloadSelectorExclude", "PayloadSelectorInclude"})
"""Models that Qdrant, too, allows no other members."""

_OTHER_NAMES = {
    **{(name, "vector"): "vectors" for name in ("DeleteVectors", "PointStruct", "PointVectors")},
    **{
        (f"{name}Request", "with_vector"): "with_vectors"
        for name in ("Point", "Query", "QueryGroups", "Scroll")
    },
}
"""Model and member → another name that Qdrant reads, and its documentation does not tell."""


@cache
def reader(annotation: Any, temper: Temper) -> Reader:
    """Compile the reader of a type; what models hold is compiled when they are first read."""
    annotation = unwrap(annotation)
    leaves = _LENIENT_LEAVES if temper is LENIENT else _LEAVES
    if annotation in leaves:
        return leaves[annotation]
    if is_union(annotation):
        from aqdrant.models._union_readers import union_reader

        return union_reader(annotation, temper)
    origin = get_origin(annotation)
    if origin is Literal:
        return _literal(get_args(annotation))
    if origin in (list, Sequence):
        element = get_args(annotation)[0]
        read = _sequence(reader(element, temper))
        return _ids(read) if set(members(element)) == {int, str, UUID} else read
    if origin in (dict, Mapping):
        return _mapping(reader(get_args(annotation)[1], temper))
    if isinstance(annotation, type):
        if issubclass(annotation, msgspec.Struct):
            return _struct(annotation, temper)
        if issubclass(annotation, Enum):
            return _enum(annotation, temper)
    raise TypeError(f"no reader for {annotation!r}")


def as_it_is(value: Any, _depth: int = 0) -> Any:
    """Take a value that needs no reading."""
    return value


_SCALARS: dict[Any, Reader] = {
    bool: _scalars.read_bool,
    int: _scalars.read_int,
    float: _scalars.read_float,
    str: _scalars.read_str,
    date: _scalars.read_datetime,
    datetime: _scalars.read_datetime,
    UUID: _scalars.read_uuid,
    types.NoneType: _scalars.read_none,
}
_LEAVES: dict[Any, Reader] = {
    **_SCALARS,
    Any: _payloads.read_payload_value,
    object: _payloads.read_model_input,
    Sequence[float]: _arrays.read_numbers,
    list[float]: _arrays.read_numbers,
    Sequence[int]: _arrays.read_integers,
    list[int]: _arrays.read_integers,
    dict[str, Any]: _payloads.read_payload,
    Mapping[str, Any]: _payloads.read_payload,
}
# What a server sent is JSON already: numbers and payloads need no second look.
_LENIENT_LEAVES: dict[Any, Reader] = {
    **_SCALARS,
    Any: as_it_is,
    object: as_it_is,
    list[float]: as_it_is,
    list[int]: as_it_is,
    dict[str, Any]: as_it_is,
}


# ---- what was meant


_LONGEST_TYPO = 100


def unknown_key(key: object, known: Collection[str], owner: str) -> str:
    """Say that a key is unknown, and which one was probably meant."""
    meant = hint(key, known) or f" (it has {', '.join(sorted(known))})"
    return f"unknown key {shortened(str(key))!r} in {owner}{meant}"


def choices(value: object, known: Collection[str]) -> str:
    """List what is possible, and say which one was probably meant."""
    return f"{' or '.join(map(repr, known))}{hint(value, known)}"


def hint(value: object, known: Collection[str]) -> str:
    """Say in parentheses which one was probably meant, or nothing."""
    from difflib import get_close_matches

    if not isinstance(value, str) or len(value) > _LONGEST_TYPO:
        return ""
    near = get_close_matches(value, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else ""


# ---- models


class _Fields:
    """The fields of a model, with their readers."""

    def __init__(self, kind: Any, temper: Temper) -> None:
        hints = get_type_hints(kind)
        self.rows: list[tuple[str, str, Reader]] = []
        self.skipped: set[int] = set()
        self.by_key: dict[str, tuple[str, Reader, bool]] = {}
        self.required: list[tuple[str, str]] = []
        for index, info in enumerate(msgspec.structs.fields(kind)):
            annotation = hints[info.name]
            # A server answers null for a score that no JSON number can tell.
            optional = temper is LENIENT or types.NoneType in members(annotation)
            read = _field_reader(annotation, temper)
            bounds = BOUNDS.get(f"{kind.__name__}.{info.encode_name}")
            if bounds is not None and temper is STRICT:
                read = _scalars.bounded(*bounds)
            if optional and info.default not in (None, msgspec.NODEFAULT):
                # What is None and has another default would be sent as null.
                read = _or_default(read, info.default)
            elif optional:
                self.skipped.add(index)
            self.rows.append((info.name, info.encode_name, read))
            self.by_key[info.encode_name] = self.by_key[info.name] = (info.name, read, optional)
            if temper is SERVED and (other := _OTHER_NAMES.get((kind.__name__, info.name))):
                self.by_key[other] = self.by_key[info.name]
            if info.required:
                self.required.append((info.name, info.encode_name))


def _field_reader(annotation: Any, temper: Temper) -> Reader:
    parts = [part for part in members(annotation) if part is not types.NoneType]
    if parts == [int] and temper is not LENIENT:
        # Every integer that stands alone in a model is a count, a size, a limit or a number of
        # something.
        return _scalars.read_unsigned
    return reader(parts[0] if len(parts) == 1 else annotation, temper)


def _or_default(read_value: Reader, default: Any) -> Reader:
    def read(value: Any, depth: int = 0) -> Any:
        return default if value is None else read_value(value, depth)

    return read


def _struct(kind: Any, temper: Temper) -> Reader:
    """A model: itself when whole, a copy when a field had to change, a new one out of a mapping."""
    prepared: list[_Fields] = []

    def read_struct(value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise Mismatch(TOO_DEEP)
        if not prepared:
            # Not before the first value: models refer to each other in circles.
            prepared.append(_Fields(kind, temper))
        if value.__class__ is kind or isinstance(value, kind):
            return _read_model(value, depth + 1, prepared[0])
        given = value if is_mapping(value) else fields_of(value)
        if given is not None:
            return _read_mapping(given, depth + 1, kind, prepared[0], temper)
        refusal = f"{kind_of(value)}, wanted {kind.__name__} or a dict of its fields"
        if kind.__name__ == "Filter" and not isinstance(value, str):
            refusal += ": conditions go in Filter(must=[...])"
        raise Mismatch(refusal)

    return read_struct


def _read_model(value: Any, depth: int, fields: _Fields) -> Any:
    changes: dict[str, Any] | None = None
    skipped = fields.skipped
    rows = fields.rows
    for index, given in enumerate(astuple(value)):
        if given is None and index in skipped:
            continue
        name, alias, read_field = rows[index]
        try:
            taken = read_field(given, depth)
        except Mismatch as mismatch:
            raise mismatch.inside(alias) from None
        if taken is not given:
            if changes is None:
                changes = {name: taken}
            else:
                changes[name] = taken
    return value if changes is None else replace(value, **changes)


def _read_mapping(
    value: Mapping[Any, Any], depth: int, kind: Any, fields: _Fields, temper: Temper
) -> Any:
    arguments: dict[str, Any] = {}
    for key, given in value.items():
        known = fields.by_key.get(key)
        if known is None:
            if temper is LENIENT or (temper is SERVED and kind.__name__ not in _CLOSED):
                continue
            raise Mismatch(unknown_key(key, kind.__struct_encode_fields__, kind.__name__))
        name, read_field, optional = known
        if given is None and optional:
            continue
        try:
            arguments[name] = read_field(given, depth)
        except Mismatch as mismatch:
            raise mismatch.inside(str(key)) from None
    for name, alias in fields.required:
        if name not in arguments:
            if temper is not LENIENT:
                raise Mismatch(f"{kind.__name__} needs {alias!r}")
            # Other versions of Qdrant leave out what this one always has.
            arguments[name] = None
    return kind(**arguments)


# ---- enums and literals


def _enum(kind: type[Enum], temper: Temper) -> Reader:
    by_value: dict[Any, Enum] = {member.value: member for member in kind}

    def read_enum(value: Any, _depth: int = 0) -> Any:
        if isinstance(value, kind):
            return value
        if isinstance(value, str):
            member = by_value.get(value)
            if member is not None:
                return member
            if temper is LENIENT:
                return value
        raise Mismatch(f"{kind_of(value)}, wanted {kind.__name__}: {choices(value, by_value)}")

    return read_enum


def _literal(values: tuple[Any, ...]) -> Reader:
    def read_literal(value: Any, _depth: int = 0) -> Any:
        if value in values:
            return value
        raise Mismatch(f"{kind_of(value)}, wanted {' or '.join(map(repr, values))}")

    return read_literal


# ---- containers


def _ids(read_each: Reader) -> Reader:
    def read_ids(value: Any, depth: int = 0) -> Any:
        return value if are_numeric_ids(value) else read_each(value, depth)

    return read_ids


def _sequence(read_item: Reader) -> Reader:
    def read_sequence(value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise Mismatch(TOO_DEEP)
        given = listed(value)
        taken: list[Any] = []
        changed = given is not value
        inner = depth + 1
        append = taken.append
        for element in given:
            try:
                new = read_item(element, inner)
            except Mismatch as mismatch:
                raise mismatch.inside(len(taken)) from None
            if new is not element:
                changed = True
            append(new)
        return taken if changed else value

    return read_sequence


def _mapping(read_item: Reader) -> Reader:
    def read_mapping(value: Any, depth: int = 0) -> Any:
        if not is_mapping(value):
            raise Mismatch(f"{kind_of(value)}, wanted a dict")
        taken: dict[str, Any] = {}
        changed = value.__class__ is not dict
        for key, element in value.items():
            try:
                name = _scalars.read_str(key)
                new = read_item(element, depth + 1)
            except Mismatch as mismatch:
                raise mismatch.inside(str(key)) from None
            changed = changed or new is not element or name is not key
            taken[name] = new
        return taken if changed else value

    return read_mapping
