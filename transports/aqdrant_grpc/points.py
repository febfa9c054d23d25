"""Points: the bulk of what is uploaded and of what queries answer.

Out, the parts of many points are collected and joined once, so that the floats of a vector are
copied once. In, a point is read in one loop; what is laid out oddly goes the codec's own way.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from aqdrant.models import (
    Document,
    Image,
    InferenceObject,
    Record,
    ScoredPoint,
    SparseVector,
)
from aqdrant_grpc._reading import Decode, read_floats
from aqdrant_grpc._writing import Encode, encode_text
from aqdrant_grpc.values import decode_id, encode_entries, encode_id, read_entries
from aqdrant_grpc.vectors import as_bytes, encode_floats, is_array, is_rows
from aqdrant_grpc.wire import (
    CodecError,
    Made,
    read_span,
    read_varint,
    unpack_float,
    varint,
)

__all__ = [
    "SELDOM",
    "SLOW",
    "decode_record",
    "decode_scored_point",
    "decode_sent_vector",
    "decode_sent_vectors",
    "decode_vector",
    "decode_vectors",
    "encode_input",
    "encode_vector",
    "encode_vectors",
    "write_point",
    "write_rows",
]

SLOW: Made[Decode] = Made()
"""The codec's own decoders, for odd layouts."""
SELDOM: Made[Encode] = Made()
"""The codec's encoders of what is seldom."""


# ---- vectors out


@lru_cache(maxsize=256)
def _dense_head(size: int) -> bytes:
    """What stands before the floats of a `Vector`; it depends on their number alone."""
    return _nested((b"\xaa\x06", b"\x0a"), size)


@lru_cache(maxsize=256)
def _lone_head(size: int) -> bytes:
    """What stands before the floats of a `Vectors` with one dense vector."""
    return _nested((b"\x0a", b"\xaa\x06", b"\x0a"), size)


@lru_cache(maxsize=256)
def _input_head(size: int) -> bytes:
    """What stands before the floats of a `VectorInput`."""
    return _nested((b"\x12", b"\x0a"), size)


@lru_cache(maxsize=512)
def _head_of(head: Callable[[int], bytes], size: int) -> bytes:
    """What a message of this size starts with, if all of it is floats; nothing if it cannot be."""
    for length in range(4, 24):
        if size > length and (size - length) % 4 == 0:
            found = head(size - length)
            if len(found) == length:
                return found
    return b""


def _nested(tags: tuple[bytes, ...], size: int) -> bytes:
    head = b""
    for outer in reversed(tags):
        head = outer + varint(size + len(head)) + head
    return head


def _floats(value: Any) -> Any:
    """The floats of a dense vector; None where it is something else."""
    kind: Any = value.__class__
    if kind is list:
        return encode_floats(value) if value and value[0].__class__ is float else None
    if kind is memoryview:
        return value
    if is_array(value) and value.ndim == 1:
        return as_bytes(value)
    return None


def _dense(value: Any) -> tuple[int, list[Any]]:
    """A `DenseVector`: its size and its parts, the last of which are the floats themselves."""
    content = as_bytes(value) if is_array(value) else encode_floats(value)
    if not len(content):
        return 0, []
    size = varint(len(content))
    return 1 + len(size) + len(content), [b"\x0a", size, content]


def _rows(value: Any) -> tuple[int, list[Any]]:
    """A `MultiDenseVector`."""
    total = 0
    parts: list[Any] = []
    for index, row in enumerate(value):
        try:
            size, inner = _dense(row)
        except CodecError as error:
            raise error.inside(index) from None
        length = varint(size)
        parts += (b"\x0a", length, *inner)
        total += 1 + len(length) + size
    return total, parts


def _vector(value: Any) -> tuple[int, list[Any]]:
    """A `Vector`: its size and its parts."""
    if content := _floats(value):
        head = _dense_head(len(content))
        return len(head) + len(content), [head, content]
    kind: Any = value.__class__
    if kind is SparseVector:
        content = SELDOM["SparseVector"](value)
        return _wrapped(b"\xb2\x06", len(content), [content])
    for model, head in _INFERENCE:
        if kind is model:
            content = SELDOM[model.__name__](value)
            return _wrapped(head, len(content), [content])
    if kind is not list and kind is not tuple and not is_array(value):
        raise CodecError(f"{kind.__name__}, wanted a vector")
    if is_rows(value):
        return _wrapped(b"\xba\x06", *_rows(value))
    return _wrapped(b"\xaa\x06", *_dense(value))


