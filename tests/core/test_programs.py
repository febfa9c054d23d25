"""One program on every event loop as a user starts it, in sync form, and in a served ASGI app."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import anyio
import httpx
import numpy as np
import pytest
import trio
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ArgumentError, NotFound

VECTORS = np.random.default_rng(7).normal(size=(500, 8)).astype(np.float32)
NEAREST = [int(row) for row in np.argsort(-(VECTORS @ VECTORS[3]), kind="stable")[:5]]
PARAMS = models.VectorParams(size=8, distance=models.Distance.DOT)


def points() -> Iterator[models.PointStruct]:
    for row, vector in enumerate(VECTORS):
        yield models.PointStruct(id=row, vector=vector, payload={"even": row % 2 == 0})


async def program() -> list[list[int | str]]:
    """Fill a collection, and ask it the same from many tasks at once."""
    answers: list[list[int | str]] = []
    async with AsyncQdrantClient(":memory:", max_concurrency=4) as client:
        await client.create_collection("texts", PARAMS)
        await client.upload_points("texts", points(), batch_size=64)

        async def ask() -> None:
            found = await client.query_points("texts", query=VECTORS[3], limit=5)
            answers.append([point.id for point in found.points])

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask)
        with anyio.move_on_after(0) as scope:
            await ask()
        assert scope.cancelled_caught
        assert (
            await client.count("texts", {"must": [{"key": "even", "match": {"value": True}}]})
        ) == (models.CountResult(count=250))
    return answers


def run_with_uvloop(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not built for this system")
    return uvloop.run(main())


RUNS: dict[str, Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]] = {
    "asyncio": lambda main: asyncio.run(main()),
    "uvloop": run_with_uvloop,
    "trio": trio.run,
}


@pytest.mark.parametrize("loop", RUNS)
def test_program_gives_the_same_on_every_loop(loop: str) -> None:
    assert RUNS[loop](program) == [NEAREST] * 20


def test_program_in_sync_form() -> None:
    with QdrantClient(":memory:") as client:
        client.create_collection("texts", PARAMS)
        client.upload_points("texts", points(), batch_size=64)
        found = client.query_points("texts", query=VECTORS[3], limit=5)
        assert [point.id for point in found.points] == NEAREST


# ---- an ASGI application behind a real socket


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection("texts", PARAMS)
        await client.upload_points("texts", points())
        app.state.client = client
        yield


def client_of(request: Request) -> AsyncQdrantClient:
    client: AsyncQdrantClient = request.app.state.client
    return client


Client = Annotated[AsyncQdrantClient, Depends(client_of)]


def build_application() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post("/search/{name}")
    async def search(
        name: str, body: models.QueryRequest, client: Client
    ) -> list[models.ScoredPoint]:
        try:
            found = await client.query_points(
                name, query=body.query, query_filter=body.filter, limit=body.limit or 10
            )
        except NotFound as error:
            raise HTTPException(error.status_code, str(error)) from error
        except ArgumentError as error:
            raise HTTPException(422, str(error)) from error
        return found.points

    return app


@contextmanager
def served(app: FastAPI, loop: str) -> Iterator[str]:
    """Serve an application on a free port of this machine for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, loop=loop, log_level="error"))

    def serve() -> None:
        with listener:  # a server that does not start refuses connections instead of keeping them
            server.run(sockets=[listener])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_application_answers_through_a_socket(loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop", reason="uvloop is not built for this system")
    query = {"query": VECTORS[3].tolist(), "limit": 5}
    with served(build_application(), loop) as url, httpx.Client(base_url=url, timeout=30) as http:
        found = http.post("/search/texts", json=query)
        assert found.status_code == 200, found.text
        assert [point["id"] for point in found.json()] == NEAREST
        assert found.json()[0]["payload"] == {"even": NEAREST[0] % 2 == 0}

        even = {"must": {"key": "even", "match": {"value": True}}}
        found = http.post("/search/texts", json={**query, "filter": even})
        assert [point["id"] % 2 for point in found.json()] == [0] * 5

        assert http.post("/search/none", json=query).status_code == 404
        short = http.post("/search/texts", json={"query": [1.0]})
        assert (short.status_code, "8" in short.json()["detail"]) == (422, True)
        typo = http.post("/search/texts", json={"qurey": [1.0]})
        assert (typo.status_code, "query" in str(typo.json())) == (422, True)
