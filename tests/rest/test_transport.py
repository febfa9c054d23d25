"""The transport against a server on a socket: what a request has, and how many tasks, threads,
event loops and processes share one client."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import random
import re
import threading
from typing import Any

import anyio
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, collect_stats, context_headers, models
from aqdrant import operations as ops
from aqdrant.exceptions import (
    ArgumentError,
    ClientClosed,
    DecodeError,
    NotFound,
    UnsupportedOperation,
)
from aqdrant.transport import RemoteTransport, TransportConfig
from aqdrant_rest import RestTransport
from tests.net.servers import Seen

from .canned import COUNTED, Answering, canned, client_of, connect, result


async def test_request_has_what_a_server_needs_and_no_more() -> None:
    async with canned() as server, client_of(server) as client:
        await client.count("texts")
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/collections/texts/points/count")
    assert seen.headers.keys() == {"host", "user-agent", "content-type", "content-length"}
    assert seen.headers["host"] == str(server.server.origin)
    assert re.fullmatch(r"aqdrant/\S+ python/3\.\d+\.\d+", seen.headers["user-agent"])
    assert seen.headers["content-type"] == "application/json"
    assert seen.body == b"{}" or b"exact" in seen.body


async def test_head_and_body_leave_in_one_write() -> None:
    from tests.net.servers import Peer, serving

    received: list[bytes] = []

    async def handler(peer: Peer) -> None:
        received.append(await peer.stream.receive())
        await peer.answer(COUNTED)

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        await client.count("texts")
    assert received[0].endswith(b"}")


async def test_prefix_goes_before_every_path() -> None:
    async with canned() as server:
        async with connect(f"{server.url}/a/b/") as client:
            await client.count("texts")
        async with client_of(server, prefix="c") as client:
            await client.count("te/x?t")
    assert server.seen[0].target == "/a/b/collections/texts/points/count"
    assert server.seen[1].target == "/c/collections/te%2Fx%3Ft/points/count"


async def test_ipv6_is_spoken() -> None:
    async with canned(host="::1") as server, client_of(server) as client:
        assert (await client.count("texts")).count == 5
        assert "[::1]:" in server.url
        assert server.seen[0].headers["host"] == str(server.server.origin)


async def test_timeout_of_a_call_is_told_in_whole_seconds_and_the_clients_own_is_not() -> None:
    async with canned() as server, client_of(server, timeout=30) as client:
        await client.count("texts")
        await client.count("texts", timeout=20.5)
        await client.count("texts", timeout=10)
    queries = [seen.target.partition("?")[2] for seen in server.seen]
    assert queries == ["", "timeout=21", "timeout=10"]


# ---- headers


async def test_headers_of_call_go_before_the_clients() -> None:
    async with canned() as server:
        options: dict[str, Any] = {"headers": {"X-A": "client", "X-B": "client"}, "api_key": "k"}
        async with client_of(server, metadata={"x-c": "meta", "x-b": "meta"}, **options) as client:
            with context_headers({"x-a": "context", "api-key": "other"}):
                await client.count("texts")
            await client.count("texts")
    first, second = (seen.headers for seen in server.seen)
    assert (first["x-a"], first["x-b"], first["x-c"]) == ("context", "client", "meta")
    assert (first["api-key"], second["api-key"], second["x-a"]) == ("other", "k", "client")


async def test_token_is_asked_for_at_each_call() -> None:
    tokens = iter("abcd")

    async def later() -> str:
        await anyio.lowlevel.checkpoint()
        return next(tokens)

    async with canned() as server:
        for provider in (lambda: next(tokens), later):
            async with client_of(server, auth_token_provider=provider) as client:
                await client.count("texts")
                await client.count("texts")
    assert [seen.headers["authorization"][7:] for seen in server.seen] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("token", [None, 5, "s3cr3t\n", "s3crét"])
async def test_what_is_no_token_is_refused_unseen(token: Any) -> None:
    async with canned() as server, client_of(server, auth_token_provider=lambda: token) as client:
        with pytest.raises(ArgumentError, match="auth_token_provider") as caught:
            await client.count("texts")
    assert "s3cr" not in str(caught.value)
    assert server.seen == []


async def test_secrets_stand_in_no_log_line_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "aqdrant.rest")
    options: dict[str, Any] = {"api_key": "s3cr3t", "headers": {"x-key": "s3cr3t"}}
    answer = (404, b'{"status":{"error":"Not found"},"time":0.1}', "")
    async with canned(lambda _: answer) as server, client_of(server, **options) as client:
        with pytest.raises(NotFound) as caught, context_headers({"authorization": "s3cr3t"}):
            await client.count("texts")
        texts = [caplog.text, repr(client), repr(client._chain), str(caught.value)]
        texts += [repr(caught.value), repr(client.init_options)]
    assert "CountPoints POST http://127.0.0.1" in caplog.text
    assert not any("s3cr3t" in text for text in texts)


# ---- options


def test_unknown_option_is_refused_by_name() -> None:
    with pytest.raises(ArgumentError, match=r"'verfy'.*'verify'"):
        connect("http://localhost", verfy=False)
    with pytest.raises(ArgumentError, match=r"'verfy'.*'verify'"):
        RestTransport(TransportConfig(scheme="http", host="h", extra={"verfy": 1}))


def test_options_of_core_and_transport_are_the_same() -> None:
    from aqdrant._async.options import _SERVER_OPTIONS
    from aqdrant_rest.settings import OPTIONS

    assert _SERVER_OPTIONS == OPTIONS


class Limits:
    max_connections = 3
    keepalive_expiry = 60.0


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"http2": 1}, "http2"),
        ({"verify": 3}, "verify"),
        ({"cert": ("a",)}, "cert"),
        ({"cert": 5}, "cert"),
        ({"limits": 5}, "limits"),
        ({"limits": Limits(), "pool_size": 3}, "limits"),
        ({"http_client": 5}, "http_client"),
        ({"trust_env": "no"}, "trust_env"),
        ({"compression": "gzip"}, "compression"),
        ({"max_answer_bytes": 0}, "max_answer_bytes"),
        ({"max_answer_bytes": "1 GiB"}, "max_answer_bytes"),
    ],
)
async def test_wrong_option_is_told(options: dict[str, Any], parameter: str) -> None:
    async with connect("http://localhost", **options) as client:
        with pytest.raises(ArgumentError) as caught:
            await client.info()
    assert caught.value.parameter == parameter


async def test_connections_are_bounded_by_pool_size_and_by_limits() -> None:
    for options in ({"pool_size": 3}, {"limits": Limits()}):
        async with canned() as server, client_of(server, **options) as client:
            async with anyio.create_task_group() as group:
                for _ in range(40):
                    group.start_soon(client.count, "texts")
            assert server.server.accepted <= 3
            assert len(server.seen) == 40


async def test_compression_is_asked_for_where_it_is_wanted() -> None:
    import gzip

    def answer(seen: Seen) -> Any:
        if "gzip" in seen.headers.get("accept-encoding", ""):
            return 200, gzip.compress(COUNTED), "content-encoding: gzip\r\n"
        return COUNTED

    async with canned(answer) as server, client_of(server, compression=True) as client:
        assert (await client.count("texts")).count == 5
    assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("kind", ["plain", "packed", "httpx", "over the pool"])
async def test_answer_read_whole_is_bounded(kind: str) -> None:
    import gzip

    import httpx

    body = COUNTED + b" " * 2000
    sent = gzip.compress(body) if kind == "packed" else body
    more = "content-encoding: gzip\r\n" if kind == "packed" else ""

    options: dict[str, Any] = {"max_answer_bytes": len(body), "compression": kind == "packed"}
    async with httpx.AsyncClient() as http, canned(lambda _: (200, sent, more)) as server:
        if kind == "httpx":
            options = {"max_answer_bytes": len(body), "http_client": http}
        if kind == "over the pool":
            options |= {"cookies": {"a": "b"}}
        async with client_of(server, **options) as client:
            assert (await client.count("texts")).count == 5
        options["max_answer_bytes"] -= 1
        async with client_of(server, **options) as client:
            with pytest.raises(DecodeError, match=r"larger than \d+ bytes.*max_answer_bytes="):
                await client.count("texts")
            async with client.stream_snapshot("texts", "s") as stream:
                assert b"".join([piece async for piece in stream]) == sent


# ---- operations, statistics, closing


async def test_streams_and_values_have_a_way_of_their_own() -> None:
    transport = RestTransport(TransportConfig(scheme="http", host="h", port=1))
    with pytest.raises(UnsupportedOperation):
        await transport.execute(ops.GetSnapshot("texts", "s"))

    class Foreign(ops.Operation[None], frozen=True):
        pass

    with pytest.raises(UnsupportedOperation, match="Foreign"):
        await transport.execute(Foreign())
    assert isinstance(transport, RemoteTransport)
    assert "not opened" in repr(transport)


async def test_time_and_usage_are_reported() -> None:
    hardware = dict.fromkeys(models.HardwareUsage.__struct_fields__, 1)
    answer = result({"count": 5})[:-1] + b',"usage":{"hardware":%s}}'
    answer %= str(hardware).replace("'", '"').encode()
    async with canned(lambda _: answer) as server, client_of(server) as client:
        with collect_stats() as stats:
            await client.count("texts")
    (one,) = stats
    assert (one.operation, one.time) == ("CountPoints", 0.1)
    assert one.usage is not None
    assert one.usage.hardware == models.HardwareUsage(**hardware)


async def test_closed_client_says_so_and_leaves_no_socket() -> None:
    async with canned() as server:
        client = connect(server.url)
        await client.count("texts")
        await client.aclose()
        await client.aclose()
        await server.server.until_open(0)
        with pytest.raises(ClientClosed):
            await client.count("texts")
        transport = RestTransport(TransportConfig(scheme="http", host="h", port=1))
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await transport.execute(ops.Root())


# ---- many at once


def echo(seen: Seen) -> bytes:
    """Count as many points as the limit of the query says."""
    return result({"count": int(seen.target.split("/")[2])})


async def test_every_answer_reaches_its_caller() -> None:
    async with canned(echo) as server, client_of(server, pool_size=20) as client:

        async def ask(number: int) -> None:
            assert (await client.count(str(number))).count == number

        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(ask, number)
        assert len(server.seen) == 200
        assert 0 < server.server.accepted <= 20


async def test_cancelled_calls_spoil_nothing(seed: int) -> None:
    rng = random.Random(seed)
    async with canned(echo) as server, client_of(server, pool_size=10) as client:
        answered = 0

        async def ask(number: int) -> None:
            nonlocal answered
            with anyio.move_on_after(rng.random() * 0.05 if number % 2 else None):
                assert (await client.count(str(number))).count == number
                answered += 1

        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(ask, number)
        assert answered >= 100
        assert (await client.count("7")).count == 7
        assert server.server.open <= 10


def test_event_loops_follow_each_other() -> None:
    client: AsyncQdrantClient | None = None

    async def main(url: str, last: bool) -> None:
        nonlocal client
        client = client or connect(url)
        assert (await client.count("texts")).count == 5
        if last:
            await client.aclose()

    with served() as url:
        for turn in range(4):
            asyncio.run(main(url, turn == 3))


async def test_several_loops_at_once() -> None:
    async with canned() as server, client_of(server) as client:

        async def ask() -> int:
            return (await client.count("texts")).count

        def run() -> int:
            return asyncio.run(ask())

        counts: list[int] = []
        async with anyio.create_task_group() as group:

            async def one() -> None:
                counts.append(await anyio.to_thread.run_sync(run))

            for _ in range(4):
                group.start_soon(one)
            counts.append(await ask())
        assert counts == [5] * 5


# ---- the sync client, threads, processes


class served:  # noqa: N801  # reads as a context manager does
    """A canned server in a thread with an event loop of its own."""

    def __init__(self, answer: Answering | None = None) -> None:
        self.answer = answer or echo_or_count

    def __enter__(self) -> str:
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.main()))
        self.thread.start()
        assert self.ready.wait(30)
        return self.url

    async def main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.over = asyncio.Event()
        async with canned(self.answer) as server:
            self.url = server.url
            self.ready.set()
            await self.over.wait()

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(30)
        assert not self.thread.is_alive()


def echo_or_count(seen: Seen) -> bytes:
    return echo(seen) if seen.target.split("/")[2].isdigit() else COUNTED


def test_sync_client_asks_over_its_portal() -> None:
    with served() as url, QdrantClient(url) as client:
        assert client.count("texts").count == 5
        threads = [threading.Thread(target=client.count, args=("texts",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        again = pickle.loads(pickle.dumps(client))
        assert again.count("7").count == 7
        again.close()


def test_sync_client_closes_its_connections() -> None:
    with served() as url:
        client = QdrantClient(url)
        assert client.count("texts").count == 5
        client.close()
        with pytest.raises(ClientClosed):
            client.count("texts")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_has_connections_of_its_own() -> None:
    with served() as url, QdrantClient(url) as client:
        assert client.count("1").count == 1
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if client.count("2").count == 2 else 1
            finally:
                os._exit(code)
        assert client.count("3").count == 3
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.count("4").count == 4


def test_async_client_is_pickled_by_its_options() -> None:
    async def main(url: str) -> None:
        async with connect(url) as client:
            await client.count("texts")
            async with pickle.loads(pickle.dumps(client)) as again:
                assert (await again.count("7")).count == 7

    with served() as url:
        asyncio.run(main(url))
