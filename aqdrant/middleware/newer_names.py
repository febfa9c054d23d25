"""Which names of an operation only newer servers know: the eyes of the version gate.

A class that neither is new nor leads to something new is not looked into, so points, vectors and
payloads, of which there are many, cost nothing.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from aqdrant.middleware._since import ROWS
from aqdrant.operations import Operation

__all__ = ["Newer", "Version", "find_newer", "read_version"]

Version: TypeAlias = tuple[int, int]

_OLD: Version = (0, 0)


class Newer(NamedTuple):
    """A name, and the version of the server that brought it."""

    name: str
    since: Version


class _Plan(NamedTuple):
    """What to look at in the instances of a class: of an enum, its values stand as fields."""

    since: Version
    fields: tuple[tuple[str, Version], ...]
    is_enum: bool


class _Plans(dict[type, "_Plan | None"]):
    """Class → its plan, made when the class is first met; None where nothing matters."""

    def __missing__(self, kind: type) -> _Plan | None:
        plan = self[kind] = _make_plan(kind)
        return plan


def _make_plan(kind: type) -> _Plan | None:
    prefix = "operation " if issubclass(kind, Operation) else ""
    row = ROWS.get(f"{prefix}{kind.__name__}") if issubclass(kind, Struct | enum.Enum) else None
    if row is None:
        return None
    fields = tuple((name, read_version(text) or _OLD) for name, text in row[1].items())
    return _Plan(read_version(row[0]) or _OLD, fields, issubclass(kind, enum.Enum))


_plans = _Plans()
_type: Callable[[Any], object] = type


def find_newer(operation: Operation[Any]) -> list[Newer]:
    """List what the operation uses that not every supported server knows.

    What came to the server together with the field that holds it is not named again.
    """
    found: list[Newer] = []
    _look_into(operation, _OLD, found)
    return found


def _look_into(value: Any, known: Version, found: list[Newer]) -> None:
    plan = _plans[type(value)]
    if plan is None:
        _look_through(value, known, found)
        return
    own, fields, is_enum = plan
    if own > known:
        known = own
        found.append(Newer(type(value).__name__, own))
    for name, since in fields:
        held = (value == name or None) if is_enum else getattr(value, name)
        if held is None:
            continue
        if since > known:
            found.append(Newer(f"{type(value).__name__}.{name}", since))
            _look_into(held, since, found)
        else:
            _look_into(held, known, found)


def _look_through(value: Any, known: Version, found: list[Newer]) -> None:
    """Look into the members of a list or a dict; not into vectors, whose numbers lead nowhere."""
    kind = _type(value)
    if kind is dict:
        items = value.values()
    elif (kind is list or kind is tuple) and value and type(value[0]) not in (float, int):
        items = value
    else:
        return
    for item in items:
        _look_into(item, known, found)


def read_version(text: str) -> Version | None:
    """Read major and minor of a version, such as ``"1.19.0"``; None where there are none."""
    match = re.match(r"v?(\d{1,6})\.(\d{1,6})(?!\d)", text, re.ASCII)
    return (int(match[1]), int(match[2])) if match else None
