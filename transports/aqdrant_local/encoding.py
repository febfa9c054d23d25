"""Points of the models turned into columns, and checked.

Called by the handlers of writes, outside of any lock.

Nothing here changes a collection: an error leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgspec
import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine.arrays import Rows, is_ndarray
from .engine.dense import DenseVectors
from .engine.elements import stored_form
from .engine.ids import PointId, encode_ids
from .engine.multivectors import MultiBatch, MultiVectors
from .engine.paths import is_array, is_object
from .engine.segment import Segment, Vectors
from .engine.writes import DenseWrite, PointWrite, RaggedWrite
from .unsupported import refuse
from .vector_columns import INFERENCE, dense_column, multi_column, sparse_column

__all__ = [
    "VectorWrites",
    "encode_batch",
    "encode_payload",
    "encode_points",
    "encode_vectors",
    "still_fits",
    "unknown_vector",
]

VectorWrites: TypeAlias = tuple[dict[str, DenseWrite], dict[str, RaggedWrite]]
Stores: TypeAlias = Mapping[str, Vectors]

_NAME_IT = " A point names its vectors, {name: vector}, a query the one that it is for, using=."
_NO_PAYLOAD = b"\x80"
_encode = msgspec.msgpack.Encoder().encode


def unknown_vector(name: str, stores: Stores) -> BadRequest:
    """The error for a vector name that the collection does not have."""
    shown = f"{name!r}" if name else "without a name"
    known = ", ".join(repr(known) for known in stores if known) or "the unnamed one alone"
    if not stores:
        known = "none"
    return BadRequest(
        f"The collection has no vector {shown}.",
        parameter="vector",
        fix=f"Its vectors: {known}." + ("" if name or not stores else _NAME_IT),
    )


def still_fits(segment: Segment, write: PointWrite) -> None:
    """Check, inside the lock, that the collection has the vectors that it had outside of it.

    Raises:
        BadRequest: a vector name was deleted meanwhile.
    """
    name = segment.stranger(write)
    if name is not None:
        raise unknown_vector(name, segment.stores)


def encode_points(stores: Stores, points: Sequence[models.PointStruct]) -> PointWrite:
    """Turn points into columns; of points with one id the last counts.

    Raises:
        BadRequest: a point does not fit the collection; the text names its id.
    """
    ids = [cast("PointId", point.id) for point in points]
    points = _last_of_each(ids, points)
    if len(points) != len(ids):
        ids = [cast("PointId", point.id) for point in points]
    dense, sparse = encode_vectors(stores, ids, [point.vector for point in points])
    payloads = [encode_payload(point.payload, point.id) for point in points]
    return PointWrite(encode_ids(ids), dense, sparse, payloads)


def encode_batch(stores: Stores, batch: models.Batch) -> PointWrite:
    """Turn points that came as columns into the engine's columns, without making a point of them.

    Raises:
        BadRequest: columns differ in length, or a vector does not fit the collection.
    """
    ids = cast("list[PointId]", _builtins(batch.ids))
    columns = _batch_columns(batch.vectors)
    for name, column in columns.items():
        if len(column) != len(ids):
            shown = f"vectors[{name!r}]" if name else "vectors"
            raise _uneven(len(ids), shown, len(column))
    payloads = batch.payloads
    if payloads is not None and len(payloads) != len(ids):
        raise _uneven(len(ids), "payloads", len(payloads))
    picks: Rows | None = None
    if len(set(ids)) != len(ids):
        last = {point_id: position for position, point_id in enumerate(ids)}
        picks = np.array(sorted(last.values()), dtype=np.intp)
        columns = {name: _picked(column, picks) for name, column in columns.items()}
        payloads = None if payloads is None else _picked(payloads, picks)
        ids = _picked(ids, picks)
    writes: VectorWrites = ({}, {})
    for name, column in columns.items():
        _encode_column(stores, name, None, column, ids, writes)
    blobs: list[bytes | None]
    if payloads is None:
        blobs = [_NO_PAYLOAD] * len(ids)
    else:
        pairs = zip(payloads, ids, strict=True)
        blobs = [encode_payload(payload, point_id) for payload, point_id in pairs]
    return PointWrite(encode_ids(ids), *writes, blobs)


def encode_vectors(stores: Stores, ids: Sequence[PointId], vectors: Sequence[Any]) -> VectorWrites:
    """Turn the vectors of points, named and unnamed, into columns by name.

    Of several vectors of one point under one name the last counts.
    """
    writes: VectorWrites = ({}, {})
    if not any(isinstance(vector, dict | Mapping | msgspec.Struct) for vector in vectors):
        if len(vectors):
            _encode_column(stores, "", None, vectors, ids, writes)
        return writes
    places: dict[str, list[int]] = {}
    columns: dict[str, list[Any]] = {}
    for position, vector in enumerate(vectors):
        if isinstance(vector, INFERENCE):
            raise refuse(vector)
        named = cast("Mapping[str, Any]", vector) if isinstance(vector, Mapping) else {"": vector}
        for name, one in named.items():
            places.setdefault(name, []).append(position)
            columns.setdefault(name, []).append(one)
    for name, column in columns.items():
        at = places[name]
        positions = None if len(at) == len(ids) else np.array(at, dtype=np.intp)
        of = ids if positions is None else [ids[position] for position in at]
        _encode_column(stores, name, positions, column, of, writes)
    return writes


def encode_payload(payload: Mapping[str, Any] | None, point_id: object) -> bytes:
    """Turn a payload into msgpack; none is the same as an empty one.

    Raises:
        BadRequest: it is nested too deeply, or holds text that is no Unicode.
    """
    if not payload:
        return _NO_PAYLOAD
    try:
        return _encode(payload)
    except OverflowError:
        return _encode(_floated(payload))
    except RecursionError:
        reason = "is nested too deeply"
    except UnicodeEncodeError:
        reason = "holds text with a lone surrogate, which no encoding of Unicode can store"
    raise BadRequest(f"The payload of point {point_id!r} {reason}.", parameter="payload")


def _encode_column(
    stores: Stores,
    name: str,
    positions: Rows | None,
    column: Any,
    ids: Sequence[PointId],
    writes: VectorWrites,
) -> None:
    store = stores.get(name)
    if store is None:
        raise unknown_vector(name, stores)
    if isinstance(store, DenseVectors):
        vectors, divisors = store.to_store(dense_column(store, name, column, ids))
        writes[0][name] = DenseWrite(positions, vectors, divisors)
    elif isinstance(store, MultiVectors):
        batch = multi_column(store, name, column, ids)
        stored = stored_form(store.datatype, store.distance, batch.vectors)
        writes[1][name] = RaggedWrite(positions, MultiBatch(batch.starts, stored))
    else:
        writes[1][name] = RaggedWrite(positions, sparse_column(name, column, ids))


def _batch_columns(vectors: Any) -> Mapping[str, Any]:
    if isinstance(vectors, Mapping):
        return cast("Mapping[str, Any]", vectors)
    if not is_ndarray(vectors) and len(vectors) and isinstance(vectors[0], INFERENCE):
        raise refuse(vectors[0])
    return {"": vectors}


def _builtins(ids: Any) -> list[Any]:
    return ids.tolist() if is_ndarray(ids) else list(ids)


def _last_of_each(ids: Sequence[PointId], points: Sequence[Any]) -> Sequence[Any]:
    if len(set(ids)) == len(ids):
        return points
    last = {point_id: position for position, point_id in enumerate(ids)}
    return [points[position] for position in sorted(last.values())]


def _picked(column: Any, picks: Rows) -> Any:
    if is_ndarray(column):
        return column[picks]
    positions: list[int] = picks.tolist()
    return [column[position] for position in positions]


def _floated(value: Any) -> Any:
    """A payload with the integers that 64 bits do not hold as floats, as a server reads them."""
    if is_object(value):
        return {key: _floated(item) for key, item in value.items()}
    if is_array(value):
        return [_floated(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value)
    return value


def _uneven(count: int, what: str, found: int) -> BadRequest:
    return BadRequest(
        f"The batch has {count} ids and {found} {what}.", status_code=422, parameter="batch"
    )
