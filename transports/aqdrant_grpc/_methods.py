"""The calls that gRPC has: one row each, keyed by the class of the operation.

Read by the encoder of requests and the decoder of answers. What stands here on neither side, in
`METHODS` nor in `REST_ONLY`, is a mistake that a test of the project finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import NotFound
from aqdrant.operations import Operation
from aqdrant_grpc.shapes import SHAPES
from aqdrant_grpc.shapes._forms import take_model
from aqdrant_grpc.shapes.cluster import CHANGES
from aqdrant_grpc.shapes.indexes import FIELD_TYPES
from aqdrant_grpc.shapes.queries import take_groups, take_query
from aqdrant_grpc.shapes.updates import select_points, take_conditions

__all__ = ["HEALTH", "METHODS", "REST_ONLY", "Fields", "Method"]

Fields: TypeAlias = Mapping[str, Any]


class Method(NamedTuple):
    """One call."""

    path: str
    take: Callable[[Any], Fields]
    """Operation → the fields of its request."""
    result: Callable[[Fields, Any], Any]
    """Fields of the answer, and the operation → its result."""


HEALTH = "/grpc.health.v1.Health/Check"


# ---- requests


def _collection(operation: Any) -> Fields:
    return {"collection_name": operation.collection_name}


def _nothing(_operation: Any) -> Fields:
    return {}


def _write(operation: Any) -> dict[str, Any]:
    return {
        "collection_name": operation.collection_name,
        "wait": operation.wait,
        "ordering": operation.ordering,
    }


def _body(kind: type[Any], message: str, **renamed: str) -> Callable[[Any], Fields]:
    """The collection, and the body's fields."""
    take = take_model(kind, message, **renamed)

    def fields(operation: Any) -> Fields:
        return {"collection_name": operation.collection_name, **take(operation.body)}

    return fields


def _read(kind: type[Any], message: str, **renamed: str) -> Callable[[Any], Fields]:
    """A read: the collection, the body's fields, and the consistency."""
    take = _body(kind, message, shard_key_selector="shard_key", **renamed)

    def fields(operation: Any) -> Fields:
        return {**take(operation), "read_consistency": operation.consistency}

    return fields


def _get_point(operation: ops.GetPoint) -> Fields:
    return {
        "collection_name": operation.collection_name,
        "ids": [operation.id],
        "with_payload": True,
        "with_vectors": True,
        "read_consistency": operation.consistency,
    }


def _upsert(operation: ops.UpsertPoints) -> Fields:
    return {**_write(operation), **take_conditions(operation.body), "points": operation.body}


def _update_vectors(operation: ops.UpdateVectors) -> Fields:
    body = operation.body
    return {
        **_write(operation),
        "points": body.points,
        "shard_key_selector": body.shard_key,
        "update_filter": body.update_filter,
    }


def _update_batch(operation: ops.BatchUpdate) -> Fields:
    return {**_write(operation), "operations": operation.body.operations}


def _chosen(operation: ops.DeletePoints | ops.ClearPayload) -> Fields:
    body = operation.body
    return {**_write(operation), "points": body, "shard_key_selector": body.shard_key}


def _delete_vectors(operation: ops.DeleteVectors) -> Fields:
    body = operation.body
    return {**_write(operation), "vectors": body.vector, **select_points(body)}


def _set_payload(operation: ops.SetPayload | ops.OverwritePayload) -> Fields:
    body = operation.body
    fields = {**_write(operation), **select_points(body)}
    return {**fields, "payload": body.payload, "key": body.key}


def _delete_payload(operation: ops.DeletePayload) -> Fields:
    body = operation.body
    return {**_write(operation), **select_points(body), "keys": body.keys}


def _create_index(operation: ops.CreateFieldIndex) -> Fields:
    schema: Any = operation.body.field_schema
    is_plain = schema is None or isinstance(schema, str)
    if isinstance(schema, models.TextIndexParams) and schema.tokenizer is None:
        # The default of REST: over gRPC a server has none, and refuses the index.
        schema = msgspec.structs.replace(schema, tokenizer=models.TokenizerType.WORD)
    return {
        **_write(operation),
        "field_name": operation.body.field_name,
        "field_type": schema if is_plain else FIELD_TYPES[schema.__class__],
        "field_index_params": None if is_plain else schema,
    }


