"""Uploads of points batch by batch: what is refused at once, what a later failure tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import ArgumentError, ServiceUnavailable
from aqdrant.operations import UpsertPoints
from aqdrant.testing import RecordingTransport


def point(number: int) -> dict[str, Any]:
    return {"id": number, "vector": [1.0, 2.0]}


async def test_failure_tells_what_is_written_already() -> None:
    done = models.UpdateResult(status=models.UpdateStatus.COMPLETED)
    transport = RecordingTransport()
    transport.answer(UpsertPoints, done, done, ServiceUnavailable("busy."))
    client = AsyncQdrantClient(transport=transport)
    with pytest.raises(ServiceUnavailable) as caught:
        await client.upload_points("texts", map(point, range(10)), batch_size=2)
    (note,) = caught.value.__notes__
    assert note.startswith("The 4 points before this batch are written")


async def test_wrong_point_in_a_later_batch() -> None:
    def points() -> Iterator[dict[str, Any]]:
        yield from map(point, range(3))
        yield {"id": 3, "vektor": [1.0]}

    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    with pytest.raises(ArgumentError, match=r"points\[1\]: unknown key 'vektor'") as caught:
        await client.upload_points("texts", points(), batch_size=2)
    assert "The 2 points" in caught.value.__notes__[0]
    assert len(transport.calls) == 1


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"vectors": [[1.0, 2.0]], "ids": ["x"]}, "ids[0]"),
        ({"vectors": [[1.0, 2.0]], "payload": [5]}, "payload[0]"),
        ({"vectors": [[1.0, 2.0]], "payload": [{"a": object()}]}, "payload[0].a"),
        ({"vectors": [[1.0, 2.0], [1.0, "x"]]}, "vectors[1][1]"),
        ({"vectors": {"a": [[1.0], [2.0]], "b": np.zeros((3, 2))}}, "vectors"),
        ({"vectors": {"a": iter([[1.0]])}}, "vectors.a"),
        ({"vectors": [{"a": [1.0]}, [1.0]]}, "vectors[1]"),
        ({"vectors": [{"a": [1.0]}, {}]}, "vectors[1]"),
        ({"vectors": np.zeros((2, 2)), "ids": [1]}, "ids"),
        ({"vectors": np.zeros((2, 2)), "on_progress": 5}, "on_progress"),
    ],
)
async def test_column_is_named_as_it_was_passed(given: dict[str, Any], parameter: str) -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    with pytest.raises(ArgumentError) as caught:
        await client.upload_collection("texts", **given)
    assert caught.value.parameter == parameter
    assert not hasattr(caught.value, "__notes__")
    assert transport.calls == []


async def test_named_columns_are_cut_alike() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    told: list[int] = []
    vectors = {"a": np.zeros((5, 2), "f4"), "b": [[1.0]] * 5}
    await client.upload_collection(
        "texts", vectors, ids=range(5), batch_size=2, wait=True, on_progress=told.append
    )
    calls: list[Any] = transport.calls
    bodies = [call.operation.body for call in calls]
    assert [list(body.batch.ids) for body in bodies] == [[0, 1], [2, 3], [4]]
    assert [body.batch.vectors["a"].shape for body in bodies] == [(2, 2), (2, 2), (1, 2)]
    assert told == [2, 4, 5]
