"""Points of the models turned into columns, and checked.

Called by the handlers of writes, outside of any lock.

Nothing here changes a collection: an error leaves everything as it was. One call into C holds the
interpreter for one point's vector at most.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, cast

import msgspec
import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine.arrays import Floats, Rows, is_ndarray
from .engine.dense import DenseVectors
from .engine.ids import PointId, encode_ids
from .engine.paths import is_array, is_object
from .engine.segment import DenseWrite, PointWrite, Segment, SparseWrite
from .engine.sparse import SparseBatch, SparseVectors
from .unsupported import refuse

__all__ = [
    "VectorWrites",
    "dense_query",
    "encode_batch",
    "encode_payload",
    "encode_points",
    "encode_vectors",
    "sparse_query",
    "still_fits",
    "unknown_vector",
]

VectorWrites: TypeAlias = tuple[dict[str, DenseWrite], dict[str, SparseWrite]]
Stores: TypeAlias = Mapping[str, DenseVectors | SparseVectors]

_CHUNK = 65_536  # floats that one conversion takes at most
_NO_PAYLOAD = b"\x80"
_encode = msgspec.msgpack.Encoder().encode
_INFERENCE = (models.Document, models.Image, models.InferenceObject)


def unknown_vector(name: str, stores: Stores) -> BadRequest:
    """The error for a vector name that the collection does not have."""
    shown = f"{name!r}" if name else "without a name"
    known = ", ".join(repr(known) for known in stores if known) or "the unnamed one alone"
    if not stores:
        known = "none"
    return BadRequest(
        f"The collection has no vector {shown}.",
        parameter="vector",
        fix=f"Its vectors: {known}.",
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
        if isinstance(vector, _INFERENCE):
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


def dense_query(store: DenseVectors, name: str, vector: Any) -> Floats:
    """Turn a query into the vector that is compared.

    Raises:
        BadRequest: it has another size, or is sparse or a multivector.
    """
    try:
        if vector.__class__ is list and len(vector) == store.size:
            query = np.frombuffer(_packer(store.size)(*vector), dtype=np.float32)
            return store.prepare_one(query)
    except (OverflowError, struct.error):
        pass  # the long way names what is wrong
    column: Floats = _dense_column(store, name, [vector], None)
    return store.prepare_one(column[0])


def sparse_query(name: str, vector: Any) -> tuple[Any, Floats]:
    """Turn a sparse query into sorted indices and values.

    Raises:
        BadRequest: it is dense, indices repeat, or there are more of one than of the other.
    """
    batch = _sparse_column(name, [vector], None)
    return batch.indices, batch.values


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
        vectors = _dense_column(store, name, column, ids)
        writes[0][name] = DenseWrite(positions, vectors, store.divisors(vectors))
    else:
        writes[1][name] = SparseWrite(positions, _sparse_column(name, column, ids))


def _dense_column(
    store: DenseVectors, name: str, column: Any, ids: Sequence[PointId] | None
) -> Floats:
    size = store.size
    if is_ndarray(column):
        array = column
        if array.ndim != 2:
            raise _kind(name, "a multivector" if array.ndim == 3 else "a number", None)
        if array.shape[1] != size:
            raise _size(name, size, array.shape[1], ids[0] if ids else None)
        return _narrowed(name, array, ids)
    pack = _packer(size)
    result = np.empty((len(column), size), dtype=np.float32)
    step = max(1, _CHUNK // size)
    for start in range(0, len(column), step):
        parts: list[bytes] = []
        for position, vector in enumerate(column[start : start + step], start):
            point_id = None if ids is None else ids[position]
            try:
                if len(vector) != size:
                    raise _misfit(name, size, vector, point_id)
                if is_ndarray(vector):
                    one = vector
                    if one.ndim != 1:
                        raise _misfit(name, size, one, point_id)
                    parts.append(_narrowed(name, one[None], [point_id]).tobytes())
                else:
                    parts.append(pack(*vector))
            except OverflowError:
                raise _too_large(name, point_id) from None
            except (TypeError, struct.error):
                raise _misfit(name, size, vector, point_id) from None
        block = np.frombuffer(b"".join(parts), dtype=np.float32)
        result[start : start + len(parts)] = block.reshape(len(parts), size)
    return result


@lru_cache(maxsize=64)
def _packer(size: int) -> Callable[..., bytes]:
    """The function that packs so many numbers as float32."""
    return struct.Struct(f"={size}f").pack


def _narrowed(name: str, array: Any, ids: Sequence[PointId | None] | None) -> Floats:
    """An array as float32; the array itself where it is that already."""
    if array.dtype == np.float32:
        return cast("Floats", np.ascontiguousarray(array))
    with np.errstate(over="ignore"):
        vectors = np.ascontiguousarray(array, dtype=np.float32)
    if array.dtype.kind == "f":
        finite = np.isfinite(vectors).all(axis=1)
        if not finite.all():
            raise _too_large(name, ids[int(np.argmin(finite))] if ids else None)
    return vectors


def _sparse_column(name: str, column: Any, ids: Sequence[PointId] | None) -> SparseBatch:
    indices: list[Any] = []
    values: list[Any] = []
    for position, vector in enumerate(column):
        point_id = None if ids is None else ids[position]
        if not isinstance(vector, models.SparseVector):
            if isinstance(vector, _INFERENCE):
                raise refuse(vector)
            raise _kind(name, "dense", point_id)
        if len(vector.indices) != len(vector.values):
            raise BadRequest(
                f"{_of(point_id)}sparse vector {name!r} has {len(vector.indices)} indices "
                f"and {len(vector.values)} values.",
                status_code=422,
                parameter="vector",
            )
        indices.append(np.asarray(vector.indices, dtype=np.int64))
        values.append(np.asarray(vector.values, dtype=np.float32))
    lengths = np.array([len(part) for part in indices], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    if not indices:
        return SparseBatch(starts, np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))
    flat, weights = np.concatenate(indices), np.concatenate(values)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((flat, owners))
    flat, weights = flat[order], weights[order]
    same = (flat[1:] == flat[:-1]) & (owners[1:] == owners[:-1])
    wrong = (flat < 0) | (flat >= 2**32)
    wrong[1:] |= same
    if wrong.any():
        at = int(np.argmax(wrong))
        point_id = None if ids is None else ids[int(owners[at])]
        problem = "repeats" if 0 <= flat[at] < 2**32 else "is no 32-bit number in"
        raise BadRequest(
            f"Index {flat[at]} {problem} {_of(point_id)}sparse vector {name!r}.",
            status_code=422,
            parameter="vector",
        )
    return SparseBatch(starts, flat.astype(np.uint32), weights)


def _batch_columns(vectors: Any) -> Mapping[str, Any]:
    if isinstance(vectors, Mapping):
        return cast("Mapping[str, Any]", vectors)
    if not is_ndarray(vectors) and len(vectors) and isinstance(vectors[0], _INFERENCE):
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


def _of(point_id: object) -> str:
    return "the query's " if point_id is None else f"point {point_id!r}'s "


def _misfit(name: str, size: int, vector: Any, point_id: object) -> Exception:
    if isinstance(vector, _INFERENCE):
        return refuse(vector)
    if isinstance(vector, models.SparseVector):
        return _kind(name, "sparse", point_id)
    if len(vector) and isinstance(vector[0], list | tuple | np.ndarray):
        return _kind(name, "a multivector", point_id)
    return _size(name, size, len(vector), point_id)


def _size(name: str, wanted: int, found: int, point_id: object) -> BadRequest:
    which = f"vector {name!r}" if name else "vector"
    whose = _of(point_id)
    text = f"{whose}{which} has {found} dimensions; the collection's has {wanted}."
    return BadRequest(text[0].upper() + text[1:], parameter="vector")


def _kind(name: str, found: str, point_id: object) -> BadRequest:
    which = f"vector {name!r}" if name else "vector"
    whose = _of(point_id)
    wanted = "sparse" if found == "dense" else "dense"
    return BadRequest(
        f"{whose[0].upper()}{whose[1:]}{which} is {found}; the collection's is {wanted}.",
        parameter="vector",
    )


def _too_large(name: str, point_id: object) -> BadRequest:
    which = f"vector {name!r}" if name else "vector"
    whose = _of(point_id)
    return BadRequest(
        f"{whose[0].upper()}{whose[1:]}{which} holds a number that float32 cannot.",
        parameter="vector",
    )


def _uneven(count: int, what: str, found: int) -> BadRequest:
    return BadRequest(
        f"The batch has {count} ids and {found} {what}.", status_code=422, parameter="batch"
    )
