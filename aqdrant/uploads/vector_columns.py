"""Columns of vectors in tables, as arrays of numpy: lists of floats would hold the loop.

A column of vectors of one shape becomes one array ``(n, d)``, or ``(n, m, d)`` of multivectors;
any other a list with an array, or None, for each row. What holds no numbers, as a column of sparse
vectors, becomes Python's own. Called by `tables`; imports none of the packages.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["of_arrow", "of_pandas", "of_polars"]


def of_pandas(column: Any) -> Any:
    """Take a series of pandas; those that Arrow backs are of one type."""
    arrow = getattr(column.array, "__arrow_array__", None)
    if arrow is not None and type(column.array).__name__ == "ArrowExtensionArray":
        return of_arrow(arrow())
    pairs = zip(column.tolist(), column.isna().tolist(), strict=True)
    return [None if is_missing else value for value, is_missing in pairs]


def of_arrow(column: Any) -> Any:
    """Take an array of Arrow's, or a chunked one."""
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    if hasattr(column, "to_numpy_ndarray") and not column.null_count:  # of tensors of one shape
        return column.to_numpy_ndarray()
    flat, shape = column, [len(column)]
    while _is_arrow_list(flat) and (width := _common(flat.value_lengths(), flat.null_count)):
        flat = flat.flatten()
        shape.append(width)
    if _is_arrow_list(flat):
        return [of_arrow(row.values) if row.is_valid else None for row in column]
    if not _has_arrow_numbers(flat):
        return column.to_pylist()
    return flat.to_numpy(zero_copy_only=False).reshape(shape)


def of_polars(column: Any) -> Any:
    """Take a series of polars."""
    flat, shape = column, [len(column)]
    while (lengths := _polars_lengths(flat)) is not None and (
        width := _common(lengths, flat.null_count())
    ):
        flat = flat.explode()
        shape.append(width)
    if _polars_lengths(flat) is not None:
        return [None if row is None else of_polars(row) for row in column]
    is_number = flat.dtype.is_float() or flat.dtype.is_integer()
    return flat.to_numpy().reshape(shape) if is_number else column.to_list()


def _common(lengths: Any, missing: int) -> int:
    """The length that all rows have; 0 where there is none."""
    if missing or not len(lengths):
        return 0
    numbers = lengths.to_numpy()
    return int(numbers[0]) if (numbers == numbers[0]).all() else 0


def _is_arrow_list(column: Any) -> bool:
    return hasattr(column.type, "value_field")


def _has_arrow_numbers(column: Any) -> bool:
    types = sys.modules["pyarrow"].types
    return bool(types.is_floating(column.type) or types.is_integer(column.type))


def _polars_lengths(column: Any) -> Any:
    kind = type(column.dtype).__name__
    if kind == "List":
        return column.list.len()
    return column.arr.len() if kind == "Array" else None
