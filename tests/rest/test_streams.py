"""Snapshots down and up: piece by piece, whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import anyio
import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    Forbidden,
    NotFound,
    PayloadTooLarge,
    TransportError,
)
from tests.net.servers import Peer, Seen, serving

from .canned import canned, client_of, connect, result
from .test_transport import served

CONTENT = bytes(range(256)) * 4096


def snapshot(seen: Seen) -> bytes:
    return CONTENT if seen.method == "GET" else result(True)


async def test_download_comes_in_pieces_and_says_its_size() -> None:
    async with canned(snapshot) as server, client_of(server, compression=True) as client:
        async with client.stream_snapshot("texts", "a b") as stream:
            assert stream.size == len(CONTENT)
            pieces = [piece async for piece in stream]
        assert b"".join(pieces) == CONTENT
        assert len(pieces) > 1
        async with client.stream_snapshot("texts", shard_id=3) as stream:
            assert b"".join([piece async for piece in stream]) == CONTENT
        with pytest.raises(ArgumentError):
            await stream.send(b"x")
    targets = [seen.target for seen in server.seen]
    assert targets == ["/collections/texts/snapshots/a%20b", "/collections/texts/shards/3/snapshot"]
    assert "accept-encoding" not in server.seen[0].headers


async def test_download_goes_to_a_file(tmp_path: Path) -> None:
    async with canned(snapshot) as server, client_of(server) as client:
        assert await client.download_full_snapshot("s", tmp_path / "f") == len(CONTENT)
    content = await anyio.Path(tmp_path / "f").read_bytes()
    assert content == CONTENT
    assert server.seen[0].target == "/snapshots/s"


async def test_checksum_of_a_download_is_compared(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    async with canned(snapshot) as server, client_of(server) as client:
        await client.download_snapshot(
            *("texts", "s", tmp_path / "f"),
            checksum=sha256(CONTENT).hexdigest().upper(),
            on_progress=lambda done, whole: told.append((done, whole)),
        )
        with pytest.raises(TransportError, match="SHA-256"):
            await client.download_snapshot("texts", "s", tmp_path / "g", checksum="ab")
    assert [path.name async for path in anyio.Path(tmp_path).iterdir()] == ["f"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


async def test_download_cut_short_leaves_no_file(tmp_path: Path) -> None:
    async def handler(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n" + CONTENT)

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        with pytest.raises(ConnectionFailed):
            await client.download_snapshot("texts", "s", tmp_path / "f")
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_download_that_is_refused_is_an_error() -> None:
    answer = (404, b'{"status":{"error":"Not found: Snapshot s"},"time":0.1}', "")
    async with canned(lambda _: answer) as server, client_of(server) as client:
        with pytest.raises(NotFound, match="Snapshot s"):
            async with client.stream_snapshot("texts", "s"):
                pass
        assert server.server.open <= 1


async def test_download_left_in_the_middle_frees_its_connection() -> None:
    async def handler(peer: Peer) -> None:
        await peer.read()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n")
        while True:
            await peer.send(CONTENT)

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        for _ in range(3):
            async with client.stream_snapshot("texts", "s") as stream:
                async for _ in stream:
                    break
        await server.until_open(0)


async def pieces() -> AsyncIterator[bytes]:
    for start in range(0, len(CONTENT), 100_000):
        yield CONTENT[start : start + 100_000]


@pytest.mark.parametrize("source", ["path", "bytes", "pieces"])
async def test_upload_is_a_form_with_one_file(source: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    await anyio.Path(path).write_bytes(CONTENT)
    content = {"path": path, "bytes": CONTENT, "pieces": pieces()}[source]
    async with canned(snapshot) as server, client_of(server) as client:
        told: list[tuple[int, int | None]] = []
        done = await client.upload_snapshot(
            *("texts", content, models.SnapshotPriority.REPLICA, "ab12"),
            shard_id=2,
            on_progress=lambda sent, whole: told.append((sent, whole)),
        )
    assert done is True
    assert told[-1] == (len(CONTENT), None if source == "pieces" else len(CONTENT))
    (seen,) = server.seen
    assert seen.target == (
        "/collections/texts/shards/2/snapshots/upload?wait=true&priority=replica&checksum=ab12"
    )
    boundary = seen.headers["content-type"].partition("boundary=")[2].encode()
    head, _, rest = seen.body.partition(b"\r\n\r\n")
    assert head.startswith(b"--" + boundary)
    assert b'name="snapshot"' in head
    assert rest == CONTENT + b"\r\n--" + boundary + b"--\r\n"


async def test_upload_that_is_refused_early_ends_at_once() -> None:
    async def handler(peer: Peer) -> None:
        await peer.read_head()
        await peer.answer(b"Forbidden: no", 403, "connection: close\r\n")
        await peer.reset()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield CONTENT

    async with serving(handler) as server, connect(f"http://{server.origin}") as client:
        with anyio.fail_after(30), pytest.raises(Forbidden, match="no"):
            await client.upload_snapshot("texts", endless())


async def test_upload_that_is_refused_at_its_end_is_an_error() -> None:
    answer = (413, b"", "")
    async with canned(lambda _: answer) as server, client_of(server) as client:
        with pytest.raises(PayloadTooLarge):
            await client.upload_snapshot("texts", CONTENT)


async def test_source_that_fails_ends_the_upload() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise RuntimeError("no more")

    async with canned(snapshot) as server, client_of(server) as client:
        with pytest.raises(RuntimeError, match="no more"):
            await client.upload_snapshot("texts", broken())
        await server.server.until_open(0)
    assert server.seen == []


async def test_upload_that_is_cancelled_ends() -> None:
    waiting = anyio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CONTENT
        waiting.set()
        await anyio.sleep_forever()

    async with canned(snapshot) as server, client_of(server) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.upload_snapshot, "texts", slow())
            await waiting.wait()
            group.cancel_scope.cancel()
        await server.server.until_open(0)


def test_sync_client_streams_too(tmp_path: Path) -> None:
    with served(snapshot) as url, QdrantClient(url) as client:
        assert client.download_snapshot("texts", "s", tmp_path / "f") == len(CONTENT)
        assert (tmp_path / "f").read_bytes() == CONTENT
        threads: set[str] = set()
        assert client.upload_snapshot(
            *("texts", tmp_path / "f"),
            on_progress=lambda *_: threads.add(threading.current_thread().name),
        )
        assert threads == {threading.current_thread().name}
        with client.stream_snapshot("texts", "s") as stream:
            assert b"".join(stream) == CONTENT
