"""What comes in becomes models: one compiled reader per type, in two tempers.

STRICT is for what users pass: models, mappings, lists, tuples, arrays and UUIDs mixed at every depth, canonical models
out, and an `ArgumentError` with the path of the value otherwise. LENIENT is for what servers answer: members that a
newer server added are ignored, an unknown enum value stays a str and an unknown union member a dict.

The client side of every operation calls `read`; transports call `decode` on answers. A reader returns the very object
it was given where nothing had to change, so reading what is canonical already costs no copies.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from aqdrant.exceptions import ArgumentError, DecodeError
from aqdrant.models import _scalars
from aqdrant.models._scalars import Mismatch, kind_of
from aqdrant.models._unions import TABLES, is_union, members, unwrap

__all__ = ["Temper", "decode", "encode", "encode_unknown", "parse", "read", "refuse_key"]

T = TypeVar("T")
Reader: TypeAlias = Callable[[Any], Any]


class Temper(Enum):
    """How a reader takes what it does not know."""

    STRICT = "strict"
    LENIENT = "lenient"


STRICT, LENIENT = Temper.STRICT, Temper.LENIENT


def read(value: Any, annotation: Any, where: str) -> Any:
    """Read what a user passed.

    Args:
        value: models, mappings, sequences, arrays, as they come.
        annotation: the type wanted; unions of models need no `Untagged`.
        where: name of the parameter, the root of the path in errors.

    Raises:
        ArgumentError: naming the path, what came and what is wanted.
    """
    try:
        return reader(annotation, STRICT)(value)
    except Mismatch as mismatch:
        path = mismatch.path(where)
        raise ArgumentError(f"{path}: {mismatch.reason}", parameter=path) from None


def parse(text: str | bytes | bytearray, where: str) -> Any:
    """Parse JSON text that a user passed into builtins."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ArgumentError(f"{where}: not JSON: {error}", parameter=where) from error


def decode(text: bytes, annotation: Any) -> Any:
    """Decode JSON that a server answered.

    Raises:
        DecodeError: the text is no JSON, or no value of this type.
    """
    try:
        return _decoder(annotation).decode(text)
    except msgspec.ValidationError:
        pass  # A newer server's enum value, most likely: the slow reader takes it.
    except msgspec.DecodeError as error:
        raise DecodeError(f"The answer is not JSON: {error}") from error
    try:
        return reader(annotation, LENIENT)(msgspec.json.decode(text))
    except Mismatch as mismatch:
        raise DecodeError(f"{mismatch.path('answer')}: {mismatch.reason}") from None


def encode(value: Any) -> bytes:
    """Encode models, builtins and arrays as JSON; fields that are None are left out."""
    return _ENCODER.encode(value)


