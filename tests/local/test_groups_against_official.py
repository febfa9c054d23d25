"""Groups and matrices are those of the official client's local mode, on data at random."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import qdrant_client
from qdrant_client import models as official

from aqdrant import QdrantClient, models

from .pair import CASES

SIZE = 4
VALUES: list[Any] = [
    "a", "b", "c", 1, 2, -3, ["a", "b"], ["a", 1], [1, 2.5], ["a", None], [], None, 2.5, True,
    {"x": 1}, ["a", "a"], [["a"]], "1", 7,
]  # fmt: skip
KEYS = ["k", "k[]", "deep.k", "zzz"]


class Both:
    """The same collection in both."""

    def __init__(self, random: Random) -> None:
        self.ours = QdrantClient(":memory:")
        self.theirs: Any = qdrant_client.QdrantClient(":memory:")
        self.ours.create_collection(
            "c", models.VectorParams(size=SIZE, distance=models.Distance.DOT)
        )
        params = official.VectorParams(size=SIZE, distance=official.Distance.DOT)
        self.theirs.create_collection("c", params)
        points: list[dict[str, Any]] = []
        for number in range(80):
            payload: dict[str, Any] = {"n": number}
            if random.random() < 0.9:
                payload["k"] = random.choice(VALUES)
            payload["deep"] = {"k": random.randrange(4)}
            vector = [random.gauss(0, 1) for _ in range(SIZE)]
            points.append({"id": number, "vector": vector, "payload": payload})
        self.ours.upsert("c", points)
        self.theirs.upsert("c", [official.PointStruct(**point) for point in points])

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def both(seed: int) -> Iterator[Both]:
    both = Both(Random(seed))
    yield both
    both.close()


def shown(groups: Any) -> tuple[list[Any], list[float]]:
    """Groups by their first points, and all scores."""

    def key(group: Any) -> Any:
        return group.hits[0].id, str(group.id), str(type(group.id))

    ordered = sorted(groups.groups, key=key)
    found = [
        (group.id, [hit.id for hit in group.hits], group.lookup is not None) for group in ordered
    ]
    return found, [hit.score for group in ordered for hit in group.hits]


def test_groups(both: Both, seed: int) -> None:
    random = Random(seed)
    for _ in range(max(30, CASES // 100)):
        key = random.choice(KEYS)
        query = [random.gauss(0, 1) for _ in range(SIZE)]
        bounds = {"key": "n", "range": {"gte": random.randrange(60)}}
        limit = random.choice([100, 100, 100, 1, 2])  # groups may tie where the limit cuts
        arguments: dict[str, Any] = {"limit": limit, "group_size": random.randrange(1, 5)}
        if random.random() < 0.4:
            arguments["score_threshold"] = random.gauss(0.0, 0.5)
        if random.random() < 0.4:
            arguments["with_lookup"] = "c"
        ours = both.ours.query_points_groups(
            "c",
            key,
            query,
            query_filter=models.Filter.model_validate({"must": [bounds]}),
            **arguments,
        )
        narrowed = official.Filter.model_validate({"must": [bounds]})
        theirs = both.theirs.query_points_groups(
            "c", key, query=query, query_filter=narrowed, **arguments
        )
        if limit == 100:
            (found, scores), (wanted, others) = shown(ours), shown(theirs)
            assert found == wanted, (key, query, arguments)
            assert scores == pytest.approx(others, rel=1e-5, abs=1e-6)
        else:
            assert [group.hits[0].id for group in ours.groups] == [
                group.hits[0].id for group in theirs.groups
            ]


def test_matrices(both: Both, seed: int) -> None:
    random = Random(seed)
    for _ in range(5):
        least = random.randrange(40)
        bounds = {"must": [{"key": "n", "range": {"gte": least}}]}
        arguments: dict[str, Any] = {"sample": 100, "limit": random.randrange(1, 60)}
        ours = both.ours.search_matrix_offsets(
            "c", query_filter=models.Filter.model_validate(bounds), **arguments
        )
        theirs = both.theirs.search_matrix_offsets(
            "c", query_filter=official.Filter.model_validate(bounds), **arguments
        )
        assert ours.ids == theirs.ids == list(range(least, 80))
        assert ours.offsets_row == theirs.offsets_row
        assert ours.offsets_col == theirs.offsets_col
        assert ours.scores == pytest.approx(theirs.scores, rel=1e-5, abs=1e-6)
        pairs = both.ours.search_matrix_pairs(
            "c", query_filter=models.Filter.model_validate(bounds), **arguments
        )
        places = zip(ours.offsets_row, ours.offsets_col, ours.scores, strict=True)
        wanted = [(ours.ids[row], ours.ids[column], score) for row, column, score in places]
        assert [(pair.a, pair.b, pair.score) for pair in pairs.pairs] == wanted


def test_sample_is_a_sample(both: Both) -> None:
    seen: set[int | str] = set()
    for _ in range(40):
        found = both.ours.search_matrix_offsets("c", sample=5, limit=2)
        assert len(set(found.ids)) == 5
        assert found.ids == sorted(found.ids)
        assert len(found.scores) == 10
        seen |= set(found.ids)
    assert len(seen) > 40
