"""The codec: messages in and out of our own values, with no message object between.

A message's encoder and decoder are made from the schema when they are first asked for. A *shape*
says what the fields of a message are in our models; a message without one is a dict of its fields.
What is met a thousand times a call brings its own code (`values`, `vectors`, `points`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from aqdrant_grpc._reading import (
    Convert,
    Decode,
    Reader,
    Split,
    map_reader,
    message_reader,
    number_reader,
    packed_reader,
    text_reader,
)
from aqdrant_grpc._reading import scalar as read_scalar
from aqdrant_grpc._schema import Field, fields_of, is_enum, is_message, numbers_of
from aqdrant_grpc._writing import Encode, Writer, float_writer, writer
from aqdrant_grpc._writing import scalar as write_scalar
from aqdrant_grpc.vectors import encode_floats
from aqdrant_grpc.wire import (
    BYTES,
    VARINT,
    CodecError,
    Malformed,
    read_span,
    read_varint,
    skip,
    tag,
    varint,
)

__all__ = ["Codec", "Row", "Shape"]


Row: TypeAlias = tuple[str, str, Any]
"""A field of a message, the attribute of a model that it is, and the attribute's default."""


class Shape(NamedTuple):
    """What the fields of a message are in a value of ours."""

    take: Callable[[Any], Mapping[str, Any]]
    """Value → the message's fields by name; None where one is absent."""
    build: Callable[[dict[str, Any]], Any]
    """The fields that came → value. Fields that cannot be absent are always there."""
    rows: tuple[Row, ...] | None = None
    """What `take` does, where the value is a model and does no more than this."""


def _same(value: Any) -> Any:
    return value


_PLAIN = Shape(_same, _same)


class Codec:
    """Encoders and decoders of messages.

    Args:
        shapes: message → what it is in our models.
        enums: enum → the class of its values; the others are numbers.
        encoders: message → its own encoder.
        decoders: message → its own decoder.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape] | None = None,
        enums: Mapping[str, type[Enum]] | None = None,
        encoders: Mapping[str, Encode] | None = None,
        decoders: Mapping[str, Decode] | None = None,
    ) -> None:
        self._shapes = dict(shapes or {})
        self._enums = dict(enums or {})
        self._encoders = dict(encoders or {})
        self._decoders = dict(decoders or {})

    # ---- encoding

    def encoder(self, message: str) -> Encode:
        """The encoder of a message."""
        known = self._encoders.get(message)
        if known is not None:
            return known
        writers: dict[str, Writer] = {}
        shape = self._shapes.get(message, _PLAIN)
        rows: list[tuple[str, str, Any, Writer]] = []
        encode = _encoder(shape.take, writers) if shape.rows is None else _row_encoder(rows)
        # Messages refer to each other in circles: known first, complete after.
        self._encoders[message] = encode
        writers |= {field.name: self._writer(field) for field in fields_of(message)}
        rows += [(*row, writers[row[0]]) for row in shape.rows or ()]
        return encode

    def encode_with(self, message: str, take: Callable[[Any], Mapping[str, Any]]) -> Encode:
        """An encoder of a message that takes its fields in another way than its shape."""
        return _encoder(take, {field.name: self._writer(field) for field in fields_of(message)})

    def _writer(self, field: Field) -> Writer:
        if field.type == "float" and field.label == "*":
            return float_writer(field, encode_floats)
        if is_message(field.type):
            return writer(field, self.encoder(field.type), BYTES)
        if is_enum(field.type):
            return writer(field, self._enum_encoder(field.type), VARINT)
        known = write_scalar(field.type)
        if known is None:
            raise TypeError(f"{field.name}: no way to write {field.type}")
        return writer(field, *known)

    def _enum_encoder(self, enum: str) -> Encode:
        kind = self._enums.get(enum)
        if kind is None:
            return write_scalar("int32")[0]  # type: ignore[index]
        contents = {str(value): varint(n) for n, value in _members(enum, kind).items()}

        def encode(value: Any) -> bytes:
            content = contents.get(value)
            if content is None:
                raise CodecError(f"{value!r} has no counterpart over gRPC")
            return content

        return encode

    # ---- decoding

    def decoder(self, message: str) -> Decode:
        """The decoder of a message."""
        known = self._decoders.get(message)
        if known is not None:
            return known
        readers: dict[int, Reader] = {}
        missing: dict[str, Callable[[], Any]] = {}
        decode = _decoder(self._shapes.get(message, _PLAIN).build, readers, missing, message)
        self._decoders[message] = decode
        self._fill(fields_of(message), readers, missing)
        return decode

    def decode_with(self, message: str, build: Callable[[dict[str, Any]], Any]) -> Decode:
        """A decoder of a message that builds another value than its shape."""
        readers: dict[int, Reader] = {}
        missing: dict[str, Callable[[], Any]] = {}
        self._fill(fields_of(message), readers, missing)
        return _decoder(build, readers, missing, message)

    def _fill(
        self,
        fields: tuple[Field, ...],
        readers: dict[int, Reader],
        missing: dict[str, Callable[[], Any]],
    ) -> None:
        for field in fields:
            rivals = tuple(
                other.name
                for other in fields
                if field.oneof and other.oneof == field.oneof and other is not field
            )
            self._add_readers(field, rivals, readers)
            if field.label == "*":
                missing[field.name] = list
            elif field.label == ">":
                missing[field.name] = dict
            elif not field.label:
                missing[field.name] = self._default(field)

    def _add_readers(
        self, field: Field, rivals: tuple[str, ...], readers: dict[int, Reader]
    ) -> None:
        number, kind = field.number, field.type
        if field.label == ">":
            value = Field(2, "value", kind, "?" if is_message(kind) else "", None)
            readers[number << 3 | BYTES] = map_reader(field, self.entry_decoder(value))
        elif kind == "string":
            readers[number << 3 | BYTES] = text_reader(field, rivals)
        elif is_message(kind):
            readers[number << 3 | BYTES] = message_reader(field, self.decoder(kind), rivals)
        else:
            read, wire = read_scalar(kind, self._enum_decoder(kind) if is_enum(kind) else None)
            readers[number << 3 | wire] = number_reader(field, read, rivals)
            if field.label == "*":
                readers[number << 3 | BYTES] = packed_reader(field, read)

    def entry_decoder(self, value: Field) -> Decode:
        """The decoder of an entry of a map; `value` is its second field."""
        readers: dict[int, Reader] = {}
        missing: dict[str, Callable[[], Any]] = {}
        key = Field(1, "key", "string", "", None)
        self._fill((key, value), readers, missing)
        if is_message(value.type):
            # A value that is missing is an empty message.
            decode_value = self.decoder(value.type)
            missing["value"] = lambda: decode_value(b"", 0, 0)
        return _decoder(_same, readers, missing, (key, value))

    def _default(self, field: Field) -> Callable[[], Any]:
        if is_enum(field.type):
            convert = self._enum_decoder(field.type)
            return lambda: convert(0)
        defaults: dict[str, Callable[[], Any]] = {"string": str, "bool": bool}
        return defaults.get(field.type, float if field.type in ("float", "double") else int)

    def _enum_decoder(self, enum: str) -> Convert:
        kind = self._enums.get(enum)
        if kind is None:
            return read_number
        members = _members(enum, kind)
        names = {number: name for name, number in numbers_of(enum).items()}

        def convert(number: int) -> Any:
            member = members.get(number)
            if member is not None or number == 0:
                return member
            # What a newer server knows arrives as text.
            return names.get(number, str(read_number(number)))

        return convert


def read_number(number: int) -> int:
    """The signed number of 32 bits that an enum's value is."""
    number &= 0xFFFFFFFF
    return number - (number & 0x80000000) * 2


