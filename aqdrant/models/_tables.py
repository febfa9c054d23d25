"""Results as arrays and tables: what the methods `to_numpy`, `to_pandas`, ... of results do.

Derived from by results that hold points. The packages are imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import chain
from typing import Any, Protocol

import msgspec

from aqdrant.exceptions import UnsupportedOperation
from aqdrant.models._scalars import is_mapping

__all__ = ["Tabular"]


class _Point(Protocol):
    id: int | str
    payload: dict[str, Any] | None
    vector: Any


class Tabular:
    """A result whose points can be had as columns.

    The columns are ``id``, then ``group``, ``score`` and ``order_value`` where the result has them,
    ``vector``, or ``vector.NAME`` for each named one, and every key of the payloads; a key that is
    called as one of these becomes ``payload.KEY``. What a point does not have is null. In Arrow and
    polars, where a column has one type, a key with values of several kinds is a column of JSON.
    """

    __slots__ = ()

    def _points(self) -> Sequence[_Point]:
        raise NotImplementedError

    def _groups(self) -> list[Any] | None:
        return None

    def to_numpy(self) -> dict[str, Any]:
        """Return arrays by column: vectors ``(n, d)`` float32, payloads as an array of dicts.

        Vectors that differ in length, multivectors and sparse vectors are arrays of objects.
        """
        numpy = _load("numpy")
        points = self._points()
        columns: dict[str, Any] = {"id": _ids(numpy, [point.id for point in points])}
        for name, values in _facts(points, self._groups()).items():
            columns[name] = numpy.array(values)
        for name, vectors in _vectors(points).items():
            columns[name] = _stacked(numpy, vectors)
        columns["payload"] = _objects(numpy, [point.payload or {} for point in points])
        return columns

    def to_arrow(self) -> Any:
        """Return a `pyarrow.Table`; dense vectors are lists of one size, of float32."""
        arrow = _load("pyarrow")
        numpy = _load("numpy")
        columns: dict[str, Any] = {}
        for name, values in self._columns().items():
            array = _stacked(numpy, values) if _is_vector(name) else None
            if array is not None and array.ndim == 2:
                flat = arrow.array(array.ravel())
                columns[name] = arrow.FixedSizeListArray.from_arrays(flat, array.shape[1])
            elif array is not None:
                columns[name] = arrow.array(list(map(_plain, values)), _arrow_type(arrow, values))
            else:
                columns[name] = _one_kind(arrow.array, values)
        return arrow.table(columns)

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame`; vectors are arrays, one in a cell."""
        pandas = _load("pandas")
        numpy = _load("numpy")
        columns: dict[str, Any] = {}
        for name, values in self._columns().items():
            array = _stacked(numpy, values) if _is_vector(name) else None
            columns[name] = values if array is None else list(array)
        return pandas.DataFrame(columns)

    def to_polars(self) -> Any:
        """Return a `polars.DataFrame`; dense vectors are arrays of one size, of float32."""
        polars = _load("polars")
        numpy = _load("numpy")
        columns: list[Any] = []
        for name, values in self._columns().items():
            array = _stacked(numpy, values) if _is_vector(name) else None
            if array is not None and array.ndim == 2:
                columns.append(polars.Series(name, array))
            elif array is not None:
                kind = _polars_type(polars, values)
                columns.append(polars.Series(name, list(map(_plain, values)), kind))
            else:
                columns.append(_one_kind(partial(polars.Series, name, strict=False), values))
        return polars.DataFrame(columns)

    def _columns(self) -> dict[str, list[Any]]:
        points = self._points()
        columns: dict[str, list[Any]] = {"id": _same_kind([point.id for point in points])}
        columns |= _facts(points, self._groups())
        columns |= _vectors(points)
        keys = dict.fromkeys(key for point in points for key in point.payload or ())
        taken = {*columns, "vector"}
        for key in keys:
            name = f"payload.{key}" if key in taken else key
            columns[name] = [(point.payload or {}).get(key) for point in points]
        return columns


def _facts(points: Sequence[Any], groups: list[Any] | None) -> dict[str, list[Any]]:
    """What is known of points beside their content."""
    facts: dict[str, list[Any]] = {} if groups is None else {"group": _same_kind(groups)}
    for name in ("score", "order_value"):
        values = [getattr(point, name, None) for point in points]
        if any(value is not None for value in values):
            facts[name] = values
    return facts


