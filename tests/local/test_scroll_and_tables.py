"""All points page by page, and results as tables, on the engine in this process."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import NotFound, UnsupportedOperation
from aqdrant.middleware import ForwardingTransport
from aqdrant.operations import ScrollPoints
from aqdrant.testing import RecordingTransport
from aqdrant_local import LocalTransport

C = "texts"
COUNT = 23


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    async with AsyncQdrantClient(":memory:") as client:
        params = models.VectorParams(size=2, distance=models.Distance.DOT)
        await client.create_collection(C, params)
        await client.create_payload_index(C, "rank", "integer", wait=True)
        points = [
            models.PointStruct(id=n, vector=[n, 1.0], payload={"rank": n // 5, "odd": n % 2 == 1})
            for n in range(COUNT)
        ]
        await client.upsert(C, points)
        yield client


@pytest.mark.parametrize("page_size", [1, 4, 23, 100])
async def test_every_point_comes_once(client: AsyncQdrantClient, page_size: int) -> None:
    records = [record async for record in client.scroll_all(C, page_size=page_size)]
    assert [record.id for record in records] == list(range(COUNT))
    pages = [page async for page in client.scroll_pages(C, page_size=page_size)]
    assert sum(len(page.points) for page in pages) == COUNT
    assert pages[-1].next_page_offset is None


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 3, 5, 7, 100])
async def test_order_of_a_key_goes_on_over_pages(
    client: AsyncQdrantClient, page_size: int, direction: str
) -> None:
    order = {"key": "rank", "direction": direction}
    records = [record async for record in client.scroll_all(C, order_by=order, page_size=page_size)]
    ranks: Any = [record.order_value for record in records]
    assert ranks == sorted((n // 5 for n in range(COUNT)), reverse=direction == "desc")
    assert sorted(record.id for record in records) == list(range(COUNT))


MOMENTS = [f"2024-01-01T00:00:0{n}.5Z" for n in range(4)]
VALUES: dict[str, tuple[str, list[Any]]] = {
    "whole": ("integer", [[-3], [4, 9], [4, 5, 6], [0], [9, 4], 4, 4, 4, 4, None, [7, -3]]),
    "real": (
        "float",
        [0.1, [0.3, 0.4], 0.3, 0.1 * 3, [2.0, 0.1], 2.0, 1e300, [-0.0, 1.0]],
    ),
    "time": ("datetime", [*MOMENTS, MOMENTS, MOMENTS[::3], *[MOMENTS[1]] * 5]),
}


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 6, 100])
@pytest.mark.parametrize("key", VALUES)
async def test_point_comes_once_for_each_of_its_values(
    client: AsyncQdrantClient, key: str, page_size: int, direction: str
) -> None:
    kind, values = VALUES[key]
    await client.create_payload_index(C, key, kind, wait=True)
    for number, value in enumerate(values):
        await client.set_payload(C, {key: value}, [number])
    order = {"key": key, "direction": direction}
    whole = (await client.scroll(C, limit=1000, order_by=order)).points
    paged = [one async for one in client.scroll_all(C, order_by=order, page_size=page_size)]
    # Floats next to each other are one value to a page: what a server reads may be one off.
    lists: Any = [[(round(one.order_value or 0, 9), one.id) for one in r] for r in (whole, paged)]
    assert sorted(lists[0]) == sorted(lists[1])
    steps = pairwise(value for value, _ in lists[1])
    assert all(a <= b if direction == "asc" else a >= b for a, b in steps)


class Counting(ForwardingTransport):
    """An engine that counts the points that scrolls gave."""

    scrolled = 0

    async def execute(self, operation: Any, *options: Any) -> Any:
        result = await self.inner.execute(operation, *options)
        if isinstance(operation, ScrollPoints):
            self.scrolled += len(result.points)
        return result


async def test_value_that_many_points_have_is_read_once() -> None:
    transport = Counting(LocalTransport())
    async with AsyncQdrantClient(transport=transport) as client:
        params = models.VectorParams(size=1, distance=models.Distance.DOT)
        await client.create_collection(C, params)
        await client.create_payload_index(C, "rank", "integer", wait=True)
        await client.upload_points(
            C, ({"id": n, "vector": [0.0], "payload": {"rank": n // 500}} for n in range(2000))
        )
        records = client.scroll_all(C, order_by="rank", page_size=20)
        assert [record.id async for record in records] == list(range(2000))
        assert transport.scrolled < 1.1 * 2000


async def test_filter_limit_and_offset(client: AsyncQdrantClient) -> None:
    odd = {"must": [{"key": "odd", "match": {"value": True}}]}
    found = client.scroll_all(C, odd, limit=4, offset=5, page_size=3, with_payload=False)
    assert [record.id async for record in found] == [5, 7, 9, 11]
    ordered = client.scroll_all(C, odd, order_by="rank", page_size=2)
    assert sorted([record.id async for record in ordered]) == list(range(1, COUNT, 2))
    assert [record async for record in client.scroll_all(C, limit=0)] == []


async def test_missing_collection_is_told(client: AsyncQdrantClient) -> None:
    with pytest.raises(NotFound):
        await anext(client.scroll_all("none"))


class Pages:
    """Pages of which the second waits until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.second = anyio.Event()
        self.ended = anyio.Event()

    async def __call__(self, operation: ScrollPoints) -> models.ScrollResult:
        self.asked += 1
        if self.asked == 2:
            self.second.set()
            try:
                await anyio.sleep_forever()
            finally:
                self.ended.set()
        return models.ScrollResult(points=[models.Record(id=1)], next_page_offset=2)


