"""The gRPC application by itself: framing, status codes, deadlines, keys, and recorded calls."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

import anyio
import pytest

from aqdrant import exceptions, models
from aqdrant import operations as ops
from aqdrant.operations import Operation, StreamOperation
from aqdrant.testing import RecordingTransport
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport
from aqdrant_grpc.calls import encode_request
from aqdrant_grpc.errors import CODES
from aqdrant_grpc.server import GrpcApplication
from aqdrant_grpc.server.framing import MESSAGE_LIMIT
from aqdrant_local import LocalTransport

from .pairs import calls

R = TypeVar("R")

EXISTS = "/qdrant.Collections/CollectionExists"
HEALTH = "/grpc.health.v1.Health/Check"
WATCH = "/grpc.health.v1.Health/Watch"


class Answer(NamedTuple):
    code: str
    text: str
    message: bytes
    trailers: dict[bytes, bytes]


def framed(message: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


async def ask(
    app: GrpcApplication, path: str, body: bytes, headers: dict[bytes, bytes] | None = None
) -> Answer:
    """Make a call as an ASGI server does, the body in pieces."""
    step = 1 << 20
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"te", b"trailers"), *(headers or {}).items()],
        "extensions": {"http.response.trailers": {}},
    }
    await app(scope, receive, send)
    start, content, end = sent
    assert start["status"] == 200
    assert (b"content-type", b"application/grpc") in start["headers"]
    assert not pieces  # what is left unread would hold up other calls
    trailers = dict(end["headers"])
    code = CODES[int(trailers[b"grpc-status"])]
    text = unquote(trailers.get(b"grpc-message", b"").decode())
    return Answer(code, text, content["body"][5:], trailers)


class Failing:
    """A transport each of whose operations ends with an error, or never."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        if self._error is None:
            await anyio.sleep_forever()
        assert self._error is not None
        raise self._error

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


REQUEST = framed(encode_request(ops.CollectionExists(collection_name="c")))


@pytest.fixture
async def app() -> AsyncGenerator[GrpcApplication]:
    transport: Transport = RecordingTransport()
    yield GrpcApplication(transport)
    await transport.aclose()


async def test_health(app: GrpcApplication) -> None:
    assert (await ask(app, HEALTH, framed(b""))).message == b"\x08\x01"
    assert (await ask(app, HEALTH, framed(b"\x0a\x04nope"))).message == b"\x08\x01"
    assert (await ask(app, "/grpc.health.v1.Health/List", framed(b""))).code == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("the server's", [b"\x08\x02", (b"grpc-status", b"0")]),
        ("the client's", []),
        ("the deadline", [(b"grpc-status", b"1"), (b"grpc-message", b"Timeout expired")]),
    ],
)
async def test_health_is_watched_to_the_end(end: str, last: list[Any]) -> None:
    told = anyio.Event()
    sent: list[Any] = []
    events = [{"type": "http.request", "body": framed(b"\x0a\x04nope")}]
    app = GrpcApplication(RecordingTransport(), ended=told.wait)

    async def receive() -> dict[str, Any]:
        if not events:
            await anyio.sleep_forever()
        return events.pop()

    async def send(message: Any) -> None:
        sent.extend(message["headers"] if "trailers" in message["type"] else [])
        body = message.get("body")
        if body:
            assert (body[:5], message["more_body"]) == (b"\0\0\0\0\x02", True)
            sent.append(body[5:])
            if end == "the server's":
                told.set()
            elif end == "the client's":
                events.append({"type": "http.disconnect"})

    headers = [(b"te", b"trailers")]
    headers += [(b"grpc-timeout", b"1m")] if end == "the deadline" else []
    scope = {"type": "http", "path": WATCH, "headers": headers}
    with anyio.fail_after(10):
        await app({**scope, "extensions": {"http.response.trailers": {}}}, receive, send)
    assert sent == [b"\x08\x01", *last]


