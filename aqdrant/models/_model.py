"""The struct that every model derives from, with the habits people bring from pydantic.

Used by the modules of this package alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from typing import Any, Literal, Self, TypeVar, dataclass_transform

import msgspec

from aqdrant.models import _reading

__all__ = ["Model"]

M = TypeVar("M", bound="Model")


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(msgspec.field,))
class ModelMeta(msgspec.StructMeta):
    """Makes the fields of every model keyword-only: msgspec does not inherit that."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> ModelMeta:
        return super().__new__(mcls, name, bases, namespace, **{"kw_only": True, **config})


class Model(msgspec.Struct, metaclass=ModelMeta, omit_defaults=True, eq=False):
    """Plain data with keyword-only fields. Absent is None, and None is never sent."""

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Read an instance of this model, or a mapping of its fields, models and mappings mixed at any depth.

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
                if exclude_defaults and field in defaults and _same(value, defaults[field]):
                    continue
                fields[name] = _convert(value, dump)
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
        """Turn the model into JSON text; the options are those of `model_dump`, nulls included by default."""
        text = msgspec.json.encode(self.model_dump(mode="json", **options))
        if indent is not None:
            text = msgspec.json.format(text, indent=indent)
        return text.decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the model, with some fields replaced.

        Raises:
            ArgumentError: `update` names a field that this model does not have.
        """
        clone = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            if name not in self.__struct_fields__:
                _reading.refuse_key(name, type(self))
            setattr(clone, name, value)
        return clone

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            _same(getattr(self, name), getattr(other, name)) for name in self.__struct_fields__
        )

    __hash__ = None  # type: ignore[assignment]  # mutable, as pydantic's models are

    def __repr__(self) -> str:
        shown = (f"{name}={_show(value)}" for name, value in self if value is not None)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        return ((name, _Shown(_show(value))) for name, value in self if value is not None)


class _Shown:
    """Text whose repr is itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _defaults(kind: type[Model]) -> dict[str, Any]:
    return {
        field.name: field.default
        if field.default is not msgspec.NODEFAULT
        else field.default_factory()
        for field in msgspec.structs.fields(kind)
        if field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
    }


def _convert(value: Any, dump: Callable[[Model], Any]) -> Any:
    if isinstance(value, Model):
        return dump(value)
    if isinstance(value, Mapping):
        return {key: _convert(item, dump) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_convert(item, dump) for item in value]
    return value


def _same(a: Any, b: Any) -> bool:
    """Equality that looks into arrays: an array equals the list of its numbers."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    if hasattr(a, "tolist"):
        a = a.tolist()
    if hasattr(b, "tolist"):
        b = b.tolist()
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        if a and isinstance(a[0], float | int) and len(a) == len(b):
            return list(a) == list(b)
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _show(value: Any) -> str:
    """A repr that gives the shape of many numbers in place of the numbers."""
    if isinstance(value, Enum):
        return repr(value.value)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"<{value.dtype} array {tuple(value.shape)}>"
    if isinstance(value, list | tuple) and len(value) > 8 and isinstance(value[0], int | float):
        return f"<{len(value)} {'floats' if isinstance(value[0], float) else 'ints'}>"
    if isinstance(value, list | tuple) and value and isinstance(value[0], list | tuple):
        width = len(value[0])
        if width and isinstance(value[0][0], int | float) and width * len(value) > 8:
            return f"<{len(value)} x {width} floats>"
    if isinstance(value, list | tuple):
        more = f", ... {len(value) - 8} more" if len(value) > 8 else ""
        return f"[{', '.join(_show(item) for item in value[:8])}{more}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_show(item)}' for key, item in value.items())}}}"
    return repr(value)
