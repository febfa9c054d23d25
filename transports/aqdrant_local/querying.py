"""Queries: prefetches, fusion, rescoring, nearest, orders.

Called by the handlers of query operations.

A query is planned as a server does it: the root's filter holds for every prefetch below it, and
points that are named by id as an input anywhere are left out everywhere. In one thing it differs:
a server joins the `should` of the root's filter and of a prefetch's into one list, so that points
pass that meet either; here both filters must be passed.

What an id stands for is looked up first, those of other collections before the own collection's
lock is taken, so that no call ever holds two locks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound

from .encoding import dense_query, sparse_query, unknown_vector
from .engine.arrays import Floats, Rows
from .engine.dense import DenseVectors
from .engine.fusion import dbsf, rrf
from .engine.ids import PointId
from .engine.segment import Segment
from .engine.selection import Selection, intersection
from .filtering import select_rows
from .locks import Patience
from .ordering import read_in_order
from .records import Projection
from .state import Collection, State, no_shard_keys
from .unsupported import refuse

__all__ = ["check_query", "look_up", "out_of_range", "run_query", "within"]

Ranking: TypeAlias = tuple[Floats, Rows]
Request: TypeAlias = models.QueryRequest | models.Prefetch
Foreign: TypeAlias = dict[tuple[str, PointId, str], Any]

_DEFAULT_LIMIT = 10
_FUSIONS = (models.FusionQuery, models.RrfQuery)
_RRF_K = 2
_VECTOR_ERROR = "Vector with name {name!r} for point {point_id} not found"


def check_query(request: models.QueryRequest) -> None:
    """Refuse what no collection could answer.

    Raises:
        BadRequest: a limit or an offset is out of range, or prefetches have no query to merge them.
    """
    no_shard_keys(request.shard_key)
    if request.offset is not None and request.offset < 0:
        raise out_of_range("offset", request.offset, 0)
    for part in _requests(request):
        if part.limit is not None and part.limit < 1:
            raise out_of_range("limit", part.limit, 1)
        if part.query is None and _prefetches(part):
            raise BadRequest(
                "A query is needed to merge the prefetches.",
                parameter="query",
                fix="Give one, for example FusionQuery(fusion=Fusion.RRF).",
            )
        if isinstance(part.query, models.OrderByQuery) and part.score_threshold is not None:
            raise BadRequest(
                "Can't use score_threshold with an order_by query.", parameter="score_threshold"
            )
        fused = isinstance(part.query, _FUSIONS)
        if fused and part.using is not None:
            raise BadRequest("A fusion query goes without `using`.", parameter="using")


def look_up(state: State, request: models.QueryRequest, patience: Patience) -> Foreign:
    """Fetch the vectors that stand in other collections (`lookup_from`), one lock at a time."""
    found: Foreign = {}
    for part in _requests(request):
        point_id = _referenced(part.query)
        if part.lookup_from is None or point_id is None:
            continue
        place = part.lookup_from
        name = place.vector if place.vector is not None else part.using or ""
        collection = state.find(place.collection)
        with collection.gate.shared(patience):
            vector = _stored(collection.still_there().segment, point_id, name)
        found[place.collection, point_id, name] = vector
    return found


def run_query(
    state: State, collection: Collection, request: models.QueryRequest, foreign: Foreign
) -> models.QueryResponse:
    """Answer one query, inside the collection's gate."""
    segment = collection.segment
    projection = Projection(segment, request.with_payload, request.with_vector)
    run = _Run(state, collection, foreign)
    among = select_rows(segment, request.filter)
    excluded = {segment.ids.find_one(point_id) for point_id in run.own_ids(request)} - {-1}
    if excluded:
        rows = Selection(segment.size, rows=np.array(sorted(excluded), dtype=np.intp))
        among = rows.outside(segment.alive if among is None else among.mask)
    limit = _DEFAULT_LIMIT if request.limit is None else request.limit
    offset = request.offset or 0
    scores, rows_found = run.rank(request, among, limit + offset)
    scores, rows_found = scores[offset:], rows_found[offset:]
    versions = segment.versions(rows_found) if request.query is not None else [0] * len(rows_found)
    points = projection.scored(rows_found, scores, versions)
    if isinstance(request.query, models.OrderByQuery):
        for point, value in zip(points, run.order_values[offset:], strict=True):
            point.order_value = value
    return models.QueryResponse(points=points)


