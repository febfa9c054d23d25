"""Calls over real sockets: what is sent, what comes back, and every way in which it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import numpy as np
import pytest
from qdrant_client import grpc as official

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.context import collect_stats
from aqdrant.exceptions import (
    ArgumentError,
    BadRequest,
    ClientClosed,
    Conflict,
    ConnectionFailed,
    DecodeError,
    Forbidden,
    InsufficientStorage,
    InternalServerError,
    NotFound,
    OperationTimeout,
    RateLimited,
    ServiceUnavailable,
    StatusError,
    TLSFailed,
    Unauthenticated,
    UnsupportedOperation,
)
from aqdrant.transport import CallOptions, TransportConfig
from aqdrant_grpc import GrpcTransport
from aqdrant_grpc.calls import SLICE, decode_steps, encode_request, encode_steps

from .server import Exchange, Server, serving

COUNT = ops.CountPoints(collection_name="a", body=models.CountRequest())
COUNTED = official.CountResponse(
    result=official.CountResult(count=7), time=0.5, usage=official.Usage()
).SerializeToString()


def counting(exchange: Exchange) -> None:
    exchange.answer(COUNTED)


@asynccontextmanager
async def connected(server: Server, **config: Any) -> AsyncIterator[GrpcTransport]:
    settings = {"scheme": "http", "host": "127.0.0.1", "grpc_port": server.port, **config}
    transport = GrpcTransport(TransportConfig(**settings))
    try:
        yield transport
    finally:
        await transport.aclose()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(counting) as running:
        yield running


async def test_a_call_and_its_answer(server: Server) -> None:
    async with connected(server, api_key="secret", headers={"X-Team": "blue"}) as transport:
        with collect_stats() as stats:
            options = CallOptions(timeout=2.5, headers={"x-call": "1"})
            assert await transport.execute(COUNT, options) == models.CountResult(count=7)
    (call,) = server.calls
    assert call.message == encode_request(COUNT, 3)
    assert call.headers[":path"] == "/qdrant.Points/Count"
    assert call.headers["grpc-timeout"] == "2500m"
    assert call.headers["api-key"] == "secret"
    assert call.headers["x-team"] == "blue"
    assert call.headers["x-call"] == "1"
    assert call.headers["user-agent"].startswith("aqdrant/")
    assert stats[0].time == 0.5


async def test_every_call_has_a_deadline(server: Server) -> None:
    async with connected(server) as transport:
        await transport.execute(COUNT)
    assert server.calls[0].headers["grpc-timeout"] == "60000m"
    assert server.calls[0].message == encode_request(COUNT)


async def test_tokens_are_asked_for_at_each_call(server: Server) -> None:
    tokens = iter(["one", "two"])

    async def provide() -> str:
        await anyio.lowlevel.checkpoint()
        return next(tokens)

    async with connected(server, auth_token_provider=provide) as transport:
        await transport.execute(COUNT)
        await transport.execute(COUNT)
    assert [c.headers["authorization"] for c in server.calls] == ["Bearer one", "Bearer two"]


async def test_calls_share_connections_and_answers_are_not_mixed_up() -> None:
    held: list[Exchange] = []

    def answer_in_reverse(exchange: Exchange) -> None:
        held.append(exchange)
        if len(held) == 50:
            for one in reversed(held):
                name = official.CountPoints.FromString(one.message).collection_name
                result = official.CountResult(count=int(name))
                one.answer(official.CountResponse(result=result).SerializeToString())

    counts: dict[int, int] = {}

    async def count(transport: GrpcTransport, number: int) -> None:
        body = models.CountRequest()
        operation = ops.CountPoints(collection_name=str(number), body=body)
        counts[number] = (await transport.execute(operation)).count

    with serving(answer_in_reverse) as running:
        async with connected(running) as transport, anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(count, transport, number)
        assert counts == {number: number for number in range(50)}
        assert transport.connections_made == 1


async def test_streams_wait_for_each_other_where_the_server_has_few() -> None:
    with serving(counting, max_streams=2) as running:
        async with connected(running, pool_size=1) as transport:
            await transport.execute(COUNT)
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(transport.execute, COUNT)
        assert len(running.calls) == 21
        assert running.most_open <= 2


async def test_large_requests_and_answers(seed: int) -> None:
    size = 32 * 1024 * 1024
    record = official.RetrievedPoint(id=official.PointId(num=1))
    record.payload["text"].string_value = "x" * size

    def answer_large(exchange: Exchange) -> None:
        if exchange.headers[":path"].endswith("Upsert"):
            result = official.UpdateResult(operation_id=1, status=official.UpdateStatus.Completed)
            response = official.PointsOperationResponse(result=result)
            exchange.answer(response.SerializeToString())
            return
        # More than the windows of a server's h2 would let it send at once.
        content = official.GetResponse(result=[record] * 1).SerializeToString()
        exchange.answer(content)

    points = [models.PointStruct(id=i, vector=[0.5] * 8192) for i in range(200)]
    body = models.PointsList(points=points)
    with serving(answer_large) as running:
        async with connected(running) as transport:
            upsert = ops.UpsertPoints(collection_name="a", body=body)
            updated = await transport.execute(upsert)
            assert updated.status is models.UpdateStatus.COMPLETED
            get = ops.GetPoints(
                collection_name="a", body=models.PointRequest(ids=[1], with_payload=True)
            )
            (found,) = await transport.execute(get)
            assert found.payload is not None
            assert len(found.payload["text"]) == size
        assert running.calls[0].message == encode_request(upsert)


def test_loop_has_its_turns_while_much_is_encoded_and_decoded() -> None:
    points = [models.PointStruct(id=i, vector=np.ones(8192, np.float32)) for i in range(100)]
    upsert = ops.UpsertPoints(collection_name="a", body=models.PointsList(points=points))
    assert sum(1 for _ in encode_steps(upsert)) >= 100 * 8192 * 4 // SLICE - 1
    record = official.RetrievedPoint(id=official.PointId(num=1))
    record.vectors.vector.dense.data.extend([0.5] * 8192)
    content = official.GetResponse(result=[record] * 100).SerializeToString()
    get = ops.GetPoints(collection_name="a", body=models.PointRequest(ids=[1]))
    assert sum(1 for _ in decode_steps(get, content)) >= len(content) // SLICE - 1


# ---- errors


@pytest.mark.parametrize(
    ("code", "text", "kind", "status"),
    [
        (3, "Wrong%20input", BadRequest, 400),
        (5, "no", NotFound, 404),
        (6, "no", Conflict, 409),
        (7, "no", Forbidden, 403),
        (8, "no", RateLimited, 429),
        (8, "Insufficient%20storage: full", InsufficientStorage, 507),
        (12, "", InternalServerError, 501),
        (13, "no", InternalServerError, 500),
        (14, "no", ServiceUnavailable, 503),
        (16, "no", Unauthenticated, 401),
        (99, "no", InternalServerError, 500),
        (1, "Timeout%20expired", OperationTimeout, None),
        (4, "too long", OperationTimeout, None),
        (1, "for another reason", ServiceUnavailable, 503),
    ],
)
async def test_statuses(code: int, text: str, kind: type[Exception], status: int | None) -> None:
    with serving(lambda exchange: exchange.fail(code, text, retry_after="7")) as running:
        async with connected(running) as transport:
            with pytest.raises(kind) as caught:
                await transport.execute(COUNT)
    error: Any = caught.value
    assert error.operation == "CountPoints"
    assert error.target == "collection 'a'"
    if isinstance(error, StatusError):
        assert error.status_code == status
        assert error.retry_after == 7
        assert "%20" not in str(error)


async def test_answer_without_grpc_names_the_port() -> None:
    with serving(lambda exchange: exchange.end({":status": "404"})) as running:
        async with connected(running) as transport:
            with pytest.raises(NotFound, match=r"status 404\. .* check grpc_port"):
                await transport.execute(COUNT)


@contextmanager
def first(fault: Any) -> Iterator[Server]:
    """A server whose first call meets a fault, and the others an answer."""

    def script(exchange: Exchange) -> None:
        (fault if exchange.number == 0 else counting)(exchange)

    with serving(script) as running:
        yield running


def drop(exchange: Exchange) -> None:
    exchange.link.transport.abort()


def drop_in_the_answer(exchange: Exchange) -> None:
    exchange.begin()
    exchange.data(b"\0\0\0\0\x64abc")
    exchange.link.transport.close()


def go_away(exchange: Exchange) -> None:
    exchange.link.h2.close_connection(last_stream_id=0)
    exchange.link.flush()


@pytest.mark.parametrize(
    ("fault", "kind", "processed"),
    [
        (drop, ConnectionFailed, None),
        (drop_in_the_answer, ConnectionFailed, True),
        (lambda exchange: exchange.reset(2), ConnectionFailed, None),
        (lambda exchange: exchange.answer(b"abc", length=9), DecodeError, True),
        (lambda exchange: exchange.answer(b"abc", flag=1), DecodeError, True),
        (lambda exchange: exchange.answer(b"\xff"), DecodeError, None),
        (lambda exchange: exchange.end({":status": "200"}), DecodeError, True),
        (lambda exchange: exchange.end({":status": "502"}), ServiceUnavailable, None),
        (lambda exchange: exchange.link.transport.write(b"\0" * 40), ConnectionFailed, None),
    ],
)
async def test_faults_end_one_call_and_the_next_one_works(
    fault: Any, kind: type[Exception], processed: bool | None
) -> None:
    with first(fault) as running:
        async with connected(running) as transport:
            with pytest.raises(kind) as caught:
                await transport.execute(COUNT)
            assert getattr(caught.value, "processed", None) is processed
            assert getattr(caught.value, "operation", None) == "CountPoints"
            assert (await transport.execute(COUNT)).count == 7


@pytest.mark.parametrize("fault", [lambda exchange: exchange.reset(7), go_away])
async def test_calls_that_the_server_did_not_take_are_made_again(fault: Any) -> None:
    with first(fault) as running:
        async with connected(running) as transport:
            assert (await transport.execute(COUNT)).count == 7
        assert len(running.calls) == 2
        running.script = fault
        async with connected(running) as transport:
            with pytest.raises(ConnectionFailed) as caught:
                await transport.execute(COUNT)
        assert caught.value.processed is False


async def test_calls_under_way_survive_a_goaway() -> None:
    held: list[Exchange] = []

    def leave(exchange: Exchange) -> None:
        held.append(exchange)
        if exchange.number == 1:
            link = exchange.link
            # Both calls are below the number, and are answered after the farewell.
            frame = b"\0\0\x08\x07\0\0\0\0\0" + exchange.stream.to_bytes(4, "big") + b"\0\0\0\0"
            link.transport.write(frame)
            for one in held:
                one.answer(COUNTED)
        elif exchange.number > 1:
            exchange.answer(COUNTED)

    with serving(leave) as running:
        async with connected(running, pool_size=1) as transport:
            async with anyio.create_task_group() as group:
                group.start_soon(transport.execute, COUNT)
                group.start_soon(transport.execute, COUNT)
            assert transport.connections_made == 1
            await transport.execute(COUNT)
            assert transport.connections_made == 2


async def test_a_server_that_never_answers() -> None:
    with serving(lambda _exchange: None) as running:
        async with connected(running) as transport:
            with pytest.raises(OperationTimeout, match=r"no answer within 0\.05 s"):
                await transport.execute(COUNT, CallOptions(timeout=0.05))
            running.script = counting
            assert (await transport.execute(COUNT)).count == 7
        assert running.resets == 1


async def test_half_of_many_calls_are_cancelled() -> None:
    def answer_even(exchange: Exchange) -> None:
        name = official.CountPoints.FromString(exchange.message).collection_name
        if int(name) % 2 == 0:
            result = official.CountResult(count=int(name))
            exchange.answer(official.CountResponse(result=result).SerializeToString())

    counts: list[int] = []

    async def count(transport: GrpcTransport, number: int) -> None:
        operation = ops.CountPoints(collection_name=str(number), body=models.CountRequest())
        if number % 2:
            with anyio.move_on_after(0.2):
                await transport.execute(operation)
        else:
            found = await transport.execute(operation)
            assert found.count == number
            counts.append(number)

    with serving(answer_even) as running:
        async with connected(running, pool_size=1) as transport:
            async with anyio.create_task_group() as group:
                for number in range(200):
                    group.start_soon(count, transport, number)
            assert sorted(counts) == list(range(0, 200, 2))
            await count(transport, 1000)
        numbers = [
            official.CountPoints.FromString(c.message).collection_name for c in running.calls
        ]
        assert running.resets == sum(int(number) % 2 for number in numbers) > 0


async def test_where_nothing_listens(free_tcp_port: int) -> None:
    config = TransportConfig(scheme="http", host="127.0.0.1", grpc_port=free_tcp_port)
    transport = GrpcTransport(config)
    with pytest.raises(ConnectionFailed, match="gRPC port") as caught:
        await transport.execute(COUNT)
    assert caught.value.processed is False
    await transport.aclose()


async def test_tls_against_a_plain_port(server: Server) -> None:
    async with connected(server, scheme="https") as transport:
        with pytest.raises(TLSFailed, match="https=False"):
            await transport.execute(COUNT)


async def test_limits_of_messages(server: Server) -> None:
    limit = {"grpc.max_receive_message_length": 4, "grpc.max_send_message_length": -1}
    async with connected(server, grpc_options=limit) as transport:
        with pytest.raises(DecodeError, match="larger than 4 bytes"):
            await transport.execute(COUNT)
    async with connected(server, grpc_options={"grpc.max_send_message_length": 2}) as transport:
        with pytest.raises(ArgumentError, match="the limit 2"):
            await transport.execute(COUNT)


def test_options_are_checked() -> None:
    with pytest.raises(ArgumentError, match="unknown option 'root_certificate'"):
        GrpcTransport(TransportConfig(scheme="http", grpc_options={"root_certificate": b""}))
    GrpcTransport(TransportConfig(scheme="http", grpc_options={"grpc.lb_policy_name": "x"}))


async def test_what_only_rest_has(server: Server) -> None:
    async with connected(server) as transport:
        with pytest.raises(UnsupportedOperation) as caught:
            await transport.execute(ops.Telemetry())
        assert caught.value.supported_by == ("rest",)
        with pytest.raises(UnsupportedOperation):
            transport.stream(ops.GetFullSnapshot(snapshot_name="a"))
    assert not server.calls


async def test_a_closed_transport(server: Server) -> None:
    async with connected(server) as transport:
        await transport.execute(COUNT)
    await transport.aclose()
    with pytest.raises(ClientClosed):
        await transport.execute(COUNT)
    assert server.lost.wait(10)


async def test_pings_find_a_dead_server() -> None:
    def freeze(exchange: Exchange) -> None:
        exchange.link.data_received = lambda _data: None  # type: ignore[method-assign]

    options = {"grpc.keepalive_time_ms": 50, "grpc.keepalive_timeout_ms": 50}
    with serving(freeze) as running:
        async with connected(running, grpc_options=options) as transport:
            with pytest.raises(ConnectionFailed, match="silent"):
                await transport.execute(COUNT)


async def test_native_calls(server: Server) -> None:
    from aqdrant_grpc import messages

    async with connected(server, api_key="secret") as transport:
        request = messages.CountPoints(collection_name="a", exact=True)
        path = "/qdrant.Points/Count"
        counted = await transport.call(path, request, messages.CountResponse)
        assert counted.result is not None
        assert counted.result.count == 7
        server.script = lambda exchange: exchange.fail(5, "no")
        with pytest.raises(NotFound, match="Count"):
            await transport.call(path, request, messages.CountResponse)
    assert server.calls[0].headers["api-key"] == "secret"


async def test_one_transport_serves_event_loops_one_after_the_other(server: Server) -> None:
    transport = GrpcTransport(
        TransportConfig(scheme="http", host="127.0.0.1", grpc_port=server.port)
    )

    def elsewhere() -> int:
        async def main() -> int:
            count = (await transport.execute(COUNT)).count
            await transport.aclose() if transport.connections_made > 1 else None
            return count

        return anyio.run(main)

    assert (await transport.execute(COUNT)).count == 7
    assert await anyio.to_thread.run_sync(elsewhere) == 7
    assert transport.connections_made == 2
    await transport.aclose()