_INFERENCE: tuple[tuple[Any, bytes], ...] = (
    (Document, b"\xc2\x06"),
    (Image, b"\xca\x06"),
    (InferenceObject, b"\xd2\x06"),
)


def _wrapped(head: bytes, size: int, parts: list[Any]) -> tuple[int, list[Any]]:
    length = varint(size)
    return len(head) + len(length) + size, [head, length, *parts]


def _vectors(value: Any) -> tuple[int, list[Any]]:
    """A `Vectors`: one, or several by name."""
    if not isinstance(value, Mapping):
        if content := _floats(value):
            head = _lone_head(len(content))
            return len(head) + len(content), [head, content]
        return _wrapped(b"\x0a", *_vector(value))
    total = 0
    parts: list[Any] = []
    named = cast("Mapping[str, Any]", value)
    for name, vector in named.items():
        try:
            size, inner = _wrapped(b"\x12", *_vector(vector))
            key = encode_text(name)
        except CodecError as error:
            raise error.inside(name) from None
        first = b"\x0a" + varint(len(key)) + key
        size, inner = _wrapped(b"\x0a", len(first) + size, [first, *inner])
        total += size
        parts += inner
    return _wrapped(b"\x12", total, parts)


def encode_vector(value: Any) -> bytes:
    """Encode a `Vector`."""
    return b"".join(_vector(value)[1])


def encode_input(value: Any) -> bytes:
    """Encode a `VectorInput`."""
    if content := _floats(value):
        return b"".join((_input_head(len(content)), content))
    return SELDOM["VectorInput"](value)


def encode_vectors(value: Any) -> bytes:
    """Encode a `Vectors`."""
    return b"".join(_vectors(value)[1])


# ---- points out


@lru_cache(maxsize=256)
def _point_head(vectors_head: bytes, size: int) -> bytes:
    """What stands in a point before the floats of its one dense vector."""
    return _nested((vectors_head, b"\x0a", b"\xaa\x06", b"\x0a"), size)


@lru_cache(maxsize=256)
def _opening(head: bytes, inside: int, id_size: int) -> bytes:
    """What stands before the id of a point."""
    inner = b"\x0a" + varint(id_size)
    return head + varint(len(inner) + inside) + inner


def write_point(
    parts: list[Any],
    head: bytes,
    id_: Any,
    vector: Any,
    payload: Mapping[str, Any] | None,
    vectors_head: bytes,
) -> int:
    """Append a `PointStruct`, or a `PointVectors`; give its size, with tag and length.

    Args:
        parts: what to append to.
        head: the tag that the point has in its message.
        id_: the point's id.
        vector: one vector, or several by name.
        payload: the point's payload.
        vectors_head: the tag that vectors have in the point.
    """
    step = "id"
    try:
        name = encode_id(id_)
        step = "payload"
        entries = encode_entries(payload, b"\x1a") if payload else b""
        step = "vector"
        if content := _floats(vector):
            first = _point_head(vectors_head, len(content))
            inside = len(name) + len(entries) + len(first) + len(content)
            opening = _opening(head, inside, len(name))
            parts += (opening, name, entries, first, content)
            return len(opening) + inside
        size, inner = _vectors(vector)
    except CodecError as error:
        raise error.inside(step) from None
    length = varint(size)
    inside = len(name) + len(entries) + 1 + len(length) + size
    opening = _opening(head, inside, len(name))
    parts += (opening, name, entries, vectors_head, length)
    parts += inner
    return len(opening) + inside