def _vectors(points: Sequence[_Point]) -> dict[str, list[Any]]:
    names: dict[str, None] = {}
    for point in points:
        if is_mapping(point.vector):
            names |= dict.fromkeys(point.vector)
        elif point.vector is not None:
            names[""] = None
    columns: dict[str, list[Any]] = {}
    for name in names:
        columns[f"vector.{name}" if name else "vector"] = [_named(p.vector, name) for p in points]
    return columns


def _named(vector: Any, name: str) -> Any:
    if is_mapping(vector):
        return vector.get(name)
    return None if name else vector


def _is_vector(name: str) -> bool:
    return name == "vector" or name.startswith("vector.")


def _stacked(numpy: Any, vectors: list[Any]) -> Any:
    """Dense vectors as rows; others as objects."""
    if vectors and all(_is_dense(vector) and len(vector) == len(vectors[0]) for vector in vectors):
        return numpy.array(vectors, dtype=numpy.float32)
    return _objects(numpy, vectors)


def _is_dense(vector: Any) -> bool:
    return hasattr(vector, "__len__") and len(vector) > 0 and not hasattr(vector[0], "__len__")


def _objects(numpy: Any, values: list[Any]) -> Any:
    column = numpy.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        column[index] = value
    return column


def _ids(numpy: Any, ids: list[Any]) -> Any:
    if all(isinstance(one, int) for one in ids):
        return numpy.array(ids, dtype=numpy.uint64)
    return _objects(numpy, ids)


def _same_kind(values: list[Any]) -> list[Any]:
    """Ids as they are where all are of one kind; as text otherwise: a column has one type."""
    kinds: set[Any] = set(map(type, values))
    return values if len(kinds) <= 1 else list(map(str, values))


def _shape(vectors: list[Any]) -> tuple[str, int] | None:
    """What all vectors that are there are, and their length; None where they are several things."""
    shapes = {_shape_of(vector) for vector in vectors if vector is not None}
    return shapes.pop() if len(shapes) == 1 else None


def _shape_of(vector: Any) -> tuple[str, int] | None:
    if hasattr(vector, "indices"):
        return "sparse", 0
    if not hasattr(vector, "__len__") or not len(vector):
        return None
    if not hasattr(vector[0], "__len__"):
        return "dense", len(vector)
    widths = set(map(len, vector))
    return ("multi", widths.pop()) if len(widths) == 1 else None


def _arrow_type(arrow: Any, vectors: list[Any]) -> Any:
    kind, width = _shape(vectors) or ("", 0)
    if kind == "sparse":
        indices, values = arrow.list_(arrow.uint32()), arrow.list_(arrow.float32())
        return arrow.struct({"indices": indices, "values": values})
    dense = arrow.list_(arrow.float32(), width)
    return {"dense": dense, "multi": arrow.list_(dense)}.get(kind)


def _polars_type(polars: Any, vectors: list[Any]) -> Any:
    kind, width = _shape(vectors) or ("", 0)
    if kind == "sparse":
        indices, values = polars.List(polars.UInt32), polars.List(polars.Float32)
        return polars.Struct({"indices": indices, "values": values})
    dense = polars.Array(polars.Float32, width)
    return {"dense": dense, "multi": polars.List(dense)}.get(kind)


def _one_kind(column: Callable[[list[Any]], Any], values: list[Any]) -> Any:
    """A column of payloads; of their JSON where they are of several kinds."""
    # Looked at here: polars turns what does not fit the first values into text, or cuts it.
    if _are_alike(values):
        with suppress(OverflowError, TypeError, ValueError):  # beyond 64 bits, say
            return column(values)
    encode = msgspec.json.encode
    return column([None if value is None else encode(value).decode() for value in values])


def _are_alike(values: Iterable[Any]) -> bool:
    """Whether these are of one kind, at every depth; integers are numbers, and so are floats."""
    there = [value for value in values if value is not None]
    kinds: set[Any] = set(map(type, there))
    if kinds == {list}:
        return _are_alike(chain.from_iterable(there))
    if kinds == {dict}:
        keys = dict.fromkeys(chain.from_iterable(there))
        return all(_are_alike(value.get(key) for value in there) for key in keys)
    return len(kinds) <= 1 or kinds == {int, float}


def _plain(value: Any) -> Any:
    if hasattr(value, "indices"):
        return {"indices": list(value.indices), "values": list(value.values)}
    return value.tolist() if hasattr(value, "tolist") else value


def _load(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        extra = "arrow" if package == "pyarrow" else package
        raise UnsupportedOperation(
            f"{package} is not installed.", fix=f"pip install 'aqdrant[{extra}]'"
        ) from error
