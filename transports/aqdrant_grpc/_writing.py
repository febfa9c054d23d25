"""Writers of fields, made from the schema: a value becomes tag and content.

Called by `_codec`, which joins the fields of a message.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from struct import Struct
from struct import error as struct_error
from typing import Any, TypeAlias

from aqdrant_grpc._schema import INTEGERS, Field
from aqdrant_grpc.wire import BYTES, FIXED32, FIXED64, MASK64, VARINT, CodecError, tag, varint

__all__ = ["Encode", "Writer", "encode_text", "float_writer", "kind_of", "scalar", "writer"]

Encode: TypeAlias = Callable[[Any], bytes]
"""Gives the content of a field, without tag and length."""
Writer: TypeAlias = Callable[[list[bytes], Any], None]
"""Appends a field, or nothing where its value is the default."""


def writer(field: Field, encode: Encode, wire: int) -> Writer:
    """Make the writer of a field whose elements `encode` encodes."""
    if field.label == ">":
        return _map_writer(field.number, encode, wire)
    if field.label == "*":
        if wire == BYTES:
            return _repeated_writer(field.number, encode)
        return _packed_writer(field.number, encode)
    head = tag(field.number, wire)
    if wire == BYTES:
        return _bytes_writer(head, encode, always=field.label == "?")
    if field.label == "?":

        def write_always(parts: list[bytes], value: Any) -> None:
            parts.append(head + encode(value))

        return write_always

    def write(parts: list[bytes], value: Any) -> None:
        content = encode(value)
        if content.strip(b"\0"):
            parts.append(head + content)

    return write


def _bytes_writer(head: bytes, encode: Encode, *, always: bool) -> Writer:
    def write(parts: list[bytes], value: Any) -> None:
        content = encode(value)
        if content or always:
            parts += (head, varint(len(content)), content)

    return write


def _repeated_writer(number: int, encode: Encode) -> Writer:
    head = tag(number, BYTES)

    def write(parts: list[bytes], values: Any) -> None:
        index = 0
        try:
            for index, value in enumerate(values):  # noqa: B007  # the handler names it
                content = encode(value)
                parts += (head, varint(len(content)), content)
        except CodecError as error:
            raise error.inside(index) from None

    return write


def _packed_writer(number: int, encode: Encode) -> Writer:
    head = tag(number, BYTES)

    def write(parts: list[bytes], values: Any) -> None:
        content = b"".join([encode(value) for value in values])
        if content:
            parts += (head, varint(len(content)), content)

    return write


def _map_writer(number: int, encode: Encode, wire: int) -> Writer:
    head = tag(number, BYTES)
    inner = tag(2, wire)

    def write(parts: list[bytes], values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            try:
                content = encode(value)
                name = encode_text(key)
            except CodecError as error:
                raise error.inside(key) from None
            size = varint(len(content)) if wire == BYTES else b""
            entry = b"".join((b"\x0a", varint(len(name)), name, inner, size, content))
            parts += (head, varint(len(entry)), entry)

    return write


def float_writer(field: Field, encode: Encode) -> Writer:
    """The writer of packed numbers that are encoded all at once."""
    return _bytes_writer(tag(field.number, BYTES), encode, always=False)


# ---- scalars


_pack_float = Struct("<f").pack
_pack_double = Struct("<d").pack


def kind_of(value: object) -> str:
    """Name what came by its kind alone."""
    return "None" if value is None else type(value).__name__


def encode_text(value: Any) -> bytes:
    """Encode text as UTF-8."""
    try:
        content: bytes = value.encode()
    except UnicodeEncodeError as error:
        raise CodecError(f"str that UTF-8 cannot carry at {error.start}") from None
    except AttributeError:
        raise CodecError(f"{kind_of(value)}, wanted str") from None
    return content


def _encode_bool(value: Any) -> bytes:
    return b"\1" if value else b"\0"


def _encode_float(value: Any) -> bytes:
    try:
        return _pack_float(value)
    except (OverflowError, struct_error, TypeError):
        raise CodecError(f"{_shown(value)}, wanted a number of single precision") from None


def _encode_double(value: Any) -> bytes:
    try:
        return _pack_double(value)
    except (OverflowError, struct_error, TypeError):
        raise CodecError(f"{_shown(value)}, wanted a number") from None


def _shown(value: object) -> str:
    return f"{value!r}" if isinstance(value, int | float) else kind_of(value)


def _integer(kind: str) -> Encode:
    least, greatest = INTEGERS[kind]

    def encode(value: Any) -> bytes:
        try:
            number = value if value.__class__ is int else operator.index(value)
        except TypeError:
            raise CodecError(f"{kind_of(value)}, wanted int") from None
        if least <= number <= greatest:
            return varint(number & MASK64)
        raise CodecError(f"{number} is out of range: gRPC has {least} to {greatest} here")

    return encode


_SCALARS: dict[str, tuple[Encode, int]] = {
    "bool": (_encode_bool, VARINT),
    "double": (_encode_double, FIXED64),
    "float": (_encode_float, FIXED32),
    "string": (encode_text, BYTES),
    **{kind: (_integer(kind), VARINT) for kind in INTEGERS},
}


def scalar(kind: str) -> tuple[Encode, int] | None:
    """The encoder of a scalar and its wire type."""
    return _SCALARS.get(kind)
