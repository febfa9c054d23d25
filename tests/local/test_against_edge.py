"""The engine gives the answers of the real one, on data at random.

`AQDRANT_EDGE_CASES=50000` runs that many cases of each kind in place of a share that fits CI.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant.exceptions import NotFound

from .edge_models import Ranked, numbers
from .generate import SPARSE, VECTORS, Generator
from .pair import CASES, Pair, show, small_thresholds

TOLERANCE = 1e-5


@pytest.fixture(autouse=True)
def thresholds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    small_thresholds(monkeypatch, seed)


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.edge.close()


def test_filters(pair: Pair, seed: int) -> None:
    for batch in range(max(1, CASES // 1000)):
        generator = Generator(seed + batch)
        pair.upsert([generator.point() for _ in range(80)])
        for case in range(min(CASES, 1000) or 1000):
            if case % 50 == 49:  # the columns are kept up to date
                pair.upsert([generator.point() for _ in range(3)])
            condition = generator.filter()
            ours, theirs = pair.ids(condition), pair.edge.ids(condition)
            assert ours == theirs, show(condition)
            body = models.CountRequest(filter=condition)
            assert pair.run(operations.CountPoints, body=body).count == len(theirs)


def bands_match(ours: Ranked, theirs: Ranked, limit: int) -> bool:
    """Whether scores agree place by place, and ids as sets wherever scores tie."""
    if len(ours) != len(theirs):
        return False
    if not all(
        math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for (_, a), (_, b) in zip(ours, theirs, strict=True)
    ):
        return False
    start = 0
    while start < len(ours):
        end = start + 1
        while end < len(ours) and math.isclose(
            ours[end][1], ours[end - 1][1], rel_tol=2 * TOLERANCE, abs_tol=2 * TOLERANCE
        ):
            end += 1
        # The band at the end may go on behind the limit, in another order.
        if end < len(ours) or len(ours) < limit:
            left = {point_id for point_id, _ in ours[start:end]}
            if left != {point_id for point_id, _ in theirs[start:end]} and start > 0:
                return False
        start = end
    return True


def compare(pair: Pair, request: models.QueryRequest) -> None:
    limit = 10 if request.limit is None else request.limit
    try:
        ours = pair.query(request)
    except NotFound:  # a point named as input has no such vector
        return
    theirs = pair.edge.query(request)
    assert bands_match(ours, theirs, limit), f"{show(request)}\n{ours}\n{theirs}"


def test_queries(seed: int) -> None:
    for batch in range(max(8, CASES // 500)):
        pair = Pair()
        # Where scores tie, prefetches cut and rank as they please: only single queries meet ties.
        depth = 0 if batch % 4 == 0 else 2
        generator = Generator(seed + batch, ties=depth == 0)
        # Each id once: the real engine counts replaced points as documents until it optimises.
        points = {point.id: point for point in (generator.point() for _ in range(60))}
        pair.upsert(list(points.values()))
        ids = pair.ids()
        for _ in range(min(CASES, 500) or 200):
            compare(pair, generator.query(ids, depth))
        pair.edge.close()


def plain(record: models.Record) -> tuple[Any, dict[str, Any]]:
    vectors: Any = record.vector
    return record.payload, {
        name: list(zip(numbers(vector.indices), numbers(vector.values), strict=True))
        if isinstance(vector, models.SparseVector)
        else vector
        for name, vector in vectors.items()
    }


def same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)
    return (type(a) is type(b) and a == b) or (
        isinstance(b, float) and isinstance(a, int) and a == b
    )


def update(generator: Generator, pair: Pair, ids: Sequence[int | str]) -> str:
    """Run one update at random in both engines."""
    some = generator.random.sample(list(ids), min(len(ids), generator.random.randrange(1, 5)))
    condition = generator.filter(1)
    by_filter = generator.random.random() < 0.3
    chosen: Any = condition if by_filter else some
    selector: Any = {"filter": condition} if by_filter else {"points": some}
    points: Any = (
        models.FilterSelector(filter=condition) if by_filter else models.PointIdsList(points=some)
    )
    choice = generator.random.randrange(9)
    if choice == 0 and ids:
        mode = generator.random.choice(list(models.UpdateMode))
        only = condition if by_filter else None
        points = [generator.point() for _ in range(generator.random.randrange(1, 12))]
        listed = models.PointsList(points=points, update_filter=only, update_mode=mode)
        pair.run(operations.UpsertPoints, body=listed)
        pair.edge.upsert(points, only, mode)
        return f"{mode} {show(only)}"
    if choice < 2 or not ids:
        pair.upsert([generator.point() for _ in range(generator.random.randrange(1, 6))])
        return "upsert"
    if choice == 2:
        pair.run(operations.DeletePoints, body=points)
        pair.edge.change("delete_points", chosen)
    elif choice == 3:
        body = [models.PointVectors(id=i, vector=generator.vectors(0.4)) for i in some]
        body = [point for point in body if point.vector]
        if body:
            guard = condition if by_filter else None
            pair.run(
                operations.UpdateVectors,
                body=models.UpdateVectors(points=body, update_filter=guard),
            )
            pair.edge.update_vectors(body, guard)
    elif choice == 4:
        names = generator.random.sample([*VECTORS, *SPARSE], 2)
        body = models.DeleteVectors(vector=names, **selector)
        pair.run(operations.DeleteVectors, body=body)
        pair.edge.change("delete_vectors", chosen, names)
    elif choice == 5:
        key = generator.random.choice([None, None, "a", "a.b", "c[]", "b[].a", "b[0].a", "c[].d[]"])
        payload = generator.payload(1)
        pair.run(
            operations.SetPayload, body=models.SetPayload(payload=payload, key=key, **selector)
        )
        pair.edge.change("set_payload", chosen, payload, key)
    elif choice == 6:
        payload = generator.payload(1)
        pair.run(operations.OverwritePayload, body=models.SetPayload(payload=payload, **selector))
        pair.edge.change("overwrite_payload", chosen, payload, None)
    elif choice == 7:
        keys = generator.random.sample(["a", "a.b", "c[]", "c[].d", "b[0]", "a.b.c", "c[][]"], 2)
        pair.run(operations.DeletePayload, body=models.DeletePayload(keys=keys, **selector))
        pair.edge.change("delete_payload", chosen, keys)
    else:
        pair.run(operations.ClearPayload, body=points)
        pair.edge.change("clear_payload", chosen)
    return f"{choice} {show(chosen)}"


def test_updates(seed: int) -> None:
    for sequence in range(max(20, CASES // 40)):
        generator = Generator(seed + sequence)
        pair = Pair()
        pair.upsert([generator.point() for _ in range(20)])
        done: list[str] = []
        for _ in range(40):
            done.append(update(generator, pair, pair.ids()))
            ids = pair.ids()
            assert ids == pair.edge.ids(None), done
            body = models.PointRequest(ids=ids, with_payload=True, with_vector=True)
            ours = {
                record.id: plain(record) for record in pair.run(operations.GetPoints, body=body)
            }
            theirs = pair.edge.points(ids)
            for point_id in ids:
                assert same(ours[point_id], theirs[point_id]), (
                    f"{done[-1]}: {point_id}\n{ours[point_id]}\n{theirs[point_id]}"
                )
            for _ in range(2):
                condition = generator.filter()
                assert pair.ids(condition) == pair.edge.ids(condition), show(condition)
            request = generator.query(ids, 0)
            # Of sparse vectors that were replaced the real engine still finds what they had before,
            # until it optimises: test_engine.py has a model for those.
            if request.using not in SPARSE:
                compare(pair, request)
        pair.edge.close()


def test_elements_of_arrays_follow_updates(seed: int) -> None:
    for sequence in range(max(6, CASES // 200)):
        random, pair = Random(seed + sequence), Pair()

        def element() -> dict[str, Any]:
            inner = [{"z": random.randrange(3)} for _ in range(random.randrange(3))]  # noqa: B023
            return {"x": random.randrange(3), "y": random.randrange(3), "in": inner}  # noqa: B023

        for _ in range(30):
            points = [
                models.PointStruct(
                    id=random.randrange(20),
                    vector={},
                    payload={"list": [element() for _ in range(random.randrange(4))]},
                )
                for _ in range(random.randrange(1, 4))
            ]
            pair.upsert(points)
            if random.random() < 0.3:
                gone = [random.randrange(20) for _ in range(random.randrange(1, 8))]
                pair.run(operations.DeletePoints, body=models.PointIdsList(points=gone))
                pair.edge.change("delete_points", gone)
            deep = {"key": "in", "filter": {"must": [{"key": "z", "match": {"value": 1}}]}}
            for parts in (
                [{"key": "x", "match": {"value": random.randrange(3)}}, {"nested": deep}],
                [{"key": "x", "range": {"gte": 1}}, {"key": "y", "match": {"except": [1]}}],
            ):
                clause = random.choice(["must", "should", "must_not"])
                nested = {"nested": {"key": "list", "filter": {clause: parts}}}
                condition = models.Filter.model_validate({"must": [nested]})
                assert pair.ids(condition) == pair.edge.ids(condition), show(condition)
        pair.edge.close()
