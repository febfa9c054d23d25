"""The struct that every model derives from, with the habits people bring from pydantic.

Used by the modules of this package alone.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, dataclass_transform

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant.models import _reading
from aqdrant.models._former import former_method
from aqdrant.models._values import convert, is_same, show

__all__ = ["AliasedMeta", "Model", "QuickMeta"]

M = TypeVar("M", bound="Model")


class ModelMeta(msgspec.StructMeta):
    """Makes the fields of every model keyword-only: msgspec does not inherit that."""

    if not TYPE_CHECKING:

        def __new__(mcls, name, bases, namespace, **config):
            return super().__new__(mcls, name, bases, namespace, **{"kw_only": True, **config})

        def __call__(cls, *args, **fields):  # noqa: N805
            try:
                return super().__call__(*args, **fields)
            except TypeError as error:
                raise (_wrong_fields(cls, args, fields) or error) from None

        __getattr__ = former_method


class QuickMeta(ModelMeta):
    """For models that are made by the thousand: arguments are refused in msgspec's own words.

    A `__call__` in Python takes half a microsecond, twice as long as making a point does.
    """

    if not TYPE_CHECKING:
        __call__ = msgspec.StructMeta.__call__


class AliasedMeta(ModelMeta):
    """For models with a field that Python cannot name: the constructor takes its JSON name too."""

    if not TYPE_CHECKING:

        def __call__(cls, **fields):  # noqa: N805
            for alias, name in _renamed(cls):
                if alias in fields:
                    fields[name] = fields.pop(alias)
            return super().__call__(**fields)


class WrongFields(ArgumentError, TypeError):
    """What a constructor was given is not what it takes."""


def _wrong_fields(
    kind: Any, args: tuple[object, ...], fields: Mapping[str, object]
) -> WrongFields | None:
    name, known = kind.__name__, kind.__struct_fields__
    if args:
        return WrongFields(f"{name} takes its fields by name: {', '.join(known)}.")
    for given in fields:
        if given not in known:
            return WrongFields(f"{_reading.unknown_key(given, known, name)}.", parameter=given)
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in fields:
            return WrongFields(f"{name} needs {field.name!r}.", parameter=field.name)
    return None


@cache
def _renamed(kind: Any) -> tuple[tuple[str, str], ...]:
    names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    return tuple((alias, name) for alias, name in names if alias != name)


class _Lazy:
    """A class attribute that is made when first asked for, once a class."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, _instance: object, owner: Any) -> Any:
        from aqdrant.models import _pydantic

        return getattr(_pydantic.make_dataclass(owner), self.name)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, metaclass=ModelMeta, omit_defaults=True, eq=False):
    """Plain data with keyword-only fields. Absent is None, and None is never sent.

    The constructor checks the names of its arguments alone; values are read, and refused with an
    error that says where, by `model_validate` and by every method of a client.
    """

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Read an instance of this model, or a mapping of its fields.

        Models and mappings may be mixed at any depth.

        Raises:
            ArgumentError: a key is unknown, one is missing, or a value has the wrong type.
        """
        model: Self = _reading.read(obj, cls, cls.__name__)
        return model

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """Read JSON text of one object of this model.

        Raises:
            ArgumentError: the text is no JSON, or as `model_validate`.
        """
        return cls.model_validate(_reading.parse(json_data, cls.__name__))

    def model_dump(
        self,
        *,
        mode: Literal["python", "json"] = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Turn the model into a dict, and the models in it too.

        Args:
            mode: ``"python"`` keeps enums, datetimes and arrays; ``"json"`` leaves what JSON has.
            include: the only fields to keep at the top level.
            exclude: the fields to leave out at the top level.
            by_alias: name fields as Qdrant's JSON does, where Python cannot.
            exclude_unset: leave out None: a struct does not remember what was set.
            exclude_defaults: leave out fields that have their default.
            exclude_none: leave out fields that are None.
        """

        def dump(model: Model) -> dict[str, Any]:
            names = model.__struct_encode_fields__ if by_alias else model.__struct_fields__
            defaults = _defaults(type(model)) if exclude_defaults else {}
            fields: dict[str, Any] = {}
            for field, name in zip(model.__struct_fields__, names, strict=True):
                value = getattr(model, field)
                if value is None and (exclude_none or exclude_unset):
                    continue
                if field in defaults and is_same(value, defaults[field]):
                    continue
                fields[name] = convert(value, dump)
            return fields

        dumped = dump(self)
        if include is not None:
            dumped = {name: value for name, value in dumped.items() if name in include}
        if exclude is not None:
            dumped = {name: value for name, value in dumped.items() if name not in exclude}
        if mode == "json":
            dumped = msgspec.to_builtins(dumped, enc_hook=_reading.encode_unknown, str_keys=True)
        return dumped

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Turn the model into JSON text.

        Args:
            indent: spaces a level; None writes one line.
            **options: those of `model_dump`, with its defaults: nulls are written.
        """
        text = msgspec.json.encode(self.model_dump(mode="json", **options))
        if indent is not None:
            text = msgspec.json.format(text, indent=indent)
        return text.decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the model, with some fields replaced.

        Args:
            update: field → its new value, taken as it is.
            deep: copy what the fields hold, too.

        Raises:
            ArgumentError: `update` names a field that this model does not have.
        """
        clone = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            if name not in self.__struct_fields__:
                _reading.refuse_key(name, type(self))
            setattr(clone, name, value)
        return clone

    if not TYPE_CHECKING:
        # FastAPI takes dataclasses for bodies, and what else is no model of pydantic's for query
        # parameters. So `fields`, `asdict` and `replace` of dataclasses work, too.
        __dataclass_fields__ = _Lazy("__dataclass_fields__")
        __dataclass_params__ = _Lazy("__dataclass_params__")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> dict[str, Any]:
        from aqdrant.models import _pydantic

        return _pydantic.build_core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, handler: Any) -> dict[str, Any]:
        from aqdrant.models import _pydantic

        described: dict[str, Any] = handler(_pydantic.describe_model(cls))
        return described

    if not TYPE_CHECKING:  # or every name would pass a type checker
        __getattr__ = former_method

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            is_same(getattr(self, name), getattr(other, name)) for name in self.__struct_fields__
        )

    def __ne__(self, other: object) -> bool:
        # A struct has one of its own, which compares identities.
        is_equal = self.__eq__(other)
        return is_equal if is_equal is NotImplemented else not is_equal

    __hash__ = None  # type: ignore[assignment]  # mutable, as pydantic's models are

    def __repr__(self) -> str:
        shown = (f"{name}={show(value)}" for name, value in self if value is not None)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # rich takes any iterable
        return ((name, _Shown(show(value))) for name, value in self if value is not None)


class _Shown:
    """Text whose repr is itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _defaults(kind: type[Model]) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.default is not msgspec.NODEFAULT:
            defaults[field.name] = field.default
        elif callable(field.default_factory):
            defaults[field.name] = field.default_factory()
    return defaults
