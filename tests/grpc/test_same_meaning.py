"""Whatever a model can say arrives as it was said: encoded for gRPC, and read by the server's side.

What comes out otherwise is another spelling of the same, each of which stands in `canonical`; what
gRPC has no words for is refused, and by the router sent over REST.
"""

from __future__ import annotations

import json
from typing import Any, get_type_hints
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import ArgumentError, UnsupportedOperation
from aqdrant.models._reading import encode
from aqdrant.operations import Operation
from aqdrant_grpc._methods import HEALTH, METHODS
from aqdrant_grpc.calls import encode_request
from aqdrant_grpc.server.framing import Refused
from aqdrant_grpc.server.requests import read_operation
from tests.drawn import EXAMPLES, make

KINDS = [
    kind
    for kind, method in METHODS.items()
    # A point alone is asked for by the call for several.
    if method.path != HEALTH and kind is not ops.GetPoint
]
QUERIES = {
    info.encode_name
    for kind in (
        models.NearestQuery,
        models.RecommendQuery,
        models.DiscoverQuery,
        models.ContextQuery,
        models.OrderByQuery,
        models.FusionQuery,
        models.RrfQuery,
        models.FormulaQuery,
        models.SampleQuery,
        models.RelevanceFeedbackQuery,
    )
    for info in msgspec.structs.fields(kind)
}
"""What tells a query from a vector to search near to."""
LISTED = ("must", "must_not", "should", "prefetch", "context", "positive", "negative")
"""Lists of one of which the one may be given alone."""
EMPTY_IS_NONE = {
    *LISTED,
    *("metadata", "placement", "payload", "languages", "custom", "options"),
} - {"context"}
"""Lists and maps that say nothing where nothing is in them (a nested `should` does: refused)."""
OFF = {"prefix", "scoring"}
"""Options of an index that False leaves out."""
SHORT = {"with_lookup": "collection", "order_by": "key", "stopwords": "languages"}
"""Texts that stand for an object with one member."""


def canonical(value: Any) -> Any:
    """JSON of a model in the one spelling that gRPC has."""
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: canonical(item) for key, item in value.items() if item is not None}
    for key in LISTED:
        if key in found and not isinstance(found[key], list):
            found[key] = [found[key]]
    found = spelled_out(found)
    if isinstance(found.get("with_payload"), dict):
        found["with_payload"] = found["with_payload"].get("include", found["with_payload"])
    query = found.get("query")
    if query is not None and not (isinstance(query, dict) and is_query(query)):
        found["query"] = {"nearest": query}
    if isinstance(found.get("shard_key"), list) and len(found["shard_key"]) == 1:
        found["shard_key"] = found["shard_key"][0]
    if "points" in found:
        # A server goes by the points where both are given; both at once are refused for vectors.
        found.pop("filter", None)
    if "batch" in found:
        found["points"] = canonical(points_of(found.pop("batch")))
    return found