def _encoder(take: Callable[[Any], Mapping[str, Any]], writers: Mapping[str, Writer]) -> Encode:
    def encode(value: Any) -> bytes:
        parts: list[bytes] = []
        name = ""
        try:
            for name, given in take(value).items():  # the handler names it
                if given is not None:
                    writers[name](parts, given)
        except CodecError as error:
            raise error.inside(name) from None
        return b"".join(parts)

    return encode


def _row_encoder(rows: list[tuple[str, str, Any, Writer]]) -> Encode:
    """The same for a model, whose attributes need no dict between."""

    def encode(value: Any) -> bytes:
        parts: list[bytes] = []
        field = ""
        try:
            for field, name, default, write in rows:  # noqa: B007  # the handler names it
                given = getattr(value, name)
                if given is not None and (default is None or given != default):
                    write(parts, given)
        except CodecError as error:
            raise error.inside(field) from None
        return b"".join(parts)

    return encode


def _decoder(
    build: Callable[[dict[str, Any]], Any],
    readers: Mapping[int, Reader],
    missing: Mapping[str, Callable[[], Any]],
    message: str | tuple[Field, ...],
) -> Decode:
    def decode(buffer: bytes, position: int, end: int) -> Any:
        values: dict[str, Any] = {}
        start = position
        try:
            while position < end:
                key = buffer[position]
                position += 1
                if key > 0x7F:
                    key, position = read_varint(buffer, position - 1)
                read = readers.get(key)
                if read is None:
                    position = skip(buffer, position, end, key)
                else:
                    position = read(values, buffer, position, end)
        except Split:
            joined = join_pieces(buffer, start, end, message)
            return decode(joined, 0, len(joined))
        if position != end:
            raise Malformed("a message that does not end where it should")
        for name, make in missing.items():
            if name not in values:
                values[name] = make()
        return build(values)

    return decode


def join_pieces(buffer: bytes, position: int, end: int, message: str | tuple[Field, ...]) -> bytes:
    """Write a message anew with the pieces of each of its messages in one place."""
    fields = fields_of(message) if isinstance(message, str) else message
    single = {
        field.number << 3 | BYTES: field
        for field in fields
        if is_message(field.type) and field.label not in ("*", ">")
    }
    oneofs = {
        field.number: frozenset(f.number << 3 | BYTES for f in fields if f.oneof == field.oneof)
        for field in fields
        if field.oneof
    }
    pieces: dict[int, list[bytes]] = {}
    rest: list[bytes] = []
    while position < end:
        start = position
        key, position = read_varint(buffer, position)
        for rival in oneofs.get(key >> 3, ()):
            if rival != key:
                pieces.pop(rival, None)
        if key in single:
            position, stop = read_span(buffer, position, end)
            pieces.setdefault(key, []).append(buffer[position:stop])
            position = stop
        else:
            position = skip(buffer, position, end, key)
            rest.append(buffer[start:position])
    for key, found in pieces.items():
        content = b"".join(found)
        rest += (tag(key >> 3, BYTES), varint(len(content)), content)
    return b"".join(rest)


# ---- enums


def _members(enum: str, kind: type[Enum]) -> dict[int, Enum]:
    """Number → member of our enum whose value is the same word."""
    by_word = {_word(str(member.value)): member for member in kind}
    prefix = _word(enum.rpartition(".")[2])
    found: dict[int, Enum] = {}
    for name, number in numbers_of(enum).items():
        word = _word(name)
        member = by_word.get(word) or by_word.get(word.removeprefix(prefix))
        if member is not None:
            found[number] = member
    return found


def _word(name: str) -> str:
    return name.replace("_", "").lower()
