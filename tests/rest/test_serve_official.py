"""The official Python client, sync and async, on our own server: a process, a socket, a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    from qdrant_client import AsyncQdrantClient, QdrantClient, models
    from qdrant_client.http.exceptions import UnexpectedResponse

KEY = "a-key-of-the-test"
IS_POSIX = os.name == "posix"


class Server:
    """``python -m aqdrant serve`` in a process of its own."""

    def __init__(self, *arguments: str, key: str | None = None) -> None:
        environment = dict(os.environ)
        environment.pop("AQDRANT_API_KEY", None)
        if key is not None:
            environment["AQDRANT_API_KEY"] = key
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aqdrant", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(self.process.communicate(timeout=20))
        self.url = line.removeprefix("ready ").strip()

    def end(self) -> tuple[int, str, str]:
        """End it as an operator does; give the exit code and what it printed after ``ready``."""
        self.process.send_signal(signal.SIGTERM if IS_POSIX else signal.SIGINT)
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("--memory")
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


def scenario() -> list[tuple[str, dict[str, Any]]]:
    """The calls of a program that uses most of what the engine has."""
    cities = ["Berlin", "Paris", "Rome", "Berlin"]
    points = [
        models.PointStruct(
            id=number,
            vector={"dense": [float(number), 1.0], "words": words},
            payload={"city": city, "n": number},
        )
        for number, city in enumerate(cities, 1)
        if (words := models.SparseVector(indices=[number, 9], values=[1.0, 0.5]))
    ]
    berlin = models.Filter(
        must=[models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))]
    )
    prefetch = [
        models.Prefetch(query=[1.0, 0.0], using="dense", limit=3),
        models.Prefetch(
            query=models.SparseVector(indices=[9], values=[1.0]), using="words", limit=3
        ),
    ]
    name: dict[str, Any] = {"collection_name": "c"}
    return [
        (
            "create_collection",
            name
            | {
                "vectors_config": {
                    "dense": models.VectorParams(size=2, distance=models.Distance.COSINE)
                },
                "sparse_vectors_config": {"words": models.SparseVectorParams()},
            },
        ),
        ("collection_exists", name),
        ("upsert", name | {"points": points}),
        ("create_payload_index", name | {"field_name": "city", "field_schema": "keyword"}),
        ("count", name | {"count_filter": berlin}),
        ("query_points", name | {"query": [1.0, 0.0], "using": "dense", "limit": 2}),
        ("query_points", name | {"query": 2, "using": "dense", "query_filter": berlin}),
        ("query_points", name | {"prefetch": prefetch, "query": models.RrfQuery(rrf=models.Rrf())}),
        (
            "query_batch_points",
            name
            | {
                "requests": [
                    models.QueryRequest(query=[0.0, 1.0], using="dense", limit=1, filter=berlin)
                ]
            },
        ),
        ("scroll", name | {"limit": 3, "with_vectors": True}),
        ("retrieve", name | {"ids": [1, 4, 99], "with_vectors": ["dense"]}),
        ("facet", name | {"key": "city"}),
        ("set_payload", name | {"payload": {"seen": True}, "points": [1]}),
        ("overwrite_payload", name | {"payload": {"only": 1}, "points": [2]}),
        ("delete_payload", name | {"keys": ["n"], "points": [3]}),
        ("clear_payload", name | {"points_selector": [4]}),
        (
            "update_vectors",
            name | {"points": [models.PointVectors(id=1, vector={"dense": [0.0, 2.0]})]},
        ),
        ("delete_vectors", name | {"vectors": ["words"], "points": [1]}),
        ("delete", name | {"points_selector": berlin}),
        ("scroll", name | {"with_vectors": True}),
        (
            "update_collection_aliases",
            {
                "change_aliases_operations": [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(collection_name="c", alias_name="a")
                    )
                ]
            },
        ),
        ("get_aliases", {}),
        ("get_collection_aliases", name),
        ("get_collection", name),
        ("get_collections", {}),
        ("delete_collection", name),
        ("info", {}),
    ]


def check(results: list[Any]) -> None:
    """Hold the answers against what a server gives."""
    named = dict(zip([name for name, _ in scenario()], results, strict=True))
    queries = [result for result in results if type(result).__name__ == "QueryResponse"]
    assert results[0] is True
    assert results[1] is True
    assert results[4].count == 2
    assert [hit.id for hit in queries[0].points] == [4, 3]
    assert [hit.id for hit in queries[1].points] == [4, 1]
    assert len(queries[2].points) == 4
    assert [hit.id for hit in named["query_batch_points"][0].points] == [1]
    first_page, offset = results[9]
    assert [record.id for record in first_page] == [1, 2, 3]
    assert offset == 4
    assert sorted(first_page[0].vector) == ["dense", "words"]
    assert [sorted(record.vector) for record in named["retrieve"]] == [["dense"], ["dense"]]
    assert {hit.value: hit.count for hit in named["facet"].hits}["Berlin"] == 2
    assert named["update_vectors"].status == "completed"
    records, offset = named["scroll"]
    assert [(record.id, record.payload) for record in records] == [
        (2, {"only": 1}),
        (3, {"city": "Rome"}),
        (4, {}),
    ]
    assert offset is None
    assert [alias.alias_name for alias in named["get_aliases"].aliases] == ["a"]
    assert named["get_collection"].points_count == 3
    assert [one.name for one in named["get_collections"].collections] == ["c"]
    assert named["info"].version == "1.19.0"


def test_sync_client(server: Server) -> None:
    client = QdrantClient(server.url, check_compatibility=False)
    with pytest.raises(UnexpectedResponse, match="Collection `none`") as caught:
        client.get_collection("none")
    assert caught.value.status_code == 404
    check([getattr(client, name)(**arguments) for name, arguments in scenario()])
    client.close()


def test_async_client(server: Server) -> None:
    async def run() -> list[Any]:
        client = AsyncQdrantClient(server.url, check_compatibility=False)
        results = [await getattr(client, name)(**arguments) for name, arguments in scenario()]
        await client.close()
        return results

    check(anyio.run(run))


def test_what_was_answered_is_there_after_the_end(tmp_path: Path) -> None:
    folder = str(tmp_path / "db")
    for count in (1, 2):
        server = Server("--path", folder)
        client = QdrantClient(server.url, check_compatibility=False)
        if count == 1:
            vectors = models.VectorParams(size=1, distance=models.Distance.DOT)
            client.create_collection("c", vectors)
        client.upsert("c", [models.PointStruct(id=count, vector=[1.0])])
        assert client.count("c").count == count
        client.close()
        code, output, errors = server.end()
        assert (output, errors) == ("", "")
        assert code == 0


def test_key_is_asked_for() -> None:
    server = Server("--memory", key=KEY)
    try:
        with pytest.raises(UnexpectedResponse) as caught:
            QdrantClient(server.url, check_compatibility=False).get_collections()
        assert caught.value.status_code == 401
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a key over plain HTTP
            client = QdrantClient(server.url, api_key=KEY, check_compatibility=False)
        assert client.get_collections().collections == []
        client.close()
    finally:
        server.process.kill()
        _, errors = server.process.communicate()
    assert KEY not in errors


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--memory", "--host", "0.0.0.0"), "--api-key"),
        (("--memory", "--tls-cert", "none.pem"), "private key"),
        (("--memory", "--tls-cert", "none.pem", "--tls-key", "none.pem"), "cannot be read"),
        (("--memory", "--host", "192.0.2.1", "--open-to-all"), "cannot listen"),
    ],
)
def test_what_cannot_be_served_is_told(arguments: tuple[str, ...], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aqdrant", "serve", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
