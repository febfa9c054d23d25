"""The official Python client, sync and async, on our own server: a process, a socket, a folder."""

from __future__ import annotations

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

from tests.official import Server, check, scenario

KEY = "a-key-of-the-test"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("--memory")
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


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
        (("--path", __file__), "a file, not a folder"),
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
