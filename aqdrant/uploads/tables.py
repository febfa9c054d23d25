"""Points out of the tables of pandas, polars and pyarrow.

The column ``id`` has the ids, ``vector`` the unnamed vectors, a column with the name of one of the
collection's vectors those; what is left is payload. Called by `sources`; imports none of the three.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aqdrant.exceptions import ArgumentError

__all__ = ["is_table", "rows_of_tables"]

_TABLES: Final = {
    "pandas": ("DataFrame",),
    "polars": ("DataFrame",),
    "pyarrow": ("Table", "RecordBatch"),
}


def is_table(value: object) -> bool:
    """Whether this is a table of one of the three packages."""
    return type(value).__name__ in _TABLES.get(_package(value), ())


def rows_of_tables(
    table: Any, names: list[str], count: int, start: int
) -> Iterator[tuple[list[Any] | None, Any, list[dict[str, Any]]]]:
    """Cut a table into ids, vectors (an array, a list, or a dict of these) and payloads.

    Raises:
        ArgumentError: no column has vectors.
    """
    package = _package(table)
    columns = [
        str(name) for name in (table.column_names if package == "pyarrow" else table.columns)
    ]
    vectors = ["vector"] if "vector" in columns else [name for name in names if name in columns]
    if not vectors:
        wanted = ", ".join(map(repr, ("vector", *names)))
        raise ArgumentError(
            f"points: the table has no column of vectors: {wanted}.",
            parameter="points",
            fix=f"It has {', '.join(map(repr, columns))}.",
        )
    payload = [name for name in columns if name != "id" and name not in vectors]
    for first in range(start, len(table) if package != "pyarrow" else table.num_rows, count):
        part = (
            table.iloc[first : first + count] if package == "pandas" else table.slice(first, count)
        )
        found = {name: _vectors(part, name, package) for name in vectors}
        rows = len(next(iter(found.values())))
        values = [_values(part, name, package) for name in payload]
        payloads = [dict(zip(payload, row, strict=True)) for row in zip(*values, strict=True)]
        yield (
            _values(part, "id", package) if "id" in columns else None,
            found["vector"] if vectors == ["vector"] else found,
            payloads or [{} for _ in range(rows)],
        )


def _package(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _values(part: Any, name: str, package: str) -> list[Any]:
    if package == "pyarrow":
        return list(part.column(name).to_pylist())
    if package == "polars":
        return list(part[name].to_list())
    column = part[name]
    # NaN, NaT and NA all say that there is none.
    missing = column.isna().tolist()
    pairs = zip(column.tolist(), missing, strict=True)
    return [None if is_missing else _plain(value) for value, is_missing in pairs]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _vectors(part: Any, name: str, package: str) -> Any:
    """A column of vectors: as an array where all have one length, else as a list."""
    if package == "pandas":
        column: list[Any] = part[name].tolist()
        return column
    if package == "polars":
        series = part[name]
        return series.to_numpy() if _is_array_type(series.dtype) else series.to_list()
    arrow = part.column(name)
    if hasattr(arrow, "combine_chunks"):
        arrow = arrow.combine_chunks()
    size = getattr(arrow.type, "list_size", -1)
    if size > 0 and not arrow.null_count:
        return arrow.flatten().to_numpy(zero_copy_only=False).reshape(len(arrow), size)
    return arrow.to_pylist()


def _is_array_type(kind: Any) -> bool:
    return type(kind).__name__ == "Array"
