"""Readers of fields, made from the schema: content at a position becomes a value.

Called by `_codec`, whose loop finds the reader by the tag. A reader puts its value into the fields
read so far and gives the position behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from aqdrant_grpc._schema import Field
from aqdrant_grpc.wire import (
    FIXED32,
    FIXED64,
    VARINT,
    Malformed,
    read_span,
    read_varint,
    signed,
    unpack_double,
    unpack_float,
)

__all__ = [
    "Convert",
    "Decode",
    "Reader",
    "Split",
    "map_reader",
    "message_reader",
    "number_reader",
    "packed_reader",
    "scalar",
    "text_reader",
]

Decode: TypeAlias = Callable[[bytes, int, int], Any]
"""Takes a buffer, where a message starts in it and where it ends."""
Reader: TypeAlias = Callable[[dict[str, Any], bytes, int, int], int]
Convert: TypeAlias = Callable[[int], Any]


class Split(Exception):
    """A message came in several pieces, which are to be joined first."""


# ---- single numbers


def _read_float(buffer: bytes, position: int) -> tuple[float, int]:
    return unpack_float(buffer, position)[0], position + 4


def _read_double(buffer: bytes, position: int) -> tuple[float, int]:
    return unpack_double(buffer, position)[0], position + 8


_FIXED: dict[str, tuple[Callable[[bytes, int], tuple[Any, int]], int]] = {
    "float": (_read_float, FIXED32),
    "double": (_read_double, FIXED64),
}


def _unsigned32(number: int) -> int:
    return number & 0xFFFFFFFF


def _signed32(number: int) -> int:
    number &= 0xFFFFFFFF
    return number - (number & 0x80000000) * 2


def _same(number: int) -> int:
    return number


_VARINTS: dict[str, Convert] = {
    "bool": bool,
    "int32": _signed32,
    "int64": signed,
    "uint32": _unsigned32,
    "uint64": _same,
}


def scalar(
    kind: str, convert: Convert | None = None
) -> tuple[Callable[[bytes, int], tuple[Any, int]], int]:
    """What reads one number of a kind, and its wire type; an enum brings its conversion."""
    if kind in _FIXED:
        return _FIXED[kind]
    taken = convert or _VARINTS[kind]

    def read(buffer: bytes, position: int) -> tuple[Any, int]:
        number, position = read_varint(buffer, position)
        return taken(number), position

    return read, VARINT


def number_reader(
    field: Field, read: Callable[[bytes, int], tuple[Any, int]], rivals: tuple[str, ...]
) -> Reader:
    """A number; `rivals` are the other members of its oneof."""
    name = field.name
    repeats = field.label == "*"

    def read_number(values: dict[str, Any], buffer: bytes, position: int, _end: int) -> int:
        value, position = read(buffer, position)
        if repeats:
            values.setdefault(name, []).append(value)
            return position
        for rival in rivals:
            values.pop(rival, None)
        values[name] = value
        return position

    return read_number


def packed_reader(field: Field, read: Callable[[bytes, int], tuple[Any, int]]) -> Reader:
    """Numbers in one field."""
    name = field.name
    letter = {"float": "f", "double": "d"}.get(field.type)

    def read_packed(values: dict[str, Any], buffer: bytes, position: int, end: int) -> int:
        position, stop = read_span(buffer, position, end)
        numbers = values.setdefault(name, [])
        if letter:
            numbers += read_floats(buffer, position, stop, letter)
            return stop
        while position < stop:
            number, position = read(buffer, position)
            numbers.append(number)
        if position != stop:
            raise Malformed("a number that ends behind its field")
        return stop

    return read_packed


def read_floats(buffer: bytes, position: int, stop: int, letter: str = "f") -> list[float]:
    """Read packed floats: one copy, then Python's numbers."""
    try:
        return memoryview(buffer)[position:stop].cast(letter).tolist()  # type: ignore[call-overload, no-any-return]
    except TypeError:
        raise Malformed(f"{stop - position} bytes of floats") from None


# ---- texts and messages


def read_text(buffer: bytes, position: int, stop: int) -> str:
    """Decode UTF-8."""
    return buffer[position:stop].decode()


def text_reader(field: Field, rivals: tuple[str, ...]) -> Reader:
    """A text."""
    return _span_reader(field, read_text, rivals)


def message_reader(field: Field, decode: Decode, rivals: tuple[str, ...]) -> Reader:
    """A message; where it comes twice, its pieces are one."""
    name = field.name
    read = _span_reader(field, decode, rivals)
    if field.label == "*":
        return read

    def read_message(values: dict[str, Any], buffer: bytes, position: int, end: int) -> int:
        if name in values:
            raise Split
        return read(values, buffer, position, end)

    return read_message


def _span_reader(field: Field, decode: Decode, rivals: tuple[str, ...]) -> Reader:
    name = field.name
    repeats = field.label == "*"

    def read(values: dict[str, Any], buffer: bytes, position: int, end: int) -> int:
        position, stop = read_span(buffer, position, end)
        value = decode(buffer, position, stop)
        if repeats:
            values.setdefault(name, []).append(value)
            return stop
        for rival in rivals:
            values.pop(rival, None)
        values[name] = value
        return stop

    return read


def map_reader(field: Field, decode_entry: Decode) -> Reader:
    """One entry of a map; the last one of a key wins."""
    name = field.name

    def read(values: dict[str, Any], buffer: bytes, position: int, end: int) -> int:
        position, stop = read_span(buffer, position, end)
        entry = decode_entry(buffer, position, stop)
        values.setdefault(name, {})[entry["key"]] = entry["value"]
        return stop

    return read
