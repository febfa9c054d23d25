"""Queries answered: prefetches, fusion, rescoring, nearest, examples, orders, samples, formulas.

Called by the handlers of query operations.

A query is planned as a server does it: the root's filter holds for every prefetch below it, and
points that are named by id as an input anywhere are left out everywhere. In two things it differs:
a server joins the `should` of the root's filter and of a prefetch's into one list, so that points
pass that meet either, and it skips the diversity of a prefetch; here both filters must be passed,
and a prefetch is as diverse as it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine.arrays import Floats, Rows, distinct
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.diversity import diverse
from aqdrant_local.engine.examples import (
    BestScore,
    Context,
    Discovery,
    Feedback,
    Rule,
    SumOfScores,
    rank_by,
)
from aqdrant_local.engine.fusion import dbsf, rrf
from aqdrant_local.engine.ids import PointId
from aqdrant_local.engine.ranking import best, candidates, passing
from aqdrant_local.engine.relevance import bm25
from aqdrant_local.engine.segment import Segment, Vectors
from aqdrant_local.engine.selection import Selection, intersection
from aqdrant_local.engine.sparse import SparseVectors
from aqdrant_local.graphs.settings import approach_of
from aqdrant_local.indexing import index_of
from aqdrant_local.locks import Patience
from aqdrant_local.records import Projection
from aqdrant_local.refusals import within
from aqdrant_local.sharding import seen
from aqdrant_local.state import Collection, State

from .batches import Known
from .filtering import path_of, select_rows
from .formulas import class_of, rescored
from .inputs import average, inputs_of, prepared, store_of, stored_vector
from .ordering import read_in_order
from .planning import Node, Request

__all__ = ["Foreign", "Run", "look_up", "run_query"]

Ranking: TypeAlias = tuple[Floats, Rows]
Foreign: TypeAlias = dict[tuple[str, PointId, str], Any]

_DEFAULT_LIMIT = 10
_RRF_K = 2
_DIVERSITY = 0.5
_BM25_K, _BM25_B = 1.2, 0.75
_UNSCORED = (models.OrderByQuery, models.SampleQuery, type(None))


def look_up(state: State, nodes: Sequence[Node], patience: Patience) -> Foreign:
    """Fetch the vectors that stand in other collections (`lookup_from`), one lock at a time."""
    found: Foreign = {}
    for node in nodes:
        place = node.request.lookup_from
        if place is None:
            continue
        for point_id in _ids_of(node.request):
            name = _name_there(node.request)
            collection = state.find(place.collection)
            with collection.gate.shared(patience):
                segment = seen(collection.still_there(), place.shard_key).segment
                found[place.collection, point_id, _there(node.request)] = stored_vector(
                    segment, point_id, name
                )
    return found


def run_query(
    state: State,
    collection: Collection,
    request: models.QueryRequest,
    nodes: Sequence[Node],
    foreign: Foreign,
    known: Known | None = None,
) -> models.QueryResponse:
    """Answer one query, inside the collection's gate.

    Args:
        nodes: the parts of the request.
        known: of the root, what was found for it together with others.
    """
    segment = collection.segment
    projection = Projection(segment, request.with_payload, request.with_vector)
    run = Run(state, collection, nodes, foreign, known=known)
    limit = _DEFAULT_LIMIT if request.limit is None else request.limit
    offset = request.offset or 0
    scores, rows = run.ranking(limit + offset)
    scores, rows = scores[offset:], rows[offset:]
    points = projection.scored(rows, scores, run.versions(rows))
    if isinstance(request.query, models.OrderByQuery):
        for point, value in zip(points, run.order_values[offset:], strict=True):
            point.order_value = value
    return models.QueryResponse(points=points)


class Run:
    """One query being answered.

    Args:
        stretch: how many times as many points prefetches hand on as they say.
    """

    def __init__(
        self,
        state: State,
        collection: Collection,
        nodes: Sequence[Node],
        foreign: Foreign,
        *,
        stretch: int = 1,
        known: Known | None = None,
    ) -> None:
        self._state = state
        self._collection = collection
        self._segment: Segment = collection.segment
        self._nodes = nodes
        self._foreign = foreign
        self._stretch = stretch
        self._known = known
        self._selections = self._select()
        self.order_values: list[int | float] = []
        self._ranks: dict[type, Callable[[Request, Selection | None, int], Ranking]] = {
            type(None): self._in_order,
            models.OrderByQuery: self._by_key,
            models.SampleQuery: self._sampled,
            models.RecommendQuery: self._recommended,
            models.DiscoverQuery: self._discovered,
            models.ContextQuery: self._in_context,
            models.RelevanceFeedbackQuery: self._judged,
            models.TextQuery: self._by_text,
        }

    def ranking(self, limit: int) -> Ranking:
        """The best rows of the whole query, with their scores."""
        found: dict[int, Ranking] = {}
        for position in range(len(self._nodes) - 1, -1, -1):
            node = self._nodes[position]
            own = _DEFAULT_LIMIT if node.request.limit is None else node.request.limit
            wanted = limit if position == 0 else own * self._stretch
            rankings = [found.pop(child) for child in node.children]
            among = self._selections[position]
            with within(node.path):
                found[position] = self._rank(node.request, among, rankings, wanted)
            if position and isinstance(node.request.query, models.OrderByQuery):
                found[position] = _each_once(*found[position])
        return found[0]

    def versions(self, rows: Rows) -> list[int]:
        """Numbers of the operations that last changed rows; 0 where no score was computed."""
        if isinstance(self._nodes[0].request.query, _UNSCORED):
            return [0] * len(rows)
        return self._segment.versions(rows)

    def _select(self) -> list[Selection | None]:
        """Of each request, the rows that its filter and those above it let pass."""
        root = self._nodes[0].request
        if self._known is not None:  # of a query without prefetches and ids
            return [self._known.among]
        selection = select_rows(self._segment, root.filter)
        excluded = {self._segment.ids.find_one(point_id) for point_id in self._own_ids()} - {-1}
        if excluded:
            rows = Selection(self._segment.size, rows=np.array(sorted(excluded), dtype=np.intp))
            selection = rows.outside(self._segment.alive if selection is None else selection.mask)
        selections = [selection]
        for node in self._nodes[1:]:
            with within(node.path):
                own = select_rows(self._segment, node.request.filter)
            parts = [part for part in (own, selections[node.parent]) if part is not None]
            selections.append(intersection(parts))
        return selections

    def _own_ids(self) -> Iterator[PointId]:
        """Ids of points of this collection that stand as inputs, anywhere in the query."""
        for node in self._nodes:
            place = node.request.lookup_from
            found = self._collection if place is None else self._state.peek(place.collection)
            # A read of some shards alone has a collection of its own, with the gate of the whole.
            if found is not None and found.gate is self._collection.gate:
                yield from _ids_of(node.request)

    def _rank(
        self, request: Request, among: Selection | None, rankings: list[Ranking], limit: int
    ) -> Ranking:
        """The best rows of a request, with their scores, from those of its prefetches."""
        query: Any = request.query
        if isinstance(query, models.FusionQuery | models.RrfQuery):
            return self._fused(query, rankings, request.score_threshold, limit)
        if isinstance(query, models.FormulaQuery):
            scores, rows = rescored(self._segment, query, rankings)
            ranked = best(self._segment.ids, rows, scores, limit)
            return _reaching(*ranked, request.score_threshold)
        if rankings:
            rows = distinct(np.concatenate([rows for _, rows in rankings]))
            among = Selection(self._segment.size, rows=rows)
        rank = self._ranks.get(class_of(query), self._nearest)
        return rank(request, among, limit)

    def _in_order(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        ids = self._segment.ids
        rows = ids.order()[:limit] if among is None else ids.first(among, None, limit)
        return np.ones(len(rows), dtype=np.float32), rows

    def _by_key(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        query: Any = request.query
        ordered = read_in_order(self._collection, query.order_by, among, limit)
        self.order_values = ordered.values  # the root comes last, and its values are shown
        return np.ones(len(ordered.rows), dtype=np.float32), ordered.rows

    def _sampled(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        rows = self._segment.everything.rows if among is None else among.rows
        picked = np.random.default_rng().choice(rows, min(limit, len(rows)), replace=False)
        return np.ones(len(picked), dtype=np.float32), picked

    def _fused(
        self,
        query: models.FusionQuery | models.RrfQuery,
        rankings: Sequence[Ranking],
        threshold: float | None,
        limit: int,
    ) -> Ranking:
        ids = self._segment.ids
        if isinstance(query, models.FusionQuery) and query.fusion == models.Fusion.DBSF:
            return _reaching(*dbsf(ids, rankings, limit), threshold)
        given = query.rrf if isinstance(query, models.RrfQuery) else models.Rrf()
        k = _RRF_K if given.k is None else given.k
        return _reaching(*rrf(ids, rankings, k, given.weights, limit), threshold)

    def _nearest(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        query: Any = request.query
        mmr = query.mmr if isinstance(query, models.NearestQuery) else None
        store, (vector,) = self._examples(request)
        if mmr is None:
            return self._search(request, store, vector, among, limit)
        own = _DEFAULT_LIMIT if request.limit is None else request.limit
        choice = own * self._stretch if mmr.candidates_limit is None else mmr.candidates_limit
        scores, rows = self._search(request, store, vector, among, choice)
        diversity = _DIVERSITY if mmr.diversity is None else mmr.diversity
        near, places = store.in_full(rows)
        if near is not store:
            vector = prepared(near, request.using or "", self._resolved(request, query.nearest))
        picks = diverse(near, vector, places, diversity, limit)
        return scores[picks], rows[picks]

    def _search(
        self, request: Request, store: Vectors, vector: Any, among: Selection | None, limit: int
    ) -> Ranking:
        ids, threshold = self._segment.ids, request.score_threshold
        if isinstance(store, SparseVectors):
            weighed = self._weighed(request, store, vector)
            return store.search(ids, weighed, limit, threshold, among)
        if isinstance(store, DenseVectors):
            approach = approach_of(self._collection, request.using or "", request.params)
            scanned = None if self._known is None else self._known.scanned
            return store.search(ids, vector, limit, threshold, among, scanned, approach)
        return store.search(ids, vector, limit, threshold, among)

    def _recommended(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        query: Any = request.query
        examples = query.recommend
        positives = len(examples.positive or ())
        if examples.strategy == models.RecommendStrategy.BEST_SCORE:
            return self._by_rule(request, BestScore(positives), among, limit)
        if examples.strategy == models.RecommendStrategy.SUM_SCORES:
            return self._by_rule(request, SumOfScores(positives), among, limit)
        name = request.using or ""
        store = store_of(self._segment, name)
        vectors = [self._resolved(request, vector) for vector in inputs_of(query)]
        mean = average(store, name, vectors[:positives], vectors[positives:])
        return self._search(request, store, prepared(store, name, mean), among, limit)

    def _discovered(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        return self._by_rule(request, Discovery(), among, limit)

    def _in_context(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        return self._by_rule(request, Context(), among, limit)

    def _judged(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        query: Any = request.query
        feedback = query.relevance_feedback
        weights = feedback.strategy.naive
        judgements = [item.score for item in feedback.feedback]
        rule = Feedback(judgements, weights.a, weights.b, weights.c)
        return self._by_rule(request, rule, among, limit)

    def _by_rule(
        self, request: Request, rule: Rule, among: Selection | None, limit: int
    ) -> Ranking:
        store, vectors = self._examples(request)
        if isinstance(store, SparseVectors):
            vectors = [self._weighed(request, store, vector) for vector in vectors]
        ids, threshold = self._segment.ids, request.score_threshold
        return rank_by(ids, store, rule, vectors, limit, threshold, among)

    def _by_text(self, request: Request, among: Selection | None, limit: int) -> Ranking:
        query: Any = request.query
        if not request.using:
            raise BadRequest(
                "A text query names the payload key that it searches.",
                parameter="using",
                fix="Give using=, a key with a text index that has scoring=True.",
            )
        path = path_of(request.using)
        schema = index_of(self._collection, path)
        if not isinstance(schema, models.TextIndexParams) or schema.scoring in (None, False):
            raise BadRequest(
                f"The key {request.using!r} has no text index that keeps what texts are scored by.",
                parameter="using",
                fix="Create one with TextIndexParams(type='text', scoring=True).",
            )
        text = query.text if isinstance(query.text, str) else query.text.query
        scoring = None if isinstance(query.text, str) else query.text.scoring
        params = models.Bm25Params() if scoring is None else scoring.bm25
        tokenizer = self._segment.texts[path].tokenizer
        documents, words = self._segment.column(path).occurrences(text, tokenizer)
        k = _BM25_K if params.k is None else params.k
        b = _BM25_B if params.b is None else params.b
        corpus = self._corpus(request)
        scores, rows = bm25(documents, words, k, b, None if corpus is None else corpus.mask)
        if among is not None:
            inside = among.mask[rows]
            scores, rows = scores[inside], rows[inside]
        picks = candidates(scores, limit)
        ranked = best(self._segment.ids, rows[picks], scores[picks], limit)
        return passing(*ranked, request.score_threshold)

    def _examples(self, request: Request) -> tuple[Vectors, list[Any]]:
        """The vectors that a request looks at, and those that it looks for, prepared."""
        name = request.using or ""
        store = store_of(self._segment, name)
        resolved = (self._resolved(request, vector) for vector in inputs_of(request.query))
        return store, [prepared(store, name, vector) for vector in resolved]

    def _resolved(self, request: Request, vector: Any) -> Any:
        """A vector, or in place of an id the vector of that point."""
        if not isinstance(vector, int | str):
            return vector
        place = request.lookup_from
        if place is None:
            return stored_vector(self._segment, vector, request.using or "")
        return self._foreign[place.collection, vector, _there(request)]

    def _weighed(self, request: Request, store: SparseVectors, vector: Any) -> Any:
        return store.weigh(vector, self._corpus(request))

    def _corpus(self, request: Request) -> Selection | None:
        """The points by which words are rare or frequent; None for all."""
        idf = None if request.params is None else request.params.idf
        if not isinstance(idf, models.IdfCorpusParams):
            return self._segment.limits
        return select_rows(self._segment, idf.corpus)


def _each_once(scores: Floats, rows: Rows) -> Ranking:
    _, firsts = np.unique(rows, return_index=True)
    firsts.sort()
    return scores[firsts], rows[firsts]


def _reaching(scores: Floats, rows: Rows, threshold: float | None) -> Ranking:
    """Those of a ranking that reach a threshold, which here is enough."""
    if threshold is None:
        return scores, rows
    good = scores >= np.float32(threshold)
    return scores[good], rows[good]


def _ids_of(request: Request) -> Iterator[PointId]:
    """Ids that stand as inputs of a request."""
    for vector in inputs_of(request.query):
        if isinstance(vector, int | str):
            yield vector


def _there(request: Request) -> str:
    """What tells one place of `lookup_from` in a collection from others."""
    place = request.lookup_from
    return f"{_name_there(request)} {None if place is None else place.shard_key!r}"


def _name_there(request: Request) -> str:
    """Under which name the vectors of `lookup_from` stand there."""
    place = request.lookup_from
    name = None if place is None else place.vector
    return name if name is not None else request.using or ""
