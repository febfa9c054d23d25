"""Payload indexes, and what they are for, give the answers of the real engine on data at random."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from itertools import groupby
from random import Random

import pytest

from aqdrant import models, operations

from .generate import Generator
from .pair import CASES, Pair, show, small_thresholds

KEYS = ["a", "b", "a.b", "c[]", "a[].b"]
ROUNDS = 12
"""Indexes a collection."""

Kind = models.PayloadSchemaType


@pytest.fixture(autouse=True)
def thresholds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    small_thresholds(monkeypatch, seed)


def held(pair: Pair) -> dict[str, int]:
    schema = pair.run(operations.GetCollection).payload_schema
    return {name: described.points for name, described in schema.items()}


def test_text_indexes(seed: int) -> None:
    for batch in range(max(3, CASES // 240)):
        generator, pair = Generator(seed + batch), Pair()
        pair.upsert([generator.point() for _ in range(60)])
        for _ in range(ROUNDS):
            key, params = generator.random.choice(KEYS), generator.text_params()
            pair.index(key, params)
            for case in range(20):
                if case % 8 == 7:
                    pair.upsert([generator.point() for _ in range(3)])
                match = generator.text_match()
                condition = models.Filter(must=[models.FieldCondition(key=key, match=match)])
                assert pair.ids(condition) == pair.edge.ids(condition), (
                    f"{show(params)} {show(condition)}"
                )
            pair.index(generator.random.choice(KEYS), generator.random.choice(list(Kind)))
            assert held(pair) == pair.edge.indexed()
        pair.edge.close()


def bands(found: Sequence[tuple[int | str, float]], limit: int) -> list[tuple[float, object]]:
    """Values in their order, each with its ids as a set; of the last one, that goes on, a count."""
    groups = [
        (value, [point_id for point_id, _ in group])
        for value, group in groupby(found, key=lambda pair: pair[1])
    ]
    full: list[tuple[float, object]] = [(value, frozenset(ids)) for value, ids in groups]
    if groups and len(found) == limit:
        full[-1] = (groups[-1][0], len(groups[-1][1]))
    return full


def some_points(generator: Generator) -> models.Filter | None:
    """A filter that asks no index, because the real engine's indexes answer differently."""
    if generator.random.random() < 0.7:
        return None
    ids = [generator.point_id() for _ in range(20)]
    return models.Filter(must=[models.HasIdCondition(has_id=ids)])


def compare_orders(generator: Generator, pair: Pair, key: str, limit: int) -> None:
    condition = some_points(generator)
    starts = [None, None, 0, 1, 2.5, -1, 1e300, "2024-01-01"]
    # Behind a filter the real engine compares a start with integers as floats, else as integers.
    starts += [2**53 + 1] if condition is None else []
    order = models.OrderBy(
        key=key,
        direction=generator.random.choice([None, *models.Direction]),
        start_from=generator.random.choice(starts),
    )
    request = models.ScrollRequest(limit=limit, filter=condition, order_by=order)
    found = pair.run(operations.ScrollPoints, body=request).points
    ours = [(record.id, record.order_value) for record in found]
    theirs = pair.edge.ordered(request)
    # Of arrays that hold a value twice the real engine may find too few points behind a filter.
    if condition is None or len(ours) <= len(theirs):
        assert bands(ours, limit) == bands(theirs, limit), show(request)


def compare_facets(generator: Generator, pair: Pair, key: str, limit: int) -> None:
    condition = some_points(generator)
    request = models.FacetRequest(key=key, limit=limit, filter=condition)
    ours = [(hit.value, hit.count) for hit in pair.run(operations.Facet, body=request).hits]
    # The real engine still lists some values that no point has any more.
    assert ours == [hit for hit in pair.edge.facet(request) if hit[1]], show(request)


def test_orders_and_facets(seed: int) -> None:
    for batch in range(max(3, CASES // 120)):
        generator, pair = Generator(seed + batch), Pair()
        pair.upsert([generator.point() for _ in range(60)])
        for _ in range(ROUNDS):
            key = generator.random.choice(KEYS)
            kind = generator.random.choice([k for k in Kind if k not in (Kind.GEO, Kind.TEXT)])
            pair.index(key, kind)
            for case in range(10):
                if case % 4 == 3:
                    pair.upsert([generator.point() for _ in range(3)])
                limit = generator.random.choice([1, 3, 100])
                if kind in (Kind.INTEGER, Kind.FLOAT, Kind.DATETIME):
                    compare_orders(generator, pair, key, limit)
                else:
                    compare_facets(generator, pair, key, limit)
        pair.edge.close()


def spelled(number: int, spelling: int) -> str:
    """One of a few UUIDs, in one of five spellings."""
    found = uuid.UUID(int=number)
    text = [str(found), found.hex, f"{{{found}}}", found.urn, str(found)][spelling]
    return text.upper() if spelling == 4 else text


def test_uuid_indexes_and_conditions_of_two_tests(seed: int) -> None:
    random, pair = Random(seed), Pair()

    def some_uuid() -> str:
        return spelled(0xABC << 100 | random.randrange(4), random.randrange(5))

    def value() -> object:
        return random.choice([some_uuid(), some_uuid(), "other", 1, 2, 2.5, None, [some_uuid(), 1]])

    points = [models.PointStruct(id=i, vector={}, payload={"u": value()}) for i in range(60)]
    pair.upsert(points)
    for case in range(max(60, CASES // 10)):
        if case % 20 == 0:
            pair.index("u", random.choice([Kind.UUID, Kind.UUID, Kind.INTEGER, Kind.FLOAT]))
        texts = [some_uuid() for _ in range(random.randrange(1, 3))]
        matches: list[models.Match] = [models.MatchValue(value=texts[0])]
        matches += [models.MatchAny(any=texts), models.MatchAny(any=[*texts, "other"])]
        kind = pair.run(operations.GetCollection).payload_schema["u"].data_type
        if kind == Kind.UUID:  # other indexes leave other types out, which ours does not
            matches.append(models.MatchExcept(except_=texts))
        else:
            matches = [models.MatchValue(value=random.choice([1, 2]))]
        bounds = models.Range(gte=random.choice([1, 2])) if random.random() < 0.5 else None
        tests = {"match": random.choice(matches), "range": bounds}
        condition = models.Filter(must=[models.FieldCondition(key="u", **tests)])
        assert pair.ids(condition) == pair.edge.ids(condition), f"{kind} {show(condition)}"
    pair.edge.close()
