"""Payloads and point ids: what comes by the thousand.

Called by the codec, by `points` and by the shapes. The decoders know the bytes that every server
writes; what is laid out otherwise (members in another order, twice, unknown ones) goes the way of
the codec's own decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "decode_id",
    "decode_value",
    "encode_entries",
    "encode_id",
    "encode_value",
    "read_entries",
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
            if value.__class__ is str and len(content := encode_text(value)) < _LONGEST:
                parts += (_ITEMS[len(content)], content)
                continue
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
    kinds: tuple[Any, ...] = (int, float, str, list)
    for kind in kinds:
        if isinstance(value, kind):
            return encode_value(kind(value))
    raise CodecError(f"{type(value).__name__}, which has no form in JSON")


_KNOWN = 4096
"""So many keys of payloads are remembered, each way."""
_LONGEST = 96
_keys: dict[str, bytes] = {}
# What stands between a key and its value: the tag and the length of the value's message, and its
# own tag and length or number.
_TEXTS = tuple(bytes((0x12, size + 2, 0x22, size)) for size in range(_LONGEST))
_ITEMS = tuple(bytes((0x0A, size + 2, 0x22, size)) for size in range(_LONGEST))
_NUMBERS = tuple(bytes((0x12, 2, 0x18, number)) for number in range(128))


def _key(key: str) -> bytes:
    content = encode_text(key)
    if len(_keys) >= _KNOWN:
        _keys.clear()
    _keys[key] = name = b"\x0a" + varint(len(content)) + content
    return name


def encode_entries(payload: Mapping[str, Any], head: bytes) -> bytes:
    """Encode a map of values, each entry with the tag `head`."""
    parts: list[bytes] = []
    key = ""
    first: bytes
    content: bytes
    try:
        for key, value in payload.items():
            name = _keys.get(key) or _key(key)
            kind: Any = value.__class__
            content = b""
            if kind is str and len(content := value.encode()) < _LONGEST:
                first = _TEXTS[len(content)]
            elif kind is int and 0 <= value < 128:
                number: int = value
                first = _NUMBERS[number]
            elif kind is float:
                first = b"\x12\x09\x11"
                content = _pack_double(value)
            else:
                content = encode_value(value)
                first = b"\x12" + varint(len(content))
            parts += (head, varint(len(name) + len(first) + len(content)), name, first, content)
    except UnicodeEncodeError as error:
        raise CodecError(f"str that UTF-8 cannot carry at {error.start}").inside(key) from None
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
    if position == end or (position + 2 == end and buffer[position:end] == _NULL):
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
    elif key == 0x11 and position + 9 == end:
        return unpack_double(buffer, position + 1)[0]
    elif key == 0x28 and position + 2 == end and buffer[position + 1] < 2:
        return buffer[position + 1] == 1
    elif key in (0x3A, 0x32):
        start, stop = read_span(buffer, position + 1, end)
        if stop == end:
            return (_decode_list if key == 0x3A else _decode_struct)(buffer, start, end)
    return _slow["Value"](buffer, position, end)


def _decode_list(buffer: bytes, position: int, end: int) -> Any:
    values: list[Any] = []
    while position < end:
        if buffer[position] != 0x0A:
            return _slow["ListValue"](buffer, position, end)
        start, position = read_span(buffer, position + 1, end)
        size = buffer[start + 1] if start + 2 <= position else 0x80
        if size < 0x80 and start + 2 + size == position and buffer[start] == 0x22:
            values.append(buffer[start + 2 : position].decode())
        else:
            values.append(decode_value(buffer, start, position))
    return values


def _decode_struct(buffer: bytes, position: int, end: int) -> Any:
    values: dict[str, Any] = {}
    stop = read_entries(values, buffer, position, end, 0x0A)
    return values if stop == end else _slow["Struct"](buffer, position, end)


_texts: dict[bytes, str] = {}


def _text(content: bytes) -> str:
    if len(_texts) >= _KNOWN:
        _texts.clear()
    _texts[content] = text = content.decode()
    return text


def read_entries(values: dict[str, Any], buffer: bytes, position: int, end: int, head: int) -> int:
    """Read the entries of a map of values that follow each other; give the position behind them.

    Args:
        values: where they go.
        buffer: holds the message.
        position: where the first one starts.
        end: where the message ends.
        head: the tag of an entry.
    """
    while position < end and buffer[position] == head:
        start = position + 2
        position = start + buffer[position + 1]
        if position > start + 0x7F:
            start, position = read_span(buffer, start - 1, end)
        elif position > end:
            raise CodecError("an entry that ends behind its message")
        # A key of less than 128 bytes, then a value of less than 128.
        middle = start + 2 + buffer[start + 1]
        if middle + 3 < position and buffer[start] == 0x0A and buffer[middle] == 0x12:
            content = buffer[start + 2 : middle]
            size = buffer[middle + 1]
            if size < 0x80 and middle + 2 + size == position and buffer[start + 1] < 0x80:
                key = _texts.get(content) or _text(content)
                kind = buffer[middle + 2]
                follows = buffer[middle + 3]
                if kind == 0x22 and follows == size - 2:
                    values[key] = buffer[middle + 4 : position].decode()
                elif kind == 0x18 and size == 2 and follows < 0x80:
                    values[key] = follows
                elif kind == 0x11 and size == 9:
                    values[key] = unpack_double(buffer, middle + 3)[0]
                elif kind == 0x3A and follows == size - 2:
                    values[key] = _decode_list(buffer, middle + 4, position)
                elif kind == 0x32 and follows == size - 2:
                    values[key] = _decode_struct(buffer, middle + 4, position)
                else:
                    values[key] = decode_value(buffer, middle + 2, position)
                continue
        _read_odd(values, buffer, start, position)
    return position


def _read_odd(values: dict[str, Any], buffer: bytes, position: int, end: int) -> None:
    entry = _slow["entry"](buffer, position, end)
    values[entry["key"]] = entry["value"]
