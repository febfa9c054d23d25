"""Messages packed with gzip: asked for by the user alone, and taken by grpcio's own server."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from qdrant_client import grpc as official

from aqdrant.exceptions import ArgumentError, DecodeError

from .server import COUNTED, Exchange, open_client, serving

LONG = "text " * 20_000
"""Unpacked on a thread, and it compresses well."""


@pytest.fixture
def grpcio_port() -> Iterator[int]:
    """The port of a server that packs where it is asked to; it tells how many ids it was given."""

    def get(request: official.GetPoints, _context: Any) -> official.GetResponse:
        count = official.Value(integer_value=len(request.ids))
        payload = {"text": official.Value(string_value=LONG), "count": count}
        point = official.RetrievedPoint(id=official.PointId(num=1), payload=payload)
        return official.GetResponse(result=[point])

    handler = grpc.unary_unary_rpc_method_handler(
        get, official.GetPoints.FromString, official.GetResponse.SerializeToString
    )
    server = grpc.server(futures.ThreadPoolExecutor(2), compression=grpc.Compression.Gzip)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("qdrant.Points", {"Get": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()


@pytest.mark.parametrize("options", [{}, {"compression": True}, {"grpc_compression": "gzip"}])
@pytest.mark.parametrize("ids", [3, 50_000])
async def test_grpcio_reads_and_writes_the_same(
    grpcio_port: int, options: dict[str, Any], ids: int
) -> None:
    async with open_client(grpcio_port, **options) as client:
        (point,) = await client.retrieve("a", range(1, ids + 1))
    assert point.payload == {"text": LONG, "count": ids}


@pytest.mark.parametrize("way", [grpc.Compression.Gzip, "gzip"])
async def test_requests_are_packed_where_it_is_wanted(way: Any) -> None:
    def script(exchange: Exchange) -> None:
        exchange.answer(gzip.compress(COUNTED), flag=1)

    with serving(script) as server:
        async with open_client(server.port) as client:
            assert (await client.count("a")).count == 7
        async with open_client(server.port, grpc_compression=way) as client:
            assert (await client.count("a")).count == 7
    plain, packed = (call for call in server.calls if call.headers[":path"].endswith("Count"))
    assert (plain.body[0], packed.body[0]) == (0, 1)
    assert gzip.decompress(packed.message) == plain.message
    assert "grpc-accept-encoding" not in plain.headers
    assert packed.headers["grpc-accept-encoding"] == packed.headers["grpc-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no gzip", "cannot be unpacked"),
        (gzip.compress(COUNTED)[:-9], "cut short"),
        (gzip.compress(bytes(1001)), "larger than 1000 bytes"),
    ],
    ids=["no gzip", "cut", "long"],
)
async def test_damaged_and_endless_answers(content: bytes, told: str) -> None:
    options = {"grpc.max_receive_message_length": 1000}
    with serving(lambda exchange: exchange.answer(content, flag=1)) as server:
        async with open_client(server.port, grpc_options=options) as client:
            with pytest.raises(DecodeError, match=told):
                await client.count("a")


async def test_an_answer_packed_in_another_way() -> None:
    def script(exchange: Exchange) -> None:
        exchange.answer(COUNTED, flag=1, encoding="deflate")

    with serving(script) as server:
        async with open_client(server.port) as client:
            with pytest.raises(DecodeError, match="compressed otherwise than with gzip"):
                await client.count("a")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"grpc_compression": grpc.Compression.Deflate}, "Deflate.*Pass grpc.Compression.Gzip"),
        ({"compression": "gzip"}, "compression: str.*wanted a bool"),
    ],
)
async def test_other_ways_are_refused(options: dict[str, Any], told: str) -> None:
    async with open_client(1, **options) as client:
        with pytest.raises(ArgumentError, match=told):
            await client.count("a")
