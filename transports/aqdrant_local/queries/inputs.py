"""What queries look for: vectors, and ids that stand for the vectors of points.

Called by `answering` and `costs`. What an id stands for is looked up first, those of other
collections before the own collection's lock is taken, so that no call ever holds two locks.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from aqdrant import models
from aqdrant.exceptions import NotFound
from aqdrant_local.encoding import unknown_vector
from aqdrant_local.engine.arrays import Floats
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.ids import PointId
from aqdrant_local.engine.multivectors import MultiVectors
from aqdrant_local.engine.segment import Segment, Vectors
from aqdrant_local.engine.sparse import SparseQuery
from aqdrant_local.unsupported import refuse
from aqdrant_local.vector_columns import dense_column, multi_column, packer, sparse_column

__all__ = ["average", "inputs_of", "pairs_of", "prepared", "store_of", "stored_vector"]

Query: TypeAlias = Any
"""A query, or what stands for the nearest one: a vector or an id."""


def inputs_of(query: Query) -> list[Any]:
    """Vectors and ids of a query: what is liked or aimed at first, pairs side by side."""
    if isinstance(query, models.NearestQuery):
        return [query.nearest]
    if isinstance(query, models.RecommendQuery):
        examples = query.recommend
        return [*(examples.positive or ()), *(examples.negative or ())]
    if isinstance(query, models.DiscoverQuery):
        return [query.discover.target, *_sides(query.discover.context)]
    if isinstance(query, models.ContextQuery):
        return _sides(query.context)
    if isinstance(query, models.RelevanceFeedbackQuery):
        feedback = query.relevance_feedback
        return [feedback.target, *(item.example for item in feedback.feedback)]
    if query is None or (isinstance(query, models.Model) and _is_no_vector(query)):
        return []
    return [query]


def _is_no_vector(query: models.Model) -> bool:
    return not isinstance(
        query, models.SparseVector | models.Document | models.Image | models.InferenceObject
    )


def pairs_of(context: Any) -> Sequence[models.ContextPair]:
    """The pairs of a context, which may be one alone or none."""
    if context is None:
        return ()
    return (context,) if isinstance(context, models.ContextPair) else context


def _sides(context: Any) -> list[Any]:
    return [side for pair in pairs_of(context) for side in (pair.positive, pair.negative)]


def store_of(segment: Segment, name: str) -> Vectors:
    """The vectors of this name.

    Raises:
        BadRequest: the collection has none.
    """
    store = segment.stores.get(name)
    if store is None:
        raise unknown_vector(name, segment.stores)
    return store


def stored_vector(segment: Segment, point_id: PointId, name: str) -> Any:
    """The vector of a point, as an input of a query.

    Raises:
        NotFound: there is no such point, or it has no such vector.
    """
    store = store_of(segment, name)
    row = segment.ids.find_one(point_id)
    if row < 0:
        raise NotFound(f"No point with id {point_id} found")
    if not store.present[row]:
        raise NotFound(f"Vector with name {name!r} for point {point_id} not found")
    rows = np.array([row], dtype=np.intp)
    if isinstance(store, DenseVectors):
        return store.vectors(rows)[0]
    if isinstance(store, MultiVectors):
        return store.vectors(rows).vectors
    batch = store.vectors(rows)
    return models.SparseVector(indices=batch.indices, values=batch.values)


def prepared(store: Vectors, name: str, vector: Any) -> Any:
    """Turn a vector into what is compared with those that are stored.

    Raises:
        BadRequest: it has another size, or is of another kind.
    """
    if isinstance(vector, models.Document | models.Image | models.InferenceObject):
        raise refuse(vector)
    if isinstance(store, DenseVectors):
        return _dense(store, name, vector)
    if isinstance(store, MultiVectors):
        return store.prepare(multi_column(store, name, [vector], None).vectors)
    return _sparse(name, vector)


def _sparse(name: str, vector: Any) -> SparseQuery:
    if isinstance(vector, models.SparseVector) and len(vector.indices) == len(vector.values) > 0:
        indices = np.asarray(vector.indices, dtype=np.int64)
        is_sorted = bool((indices[1:] > indices[:-1]).all())
        if is_sorted and indices.item(0) >= 0 and indices.item(-1) < 2**32:
            return indices.astype(np.uint32), np.asarray(vector.values, dtype=np.float32)
    batch = sparse_column(name, [vector], None)
    return batch.indices, batch.values


def _dense(store: DenseVectors, name: str, vector: Any) -> Floats:
    try:
        if vector.__class__ is list and len(vector) == store.size:
            query = np.frombuffer(packer(store.size)(*vector), dtype=np.float32)
            return store.prepare_one(query)
    except (OverflowError, struct.error):
        pass  # the long way names what is wrong
    column: Floats = dense_column(store, name, [vector], None)
    return store.prepare_one(column[0])


def average(store: Vectors, name: str, liked: Sequence[Any], disliked: Sequence[Any]) -> Any:
    """The one vector that a recommendation by average looks for.

    That is the mean of the liked examples, moved away from the mean of the disliked ones by the
    difference of the two; multivectors are joined, those of the disliked turned around.

    Raises:
        BadRequest: an example does not fit.
    """
    if isinstance(store, DenseVectors):
        mean = dense_column(store, name, liked, None).mean(axis=0, dtype=np.float32)
        if disliked:
            other = dense_column(store, name, disliked, None).mean(axis=0, dtype=np.float32)
            mean = mean + mean - other
        return mean
    if isinstance(store, MultiVectors):
        vectors = multi_column(store, name, liked, None).vectors
        if disliked:
            vectors = np.concatenate([vectors, -multi_column(store, name, disliked, None).vectors])
        return vectors
    batch = sparse_column(name, [*liked, *disliked], None)
    shares = [1.0 / len(liked)] * len(liked)
    if disliked:
        shares = [2 * share for share in shares] + [-1.0 / len(disliked)] * len(disliked)
    factors = np.repeat(np.array(shares, dtype=np.float32), np.diff(batch.starts))
    indices, places = np.unique(batch.indices, return_inverse=True)
    values = np.zeros(len(indices), dtype=np.float32)
    np.add.at(values, places, batch.values * factors)
    return models.SparseVector(indices=indices, values=values)