class _Run:
    """One query being answered."""

    def __init__(self, state: State, collection: Collection, foreign: Foreign) -> None:
        self._state = state
        self._collection = collection
        self._segment = collection.segment
        self._foreign = foreign
        self.order_values: list[int | float] = []

    def own_ids(self, request: models.QueryRequest) -> Iterator[PointId]:
        """Ids of points of this collection that stand as inputs, anywhere in the query."""
        for part in _requests(request):
            point_id = _referenced(part.query)
            if point_id is None:
                continue
            place = part.lookup_from
            if place is None or self._state.peek(place.collection) is self._collection:
                yield point_id

    def rank(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        """The best rows of a request, with their scores.

        Args:
            among: the only rows to consider, as far as the request's own filter is not in it yet.
        """
        nested = _prefetches(request)
        rankings: list[Ranking] = []
        for index, prefetch in enumerate(nested):
            with within(f"prefetch[{index}]"):
                rankings.append(self._prefetch(prefetch, among))
        query = request.query
        if query is None:
            return self._in_order(among, limit)
        if isinstance(query, _FUSIONS):
            return self._fused(query, rankings, request.score_threshold, limit)
        if nested:
            rows = np.unique(np.concatenate([rows for _, rows in rankings]))
            among = Selection(self._segment.size, rows=rows)
        if isinstance(query, models.OrderByQuery):
            return self._by_key(query, among, limit)
        return self._nearest(request, among, limit)

    def _prefetch(self, request: models.Prefetch, outer: Selection | None) -> Ranking:
        own = select_rows(self._segment, request.filter)
        parts = [part for part in (own, outer) if part is not None]
        limit = _DEFAULT_LIMIT if request.limit is None else request.limit
        scores, rows = self.rank(request, intersection(parts), limit)
        if isinstance(request.query, models.OrderByQuery):
            _, firsts = np.unique(rows, return_index=True)
            firsts.sort()
            scores, rows = scores[firsts], rows[firsts]
        return scores, rows

    def _in_order(self, among: Selection | None, limit: int) -> Ranking:
        ids = self._segment.ids
        rows = ids.order()[:limit] if among is None else ids.first(among, None, limit)
        return np.ones(len(rows), dtype=np.float32), rows

    def _by_key(self, query: models.OrderByQuery, among: Selection | None, limit: int) -> Ranking:
        ordered = read_in_order(self._collection, query.order_by, among, limit)
        self.order_values = ordered.values  # the root comes last, and its values are shown
        return np.ones(len(ordered.rows), dtype=np.float32), ordered.rows

    def _fused(
        self,
        query: models.FusionQuery | models.RrfQuery,
        rankings: Sequence[Ranking],
        threshold: float | None,
        limit: int,
    ) -> Ranking:
        if not rankings:
            raise BadRequest("A fusion query needs prefetches.", parameter="prefetch")
        ids = self._segment.ids
        if isinstance(query, models.FusionQuery) and query.fusion == models.Fusion.DBSF:
            scores, rows = dbsf(ids, rankings, limit)
        else:
            given = query.rrf if isinstance(query, models.RrfQuery) else models.Rrf()
            k = _RRF_K if given.k is None else given.k
            if k < 1:
                raise out_of_range("rrf.k", k, 1)
            if given.weights is not None and len(given.weights) != len(rankings):
                raise BadRequest(
                    f"RRF has {len(given.weights)} weights for {len(rankings)} prefetches.",
                    parameter="query.rrf.weights",
                )
            scores, rows = rrf(ids, rankings, k, given.weights, limit)
        if threshold is not None:
            good = scores >= np.float32(threshold)
            scores, rows = scores[good], rows[good]
        return scores, rows

    def _nearest(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        vector = _input(request.query)
        name = request.using or ""
        segment = self._segment
        if isinstance(vector, int | str):
            vector = self._referred(request, vector)
        _check_params(request.params)
        store = segment.dense.get(name)
        threshold = request.score_threshold
        if store is not None:
            query = dense_query(store, name, vector)
            return store.search(segment.ids, query, limit, threshold, among)
        sparse = segment.sparse.get(name)
        if sparse is None:
            raise unknown_vector(name, segment.stores)
        return sparse.search(segment.ids, sparse_query(name, vector), limit, threshold, among)

    def _referred(self, request: Request, point_id: PointId) -> Any:
        place = request.lookup_from
        using = request.using or ""
        if place is None:
            return _stored(self._segment, point_id, using)
        name = place.vector if place.vector is not None else using
        return self._foreign[place.collection, point_id, name]


@contextmanager
def within(path: str) -> Generator[None]:
    """Have an error of a part name the part."""
    try:
        yield
    except BadRequest as error:
        error.parameter = f"{path}.{error.parameter}" if error.parameter else path
        error.message = f"{path}: {error.message}"
        raise


def _requests(request: Request) -> list[Request]:
    """The request and every prefetch below it."""
    found: list[Request] = [request]
    if request.prefetch is not None:
        for prefetch in _prefetches(request):
            found += _requests(prefetch)
    return found


def _prefetches(request: Request) -> Sequence[models.Prefetch]:
    nested = request.prefetch
    if nested is None:
        return ()
    return (nested,) if isinstance(nested, models.Prefetch) else nested


def _input(query: Any) -> Any:
    """What a nearest query looks for: a vector, or an id.

    Raises:
        UnsupportedOperation: it is another kind of query.
    """
    if isinstance(query, models.NearestQuery):
        if query.mmr is not None:
            raise refuse(query.mmr)
        return _input(query.nearest)
    if isinstance(query, models.Model) and not isinstance(query, models.SparseVector):
        raise refuse(query)
    return query


def _referenced(query: Any) -> PointId | None:
    if isinstance(query, models.NearestQuery):
        query = query.nearest
    return query if isinstance(query, int | str) else None


def _stored(segment: Segment, point_id: PointId, name: str) -> Any:
    """The vector of a point, as an input of a query."""
    store = segment.dense.get(name) or segment.sparse.get(name)
    if store is None:
        raise unknown_vector(name, segment.stores)
    row = segment.ids.find_one(point_id)
    if row < 0:
        raise NotFound(f"No point with id {point_id} found")
    rows = np.array([row], dtype=np.intp)
    if not store.present[row]:
        raise NotFound(_VECTOR_ERROR.format(name=name, point_id=point_id))
    if isinstance(store, DenseVectors):
        return store.vectors(rows)[0]
    batch = store.vectors(rows)
    return models.SparseVector(indices=batch.indices, values=batch.values)


def _check_params(params: models.SearchParams | None) -> None:
    if params is not None and isinstance(params.idf, models.IdfCorpusParams):
        raise refuse(params.idf)


def out_of_range(name: str, value: int, smallest: int) -> BadRequest:
    """The error for a number below the smallest that is allowed."""
    return BadRequest(
        f"{name} must be {smallest} or more, not {value}.", status_code=422, parameter=name
    )
