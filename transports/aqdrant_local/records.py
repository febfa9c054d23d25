"""Rows turned into the records that users get: ids, payloads, vectors.

Called by the handlers of reads, under the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import msgspec

from aqdrant import models

from .encoding import unknown_vector
from .engine.arrays import Floats, Rows
from .engine.dense import DenseVectors
from .engine.multivectors import MultiVectors
from .engine.paths import exclude, include
from .engine.segment import Segment, Vectors
from .queries.filtering import path_of

__all__ = ["Projection", "decode_payload", "scrolled_payload"]

Shape: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

decode_payload = msgspec.msgpack.Decoder(dict[str, Any]).decode


def scrolled_payload(request: models.ScrollRequest) -> models.WithPayloadInterface:
    """The payload that a scroll shows: alone of all reads it shows it where nothing is said."""
    return True if request.with_payload is None else request.with_payload


class Projection:
    """What of a point is returned: made once for a call, from `with_payload` and `with_vector`.

    Raises:
        BadRequest: a payload key is not valid, or the collection has no such vector.
    """

    def __init__(
        self,
        segment: Segment,
        with_payload: models.WithPayloadInterface | None,
        with_vector: models.WithVector | None,
    ) -> None:
        self._segment = segment
        self._shape = _payload_shape(with_payload)
        self._stores = _vector_stores(segment, with_vector)

    def records(self, rows: Rows) -> list[models.Record]:
        """The points in these rows."""
        payloads, vectors = self._payloads(rows), self._vectors(rows)
        columns = zip(self._segment.ids.ids(rows), payloads, vectors, strict=True)
        records = [
            models.Record(id=point_id, payload=payload, vector=vector)
            for point_id, payload, vector in columns
        ]
        self._name_shards(records, rows)
        return records

    def scored(
        self, rows: Rows, scores: Floats, versions: Sequence[int]
    ) -> list[models.ScoredPoint]:
        """The points in these rows, with their scores."""
        columns = zip(
            self._segment.ids.ids(rows),
            versions,
            scores.tolist(),
            self._payloads(rows),
            self._vectors(rows),
            strict=True,
        )
        points = [
            models.ScoredPoint(
                id=point_id, version=version, score=score, payload=payload, vector=vector
            )
            for point_id, version, score, payload, vector in columns
        ]
        self._name_shards(points, rows)
        return points

    def _name_shards(
        self, points: Sequence[models.Record | models.ScoredPoint], rows: Rows
    ) -> None:
        names = self._segment.shard_keys
        if names:
            shards: list[int] = self._segment.ids.keys(rows).shards.tolist()
            for point, shard in zip(points, shards, strict=True):
                point.shard_key = names.get(shard)

    def _payloads(self, rows: Rows) -> list[Any]:
        shape = self._shape
        if shape is None:
            return [None] * len(rows)
        held = self._segment.payloads
        numbers: list[int] = rows.tolist()
        blobs = [held[row] for row in numbers]
        return [{} if blob is None else shape(decode_payload(blob)) for blob in blobs]

    def _vectors(self, rows: Rows) -> list[Any]:
        if self._stores is None:
            return [None] * len(rows)
        vectors: list[dict[str, Any]] = [{} for _ in range(len(rows))]
        for name, store in self._stores.items():
            there = store.present[rows]
            held = rows[there]
            positions = there.nonzero()[0].tolist()
            for position, vector in zip(positions, _vector_values(store, held), strict=True):
                vectors[position][name] = vector
        # A vector without a name stands alone, unless the point has others beside it.
        return [vector[""] if len(vector) == 1 and "" in vector else vector for vector in vectors]


def _vector_values(store: Vectors, rows: Rows) -> list[Any]:
    if isinstance(store, DenseVectors):
        return [vector.tolist() for vector in store.vectors(rows)]
    if isinstance(store, MultiVectors):
        held = store.vectors(rows)
        return [held.vectors[start:end].tolist() for start, end in pairwise(held.starts.tolist())]
    batch = store.vectors(rows)
    indices, values, starts = batch.indices.tolist(), batch.values.tolist(), batch.starts.tolist()
    return [
        models.SparseVector(indices=indices[start:end], values=values[start:end])
        for start, end in pairwise(starts)
    ]


def _payload_shape(selector: models.WithPayloadInterface | None) -> Shape | None:
    if selector is True:
        return _whole
    if selector is None or selector is False:
        return None
    if isinstance(selector, models.PayloadSelectorExclude):
        hidden = [path_of(key) for key in selector.exclude]
        return lambda payload: exclude(payload, hidden)
    keys = selector.include if isinstance(selector, models.PayloadSelectorInclude) else selector
    shown = [path_of(key) for key in keys]
    return lambda payload: include(payload, shown)


def _whole(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


def _vector_stores(
    segment: Segment, selector: models.WithVector | None
) -> dict[str, Vectors] | None:
    if selector is None or selector is False:
        return None
    stores = segment.stores
    if selector is True:
        return stores
    for name in selector:
        if name not in stores:
            raise unknown_vector(name, stores)
    return {name: stores[name] for name in selector}
