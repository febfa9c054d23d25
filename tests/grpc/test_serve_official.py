"""The official Python client over gRPC, sync and async, on our own server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import grpc
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    from qdrant_client import AsyncQdrantClient, QdrantClient, models

from tests.official import Server, check, scenario

KEY = "a-key-of-the-test"
SERVING, NOT_SERVING = b"\x08\x01", b"\x08\x02"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("--memory", "--grpc-port", "0")
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


def settings(server: Server, **more: Any) -> dict[str, Any]:
    ports = {"url": server.url, "grpc_port": server.grpc_port}
    return {**ports, "prefer_grpc": True, "check_compatibility": False, "timeout": 20, **more}


def test_sync_client(server: Server) -> None:
    client = QdrantClient(**settings(server))
    # A text as name too: grpcio takes no messages as long as that.
    for name in ("none", "a text " * 3000, "ein längerer Text " * 3000):
        with pytest.raises(grpc.RpcError, match=name[:100]) as caught:
            client.get_collection(name)
    with pytest.raises(grpc.RpcError, match="Collection `none`") as caught:
        client.get_collection("none")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    over_rest = QdrantClient(**settings(server, prefer_grpc=False))
    results, same = (
        [getattr(each, name)(**arguments) for name, arguments in scenario()]
        for each in (client, over_rest)
    )
    check(results)
    for (name, _), result, expected in zip(scenario(), results, same, strict=True):
        # An update has the number that the engine gave it.
        is_update = isinstance(result, models.UpdateResult)
        assert (result.status == expected.status) if is_update else (result == expected), name
    client.close()
    over_rest.close()


def test_async_client(server: Server) -> None:
    async def run() -> list[Any]:
        client = AsyncQdrantClient(**settings(server))
        results = [await getattr(client, name)(**arguments) for name, arguments in scenario()]
        await client.close()
        return results

    check(anyio.run(run))


def test_both_ports_have_one_engine(server: Server) -> None:
    over_grpc = QdrantClient(**settings(server))
    over_rest = QdrantClient(**settings(server, prefer_grpc=False))
    vectors = models.VectorParams(size=1, distance=models.Distance.DOT)
    over_grpc.create_collection("c", vectors)
    over_rest.upsert("c", [models.PointStruct(id=1, vector=[1.0], payload={"a": [None, "x"]})])
    assert over_grpc.retrieve("c", [1]) == over_rest.retrieve("c", [1])
    # gRPC has no such number: it gives the double next to it.
    over_rest.set_payload("c", {"b": {"c": [2**63, -(2**63)]}, "g": "x"}, [1])
    (found,) = over_grpc.retrieve("c", [1])
    assert found.payload == {"a": [None, "x"], "b": {"c": [2.0**63, -(2**63)]}, "g": "x"}
    assert over_grpc.query_points_groups("c", "g", [1.0]).groups[0].hits[0].payload == found.payload
    (found,) = over_rest.retrieve("c", [1])
    assert found.payload is not None
    assert found.payload["b"]["c"] == [2**63, -(2**63)]
    over_grpc.delete("c", models.PointIdsList(points=[1]))
    assert over_rest.count("c").count == 0
    over_grpc.close()
    over_rest.close()


def test_a_large_upload_and_a_large_answer(server: Server) -> None:
    client = QdrantClient(**settings(server))
    vectors = models.VectorParams(size=1024, distance=models.Distance.DOT)
    client.create_collection("c", vectors)
    points = [models.PointStruct(id=n, vector=[n / 7] * 1024) for n in range(3000)]
    client.upsert("c", points)
    records, _ = client.scroll("c", limit=3000, with_vectors=True)
    assert [record.id for record in records] == list(range(3000))
    assert records[2999].vector == pytest.approx(points[2999].vector)
    client.close()


def test_what_was_answered_is_there_after_the_end(tmp_path: Path) -> None:
    folder = str(tmp_path / "db")
    for count in (1, 2):
        server = Server("--path", folder, "--grpc-port", "0")
        client = QdrantClient(**settings(server))
        if count == 1:
            vectors = models.VectorParams(size=1, distance=models.Distance.DOT)
            client.create_collection("c", vectors)
        client.upsert("c", [models.PointStruct(id=count, vector=[1.0])])
        assert client.count("c").count == count
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            health: Any = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"")
            assert next(health) == SERVING
            # The connections are open: the server ends all the same, and tells who watches it.
            code, output, errors = server.end()
            assert list(health) == [NOT_SERVING]
        client.close()
        assert (output, errors) == ("", "")
        assert code == 0


def test_key_is_asked_for() -> None:
    server = Server("--memory", "--grpc-port", "0", key=KEY)
    try:
        with pytest.raises(grpc.RpcError) as caught:
            QdrantClient(**settings(server)).get_collections()
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert "Must provide an API key" in (caught.value.details() or "")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a key over plain HTTP
            wrong = QdrantClient(**settings(server, api_key="other"))
            client = QdrantClient(**settings(server, api_key=KEY))
        with pytest.raises(grpc.RpcError, match="Invalid API key or JWT"):
            wrong.get_collections()
        assert client.get_collections().collections == []
        client.close()
    finally:
        server.process.kill()
        _, errors = server.process.communicate()
    assert KEY not in errors
