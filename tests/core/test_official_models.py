"""Models of the official client, which other packages make, in place of ours: the same is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from qdrant_client import models as official

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import ArgumentError
from aqdrant.testing import RecordingTransport

C = "texts"


def condition(m: Any) -> Any:
    return m.Filter(
        must=[m.FieldCondition(key="a", match=m.MatchExcept(**{"except": [1, 2]}))],
        should=m.HasIdCondition(has_id=[1, 2]),
        must_not=[m.NestedCondition(nested=m.Nested(key="n", filter=m.Filter(must=[])))],
    )


def point(m: Any) -> Any:
    words = m.SparseVector(indices=[1, 5], values=[0.5, 1.5])
    return m.PointStruct(id=1, vector={"": [0.5], "words": words}, payload={"a": {"b": None}})


CALLS: dict[str, Callable[[AsyncQdrantClient, Any], Any]] = {
    "batch": lambda client, m: client.upsert(C, m.Batch(ids=[1], vectors=[[0.5]])),
    "points": lambda client, m: client.upsert(C, [point(m)], update_filter=condition(m)),
    "list": lambda client, m: client.upsert(C, m.PointsList(points=[point(m)])),
    "vectors": lambda client, m: client.update_vectors(C, [m.PointVectors(id=1, vector=[0.5])]),
    "filter": lambda client, m: client.delete(C, condition(m)),
    "selector": lambda client, m: client.delete(C, m.FilterSelector(filter=condition(m))),
    "ids": lambda client, m: client.delete(C, m.PointIdsList(points=[1, "00" * 16])),
    "payload": lambda client, m: client.set_payload(C, {"a": 1}, condition(m), ordering="strong"),
    "updates": lambda client, m: client.batch_update_points(
        C,
        [
            m.UpsertOperation(upsert=m.PointsList(points=[point(m)])),
            m.ClearPayloadOperation(clear_payload=m.PointIdsList(points=[1])),
        ],
    ),
    "collection": lambda client, m: client.create_collection(
        C,
        {"a": m.VectorParams(size=1, distance=m.Distance.DOT, datatype=m.Datatype.FLOAT16)},
        sparse_vectors_config={"words": m.SparseVectorParams(modifier=m.Modifier.IDF)},
        quantization_config=m.ScalarQuantization(
            scalar=m.ScalarQuantizationConfig(type=m.ScalarType.INT8)
        ),
    ),
    "index": lambda client, m: client.create_payload_index(
        C, "a", m.TextIndexParams(type=m.TextIndexType.TEXT, tokenizer=m.TokenizerType.WORD)
    ),
    "hybrid": lambda client, m: client.query_points(
        C,
        m.FusionQuery(fusion=m.Fusion.RRF),
        prefetch=[m.Prefetch(query=m.SparseVector(indices=[1], values=[1.0]), using="words")],
        query_filter=condition(m),
        search_params=m.SearchParams(exact=True),
        with_payload=m.PayloadSelectorInclude(include=["a"]),
        lookup_from=m.LookupLocation(collection="other"),
    ),
    "formula": lambda client, m: client.query_points(
        C, m.FormulaQuery(formula=m.SumExpression(sum=["$score", m.NegExpression(neg=1.0)]))
    ),
    "nearest": lambda client, m: client.query_points(C, m.NearestQuery(nearest=[0.5])),
    "requests": lambda client, m: client.query_batch_points(
        C, [m.QueryRequest(query=m.RecommendQuery(recommend=m.RecommendInput(positive=[1])))]
    ),
    "scroll": lambda client, m: client.scroll(
        C, condition(m), order_by=m.OrderBy(key="a", direction=m.Direction.DESC)
    ),
    "aliases": lambda client, m: client.update_collection_aliases(
        [m.CreateAliasOperation(create_alias=m.CreateAlias(collection_name=C, alias_name="b"))]
    ),
    "http": lambda client, m: client.http.points_api.count_points(
        C, count_request=m.CountRequest(filter=condition(m))
    ),
}


async def sent(call: Callable[[AsyncQdrantClient, Any], Any], m: Any) -> Any:
    transport = RecordingTransport()
    async with AsyncQdrantClient(transport=transport) as client:
        await call(client, m)
    return transport.operations


@pytest.mark.one_loop
@pytest.mark.parametrize("name", CALLS)
async def test_the_same_is_sent(name: str) -> None:
    assert await sent(CALLS[name], official) == await sent(CALLS[name], models)


@pytest.mark.one_loop
async def test_uploads_take_points_and_records() -> None:
    record = official.Record(id=2, vector={"words": point(official).vector["words"]})
    async with AsyncQdrantClient(":memory:") as client:
        params = models.VectorParams(size=1, distance=models.Distance.DOT)
        await client.create_collection(C, {"": params}, {"words": models.SparseVectorParams()})
        await client.upload_points(C, [point(official), record], wait=True)
        found = await client.retrieve(C, [1, 2], with_vectors=True)
    words = models.SparseVector(indices=[1, 5], values=[0.5, 1.5])
    assert found[0].vector == {"": [0.5], "words": words}
    assert (found[0].payload, found[1].vector) == ({"a": {"b": None}}, {"words": words})


@pytest.mark.one_loop
async def test_what_does_not_belong_is_refused() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        with pytest.raises(ArgumentError, match="unknown key 'should' in PointStruct"):
            await client.upsert(C, [condition(official)])
        with pytest.raises(ArgumentError, match="Wrap a single point in a list"):
            await client.upsert(C, point(official))