def spelled_out(found: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing, and with objects in place of what stands for them."""
    found = {k: v for k, v in found.items() if v not in ([], {}) or k not in EMPTY_IS_NONE}
    text = found.get("text")
    if isinstance(text, dict) and text.keys() == {"query"}:
        found["text"] = text["query"]["nearest"]
    for key, member in SHORT.items():
        if isinstance(found.get(key), str):
            found[key] = {member: [found[key]] if key == "stopwords" else found[key]}
    found = {k: v for k, v in found.items() if v is not False or k not in OFF}
    if found.get("type") == "text":
        found.setdefault("tokenizer", "word")
    if found.get("scoring") is True:
        found["scoring"] = {"type": "bm25"}
    return found


def is_query(value: dict[str, Any]) -> bool:
    """Whether this is a query, and not a vector to search near to, as a document is."""
    return bool(QUERIES & value.keys()) or value.keys() == {"text"}


def points_of(batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns as points."""
    ids, vectors = batch["ids"], batch["vectors"]
    if isinstance(vectors, dict):
        vectors = [{name: vectors[name][row] for name in vectors} for row in range(len(ids))]
    payloads = batch.get("payloads") or [None] * len(ids)
    return [
        {"id": id_, "vector": vector, "payload": payload}
        for id_, vector, payload in zip(ids, vectors, payloads, strict=True)
    ]


def draw_operation(data: st.DataObject, kind: type[Operation[Any]]) -> Operation[Any]:
    hints = get_type_hints(kind)
    fields = {
        info.name: make(data.draw, hints[info.name], 0)
        for info in msgspec.structs.fields(kind)
        if info.name != "collection_name" and (info.required or data.draw(st.booleans()))
    }
    named = {"collection_name": "a"} if "collection_name" in hints else {}
    return kind(**named, **fields)


def is_refused(operation: Operation[Any]) -> bool:
    """Whether no server takes it: a field without a type, a factor below 1."""
    if isinstance(operation, ops.CreateFieldIndex):
        return operation.body.field_schema is None
    return getattr(operation, "consistency", None) == 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@hypothesis.settings(
    max_examples=EXAMPLES // 2,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
@hypothesis.given(data=st.data())
def test_what_is_said_arrives(kind: type[Operation[Any]], data: st.DataObject) -> None:
    operation = draw_operation(data, kind)
    try:
        content = encode_request(operation)
    except (ArgumentError, UnsupportedOperation):
        return  # Refused by name: nothing is lost.
    try:
        read = read_operation(kind, content).operation
    except Refused:
        assert is_refused(operation)
        return
    # Snapshots are waited for anyway; not to wait is refused.
    implied = {"wait"} if "Snapshot" in kind.__name__ else set[str]()
    for name in set(kind.__struct_fields__) - implied:
        sent, came = (
            canonical({name: json.loads(encode(getattr(each, name)))}) for each in (operation, read)
        )
        assert came == sent


# ---- what gRPC cannot say


def scroll(**clauses: Any) -> ops.ScrollPoints:
    inner = models.Filter.model_validate(clauses)
    body = models.ScrollRequest(filter=models.Filter(must=[inner]))
    return ops.ScrollPoints(collection_name="a", body=body)


def upsert(payload: dict[str, Any]) -> ops.UpsertPoints:
    point = models.PointStruct(id=1, vector=[0.5], payload=payload)
    return ops.UpsertPoints(collection_name="a", body=models.PointsList(points=[point]))


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (
            scroll(must=[{"nested": {"key": "a", "filter": {"should": []}}}]),
            r"must\[0\]\.nested\.filter\.should: an empty list",
        ),
        (
            scroll(should={"nested": {"key": "a", "filter": {"must_not": [{"should": []}]}}}),
            r"should\[0\]\.nested\.filter\.must_not\[0\]\.should: an empty list",
        ),
        (
            scroll(
                must={
                    "nested": {
                        "key": "a",
                        "filter": {
                            "min_should": {"conditions": [{"should": []}], "min_count": 1},
                        },
                    }
                }
            ),
            r"filter\.min_should\[0\]\.should: an empty list",
        ),
        (
            ops.BatchUpdate(collection_name="a", body=models.UpdateOperations(operations=[])),
            r"BatchUpdate\.operations: an empty list",
        ),
        (upsert({"a": [2**64 - 1]}), r"UpsertPoints\.points\[0\]\.payload\.a\[0\]: int beyond"),
    ],
)
def test_what_only_rest_can_say_is_left_to_rest(operation: Operation[Any], path: str) -> None:
    with pytest.raises(UnsupportedOperation, match=path) as caught:
        encode_request(operation)
    assert caught.value.supported_by == ("rest",)


@pytest.mark.parametrize("clauses", [{"must": []}, {"should": []}, {"must_not": []}])
def test_an_empty_clause_that_says_nothing_is_sent(clauses: Any) -> None:
    assert encode_request(scroll(**clauses)) == encode_request(scroll())


def test_columns_of_different_lengths_are_refused() -> None:
    batch = models.Batch(ids=[1, 2], vectors=[[0.5]])
    operation = ops.UpsertPoints(collection_name="a", body=models.PointsBatch(batch=batch))
    with pytest.raises(ArgumentError, match=r"batch\.vectors: 1 of them, wanted one for each of 2"):
        encode_request(operation)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_are_written_as_the_same_points_are(dtype: str) -> None:
    ids = [
        *range(120, 140),
        *range(2**14 - 9, 2**14 + 9),
        2**64 - 1,
        UUID(int=1),
        str(UUID(int=2)),
    ]
    # Enough for the loop to have its turn between.
    vectors = np.random.default_rng(1).normal(size=(len(ids), 2048)).astype(dtype)
    batch = models.PointsBatch(batch=models.Batch(ids=ids, vectors=vectors))
    rows = zip(ids, vectors.tolist(), strict=True)
    points = models.PointsList(points=[models.PointStruct(id=i, vector=row) for i, row in rows])
    sent, expected = (
        encode_request(ops.UpsertPoints(collection_name="a", body=body)) for body in (batch, points)
    )
    assert sent == expected


def test_a_wrong_id_in_columns_is_named() -> None:
    batch = models.Batch(ids=[1, -1], vectors=np.zeros((2, 2), "float32"))
    operation = ops.UpsertPoints(collection_name="a", body=models.PointsBatch(batch=batch))
    with pytest.raises(ArgumentError, match=r"points\[1\]\.id: point id -1 is out of range"):
        encode_request(operation)
