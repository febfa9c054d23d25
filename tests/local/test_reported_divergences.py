"""Where local modes were reported to differ from a server: each in its smallest form.

The answers stand here to be read, and the real engine gives them as well. Generated queries come
upon the same places (`test_queries_against_edge.py`), but nobody can read that from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from aqdrant import models

from .conftest import Engine
from .edge_models import Ranked
from .pair import Pair

UP = models.Prefetch(query=[1.0, 0.0], using="d")
DOWN = models.Prefetch(query=[-1.0, 0.0], using="d", limit=2)
ZERO = {"query": models.SparseVector(indices=[1, 2], values=[1.0, 0.0]), "using": "plain"}
RRF = models.FusionQuery(fusion=models.Fusion.RRF)
EVEN = models.Filter(must=models.FieldCondition(key="n", match=models.MatchAny(any=[2, 4])))

ANY = models.Filter(must=models.FieldCondition(key="n", range=models.Range(gte=0)))


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Points 1 to 5; `d` and `e` are [id, 0], and each has the word of its id with weight 1."""
    made = Pair(
        {
            "d": models.VectorParams(size=2, distance=models.Distance.DOT),
            "e": models.VectorParams(size=2, distance=models.Distance.EUCLID),
        }
    )
    word = [models.SparseVector(indices=[n], values=[1.0]) for n in range(6)]
    rows = [{"d": [float(n), 0.0], "e": [float(n), 0.0], "plain": word[n]} for n in range(6)]
    made.upsert([models.PointStruct(id=n, vector=rows[n], payload={"n": n}) for n in range(1, 6)])
    yield made
    made.edge.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            {"query": [1.0, 0.0], "using": "d", "score_threshold": 3.0},
            [(5, 5.0), (4, 4.0)],
            id="the score that the threshold names does not pass",
        ),
        pytest.param(
            {"query": [0.0, 0.0], "using": "e", "score_threshold": 3.0},
            [(1, 1.0), (2, 2.0)],
            id="nor does the distance",
        ),
        pytest.param(ZERO, [(1, 1.0)], id="a sparse score of zero is none"),
        pytest.param(
            ZERO | {"filter": ANY},
            [(1, 1.0), (2, 0.0)],
            id="but behind a filter that few pass, where an index is shared",
        ),
        pytest.param(
            {"query": models.SparseVector(indices=[77], values=[1.0]), "using": "plain"},
            [],
            id="no index is shared",
        ),
        pytest.param(
            {"query": RRF, "prefetch": [UP, DOWN], "filter": EVEN},
            [(2, 0.8333), (4, 0.8333)],
            id="a filter beside a fusion holds for its prefetches",
        ),
        pytest.param(
            {"query": RRF, "prefetch": [UP, DOWN], "score_threshold": 0.6},
            [(1, 0.6667)],
            id="a threshold beside a fusion is of fused scores",
        ),
        pytest.param(
            {"query": RRF, "prefetch": [models.Prefetch(query=RRF, prefetch=[UP, DOWN]), UP]},
            [(5, 0.75), (1, 0.6667), (2, 0.5333), (4, 0.5333), (3, 0.4167)],
            id="a fusion of a fusion",
        ),
    ],
)
def test_answer_is_the_servers(pair: Pair, asked: dict[str, Any], expected: Ranked) -> None:
    request = models.QueryRequest(**asked)
    for found in (pair.query(request), pair.edge.query(request)):
        assert sorted((id, round(score, 4)) for id, score in found) == sorted(expected)


def test_cosine_vector_that_was_read_is_written_as_it_is(engine: Engine, seed: int) -> None:
    engine.dense(size=5, distance=models.Distance.COSINE)
    vectors = np.random.default_rng(seed).normal(size=(50, 5)).tolist()
    engine.upsert(*(models.PointStruct(id=n, vector=vector) for n, vector in enumerate(vectors)))
    once = engine.get(*range(50))
    engine.upsert(*(models.PointStruct(id=n, vector=once[n].vector or []) for n in once))
    assert engine.get(*range(50)) == once