def _delete_index(operation: ops.DeleteFieldIndex) -> Fields:
    return {**_write(operation), "field_name": operation.field_name}


def _create_vector(operation: ops.CreateVectorName) -> Fields:
    body = operation.body
    fields = {**_write(operation), "vector_name": operation.vector_name}
    if isinstance(body, models.DenseVectorNameConfig):
        return {**fields, "dense_config": body.dense}
    return {**fields, "sparse_config": body.sparse}


def _delete_vector(operation: ops.DeleteVectorName) -> Fields:
    return {**_write(operation), "vector_name": operation.vector_name}


def _query(operation: ops.QueryPoints) -> Fields:
    fields = take_query(operation.body)
    fields["collection_name"] = operation.collection_name
    fields["read_consistency"] = operation.consistency
    return fields


def _query_batch(operation: ops.QueryBatchPoints) -> Fields:
    name = operation.collection_name
    return {
        "collection_name": name,
        "query_points": [(name, search) for search in operation.body.searches],
        "read_consistency": operation.consistency,
    }


def _query_groups(operation: ops.QueryPointsGroups) -> Fields:
    return {
        "collection_name": operation.collection_name,
        **take_groups(operation.body),
        "read_consistency": operation.consistency,
    }


def _shard_key(operation: ops.CreateShardKey | ops.DeleteShardKey) -> Fields:
    return {"collection_name": operation.collection_name, "request": operation.body}


def _cluster(operation: ops.UpdateCollectionCluster) -> Fields:
    return {"collection_name": operation.collection_name, **CHANGES.take(operation.body)}


def _snapshot(operation: Any) -> Fields:
    return {
        name: getattr(operation, name) for name in operation.__struct_fields__ if name != "wait"
    }


# ---- results


def _result(fields: Fields, _operation: Any) -> Any:
    return fields.get("result")


def _true(_fields: Fields, _operation: Any) -> bool:
    return True


def _is_wanted(selector: Any, default: bool) -> bool:
    return default if selector is None else selector is not False


def _with_payload(points: Any, is_wanted: bool) -> Any:
    """Tell no payload from none wanted: a message cannot, and only the call knows."""
    if is_wanted:
        for point in points:
            if point.payload is None:
                point.payload = {}
    return points


def _point(fields: Fields, operation: ops.GetPoint) -> models.Record:
    for point in _with_payload(fields["result"], True):
        record: models.Record = point
        return record
    raise NotFound(
        f"point {operation.id} does not exist.", operation=operation.name, target=operation.target
    )


def _points(fields: Fields, operation: ops.GetPoints) -> Any:
    return _with_payload(fields["result"], _is_wanted(operation.body.with_payload, False))


def _page(fields: Fields, operation: ops.ScrollPoints) -> models.ScrollResult:
    points = _with_payload(fields["result"], _is_wanted(operation.body.with_payload, True))
    return models.ScrollResult(points=points, next_page_offset=fields.get("next_page_offset"))


def _found(fields: Fields, operation: ops.QueryPoints) -> models.QueryResponse:
    points = _with_payload(fields["result"], _is_wanted(operation.body.with_payload, False))
    return models.QueryResponse(points=points)


def _found_batch(fields: Fields, operation: ops.QueryBatchPoints) -> list[models.QueryResponse]:
    return [
        models.QueryResponse(points=_with_payload(points, _is_wanted(s.with_payload, False)))
        for points, s in zip(fields["result"], operation.body.searches, strict=False)
    ]


def _found_groups(fields: Fields, operation: ops.QueryPointsGroups) -> models.GroupsResult:
    result: models.GroupsResult = fields.get("result") or models.GroupsResult(groups=[])
    is_wanted = _is_wanted(operation.body.with_payload, False)
    lookup = operation.body.with_lookup
    is_looked_up = _is_wanted(getattr(lookup, "with_payload", None), True)
    for group in result.groups:
        _with_payload(group.hits, is_wanted)
        if group.lookup is not None:
            _with_payload((group.lookup,), is_looked_up)
    return result


