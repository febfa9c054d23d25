"""Queries: what a server does above its engine, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models, operations
from aqdrant.exceptions import BadRequest, NotFound, UnsupportedOperation
from aqdrant_local.unsupported import UNSUPPORTED

from .conftest import Engine

POINT = models.GeoPoint(lon=0.0, lat=0.0)


def ids(points: list[models.ScoredPoint]) -> list[int | str]:
    return [point.id for point in points]


def test_ids_as_input_are_left_out_everywhere(engine: Engine) -> None:
    engine.fill(*({} for _ in range(6)))
    assert ids(engine.query(query=5, limit=2)) == [4, 3]
    nearest = models.NearestQuery(nearest=5)
    fused = engine.query(
        prefetch=[
            models.Prefetch(query=nearest, limit=2),
            models.Prefetch(query=[1.0, 0.0], limit=2),
            models.Prefetch(prefetch=[models.Prefetch(limit=3)], query=[-1.0, 0.0], limit=1),
        ],
        query=models.FusionQuery(fusion=models.Fusion.RRF),
    )
    assert ids(fused) == [4, 3, 0]
    with pytest.raises(NotFound, match="No point with id 77 found"):
        engine.query(query=77)


def test_vectors_of_other_collections_as_input(engine: Engine) -> None:
    engine.fill({}, {}, {})
    engine.create("other", vectors={"v": models.VectorParams(size=2, distance=models.Distance.DOT)})
    engine.upsert(models.PointStruct(id=1, vector={"v": [-1.0, 0.0]}), collection="other")
    place = models.LookupLocation(collection="other", vector="v")
    # Point 1 of the other collection is not point 1 of this one.
    assert ids(engine.query(query=1, lookup_from=place)) == [0, 1, 2]
    own = models.LookupLocation(collection="c")
    assert ids(engine.query(query=1, lookup_from=own)) == [2, 0]
    with pytest.raises(BadRequest, match="no vector without a name"):
        engine.query(query=1, lookup_from=models.LookupLocation(collection="other"))
    with pytest.raises(NotFound, match="`nope`"):
        engine.query(query=1, lookup_from=models.LookupLocation(collection="nope"))


def test_ties_are_broken_by_id(engine: Engine, seed: int) -> None:
    random = np.random.default_rng(seed)
    count, size = 5000, 48
    vector = random.standard_normal(size).astype(np.float32)
    order = random.permutation(count)
    engine.create(vectors=models.VectorParams(size=size, distance=models.Distance.COSINE))
    batch = models.Batch(
        ids=order.tolist(),
        vectors=np.tile(vector, (count, 1)),
        payloads=[{"n": int(number) % 3} for number in order],
    )
    engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    query = random.standard_normal(size).astype(np.float32)
    assert ids(engine.query(query=query, limit=20)) == list(range(20))
    third = models.FieldCondition(key="n", match=models.MatchValue(value=2))
    few = models.Filter(must=[third, models.HasIdCondition(has_id=list(range(300)))])
    assert ids(engine.query(query=query, limit=3, filter=few)) == [2, 5, 8]
    assert ids(engine.query(query=query, limit=3, filter=models.Filter(must=[third]))) == [2, 5, 8]
    prefetches = [models.Prefetch(query=query, limit=4)] * 2
    fused = engine.query(
        prefetch=prefetches, query=models.RrfQuery(rrf=models.Rrf(weights=[1.0, 1.0]))
    )
    assert ids(fused) == [0, 1, 2, 3]


@pytest.mark.parametrize("distance", list(models.Distance))
def test_large_scans_find_what_a_plain_sort_finds(
    engine: Engine, distance: models.Distance, seed: int
) -> None:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((9000, 24)).astype(np.float32)
    query = random.standard_normal(24).astype(np.float32)
    engine.dense(24, distance)
    batch = models.Batch(ids=list(range(9000)), vectors=vectors)
    engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    wide, asked = vectors.astype(np.float64), query.astype(np.float64)
    if distance == models.Distance.EUCLID:
        scores = np.linalg.norm(wide - asked, axis=1)
    elif distance == models.Distance.MANHATTAN:
        scores = np.abs(wide - asked).sum(axis=1)
    else:
        scores = wide @ asked
        if distance == models.Distance.COSINE:
            scores /= np.linalg.norm(wide, axis=1) * np.linalg.norm(asked)
    order = np.argsort(scores if distance in ("Euclid", "Manhattan") else -scores)[:50]
    found = engine.query(query=query, limit=50)
    assert [hit.score for hit in found] == pytest.approx(scores[order].tolist(), rel=1e-5)
    assert ids(found) == order.tolist()
    bound = float(found[9].score)
    assert ids(engine.query(query=query, limit=50, score_threshold=bound)) == ids(found)[:9]


def test_filters_hold_where_few_points_have_the_vector(engine: Engine) -> None:
    size = models.VectorParams(size=2, distance=models.Distance.DOT)
    engine.create(vectors={"a": size, "rare": size})
    points = [
        models.PointStruct(
            id=number,
            vector={"rare" if number % 20 == 0 else "a": [float(number), 1.0]},
            payload={"n": number},
        )
        for number in range(100)
    ]
    engine.upsert(*points)
    most = models.Filter(must=[models.FieldCondition(key="n", range=models.Range(lt=60))])
    found = engine.query(query=[1.0, 0.0], using="rare", filter=most)
    assert ids(found) == [40, 20, 0]
    assert ids(engine.query(query=80, using="rare")) == [60, 40, 20, 0]


def test_points_without_the_vector_are_not_found_by_a_filter(engine: Engine) -> None:
    size = models.VectorParams(size=2, distance=models.Distance.DOT)
    engine.create(vectors={"a": size, "b": size})
    for numbers, name in ((range(100), "a"), (range(100, 104), "b")):
        engine.upsert(
            *(models.PointStruct(id=number, vector={name: [-1.0, 1.0]}) for number in numbers)
        )
    few = models.Filter(must=[models.HasIdCondition(has_id=[7, 100, 103])])
    assert ids(engine.query(query=[1.0, 0.0], using="a", filter=few)) == [7]


def test_no_query_gives_points_by_id(engine: Engine) -> None:
    engine.fill({"n": 0}, {"n": 1}, {"n": 0})
    points = engine.query(limit=2, with_payload=True)
    assert [(point.id, point.score, point.version) for point in points] == [
        (0, 1.0, 0),
        (1, 1.0, 0),
    ]
    assert ids(engine.query(offset=2)) == [2]


def test_versions_number_the_updates(engine: Engine) -> None:
    engine.fill({}, {})
    body = models.SetPayload(payload={"x": 1}, points=[1])
    engine.run(operations.SetPayload, body=body)
    assert {hit.id: hit.version for hit in engine.query(query=[1.0, 1.0])} == {0: 1, 1: 2}


def test_batches_answer_each_query(engine: Engine) -> None:
    engine.fill({}, {}, {})
    searches = [models.QueryRequest(query=[1.0, 0.0]), models.QueryRequest(query=0, limit=1)]
    body = models.QueryRequestBatch(searches=searches)
    first, second = engine.run(operations.QueryBatchPoints, body=body)
    assert ids(first.points) == [2, 1, 0]
    assert len(second.points) == 1


@pytest.mark.parametrize("distance", [models.Distance.COSINE, models.Distance.EUCLID])
def test_queries_of_a_batch_are_answered_as_alone(
    engine: Engine, distance: models.Distance, seed: int
) -> None:
    random = np.random.default_rng(seed)
    engine.dense(24, distance)
    batch = models.Batch(
        ids=list(range(3000)),
        vectors=random.standard_normal((3000, 24)).astype(np.float32),
        payloads=[{"n": number % 100, "one": number % 20 == 0 or 1} for number in range(3000)],
    )
    engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    conditions: list[models.Condition | None] = [
        None,
        models.FieldCondition(key="n", range=models.Range(lt=60)),
        models.FieldCondition(key="n", range=models.Range(lt=10)),
        models.FieldCondition(key="one", match=models.MatchValue(value=True)),
        models.FieldCondition(key="one", match=models.MatchValue(value=1)),
        models.HasIdCondition(has_id=[5, 9]),
    ]
    filters = [None if one is None else models.Filter(must=[one]) for one in conditions]
    searches = [
        models.QueryRequest(query=random.standard_normal(24), filter=filters[place % 6], limit=5)
        for place in range(24)
    ]
    body = models.QueryRequestBatch(searches=searches)
    together = engine.run(operations.QueryBatchPoints, body=body)
    alone = [engine.run(operations.QueryPoints, body=search) for search in searches]
    assert together == alone
    wrong = models.QueryRequest(query=[1.0, 2.0], filter=filters[2])
    body = models.QueryRequestBatch(searches=[*searches, wrong])
    with pytest.raises(BadRequest, match=r"requests\[24\].*24"):
        engine.run(operations.QueryBatchPoints, body=body)


FUSION = models.FusionQuery(fusion=models.Fusion.RRF)
PREFETCH = [models.Prefetch(query=[1.0, 0.0])]


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"query": [1.0]}, "query's vector has 1 dimensions; the collection's has 2"),
        ({"query": [[1.0, 2.0]]}, "query's vector is a multivector|1 dimensions"),
        ({"query": [1e39, 0.0]}, "float32"),
        ({"query": [1.0, 1.0], "using": "x"}, "no vector 'x'"),
        ({"query": models.SparseVector(indices=[1], values=[1.0])}, "sparse|1 dimensions"),
        ({"query": [1.0, 1.0], "limit": 0}, "limit must be 1 or more"),
        ({"query": [1.0, 1.0], "offset": -1}, "offset must be 0 or more"),
        ({"prefetch": PREFETCH}, "query is needed to merge"),
        ({"query": FUSION}, "needs prefetches"),
        ({"query": FUSION, "prefetch": []}, "needs prefetches"),
        ({"query": FUSION, "prefetch": PREFETCH, "using": "x"}, "without `using`"),
        ({"query": models.RrfQuery(rrf=models.Rrf(k=0)), "prefetch": PREFETCH}, "rrf.k must be 1"),
        (
            {"query": models.RrfQuery(rrf=models.Rrf(weights=[1.0, 2.0])), "prefetch": PREFETCH},
            "2 weights for 1 prefetches",
        ),
        ({"query": [1.0, 1.0], "with_vector": ["x"]}, "no vector 'x'"),
        ({"query": [1.0, 1.0], "with_payload": ["[0]"]}, "Invalid payload key"),
        ({"filter": models.Filter(must=[models.FieldCondition(key="k")])}, "tests nothing"),
        (
            {"filter": models.Filter(min_should=models.MinShould(conditions=[], min_count=0))},
            "min_count must be 1 or more",
        ),
    ],
)
def test_bad_queries(engine: Engine, request_: dict[str, Any], text: str) -> None:
    engine.fill({}, {})
    with pytest.raises(BadRequest, match=text):
        engine.query(**request_)


def test_error_of_a_part_names_the_part(engine: Engine) -> None:
    engine.fill({}, {})
    inner = models.Prefetch(prefetch=[*PREFETCH, models.Prefetch(query=[1.0])], query=FUSION)
    bad = models.QueryRequest(prefetch=[*PREFETCH, inner], query=FUSION)
    body = models.QueryRequestBatch(searches=[models.QueryRequest(), bad])
    with pytest.raises(BadRequest) as caught:
        engine.run(operations.QueryBatchPoints, body=body)
    assert caught.value.parameter == "requests[1].prefetch[1].prefetch[1].vector"
    assert "prefetch[1].prefetch[1]: The query's vector has 1 dim" in str(caught.value)


REFUSED: dict[type | str, dict[str, Any]] = {
    models.Document: {"query": models.Document(text="x", model="m")},
    models.Image: {"query": models.Image(image="x", model="m")},
    models.InferenceObject: {"query": models.InferenceObject(object={}, model="m")},
}


@pytest.mark.parametrize("what", REFUSED, ids=lambda what: getattr(what, "__name__", what))
def test_what_the_engine_lacks_is_refused_by_name(engine: Engine, what: type | str) -> None:
    engine.fill({"k": 1}, {})
    with pytest.raises(UnsupportedOperation, match=UNSUPPORTED[what]):
        engine.query(**REFUSED[what])


def test_the_table_of_what_is_lacking_is_tested_whole() -> None:
    assert set(UNSUPPORTED) == REFUSED.keys()


async def test_nested_filter_that_wants_any_of_none_passes_nothing() -> None:
    # No case of the kit: gRPC cannot tell an empty `should` from none.
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection("c", {})
        await client.upsert("c", [{"id": 1, "vector": {}, "payload": {"a": [{"x": 1}]}}])
        nested: dict[str, object] = {"key": "a"}
        for more, count in (({}, 1), ({"should": []}, 0)):
            nested["filter"] = {"must": {"key": "x", "match": {"value": 1}}} | more
            assert (await client.count("c", {"must": {"nested": nested}})).count == count
