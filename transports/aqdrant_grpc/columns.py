"""The points of an upsert, given one by one or by column.

Called by `calls` and by the shapes, which write them one by one; an array of vectors without
payloads, as uploads send it, is written as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from aqdrant.models import Batch, PointStruct
from aqdrant_grpc.vectors import as_sent, is_array, rows_of
from aqdrant_grpc.wire import CodecError

__all__ = ["plain_rows", "points_of"]

Point: TypeAlias = tuple[Any, Any, Mapping[str, Any] | None]


def points_of(body: Any) -> Iterable[Point]:
    """Id, vectors and payload of every point of an upsert, given one by one or by column."""
    if hasattr(body, "points"):
        points: Sequence[PointStruct] = body.points
        return ((point.id, point.vector, point.payload) for point in points)
    return _columns(body.batch)


def _columns(batch: Batch) -> Iterable[Point]:
    ids = _ids_of(batch)
    count = len(ids)
    columns: Any = batch.vectors
    payloads: Any = batch.payloads or (None,) * count
    named = cast("Mapping[str, Any]", columns) if isinstance(columns, Mapping) else {"": columns}
    for name, column in (("payloads", payloads), *named.items()):
        if len(column) != count:
            error = CodecError(f"{len(column)} of them, wanted one for each of {count} ids")
            raise error.inside(name or "vectors").inside("batch")
    if named is not columns:
        return zip(ids, rows_of(columns), payloads, strict=True)
    names = list(named)
    rows: Any = zip(*named.values(), strict=True) if names else ((),) * count
    vectors = (dict(zip(names, row, strict=True)) for row in rows)
    return zip(ids, vectors, payloads, strict=True)


def _ids_of(batch: Batch) -> Sequence[Any]:
    ids: Any = batch.ids
    return ids.tolist() if is_array(ids) else ids  # type: ignore[no-any-return]


def plain_rows(body: Any) -> tuple[Sequence[Any], memoryview] | None:
    """Ids and the bytes of all vectors, where the points are that and no more, ready to be sent."""
    if hasattr(body, "points") or body.batch.payloads:
        return None
    ids, vectors = _ids_of(body.batch), body.batch.vectors
    is_matrix = is_array(vectors) and vectors.ndim == 2 and len(vectors) == len(ids)
    floats = as_sent(vectors) if is_matrix else None
    return None if floats is None else (ids, floats)
