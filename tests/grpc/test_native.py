"""Native calls: RPCs by their own names, with Qdrant's messages, from the client."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient, QdrantClient
from aqdrant.exceptions import (
    ArgumentError,
    ClientClosed,
    ConnectionFailed,
    DecodeError,
    NotFound,
    OperationTimeout,
    StatusError,
    UnsupportedOperation,
)
from aqdrant.testing import RecordingTransport
from aqdrant.transport import NativeCall
from aqdrant_grpc import messages
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc.messages.grpc.health import v1 as health
from aqdrant_local import LocalTransport
from tests.fix_databases import client_of

from .server import Exchange, Server, serving

COUNT = messages.CountPoints(collection_name="a", exact=True)
COUNTED = messages.CountResponse(result=messages.CountResult(count=7))
SERVICES = {
    "qdrant.Collections": "grpc_collections",
    "qdrant.Points": "grpc_points",
    "qdrant.Qdrant": "grpc_root",
    "qdrant.Snapshots": "grpc_snapshots",
    "grpc.health.v1.Health": "grpc_health",
}

REFUSALS = ("ALREADY_EXISTS", "INVALID_ARGUMENT", "NOT_FOUND")


def counting(exchange: Exchange) -> None:
    exchange.answer(bytes(COUNTED))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(counting) as running:
        yield running


def to(server: Server, **options: Any) -> dict[str, Any]:
    """A client of the gRPC port; nothing listens on the REST port."""
    return {"url": "http://127.0.0.1:1", "grpc_port": server.port, "timeout": 20, **options}


def messages_of(path: str) -> tuple[type[Any], type[Any]]:
    names = PROTOS[path].split(" ")[:2]
    found = [getattr(health if "." in n else messages, n.rpartition(".")[2]) for n in names]
    return found[0], found[1]


async def ask(client: AsyncQdrantClient, path: str) -> Any:
    service, _, name = path[1:].partition("/")
    call = getattr(getattr(client, SERVICES[service]), name)
    try:
        request = messages_of(path)[0]()
        if hasattr(request, "collection_name"):
            request.collection_name = "a"
        return await call(request)
    except StatusError as error:
        return error


@pytest.mark.parametrize("over", ["rest", "grpc"])
async def test_every_rpc_reaches_the_server(over: str, tmp_path: Any) -> None:
    async with client_of(over, tmp_path) as client:
        await client.create_collection("a", {"": {"size": 2, "distance": "Dot"}})
        last = "/qdrant.Collections/Delete"
        outcomes = {path: await ask(client, path) for path in sorted(PROTOS, key=last.__eq__)}
    for path, outcome in outcomes.items():
        if isinstance(outcome, StatusError):
            assert outcome.grpc_code in REFUSALS, path
        else:
            assert type(outcome) is messages_of(path)[1], path
    assert sum(not isinstance(outcome, StatusError) for outcome in outcomes.values()) >= 24


async def test_a_call_has_metadata_of_the_client_and_of_its_own(server: Server) -> None:
    options = to(server, api_key="secret", headers={"x-client": "yes", "x-both": "client"})
    async with AsyncQdrantClient(**options, prefer_grpc=True) as client:
        own = [("x-both", "call"), ("x-many", "1"), ("x-many", "2"), ("x-raw-bin", b"\xff\x00")]
        assert await client.grpc_points.Count(COUNT, timeout=3, metadata=own) == COUNTED
        assert await client.grpc_points.Count(COUNT, metadata={"x-own": "1"}) == COUNTED
    first, second = (call.headers for call in server.calls if call.headers[":path"][-5:] == "Count")
    assert (first["api-key"], first["x-client"], first["x-both"]) == ("secret", "yes", "call")
    assert (first["x-many"], first["x-raw-bin"]) == ("1,2", "/wA=")
    assert 2000 < int(first["grpc-timeout"][:-1]) <= 3000
    assert (second["x-own"], second["x-both"]) == ("1", "client")
    assert 19000 < int(second["grpc-timeout"][:-1]) <= 20000


async def test_errors_are_those_of_the_tree(server: Server) -> None:
    async with AsyncQdrantClient(**to(server, prefer_grpc=True)) as client:
        server.script = lambda exchange: exchange.fail(5, "no")
        with pytest.raises(NotFound, match=r"Count on http.*, collection 'a': no"):
            await client.grpc_points.Count(COUNT)
        server.script = lambda exchange: exchange.answer(b"\xff" * 12)
        with pytest.raises(DecodeError, match="no CountResponse"):
            await client.grpc_points.Count(COUNT)
        server.script = lambda _exchange: None
        with pytest.raises(OperationTimeout, match="Count"):
            await client.grpc_points.Count(COUNT, timeout=0.02)
        points: Any = client.grpc_points
    with pytest.raises(ClientClosed):
        await points.Count(COUNT)


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    ({"collection_name": "a"}, {}, "dict, wanted CountPoints.*aqdrant_grpc.messages"),
    (messages.CountResponse(), {}, "CountResponse, wanted CountPoints"),
    (messages.CountPoints(collection_name=5), {}, "a field of CountPoints"),  # type: ignore[arg-type]
    (COUNT, {"metadata": "text"}, "metadata: str, wanted pairs"),
    (COUNT, {"metadata": [("name", 5)]}, "name"),
    (COUNT, {"metadata": {"name": "two\nlines"}}, "line break"),
    (COUNT, {"timeout": 0}, "timeout"),
]


@pytest.mark.parametrize(("request_", "more", "text"), WRONG, ids=[row[2] for row in WRONG])
def test_wrong_arguments_are_named(request_: Any, more: Any, text: str, free_tcp_port: int) -> None:
    options = {"url": f"http://127.0.0.1:{free_tcp_port}", "prefer_grpc": True}
    with QdrantClient(**options) as client, pytest.raises(ArgumentError, match=text):
        client.grpc_points.Count(request_, **more)


@pytest.mark.parametrize("prefer_grpc", [True, False])
def test_the_sync_client_too(server: Server, prefer_grpc: bool) -> None:
    with QdrantClient(**to(server, prefer_grpc=prefer_grpc)) as client:
        points = client.grpc_points
        assert points.Count(COUNT, timeout=3) == COUNTED
        assert points.Count(request=COUNT) == COUNTED
        assert repr(points) == "<SyncPoints qdrant.Points>"
        assert {"Count", "Upsert", "SearchGroups"} <= set(dir(points))
        other: Any = points
        with pytest.raises(AttributeError, match=r"no RPC 'Cuont'\. Did you mean 'Count'"):
            other.Cuont(COUNT)


async def test_calls_pass_through_the_layers(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        async with AsyncQdrantClient(**to(server), prefer_grpc=True, max_concurrency=1) as client:
            await client.grpc_points.Count(COUNT)
    assert [record.getMessage().rpartition(" ok ")[0] for record in caplog.records] == [
        "Count collection 'a'"
    ]


@pytest.mark.parametrize(("name", "times"), [("Count", 2), ("Search", 2), ("Create", 1)])
async def test_what_may_run_twice_is_tried_again(server: Server, name: str, times: int) -> None:
    seen: list[str] = []

    def drop_first(exchange: Exchange) -> None:
        seen.append(exchange.headers[":path"])
        if len(seen) == 1:
            exchange.link.transport.abort()
        else:
            exchange.answer(b"")

    server.script = drop_first
    options = to(server, prefer_grpc=True, check_compatibility=False)
    async with AsyncQdrantClient(**options) as client:
        if name == "Create":
            with pytest.raises(ConnectionFailed):
                await client.grpc_snapshots.Create(messages.CreateSnapshotRequest())
        elif name == "Search":
            await client.grpc_points.Search(messages.SearchPoints())
        else:
            await client.grpc_points.Count(COUNT)
    assert len(seen) == times


async def test_clients_without_grpc_refuse_and_name_the_fix() -> None:
    for client in (AsyncQdrantClient(":memory:"), QdrantClient(":memory:")):
        for name in SERVICES.values():
            with pytest.raises(UnsupportedOperation, match="prefer_grpc=True") as caught:
                getattr(client, name)
            assert caught.value.supported_by == ("grpc",)
            assert not hasattr(client, name)
    async with AsyncQdrantClient(transport=LocalTransport()) as given:
        with pytest.raises(UnsupportedOperation, match="prefer_grpc=True"):
            await given.grpc_points.Count(COUNT)


async def test_a_transport_of_ones_own_gets_the_call() -> None:
    recorder = RecordingTransport({NativeCall: bytes(COUNTED)})
    async with AsyncQdrantClient(transport=recorder) as client:
        assert await client.grpc_collections.Delete(messages.DeleteCollection()) is not None
    (call,) = recorder.operations
    assert (call.name, call.target) == ("Delete", "collection ''")


def test_normal_calls_never_import_the_messages(server: Server) -> None:
    program = f"""
import sys, warnings
from aqdrant import QdrantClient
with QdrantClient("http://127.0.0.1:1", grpc_port={server.port}, prefer_grpc=True) as client:
    assert client.count("a").count == 7
assert not [name for name in sys.modules if name.startswith(("aqdrant_grpc.m", "betterproto2"))]
assert "aqdrant_grpc.services" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
