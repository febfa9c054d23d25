"""Ids, shard keys, payload values and vectors, where they do not take the quick way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.points import encode_input, encode_vector, encode_vectors
from aqdrant_grpc.shapes._forms import first, listed, model, only
from aqdrant_grpc.vectors import is_rows
from aqdrant_grpc.wire import CodecError

__all__ = ["ENCODERS", "SHAPES"]


# ---- ids, shard keys, values


def _take_shard_key(value: Any) -> dict[str, Any]:
    return {"keyword" if isinstance(value, str) else "number": value}


def _take_shard_keys(value: Any) -> dict[str, Any]:
    if isinstance(value, models.ShardKeyWithFallback):
        return {"shard_keys": [value.target], "fallback": value.fallback}
    return {"shard_keys": listed(value)}


def _build_shard_keys(values: dict[str, Any]) -> Any:
    keys = values["shard_keys"]
    if values.get("fallback") is not None and len(keys) == 1:
        return models.ShardKeyWithFallback(target=keys[0], fallback=values["fallback"])
    return keys[0] if len(keys) == 1 else keys


def _build_value(values: dict[str, Any]) -> Any:
    return None if "null_value" in values else first(values)


def _unencoded(_value: Any) -> dict[str, Any]:
    raise CodecError("a value without an encoder of its own")


# ---- vectors


_INFERENCE: dict[type[Any], str] = {
    models.Document: "document",
    models.Image: "image",
    models.InferenceObject: "object",
}


def _take_input(value: Any) -> dict[str, Any]:
    kind: Any = value.__class__
    if kind is models.SparseVector:
        return {"sparse": value}
    if kind in _INFERENCE:
        return {_INFERENCE[kind]: value}
    if isinstance(value, int | str | UUID):
        return {"id": value}
    if isinstance(value, Mapping) or not hasattr(value, "__len__"):
        raise CodecError(f"{kind.__name__}, wanted a vector or a point id")
    return {"multi_dense" if is_rows(value) else "dense": value}


def _build_vector(values: dict[str, Any]) -> Any:
    for name in ("dense", "sparse", "multi_dense", "document", "image", "object"):
        if name in values:
            return values[name]
    # The form of servers before 1.16.
    data = values["data"]
    if values.get("indices") is not None:
        return models.SparseVector(indices=values["indices"], values=data)
    count = values.get("vectors_count")
    if not count:
        return data
    if len(data) % count:
        raise CodecError(f"{len(data)} floats for {count} vectors")
    width = len(data) // count
    return [data[start : start + width] for start in range(0, len(data), width)] if width else []


def _take_output(value: Any) -> dict[str, Any]:
    return {"vectors" if isinstance(value, Mapping) else "vector": value}


def _take_sparse(value: Any) -> dict[str, Any]:
    return {"indices": listed(value.indices), "values": value.values}


def _options(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return value


def _take_document(value: Any) -> dict[str, Any]:
    return {"text": value.text, "model": value.model, "options": _options(value.options)}


SHAPES: dict[str, Shape] = {
    "PointId": Shape(_unencoded, first),
    "Value": Shape(_unencoded, _build_value),
    "Struct": only("fields"),
    "ListValue": only("values"),
    "ShardKey": Shape(_take_shard_key, first),
    "ShardKeySelector": Shape(_take_shard_keys, _build_shard_keys),
    "DenseVector": only("data"),
    "MultiDenseVector": only("vectors"),
    "SparseVector": Shape(_take_sparse, model(models.SparseVector, "SparseVector").build),
    "SparseIndices": only("data"),
    "Vector": Shape(_unencoded, _build_vector),
    "VectorOutput": Shape(_take_input, _build_vector),
    "VectorInput": Shape(_take_input, first),
    "Vectors": Shape(_unencoded, first),
    "VectorsOutput": Shape(_take_output, first),
    "NamedVectors": only("vectors"),
    "NamedVectorsOutput": only("vectors"),
    "Document": Shape(_take_document, model(models.Document, "Document").build),
    "Image": model(models.Image, "Image"),
    "InferenceObject": model(models.InferenceObject, "InferenceObject"),
}

ENCODERS = {
    "Vector": encode_vector,
    "VectorInput": encode_input,
    "VectorOutput": encode_vector,
    "Vectors": encode_vectors,
    "VectorsOutput": encode_vectors,
}
