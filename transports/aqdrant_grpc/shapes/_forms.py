"""The forms that most shapes have: a model of the same fields, one value alone, one of several.

Called by the modules of this package, whose tables are made of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from aqdrant_grpc._codec import Shape
from aqdrant_grpc._schema import fields_of
from aqdrant_grpc.wire import CodecError

__all__ = ["choice", "first", "listed", "model", "only", "recast", "take_model"]

T = TypeVar("T", bound=msgspec.Struct)


def take_model(kind: type[Any], message: str, **renamed: str) -> Callable[[Any], dict[str, Any]]:
    """Make what takes the fields of a message from a model.

    Args:
        kind: the model.
        message: the message.
        **renamed: the message's name of a field → the model's.
    """
    rows: list[tuple[str, str, Any]] = []
    for field in fields_of(message):
        name = renamed.get(field.name, field.name)
        info = _fields(kind).get(name)
        if info is not None:
            default = None if info.default is msgspec.NODEFAULT else info.default
            rows.append((field.name, name, default))

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
    known = _fields(kind)
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
        and not known[names[field.name]].required
    }

    def build(values: dict[str, Any]) -> Any:
        arguments = dict(also)
        for field, value in values.items():
            name = names.get(field)
            if name is not None and (value or field not in optional):
                arguments[name] = value
        return kind(**arguments)

    return Shape(take_model(kind, message, **renamed), build)


def _fields(kind: type[Any]) -> dict[str, Any]:
    return {info.name: info for info in msgspec.structs.fields(kind)}


def only(name: str, default: Callable[[], Any] | None = None) -> Shape:
    """A value that a message holds in its only field."""

    def take(value: Any) -> dict[str, Any]:
        return {name: value}

    def build(values: dict[str, Any]) -> Any:
        if default is not None and name not in values:
            return default()
        return values.get(name)

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
    if value is None or (isinstance(value, Sequence) and not isinstance(value, str)):
        return value
    return [value]


def recast(kind: type[T], value: Any) -> T:
    """A model with what another one of the same fields holds."""
    names = kind.__struct_fields__
    return kind(**{n: getattr(value, n) for n in names if getattr(value, n, None) is not None})
