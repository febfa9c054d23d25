"""Payloads and point ids: what comes by the thousand.

Called by the codec, by `points` and by the shapes. The decoders know the bytes that every server
writes; what is laid out otherwise (members in another order, twice, unknown ones) goes the way of
the codec's own decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Any, TypeAlias
from uuid import UUID

from aqdrant_grpc._reading import Decode
from aqdrant_grpc._writing import encode_text
from aqdrant_grpc.wire import (
    MASK64,
    CodecError,
    Made,
    Malformed,
    Unsayable,
    read_span,
    read_varint,
    signed,
    unpack_double,
    varint,
)

__all__ = [
    "SLOW",
    "decode_id",
    "decode_value",
    "encode_entries",
    "encode_id",
    "encode_value",
    "read_entries",
]

_pack_double = Struct("<d").pack
_NULL = b"\x08\x00"
_TRUE = b"\x28\x01"
_FALSE = b"\x28\x00"

SLOW: Made[Decode] = Made()
"""The codec's own decoders, for odd layouts; `entry` is an entry of a payload."""


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
        kind = Unsayable if 0 < value <= MASK64 else CodecError
        raise kind("int beyond 64 bits with sign, which gRPC cannot carry")
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


_KNOWN = 1024
"""So many keys of payloads are remembered, each way."""
_LONGEST = 96
# Of each key, what stands before a value of a kind: all tags, lengths and the key itself. The
# first slots are those of texts, by their length, and are filled when they are needed.
_DOUBLE, _SHORT, _MIDDLE, _YES, _NO, _NAME = range(_LONGEST, _LONGEST + 6)
_Slots: TypeAlias = list[bytes]
_keys: dict[bytes, dict[str, _Slots]] = {}
# What stands before a text in a list, by its length.
_ITEMS = tuple(bytes((0x0A, size + 2, 0x22, size)) for size in range(_LONGEST))


def _learn(known: dict[str, _Slots], key: str, head: bytes) -> _Slots:
    content = encode_text(key)
    if len(known) >= _KNOWN:
        known.clear()
    name = b"\x0a" + varint(len(content)) + content + b"\x12"

    def before(inner: bytes, follows: int) -> bytes:
        """What stands before `follows` bytes of a value that starts with `inner`."""
        size = len(inner) + follows
        entry = name + varint(size) + inner
        return head + varint(len(entry) + follows) + entry

    known[key] = slots = [b""] * _LONGEST + [
        before(b"\x11", 8),
        before(b"\x18", 1),
        before(b"\x18", 2),
        before(_TRUE, 0),
        before(_FALSE, 0),
        name,
    ]
    return slots


def _learn_text(slots: _Slots, size: int, head: bytes) -> bytes:
    entry = slots[_NAME] + bytes((size + 2, 0x22, size))
    slots[size] = first = head + varint(len(entry) + size) + entry
    return first


def encode_entries(payload: Mapping[str, Any], head: bytes) -> bytes:
    """Encode a map of values, each entry with the tag `head`."""
    known = _keys.get(head)
    if known is None:
        known = _keys[head] = {}
    parts: list[bytes] = []
    key = ""
    try:
        for key, value in payload.items():
            slots = known.get(key) or _learn(known, key, head)
            kind: Any = value.__class__
            if kind is str:
                text: bytes = value.encode()
                size = len(text)
                if size < _LONGEST:
                    parts += (slots[size] or _learn_text(slots, size, head), text)
                    continue
                content = b"\x22" + varint(size) + text
            elif kind is float:
                parts += (slots[_DOUBLE], _pack_double(value))
                continue
            elif kind is bool:
                parts.append(slots[_YES if value else _NO])
                continue
            elif kind is int and 0 <= value < 0x4000:
                parts += (slots[_SHORT if value < 0x80 else _MIDDLE], varint(value))
                continue
            elif kind is list:
                content = _encode_list(value)
            else:
                content = encode_value(value)
            first = slots[_NAME]
            length = varint(len(content))
            parts += (head, varint(len(first) + len(length) + len(content)), first, length, content)
    except UnicodeEncodeError as error:
        raise CodecError(f"str that UTF-8 cannot carry at {error.start}").inside(key) from None
    except CodecError as error:
        raise error.inside(key) from None
    return b"".join(parts)


# ---- in