@pytest.mark.parametrize("last", ["the body", "the answer"])
async def test_a_client_that_goes_is_not_waited_for(app: GrpcApplication, last: str) -> None:
    events = [{"type": "http.request", "body": framed(b""), "more_body": last == "the body"}]
    gone = anyio.Event()

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop()
        if last == "the answer":
            await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        # As hypercorn has it, which does not tell who sends.
        gone.set()
        await anyio.sleep_forever()

    scope = {"type": "http", "path": HEALTH, "headers": [(b"te", b"trailers")]}
    with anyio.fail_after(10):
        await app({**scope, "extensions": {"http.response.trailers": {}}}, receive, send)
    assert gone.is_set() == (last == "the answer")


@pytest.mark.parametrize(
    ("body", "headers", "code", "text"),
    [
        (b"", {}, "INTERNAL", "Missing request message."),
        (REQUEST[:-1], {}, "INTERNAL", "not one whole message"),
        (REQUEST + REQUEST, {}, "INTERNAL", "not one whole message"),
        (framed(b"\x0a\x05a"), {}, "INTERNAL", "decode Protobuf message: a field of 5 bytes"),
        (framed(b"\x0a\x01\xff"), {}, "INTERNAL", "failed to decode Protobuf message"),
        (framed(REQUEST[5:], 1), {}, "INTERNAL", "no grpc-encoding"),
        (framed(b"x", 1), {b"grpc-encoding": b"gzip"}, "INTERNAL", "Error decompressing"),
        (framed(b"x", 1), {b"grpc-encoding": b"deflate"}, "UNIMPLEMENTED", "`deflate`"),
        (framed(bytes(MESSAGE_LIMIT + 1)), {}, "OUT_OF_RANGE", "the limit is: 33554432 bytes"),
        (
            framed(gzip.compress(bytes(MESSAGE_LIMIT + 1)), 1),
            {b"grpc-encoding": b"gzip"},
            "OUT_OF_RANGE",
            "the limit is: 33554432 bytes",
        ),
    ],
)
async def test_what_is_no_request_is_refused(
    app: GrpcApplication, body: bytes, headers: dict[bytes, bytes], code: str, text: str
) -> None:
    answer = await ask(app, EXISTS, body, headers)
    assert answer.code == code
    assert text in answer.text
    assert answer.message == b""


async def test_a_compressed_message_is_taken(app: GrpcApplication) -> None:
    body = framed(gzip.compress(REQUEST[5:]), 1)
    assert (await ask(app, EXISTS, body, {b"grpc-encoding": b"gzip"})).code == "OK"


async def test_unknown_calls_are_unimplemented(app: GrpcApplication) -> None:
    assert (await ask(app, "/qdrant.Points/Nope", framed(b""))).code == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "Must provide an API key or an Authorization bearer token"),
        ({b"api-key": b"other"}, "Invalid API key or JWT"),
        ({b"authorization": b"Bearer other"}, "Invalid API key or JWT"),
        (
            {b"authorization": b"Basic k"},
            "Must provide an API key or an Authorization bearer token",
        ),
        ({b"api-key": b"k"}, ""),
        ({b"authorization": b"Bearer k"}, ""),
    ],
)
async def test_the_key(headers: dict[bytes, bytes], text: str) -> None:
    app = GrpcApplication(RecordingTransport(), api_key="k")
    answer = await ask(app, EXISTS, REQUEST, headers)
    assert answer.text == text
    assert answer.code == ("UNAUTHENTICATED" if text else "OK")
    assert "'k'" not in repr(app)


ERRORS = [
    (exceptions.NotFound("Collection `c` doesn't exist!"), "NOT_FOUND", "Not found: Coll"),
    (exceptions.OperationTimeout("too late."), "DEADLINE_EXCEEDED", "Timeout: too late."),
    (
        exceptions.ArgumentError("no \N{SNOWMAN}."),
        "INVALID_ARGUMENT",
        "Wrong input: no \N{SNOWMAN}",
    ),
    (exceptions.UnsupportedOperation("none."), "UNIMPLEMENTED", "Not supported: none."),
    (exceptions.ClientClosed("closed."), "UNAVAILABLE", "Service is unavailable: closed."),
    (exceptions.status_error(409, "there.", grpc_code=None), "ALREADY_EXISTS", "Wrong input: "),
    (exceptions.status_error(422, "limit.", grpc_code=None), "INVALID_ARGUMENT", "Validation err"),
    (exceptions.status_error(507, "x", reason="word for word"), "RESOURCE_EXHAUSTED", "word for"),
    (exceptions.status_error(500, "broken."), "INTERNAL", "Service internal error: broken."),
]