async def test_next_page_is_under_way_and_ends_with_the_iteration() -> None:
    pages = Pages()
    client = AsyncQdrantClient(transport=RecordingTransport({ScrollPoints: pages}))
    records: Any = client.scroll_all(C)
    assert (await anext(records)).id == 1
    await pages.second.wait()  # nobody asked for a second point yet
    await records.aclose()
    await pages.ended.wait()
    assert pages.asked == 2


def test_sync_client_iterates() -> None:
    with QdrantClient(":memory:") as client:
        client.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
        client.upload_points(C, ({"id": n, "vector": [n, 1.0]} for n in range(COUNT)))
        assert [record.id for record in client.scroll_all(C, page_size=5)] == list(range(COUNT))
        assert len(list(client.scroll_pages(C, page_size=5))) == 5


def test_results_become_arrays_and_tables() -> None:
    client = QdrantClient(":memory:")
    client.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
    points = (
        {"id": n, "vector": [n, 1.0], "payload": {"rank": n // 5, "odd": n % 2 == 1}}
        for n in range(COUNT)
    )
    client.upload_points(C, points)
    found = client.query_points(C, [1.0, 0.0], limit=3, with_vectors=True)
    arrays = found.to_numpy()
    assert arrays["id"].tolist() == [22, 21, 20]
    assert arrays["vector"].dtype == np.float32
    assert arrays["vector"].tolist() == [[22.0, 1.0], [21.0, 1.0], [20.0, 1.0]]
    assert arrays["score"].tolist() == [22.0, 21.0, 20.0]
    assert arrays["payload"][0] == {"rank": 4, "odd": False}
    pandas, polars, arrow = found.to_pandas(), found.to_polars(), found.to_arrow()
    for columns in (list(pandas.columns), polars.columns, arrow.column_names):
        assert columns == ["id", "score", "vector", "rank", "odd"]
    assert arrow.schema.field("vector").type.list_size == 2
    assert polars["odd"].to_list() == pandas["odd"].tolist() == [False, True, False]
    page = client.scroll(C, limit=2)
    assert page.to_pandas()["id"].tolist() == [0, 1]
    assert page == (page.points, 2)
    client.close()


def test_odd_shapes_become_tables() -> None:
    points = [
        models.ScoredPoint(
            id=1,
            version=0,
            score=1.0,
            payload={"id": "x", "only": 1},
            vector={"a": [1.0], "s": models.SparseVector(indices=[1], values=[2.0])},
        ),
        models.ScoredPoint(id="7d3e9f7a-3c9c-4c3b-8f0e-0c2b7e1a2b3c", version=0, score=0.5),
    ]
    result = models.QueryResponse(points=points)
    table = result.to_arrow()
    assert table.column("id").to_pylist() == ["1", points[1].id]
    assert table.column("payload.id").to_pylist() == ["x", None]
    assert table.column("vector.s").to_pylist() == [{"indices": [1], "values": [2.0]}, None]
    assert result.to_polars()["vector.a"].to_list() == [[1.0], None]
    assert result.to_numpy()["vector.a"].tolist() == [[1.0], None]
    groups = models.GroupsResult(groups=[models.PointGroup(id="g", hits=points[:1])])
    assert groups.to_pandas()["group"].tolist() == ["g"]
    assert len(models.QueryResponse(points=[]).to_pandas()) == 0


def test_column_of_several_kinds_is_json() -> None:
    several: list[list[Any]] = [[1, "a", None], [[1, "a"], [2], []], [{"a": 1}, {"a": True}, {}]]
    for values in several:
        payloads: list[Any] = [{"x": value} for value in values]
        points = [models.ScoredPoint(id=1, version=0, score=1.0, payload=one) for one in payloads]
        result = models.QueryResponse(points=points)
        for column in (result.to_arrow()["x"].to_pylist(), result.to_polars()["x"].to_list()):
            assert [None if one is None else json.loads(one) for one in column] == values
    points = [
        models.ScoredPoint(id=1, version=0, score=1.0, payload={"x": [one]}) for one in (1, 1.5)
    ]
    assert models.QueryResponse(points=points).to_polars()["x"].to_list() == [[1.0], [1.5]]


def test_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnsupportedOperation, match=r"pip install 'aqdrant\[arrow\]'"):
        models.QueryResponse(points=[]).to_arrow()
