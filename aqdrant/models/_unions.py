"""Unions that carry no tag in Qdrant's JSON, and how their members are told apart.

Type checkers see the union itself. At runtime `Untagged[A | B]` is a marker class: to msgspec it is
a custom type, so decoders can be built, and the marker keeps the union for `_readers`, which do the
telling apart. For that every union of models declares one table here, by a key that only one member
has (`by_key`), by the value of a tag (`by_tag`), or by a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

__all__ = [
    "TABLES",
    "ByKey",
    "ByTag",
    "Discriminator",
    "Untagged",
    "by_key",
    "by_tag",
    "declare",
    "is_union",
    "members",
    "unwrap",
]

T = TypeVar("T")
Discriminator: TypeAlias = Callable[[Mapping[str, Any]], type | None]

TABLES: dict[frozenset[type], Discriminator] = {}
"""The members of a union that are models → the function that picks one of them for a mapping."""


_MODULES = re.compile(r"\b(?:aqdrant\.models\.\w+|collections\.abc|datetime|typing|uuid)\.(?=\w)")


class _Marker(type):
    """Metaclass of the markers: whatever the hook returned passes msgspec's check of its type."""

    union: Any

    def __instancecheck__(cls, instance: object) -> bool:
        return True


if TYPE_CHECKING:
    Untagged: TypeAlias = Annotated[T, "untagged union"]
else:

    class Untagged:
        """Annotation of a field whose type is a union that msgspec cannot decode by itself.

        `help` and signatures show the union, without the modules of its members.
        """

        _markers: ClassVar[dict[Any, _Marker]] = {}

        def __class_getitem__(cls, union):
            marker = cls._markers.get(union)
            if marker is None:
                shown = {"__module__": "builtins", "__qualname__": _MODULES.sub("", repr(union))}
                marker = cls._markers[union] = _Marker("Untagged", (), {"union": union, **shown})
            return marker


def unwrap(annotation: Any) -> Any:
    """Give the union behind an `Untagged` marker; anything else as it is."""
    return annotation.union if isinstance(annotation, _Marker) else annotation


def is_union(annotation: Any) -> bool:
    """Whether this is a union in either of Python's spellings."""
    return get_origin(annotation) in (Union, UnionType)


def members(annotation: Any) -> tuple[Any, ...]:
    """List the members of a union, markers unwrapped and flattened; of a lone type, itself."""
    annotation = unwrap(annotation)
    if not is_union(annotation):
        return (annotation,)
    return tuple(member for arg in get_args(annotation) for member in members(arg))


def declare(union: Any, discriminator: Discriminator) -> None:
    """Register how the models among a union's members are told apart."""
    models = frozenset(member for member in members(union) if hasattr(member, "__struct_fields__"))
    TABLES[models] = discriminator


class ByKey:
    """Picks a member by the first of its keys that a mapping has."""

    def __init__(self, keys: dict[str, type], empty: type | None) -> None:
        self.keys = keys
        self.empty = empty

    def __call__(self, mapping: Mapping[str, Any]) -> type | None:
        """Pick the member that a mapping is meant for."""
        for key, member in self.keys.items():
            if key in mapping:
                return member
        return None if mapping else self.empty


def by_key(empty: type | None = None, /, **keys: type) -> ByKey:
    """Tell members apart by the first of these keys that a mapping has.

    Args:
        empty: the member that a mapping without any key is.
        **keys: key → the member that has it.
    """
    return ByKey(keys, empty)


class ByTag:
    """Picks a member by the value under one key."""

    def __init__(self, tag: str, values: dict[str, type]) -> None:
        self.tag = tag
        self.values = values

    def __call__(self, mapping: Mapping[str, Any]) -> type | None:
        """Pick the member that a mapping is meant for."""
        value = mapping.get(self.tag)
        return self.values.get(value) if isinstance(value, str) else None


def by_tag(tag: str, **values: type) -> ByTag:
    """Tell members apart by the value under one key."""
    return ByTag(tag, values)
