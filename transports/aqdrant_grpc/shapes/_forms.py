"""The forms that most shapes have: a model of the same fields, one value alone, one of several.

Called by the modules of this package, whose tables are made of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from aqdrant_grpc._codec import Row, Shape
from aqdrant_grpc._schema import fields_of
from aqdrant_grpc.wire import CodecError

__all__ = [
    "choice",
    "empty",
    "first",
    "listed",
    "model",
    "only",
    "recast",
    "take_model",
]

T = TypeVar("T", bound=msgspec.Struct)


def _rows(kind: type[Any], message: str, renamed: Mapping[str, str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    defaults = _defaults(kind)
    for field in fields_of(message):
        name = renamed.get(field.name, field.name)
        if name in defaults:
            # Only what a message can leave out is left out where it is as it would be anyway.
            default = defaults[name] if field.label == "?" else None
            rows.append(
                (field.name, name, None if default in (_MADE, msgspec.NODEFAULT) else default)
            )
    return tuple(rows)


def take_model(kind: type[Any], message: str, **renamed: str) -> Callable[[Any], dict[str, Any]]:
    """Make what takes the fields of a message from a model.

    Args:
        kind: the model.
        message: the message.
        **renamed: the message's name of a field → the model's.
    """
    rows = _rows(kind, message, renamed)

    def take(value: Any) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        for field, name, default in rows:
            given = getattr(value, name)
            # What is as it would be anyway is not sent, over REST neither.
            if given is not None and (default is None or given != default):
                taken[field] = given
        return taken

    return take


def model(kind: type[Any], message: str, /, also: Mapping[str, Any] = {}, **renamed: str) -> Shape:
    """A model with the fields of the message, of the same names but for those renamed.

    Args:
        kind: the model.
        message: the message.
        also: fields that the model alone has, with their values.
        **renamed: the message's name of a field → the model's.
    """
    known = _defaults(kind)
    names = {
        field.name: renamed.get(field.name, field.name)
        for field in fields_of(message)
        if renamed.get(field.name, field.name) in known
    }
    # A list or a map cannot be absent in a message: where a model tells, an empty one is absent.
    optional = {
        field.name
        for field in fields_of(message)
        if field.label in ("*", ">")
        and field.name in names
        and known[names[field.name]] is not msgspec.NODEFAULT
    }

    # What another version of Qdrant leaves out is None, as over REST.
    absent = {name: None for name in known if known[name] is msgspec.NODEFAULT} | dict(also)

    def build(values: dict[str, Any]) -> Any:
        arguments = dict(absent)
        for field, value in values.items():
            name = names.get(field)
            if name is not None and (value or field not in optional):
                arguments[name] = value
        return kind(**arguments)

    rows = _rows(kind, message, renamed)
    return Shape(take_model(kind, message, **renamed), build, rows)


_MADE: Any = object()
"""Stands for a default that is made anew for each model."""


def _defaults(kind: type[Any]) -> dict[str, Any]:
    """The fields of a model and their defaults, `NODEFAULT` where it must be given.

    As `msgspec.structs.fields` has them, without the types, which take long to find.
    """
    names, given = kind.__struct_fields__, kind.__struct_defaults__
    defaults = (msgspec.NODEFAULT,) * (len(names) - len(given)) + given
    return {
        name: _MADE if type(default).__name__ == "Factory" else default
        for name, default in zip(names, defaults, strict=True)
    }


def only(name: str) -> Shape:
    """A value that a message holds in its only field."""

    def take(value: Any) -> dict[str, Any]:
        return {name: value}

    def build(values: dict[str, Any]) -> Any:
        return values.get(name)

    return Shape(take, build)


def empty(value: Any) -> Shape:
    """A value that is a message with nothing in it."""

    def take(_value: Any) -> dict[str, Any]:
        return {}

    def build(_values: dict[str, Any]) -> Any:
        return value

    return Shape(take, build)


def choice(message: str, members: Mapping[type[Any], tuple[str, str | None]]) -> Shape:
    """One of several models, each in a field of its own.

    Args:
        message: the message, which holds one of them at a time.
        members: model → the message's field, and the model's only field where the message holds
            what is in it; None where it holds the model.
    """
    by_field = {field: (kind, inner) for kind, (field, inner) in members.items()}

    def take(value: Any) -> dict[str, Any]:
        known = members.get(value.__class__)
        if known is None:
            raise CodecError(f"{type(value).__name__} has no counterpart over gRPC")
        field, inner = known
        return {field: value if inner is None else getattr(value, inner)}

    def build(values: dict[str, Any]) -> Any:
        for field, value in values.items():
            if field in by_field:
                kind, inner = by_field[field]
                return value if inner is None else kind(**{inner: value})
        raise CodecError(f"{message} without anything known in it")

    return Shape(take, build)


def first(values: Mapping[str, Any]) -> Any:
    """The value of a message that holds one of several scalars; None where it holds none."""
    return next(iter(values.values()), None)


def listed(value: Any) -> Any:
    """A list of what may be given alone; an array becomes one."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return value if value is None or _is_list(value) else [value]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def recast(kind: type[T], value: Any) -> T:
    """A model with what another one of the same fields holds; None where it must have more."""
    arguments: dict[str, Any] = {}
    for name, default in _defaults(kind).items():
        given = getattr(value, name, None)
        if given is not None or default is msgspec.NODEFAULT:
            arguments[name] = given
    return kind(**arguments)
