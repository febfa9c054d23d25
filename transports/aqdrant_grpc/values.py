"""Payloads and point ids: what comes by the thousand.

Called by the codec, by `points` and by the shapes. The decoders know the bytes that every server
writes; what is laid out otherwise (members in another order, twice, unknown ones) goes the way of
the codec's own decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from typing import Any
from uuid import UUID

from aqdrant_grpc._reading import Decode
from aqdrant_grpc._writing import encode_text
from aqdrant_grpc.wire import (
    MASK64,
    CodecError,
    read_span,
    read_varint,
    signed,
    unpack_double,
    varint,
)

__all__ = [
    "decode_entry",
    "decode_id",
    "decode_value",
    "encode_entries",
    "encode_id",
    "encode_value",
    "use_slow_decoders",
]

_pack_double = Struct("<d").pack
_NULL = b"\x08\x00"
_TRUE = b"\x28\x01"
_FALSE = b"\x28\x00"

_slow: dict[str, Decode] = {}


def use_slow_decoders(decoders: Mapping[str, Decode]) -> None:
    """Set the decoders of `Value`, of `PointId` and of an entry of a payload for odd layouts."""
    _slow.update(decoders)


# ---- out


def encode_id(value: Any) -> bytes:
    """Encode a `PointId`."""
    if value.__class__ is int:
        if 0 <= value <= MASK64:
            return b"\x08" + varint(value)
        raise CodecError(f"point id {value} is out of range")
    if isinstance(value, str | UUID):
        content = encode_text(str(value))
        return b"\x12" + varint(len(content)) + content
    if hasattr(value, "__index__") and not isinstance(value, bool):
        return encode_id(int(value))
    raise CodecError(f"{type(value).__name__}, wanted a point id")


def encode_value(value: Any) -> bytes:
    """Encode a `Value`: anything that JSON has."""
    kind: Any = value.__class__
    if kind is str:
        content = encode_text(value)
        return b"\x22" + varint(len(content)) + content
    if kind is int:
        if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
            return b"\x18" + varint(value & MASK64)
        raise CodecError("int beyond 64 bits with sign, which gRPC cannot carry")
    if kind is bool:
        return _TRUE if value else _FALSE
    if kind is float:
        return b"\x11" + _pack_double(value)
    if value is None:
        return _NULL
    if kind is dict:
        content = encode_entries(value, b"\x0a")
        return b"\x32" + varint(len(content)) + content
    if kind is list or kind is tuple:
        return _encode_list(value)
    return _encode_other(value)


def _encode_list(values: Any) -> bytes:
    parts: list[bytes] = []
    index = 0
    try:
        for index, value in enumerate(values):  # noqa: B007  # the handler names it
            content = encode_value(value)
            parts += (b"\x0a", varint(len(content)), content)
    except CodecError as error:
        raise error.inside(index) from None
    content = b"".join(parts)
    return b"\x3a" + varint(len(content)) + content


def _encode_other(value: Any) -> bytes:
    if hasattr(value, "tolist"):
        return encode_value(value.tolist())
    if isinstance(value, Mapping):
        return encode_value(dict(value))  # pyright: ignore[reportUnknownArgumentType]
    for kind in (int, float, str, list):
        if isinstance(value, kind):
            return encode_value(kind(value))
    raise CodecError(f"{type(value).__name__}, which has no form in JSON")


@lru_cache(maxsize=4096)
def _key(key: str) -> bytes:
    content = encode_text(key)
    return b"\x0a" + varint(len(content)) + content + b"\x12"


def encode_entries(payload: Mapping[str, Any], head: bytes) -> bytes:
    """Encode a map of values, each entry with the tag `head`."""
    parts: list[bytes] = []
    key = ""
    try:
        for key, value in payload.items():
            name = _key(key)
            content = encode_value(value)
            inner = len(content)
            if inner < 0x80:
                parts += (head, varint(len(name) + 1 + inner), name, varint(inner), content)
            else:
                size = varint(inner)
                parts += (head, varint(len(name) + len(size) + inner), name, size, content)
    except CodecError as error:
        raise error.inside(key) from None
    return b"".join(parts)


# ---- in


def decode_id(buffer: bytes, position: int, end: int) -> int | str | None:
    """Decode a `PointId`."""
    if position < end:
        key = buffer[position]
        if key == 0x08:
            number, stop = read_varint(buffer, position + 1)
            if stop == end:
                return number
        elif key == 0x12:
            start, stop = read_span(buffer, position + 1, end)
            if stop == end:
                return buffer[start:end].decode()
    found: int | str | None = _slow["PointId"](buffer, position, end)
    return found


def decode_value(buffer: bytes, position: int, end: int) -> Any:
    """Decode a `Value`."""
    if position == end:
        return None
    key = buffer[position]
    if key == 0x22:
        start, stop = read_span(buffer, position + 1, end)
        if stop == end:
            return buffer[start:end].decode()
    elif key == 0x18:
        number, stop = read_varint(buffer, position + 1)
        if stop == end:
            return signed(number)
    elif key == 0x11:
        if position + 9 == end:
            return unpack_double(buffer, position + 1)[0]
    elif key == 0x28:
        if position + 2 == end and buffer[position + 1] < 2:
            return buffer[position + 1] == 1
    elif key == 0x3A:
        start, stop = read_span(buffer, position + 1, end)
        if stop == end:
            return _decode_list(buffer, start, end)
    elif key == 0x32:
        start, stop = read_span(buffer, position + 1, end)
        if stop == end:
            return _decode_struct(buffer, start, end)
    elif key == 0x08 and position + 2 == end and not buffer[position + 1]:
        return None
    return _slow["Value"](buffer, position, end)


def _decode_list(buffer: bytes, position: int, end: int) -> Any:
    values: list[Any] = []
    while position < end:
        if buffer[position] != 0x0A:
            return _slow["ListValue"](buffer, position, end)
        start, position = read_span(buffer, position + 1, end)
        values.append(decode_value(buffer, start, position))
    return values


def _decode_struct(buffer: bytes, position: int, end: int) -> Any:
    values: dict[str, Any] = {}
    while position < end:
        if buffer[position] != 0x0A:
            return _slow["Struct"](buffer, position, end)
        start, position = read_span(buffer, position + 1, end)
        decode_entry(values, buffer, start, position)
    return values


@lru_cache(maxsize=4096)
def _text(content: bytes) -> str:
    return content.decode()


def decode_entry(values: dict[str, Any], buffer: bytes, position: int, end: int) -> None:
    """Decode an entry of a map of values into a dict."""
    try:
        # The key, in less than 128 bytes, and then the value.
        if buffer[position] == 0x0A:
            middle = position + 2 + buffer[position + 1]
            if middle < end and buffer[position + 1] < 0x80 and buffer[middle] == 0x12:
                start, stop = read_span(buffer, middle + 1, end)
                if stop == end:
                    key = _text(buffer[position + 2 : middle])
                    kind = buffer[start] if start + 1 < end else 0
                    follows = buffer[start + 1] if kind else 0x80
                    if kind == 0x22 and follows < 0x80 and follows + start + 2 == end:
                        values[key] = buffer[start + 2 : end].decode()
                    elif kind == 0x18 and follows < 0x80 and start + 2 == end:
                        values[key] = follows
                    else:
                        values[key] = decode_value(buffer, start, end)
                    return
    except IndexError:
        pass
    entry = _slow["entry"](buffer, position, end)
    values[entry["key"]] = entry["value"]
