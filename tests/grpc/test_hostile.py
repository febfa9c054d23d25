"""Bytes that no server sends: nothing but a DecodeError comes of them."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import AqdrantError, DecodeError
from aqdrant.models import QueryRequest, ScrollRequest
from aqdrant_grpc.calls import decode_answer, encode_request
from aqdrant_grpc.shapes import CODEC
from aqdrant_grpc.wire import CodecError, varint

from .generated import as_official, make
from .pairs import calls

QUERY = ops.QueryPoints(collection_name="a", body=QueryRequest(with_payload=True))
OPERATIONS: list[Any] = [
    QUERY,
    ops.ScrollPoints(collection_name="a", body=ScrollRequest()),
    ops.GetCollection(collection_name="a"),
    ops.CollectionClusterInfo(collection_name="a"),
    ops.ListSnapshots(collection_name="a"),
    ops.Root(),
]
ANSWERS = [call for call in calls() if call.is_answered and call.method == "/qdrant.Points/Query"]


def try_decode(operation: Any, content: bytes) -> None:
    with suppress(DecodeError):
        decode_answer(operation, content)


@given(content=st.binary(max_size=200), index=st.integers(0, len(OPERATIONS) - 1))
def test_random_bytes(content: bytes, index: int) -> None:
    try_decode(OPERATIONS[index], content)


@given(data=st.data())
def test_answers_with_some_bytes_changed(data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(ANSWERS))
    content = bytearray(call.answer[:3000])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try_decode(QUERY, bytes(content[: data.draw(st.integers(0, len(content)))]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x0a\x05\x0a\x02", "a field of 5 bytes where 2 are left"),
        (b"\x0a\x04\x12\x02\x0a\xff", "not a message"),
        (b"\x08" + b"\xff" * 11, "more than ten bytes"),
        (b"\x0a\x0b\x12\x09\x0a\x01a\x12\x04\x22\x02\xff\xfe", "UnicodeDecodeError"),
        (b"\x0a\x02\x1d\x00", "error"),
        (b"\x0b", "a group without an end"),
        (b"\x0f", "the wire type 7"),
    ],
)
def test_errors_say_what_is_wrong(content: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        decode_answer(QUERY, content)


def test_values_nested_without_end() -> None:
    content = b"\x08\x00"
    for head in [b"\x0a", b"\x3a"] * 3000:
        content = head + varint(len(content)) + content
    for head in (b"\x0a\x01a\x12", b"\x12", b"\x0a"):
        content = head + varint(len(content)) + content
    with pytest.raises(DecodeError, match="RecursionError"):
        decode_answer(QUERY, content)


LOSSY = {
    "CollectionConfig",  # settings that a collection always tells
    "CollectionInfo",
    "PointGroup",  # a group always has an id
    "GroupsResult",
    "QueryPoints",  # its collection stands beside it
    "ShardKeySelector",  # one that selects nothing
    "UpdateResult",  # a status that newer servers have
}
"""Messages that our models hold in another way."""

SHAPED = sorted(name for name in CODEC._shapes if name != "google.protobuf.Timestamp")


@pytest.mark.parametrize("message", SHAPED)
def test_what_is_decoded_is_encoded_to_the_same_meaning(message: str, seed: int) -> None:
    if message in LOSSY:
        return
    rng = random.Random(seed)
    for _ in range(10):
        content = as_official(message, make(rng, message)).SerializeToString()
        try:
            value = CODEC.decoder(message)(content, 0, len(content))
        except CodecError:
            continue  # A message that has no meaning, such as a condition without any.
        try:
            again = CODEC.encoder(message)(value)
            second = CODEC.decoder(message)(again, 0, len(again))
        except (CodecError, AttributeError, TypeError):
            continue  # What must be there was not, which the reader behind the codec refuses.
        assert second == value


def outcome(message: str, content: bytes) -> Any:
    """What is decoded, or why nothing is: old vectors may have a count that does not divide."""
    try:
        return CODEC.decoder(message)(content, 0, len(content))
    except CodecError as error:
        return error.reason


def test_odd_layouts_of_points_are_read_as_protobuf_reads_them(seed: int) -> None:
    rng = random.Random(seed)
    for message in ("ScoredPoint", "RetrievedPoint", "Value", "PointId", "VectorsOutput"):
        for _ in range(40):
            first, second = (
                as_official(message, make(rng, message)).SerializeToString() for _ in range(2)
            )
            joined = as_official(message, {}).__class__.FromString(first + second)
            canonical = joined.SerializeToString()
            read, alone = outcome(message, first + second), outcome(message, first)
            # A member that a later one of its oneof replaces is read too, and may be refused.
            assert read == outcome(message, canonical) or (isinstance(alone, str) and read == alone)


# ---- what cannot be sent


def upsert(**point: Any) -> Any:
    body = models.PointsList(points=[models.PointStruct(**{"id": 1, "vector": [0.5], **point})])
    return ops.UpsertPoints(collection_name="a", body=body)


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (upsert(payload={"a": {"b": [1, 2**63]}}), r"points\[0\]\.payload\.a\.b\[1\]"),
        (upsert(payload={"a": object()}), r"points\[0\]\.payload\.a"),
        (upsert(payload={"a": "\ud800"}), r"points\[0\]\.payload\.a"),
        (upsert(vector=[0.5, 1e39]), r"points\[0\]\.vector\[1\]"),
        (upsert(vector={"v": [0.5, "x"]}), r"points\[0\]\.vector\.v\[1\]"),
        (upsert(id=-1), r"points\[0\]\.id"),
        (
            ops.ScrollPoints(collection_name="a", body=ScrollRequest(limit=2**32)),
            r"ScrollPoints\.limit: 4294967296 is out of range",
        ),
    ],
)
def test_what_grpc_cannot_carry_is_refused_by_name(operation: Any, path: str) -> None:
    with pytest.raises(AqdrantError, match=path):
        encode_request(operation)
