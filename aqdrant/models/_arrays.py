"""Readers of vectors: lists and arrays of numbers, one or more deep.

Called by the readers that `_readers` compiles. Arrays stay arrays where the model can hold them;
all numbers are finite.
"""

from __future__ import annotations

from collections.abc import Collection
from math import inf, isfinite
from typing import Any, cast

from aqdrant.models._scalars import Mismatch, is_array, kind_of, listed, read_float, read_int

__all__ = [
    "has_numbers",
    "read_array",
    "read_integers",
    "read_numbers",
    "read_row",
    "read_true_array",
]


def has_numbers(value: Any) -> bool:
    """Whether the first leaf of nested lists or arrays is a number; an empty list counts."""
    while True:
        if is_array(value):
            return True
        if not isinstance(value, list | tuple):
            return hasattr(value, "__float__") and not isinstance(value, str)
        items = cast("list[Any]", value)
        if not items:
            return True
        value = items[0]


def read_numbers(value: Any, _depth: int = 0) -> Any:
    """Read a sequence of finite numbers; an array becomes a list."""
    if value.__class__ is list:
        return read_row(value)
    return read_array(value, (1,), keep=False)


def read_integers(value: Any, _depth: int = 0) -> Any:
    """Read a sequence of unsigned integers; a 1-d array of integers becomes a list."""
    if is_array(value) and (len(value.shape) != 1 or getattr(value.dtype, "kind", "i") not in "iu"):
        raise Mismatch(f"{kind_of(value)} of {value.dtype}, wanted a 1-d array of integers")
    given = listed(value)
    taken: list[int] = []
    changed = given is not value
    for index, item in enumerate(given):
        if item.__class__ is int:
            taken.append(item)
            continue
        try:
            taken.append(read_int(item))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
        changed = True
    return taken if changed else value


def read_array(value: Any, depths: Collection[int], *, keep: bool = True) -> Any:
    """Read numbers nested as deep as one of `depths` says.

    Args:
        value: nested lists, tuples or arrays.
        depths: 1 for a vector, 2 for a list of vectors, ...
        keep: leave arrays as they are; otherwise they become lists, as tuples always do.
    """
    if is_array(value):
        return read_true_array(value, depths, keep)
    given = listed(value)
    depth = _depth_of(given)
    if depth not in depths:
        raise Mismatch(
            f"numbers nested {depth} deep, wanted {' or '.join(map(str, sorted(depths)))}"
        )
    read = read_row(given) if depth == 1 else _read_rows(given, depth, keep)
    return value if read is given and value.__class__ is list else read


def _depth_of(value: Any) -> int:
    depth = 0
    while True:
        if is_array(value):
            return depth + len(value.shape)
        if not isinstance(value, list | tuple):
            return depth
        depth += 1
        items = cast("list[Any]", value)
        if not items:
            return depth
        value = items[0]


def read_true_array(value: Any, depths: Collection[int], keep: bool) -> Any:
    """Read an array, tensor or series, as `read_array` does."""
    kind = getattr(value.dtype, "kind", None)
    if kind is None or not hasattr(value, "ndim") or hasattr(value, "to_numpy"):
        # A tensor or a series: only a real array may go further as one.
        to_numpy = getattr(value, "to_numpy", None)
        return read_array(to_numpy() if to_numpy else value.tolist(), depths, keep=keep)
    if kind not in "fiu":
        raise Mismatch(f"{kind_of(value)} of {value.dtype}, wanted numbers")
    if value.__class__.__name__ == "MaskedArray":
        if value.mask.any():
            raise Mismatch(f"{kind_of(value)} with numbers that are masked, wanted all of them")
        value = value.data
    if value.ndim not in depths:
        wanted = " or ".join(f"{depth}-d" for depth in sorted(depths))
        raise Mismatch(f"{kind_of(value)}, wanted a {wanted} array")
    if value.dtype.char == "g":
        value = value.astype("float64")  # no encoder knows extended precision
    if kind == "f" and not _is_surely_finite(value):
        _check_finite(value)
    if kind != "f" and value.ndim > 1 and value.shape[-2] == 2:
        value = value.astype("float64")  # as `_float_the_first`
    return value if keep else value.tolist()


def _is_surely_finite(value: Any) -> bool:
    """Whether one quick number over all elements is finite: none that is not hides from it.

    The product with itself is several times faster than a sum. It may overflow where all elements
    are finite, in half precision above all.
    """
    if value.itemsize < 4:
        return isfinite(float(value.sum(dtype="float64")))
    flat = value.ravel()
    try:
        return isfinite(float(flat.dot(flat)))
    except RuntimeWarning:  # An overflow, where the caller has warnings raised.
        return False


def _check_finite(value: Any) -> None:
    is_finite = ((value == value) & (abs(value) != inf)).ravel()  # NaN differs
    if is_finite.all():
        return
    index = int(is_finite.argmin())
    width = value.shape[-1]
    row = f" in row {index // width}" if value.ndim > 1 else ""
    number = float(value.ravel()[index])
    raise Mismatch(f"{number!r} at position {index % width}{row}, wanted finite numbers")


def _read_rows(value: list[Any], depth: int, keep: bool) -> list[Any]:
    taken: list[Any] = []
    changed = False
    for index, item in enumerate(value):
        try:
            if depth == 2 and item.__class__ is list:
                row: Any = read_row(item)
            else:
                row = read_array(item, (depth - 1,), keep=keep)
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
        changed = changed or row is not item
        taken.append(row)
    if depth == 2 and len(taken) == 2:
        changed = _float_the_first(taken) or changed
    return taken if changed else value


def _float_the_first(rows: list[Any]) -> bool:
    """Make the first of two rows floats, where it is integers; whether it was.

    Qdrant reads two rows in JSON as the indices and values of a sparse vector, where the first has
    no decimal point.
    """
    first = rows[0]
    if is_array(first):
        if first.dtype.kind == "f":
            return False
        rows[0] = first.astype("float64")
        return True
    if not first or first[0].__class__ is not int:
        return False
    rows[0] = [float(number) for number in first]
    return True


def read_row(value: list[Any]) -> list[Any]:
    """Read a list of finite numbers: the list itself where they are Python's own."""
    # One sum in C proves the common case, numbers all and finite all. It cannot tell bools from
    # numbers, nor numpy's scalars from Python's, and a row is seldom mixed: the first one tells.
    first: Any = value[0].__class__ if value else float
    if first is float or first is int:
        try:
            total = sum(value)
            if (type(total) is float or type(total) is int) and isfinite(total):
                return value
        except (TypeError, ValueError, OverflowError):
            pass
    taken: list[float] = []
    for index, item in enumerate(value):
        try:
            taken.append(read_float(item))
        except Mismatch as mismatch:
            raise mismatch.inside(index) from None
    return taken
