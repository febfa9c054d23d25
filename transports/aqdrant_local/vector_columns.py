"""Vectors of points, and of queries, turned into arrays and checked.

Called by `encoding` for points and by `inputs` for queries. One call into C holds the interpreter
for one point's vector at most.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine.arrays import Floats, is_ndarray
from .engine.dense import DenseVectors
from .engine.distances import Distance
from .engine.elements import Datatype
from .engine.ids import PointId
from .engine.multivectors import MultiBatch, MultiVectors
from .engine.sparse import SparseBatch
from .refusals import WrongSize, malformed
from .unsupported import refuse

__all__ = ["INFERENCE", "dense_column", "multi_column", "packer", "sparse_column"]

INFERENCE = (models.Document, models.Image, models.InferenceObject)
"""What inference turns into vectors before it comes here."""

_TOO_LARGE_FOR_HALF = 65_520.0  # this and more is rounded to infinity
_CHUNK = 65_536  # floats that one conversion takes at most


def dense_column(
    store: DenseVectors | MultiVectors, name: str, column: Any, ids: Sequence[PointId] | None
) -> Floats:
    """Turn vectors into an array (n, d) of float32.

    Raises:
        BadRequest: one is of another size or kind, or holds a number that cannot be stored.
    """
    size = store.size
    if is_ndarray(column):
        array = column
        if array.ndim != 2:
            raise _kind(name, "a multivector" if array.ndim == 3 else "a number", None)
        if array.shape[1] != size:
            raise _size(name, size, array.shape[1], ids[0] if ids else None)
        return _held(store, name, _narrowed(name, array, ids), ids)
    pack = packer(size)
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
    return _held(store, name, result, ids)


def _held(
    store: DenseVectors | MultiVectors, name: str, vectors: Floats, ids: Sequence[Any] | None
) -> Floats:
    """The vectors, unless their type of number would make infinity of one."""
    if store.datatype is Datatype.FLOAT16 and store.distance is not Distance.COSINE:
        large = (np.abs(vectors) >= _TOO_LARGE_FOR_HALF).any(axis=1)
        if large.any():
            raise _too_large(name, ids[int(np.argmax(large))] if ids else None, "float16")
    return vectors


@lru_cache(maxsize=64)
def packer(size: int) -> Callable[..., bytes]:
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


def multi_column(
    store: MultiVectors, name: str, column: Any, ids: Sequence[PointId] | None
) -> MultiBatch:
    """Turn multivectors into an array; a plain vector counts as a multivector of one.

    Raises:
        BadRequest: vectors differ in size from the collection's, or there are none.
    """
    if is_ndarray(column) and column.ndim == 3:
        count, each, size = column.shape
        if not each:
            raise _size(name, store.size, 0, ids[0] if ids else None)
        owners = None if ids is None else np.repeat(np.array(ids, dtype=object), each).tolist()
        vectors = dense_column(store, name, column.reshape(-1, size), owners)
        return MultiBatch(np.arange(count + 1, dtype=np.int64) * each, vectors)
    parts: list[Floats] = []
    for position, multivector in enumerate(column):
        point_id = None if ids is None else ids[position]
        parts.append(_multivector(store, name, multivector, point_id))
    starts = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    none = np.zeros((0, store.size), dtype=np.float32)
    return MultiBatch(starts, np.concatenate(parts) if parts else none)


def _multivector(store: MultiVectors, name: str, vectors: Any, point_id: Any) -> Floats:
    if isinstance(vectors, INFERENCE):
        raise refuse(vectors)
    if isinstance(vectors, models.SparseVector) or not hasattr(vectors, "__len__"):
        kind = "sparse" if isinstance(vectors, models.SparseVector) else "a number"
        raise _kind(name, kind, point_id, "a multivector")
    if not len(vectors):
        raise _size(name, store.size, 0, point_id)
    if not hasattr(vectors[0], "__len__"):
        vectors = vectors[None] if is_ndarray(vectors) else [vectors]
    return dense_column(
        store, name, vectors, None if point_id is None else [point_id] * len(vectors)
    )


def sparse_column(name: str, column: Any, ids: Sequence[PointId] | None) -> SparseBatch:
    """Turn sparse vectors into arrays.

    Raises:
        BadRequest: one is dense, its indices repeat, or it has more of one than of the other.
    """
    indices: list[Any] = []
    values: list[Any] = []
    for position, vector in enumerate(column):
        point_id = None if ids is None else ids[position]
        if not isinstance(vector, models.SparseVector):
            if isinstance(vector, INFERENCE):
                raise refuse(vector)
            raise _kind(name, "dense", point_id, "sparse")
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
        where = f"{_of(point_id)}sparse vector {name!r}."
        if not 0 <= flat[at] < 2**32:
            text = f"Index {flat[at]} is no 32-bit number in {where}"
            raise malformed(text, parameter="vector")
        raise BadRequest(
            f"Index {flat[at]} repeats {where}",
            status_code=422,
            parameter="vector",
        )
    return SparseBatch(starts, flat.astype(np.uint32), weights)


def _of(point_id: object) -> str:
    return "the query's " if point_id is None else f"point {point_id!r}'s "


def _misfit(name: str, size: int, vector: Any, point_id: object) -> Exception:
    if isinstance(vector, INFERENCE):
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
    # What has no dimensions at all no collection takes.
    status = None if found or point_id is None else 422
    return WrongSize(text[0].upper() + text[1:], status_code=status, parameter="vector")


def _kind(name: str, found: str, point_id: object, wanted: str = "dense") -> BadRequest:
    which = f"vector {name!r}" if name else "vector"
    whose = _of(point_id)
    return BadRequest(
        f"{whose[0].upper()}{whose[1:]}{which} is {found}; the collection's is {wanted}.",
        parameter="vector",
        fix="Pass one row of it." if found == "a multivector" and wanted == "dense" else None,
    )


def _too_large(name: str, point_id: object, datatype: str = "float32") -> BadRequest:
    which = f"vector {name!r}" if name else "vector"
    whose = _of(point_id)
    return BadRequest(
        f"{whose[0].upper()}{whose[1:]}{which} holds a number that {datatype} cannot.",
        parameter="vector",
    )
