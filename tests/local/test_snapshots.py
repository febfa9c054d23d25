"""Snapshots of collections, shards and whole engines: in memory and in a folder, on every loop."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import BadRequest, NotFound, StorageError

PLACES = ["memory", "folder"]
POINTS = [
    models.PointStruct(
        id=number,
        vector={
            "": [float(number), 1.0],
            "words": models.SparseVector(indices=[number], values=[1.0]),
            "many": [[1.0, float(number)], [2.0, 3.0]],
        },
        payload={"n": number},
    )
    for number in range(20)
] + [models.PointStruct(id="00000000-0000-0000-0000-000000000001", vector={"": [7.0, 7.0]})]


def opened(place: str, folder: Path) -> AsyncQdrantClient:
    if place == "memory":
        return AsyncQdrantClient(":memory:")
    return AsyncQdrantClient(path=str(folder / "db"))


@asynccontextmanager
async def prepared(place: str, folder: Path) -> AsyncGenerator[AsyncQdrantClient]:
    """A client with a collection `c` that has everything a collection can have."""
    client = opened(place, folder)
    try:
        vectors = {
            "": models.VectorParams(size=2, distance=models.Distance.COSINE),
            "many": models.VectorParams(
                size=2,
                distance=models.Distance.DOT,
                multivector_config=models.MultiVectorConfig(
                    comparator=models.MultiVectorComparator.MAX_SIM
                ),
            ),
        }
        await client.create_collection("c", vectors, {"words": {}}, metadata={"made": "here"})
        await client.create_payload_index("c", "n", "integer")
        await client.upsert("c", POINTS)
        yield client
    finally:
        await client.aclose()


async def everything(client: AsyncQdrantClient, name: str = "c") -> tuple[Any, ...]:
    points, _ = await client.scroll(name, limit=1000, with_vectors=True)
    info = await client.get_collection(name)
    found = await client.query_points(name, [1.0, 1.0], limit=1000)
    return points, info, found


@pytest.mark.parametrize("place", PLACES)
async def test_collection_comes_back_as_it_was(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        before = await everything(client)
        made = await client.create_snapshot("c")
        assert made is not None
        await client.delete("c", [1, 2, 3])
        await client.delete_payload_index("c", "n")
        assert await client.recover_snapshot("c", made.name) is True
        assert await everything(client) == before
        await client.delete("c", [1])  # it is written to as ever
        assert (await client.count("c")).count == len(POINTS) - 1


@pytest.mark.parametrize("place", PLACES)
async def test_description_is_a_servers(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        assert await client.list_snapshots("c") == []
        first, second = await client.create_snapshot("c"), await client.create_snapshot("c")
        assert first is not None
        assert second is not None
        assert first.name.startswith("c-1-")
        assert first.name.endswith(".snapshot")
        assert len(first.creation_time or "") == len("2026-11-21T07:10:32")
        assert await client.list_snapshots("c") == [first, second]
        content = await read(client.stream_snapshot("c", first.name))
        assert len(content) == first.size
        assert hashlib.sha256(content).hexdigest() == first.checksum
        assert await client.delete_snapshot("c", first.name) is True
        assert await client.list_snapshots("c") == [second]
        with pytest.raises(NotFound, match="not found"):
            await client.delete_snapshot("c", first.name)


async def read(stream: Any) -> bytes:
    async with stream as content:
        pieces = [piece async for piece in content]
    return b"".join(pieces)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["path", "bytes", "pieces"])
async def test_upload_makes_a_collection(place: str, kind: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        file = tmp_path / "kept.snapshot"
        size = await client.download_snapshot("c", made.name, file, checksum=made.checksum)
        assert size == made.size
        content = await anyio.Path(file).read_bytes()

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(content), 1000):
                yield content[start : start + 1000]

        given: Any = {"path": file, "bytes": content, "pieces": pieces()}[kind]
        assert await client.upload_snapshot("new", given, checksum=made.checksum) is True
        assert (await everything(client, "new"))[0] == (await everything(client))[0]
        assert (await everything(client, "new"))[1] == (await everything(client))[1]


@pytest.mark.parametrize("place", PLACES)
async def test_recovery_finds_files_and_names(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        file = tmp_path / "kept and moved.snapshot"
        await client.download_snapshot("c", made.name, file)
        for number, location in enumerate((str(file), file.as_uri())):
            name = f"new{number}"
            assert await client.recover_snapshot(name, location, checksum=made.checksum)
            assert (await client.count(name)).count == len(POINTS)
        for priority in models.SnapshotPriority:
            assert await client.recover_snapshot("c", made.name, priority=priority)


BAD_LOCATIONS = [
    ("nothing.snapshot", "does not exist"),
    ("file:///nowhere/x.snapshot", "does not exist"),
    ("ftp://127.0.0.1/x", "scheme ftp is not supported"),
]


@pytest.mark.parametrize(("location", "problem"), BAD_LOCATIONS)
async def test_recovery_of_nothing_changes_nothing(
    location: str, problem: str, tmp_path: Path
) -> None:
    async with prepared("memory", tmp_path) as client:
        before = await everything(client)
        with pytest.raises(BadRequest, match=problem):
            await client.recover_snapshot("c", location)
        assert await everything(client) == before
        with pytest.raises(BadRequest, match=problem):
            await client.recover_snapshot("new", location)
        assert not await client.collection_exists("new")


@pytest.mark.parametrize("place", PLACES)
async def test_checksum_is_compared(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        assert made.checksum is not None
        assert await client.recover_snapshot("c", made.name, checksum=made.checksum.upper())
        with pytest.raises(BadRequest, match="checksum mismatch: expected 000") as caught:
            await client.recover_snapshot("c", made.name, checksum="0" * 64)
        assert made.checksum in caught.value.message
        with pytest.raises(BadRequest, match="64 digits"):
            await client.recover_snapshot("c", made.name, checksum="xyz")


def broken(content: bytes, how: str) -> bytes:
    if how == "cut short":
        return content[: len(content) // 2]
    if how == "empty":
        return b""
    if how == "text":
        return b"this is no snapshot"
    if how == "one bit":
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    if how == "newer":
        return content.replace(b'"format": 1', b'"format": 7')
    file = io.BytesIO()
    if how == "tar":
        with tarfile.open(fileobj=file, mode="w") as packed:
            packed.addfile(tarfile.TarInfo("config.json"))
    else:
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("a.txt", "a")
    return file.getvalue()


BROKEN = {
    "cut short": "its end is missing",
    "empty": "no snapshot of aqdrant",
    "text": "no snapshot of aqdrant",
    "one bit": "damaged",
    "newer": "damaged|format 7",
    "tar": "as a Qdrant server writes them",
    "zip": "ZIP file of another program",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", BROKEN)
async def test_broken_snapshot_is_named_and_changes_nothing(
    place: str, how: str, tmp_path: Path
) -> None:
    async with prepared(place, tmp_path) as client:
        before = await everything(client)
        made = await client.create_snapshot("c")
        assert made is not None
        content = broken(await read(client.stream_snapshot("c", made.name)), how)
        file = tmp_path / "bad.snapshot"
        await anyio.Path(file).write_bytes(content)
        with pytest.raises(BadRequest, match=BROKEN[how]) as caught:
            await client.recover_snapshot("c", str(file))
        assert "bad.snapshot" in caught.value.message
        assert caught.value.fix
        with pytest.raises(BadRequest, match=BROKEN[how]):
            await client.upload_snapshot("new", content)
        assert await everything(client) == before
        assert not await client.collection_exists("new")


async def test_newer_format_says_so(tmp_path: Path) -> None:
    file = tmp_path / "newer.snapshot"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("aqdrant-snapshot.json", '{"format": 7, "kind": "what"}')
    client = AsyncQdrantClient(":memory:")
    with pytest.raises(BadRequest, match="format 7; this aqdrant reads 1"):
        await client.recover_snapshot("c", str(file))
    await client.aclose()


@pytest.mark.parametrize("place", PLACES)
async def test_other_vectors_are_refused(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        file = tmp_path / "c.snapshot"
        await client.download_snapshot("c", made.name, file)
        size = models.VectorParams(size=3, distance=models.Distance.DOT)
        await client.create_collection("other", size)
        with pytest.raises(BadRequest, match="not compatible with the existing collection"):
            await client.recover_snapshot("other", str(file))
        assert (await client.get_collection("other")).config.params.vectors == size


def alias(name: str, collection: str) -> models.CreateAliasOperation:
    wanted = models.CreateAlias(alias_name=name, collection_name=collection)
    return models.CreateAliasOperation(create_alias=wanted)


@pytest.mark.parametrize("place", PLACES)
async def test_full_snapshot_has_every_collection(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        size = models.VectorParams(size=1, distance=models.Distance.DOT)
        await client.create_collection("second", size)
        await client.update_collection_aliases([alias("lost", "c"), alias("moved", "c")])
        assert await client.list_full_snapshots() == []
        made = await client.create_full_snapshot()
        assert made is not None
        assert made.name.startswith("full-snapshot-")
        assert await client.list_full_snapshots() == [made]
        file = tmp_path / "all.snapshot"
        await client.download_full_snapshot(made.name, file, checksum=made.checksum)
        before = await everything(client)
        await client.delete_collection("c")
        await client.update_collection_aliases([alias("moved", "second")])
        assert await client.recover_snapshot("c", str(file))
        assert await everything(client) == before
        named = {
            one.alias_name: one.collection_name for one in (await client.get_aliases()).aliases
        }
        assert (named["lost"], named["moved"]) == ("c", "second")
        with pytest.raises(BadRequest, match="has no collection 'third'; it has 'c', 'second'"):
            await client.recover_snapshot("third", str(file))
        assert await client.delete_full_snapshot(made.name) is True
        with pytest.raises(NotFound):
            await client.delete_full_snapshot(made.name)


@pytest.mark.parametrize("place", PLACES)
async def test_shard_comes_back(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        before = await everything(client)
        made = await client.create_shard_snapshot("c", 0)
        assert made is not None
        assert made.name.startswith("c-shard-0-")
        assert await client.list_shard_snapshots("c", 0) == [made]
        file = tmp_path / "shard.snapshot"
        await client.download_snapshot("c", None, file, shard_id=0)
        for location in (made.name, str(file)):
            await client.delete("c", [1, 2])
            assert await client.recover_shard_snapshot("c", 0, location)
            assert await everything(client) == before
        await client.delete("c", [3])
        await client.upload_snapshot("c", file, shard_id=0)
        assert await everything(client) == before
        assert await client.delete_shard_snapshot("c", 0, made.name) is True
        for call in (client.create_shard_snapshot, client.list_shard_snapshots):
            with pytest.raises(NotFound, match="shard 9 not found"):
                await call("c", 9)


@pytest.mark.parametrize("place", PLACES)
async def test_who_does_not_wait_is_told_nothing(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        assert await client.create_snapshot("c", wait=False) is None
        (made,) = await client.list_snapshots("c")
        assert await client.delete_snapshot("c", "none", wait=False) is None
        assert await client.recover_snapshot("c", made.name, wait=False) is None
        assert await client.delete_snapshot("c", made.name, wait=False) is None
        assert await client.list_snapshots("c") == []


@pytest.mark.parametrize("place", PLACES)
async def test_names_are_no_paths(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        for name in ("../c", "x/../y", "/etc/hostname", "*.snapshot"):
            with pytest.raises(NotFound):
                await client.delete_snapshot("c", name)
            with pytest.raises(NotFound):
                await client.download_snapshot("c", name, tmp_path / "x")


async def test_snapshots_survive_their_collection(tmp_path: Path) -> None:
    async with prepared("folder", tmp_path) as client:
        before = await everything(client)
        made = await client.create_snapshot("c")
        assert made is not None
        await client.delete_collection("c")
        with pytest.raises(NotFound, match="doesn't exist"):
            await client.list_snapshots("c")
        assert await client.recover_snapshot("c", made.name)
        assert await client.list_snapshots("c") == [made]
    async with opened("folder", tmp_path) as client:
        assert await everything(client) == before
        assert await client.list_snapshots("c") == [made]


async def test_folder_takes_snapshots_of_memory_and_back(tmp_path: Path) -> None:
    file = tmp_path / "x.snapshot"
    async with prepared("memory", tmp_path) as client:
        before = await everything(client)
        made = await client.create_snapshot("c")
        assert made is not None
        await client.download_snapshot("c", made.name, file)
    async with opened("folder", tmp_path) as client:
        await client.recover_snapshot("c", str(file))
        assert await everything(client) == before
        await client.upsert("c", [models.PointStruct(id=99, vector={"": [1.0, 2.0]})])
        changed = await everything(client)
    async with opened("folder", tmp_path) as client:
        assert await everything(client) == changed


async def test_reader_may_look_but_not_write(tmp_path: Path) -> None:
    async with prepared("folder", tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        reader = AsyncQdrantClient(path=str(tmp_path / "db"), read_only=True)
        assert await reader.list_snapshots("c") == [made]
        assert len(await read(reader.stream_snapshot("c", made.name))) == made.size
        shard = await read(reader.stream_snapshot("c", shard_id=0))
        assert await client.upload_snapshot("copy", shard) is True
        with pytest.raises(StorageError, match="read_only"):
            await reader.create_snapshot("c")
        with pytest.raises(StorageError, match="read_only"):
            await reader.upload_snapshot("c", b"x")
        await reader.aclose()


async def test_memory_keeps_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with prepared("memory", tmp_path) as client:
        await client.create_snapshot("c")
        assert [path async for path in anyio.Path(tmp_path).iterdir()]
    assert not [path async for path in anyio.Path(tmp_path).iterdir()]


@pytest.mark.parametrize("place", PLACES)
async def test_writers_go_on_while_snapshots_are_taken(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        taken: list[models.SnapshotDescription] = []

        async def take() -> None:
            for _ in range(5):
                made = await client.create_snapshot("c")
                assert made is not None
                taken.append(made)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(take)
            number = 0
            while len(taken) < 5:
                number += 1
                both = [
                    models.PointStruct(id=100 + number, vector={"": [1.0, 1.0]}),
                    models.PointStruct(id=10**9 + number, vector={"": [1.0, 1.0]}),
                ]
                await client.upsert("c", both)
        for made in taken:  # each has whole operations, and no less than the one before
            await client.recover_snapshot("c", made.name)
            assert ((await client.count("c")).count - len(POINTS)) % 2 == 0


@pytest.mark.parametrize("place", PLACES)
async def test_calls_go_on_while_a_collection_comes_back(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        location = made.name
        is_over = False

        async def call() -> None:
            while not is_over:
                point = models.PointStruct(id=99, vector={"": [1.0, 1.0]})
                await client.upsert("c", [point])
                assert len((await client.query_points("c", [1.0, 1.0], limit=5)).points) == 5
                assert (await client.count("c")).count in (len(POINTS), len(POINTS) + 1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            for _ in range(6):
                await client.recover_snapshot("c", location)
            is_over = True


@pytest.mark.parametrize("place", PLACES)
async def test_two_of_one_name_at_once(place: str, tmp_path: Path) -> None:
    async with prepared(place, tmp_path) as client:
        before = await everything(client)
        made = await client.create_snapshot("c")
        assert made is not None
        file = tmp_path / "kept.snapshot"
        await client.download_snapshot("c", made.name, file)
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(client.recover_snapshot, "new", str(file))
                tasks.start_soon(client.recover_snapshot, "c", str(file))
        assert await everything(client) == before
        assert (await everything(client, "new"))[0] == before[0]
    async with opened(place, tmp_path) as client:
        if place == "folder":
            assert await everything(client) == before
            assert (await everything(client, "new"))[0] == before[0]


async def test_names_that_no_collection_has_are_refused(tmp_path: Path) -> None:
    async with prepared("memory", tmp_path) as client:
        made = await client.create_snapshot("c")
        assert made is not None
        file = tmp_path / "kept.snapshot"
        await client.download_snapshot("c", made.name, file)
        with pytest.raises(BadRequest, match="cannot name a collection"):
            await client.recover_snapshot("a:b", str(file))
        alias = {"create_alias": {"collection_name": "c", "alias_name": "other"}}
        await client.update_collection_aliases([alias])
        await client.delete("c", [1])
        assert await client.recover_snapshot("other", str(file))  # the collection behind it
        assert (await client.count("c")).count == len(POINTS)
        assert not [one for one in (await client.get_collections()).collections if one.name != "c"]


async def test_graphs_are_of_the_collection_that_came_back(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(600, 8)).astype(np.float32)
    async with opened("folder", tmp_path) as client:
        await client.create_collection(
            "g",
            models.VectorParams(size=8, distance=models.Distance.DOT),
            hnsw_config={"full_scan_threshold": 10},
            optimizers_config={"indexing_threshold": 1},
        )
        await client.upsert("g", models.Batch(ids=list(range(600)), vectors=vectors))
        made = await client.create_snapshot("g")
        assert made is not None
        for _ in range(3):
            await client.recover_snapshot("g", made.name)
            await client.upsert("g", [models.PointStruct(id=1, vector=vectors[2].tolist())])
            params = models.SearchParams(exact=True)
            exact = await client.query_points("g", vectors[2], search_params=params, limit=2)
            assert len(exact.points) == 2
    names = {path.name async for path in anyio.Path(tmp_path / "db").iterdir()}
    (database,) = [name for name in names if name.endswith(".aqdrant")]
    key = database.removesuffix(".aqdrant")
    assert [name for name in names if ".graph" in name and not name.startswith(key)] == []
