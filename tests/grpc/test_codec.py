"""The codec without shapes, message by message, beside protobuf's own and betterproto2's."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from aqdrant_grpc._codec import Codec
from aqdrant_grpc._schema import fields_of, is_message
from aqdrant_grpc._tables import MESSAGES
from aqdrant_grpc.wire import BYTES, FIXED32, FIXED64, VARINT, CodecError, tag, varint

from .generated import as_official, make, official_class, with_defaults

CODEC = Codec()
WIRE_TYPES = {"double": FIXED64, "float": FIXED32, "string": BYTES}

REFUSALS = (CodecError, IndexError, UnicodeDecodeError, struct.error)
"""What the codec's innermost functions raise; the transport makes a DecodeError of them."""

# The official package has no messages of gRPC's health service; `test_native` has them sent.
KNOWN = [message for message in sorted(MESSAGES) if not message.startswith("grpc.health.")]

pytestmark = pytest.mark.parametrize("message", KNOWN)


def decode(message: str, content: bytes) -> Any:
    return CODEC.decoder(message)(content, 0, len(content))


def test_encodes_what_protobuf_reads(message: str, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        fields = make(rng, message)
        encoded = CODEC.encoder(message)(fields)
        assert official_class(message).FromString(encoded) == as_official(message, fields)


def test_decodes_what_protobuf_writes(message: str, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        fields = make(rng, message)
        content = as_official(message, fields).SerializeToString()
        assert decode(message, content) == with_defaults(message, fields)


def test_decodes_what_betterproto_writes(message: str, seed: int) -> None:
    messages = pytest.importorskip("aqdrant_grpc.messages")
    name = message.replace(".", "")
    if message == "google.protobuf.Timestamp":
        return  # betterproto2 has a datetime there
    fields = make(random.Random(seed), message)
    content = as_official(message, fields).SerializeToString()
    parsed = getattr(messages, name).parse(content)
    assert decode(message, bytes(parsed)) == decode(message, content)
    again = getattr(messages, name).parse(CODEC.encoder(message)(fields))
    assert decode(message, bytes(again)) == decode(message, content)


UNKNOWN = (
    tag(900, VARINT) + varint(2**64 - 1)
    + tag(901, FIXED64) + b"12345678"
    + tag(902, FIXED32) + b"1234"
    + tag(903, BYTES) + b"\x03abc"
    + tag(904, 3) + tag(1, VARINT) + b"\x01" + tag(904, 4)
)  # fmt: skip


def test_fields_come_in_any_order_with_unknown_ones_between(message: str, seed: int) -> None:
    rng = random.Random(seed)
    fields = make(rng, message)
    pieces = [CODEC.encoder(message)({name: value}) for name, value in fields.items()]
    rng.shuffle(pieces)
    content = UNKNOWN + UNKNOWN.join(pieces) + UNKNOWN
    assert official_class(message).FromString(content)
    assert decode(message, content) == with_defaults(message, fields)


def test_pieces_of_a_message_are_joined(message: str, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        # Protobuf itself says what two messages behind each other mean.
        pieces = [as_official(message, make(rng, message)).SerializeToString() for _ in range(3)]
        joined = official_class(message).FromString(b"".join(pieces)).SerializeToString()
        assert decode(message, b"".join(pieces)) == decode(message, joined)


def test_numbers_come_packed_and_one_by_one(message: str, seed: int) -> None:
    for field in fields_of(message):
        if field.label != "*" or is_message(field.type) or field.type == "string":
            continue
        numbers = make(random.Random(seed), message).get(field.name) or [1, 2, 3]
        packed = CODEC.encoder(message)({field.name: numbers})
        wire = WIRE_TYPES.get(field.type, VARINT)
        single = b"".join(
            tag(field.number, wire) + _element(message, field.name, number) for number in numbers
        )
        assert decode(message, packed) == decode(message, single)
        assert decode(message, packed + single)[field.name] == [*numbers, *numbers]


def _element(message: str, name: str, number: Any) -> bytes:
    # The content of a packed field of one number is that number.
    packed = CODEC.encoder(message)({name: [number]})
    size = packed[1]
    return packed[-size:]


def test_a_message_cut_short_is_refused_or_a_shorter_message(message: str, seed: int) -> None:
    fields = make(random.Random(seed), message)
    content = CODEC.encoder(message)(fields)
    for end in range(len(content)):
        try:
            expected = official_class(message).FromString(content[:end])
        except Exception:  # noqa: BLE001  # protobuf's error moved between versions
            with pytest.raises(REFUSALS):
                decode(message, content[:end])
        else:
            again = expected.SerializeToString()
            assert decode(message, content[:end]) == decode(message, again)
