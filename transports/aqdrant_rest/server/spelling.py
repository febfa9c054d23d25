"""What Qdrant reads otherwise than our types do: bodies brought into our spelling.

Called when a body is read.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, TypeGuard

from .refusing import Refused

__all__ = ["is_array", "is_object", "renamed", "respelled", "with_sparse_rows"]

Json: TypeAlias = dict[str, Any]

_SMALLEST: Final = -(2**63)
_TOO_LARGE: Final = 2**64
_MOST_INDICES: Final = 2**32
_INPUTS: Final = ("query", "nearest", "target", "example")
"""Names of one vector or id that a query looks for."""
_HOLDERS: Final = frozenset(
    {*_INPUTS, "points", "batch", "operations", "upsert", "update_vectors", "prefetch", "searches"}
    | {"discover", "relevance_feedback", "feedback"}
)
"""Names below which there are vectors."""


def is_object(value: Any) -> TypeGuard[Json]:
    """Whether a value of a body is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value of a body is an array."""
    return isinstance(value, list)


def renamed(body: Any) -> Any:
    """Old names as those of today. Changes the body in place."""
    if is_object(body) and "field_type" in body and "field_name" in body:
        body.setdefault("field_schema", body.pop("field_type"))
    if is_object(body) and "optimizer_config" in body:
        body.setdefault("optimizers_config", body.pop("optimizer_config"))
    return body


def respelled(value: Any, name: str = "", *, is_stored: bool = False) -> Any:
    """Integers beyond 64 bits as floats; no context as an empty one; no payload likewise.

    A point written as an array, which Qdrant takes, becomes an object.
    """
    if value is None and not is_stored:
        return [] if name == "context" else None
    if is_object(value):
        inside = is_stored or name == "payload"
        return {key: respelled(item, key, is_stored=inside) for key, item in value.items()}
    if is_array(value):
        ones = value
        if name == "points" and ones and is_array(ones[0]):
            fields = ("id", "vector", "payload")
            ones = [dict(zip(fields, one, strict=False)) if is_array(one) else one for one in ones]
        if name == "payloads" and not is_stored:
            return [respelled(one or {}, is_stored=True) for one in ones]
        return [respelled(one, is_stored=is_stored) for one in ones]
    if isinstance(value, int) and not _SMALLEST <= value < _TOO_LARGE:
        return float(value)
    return value


def with_sparse_rows(body: Any) -> Any:
    """Two rows, the first of whole numbers, as the indices and values of a sparse vector.

    So Qdrant reads them wherever a vector has a name or is looked for, also where a multivector was
    meant; what is written with decimal points is one. Changes the body in place.
    """
    if is_array(body):
        for one in body:
            with_sparse_rows(one)
    if not is_object(body):
        return body
    for name, value in body.items():
        if name in _INPUTS:
            body[name] = _as_sparse(value)
        elif name == "vector" and is_object(value):
            body[name] = {key: _as_sparse(one) for key, one in value.items()}
        elif name == "vectors" and is_object(value):
            body[name] = {key: _each_as_sparse(many) for key, many in value.items()}
        if name in _HOLDERS:
            with_sparse_rows(body[name])
    return body


def _each_as_sparse(vectors: Any) -> Any:
    return [_as_sparse(one) for one in vectors] if is_array(vectors) else vectors


def _as_sparse(vector: Any) -> Any:
    if not is_array(vector) or len(vector) != 2:
        return vector
    indices, values = vector
    is_sparse = _all(indices, (int,)) and _all(values, (int, float))
    if not is_sparse or not all(0 <= index < _MOST_INDICES for index in indices):
        return vector
    if len(indices) != len(values):
        raise Refused(
            422,
            "Validation error in JSON body: [vector.values: must be the same length as indices]",
        )
    return {"indices": indices, "values": values}


def _all(row: Any, kinds: tuple[type, ...]) -> TypeGuard[list[Any]]:
    return is_array(row) and all(type(one) in kinds for one in row)
