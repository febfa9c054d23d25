"""Strict mode: the limits that a collection puts on its callers.

Called by the transport before an operation is run. A server's rules.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from aqdrant import models, operations
from aqdrant.exceptions import BadRequest, RateLimited
from aqdrant.operations import Operation
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.engine.paths import Path, is_object, parse_path
from aqdrant_local.engine.sparse import SparseVectors
from aqdrant_local.indexing import index_of, kind_of
from aqdrant_local.queries.formulas import variables_of
from aqdrant_local.queries.planning import Request, nodes_of
from aqdrant_local.refusals import bad_request
from aqdrant_local.state import Collection, Measured, State

from .quotas import check_memory
from .strict_filters import NUMBERS, flattened, looked_at, size_of

__all__ = ["check_strict_mode"]

Rules: TypeAlias = models.StrictModeConfigOutput
Kind = models.PayloadSchemaType

_DEFAULT_LIMIT = 10
_MINUTE = 60.0
_LOOKS = 32  # at sizes until they are measured anew: that takes a walk over all points


def check_strict_mode(
    state: State, operation: Operation[Any], timeout: float | None = None
) -> None:
    """Refuse an operation that breaks a rule of its collection.

    Raises:
        BadRequest: it asks for more than is allowed, or filters on a key without an index.
        RateLimited: there were too many of its kind in the last minute.
    """
    name = getattr(operation, "collection_name", None)
    check = None if name is None else _CHECKS.get(type(operation))
    if check is None or name is None:
        return
    collection = state.peek(name)
    rules = None if collection is None else collection.config.strict_mode_config
    if collection is None or rules is None or not rules.enabled:
        return
    guard = _Guard(collection, rules)
    guard.limit("timeout", timeout, rules.max_timeout)
    check(guard, operation)


class _Guard:
    """The rules of one collection."""

    def __init__(self, collection: Collection, rules: Rules) -> None:
        self._collection = collection
        self.rules = rules

    # Reads

    def query(self, operation: operations.QueryPoints) -> None:
        self._reads(1)
        self._query(operation.body, 1)

    def batch(self, operation: operations.QueryBatchPoints) -> None:
        searches = operation.body.searches
        self._reads(len(searches))
        self.limit("search batch size", len(searches), self.rules.search_max_batchsize)
        for request in searches:
            self._query(request, 1)

    def groups(self, operation: operations.QueryPointsGroups) -> None:
        self._reads(1)
        body = operation.body
        self._query(body, 3 if body.group_size is None else body.group_size)
        if self.rules.unindexed_filtering_retrieve is False and self._kind(body.group_by) is None:
            raise _broken(
                f'Index required but not found for "{body.group_by}".',
                "Create an index supporting `match` for this key.",
            )

    def scroll(self, operation: operations.ScrollPoints) -> None:
        self._reads(1)
        self.limit("limit", operation.body.limit, self.rules.max_query_limit)
        self._read_filter(operation.body.filter)

    def count(self, operation: operations.CountPoints) -> None:
        self._reads(1)
        self._read_filter(operation.body.filter)
        self._exact(operation.body.exact is not False)

    def facet(self, operation: operations.Facet) -> None:
        self._reads(1)
        self.limit("limit", operation.body.limit, self.rules.max_query_limit)
        self._read_filter(operation.body.filter)

    def matrix(
        self, operation: operations.SearchMatrixPairs | operations.SearchMatrixOffsets
    ) -> None:
        self._reads(1)
        body = operation.body
        asked = (10 if body.sample is None else body.sample) * (
            3 if body.limit is None else body.limit
        )
        self.limit("limit", asked, self.rules.max_query_limit)
        self._read_filter(body.filter)

    def read(self, operation: operations.GetPoint | operations.GetPoints) -> None:
        self._reads(1)

    # Writes

    def upsert(self, operation: operations.UpsertPoints) -> None:
        self._upsert(operation.body)

    def vectors(self, operation: operations.UpdateVectors) -> None:
        self._vectors(operation.body)

    def change(self, operation: Operation[Any]) -> None:
        body: Any = getattr(operation, "body", None)
        is_payload = isinstance(operation, operations.SetPayload | operations.OverwritePayload)
        self._change(body, grows=is_payload)

    def updates(self, operation: operations.BatchUpdate) -> None:
        for update in operation.body.operations:
            ((name, body),) = ((name, body) for name, body in update if body is not None)
            if name == "upsert":
                self._upsert(body)
            elif name == "update_vectors":
                self._vectors(body)
            else:
                self._change(body, grows=name in ("set_payload", "overwrite_payload"))

    def index(self, operation: operations.CreateFieldIndex) -> None:
        most = self.rules.max_payload_index_count
        schema = self._collection.schema
        if most is not None and len(schema) >= most and operation.body.field_name not in schema:
            raise _broken(
                f"Collection already has the maximum number of payload indices ({most}).",
                "Please delete an existing index before creating a new one.",
            )

    # Rules

    def limit(self, name: str, asked: float | None, most: float | None) -> None:
        if asked is not None and most is not None and asked > most:
            raise _broken(
                f'Limit exceeded {asked:g} > {most:g} for "{name}".',
                f'Reduce the "{name}" parameter to or below {most:g}.',
            )

    def _query(self, root: Request, times: int) -> None:
        for node in nodes_of(root):
            request = node.request
            limit = _DEFAULT_LIMIT if request.limit is None else request.limit
            asked = limit * times if node.parent < 0 else limit
            self.limit("limit", asked, self.rules.max_query_limit)
            self._params(request.params)
            self._read_filter(request.filter)
            if isinstance(request.query, models.FormulaQuery):
                self._formula(request.query)

    def _params(self, params: models.SearchParams | None) -> None:
        if params is None:
            return
        self.limit("hnsw_ef", params.hnsw_ef, self.rules.search_max_hnsw_ef)
        self._exact(bool(params.exact))
        if params.quantization is not None:
            asked = params.quantization.oversampling
            self.limit("oversampling", asked, self.rules.search_max_oversampling)

    def _exact(self, is_exact: bool) -> None:
        if is_exact and self.rules.search_allow_exact is False:
            raise _broken("Exact search disabled!.", "Set exact=false.")

    def _formula(self, query: models.FormulaQuery) -> None:
        if self.rules.unindexed_filtering_retrieve is not False:
            return
        for part in variables_of(query.formula):
            if isinstance(part, str):
                self._indexed(part, NUMBERS, "formula expression")
            elif isinstance(part, models.GeoDistance):
                self._indexed(part.geo_distance.to, (Kind.GEO,), "formula expression")
            elif isinstance(part, models.DatetimeKeyExpression):
                self._indexed(part.datetime_key, (Kind.DATETIME,), "formula expression")

    def _read_filter(self, condition: models.Filter | None) -> None:
        self._filter(condition, allowed=self.rules.unindexed_filtering_retrieve is not False)

    def _filter(self, condition: models.Filter | None, *, allowed: bool) -> None:
        if condition is None:
            return
        parts = list(flattened(condition))
        most = self.rules.filter_max_conditions
        if most is not None and len(parts) > most:
            raise _broken(
                f"Filter condition limit reached ({len(parts)} > {most}).",
                "Reduce the amount of conditions of your filter.",
            )
        for part, prefix in parts:
            largest, size = self.rules.condition_max_size, size_of(part)
            if largest is not None and size > largest:
                raise _broken(
                    f"Condition size limit reached ({size} > {largest}).",
                    "Reduce the size of your condition.",
                )
            key, kinds = looked_at(part)
            if not allowed and key is not None:
                self._indexed(prefix + key, kinds, "filter")

    def _indexed(self, key: str, kinds: Sequence[Kind], what: str) -> None:
        kind = self._kind(key)
        if kind is None or (kinds and kind not in kinds):
            names = ", ".join(kind.value for kind in kinds or Kind)
            raise _broken(
                f'Index required but not found for "{key}" of one of the following types: '
                f"[{names}].",
                f"Create an index for this key or use a different {what}.",
            )

    def _kind(self, key: str) -> Kind | None:
        path: Path | None = parse_path(key)
        schema = None if path is None else index_of(self._collection, path)
        return None if schema is None else kind_of(schema)

    def _upsert(self, body: models.PointInsertOperations) -> None:
        if isinstance(body, models.PointsBatch):
            count, vectors = len(body.batch.ids), _batch_vectors(body.batch.vectors)
        else:
            count, vectors = len(body.points), _named(point.vector for point in body.points)
        self._writes(count)
        self.limit("upsert limit", count, self.rules.upsert_max_batchsize)
        self._filter(body.update_filter, allowed=self._may_update)
        self._sizes(points=True, vectors=True)
        self._lengths(vectors)

    def _vectors(self, body: models.UpdateVectors) -> None:
        self._writes(len(body.points))
        self.limit("update limit", len(body.points), self.rules.upsert_max_batchsize)
        self._filter(body.update_filter, allowed=self._may_update)
        self._sizes(vectors=True)
        self._lengths(_named(point.vector for point in body.points))

    def _change(self, body: Any, *, grows: bool) -> None:
        self._writes(1)
        self._filter(getattr(body, "filter", None), allowed=self._may_update)
        if grows:
            self._sizes()

    @property
    def _may_update(self) -> bool:
        return self.rules.unindexed_filtering_update is not False

    def _lengths(self, vectors: Iterator[tuple[str, Any]]) -> None:
        sparse, multi = self.rules.sparse_config or {}, self.rules.multivector_config or {}
        if not sparse and not multi:
            return
        for name, vector in vectors:
            if name in sparse and isinstance(vector, models.SparseVector):
                most = sparse[name].max_length
                if most is not None and len(vector.indices) > most:
                    raise _broken(
                        f"Sparse vector '{name}' has a limit of {most} indices, "
                        f"but {len(vector.indices)} were provided!"
                    )
            elif name in multi:
                most = multi[name].max_vectors
                if most is not None and len(vector) > most:
                    raise _broken(
                        f"Multivector '{name}' has a limit of {most} vectors, "
                        f"but {len(vector)} were provided!"
                    )

    def _sizes(self, *, points: bool = False, vectors: bool = False) -> None:
        """Refuse to grow what has reached a limit when it was last measured."""
        limits = self.rules
        check_memory(limits.max_resident_memory_percent)
        count, vector_bytes, payload_bytes = self._measured()
        most = limits.max_points_count
        if points and most is not None and count >= most:
            raise _broken(f"Max points count limit of {most} reached!")
        most = limits.max_collection_vector_size_bytes
        if vectors and most is not None and vector_bytes >= most:
            raise _broken(f"Max vector storage size limit of {_megabytes(most)}MB reached!")
        most = limits.max_collection_payload_size_bytes
        if most is not None and payload_bytes >= most:
            raise _broken(f"Max payload storage size limit of {_megabytes(most)}MB reached!")

    def _measured(self) -> Measured:
        """Points, bytes of vectors and bytes of payload; measured anew at every 32nd look."""
        collection, rules = self._collection, self.rules
        limits = (
            rules.max_points_count,
            rules.max_collection_vector_size_bytes,
            rules.max_collection_payload_size_bytes,
        )
        if limits == (None, None, None):
            return collection.measured
        collection.looks += 1
        if collection.looks % _LOOKS == 0:
            segment = collection.segment
            collection.measured = (
                segment.count,
                sum(_bytes(store) for store in segment.stores.values()),
                sum(map(len, filter(None, segment.payloads))),
            )
        return collection.measured

    def _reads(self, cost: int) -> None:
        self._spend("Read", cost, self.rules.read_rate_limit)

    def _writes(self, cost: int) -> None:
        self._spend("Write", cost, self.rules.write_rate_limit)

    def _spend(self, kind: str, cost: int, limit: int | None) -> None:
        """Take so many from what fills up at an even rate within a minute."""
        if limit is None:
            return
        if cost > limit:
            raise RateLimited(
                f"{kind} rate limit exceeded, request larger than rate limiter capacity, "
                "please try to split your request"
            )
        now = time.monotonic()
        known, left, then = self._collection.allowances.get(kind, (limit, float(limit), now))
        left = min(float(limit), left + (now - then) * limit / _MINUTE)
        if known != limit:
            left = float(limit)
        if left < cost:
            self._collection.allowances[kind] = limit, left, now
            wait = (cost - left) * _MINUTE / limit
            raise RateLimited(
                f"{kind} rate limit exceeded: Operation requires {cost} tokens but only "
                f"{left:.1f} were available.",
                retry_after=wait,
                fix=f"Retry after {math.ceil(wait)}s",
            )
        self._collection.allowances[kind] = limit, left - cost, now


_CHECKS: dict[type, Callable[[_Guard, Any], None]] = {
    operations.QueryPoints: _Guard.query,
    operations.QueryBatchPoints: _Guard.batch,
    operations.QueryPointsGroups: _Guard.groups,
    operations.ScrollPoints: _Guard.scroll,
    operations.CountPoints: _Guard.count,
    operations.Facet: _Guard.facet,
    operations.SearchMatrixPairs: _Guard.matrix,
    operations.SearchMatrixOffsets: _Guard.matrix,
    operations.GetPoint: _Guard.read,
    operations.GetPoints: _Guard.read,
    operations.UpsertPoints: _Guard.upsert,
    operations.UpdateVectors: _Guard.vectors,
    operations.DeletePoints: _Guard.change,
    operations.DeleteVectors: _Guard.change,
    operations.SetPayload: _Guard.change,
    operations.OverwritePayload: _Guard.change,
    operations.DeletePayload: _Guard.change,
    operations.ClearPayload: _Guard.change,
    operations.BatchUpdate: _Guard.updates,
    operations.CreateFieldIndex: _Guard.index,
}


def _broken(message: str, fix: str | None = None) -> BadRequest:
    text = message if fix is None else f"{message} Help: {fix}"
    return bad_request(text, parameter="strict_mode_config")


def _megabytes(count: int) -> str:
    """As float32 has it, in the fewest digits and without an exponent."""
    return np.format_float_positional(np.float32(count / 2**20), trim="-")


def _named(vectors: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    for vector in vectors:
        if isinstance(vector, dict):
            yield from vector.items()
        elif vector is not None:
            yield "", vector


def _batch_vectors(vectors: Any) -> Iterator[tuple[str, Any]]:
    columns: dict[str, Any] = vectors if is_object(vectors) else {"": vectors}
    for name, column in columns.items():
        for vector in column:
            yield name, vector


def _bytes(store: DenseVectors | MultiVectors | SparseVectors) -> int:
    """Bytes of the vectors that are there."""
    if isinstance(store, DenseVectors):
        return store.count * store.size * 4
    return store.nbytes if store.count else 0