def _pairs(fields: Fields, _operation: Any) -> models.SearchMatrixPairsResponse:
    return fields.get("result") or models.SearchMatrixPairsResponse(pairs=[])


def _offsets(fields: Fields, _operation: Any) -> models.SearchMatrixOffsetsResponse:
    empty = models.SearchMatrixOffsetsResponse(offsets_row=[], offsets_col=[], scores=[], ids=[])
    return fields.get("result") or empty


def _facet(fields: Fields, _operation: Any) -> models.FacetResponse:
    return models.FacetResponse(hits=fields["hits"])


def _count(fields: Fields, _operation: Any) -> models.CountResult:
    return fields.get("result") or models.CountResult(count=0)


def _collections(fields: Fields, _operation: Any) -> models.CollectionsResponse:
    return models.CollectionsResponse(collections=fields["collections"])


def _exists(fields: Fields, _operation: Any) -> models.CollectionExistence:
    return fields.get("result") or models.CollectionExistence(exists=False)


def _aliases(fields: Fields, _operation: Any) -> models.CollectionsAliasesResponse:
    return models.CollectionsAliasesResponse(aliases=fields["aliases"])


def _shard_keys(fields: Fields, _operation: Any) -> models.ShardKeysResponse:
    return models.ShardKeysResponse(shard_keys=fields["shard_keys"])


def _shards(fields: Fields, _operation: Any) -> models.CollectionClusterInfo:
    info: models.CollectionClusterInfo = SHAPES["CollectionClusterInfoResponse"].build(dict(fields))
    return info


def _described(fields: Fields, _operation: Any) -> Any:
    return fields.get("snapshot_description")


def _described_all(fields: Fields, _operation: Any) -> Any:
    return fields["snapshot_descriptions"]


def _version(fields: Fields, _operation: Any) -> models.VersionInfo:
    info: models.VersionInfo = SHAPES["HealthCheckReply"].build(dict(fields))
    return info


def _healthy(fields: Fields, operation: Any) -> str:
    return f"{operation.name.lower()} check passed"


# ---- the table

_create = _body(
    models.CreateCollection,
    "CreateCollection",
    vectors_config="vectors",
    sparse_vectors_config="sparse_vectors",
)
_update = _body(
    models.UpdateCollection,
    "UpdateCollection",
    vectors_config="vectors",
    sparse_vectors_config="sparse_vectors",
)
_alias_changes = take_model(models.ChangeAliasesOperation, "ChangeAliases")


def _aliases_body(operation: ops.UpdateAliases) -> Fields:
    return _alias_changes(operation.body)


_get_points = _read(models.PointRequest, "GetPoints", with_vectors="with_vector")
_scroll = _read(models.ScrollRequest, "ScrollPoints", with_vectors="with_vector")
_matrix = _read(models.SearchMatrixRequest, "SearchMatrixPoints")
_C = "/qdrant.Collections/"
_P = "/qdrant.Points/"
_S = "/qdrant.Snapshots/"

