"""Encoding and decoding of gRPC messages, beside the official client and betterproto2.

    python benchmarks/grpc_codec.py

The official client converts its models to protobuf's messages (C), and back. betterproto2's
messages alone are measured, with no models. Prints microseconds and ratios to the
official client.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from qdrant_client import grpc as official
from qdrant_client import models as official_models
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc

from aqdrant import models, operations
from aqdrant_grpc import messages
from aqdrant_grpc.calls import decode_answer, encode_request

SIZE = 384
PAYLOAD: dict[str, Any] = {
    "title": "The quick brown fox jumps over the lazy dog",
    "city": "Berlin",
    "price": 19.99,
    "year": 2024,
    "tags": ["red", "blue", "green"],
    "place": {"lon": 13.4, "lat": 52.5},
    "in_stock": True,
}


def measure(variants: dict[str, Callable[[], object]], limit: float = 0.4) -> dict[str, float]:
    """The processor's seconds of each variant, taken in turns: the best tenth of the runs."""
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for call in variants.values():
        call()
    end = time.perf_counter() + limit * len(variants)
    while time.perf_counter() < end:
        for name in random.sample(list(variants), len(variants)):
            start = time.thread_time()
            variants[name]()
            taken[name].append(time.thread_time() - start)
    return {name: statistics.quantiles(values, n=10)[0] for name, values in taken.items()}


def show(title: str, variants: dict[str, Callable[[], object]]) -> None:
    seconds = measure(variants)
    base = seconds["official"]
    print(title)
    for name, taken in seconds.items():
        print(f"  {name:28s} {taken * 1e6:10.1f} µs   {taken / base:6.2f}")


def encode_upsert(count: int) -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(count, SIZE)).astype("float32")
    lists = rows.tolist()
    theirs = [
        official_models.PointStruct(id=i, vector=lists[i], payload=PAYLOAD) for i in range(count)
    ]
    ours = {
        "ours, lists": [
            models.PointStruct(id=i, vector=lists[i], payload=PAYLOAD) for i in range(count)
        ],
        "ours, arrays": [
            models.PointStruct(id=i, vector=rows[i], payload=PAYLOAD) for i in range(count)
        ],
    }
    requests = {
        name: operations.UpsertPoints(
            collection_name="a", body=models.PointsList(points=points), wait=True
        )
        for name, points in ours.items()
    }
    batch = models.Batch(ids=list(range(count)), vectors=rows, payloads=[PAYLOAD] * count)
    requests["ours, columns"] = operations.UpsertPoints(
        collection_name="a", body=models.PointsBatch(batch=batch), wait=True
    )

    def by_official() -> bytes:
        points = [RestToGrpc.convert_point_struct(point) for point in theirs]
        request = official.UpsertPoints(collection_name="a", wait=True, points=points)
        return request.SerializeToString()

    encoded = by_official()
    message = messages.UpsertPoints.parse(encoded)
    variants: dict[str, Callable[[], object]] = {"official": by_official}
    for name, operation in requests.items():
        assert official.UpsertPoints.FromString(
            encode_request(operation)
        ) == official.UpsertPoints.FromString(encoded)
        variants[name] = lambda operation=operation: encode_request(operation)
    variants["betterproto2, ready messages"] = lambda: bytes(message)
    show(f"encode an upsert of {count} x {SIZE} with payload", variants)


def answer(count: int, with_payload: bool, with_vectors: bool) -> bytes:
    rng = random.Random(1)
    points: list[Any] = []
    for index in range(count):
        point = models.PointStruct(
            id=index,
            vector=[rng.gauss(0, 1) for _ in range(SIZE)] if with_vectors else {},
            payload=PAYLOAD if with_payload else None,
        )
        request = operations.UpsertPoints(
            collection_name="a", body=models.PointsList(points=[point])
        )
        stored = official.UpsertPoints.FromString(encode_request(request)).points[0]
        vectors = official.VectorsOutput.FromString(stored.vectors.SerializeToString())
        points.append(
            official.ScoredPoint(
                id=stored.id,
                payload=stored.payload,
                score=rng.random(),
                version=index,
                vectors=vectors if with_vectors else None,
            )
        )
    return official.QueryResponse(result=points, time=0.001).SerializeToString()


def decode_query(title: str, count: int, with_payload: bool, with_vectors: bool) -> None:
    content = answer(count, with_payload, with_vectors)
    operation = operations.QueryPoints(
        collection_name="a",
        body=models.QueryRequest(with_payload=with_payload, with_vector=with_vectors),
    )

    def by_official() -> object:
        response = official.QueryResponse.FromString(content)
        return [GrpcToRest.convert_scored_point(point) for point in response.result]

    variants: dict[str, Callable[[], object]] = {
        "official": by_official,
        "ours": lambda: decode_answer(operation, content),
        "protobuf, messages alone": lambda: official.QueryResponse.FromString(content),
        "betterproto2, messages alone": lambda: messages.QueryResponse.parse(content),
    }
    if with_vectors:
        # Python makes an object of every number: less than this no list of them costs.
        floats = memoryview(bytes(SIZE * 4)).cast("f")
        variants["floor: lists of floats"] = lambda: [floats.tolist() for _ in range(count)]
    show(f"decode {title}", variants)


def encode_query() -> None:
    vector = [random.Random(1).gauss(0, 1) for _ in range(SIZE)]
    condition = {"key": "city", "match": {"value": "Berlin"}}
    body = models.QueryRequest.model_validate(
        {
            "query": vector,
            "limit": 10,
            "with_payload": True,
            "filter": {"must": [condition, {"key": "price", "range": {"lt": 20.5}}]},
        }
    )
    operation = operations.QueryPoints(collection_name="a", body=body)
    query_filter = official_models.Filter.model_validate(
        {"must": [condition, {"key": "price", "range": {"lt": 20.5}}]}
    )
    query = official_models.NearestQuery(nearest=vector)

    def by_official() -> bytes:
        request = official.QueryPoints(
            collection_name="a",
            query=RestToGrpc.convert_query(query),
            filter=RestToGrpc.convert_filter(query_filter),
            limit=10,
            with_payload=RestToGrpc.convert_with_payload_interface(True),
        )
        return request.SerializeToString()

    message = messages.QueryPoints.parse(by_official())
    assert official.QueryPoints.FromString(
        encode_request(operation)
    ) == official.QueryPoints.FromString(by_official())
    show(
        "encode a query with a filter",
        {
            "official": by_official,
            "ours": lambda: encode_request(operation),
            "betterproto2, ready messages": lambda: bytes(message),
        },
    )


if __name__ == "__main__":
    encode_query()
    encode_upsert(100)
    decode_query("10 results with payload", 10, True, False)
    decode_query("100 results with payload", 100, True, False)
    decode_query("100 results with vectors", 100, False, True)
    decode_query("100 results with payload and vectors", 100, True, True)
