"""Documents, images and objects found in the body of an operation, and replaced.

Compiled from the annotations of the models: what cannot reach one of the three is never looked
into, so a list of numbers costs the look at its class. Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import replace

from aqdrant import models
from aqdrant.models._unions import members
from aqdrant.operations import Operation

__all__ = ["Raw", "Take", "Visit", "visit_of"]

Raw: TypeAlias = models.Document | models.Image | models.InferenceObject
Take: TypeAlias = Callable[[Raw], Any]
"""Takes what is found, and gives what stands in its place: itself to leave it."""
Visit: TypeAlias = Callable[[Any, Take], Any]
"""Takes a value; gives it back, or a copy with the replacements."""

_FEW: Final = 8
_RAW: Final = (models.Document, models.Image, models.InferenceObject)


_only_field: dict[Visit | None, tuple[Callable[[Any], Any], _Visits]] = {}
"""What visits a struct of which one field alone can hold something → that field, and its visits."""


@cache
def visit_of(operation: type[Operation[Any]]) -> Visit | None:
    """What visits the body of this class of operations; None where nothing can be found."""
    body = get_type_hints(operation).get("body")
    return None if body is None or not _reaches(body, set()) else _Visits(body).visit


class _Visits(dict[type, "Visit | None"]):
    """Class of a value → what visits it, for one annotation; None for what is left alone."""

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self._members = [member for member in members(annotation) if _reaches(member, set())]

    def __missing__(self, kind: type) -> Visit | None:
        visit = self[kind] = self._find(kind)
        return visit

    def visit(self, value: Any, take: Take) -> Any:
        """Visit a value of this annotation."""
        visit = self[value.__class__]
        return value if visit is None else visit(value, take)

    def _find(self, kind: type) -> Visit | None:
        if issubclass(kind, _RAW):
            return _take if any(issubclass(kind, member) for member in self._plain()) else None
        if issubclass(kind, msgspec.Struct):
            found = next((member for member in self._plain() if issubclass(kind, member)), None)
            return None if found is None else _of_struct(found)
        if issubclass(kind, Mapping):
            return self._container(Mapping, _visit_mapping)
        return self._container(Sequence, _visit_sequence) if issubclass(kind, Sequence) else None

    def _plain(self) -> list[type]:
        return [member for member in self._members if isinstance(member, type)]

    def _container(self, origin: type, visit: Callable[[Any, Take, _Visits], Any]) -> Visit | None:
        inner = [
            get_args(member)[-1]
            for member in self._members
            if isinstance(get_origin(member), type) and issubclass(get_origin(member), origin)
        ]
        if not inner:
            return None
        elements = _Visits(inner[0])
        elements._members = [one for kind in inner for one in _Visits(kind)._members]
        return lambda value, take: visit(value, take, elements)


def _take(value: Any, take: Take) -> Any:
    return take(value)


def _visit_sequence(value: Sequence[Any], take: Take, elements: _Visits) -> Any:
    if len(value) > _FEW and _is_plain(value, elements):
        return value
    changed: list[Any] | None = None
    for index, element in enumerate(value):
        visit = elements[element.__class__]
        if visit is None:
            continue
        taken = visit(element, take)
        if taken is not element:
            if changed is None:
                changed = list(value)
            changed[index] = taken
    return value if changed is None else changed


def _is_plain(value: Sequence[Any], elements: _Visits) -> bool:
    """Whether the classes alone tell that there is nothing: of points with one vector, mostly."""
    visits = {elements[kind] for kind in set(map(type, value))}
    if visits == {None}:
        return True
    only = _only_field.get(visits.pop()) if len(visits) == 1 else None
    if only is None:
        return False
    field, inner = only
    return all(inner[kind] is None for kind in set(map(type, map(field, value))))


def _visit_mapping(value: Mapping[str, Any], take: Take, elements: _Visits) -> Any:
    changed: dict[str, Any] | None = None
    for name, element in value.items():
        visit = elements[element.__class__]
        if visit is None:
            continue
        taken = visit(element, take)
        if taken is not element:
            if changed is None:
                changed = dict(value)
            changed[name] = taken
    return value if changed is None else changed


@cache
def _of_struct(kind: type) -> Visit:
    # The rows come with the first value: models refer to each other in circles.
    rows: list[tuple[str, _Visits]] = []
    is_ready = False

    def visit_struct(value: Any, take: Take) -> Any:
        nonlocal is_ready
        if not is_ready:
            hints = get_type_hints(kind)
            rows[:] = [
                (name, _Visits(hint)) for name, hint in hints.items() if _reaches(hint, set())
            ]
            if len(rows) == 1:
                ((name, visits),) = rows
                _only_field[visit_struct] = attrgetter(name), visits
            is_ready = True
        changes: dict[str, Any] | None = None
        for name, visits in rows:
            given = getattr(value, name)
            visit = visits[given.__class__]
            if visit is None:
                continue
            taken = visit(given, take)
            if taken is not given:
                changes = {**(changes or {}), name: taken}
        return value if changes is None else replace(value, **changes)

    return visit_struct


def _reaches(annotation: Any, seen: set[Any]) -> bool:
    """Whether a value of this annotation may hold one of the three."""
    return any(_member_reaches(member, seen) for member in members(annotation))


def _member_reaches(member: Any, seen: set[Any]) -> bool:
    if member in _RAW:
        return True
    origin = get_origin(member)
    if isinstance(origin, type) and issubclass(origin, Sequence | Mapping):
        return _reaches(get_args(member)[-1], seen)
    if not isinstance(member, type) or not issubclass(member, msgspec.Struct) or member in seen:
        return False
    seen.add(member)
    return any(_reaches(hint, seen) for hint in get_type_hints(member).values())
