"""Batches of an upload as REST sends them: however long the numbers, a server takes the body."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import Forbidden
from aqdrant.operations import GetCollection, UpsertPoints
from aqdrant.testing import RecordingTransport
from aqdrant_rest._encoding import encode

LIMIT = 24 << 20
LONG = -sys.float_info.min * 1.2345678901234567
"""A number of 24 characters, and few have more."""
SINGLE = -1.1754944e-38
"""The same of single precision, in which lists of numbers go."""
UUID = "12345678-1234-1234-1234-1234567890ab"


def lists() -> Iterator[Any]:
    return ({"id": UUID, "vector": [SINGLE] * 2000} for _ in range(900))


def named() -> Iterator[Any]:
    sparse = models.SparseVector(indices=[2**32 - 1] * 900, values=[LONG] * 900)
    tokens = [[LONG] * 100] * 10
    return ({"id": UUID, "vector": {"s": sparse, "m": tokens}} for _ in range(700))


def payloads() -> Iterator[Any]:
    text = '"\\\n\x01é' * 9000
    return ({"id": UUID, "vector": [LONG], "payload": {"text": text, "n": n}} for n in range(700))


def arrays(dtype: str) -> Any:
    return np.full((1500, 1200), LONG if dtype == "f8" else SINGLE, dtype=dtype)


@pytest.mark.parametrize(
    "given",
    [lists, named, payloads, lambda: arrays("f4"), lambda: arrays("f8")],
    ids=["lists", "named", "payloads", "float32", "float64"],
)
async def test_batch_stays_below_what_a_server_takes(given: Callable[[], Any]) -> None:
    sizes: list[int] = []

    def answer(operation: UpsertPoints) -> models.UpdateResult:
        sizes.append(len(encode(operation.body)))
        return models.UpdateResult(status=models.UpdateStatus.ACKNOWLEDGED)

    transport = RecordingTransport({GetCollection: Forbidden("no."), UpsertPoints: answer})
    client = AsyncQdrantClient(transport=transport)
    source = given()
    if isinstance(source, np.ndarray):
        result = await client.upload_collection("texts", source, batch_size=10_000)
    else:
        result = await client.upload_points("texts", source, batch_size=10_000)
    assert len(sizes) > 1  # the bytes cut it, not the count
    assert max(sizes) <= LIMIT
    assert sum(sizes) <= result.bytes + 100 * len(sizes)
