"""Points out of the tables of pandas, polars and pyarrow.

The column ``id`` has the ids, ``vector`` the unnamed vectors; a column called as one of the
collection's vectors, or ``vector.NAME`` as our own tables have it, has those; what is left is
payload. Called by `sources`; imports none of the three.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aqdrant.exceptions import ArgumentError
from aqdrant.uploads.vector_columns import of_arrow, of_pandas, of_polars

__all__ = ["is_table", "rows_of_tables"]

_TABLES: Final = {
    "pandas": ("DataFrame",),
    "polars": ("DataFrame",),
    "pyarrow": ("Table", "RecordBatch", "RecordBatchReader"),
}

_LONGEST_NUMBER: Final = 20
"""Digits of an id, at most; a UUID has 32."""


def is_table(value: object) -> bool:
    """Whether this is a table of one of the three packages, or reads one in batches."""
    return bool(_package(value))


def rows_of_tables(
    table: Any, names: list[str], count: int, start: int
) -> Iterator[tuple[list[Any] | None, Any, list[dict[str, Any]]]]:
    """Cut a table into ids, vectors (an array, a list, or a dict of these) and payloads.

    Vectors and ids that are missing are None.

    Raises:
        ArgumentError: no column has vectors, or two have one name.
    """
    columns = _columns(table)
    vectors = _vector_columns(columns, names)
    others = [name for name in columns if name != "id" and name not in vectors.values()]
    for part in _parts(table, count, start):
        found = {name: _vectors(part, columns[column]) for name, column in vectors.items()}
        values = [_values(part, columns[name]) for name in others]
        payloads = [dict(zip(others, row, strict=True)) for row in zip(*values, strict=True)]
        yield (
            [_id(one) for one in _values(part, columns["id"])] if "id" in columns else None,
            found[""] if found.keys() == {""} else found,
            payloads or [{} for _ in range(_length(part))],
        )


def _columns(table: Any) -> dict[str, Any]:
    """The columns by their names; pandas' labels may be other than text."""
    if _package(table) == "pyarrow":
        labels: list[Any] = list(table.schema.names)
    else:
        labels = list(table.columns)
    columns = {str(label): label for label in labels}
    if len(columns) < len(labels):
        names = list(map(str, labels))
        twice = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(
            f"points: the table has two columns {twice!r}.",
            parameter="points",
            fix="Each one is a key of the payload, or vectors: name them apart.",
        )
    return columns


def _vector_columns(columns: dict[str, Any], names: list[str]) -> dict[str, str]:
    """Names of vectors, the empty one too, and the columns that have them."""
    found: dict[str, str] = {}
    for name in names:
        near = (column for column in (f"vector.{name}", name) if column in columns)
        column = next(near, None)
        if column is not None:
            found[name] = column
    if "vector" in columns and "vector" not in names:
        found[""] = "vector"
    if not found:
        wanted = ", ".join(map(repr, ("vector", *names)))
        raise ArgumentError(
            f"points: the table has no column of vectors: {wanted}.",
            parameter="points",
            fix=f"It has {', '.join(map(repr, columns))}.",
        )
    return found


def _parts(table: Any, count: int, start: int) -> Iterator[Any]:
    """Parts of so many rows at most."""
    if type(table).__name__ == "RecordBatchReader":
        for batch in table:
            yield from _parts(batch, count, min(start, batch.num_rows))
            start = max(0, start - batch.num_rows)
        return
    is_pandas = _package(table) == "pandas"
    for first in range(start, _length(table), count):
        yield table.iloc[first : first + count] if is_pandas else table.slice(first, count)


def _length(table: Any) -> int:
    return int(table.num_rows) if _package(table) == "pyarrow" else len(table)


def _package(value: object) -> str:
    """The package that a table is of, as are those of classes derived from its own."""
    for kind in type(value).__mro__:
        package = kind.__module__.partition(".")[0]
        if kind.__name__ in _TABLES.get(package, ()):
            return package
    return ""


def _values(part: Any, label: Any) -> list[Any]:
    package = _package(part)
    if package == "pyarrow":
        return list(part.column(label).to_pylist())
    if package == "polars":
        return list(part[label].to_list())
    column = part[label]
    # NaN, NaT and NA all say that there is none.
    missing = column.isna().tolist()
    pairs = zip(column.tolist(), missing, strict=True)
    return [None if is_missing else _plain(value) for value, is_missing in pairs]


def _id(value: Any) -> Any:
    """The number in a text: a column of one type has both kinds of ids, as in our own tables."""
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isdecimal():
        number = int(value)
        return number if str(number) == value else value
    return value


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _vectors(part: Any, label: Any) -> Any:
    """A column of vectors: as an array where all have one shape, else as a list."""
    package = _package(part)
    if package == "pyarrow":
        return of_arrow(part.column(label))
    return of_polars(part[label]) if package == "polars" else of_pandas(part[label])
