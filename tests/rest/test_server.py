"""The ASGI application: what it takes, what it answers, whom it lets in."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import fastapi
import httpx
import pytest

from aqdrant import exceptions, models
from aqdrant.operations import (
    CountPoints,
    DeletePoints,
    GetCollection,
    GetPoint,
    GetSnapshot,
    Operation,
    ScrollPoints,
    UpsertPoints,
)
from aqdrant.testing import RecordingTransport
from aqdrant.transport import CallOptions
from aqdrant_rest.server import RestApplication
from aqdrant_rest.server.requests import BODY_LIMIT

VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
UPSERT = {"points": [{"id": 1, "vector": [0.5]}]}


class Served:
    """The application over a transport that records, and a client that needs no socket."""

    def __init__(self, answers: Any = None, app: Any = None, **options: Any) -> None:
        self.transport = RecordingTransport(answers)
        self.app = RestApplication(self.transport, **options)
        carrier = httpx.ASGITransport(app(self.app) if app else self.app)
        self.client = httpx.AsyncClient(transport=carrier, base_url="http://server")

    async def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.client.request(method, path, **options)

    @property
    def operation(self) -> Operation[Any]:
        return self.transport.operations[-1]


@asynccontextmanager
async def serving(answers: Any = None, **options: Any) -> AsyncIterator[Served]:
    served = Served(answers, **options)
    async with served.client:
        yield served


def told(response: httpx.Response) -> str:
    error: str = response.json()["status"]["error"]
    return error


async def test_request_becomes_an_operation_and_its_result_an_envelope() -> None:
    async with serving({CountPoints: models.CountResult(count=3)}) as ask:
        response = await ask(
            "POST", "/collections/a%20b%C3%A9/points/count?timeout=7", json={"exact": False}
        )
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["vary"] == VARY
    envelope = response.json()
    assert envelope.pop("time") >= 0
    assert envelope == {"result": {"count": 3}, "status": "ok"}
    assert ask.operation == CountPoints("a bé", models.CountRequest(exact=False))
    assert ask.transport.calls[0].options == CallOptions(timeout=7.0)


async def test_ids_and_parameters_have_their_types() -> None:
    async with serving({GetPoint: models.Record(id=1)}) as ask:
        await ask("GET", "/collections/c/points/7?consistency=2")
        assert ask.operation == GetPoint("c", 7, 2)
        await ask("GET", "/collections/7/points/00000000-0000-0000-0000-00000000000a")
        assert ask.operation.collection_name == "7"  # type: ignore[attr-defined]
        await ask("PUT", "/collections/c/points?wait=true&ordering=strong&zzz=1", json=UPSERT)
        assert isinstance(ask.operation, UpsertPoints)
        assert ask.operation.wait is True
        assert ask.operation.ordering is models.WriteOrdering.STRONG


@pytest.mark.parametrize(
    ("query", "status", "beginning"),
    [
        ("wait=yes", 400, "Deserialize error in query parameters: provided string was not"),
        ("wait=true&wait=true", 400, "Deserialize error in query parameters: duplicate field"),
        ("ordering=we+ak", 400, "Deserialize error in query parameters: ordering"),
        ("timeout=x", 400, "Deserialize error in query parameters: invalid digit"),
        ("timeout=-1", 400, "Deserialize error in query parameters: invalid digit"),
        ("timeout=", 400, "Deserialize error in query parameters: cannot parse"),
        ("timeout=99999999999999999999", 400, "Deserialize error in query parameters: number"),
    ],
)
async def test_bad_query_is_told(query: str, status: int, beginning: str) -> None:
    async with serving() as ask:
        response = await ask("PUT", f"/collections/c/points?{query}", json=UPSERT)
    assert response.status_code == status
    assert told(response).startswith(beginning)
    assert ask.transport.calls == []


async def test_no_time_at_all_is_refused_but_for_points() -> None:
    async with serving() as ask:
        refused = await ask("PUT", "/collections/c/index?timeout=0", json={"field_name": "k"})
        taken = await ask("PUT", "/collections/c/points?timeout=0", json=UPSERT)
    assert refused.status_code == 422
    assert told(refused).startswith("Validation error in query parameters: [timeout: value 0")
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "truncated"),
        ("[]", "list of 0"),
        ('{"limit": "ten"}', "limit"),
        ('{"limit": NaN}', "malformed"),
        ('{"filter": {"musty": []}}', "musty"),
        ('{"limit": 1, "limit": 2}', "duplicate field `limit`"),
        ("[" * 100_000, "limit"),
    ],
)
async def test_bad_body_is_told(body: str, part: str) -> None:
    async with serving() as ask:
        response = await ask("POST", "/collections/c/points/scroll", content=body)
    assert response.status_code == 400
    assert told(response).startswith("Format error in JSON body: ")
    assert part in told(response)
    assert ask.transport.calls == []


async def test_unknown_members_are_ignored_where_qdrant_ignores_them() -> None:
    condition = {"key": "a", "match": {"value": 1, "zzz": 1}, "zzz": 1}
    body = {"limit": 1, "zzz": 1, "filter": {"must": [condition]}}
    async with serving() as ask:
        response = await ask("POST", "/collections/c/points/scroll", json=body)
    assert response.status_code == 200
    wanted = models.FieldCondition(key="a", match=models.MatchValue(value=1))
    assert ask.operation == ScrollPoints(
        "c", models.ScrollRequest(limit=1, filter=models.Filter(must=[wanted]))
    )


async def test_other_names_of_members_are_read() -> None:
    async with serving() as ask:
        await ask("POST", "/collections/c/points/scroll", json={"with_vectors": True})
        assert ask.operation == ScrollPoints("c", models.ScrollRequest(with_vector=True))
        await ask("PUT", "/collections/c/points", json={"points": [{"id": 1, "vectors": [1.0]}]})
        points = models.PointsList(points=[models.PointStruct(id=1, vector=[1.0])])
        assert ask.operation == UpsertPoints("c", points)


@pytest.mark.parametrize("name", ["a%2Fb", "a%00b", "x" * 256])
async def test_bad_name_is_told(name: str) -> None:
    async with serving() as ask:
        response = await ask("GET", f"/collections/{name}")
    assert response.status_code == 422
    assert told(response).startswith("Validation error in path parameters: [collection_name: ")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nope"), ("POST", "/"), ("HEAD", "/healthz"), ("FROB", "/")]
)
async def test_what_is_not_there_is_404_without_a_body(method: str, path: str) -> None:
    async with serving() as ask:
        response = await ask(method, path)
    assert (response.status_code, response.content) == (404, b"")
    assert response.headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (exceptions.NotFound("Collection `c` doesn't exist!"), 404, "Not found: Collection `c`"),
        (exceptions.Conflict("taken."), 409, "Wrong input: taken."),
        (exceptions.BadRequest("bad.", fix="Be good."), 400, "Wrong input: bad. Be good."),
        (
            exceptions.BadRequest("a: bad", status_code=422),
            422,
            "Validation error in JSON body: [a: bad]",
        ),
        (exceptions.ArgumentError("bad."), 400, "Wrong input: bad."),
        (exceptions.OperationTimeout("late."), 408, "Timeout: late."),
        (exceptions.UnsupportedOperation("no."), 501, "Not supported: no."),
        (exceptions.StorageError("disk."), 500, "Service internal error: disk."),
        (exceptions.ConnectionFailed("lost."), 503, "Service is unavailable: lost."),
        (exceptions.status_error(418, "x", reason="of another server"), 418, "of another server"),
        (ZeroDivisionError("a secret"), 500, "Service internal error: a defect"),
    ],
    ids=lambda part: part if isinstance(part, int | str) else type(part).__name__,
)
async def test_errors_have_their_status(error: Exception, status: int, message: str) -> None:
    async with serving({GetCollection: error}) as ask:
        response = await ask("GET", "/collections/c")
    assert response.status_code == status
    assert told(response).startswith(message)
    assert "result" not in response.json()
    assert "secret" not in response.text


async def test_server_says_when_to_come_back() -> None:
    async with serving({GetCollection: exceptions.RateLimited("x", retry_after=1.5)}) as ask:
        response = await ask("GET", "/collections/c")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"


# ---- bodies


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("x", bytes)]
)
async def test_body_may_be_packed(encoding: str, pack: Any) -> None:
    content = pack(json.dumps(UPSERT).encode())
    async with serving() as ask:
        response = await ask(
            "PUT", "/collections/c/points", content=content, headers={"content-encoding": encoding}
        )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"{}", gzip.compress(bytes(100))[:-9], gzip.compress(bytes(BODY_LIMIT + 1))],
    ids=["plain", "cut", "bomb"],
)
async def test_body_that_cannot_be_unpacked_is_told(content: bytes) -> None:
    async with serving() as ask:
        response = await ask(
            "PUT", "/collections/c/points", content=content, headers={"content-encoding": "gzip"}
        )
    assert response.status_code == 400


async def test_too_large_a_body_is_refused_before_it_is_read() -> None:
    async with serving() as ask:
        headers = {"content-length": str(BODY_LIMIT + 1)}
        response = await ask("PUT", "/collections/c/points", content=b"", headers=headers)
    assert response.status_code == 400
    assert told(response) == (
        f"JSON payload ({BODY_LIMIT + 1} bytes) is larger than allowed (limit: {BODY_LIMIT} bytes)."
    )


class Pieces(httpx.AsyncByteStream):
    """More than the limit, piece by piece; no generator, which somebody would have to close."""

    left = BODY_LIMIT // 2**20 + 1

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise StopAsyncIteration
        return bytes(2**20)


async def test_body_without_a_length_is_bounded_too() -> None:
    async with serving() as ask:
        url = "http://server/collections/c/points"
        response = await ask.client.send(httpx.Request("PUT", url, stream=Pieces()))
    assert response.status_code == 400
    assert told(response) == f"JSON payload has exceeded limit (limit: {BODY_LIMIT} bytes)."


# ---- who may come in, and from where


async def test_key_is_asked_for() -> None:
    async with serving(api_key="right") as ask:
        for headers, answer in (
            ({}, "Must provide an API key or an Authorization bearer token"),
            ({"authorization": "bearer right"}, "Must provide an API key or an"),
            ({"api-key": "wrong"}, "Invalid API key or JWT"),
            ({"api-key": ""}, "Invalid API key or JWT"),
            ({"authorization": "Bearer wrong"}, "Invalid API key or JWT"),
        ):
            response = await ask("DELETE", "/collections/c", headers=headers)
            assert response.status_code == 401
            assert response.text.startswith(answer)
        assert ask.transport.calls == []
        for headers in ({"api-key": "right"}, {"authorization": "Bearer right"}):
            assert (await ask("GET", "/collections", headers=headers)).status_code == 200
        for path in ("/healthz", "/livez", "/readyz"):
            assert (await ask("GET", path)).status_code == 200
        assert "right" not in repr(ask.app)


async def test_browsers_may_ask() -> None:
    origin = {"origin": "https://app.example"}
    wanted = {"access-control-request-method": "PUT", "access-control-request-headers": "api-key"}
    async with serving(api_key="k") as ask:
        response = await ask("OPTIONS", "/collections/c", headers={**origin, **wanted})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert response.headers["access-control-allow-headers"] == "api-key"
        assert "PATCH" in response.headers["access-control-allow-methods"]
        response = await ask("GET", "/healthz", headers=origin)
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert (await ask("OPTIONS", "/collections", headers=origin)).status_code == 401


# ---- where it runs


async def test_it_can_be_mounted() -> None:
    def mount(app: RestApplication) -> fastapi.FastAPI:
        outer = fastapi.FastAPI()
        outer.mount("/db", app)
        return outer

    async with serving(app=mount) as ask:
        response = await ask("POST", "/db/collections/a%2Bb/points/delete", json={"points": [1]})
    assert response.status_code == 200
    assert ask.operation == DeletePoints("a+b", models.PointIdsList(points=[1]))


async def test_download_is_passed_on() -> None:
    async with serving({GetSnapshot: b"abc" * 1000}) as ask:
        response = await ask("GET", "/collections/c/snapshots/s")
    assert response.status_code == 200
    assert response.content == b"abc" * 1000
    assert response.headers["content-length"] == "3000"
    async with serving({GetSnapshot: exceptions.NotFound("no such snapshot.")}) as ask:
        response = await ask("GET", "/collections/c/snapshots/s")
    assert response.status_code == 404
    assert told(response) == "Not found: no such snapshot."