def decode_id(buffer: bytes, position: int, end: int) -> Any:
    """Decode a `PointId`."""
    if position < end:
        key = buffer[position]
        if key == 0x08:
            number, stop = read_varint(buffer, position + 1)
            if stop == end:
                return number
        elif key == 0x12 and buffer[position + 1] == end - position - 2 < 0x80:
            return buffer[position + 2 : end].decode()
    return SLOW["PointId"](buffer, position, end)


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
    return SLOW["Value"](buffer, position, end)


def _decode_list(buffer: bytes, position: int, end: int) -> Any:
    values: list[Any] = []
    while position < end:
        if buffer[position] != 0x0A:
            return SLOW["ListValue"](buffer, position, end)
        start = position + 2
        length = buffer[position + 1]
        if length < 0x80:
            position = start + length
            if length > 1 and buffer[start] == 0x22 and buffer[start + 1] == length - 2:
                values.append(buffer[start + 2 : position].decode())
                continue
        else:
            start, position = read_span(buffer, position + 1, end)
        if position > end:
            raise Malformed("an element that ends behind its list")
        values.append(decode_value(buffer, start, position))
    if position != end:
        raise Malformed("an element that ends behind its list")
    return values


def _decode_struct(buffer: bytes, position: int, end: int) -> Any:
    values: dict[str, Any] = {}
    stop = read_entries(values, buffer, position, end, 0x0A)
    return values if stop == end else SLOW["Struct"](buffer, position, end)


# The key of an entry with the tag before it and the one behind it → the key.
_texts: dict[bytes, str] = {}


def _text(buffer: bytes, start: int, middle: int, end: int) -> str | None:
    """Remember a key; None where the entry is laid out in another way."""
    if middle > end or buffer[start] != 0x0A or buffer[middle - 1] != 0x12:
        return None
    if buffer[start + 1] > 0x7F:
        return None
    if len(_texts) >= _KNOWN:
        _texts.clear()
    text = buffer[start + 2 : middle - 1].decode()
    _texts[buffer[start:middle]] = text
    return text


def read_entries(values: dict[str, Any], buffer: bytes, position: int, end: int, head: int) -> int:
    """Read the entries of a map of values that follow each other; give the position behind them.

    It lies behind the end where the last entry does not fit, which the caller has to look at.

    Args:
        values: where they go.
        buffer: holds the message.
        position: where the first one starts.
        end: where the message ends.
        head: the tag of an entry.
    """
    while position < end and buffer[position] == head:
        start = position + 2
        size = buffer[position + 1]
        if size > 0x7F:
            start, position = read_span(buffer, position + 1, end)
        else:
            position = start + size
        middle = start + 3 + buffer[start + 1] if size > 3 else position
        key = _texts.get(buffer[start:middle])
        if key is None:
            key = _text(buffer, start, middle, position)
        size = buffer[middle] if middle < position else 0
        # Where a value ends with its entry, what is read of it lies before the entry's end.
        if key is None or middle + 1 + size != position or size < 2:
            _read_odd(values, buffer, start, middle, position)
            continue
        kind = buffer[middle + 1]
        follows = buffer[middle + 2]
        if kind == 0x22 and follows == size - 2:
            values[key] = buffer[middle + 3 : position].decode()
        elif kind == 0x11 and size == 9:
            values[key] = unpack_double(buffer, middle + 2)[0]
        elif kind == 0x18 and size == 2 and follows < 0x80:
            values[key] = follows
        elif kind == 0x28 and size == 2 and follows < 2:
            values[key] = follows == 1
        elif kind == 0x3A and follows == size - 2:
            values[key] = _decode_list(buffer, middle + 3, position)
        elif kind == 0x32 and follows == size - 2:
            values[key] = _decode_struct(buffer, middle + 3, position)
        else:
            values[key] = decode_value(buffer, middle + 1, position)
    return position


def _read_odd(values: dict[str, Any], buffer: bytes, position: int, middle: int, end: int) -> None:
    """Read an entry that is long, or laid out in another way."""
    key = _texts.get(buffer[position:middle])
    if key is not None and middle < end:
        start, stop = read_span(buffer, middle, end)
        if stop == end:
            values[key] = decode_value(buffer, start, end)
            return
    entry = SLOW["entry"](buffer, position, end)
    values[entry["key"]] = entry["value"]
