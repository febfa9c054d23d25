"""The wire format of protobuf: tags, varints, skipping what is unknown.

Called by everything of the codec. Nothing here knows a message.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TypeVar

__all__ = [
    "BYTES",
    "FIXED32",
    "FIXED64",
    "MASK64",
    "VARINT",
    "CodecError",
    "Made",
    "Malformed",
    "Unsayable",
    "read_span",
    "read_varint",
    "signed",
    "skip",
    "tag",
    "unpack_double",
    "unpack_float",
    "varint",
]

T = TypeVar("T")

VARINT, FIXED64, BYTES, _GROUP, _GROUP_END, FIXED32 = range(6)
MASK64 = 2**64 - 1
_SIGN = 1 << 63

unpack_float = Struct("<f").unpack_from
unpack_double = Struct("<d").unpack_from


class CodecError(ValueError):
    """Bytes that are no message, or a value that a message cannot hold; collects the path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[str | int] = []

    def inside(self, step: str | int) -> CodecError:
        """Prepend the name of a field or an index to the path."""
        self.steps.append(step)
        return self

    def path(self, root: str) -> str:
        """Write where it lies, from a root downwards."""
        steps = (
            f"[{s}]" if isinstance(s, int) else f".{s[:60]}"
            for s in reversed(self.steps)
            if s != ""
        )
        return root + "".join(steps)


class Malformed(CodecError):
    """Bytes that are no message at all, whatever they were meant to say."""


class Unsayable(CodecError):
    """A value that no message can hold, though REST can: it would be lost, or another one."""


class Made(dict[str, T]):
    """Coders of messages, each made when it is first used."""

    def use(self, make: Callable[[str], T], **others: Callable[[], T]) -> None:
        """Set what makes the coder of a message.

        Args:
            make: makes it of the message's name.
            **others: what makes those of these messages instead.
        """
        self._make = make
        self._others = others

    def __missing__(self, message: str) -> T:
        other = self._others.get(message)
        self[message] = made = other() if other else self._make(message)
        return made


# ---- writing


_SMALL = tuple(bytes((number,)) for number in range(128))


def varint(number: int) -> bytes:
    """Encode an unsigned number, seven bits a byte."""
    if number < 0x80:
        return _SMALL[number]
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    if number < 0x200000:
        return bytes((number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14))
    taken = bytearray()
    while number > 0x7F:
        taken.append(number & 0x7F | 0x80)
        number >>= 7
    taken.append(number)
    return bytes(taken)


def tag(number: int, kind: int) -> bytes:
    """The bytes before a field: its number and its wire type."""
    return varint(number << 3 | kind)


# ---- reading


def read_varint(buffer: bytes, position: int) -> tuple[int, int]:
    """Read an unsigned number, at most 64 bits of it; give it and the position behind it."""
    number = buffer[position]
    position += 1
    if number < 0x80:
        return number, position
    shift = 7
    # The bit by which a byte says that another follows is 1 of that one: it is taken off there.
    while True:
        byte = buffer[position]
        position += 1
        number += (byte - 1) << shift
        if byte < 0x80:
            return number & MASK64, position
        shift += 7
        if shift > 63:
            raise Malformed("a number of more than ten bytes")


def signed(number: int) -> int:
    """The signed number that these 64 bits are."""
    return number - (number & _SIGN) * 2


def read_span(buffer: bytes, position: int, end: int) -> tuple[int, int]:
    """Read the length of a field; give where its content starts and stops."""
    size = buffer[position]
    position += 1
    if size > 0x7F:
        second = buffer[position]
        if second < 0x80:  # As in `read_varint`: most long fields have a length of two bytes.
            size += (second - 1) << 7
            position += 1
        else:
            size, position = read_varint(buffer, position - 1)
    stop = position + size
    if stop > end:
        raise Malformed(f"a field of {size} bytes where {end - position} are left")
    return position, stop


def skip(buffer: bytes, position: int, end: int, key: int) -> int:
    """Pass over a field that is not known; give the position behind it."""
    kind = key & 7
    if key >> 3 == 0 or key > 0xFFFFFFFF:
        raise Malformed(f"a field of the number {key >> 3}")
    if kind == VARINT:
        position = read_varint(buffer, position)[1]
    elif kind == FIXED64:
        position += 8
    elif kind == FIXED32:
        position += 4
    elif kind == BYTES:
        position = read_span(buffer, position, end)[1]
    elif kind == _GROUP:
        return _skip_group(buffer, position, end, key)
    else:
        raise Malformed(f"a field of the wire type {kind}")
    if position > end:
        raise Malformed("a field that ends behind its message")
    return position


def _skip_group(buffer: bytes, position: int, end: int, key: int) -> int:
    closing = key + 1
    while position < end:
        inner, position = read_varint(buffer, position)
        if inner == closing:
            return position
        position = skip(buffer, position, end, inner)
    raise Malformed("a group without an end")
