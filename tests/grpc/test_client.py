"""The client with `prefer_grpc=True`: which port its calls go to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from qdrant_client import grpc as official

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import NotFound, UnsupportedOperation

from .server import Exchange, Server, serving


def answer(exchange: Exchange) -> None:
    """Answer what the tests below ask."""
    path = exchange.headers[":path"]
    response: Any
    if path.endswith("/HealthCheck"):
        response = official.HealthCheckReply(title="qdrant", version="1.18.3")
    elif path.endswith("/Query"):
        point = official.ScoredPoint(id=official.PointId(num=3), score=0.5, version=2)
        response = official.QueryResponse(result=[point])
    elif path.endswith("/Get"):
        exchange.fail(5, "Not found")
        return
    else:
        exchange.fail(12, "")
        return
    exchange.answer(response.SerializeToString())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answer) as running:
        yield running


async def test_calls_go_over_grpc(server: Server) -> None:
    url = "http://127.0.0.1:1"  # Nothing listens on the REST port.
    async with AsyncQdrantClient(url, grpc_port=server.port, prefer_grpc=True) as client:
        found = await client.query_points("a", [0.5, 0.25], limit=3)
        assert found.points == [models.ScoredPoint(id=3, score=0.5, version=2, payload={})]
        with pytest.raises(NotFound, match="Not found"):
            await client.get_collection("a")
    paths = [call.headers[":path"] for call in server.calls]
    assert "/qdrant.Points/Query" in paths
    request = official.QueryPoints.FromString(
        next(c.message for c in server.calls if c.headers[":path"].endswith("Query"))
    )
    assert list(request.query.nearest.dense.data) == [0.5, 0.25]


async def test_what_the_server_would_drop_is_not_sent(server: Server) -> None:
    """A server 1.18 deletes all points where the only condition is one of 1.19."""
    url = "http://127.0.0.1:1"
    one_of_two = models.Filter(must=[models.SliceCondition(slice=models.Slice(total=2, index=0))])
    async with AsyncQdrantClient(url, grpc_port=server.port, prefer_grpc=True) as client:
        with pytest.raises(UnsupportedOperation, match=r"SliceCondition \(of 1\.19\).*1\.18"):
            await client.delete("a", one_of_two)
    assert {call.headers[":path"] for call in server.calls} == {"/qdrant.Qdrant/HealthCheck"}


def test_the_sync_client_too(server: Server) -> None:
    url = "http://127.0.0.1:1"
    with QdrantClient(url, grpc_port=server.port, prefer_grpc=True) as client:
        assert client.query_points("a", [0.5, 0.25]).points[0].id == 3
        assert client.query_points("a", [0.5, 0.25]).points[0].id == 3
