"""A reader beside a writer: the state at its opening, and a newer one when it asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ClientClosed, OperationTimeout, StorageError, StoreDamaged
from aqdrant.testing import RecordingTransport
from aqdrant_local.store import snapshot

from .stored import everything

PARAMS = models.VectorParams(size=2, distance=models.Distance.DOT)


def point(number: int) -> models.PointStruct:
    return models.PointStruct(id=number, vector=[number, 1], payload={"n": number})


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[QdrantClient]:
    with QdrantClient(path=str(tmp_path)) as client:
        for name in "cd":
            client.create_collection(name, PARAMS)
            client.upsert(name, [point(1)])
        yield client


@pytest.fixture
def reader(writer: QdrantClient, tmp_path: Path) -> Iterator[QdrantClient]:
    with QdrantClient(path=str(tmp_path), read_only=True) as client:
        client.get_collections()
        yield client


def test_refresh_shows_what_was_acknowledged(writer: QdrantClient, reader: QdrantClient) -> None:
    writer.upsert("c", [point(2)])
    writer.set_payload("c", {"new": 1}, [1])
    writer.create_payload_index("c", "n", "integer")
    writer.create_collection("e", PARAMS)
    writer.delete_collection("d")
    writer.update_collection_aliases(
        [{"create_alias": {"collection_name": "e", "alias_name": "alias"}}]
    )
    assert reader.count("c").count == 1
    assert reader.collection_exists("d")
    reader.refresh()
    assert everything(reader) == everything(writer)
    assert reader.count("alias").count == 0
    writer.delete_collection("c")
    writer.create_collection("c", PARAMS)  # another one of the same name
    reader.refresh()
    assert everything(reader) == everything(writer)


def test_refresh_reads_what_changed_alone(
    writer: QdrantClient, reader: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    load = snapshot.load_collection

    def noted(connection: object, name: str) -> object:
        read.append(name)
        return load(connection, name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(snapshot, "load_collection", noted)
    reader.refresh()
    writer.upsert("d", [point(5)])
    reader.refresh()
    reader.refresh()
    writer.update_collection("c", metadata={"a": 1})
    reader.refresh()
    assert read == ["d", "c"]


def test_refresh_after_the_writer_has_gone(tmp_path: Path) -> None:
    path = str(tmp_path)
    with QdrantClient(path=path) as writer:
        writer.create_collection("c", PARAMS)
    names = set(tmp_path.iterdir())
    with QdrantClient(path=path, read_only=True) as reader:
        assert reader.count("c").count == 0
        assert set(tmp_path.iterdir()) == names  # nothing is left beside it
        with QdrantClient(path=path) as writer:
            writer.upsert("c", [point(1)])
        reader.refresh()
        assert reader.count("c").count == 1
    assert set(tmp_path.iterdir()) == names


def test_refresh_that_fails_leaves_the_state(tmp_path: Path) -> None:
    path = str(tmp_path)
    with QdrantClient(path=path) as writer:
        writer.create_collection("c", PARAMS)
        writer.upsert("c", [point(1)])
    with QdrantClient(path=path, read_only=True) as reader:
        before = everything(reader)
        file = next(tmp_path.glob("*.aqdrant"))
        whole = file.read_bytes()
        file.write_bytes(b"text" * 5000)
        with pytest.raises(StoreDamaged) as caught:
            reader.refresh()
        assert caught.value.operation == "Refresh"
        assert everything(reader) == before
        file.write_bytes(whole)
        (tmp_path / "aqdrant.db").rename(tmp_path / "gone")
        with pytest.raises(StorageError, match="no store"):
            reader.refresh()
        assert everything(reader) == before
        (tmp_path / "gone").rename(tmp_path / "aqdrant.db")
        reader.refresh()
        assert everything(reader) == before


def test_refresh_waits_no_longer_than_its_timeout(
    writer: QdrantClient, reader: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_inside, may_go = threading.Event(), threading.Event()
    load = snapshot.load_collection

    def slow(connection: object, name: str) -> object:
        is_inside.set()
        assert may_go.wait(60)
        return load(connection, name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(snapshot, "load_collection", slow)
    writer.upsert("c", [point(2)])
    first = threading.Thread(target=reader.refresh)
    first.start()
    assert is_inside.wait(60)
    assert reader.count("c").count == 1  # reads go on
    with pytest.raises(OperationTimeout):
        reader.refresh(timeout=0.01)
    may_go.set()
    first.join()
    assert reader.count("c").count == 2


async def test_refresh_of_other_clients_does_nothing(tmp_path: Path) -> None:
    for client in (
        AsyncQdrantClient(":memory:"),
        AsyncQdrantClient(path=str(tmp_path)),
        AsyncQdrantClient(transport=RecordingTransport()),
    ):
        async with client:
            await client.refresh()
        with pytest.raises(ClientClosed):
            await client.refresh()


async def test_readers_and_writer_in_tasks(tmp_path: Path) -> None:
    """Who refreshes after a write was answered sees it, whatever else goes on."""
    path, turns = str(tmp_path), 15
    async with AsyncQdrantClient(path=path, durability="normal") as writer:
        await writer.create_collection("c", PARAMS)
        acknowledged = 0
        is_done = anyio.Event()

        async def read() -> None:
            async with AsyncQdrantClient(path=path, read_only=True) as reader:
                while not is_done.is_set():
                    before = acknowledged
                    await reader.refresh()
                    points, _ = await reader.scroll("c", limit=1000)
                    assert len(points) >= before
                    names = {one.name for one in (await reader.get_collections()).collections}
                    assert names - {"c"} <= {f"other{turn}" for turn in range(turns)}

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(read)
            for turn in range(turns):
                await writer.upsert("c", [point(turn)])
                acknowledged = turn + 1
                await writer.create_collection(f"other{turn}", PARAMS)
                await writer.delete_collection(f"other{turn - 1}")
            is_done.set()
