"""The generated tables, read: the fields of a message, the numbers of an enum."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from aqdrant_grpc._tables import ENUMS, MESSAGES

__all__ = ["INTEGERS", "Field", "fields_of", "is_enum", "is_message", "numbers_of"]

INTEGERS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
"""Kind of number → the least and the greatest."""


class Field(NamedTuple):
    """A field of a message."""

    number: int
    name: str
    type: str
    """A scalar's kind, or the name of a message or an enum."""
    label: str
    """``"?"`` tells absent from zero, ``"*"`` repeats, ``">"`` is a map from strings."""
    oneof: str | None


@cache
def fields_of(message: str) -> tuple[Field, ...]:
    """The fields of a message."""
    text = MESSAGES[message]
    return tuple(_field(part) for part in text.split("; ")) if text else ()


def _field(text: str) -> Field:
    number, name, kind = text.split(" ")
    kind, _, oneof = kind.partition("|")
    label = ""
    if kind.startswith("map>"):
        kind, label = kind[4:], ">"
    elif kind[-1] in "?*":
        kind, label = kind[:-1], kind[-1]
    return Field(int(number), name, kind, "?" if oneof else label, oneof or None)


def is_message(kind: str) -> bool:
    """Whether a type is a message's."""
    return kind in MESSAGES


def is_enum(kind: str) -> bool:
    """Whether a type is an enum's."""
    return kind in ENUMS


@cache
def numbers_of(enum: str) -> dict[str, int]:
    """The names of an enum and their numbers."""
    pairs = (part.split("=") for part in ENUMS[enum].split(" "))
    return {name: int(number) for name, number in pairs}
