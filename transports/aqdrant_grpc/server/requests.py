"""Messages to operations: the client's table the other way round.

Called by the application. What a message leaves open, and a model must have, is refused as Qdrant
refuses it; all of a body is read once more by the reader that serves REST, so that both ports are
as strict as each other.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import msgspec

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import SERVED, read
from aqdrant.operations import Operation
from aqdrant_grpc._methods import HEALTH, METHODS, Fields
from aqdrant_grpc._reading import Decode
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc.shapes import CODEC, SHAPES
from aqdrant_grpc.shapes._forms import model
from aqdrant_grpc.shapes.cluster import CHANGES
from aqdrant_grpc.shapes.indexes import FIELD_TYPES
from aqdrant_grpc.shapes.queries import build_query
from aqdrant_grpc.shapes.updates import build_selection, build_upsert
from aqdrant_grpc.wire import CodecError, Malformed

from .framing import Refused
from .old_searches import OLD_SEARCHES

__all__ = ["OPERATIONS", "Asked", "find_call", "read_operation"]

Build: TypeAlias = Callable[[dict[str, Any]], Any]


class Asked(NamedTuple):
    """What a request asks for."""

    operation: Operation[Any]
    timeout: float | None


def _model(kind: type[Any], message: str, **renamed: str) -> Build:
    return model(kind, message, {}, **renamed).build


def _read_model(kind: type[Any], message: str, **renamed: str) -> Build:
    return _model(kind, message, shard_key_selector="shard_key", **renamed)


def _chosen(fields: dict[str, Any]) -> Any:
    return SHAPES["PointsUpdateOperation.DeletePoints"].build(fields)


def _delete_vectors(fields: dict[str, Any]) -> models.DeleteVectors:
    return models.DeleteVectors(vector=fields.get("vectors", []), **build_selection(fields))


def _delete_payload(fields: dict[str, Any]) -> models.DeletePayload:
    return models.DeletePayload(keys=fields["keys"], **build_selection(fields))


def _index(fields: dict[str, Any]) -> models.CreateFieldIndex:
    kind = fields.get("field_type")
    if kind is None:
        raise CodecError("cannot convert field_type")
    schema: Any = fields.get("field_index_params", kind)
    if schema is not kind and FIELD_TYPES.get(schema.__class__) != kind:
        raise CodecError(f"field_type ({kind}) and field_index_params do not match")
    if isinstance(schema, models.TextIndexParams) and schema.tokenizer is None:
        raise CodecError("unknown tokenizer type")
    return models.CreateFieldIndex(field_name=fields["field_name"], field_schema=schema)


def _vector(fields: dict[str, Any]) -> Any:
    if "dense_config" in fields:
        return models.DenseVectorNameConfig(dense=fields["dense_config"])
    if "sparse_config" in fields:
        return models.SparseVectorNameConfig(sparse=fields["sparse_config"])
    raise CodecError("vector_config is required (dense_config or sparse_config)")


_update_operations = _model(models.UpdateOperations, "UpdateBatchPoints")
_scroll_request = _read_model(models.ScrollRequest, "ScrollPoints", with_vectors="with_vector")


def _updates(fields: dict[str, Any]) -> Any:
    if not fields["operations"]:
        reason = "value [] invalid, must be at least 1 characters"
        raise CodecError(f"Validation error in body: [operations: {reason}]")
    return _update_operations(fields)


def _scroll(fields: dict[str, Any]) -> Any:
    if fields.get("offset", 0) is None:
        raise CodecError("No ID options provided")
    return _scroll_request(fields)


def _searches(fields: dict[str, Any]) -> models.QueryRequestBatch:
    return models.QueryRequestBatch(searches=fields["query_points"])


def _old_searches(fields: dict[str, Any]) -> models.QueryRequestBatch:
    return models.QueryRequestBatch(searches=[build_query(one) for one in fields["query_points"]])


def _inner(fields: dict[str, Any]) -> Any:
    if "request" not in fields:
        raise CodecError("empty request")
    return fields["request"]


_collection = {"vectors_config": "vectors", "sparse_vectors_config": "sparse_vectors"}
_matrix = _read_model(models.SearchMatrixRequest, "SearchMatrixPoints")
_payload = SHAPES["PointsUpdateOperation.SetPayload"].build

BODIES: Mapping[type[Operation[Any]], Build] = {
    ops.BatchUpdate: _updates,
    ops.ClearPayload: _chosen,
    ops.CountPoints: _read_model(models.CountRequest, "CountPoints"),
    ops.CreateCollection: _model(models.CreateCollection, "CreateCollection", **_collection),
    ops.CreateFieldIndex: _index,
    ops.CreateShardKey: _inner,
    ops.CreateVectorName: _vector,
    ops.DeletePayload: _delete_payload,
    ops.DeletePoints: _chosen,
    ops.DeleteShardKey: _inner,
    ops.DeleteVectors: _delete_vectors,
    ops.Facet: _read_model(models.FacetRequest, "FacetCounts"),
    ops.GetPoints: _read_model(models.PointRequest, "GetPoints", with_vectors="with_vector"),
    ops.OverwritePayload: _payload,
    ops.QueryBatchPoints: _searches,
    ops.QueryPoints: build_query,
    ops.QueryPointsGroups: _read_model(
        models.QueryGroupsRequest, "QueryPointGroups", with_vectors="with_vector"
    ),
    ops.ScrollPoints: _scroll,
    ops.SearchMatrixOffsets: _matrix,
    ops.SearchMatrixPairs: _matrix,
    ops.SetPayload: _payload,
    ops.UpdateAliases: _model(models.ChangeAliasesOperation, "ChangeAliases"),
    ops.UpdateCollection: _model(models.UpdateCollection, "UpdateCollection", **_collection),
    ops.UpdateCollectionCluster: CHANGES.build,
    ops.UpdateVectors: _read_model(models.UpdateVectors, "UpdatePointVectors"),
    ops.UpsertPoints: build_upsert,
}
"""Operation → what makes its body of the fields of its message; the others have none."""

OPERATIONS: Mapping[str, type[Operation[Any]]] = {
    method.path: kind
    for kind, method in METHODS.items()
    # A point alone is read by the call that reads several; health has no operation to run.
    if kind is not ops.GetPoint and method.path != HEALTH
}
"""Path of a call → its operation."""


class _Call(NamedTuple):
    decode: Decode
    build: Build | None
    body: Any
    names: tuple[tuple[str, str], ...]
    """The message's name of a field, and the operation's."""


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    return fields


def _build(kind: type[Operation[Any]], path: str) -> Build | None:
    old = OLD_SEARCHES.get(path)
    if old is None:
        return BODIES.get(kind)
    build = _old_searches if kind is ops.QueryBatchPoints else BODIES[kind]
    return lambda fields: build(old.rewrite(fields))


@cache
def _call(kind: type[Operation[Any]], path: str) -> _Call:
    message = PROTOS[path].split(" ")[0]
    kinds = {info.name: info.type for info in msgspec.structs.fields(kind)}
    names = tuple(
        ("read_consistency" if name == "consistency" else name, name)
        for name in kinds
        if name != "body"
    )
    return _Call(CODEC.decode_with(message, _same), _build(kind, path), kinds.get("body"), names)


def find_call(path: str) -> type[Operation[Any]] | None:
    """Give the operation of a path, None for one that is not served."""
    old = OLD_SEARCHES.get(path)
    return OPERATIONS.get(path) if old is None else old.operation


_UNDECODABLE = "failed to decode Protobuf message: "


def read_operation(kind: type[Operation[Any]], content: bytes, path: str | None = None) -> Asked:
    """Read the operation of a message.

    Args:
        kind: what its path asks for.
        content: the message.
        path: the call, where it is not the operation's own.

    Raises:
        Refused: something in it cannot be read.
    """
    call = _call(kind, path or METHODS[kind].path)
    try:
        fields = call.decode(content, 0, len(content))
        asked = {name: fields[field] for field, name in call.names if field in fields}
        if "collection_name" in asked and kind not in _TAKES_ANY_NAME:
            _check_name(asked["collection_name"])
        if not isinstance(asked.get("ordering"), models.WriteOrdering | None):
            raise CodecError(f"cannot convert ordering: {asked['ordering']}")
        if call.build is not None:
            asked["body"] = read(call.build(fields), call.body, "body", SERVED)
    except Malformed as error:
        raise Refused("INTERNAL", f"{_UNDECODABLE}{error.reason}") from error
    except CodecError as error:
        raise Refused("INVALID_ARGUMENT", error.reason) from error
    except ArgumentError as error:
        raise Refused("INVALID_ARGUMENT", f"Wrong input: {error.message}") from error
    except (IndexError, UnicodeDecodeError, RecursionError, struct.error) as error:
        raise Refused("INTERNAL", f"{_UNDECODABLE}{error}") from error
    return Asked(kind(**asked), _read_timeout(kind, fields))


_LONGEST_NAME = 255
_TAKES_ANY_NAME = (ops.CollectionClusterInfo, ops.ListShardKeys)


def _check_name(name: str) -> None:
    if not 0 < len(name.encode()) <= _LONGEST_NAME:
        reason = f'value "{name}" invalid, must be from 1 to {_LONGEST_NAME} characters'
        message = f"Validation error in body: [collection_name: {reason}]"
        raise Refused("INVALID_ARGUMENT", message)


_TAKES_ZERO = (ops.CreateCollection, ops.CreateShardKey, ops.DeleteShardKey, ops.GetPoints)
"""Calls for which, as for updates of points, a timeout of 0 is none."""


def _read_timeout(kind: type[Operation[Any]], fields: Fields) -> float | None:
    timeout = fields.get("timeout")
    if timeout == 0:
        if "wait" in kind.__struct_fields__ or kind in _TAKES_ZERO:
            return None
        reason = "[timeout: value 0 invalid, must be 1 or larger]"
        raise Refused("INVALID_ARGUMENT", f"Validation error in body: {reason}")
    return None if timeout is None else float(timeout)
