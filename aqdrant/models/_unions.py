"""Unions that carry no tag in Qdrant's JSON, and how their members are told apart.

Type checkers see the union itself. At runtime `Untagged[A | B]` is a marker class: to msgspec it is a custom type, so
decoders can be built, and the marker keeps the union for `_reading`, which does the telling apart. For that every union
of models declares one table here, by a key that only one member has (`by_key`) or by the value of a tag (`by_tag`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin

__all__ = ["TABLES", "Untagged", "by_key", "by_tag", "declare", "is_union", "members", "unwrap"]

T = TypeVar("T")
Discriminator: TypeAlias = Callable[[Mapping[str, Any]], type | None]

TABLES: dict[frozenset[type], Discriminator] = {}
"""The members of a union that are models → the function that picks one of them for a mapping."""


class _Marker(type):
    """Metaclass of the markers: whatever the hook returned passes msgspec's check of the result's type."""

    union: Any

    def __instancecheck__(cls, instance: object) -> bool:
        return True


if TYPE_CHECKING:
    Untagged: TypeAlias = Annotated[T, "untagged union"]
else:

    class Untagged:
        """Annotation of a field whose type is a union that msgspec cannot decode by itself."""

        _markers: dict[Any, _Marker] = {}

        def __class_getitem__(cls, union):
            marker = cls._markers.get(union)
            if marker is None:
                marker = cls._markers[union] = _Marker("Untagged", (), {"union": union})
            return marker


def unwrap(annotation: Any) -> Any:
    """The union behind an `Untagged` marker; anything else as it is."""
    return annotation.union if isinstance(annotation, _Marker) else annotation


def is_union(annotation: Any) -> bool:
    """Whether this is a union in either of Python's spellings."""
    return get_origin(annotation) in (Union, UnionType)


def members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, markers unwrapped and flattened; a lone type is its own only member."""
    annotation = unwrap(annotation)
    if not is_union(annotation):
        return (annotation,)
    return tuple(member for arg in get_args(annotation) for member in members(arg))


def declare(union: Any, discriminator: Discriminator) -> None:
    """Register how the models among a union's members are told apart."""
    models = frozenset(member for member in members(union) if hasattr(member, "__struct_fields__"))
    TABLES[models] = discriminator


def by_key(**keys: type) -> Discriminator:
    """Tell members apart by the first of these keys that a mapping has."""

    def pick(mapping: Mapping[str, Any]) -> type | None:
        for key, member in keys.items():
            if key in mapping:
                return member
        return None

    return pick


def by_tag(tag: str, **values: type) -> Discriminator:
    """Tell members apart by the value under one key."""

    def pick(mapping: Mapping[str, Any]) -> type | None:
        value = mapping.get(tag)
        return values.get(value) if isinstance(value, str) else None

    return pick
