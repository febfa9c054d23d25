"""Do points fit the collection, and how many bytes do they take?

Made by the client of what the collection says of itself; asked for every point before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from aqdrant import models
from aqdrant.models._reading import encode_unknown
from aqdrant.models._scalars import is_array, is_mapping

__all__ = ["ANY_FIT", "Fit", "size_of"]

_NUMBER: Final = 25
"""Bytes of a number in JSON, at most, its comma included."""
_SINGLE: Final = 15
_TO_EMBED: Final = 16_384
"""Bytes that the vector of a document is taken to have."""
_POINT: Final = 80
_ROWS: Final = 32
"""Rows that a multivector is taken to have."""
_RAW = (models.Document, models.Image, models.InferenceObject)
_encode = msgspec.json.Encoder(enc_hook=encode_unknown).encode


class Fit:
    """The vectors of a collection: name → size, whether sparse, whether multivectors.

    Args:
        params: the collection's; None where they are not known, and everything fits.
    """

    def __init__(self, params: models.CollectionParams | None) -> None:
        self._is_known = params is not None
        self._dense: dict[str, tuple[int, bool]] = {}
        self._sparse: frozenset[str] = frozenset()
        if params is None:
            return
        vectors = params.vectors
        named = cast("Mapping[str, Any]", vectors) if is_mapping(vectors) else {"": vectors}
        for name, one in named.items():
            if isinstance(one, models.VectorParams):
                self._dense[name] = (one.size, one.multivector_config is not None)
        self._sparse = frozenset(params.sparse_vectors or ())

    @property
    def names(self) -> list[str]:
        """The vectors that have names."""
        return [name for name in (*self._dense, *self._sparse) if name]

    @property
    def numbers(self) -> int:
        """How many numbers the dense vectors of a point have, about."""
        return sum(size * (_ROWS if is_multi else 1) for size, is_multi in self._dense.values())

    def misfit(self, vector: Any) -> str | None:
        """What is wrong with the vectors of a point; None where they fit."""
        if not self._is_known:
            return None
        if vector.__class__ is list or not is_mapping(vector):
            return self._misfit("", vector)
        for name, one in vector.items():
            wrong = self._misfit(name, one)
            if wrong is not None:
                return wrong
        return None

    def column_misfit(self, name: str, column: Any) -> str | None:
        """What is wrong with an array of vectors ``(n, d)``, or of multivectors ``(n, m, d)``."""
        return self._misfit(name, column[0]) if self._is_known and len(column) else None

    def _misfit(self, name: str, vector: Any) -> str | None:
        if isinstance(vector, _RAW):
            return None if name in self._dense or name in self._sparse else self._stranger(name)
        if name in self._sparse:
            is_sparse = isinstance(vector, models.SparseVector)
            return None if is_sparse else f"{_called(name)} is dense, the collection's is sparse"
        wanted = self._dense.get(name)
        if wanted is None:
            return self._stranger(name)
        if isinstance(vector, models.SparseVector):
            return f"{_called(name)} is sparse, the collection's is dense"
        size, is_multi = wanted
        found, rows = _shape(vector)
        if rows is not None and not is_multi:
            return f"{_called(name)} is a multivector, the collection's is not"
        # A multivector may come as the one vector that it holds, or flat: the server splits it.
        if found == size or (is_multi and rows is None and found % size == 0):
            return None
        return f"{_called(name)} has {found} dimensions, the collection's has {size}"

    def _stranger(self, name: str) -> str:
        known = [*self._dense, *sorted(self._sparse)]
        shown = ", ".join(repr(one) if one else "the unnamed one" for one in known) or "none"
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=1)
        hint = f", perhaps meant: {near[0]!r}" if near and name else ""
        return f"the collection has no {_called(name)}{hint}; its vectors: {shown}"


ANY_FIT: Final = Fit(None)


def size_of(vector: Any, payload: Any) -> int:
    """Bytes of a point as JSON, at most."""
    size = _POINT + _vector_size(vector)
    return size + len(_encode(payload)) if payload else size


def _vector_size(vector: Any) -> int:
    if vector.__class__ is list:
        first = vector[0] if vector else 0.0
        if first.__class__ is float or first.__class__ is int:
            return _NUMBER * len(vector)
        return sum(map(_vector_size, vector))
    if is_array(vector):
        count = 1
        for length in vector.shape:
            count *= int(length)
        return count * (_SINGLE if getattr(vector, "itemsize", 8) <= 4 else _NUMBER)
    if isinstance(vector, Mapping):
        named = cast("Mapping[str, Any]", vector)
        return sum(len(name) + 4 + _vector_size(one) for name, one in named.items())
    if isinstance(vector, models.SparseVector):
        return 32 + 2 * _NUMBER * len(vector.indices)
    if isinstance(vector, _RAW):
        return _TO_EMBED
    return _NUMBER * len(vector) if hasattr(vector, "__len__") else _NUMBER


def _shape(vector: Any) -> tuple[int, int | None]:
    """Dimensions, and the number of rows of a multivector."""
    if vector.__class__ is list and vector and vector[0].__class__ is float:
        return len(vector), None
    if is_array(vector):
        shape = vector.shape
        return int(shape[-1]), None if len(shape) == 1 else int(shape[0])
    if len(vector) and hasattr(vector[0], "__len__"):
        return len(vector[0]), len(vector)
    return len(vector), None


def _called(name: str) -> str:
    return f"vector {name!r}" if name else "unnamed vector"
