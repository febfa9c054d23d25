"""Strict mode: a collection refuses what its settings forbid, with a server's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import BadRequest, RateLimited

RULES: dict[str, Any] = {
    "enabled": True,
    "max_query_limit": 5,
    "unindexed_filtering_retrieve": False,
    "unindexed_filtering_update": False,
    "search_max_hnsw_ef": 20,
    "search_allow_exact": False,
    "search_max_oversampling": 2.0,
    "upsert_max_batchsize": 3,
    "search_max_batchsize": 2,
    "filter_max_conditions": 3,
    "condition_max_size": 3,
    "max_payload_index_count": 2,
    "sparse_config": {"sp": {"max_length": 2}},
    "multivector_config": {"mv": {"max_vectors": 2}},
    "max_points_count": 6,
}
ONE = [1.0, 1.0]


def matching(key: str, value: Any) -> models.Filter:
    return models.Filter.model_validate({"must": [{"key": key, "match": {"value": value}}]})


def points(*ids: int) -> list[models.PointStruct]:
    return [models.PointStruct(id=n, vector={"v": ONE}, payload={"c": n}) for n in ids]


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    multi = {"comparator": "max_sim"}
    vectors = {
        "v": {"size": 2, "distance": "Dot"},
        "mv": {"size": 2, "distance": "Dot", "multivector_config": multi},
    }
    made = models.CreateCollection.model_validate(
        {"vectors": vectors, "sparse_vectors": {"sp": {}}, "strict_mode_config": RULES}
    )
    client.create_collection(
        "c", made.vectors, made.sparse_vectors, strict_mode_config=made.strict_mode_config
    )
    client.upsert("c", points(0, 1, 2))
    client.create_payload_index("c", "a", "integer")
    client.create_payload_index("c", "b", "keyword")
    yield client
    client.close()


SearchParams = models.SearchParams
UNINDEXED = 'Index required but not found for "c" of one of the following types: [integer].'
SPARSE = {"sp": models.SparseVector(indices=[1, 2, 3], values=[*ONE, 1.0])}
FORMULA = models.FormulaQuery(formula=models.SumExpression(sum=["c", 1.0]))
BROKEN: dict[str, tuple[Callable[[QdrantClient], Any], str]] = {
    "upsert": (lambda c: c.upsert("c", points(1, 2, 3, 4)), 'exceeded 4 > 3 for "upsert limit"'),
    "update": (
        lambda c: c.update_vectors("c", [{"id": n, "vector": {"v": ONE}} for n in (0, 1, 2, 0)]),
        'exceeded 4 > 3 for "update limit"',
    ),
    "index": (
        lambda c: c.create_payload_index("c", "c", "integer"),
        "the maximum number of payload indices (2)",
    ),
    "scroll filter": (lambda c: c.scroll("c", matching("c", 1), limit=2), UNINDEXED),
    "query filter": (
        lambda c: c.query_points("c", ONE, "v", query_filter=matching("c", 1), limit=2),
        UNINDEXED,
    ),
    "other index": (
        lambda c: c.count("c", matching("b", 1)),
        'not found for "b" of one of the following types: [integer]',
    ),
    "delete filter": (lambda c: c.delete("c", matching("c", 1)), UNINDEXED),
    "payload filter": (lambda c: c.set_payload("c", {"x": 1}, matching("c", 1)), UNINDEXED),
    "formula": (
        lambda c: c.query_points(
            "c", FORMULA, prefetch=models.Prefetch(query=ONE, using="v", limit=2), limit=2
        ),
        'not found for "c" of one of the following types: [float, integer]',
    ),
    "conditions": (
        lambda c: c.scroll("c", models.Filter(must=[matching("a", 1)] * 4), limit=2),
        "condition limit reached (4 > 3)",
    ),
    "limit": (lambda c: c.query_points("c", ONE, "v", limit=6), 'exceeded 6 > 5 for "limit"'),
    "default limit": (lambda c: c.query_points("c", ONE, "v"), 'exceeded 10 > 5 for "limit"'),
    "prefetch limit": (
        lambda c: c.query_points(
            "c",
            models.FusionQuery(fusion=models.Fusion.RRF),
            prefetch=models.Prefetch(query=ONE, using="v", limit=60),
            limit=2,
        ),
        'exceeded 60 > 5 for "limit"',
    ),
    "groups": (
        lambda c: c.query_points_groups("c", "b", ONE, "v", limit=3, group_size=3),
        'exceeded 9 > 5 for "limit"',
    ),
    "group key": (
        lambda c: c.query_points_groups("c", "c", ONE, "v", limit=1, group_size=1),
        'Index required but not found for "c".',
    ),
    "facet": (lambda c: c.facet("c", "b", limit=6), 'exceeded 6 > 5 for "limit"'),
    "matrix": (
        lambda c: c.search_matrix_pairs("c", sample=3, limit=3, using="v"),
        'exceeded 9 > 5 for "limit"',
    ),
    "hnsw_ef": (
        lambda c: c.query_points("c", ONE, "v", limit=1, search_params=SearchParams(hnsw_ef=21)),
        'exceeded 21 > 20 for "hnsw_ef"',
    ),
    "exact": (
        lambda c: c.query_points("c", ONE, "v", limit=1, search_params=SearchParams(exact=True)),
        "Exact search disabled!",
    ),
    "exact count": (lambda c: c.count("c", exact=True), "Exact search disabled!"),
    "oversampling": (
        lambda c: c.query_points(
            "c",
            ONE,
            "v",
            limit=1,
            search_params=SearchParams(
                quantization=models.QuantizationSearchParams(oversampling=2.5)
            ),
        ),
        'exceeded 2.5 > 2 for "oversampling"',
    ),
    "batch": (
        lambda c: c.query_batch_points(
            "c", [models.QueryRequest(query=ONE, using="v", limit=1)] * 3
        ),
        'exceeded 3 > 2 for "search batch size"',
    ),
    "sparse": (
        lambda c: c.upsert("c", [models.PointStruct(id=1, vector=SPARSE)]),
        "Sparse vector 'sp' has a limit of 2 indices, but 3 were provided!",
    ),
    "multivector": (
        lambda c: c.upsert("c", [models.PointStruct(id=1, vector={"mv": [ONE] * 3})]),
        "Multivector 'mv' has a limit of 2 vectors, but 3 were provided!",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_rule_is_named(client: QdrantClient, rule: str) -> None:
    call, text = BROKEN[rule]
    with pytest.raises(BadRequest, match=re.escape(text)):
        call(client)
    client.update_collection("c", strict_mode_config=models.StrictModeConfig(enabled=False))
    call(client)


def test_allowed_calls_pass(client: QdrantClient) -> None:
    assert len(client.scroll("c", limit=5)[0]) == 3
    assert client.scroll("c", matching("a", 1), limit=2)[0] == []
    assert client.count("c", exact=False).count == 3
    client.upsert("c", points(3, 4, 5))
    with pytest.raises(BadRequest, match="Max points count limit of 6 reached!"):
        _repeat(lambda: client.upsert("c", points(1)))
    client.delete("c", [5])
    with pytest.raises(BadRequest, match="Max points count limit of 6 reached!"):
        client.upsert("c", points(5))  # the points have not been counted again yet


def _repeat(call: Callable[[], object]) -> None:
    """As often as it takes until a collection is measured."""
    for _ in range(32):
        call()


def test_sizes_are_limited(client: QdrantClient) -> None:
    rules = models.StrictModeConfig(enabled=True, max_collection_vector_size_bytes=16)
    client.create_collection(
        "z", models.VectorParams(size=2, distance=models.Distance.DOT), strict_mode_config=rules
    )
    one = models.PointStruct(id=1, vector=ONE, payload={"text": "x" * 20})
    client.upsert("z", [one])
    client.upsert("z", [models.PointStruct(id=2, vector=ONE)])
    with pytest.raises(BadRequest, match="Max vector storage size limit"):
        _repeat(lambda: client.upsert("z", [one]))
    payload_size = models.StrictModeConfig(max_collection_payload_size_bytes=10)
    client.update_collection("z", strict_mode_config=payload_size)
    with pytest.raises(BadRequest, match="payload storage size limit"):
        client.set_payload("z", {"a": 1}, [1])
    client.delete("z", [1])


def test_rates_are_limited(client: QdrantClient) -> None:
    rules = models.StrictModeConfig(enabled=True, read_rate_limit=2, write_rate_limit=4)
    client.create_collection(
        "r", models.VectorParams(size=2, distance=models.Distance.DOT), strict_mode_config=rules
    )
    client.scroll("r", limit=1)
    client.scroll("r", limit=1)
    with pytest.raises(RateLimited, match="Read rate limit exceeded: Operation requires") as caught:
        client.query_points("r", ONE)
    assert caught.value.status_code == 429
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 30
    with pytest.raises(RateLimited, match="please try to split your request"):
        client.query_batch_points("r", [models.QueryRequest(query=ONE)] * 5)
    many = [models.PointStruct(id=n, vector=ONE) for n in range(4)]
    client.upsert("r", many)
    with pytest.raises(RateLimited, match="Write rate limit exceeded"):
        client.delete("r", [1])
    client.update_collection("r", strict_mode_config=models.StrictModeConfig(write_rate_limit=9))
    client.delete("r", [1])
    assert client.get_collection("r").points_count == 3
