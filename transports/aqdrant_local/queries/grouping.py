"""The results of a query put into groups by a payload key, and distances between sampled points.

Called by the handlers of groups and of matrices, under the collection's lock.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant_local.engine.arrays import Floats, Rows
from aqdrant_local.engine.clusters import Group, grouped, neighbours
from aqdrant_local.engine.ids import PointId
from aqdrant_local.engine.segment import Segment
from aqdrant_local.engine.sparse import SparseVectors

from .answering import Run
from .filtering import path_of, select_rows
from .inputs import store_of

__all__ = ["DEFAULT_SIZE", "Grouped", "Matrix", "check_matrix", "group_points", "measure"]

DEFAULT_SIZE = 3
"""Points in a group, where nothing is said."""

_DEFAULT_LIMIT = 10

_FIRST_LOOK = 16  # times as many results as there is room for in the groups


class Grouped(NamedTuple):
    """A ranking and the groups of it."""

    groups: list[Group]
    scores: Floats
    rows: Rows


def group_points(segment: Segment, run: Run, request: models.QueryGroupsRequest) -> Grouped:
    """The best groups of a query's results, and those results.

    Here all results are those of one query. A server that has not filled all groups asks again with
    a filter on their values, so that a fusion ranks anew and its groups mix the scores of both.
    """
    size = DEFAULT_SIZE if request.group_size is None else request.group_size
    limit = _DEFAULT_LIMIT if request.limit is None else request.limit
    column = segment.column(path_of(request.group_by))
    # Most often few results fill all groups; where they do not, all are looked at.
    wanted = limit * size * _FIRST_LOOK
    while True:
        scores, rows = run.ranking(wanted)
        groups = grouped(column, rows, limit, size)
        is_full = len(groups) == limit and all(len(group.places) == size for group in groups)
        if is_full or len(rows) < wanted:
            return Grouped(groups, scores, rows)
        wanted *= 4


class Matrix(NamedTuple):
    """Points of a sample, and the nearest of the others to each."""

    ids: list[PointId]
    starts: Rows
    """For each score, the point from which it was measured, as a position in `ids`."""
    ends: Rows
    """The point to which."""
    scores: Floats


def measure(segment: Segment, request: models.SearchMatrixRequest) -> Matrix:
    """Sample points at random and compare each with each.

    Raises:
        BadRequest: there is no such vector.
    """
    name = request.using or ""
    sample = _DEFAULT_LIMIT if request.sample is None else request.sample
    limit = DEFAULT_SIZE if request.limit is None else request.limit
    store = store_of(segment, name)
    rows = store.held(select_rows(segment, request.filter))
    none = np.zeros(0, dtype=np.intp)
    picks = np.random.default_rng().choice(rows, min(sample, len(rows)), replace=False)
    if len(picks) < 2:
        return Matrix([], none, none, np.zeros(0, dtype=np.float32))
    picks = segment.ids.sort(picks)
    if isinstance(store, SparseVectors):
        weighed = [store.weigh(query) for query in store.prepared(picks)]
        values = store.overlaps(weighed, picks)
    else:
        values = store.exact(store.prepared(picks), picks)
    starts, ends = neighbours(values, limit)
    return Matrix(segment.ids.ids(picks), starts, ends, store.scores_of(values[starts, ends]))


def check_matrix(request: models.SearchMatrixRequest) -> None:
    """Refuse a matrix of nothing.

    Raises:
        BadRequest: fewer than two points, or no neighbours, are asked for.
    """
    for name, value, least in (("sample", request.sample, 2), ("limit", request.limit, 1)):
        if value is not None and value < least:
            raise BadRequest(
                f"{name} must be {least} or more, not {value}.", status_code=422, parameter=name
            )