@pytest.mark.parametrize(("error", "code", "text"), ERRORS, ids=[code for _, code, _ in ERRORS])
async def test_errors_become_status_codes(error: Exception, code: str, text: str) -> None:
    answer = await ask(GrpcApplication(Failing(error)), EXISTS, REQUEST)
    assert (answer.code, answer.message) == (code, b"")
    assert answer.text.startswith(text)


async def test_retry_after_goes_on() -> None:
    error = exceptions.status_error(429, "slowly.", headers={"retry-after": "7"})
    answer = await ask(GrpcApplication(Failing(error)), EXISTS, REQUEST)
    assert (answer.code, answer.trailers[b"retry-after"]) == ("RESOURCE_EXHAUSTED", b"7")


async def test_a_defect_is_told_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask(GrpcApplication(Failing(ValueError("s3cr3t"))), EXISTS, REQUEST)
    assert answer.code == "INTERNAL"
    assert "s3cr3t" not in answer.text
    assert "CollectionExists failed" in caplog.text


@pytest.mark.parametrize("timeout", [b"1n", b"5m", b"1000u"])
async def test_the_deadline_ends_a_call(timeout: bytes) -> None:
    answer = await ask(GrpcApplication(Failing(None)), EXISTS, REQUEST, {b"grpc-timeout": timeout})
    assert (answer.code, answer.text) == ("CANCELLED", "Timeout expired")


async def test_an_update_whose_points_are_unknown_is_no_update_of_all() -> None:
    transport = LocalTransport()
    vectors = models.VectorParams(size=1, distance=models.Distance.DOT)
    create = models.CreateCollection(vectors=vectors)
    await transport.execute(ops.CreateCollection(collection_name="c", body=create))
    points = models.PointsList(points=[models.PointStruct(id=1, vector=[1.0])])
    await transport.execute(ops.UpsertPoints(collection_name="c", body=points))
    app = GrpcApplication(transport)
    unknown = b"\x1a\x05\xfa\x01\x02\x08\x01"  # a selector of a kind that is not known
    in_batch = b"\x1a\x02\x4a\x00"
    for path, message in (("Delete", unknown), ("Delete", b""), ("UpdateBatch", in_batch)):
        answer = await ask(app, f"/qdrant.Points/{path}", framed(b"\x0a\x01c" + message))
        assert (answer.code, answer.text) == ("INVALID_ARGUMENT", "PointSelector is missing")
    count = ops.CountPoints(collection_name="c", body=models.CountRequest())
    assert (await transport.execute(count)).count == 1
    await transport.aclose()


OTHER: dict[str, list[str]] = json.loads(Path(__file__).with_name("other_codes.json").read_bytes())
"""Call → the code recorded, ours, and why it is another."""

FILES = (
    *("aliases", "collections", "errors", "indexes", "legacy", "payload", "points", "query"),
    *("service", "vectors"),
)


@pytest.mark.parametrize("file", FILES)
async def test_recorded_calls_end_with_the_recorded_codes(file: str) -> None:
    transport = LocalTransport()
    app = GrpcApplication(transport)
    other: dict[str, list[str]] = {}
    for call in calls():
        if call.file == file:
            code = (await ask(app, call.method, framed(call.request))).code
            if code != call.line["status"]:
                other[call.name] = [call.line["status"], code]
    await transport.aclose()
    known = {name: row[:2] for name, row in OTHER.items() if name.startswith(f"{file}/")}
    assert other == known
