"""What a user may give to upload, looked at before anything is asked of a collection.

Called by the client's methods, and by `sources`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeGuard

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.models._scalars import is_array, is_listlike, is_mapping, kind_of
from aqdrant.uploads.tables import is_table

__all__ = [
    "PointsSource",
    "VectorsSource",
    "by_name",
    "check_columns",
    "check_points",
    "common_length",
    "is_async",
    "is_block",
    "length_of",
    "rows_of",
]

PointsSource: TypeAlias = (
    Iterable[models.PointStruct | models.Record | Mapping[str, Any]]
    | AsyncIterable[models.PointStruct | models.Record | Mapping[str, Any]]
    | Any
)
"""Points as models or dicts, in any iterable; or a table of pandas, polars or pyarrow."""
VectorsSource: TypeAlias = (
    Iterable[models.VectorStruct]
    | AsyncIterable[models.VectorStruct]
    | Mapping[str, models.FloatArray | Iterable[models.Vector]]
    | models.FloatArray
)

_WHOLE_TABLE: Final = "upload_points takes a table as a whole: ids, vectors and payload."


def length_of(source: Any) -> int | None:
    """How many points these are, where that is known."""
    if is_mapping(source):
        lengths = [length_of(column) for column in source.values()]
        return lengths[0] if lengths else 0
    return len(source) if hasattr(source, "__len__") else None


def check_points(source: Any) -> None:
    """Refuse what holds no points.

    Raises:
        ArgumentError: it is no iterable, or a single point.
    """
    if is_table(source) or is_async(source):
        return
    is_single = isinstance(source, models.PointStruct) or is_mapping(source)
    if is_single or not is_listlike(source):
        raise ArgumentError(
            f"points: {kind_of(source)}, wanted an iterable of PointStruct.",
            parameter="points",
            fix="Wrap a single point in a list." if is_single else None,
        )


def check_columns(vectors: Any, payload: Any, ids: Any) -> None:
    """Refuse what holds no vectors, payloads or ids, and columns of different lengths.

    Raises:
        ArgumentError: naming the column.
    """
    for parameter, values in (("payload", payload), ("ids", ids)):
        if values is not None and (is_table(values) or not is_listlike(values)):
            raise ArgumentError(
                f"{parameter}: {kind_of(values)}, wanted an iterable.",
                parameter=parameter,
                fix=_WHOLE_TABLE if is_table(values) else None,
            )
    if is_table(vectors):
        raise ArgumentError(
            f"vectors: {kind_of(vectors)}, wanted columns.", parameter="vectors", fix=_WHOLE_TABLE
        )
    if is_mapping(vectors):
        common_length(vectors)
    elif not (is_listlike(vectors) or is_async(vectors)):
        raise ArgumentError(
            f"vectors: {kind_of(vectors)}, wanted an array, a dict of arrays or an iterable.",
            parameter="vectors",
        )
    for name, column in by_name(vectors).items():
        wrong = _wrong_array(column) if is_array(column) else None
        if wrong is not None:
            parameter = f"vectors.{name}" if name else "vectors"
            raise ArgumentError(
                f"{parameter}: {kind_of(column)}, wanted {wrong}.", parameter=parameter
            )


def _wrong_array(column: Any) -> str | None:
    """What an array should have been; a series, or an array of objects, may hold vectors."""
    kind = getattr(column.dtype, "kind", None)
    if is_block(column):
        return None if kind is None or kind in "fiu" else f"numbers, not {column.dtype}"
    is_series = kind in (None, "O") and len(column.shape) == 1
    return None if is_series else "an array (n, d), or (n, m, d) of multivectors"


def is_async(source: object) -> TypeGuard[AsyncIterable[Any]]:
    """Whether this is iterated by an event loop."""
    return isinstance(source, AsyncIterable)


def is_block(column: object) -> bool:
    """Whether this is an array ``(n, d)``, or ``(n, m, d)``, which is cut as it is."""
    return is_array(column) and len(column.shape) in (2, 3)


def by_name(vectors: Any) -> Mapping[str, Any]:
    """Vectors by their names; the unnamed one has an empty name."""
    return vectors if is_mapping(vectors) else {"": vectors}


def rows_of(vectors: Any) -> Any:
    """Named columns as one dict for each point; anything else as it is."""
    if not is_mapping(vectors):
        return vectors
    names = list(vectors)
    rows = (zip(names, row, strict=True) for row in zip(*vectors.values(), strict=True))
    # A point does without what is None.
    return ({name: one for name, one in row if one is not None} for row in rows)


def common_length(columns: Mapping[Any, Any]) -> int:
    """The length that all columns have.

    Raises:
        ArgumentError: they differ in length, or one is no column.
    """
    for name, column in columns.items():
        if not (is_listlike(column) and hasattr(column, "__getitem__")):
            raise ArgumentError(
                f"vectors.{name}: {kind_of(column)}, wanted an array or a list of vectors.",
                parameter=f"vectors.{name}",
            )
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ArgumentError(
            f"vectors: columns of different lengths, {sorted(lengths)}.", parameter="vectors"
        )
    return max(lengths, default=0)
