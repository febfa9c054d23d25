"""Queries whose results are grouped, and matrices of distances."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from aqdrant import models
from aqdrant.exceptions import NotFound
from aqdrant.operations import QueryPointsGroups, SearchMatrixOffsets, SearchMatrixPairs
from aqdrant_local import costs
from aqdrant_local.engine.ids import PointId, encode_ids
from aqdrant_local.locks import Patience
from aqdrant_local.queries.answering import Run, look_up
from aqdrant_local.queries.filtering import path_of
from aqdrant_local.queries.grouping import (
    DEFAULT_SIZE,
    Grouped,
    Matrix,
    check_matrix,
    group_points,
    measure,
)
from aqdrant_local.queries.planning import check_query, nodes_of
from aqdrant_local.records import Projection
from aqdrant_local.refusals import out_of_range
from aqdrant_local.sharding import seen
from aqdrant_local.state import Collection, State

from ._table import handles

GroupId = int | str


@handles(QueryPointsGroups, cost=costs.of_groups)
def query_points_groups(
    state: State, operation: QueryPointsGroups, patience: Patience
) -> models.GroupsResult:
    """Answer one query, its results grouped by a payload key."""
    request = operation.body
    size = DEFAULT_SIZE if request.group_size is None else request.group_size
    if size < 1:
        raise out_of_range("group_size", size, 1)
    path_of(request.group_by)
    nodes = nodes_of(request)
    check_query(nodes)
    elsewhere = _lookup_collection(state, request.with_lookup)
    foreign = look_up(state, nodes, patience)
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        view = seen(collection.still_there(), request.shard_key)
        segment = view.segment
        projection = Projection(segment, request.with_payload, request.with_vector)
        run = Run(state, view, nodes, foreign, stretch=size)
        found = group_points(segment, run, request)
        groups = _points_of(found, run, projection)
    if elsewhere is not None:
        records = _looked_up(
            elsewhere, request.with_lookup, [group.id for group in groups], patience
        )
        for group in groups:
            group.lookup = records.get(group.id)
    return models.GroupsResult(groups=groups)


def _points_of(found: Grouped, run: Run, projection: Projection) -> list[models.PointGroup]:
    groups: list[models.PointGroup] = []
    for group in found.groups:
        rows = found.rows[group.places]
        hits = projection.scored(rows, found.scores[group.places], run.versions(rows))
        if run.order_values:
            for hit, place in zip(hits, group.places.tolist(), strict=True):
                hit.order_value = run.order_values[place]
        groups.append(models.PointGroup(id=group.value, hits=hits))
    return groups


def _lookup_collection(
    state: State, lookup: models.WithLookupInterface | None
) -> Collection | None:
    if lookup is None:
        return None
    name = lookup if isinstance(lookup, str) else lookup.collection
    found = state.peek(name)
    if found is None:
        raise NotFound(f"Collection {name} not found")
    return found


def _looked_up(
    collection: Collection,
    lookup: models.WithLookupInterface | None,
    ids: list[GroupId],
    patience: Patience,
) -> dict[GroupId, models.Record]:
    """The points of another collection whose ids are the values of groups."""
    given = lookup if isinstance(lookup, models.WithLookup) else None
    shown = None if given is None else given.with_payload
    with collection.gate.shared(patience):
        segment = seen(collection.still_there(), None).segment
        with_payload = True if shown is None else shown
        projection = Projection(
            segment, with_payload, None if given is None else given.with_vectors
        )
        # A value may be no id: then there is no such point.
        wanted: list[tuple[GroupId, PointId]] = []
        for value in ids:
            point_id = read_id(value)
            if point_id is not None:
                wanted.append((value, point_id))
        rows = segment.ids.find(encode_ids([point_id for _, point_id in wanted]))
        there = np.flatnonzero(rows >= 0)
        records = projection.records(rows[there])
        return {
            wanted[place][0]: record for place, record in zip(there.tolist(), records, strict=True)
        }


def read_id(value: GroupId) -> PointId | None:
    """The id of a point that is written like this; None where none is."""
    if isinstance(value, int):
        return value if 0 <= value < 2**64 else None
    try:
        return str(UUID(value))
    except ValueError:
        return None


@handles(SearchMatrixPairs, cost=costs.of_matrix)
def search_matrix_pairs(
    state: State, operation: SearchMatrixPairs, patience: Patience
) -> models.SearchMatrixPairsResponse:
    """Sample points and list each with its nearest."""
    matrix = _measured(state, operation, patience)
    ids = matrix.ids
    starts: list[int] = matrix.starts.tolist()
    ends: list[int] = matrix.ends.tolist()
    pairs = [
        models.SearchMatrixPair(a=ids[start], b=ids[end], score=score)
        for start, end, score in zip(starts, ends, matrix.scores.tolist(), strict=True)
    ]
    return models.SearchMatrixPairsResponse(pairs=pairs)


@handles(SearchMatrixOffsets, cost=costs.of_matrix)
def search_matrix_offsets(
    state: State, operation: SearchMatrixOffsets, patience: Patience
) -> models.SearchMatrixOffsetsResponse:
    """Sample points and give the scores of each with its nearest as columns."""
    matrix = _measured(state, operation, patience)
    return models.SearchMatrixOffsetsResponse(
        offsets_row=matrix.starts.tolist(),
        offsets_col=matrix.ends.tolist(),
        scores=matrix.scores.tolist(),
        ids=matrix.ids,
    )


def _measured(
    state: State, operation: SearchMatrixPairs | SearchMatrixOffsets, patience: Patience
) -> Matrix:
    request = operation.body
    check_matrix(request)
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        return measure(seen(collection.still_there(), request.shard_key).segment, request)