def encode_unknown(value: Any) -> Any:
    """Turn what msgspec does not know, numpy's arrays and scalars, into what it does."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=encode_unknown)


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    def resolve(marker: Any, value: Any) -> Any:
        try:
            return reader(marker, LENIENT)(value)
        except Mismatch as mismatch:
            raise ValueError(f"{mismatch.path('value')}: {mismatch.reason}") from None

    return msgspec.json.Decoder(annotation, dec_hook=resolve)


def refuse_key(key: object, kind: type) -> None:
    """Raise the error for a field that a model does not have."""
    reason = _unknown_key(key, _aliases(kind), kind.__name__)
    raise ArgumentError(f"{kind.__name__}: {reason}", parameter=str(key))


def _unknown_key(key: object, known: Collection[str], owner: str) -> str:
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(known))}"
    return f"unknown key {key!r} in {owner}; {hint}"


# ---- compiling


@cache
def reader(annotation: Any, temper: Temper) -> Reader:
    """The compiled reader of a type; recursive types are resolved at the first call."""
    annotation = unwrap(annotation)
    if annotation in _LEAVES:
        return _LEAVES[annotation]
    if is_union(annotation):
        return _union(annotation, temper)
    origin = get_origin(annotation)
    if origin is Literal:
        return _literal(get_args(annotation))
    if origin in (list, Sequence):
        return _sequence(get_args(annotation)[0], temper)
    if origin in (dict, Mapping):
        return _mapping(get_args(annotation)[1], temper)
    if isinstance(annotation, type):
        if issubclass(annotation, msgspec.Struct):
            return _struct(annotation, temper)
        if issubclass(annotation, Enum):
            return _enum(annotation, temper)
    raise TypeError(f"no reader for {annotation!r}")


_LEAVES: dict[Any, Reader] = {
    Any: _scalars.read_payload_value,
    object: _scalars.read_payload_value,
    bool: _scalars.read_bool,
    int: _scalars.read_int,
    float: _scalars.read_float,
    str: _scalars.read_str,
    datetime: _scalars.read_datetime,
    UUID: _scalars.read_uuid,
    types.NoneType: _scalars.read_none,
    Sequence[float]: _scalars.read_numbers,
    list[float]: _scalars.read_numbers,
    Sequence[int]: _scalars.read_integers,
    list[int]: _scalars.read_integers,
    dict[str, Any]: _scalars.read_payload,
    Mapping[str, Any]: _scalars.read_payload,
}


def _aliases(kind: Any) -> tuple[str, ...]:
    return tuple(kind.__struct_encode_fields__)


def _struct(kind: Any, temper: Temper) -> Reader:
    """A model: itself when whole, a copy when a field had to change, a new one out of a mapping."""
    fields: list[tuple[str, str, Reader, bool]] = []
    keys: dict[str, tuple[str, Reader]] = {}

    def prepare() -> None:
        hints = get_type_hints(kind)
        for info in msgspec.structs.fields(kind):
            required = info.required
            read_field = reader(hints[info.name], temper)
            fields.append((info.name, info.encode_name, read_field, required))
            keys[info.encode_name] = keys[info.name] = (info.name, read_field)

    def read_model(value: Any) -> Any:
        changes: dict[str, Any] | None = None
        for name, alias, read_field, required in fields:
            given = getattr(value, name)
            if given is None and not required:
                continue
            try:
                taken = read_field(given)
            except Mismatch as mismatch:
                raise mismatch.inside(alias) from None
            if taken is not given:
                changes = {} if changes is None else changes
                changes[name] = taken
        return value if changes is None else msgspec.structs.replace(value, **changes)

    def read_mapping(value: Mapping[Any, Any]) -> Any:
        arguments: dict[str, Any] = {}
        for key, given in value.items():
            known = keys.get(key)
            if known is None:
                if temper is LENIENT:
                    continue
                raise Mismatch(_unknown_key(key, _aliases(kind), kind.__name__))
            name, read_field = known
            try:
                arguments[name] = read_field(given)
            except Mismatch as mismatch:
                raise mismatch.inside(key) from None
        for name, alias, _, required in fields:
            if required and name not in arguments:
                raise Mismatch(f"{kind.__name__} needs {alias!r}")
        return kind(**arguments)

    def read_struct(value: Any) -> Any:
        if not keys:
            prepare()
        if isinstance(value, kind):
            return read_model(value)
        if isinstance(value, Mapping):
            return read_mapping(value)
        raise Mismatch(f"{kind_of(value)}, wanted {kind.__name__} or a dict of its fields")

    return read_struct


def _enum(kind: type[Enum], temper: Temper) -> Reader:
    by_value: dict[Any, Enum] = {member.value: member for member in kind}

    def read_enum(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if isinstance(value, str):
            member = by_value.get(value)
            if member is not None:
                return member
            if temper is LENIENT:
                return value
        near = difflib.get_close_matches(str(value), by_value, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        wanted = ", ".join(repr(known) for known in by_value)
        raise Mismatch(f"{kind_of(value)}, wanted {kind.__name__}: {wanted}{hint}")

    return read_enum


def _literal(values: tuple[Any, ...]) -> Reader:
    def read_literal(value: Any) -> Any:
        if value in values:
            return value
        raise Mismatch(f"{kind_of(value)}, wanted {' or '.join(map(repr, values))}")

    return read_literal


def _sequence(item: Any, temper: Temper) -> Reader:
    read_item = _late(item, temper)

    def read_sequence(value: Any) -> Any:
        given = _scalars.listed(value)
        taken: list[Any] = []
        changed = given is not value
        for index, element in enumerate(given):
            try:
                new = read_item(element)
            except Mismatch as mismatch:
                raise mismatch.inside(index) from None
            changed = changed or new is not element
            taken.append(new)
        return taken if changed else value

    return read_sequence


def _mapping(item: Any, temper: Temper) -> Reader:
    read_item = _late(item, temper)

    def read_mapping(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Mismatch(f"{kind_of(value)}, wanted a dict")
        taken: dict[str, Any] = {}
        changed = type(value) is not dict
        for key, element in value.items():
            try:
                name = _scalars.read_str(key)
                new = read_item(element)
            except Mismatch as mismatch:
                raise mismatch.inside(str(key)) from None
            changed = changed or new is not element
            taken[name] = new
        return taken if changed else value

    return read_mapping


def _late(annotation: Any, temper: Temper) -> Reader:
    """The reader of a part, looked up at the first use: types refer to each other in circles."""
    found: list[Reader] = []

    def read_late(value: Any) -> Any:
        if not found:
            found.append(reader(annotation, temper))
        return found[0](value)

    return read_late


# ---- unions


def _union(annotation: Any, temper: Temper) -> Reader:
    """A union: by the kind of value that came, then by the declared table, then by what fits."""
    parts = [part for part in members(annotation) if part is not types.NoneType]
    optional = types.NoneType in members(annotation)
    if len(parts) == 1:
        return _optional(_late(parts[0], temper))
    models = [part for part in parts if hasattr(part, "__struct_fields__")]
    sequences = [part for part in parts if get_origin(part) in (list, Sequence)]
    mappings = [part for part in parts if get_origin(part) in (dict, Mapping)]
    rest = [p for p in parts if p not in (*models, *sequences, *mappings)]
    scalars = _scalar_reader(
        [p for p in rest if getattr(p, "__name__", "") != "FloatArray"], temper
    )
    read_models = {model: _late(model, temper) for model in models}
    read_mappings = [_late(part, temper) for part in mappings]
    read_sequences = _sequence_reader(sequences, parts, temper)
    table = TABLES.get(frozenset(models))
    wanted = " or ".join(dict.fromkeys(_wanted(part) for part in parts))

    def pick(value: Mapping[str, Any]) -> Any:
        if len(models) == 1:
            kind = models[0]
            required = [f.encode_name for f in msgspec.structs.fields(kind) if f.required]
            fits = all(name in value for name in required) if required else not mappings
            return kind if fits or not mappings else None
        return table(value) if table is not None else None

    def read_union(value: Any) -> Any:
        if value is None and optional:
            return None
        exact = read_models.get(type(value))
        if exact is not None:
            return exact(value)
        if isinstance(value, Mapping):
            kind = pick(value)
            if kind is not None:
                return read_models[kind](value)
            for read_mapping in read_mappings:
                return read_mapping(value)
            if temper is LENIENT:
                return value
            if models:
                raise Mismatch(_no_member(value, models))
        if read_sequences is not None and _scalars.is_listlike(value):
            return read_sequences(value)
        if scalars is not None:
            return scalars(value, wanted)
        if temper is LENIENT:
            return value
        raise Mismatch(f"{kind_of(value)}, wanted {wanted}")

    return read_union


def _optional(read_part: Reader) -> Reader:
    def read_optional(value: Any) -> Any:
        return None if value is None else read_part(value)

    return read_optional


def _no_member(value: Mapping[Any, Any], models: list[Any]) -> str:
    known = sorted({name for model in models for name in _aliases(model)})
    for key in value:
        if key not in known:
            return _unknown_key(
                key, known, " or ".join(model.__name__ for model in models[:3]) + " ..."
            )
    keys = ", ".join(map(repr, value)) or "no key"
    return f"a dict with {keys} is none of {', '.join(model.__name__ for model in models)}"


def _wanted(part: Any) -> str:
    if part in _WANTED:
        return _WANTED[part]
    if get_origin(part) in (list, Sequence):
        return f"a list of {_wanted(unwrap(get_args(part)[0]))}"
    if get_origin(part) in (dict, Mapping):
        return "a dict"
    return getattr(part, "__name__", str(part))


_WANTED: dict[Any, str] = {
    float: "float",
    Sequence[float]: "a list of floats or an array",
    list[float]: "a list of floats or an array",
    Sequence[Sequence[float]]: "a list of lists of floats or a 2-d array",
    list[list[float]]: "a list of lists of floats or a 2-d array",
}


def _scalar_reader(parts: list[Any], temper: Temper) -> Callable[[Any, str], Any] | None:
    """What a union takes beside models, mappings and sequences, tried in an order that cannot mistake one for another."""
    if not parts:
        return None
    if UUID in parts:
        return lambda value, wanted: _scalars.read_point_id(value, wanted)
    enums = [
        _enum(part, STRICT) for part in parts if isinstance(part, type) and issubclass(part, Enum)
    ]
    order = [bool, int, float, datetime, date, str]
    readers: list[Reader] = [*enums]
    if datetime in parts or date in parts:
        readers.append(
            _scalars.read_datetime if str not in parts else _scalars.read_datetime_or_text
        )
    readers += [_LEAVES[part] for part in order if part in parts and part not in (datetime, date)]
    readers += [reader(part, temper) for part in parts if get_origin(part) is Literal]

    def read_scalar(value: Any, wanted: str) -> Any:
        for read_part in readers:
            try:
                return read_part(value)
            except Mismatch:
                continue
        if temper is LENIENT and isinstance(value, str | int | float | bool):
            return value
        raise Mismatch(f"{kind_of(value)}, wanted {wanted}")

    return read_scalar


def _sequence_reader(sequences: list[Any], parts: list[Any], temper: Temper) -> Reader | None:
    """What a union takes of lists and arrays: numbers by their depth, anything else by what fits."""
    if not sequences:
        return None
    depths = {depth: item for item in sequences if (depth := _float_depth(item))}
    others = [_late(item, temper) for item in sequences if not _float_depth(item)]
    arrays = any(getattr(part, "__name__", "") == "FloatArray" for part in parts)
    integers = Sequence[int] in sequences

    def read_listlike(value: Any) -> Any:
        if arrays and not depths and not integers and _scalars.is_array(value):
            return _scalars.read_array(value, (1, 2, 3))
        if depths and (not others or _scalars.has_numbers(value)):
            return _scalars.read_array(value, depths, keep=arrays)
        first: Mismatch | None = None
        for read_other in others:
            try:
                return read_other(value)
            except Mismatch as mismatch:
                # The member that got furthest into the value is the one that was meant.
                if first is None or len(mismatch.steps) > len(first.steps):
                    first = mismatch
        raise first if first is not None else Mismatch(f"{kind_of(value)} does not belong here")

    return read_listlike


def _float_depth(annotation: Any) -> int:
    """1 for a sequence of floats, 2 for a sequence of those, ...; 0 for anything else."""
    if annotation is float:
        return -1
    if get_origin(annotation) not in (list, Sequence):
        return 0
    inner = _float_depth(get_args(annotation)[0])
    return 1 if inner == -1 else inner + 1 if inner else 0
