"""httpx as the face: a client of the user's, auth, hooks, proxies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient
from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    NotFound,
    OperationTimeout,
    TransportError,
)
from aqdrant_rest import RestTransport
from tests.net.servers import Peer, serving

from .canned import COUNTED, canned, client_of, connect, result
from .test_streams import CONTENT, snapshot
from .test_transport import served

REFUSED = b'{"status":{"error":"Not found: no"},"time":0.1}'


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    """The package that a user's client is of: typed as httpx, whose classes both have."""
    module: ModuleType = request.param
    return module


def mocked(library: Any, handler: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = library.AsyncClient(transport=library.MockTransport(handler))
    return client


def made(client: AsyncQdrantClient) -> int:
    """Connections that the transport counted, below the layers."""
    inner: Any = client._chain
    while not isinstance(inner, RestTransport):
        inner = inner.inner
    return inner.connections_made


async def test_client_of_the_users_carries_calls_and_stays_open(library: Any) -> None:
    async with canned() as server, library.AsyncClient(headers={"x-mine": "1"}) as http:
        async with client_of(server, http_client=http, api_key="k", prefix="p") as client:
            assert (await client.count("a/b")).count == 5
            assert made(client) == 1
        assert not http.is_closed
    (seen,) = server.seen
    assert seen.target == "/p/collections/a%2Fb/points/count"
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.headers["user-agent"].startswith("aqdrant/")
    assert (seen.headers["x-mine"], seen.headers["api-key"]) == ("1", "k")


async def test_each_request_of_a_users_client_asks_for_no_compression(library: Any) -> None:
    """Not even where the client does by itself: a real server takes 44 ms to pack."""
    async with (
        canned(snapshot) as server,
        library.AsyncClient(headers={"accept-encoding": "gzip"}) as http,
        client_of(server, http_client=http) as client,
    ):
        async with client.stream_snapshot("texts", "s") as stream:
            assert b"".join([piece async for piece in stream]) == CONTENT
        assert await client.upload_snapshot("texts", CONTENT) is True
    assert [seen.headers["accept-encoding"] for seen in server.seen] == ["identity"] * 2


async def test_refused_and_lost_connections_of_a_users_client_are_ours(library: Any) -> None:
    async with library.AsyncClient() as http, serving(hang_up) as server:
        async with connect("http://127.0.0.1:1", http_client=http) as client:
            with pytest.raises(ConnectionFailed) as caught:
                await client.count("texts")
        assert caught.value.processed is False
        async with connect(f"http://{server.origin}", http_client=http) as client:
            with pytest.raises(ConnectionFailed) as caught:
                await client.count("texts")
    assert caught.value.processed is None


async def hang_up(peer: Peer) -> None:
    await peer.read()


async def test_users_tests_need_no_server(library: Any) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["points"][0]["vector"] == [0.5, 1.0]
        answer = result({"status": "completed", "operation_id": 1})
        response: httpx.Response = library.Response(200, content=answer)
        return response

    async with mocked(library, handler) as http:
        client = connect("http://nowhere", http_client=http)
        done = await client.upsert("texts", [{"id": 1, "vector": [0.5, 1.0]}])
        await client.aclose()
    assert done.operation_id == 1


@pytest.mark.parametrize(
    ("raised", "kind", "processed"),
    [
        ("ConnectError", ConnectionFailed, False),
        ("ConnectTimeout", ConnectionFailed, False),
        ("PoolTimeout", OperationTimeout, False),
        ("ReadTimeout", OperationTimeout, None),
        ("ReadError", ConnectionFailed, None),
        ("WriteError", ConnectionFailed, None),
        ("RemoteProtocolError", ConnectionFailed, None),
        ("TooManyRedirects", ConnectionFailed, None),
    ],
)
async def test_errors_of_httpx_are_ours(
    library: Any, raised: str, kind: type[TransportError], processed: bool | None
) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise getattr(library, raised)("All connection attempts failed")

    async with mocked(library, handler) as http:
        client = connect("http://nowhere", http_client=http)
        with pytest.raises(TransportError) as caught:
            await client.count("texts")
        await client.aclose()
    assert type(caught.value) is kind
    assert caught.value.processed is processed


async def test_client_of_another_kind_is_refused() -> None:
    with httpx.Client() as http:
        async with connect("http://nowhere", http_client=http) as client:
            with pytest.raises(ArgumentError, match=r"httpx\.AsyncClient"):
                await client.info()
    async with (
        httpx.AsyncClient() as other,
        connect("http://x", http_client=other, verify=False) as client,
    ):
        with pytest.raises(ArgumentError, match="verify to the httpx client"):
            await client.info()


async def test_auth_and_hooks_work_over_our_pool() -> None:
    hooked: list[str] = []

    async def hook(request: httpx.Request) -> None:
        hooked.append(request.url.path)

    options: dict[str, Any] = {
        "auth": httpx.BasicAuth("me", "s3cr3t"),
        "event_hooks": {"request": [hook]},
    }
    async with canned() as server, client_of(server, **options) as client:
        for _ in range(3):
            assert (await client.count("texts")).count == 5
        assert server.server.accepted == 1
        assert made(client) == 1
        assert "s3cr3t" not in repr(client.init_options)
    assert server.seen[0].headers["authorization"].startswith("Basic ")
    assert hooked == ["/collections/texts/points/count"] * 3


async def test_errors_and_streams_come_through_our_pool_alike() -> None:
    options: dict[str, Any] = {"cookies": {"a": "b"}}
    async with canned(snapshot) as server, client_of(server, **options) as client:
        async with client.stream_snapshot("texts", "s") as stream:
            assert stream.size == len(CONTENT)
            assert b"".join([piece async for piece in stream]) == CONTENT
        assert await client.upload_snapshot("texts", CONTENT) is True
        assert server.seen[1].body.count(CONTENT) == 1
    async with (
        canned(lambda _: (404, REFUSED, "")) as server,
        client_of(server, **options) as client,
    ):
        with pytest.raises(NotFound, match="Not found: no"):
            await client.count("texts")
    async with connect("http://127.0.0.1:1", **options) as client:
        with pytest.raises(ConnectionFailed, match="Is the server running") as caught:
            await client.count("texts")
    assert caught.value.processed is False


async def test_streams_come_through_a_client_of_the_users(library: Any) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield CONTENT
        yield b"end"

    async with (
        canned(snapshot) as server,
        library.AsyncClient() as http,
        client_of(server, http_client=http) as client,
    ):
        async with client.stream_snapshot("texts", "s") as stream:
            assert b"".join([piece async for piece in stream]) == CONTENT
        assert await client.upload_snapshot("texts", pieces()) is True
    assert CONTENT + b"end" in server.seen[1].body


async def test_proxy_gets_the_calls() -> None:
    async with canned() as proxy:
        for address in ("http://10.1.2.3:6333", "http://10.1.2.4:6333/p"):
            async with connect(address, proxy=proxy.url) as client:
                assert (await client.count("texts")).count == 5
    targets = [seen.target for seen in proxy.seen]
    assert targets[0] == "http://10.1.2.3:6333/collections/texts/points/count"
    assert targets[1] == "http://10.1.2.4:6333/p/collections/texts/points/count"


async def test_environment_names_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with canned() as proxy, canned() as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "10.9.9.9")
        async with connect("http://10.1.2.3") as client:
            await client.count("texts")
        assert len(proxy.seen) == 1
        # This machine is asked without a proxy, and so is who wants none.
        async with client_of(server) as client:
            await client.count("texts")
        assert (len(proxy.seen), len(server.seen)) == (1, 1)


def test_proxies_serve_one_event_loop_after_the_other() -> None:
    async def main(client: AsyncQdrantClient) -> None:
        assert (await client.count("texts")).count == 5

    async def close(client: AsyncQdrantClient) -> None:
        await main(client)
        await client.aclose()

    with served(lambda _: COUNTED) as url:
        client = connect("http://10.1.2.3", proxy=url, limits=httpx.Limits())
        asyncio.run(close(client))
        with QdrantClient("http://10.1.2.3", proxy=url) as sync:
            assert sync.count("texts").count == 5