METHODS: dict[type[Operation[Any]], Method] = {
    ops.GetCollections: Method(f"{_C}List", _nothing, _collections),
    ops.GetCollection: Method(f"{_C}Get", _collection, _result),
    ops.CollectionExists: Method(f"{_C}CollectionExists", _collection, _exists),
    ops.CreateCollection: Method(f"{_C}Create", _create, _result),
    ops.UpdateCollection: Method(f"{_C}Update", _update, _result),
    ops.DeleteCollection: Method(f"{_C}Delete", _collection, _result),
    ops.UpdateAliases: Method(f"{_C}UpdateAliases", _aliases_body, _result),
    ops.GetCollectionAliases: Method(f"{_C}ListCollectionAliases", _collection, _aliases),
    ops.GetCollectionsAliases: Method(f"{_C}ListAliases", _nothing, _aliases),
    ops.CollectionClusterInfo: Method(f"{_C}CollectionClusterInfo", _collection, _shards),
    ops.UpdateCollectionCluster: Method(f"{_C}UpdateCollectionClusterSetup", _cluster, _result),
    ops.CreateShardKey: Method(f"{_C}CreateShardKey", _shard_key, _result),
    ops.DeleteShardKey: Method(f"{_C}DeleteShardKey", _shard_key, _result),
    ops.ListShardKeys: Method(f"{_C}ListShardKeys", _collection, _shard_keys),
    ops.UpsertPoints: Method(f"{_P}Upsert", _upsert, _result),
    ops.DeletePoints: Method(f"{_P}Delete", _chosen, _result),
    ops.BatchUpdate: Method(f"{_P}UpdateBatch", _update_batch, _result),
    ops.GetPoint: Method(f"{_P}Get", _get_point, _point),
    ops.GetPoints: Method(f"{_P}Get", _get_points, _points),
    ops.ScrollPoints: Method(f"{_P}Scroll", _scroll, _page),
    ops.CountPoints: Method(f"{_P}Count", _read(models.CountRequest, "CountPoints"), _count),
    ops.UpdateVectors: Method(f"{_P}UpdateVectors", _update_vectors, _result),
    ops.DeleteVectors: Method(f"{_P}DeleteVectors", _delete_vectors, _result),
    ops.CreateVectorName: Method(f"{_P}CreateVectorName", _create_vector, _result),
    ops.DeleteVectorName: Method(f"{_P}DeleteVectorName", _delete_vector, _result),
    ops.SetPayload: Method(f"{_P}SetPayload", _set_payload, _result),
    ops.OverwritePayload: Method(f"{_P}OverwritePayload", _set_payload, _result),
    ops.DeletePayload: Method(f"{_P}DeletePayload", _delete_payload, _result),
    ops.ClearPayload: Method(f"{_P}ClearPayload", _chosen, _result),
    ops.CreateFieldIndex: Method(f"{_P}CreateFieldIndex", _create_index, _result),
    ops.DeleteFieldIndex: Method(f"{_P}DeleteFieldIndex", _delete_index, _result),
    ops.QueryPoints: Method(f"{_P}Query", _query, _found),
    ops.QueryBatchPoints: Method(f"{_P}QueryBatch", _query_batch, _found_batch),
    ops.QueryPointsGroups: Method(f"{_P}QueryGroups", _query_groups, _found_groups),
    ops.Facet: Method(f"{_P}Facet", _read(models.FacetRequest, "FacetCounts"), _facet),
    ops.SearchMatrixPairs: Method(f"{_P}SearchMatrixPairs", _matrix, _pairs),
    ops.SearchMatrixOffsets: Method(f"{_P}SearchMatrixOffsets", _matrix, _offsets),
    ops.ListSnapshots: Method(f"{_S}List", _collection, _described_all),
    ops.CreateSnapshot: Method(f"{_S}Create", _collection, _described),
    ops.DeleteSnapshot: Method(f"{_S}Delete", _snapshot, _true),
    ops.ListFullSnapshots: Method(f"{_S}ListFull", _nothing, _described_all),
    ops.CreateFullSnapshot: Method(f"{_S}CreateFull", _nothing, _described),
    ops.DeleteFullSnapshot: Method(f"{_S}DeleteFull", _snapshot, _true),
    ops.Root: Method("/qdrant.Qdrant/HealthCheck", _nothing, _version),
    ops.Healthz: Method(HEALTH, _nothing, _healthy),
    ops.Livez: Method(HEALTH, _nothing, _healthy),
}

REST_ONLY: frozenset[type[Operation[Any]]] = frozenset(
    {
        ops.GetOptimizations,
        ops.GetSnapshot,
        ops.RecoverFromSnapshot,
        ops.RecoverFromUploadedSnapshot,
        ops.GetFullSnapshot,
        ops.ListShardSnapshots,
        ops.CreateShardSnapshot,
        ops.DeleteShardSnapshot,
        ops.GetShardSnapshot,
        ops.StreamShardSnapshot,
        ops.RecoverShardFromSnapshot,
        ops.RecoverShardFromUploadedSnapshot,
        ops.ClusterStatus,
        ops.ClusterTelemetry,
        ops.RecoverCurrentPeer,
        ops.RemovePeer,
        ops.Telemetry,
        ops.Metrics,
        ops.Readyz,
        ops.GetIssues,
        ops.ClearIssues,
        ops.GetQuotas,
        ops.UpdateQuotas,
    }
)
"""Operations without a call over gRPC."""