def write_rows(
    parts: list[Any],
    head: bytes,
    ids: Sequence[Any],
    floats: memoryview,
    vectors_head: bytes,
    turn: int,
) -> Generator[None, None, int]:
    """Append points that are an id and one dense vector; give their size, with tags and lengths.

    Args:
        parts: what to append to.
        head: the tag that a point has in its message.
        ids: of the points.
        floats: their vectors, one after another.
        vectors_head: the tag that vectors have in a point.
        turn: bytes of floats after which others have their turn.
    """
    step = len(floats) // len(ids)
    first = _point_head(vectors_head, step)
    tail = len(first) + step
    total = tail * len(ids)
    openings: dict[int, bytes] = {}
    start = index = 0
    due = turn
    try:
        for index, id_ in enumerate(ids):  # noqa: B007  # the handler names it
            name = encode_id(id_)
            size = len(name)
            opening = openings.get(size)
            if opening is None:
                opening = openings[size] = _opening(head, size + tail, size)
            stop = start + step
            parts += (opening, name, first, floats[start:stop])
            total += len(opening) + size
            start = stop
            if start >= due:
                due += turn
                yield
    except CodecError as error:
        raise error.inside("id").inside(index) from None
    return total


# ---- vectors in


def _vector_decoder(message: str) -> Decode:
    def decode(buffer: bytes, position: int, end: int) -> Any:
        head = _head_of(_dense_head, end - position)
        if head and buffer.startswith(head, position):
            return read_floats(buffer, position + len(head), end)
        return SLOW[message](buffer, position, end)

    return decode


def _vectors_decoder(message: str, decode_one: Decode) -> Decode:
    def decode(buffer: bytes, position: int, end: int) -> Any:
        head = _head_of(_lone_head, end - position)
        if head and buffer.startswith(head, position):
            return read_floats(buffer, position + len(head), end)
        if position < end and buffer[position] == 0x0A:
            start, stop = read_span(buffer, position + 1, end)
            if stop == end:
                return decode_one(buffer, start, stop)
        return SLOW[message](buffer, position, end)

    return decode


# What comes in requests, and what comes in answers: of the same layout where a vector is dense.
decode_sent_vector = _vector_decoder("Vector")
decode_sent_vectors = _vectors_decoder("Vectors", decode_sent_vector)
decode_vector = _vector_decoder("VectorOutput")
decode_vectors = _vectors_decoder("VectorsOutput", decode_vector)


@lru_cache(maxsize=256)
def _field_head(size: int) -> bytes:
    """What stands in a point before the floats of its one dense vector, but for the tag."""
    return _nested((b"", b"\x0a", b"\xaa\x06", b"\x0a"), size)


# ---- points in


def _point_decoder(message: str, vectors_head: int, *, is_scored: bool) -> Decode:
    """The decoder of points whose fields come in the order in which every server writes them."""

    def decode(buffer: bytes, position: int, end: int) -> Any:
        begin = position
        id_: Any = None  # As over REST, where another version of Qdrant leaves it out.
        payload: dict[str, Any] | None = None
        vectors: Any = None
        score = 0.0
        version = 0
        if position < end and buffer[position] == 0x0A and buffer[position + 1] < 0x80:
            start = position + 2
            position = start + buffer[position + 1]
            id_ = decode_id(buffer, start, position)
        if position < end and buffer[position] == 0x12:
            payload = {}
            position = read_entries(payload, buffer, position, end, 0x12)
        if is_scored and position < end and buffer[position] == 0x1D:
            score = unpack_float(buffer, position + 1)[0]
            position += 5
        if is_scored and position < end and buffer[position] == 0x28:
            version = buffer[position + 1]
            position += 2
            if version > 0x7F:
                version, position = read_varint(buffer, position - 1)
        if position < end and buffer[position] == vectors_head:
            position += 1
            head = _head_of(_field_head, end - position)
            if head and buffer.startswith(head, position):
                vectors = memoryview(buffer)[position + len(head) : end].cast("f").tolist()
                position = end
            else:
                start, position = read_span(buffer, position, end)
                vectors = decode_vectors(buffer, start, position)
        if position != end:
            return SLOW[message](buffer, begin, end)
        if not is_scored:
            return Record(id=id_, payload=payload, vector=vectors)
        return ScoredPoint(id=id_, version=version, score=score, payload=payload, vector=vectors)

    return decode


decode_scored_point = _point_decoder("ScoredPoint", 0x32, is_scored=True)
decode_record = _point_decoder("RetrievedPoint", 0x22, is_scored=False)
