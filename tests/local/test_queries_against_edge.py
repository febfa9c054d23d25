"""Queries of every kind give the answers of the real engine, on data at random.

`AQDRANT_EDGE_CASES=50000` runs that many cases in place of a share that fits CI.
"""

from __future__ import annotations

import math
from collections import Counter
from contextlib import closing
from itertools import pairwise

import pytest

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound

from .edge_models import Ranked
from .generate_queries import KINDS, TEXT, QueryGenerator
from .pair import CASES, Pair, show, small_thresholds

TOLERANCE = 2e-5
BATCH = 250


@pytest.fixture(autouse=True)
def thresholds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    small_thresholds(monkeypatch, seed)


def is_close(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def agree(ours: Ranked, theirs: Ranked, request: models.QueryRequest) -> bool:
    """Whether scores agree place by place, and ids as sets wherever scores tie."""
    if len(ours) != len(theirs):
        return False
    if not all(is_close(a, b) for (_, a), (_, b) in zip(ours, theirs, strict=True)):
        return False
    gaps = (not is_close(a, b) for (_, a), (_, b) in pairwise(ours))
    borders = [0, *(place for place, gap in enumerate(gaps, 1) if gap), len(ours)]
    limit = 10 if request.limit is None else request.limit
    for start, end in pairwise(borders):
        # The bands at both ends may go on behind the offset and the limit, in another order.
        is_cut = (start == 0 and request.offset) or (end == len(ours) and len(ours) == limit)
        if is_cut and end - start > 0:
            continue
        if {point for point, _ in ours[start:end]} != {point for point, _ in theirs[start:end]}:
            return False
    return True


def ties_below(pair: Pair, request: models.QueryRequest | models.Prefetch) -> bool:
    """Whether results of a prefetch are so close that rounding may rank them, or cut them off."""
    nested = request.prefetch
    listed = () if nested is None else (nested,) if isinstance(nested, models.Prefetch) else nested
    for prefetch in listed:
        fields = {**dict(prefetch), "limit": 100, "score_threshold": None}
        scores = [score for _, score in pair.query(models.QueryRequest(**fields))]
        if ties_below(pair, prefetch) or any(is_close(a, b) for a, b in pairwise(scores)):
            return True
    return False


def compare(pair: Pair, request: models.QueryRequest) -> str:
    """Compare one query; returns what came of it."""
    try:
        ours: Ranked | BadRequest = pair.query(request)
    except NotFound:  # a point named as input has no such vector
        return "not found"
    except BadRequest as error:
        ours = error
    if isinstance(ours, BadRequest):
        # Of what a formula lacks the bindings tell nothing.
        with pytest.raises(Exception, match="process cancelled"):
            pair.edge.query(request)
        return "refused"
    theirs = pair.edge.query(request)
    if not agree(ours, theirs, request) and ties_below(pair, request):
        return "tied"
    assert agree(ours, theirs, request), f"{show(request)}\n{ours}\n{theirs}"
    return "answered" if ours else "empty"


def test_queries_of_every_kind(seed: int) -> None:
    outcomes: Counter[str] = Counter()
    for batch in range(max(4, CASES // BATCH)):
        pair, generator = Pair(KINDS), QueryGenerator(seed + batch)
        with closing(pair.edge):
            points = {point.id: point for point in (generator.point() for _ in range(60))}
            pair.upsert(list(points.values()))
            pair.index("text", TEXT)
            ids = pair.ids()
            for _ in range(BATCH):
                outcomes[compare(pair, generator.query(ids, batch % 3))] += 1
    assert outcomes["tied"] <= sum(outcomes.values()) / 100, outcomes
    assert outcomes["answered"] > sum(outcomes.values()) / 3, outcomes
