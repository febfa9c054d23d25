"""A file for each collection: none waits for another, and many of them are no burden."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import OperationTimeout
from aqdrant_local.store import FolderStore
from aqdrant_local.store.rows import PointTable

from .stored import environment, everything

PARAMS = models.VectorParams(size=2, distance=models.Distance.DOT)
POINT = models.PointStruct(id=1, vector=[1, 2], payload={"n": 1})


class Held:
    """A transaction that a write of the point 7 is held in until it is let go."""

    def __init__(self) -> None:
        self.is_inside = threading.Event()
        self.may_go = threading.Event()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    held = Held()
    put = PointTable.put

    def put_slowly(self: PointTable, rows: Any, keys: Any, *others: Any) -> None:
        put(self, rows, keys, *others)
        if keys.low.tolist() == [7]:
            held.is_inside.set()
            assert held.may_go.wait(60)

    monkeypatch.setattr(PointTable, "put", put_slowly)
    yield held
    held.may_go.set()


SLOW = models.PointStruct(id=7, vector=[1, 2])


def test_collections_do_not_wait_for_each_other(tmp_path: Path, held: Held) -> None:
    with QdrantClient(path=str(tmp_path)) as client:
        for name in "abc":
            client.create_collection(name, PARAMS)
        writer = threading.Thread(target=client.upsert, args=("a", [SLOW]))
        writer.start()
        assert held.is_inside.wait(60)
        client.upsert("b", [POINT])
        client.create_payload_index("b", "n", "integer")
        client.delete_collection("c", timeout=60)
        client.create_collection("d", PARAMS, timeout=60)
        client.update_collection_aliases(
            [{"create_alias": {"collection_name": "a", "alias_name": "alias"}}], timeout=60
        )
        for call in (
            lambda: client.upsert("a", [POINT], timeout=0.05),
            lambda: client.delete_collection("a", timeout=0.05),
            lambda: client.count("alias", timeout=0.05),
        ):
            with pytest.raises(OperationTimeout, match="busy"):
                call()
        held.may_go.set()
        writer.join()
        assert client.count("alias").count == 1


async def test_tasks_do_not_wait_for_other_collections(tmp_path: Path, held: Held) -> None:
    async with AsyncQdrantClient(path=str(tmp_path)) as client:
        for name in "ab":
            await client.create_collection(name, PARAMS)
        refused = 0

        async def write_in_time() -> None:
            nonlocal refused
            with pytest.raises(OperationTimeout):
                await client.upsert("a", [POINT], timeout=0.05)
            refused += 1

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.upsert, "a", [SLOW])
            await anyio.to_thread.run_sync(held.is_inside.wait)
            for _ in range(6):  # they take all threads of the collection, and wait without end
                tasks.start_soon(client.upsert, "a", [POINT])
            with anyio.fail_after(60):
                await client.upsert("b", [POINT])
                async with anyio.create_task_group() as writers:
                    for _ in range(8):
                        writers.start_soon(write_in_time)
            held.may_go.set()
        assert refused == 8
        assert (await client.count("a")).count == 2


def test_many_collections(tmp_path: Path) -> None:
    """As many as there are descriptors, all of them written to in turn."""
    path, count = str(tmp_path), 120
    with QdrantClient(path=path, durability="normal") as client:
        for number in range(count):
            client.create_collection(f"c{number}", PARAMS)
        for turn in range(2):
            for number in range(count):
                client.upsert(f"c{number}", [models.PointStruct(id=turn, vector=[number, turn])])
        if Path("/proc/self/fd").exists():
            entries = Path("/proc/self/fd").iterdir()
            links = [str(entry.readlink()) for entry in entries if entry.is_symlink()]
            assert len([link for link in links if link.startswith(path)]) <= 3 * 32 + 4
        client.delete_collection("c7")
        before = everything(client)
    for read_only in (False, True):
        with QdrantClient(path=path, read_only=read_only) as client:
            assert everything(client) == before
    assert len(list(tmp_path.glob("*.aqdrant"))) == count - 1


CHANGES: dict[str, Callable[[QdrantClient], object]] = {
    "create": lambda client: client.create_collection("new", PARAMS),
    "drop": lambda client: client.delete_collection("c"),
    "save_aliases": lambda client: client.update_collection_aliases(
        [{"create_alias": {"collection_name": "c", "alias_name": "other"}}]
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("comes_as", ["signal", "error"])
def test_interrupt_of_a_change_of_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, where: str, comes_as: str
) -> None:
    """Ctrl-C, or an error, between disk and memory: both have the change, or neither."""
    client = QdrantClient(path=str(tmp_path))
    client.create_collection("c", PARAMS)
    client.upsert("c", [POINT])
    CHANGES["save_aliases"](client)
    before = everything(client)

    def interrupted(original: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            if where == "after":
                original(*arguments)
            if comes_as == "error":
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)
            return original(*arguments) if where == "before" else None

        return run

    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, change, interrupted(getattr(FolderStore, change)))
        with pytest.raises(KeyboardInterrupt):
            CHANGES[change](client)
    after = everything(client)
    if comes_as == "error" and where == "before":
        assert after == before
    elif change != "save_aliases":
        assert after.keys() != before.keys()
    if "c" in after:
        client.upsert("c", [POINT])
    after = everything(client)
    client.close()
    with QdrantClient(path=str(tmp_path)) as client:
        assert everything(client) == after


CRASH = """
import os, sys
from aqdrant import QdrantClient, models
from aqdrant_local.store import folder
path, owner, method = sys.argv[1:]
client = QdrantClient(path=path)
client.get_collections()
setattr(getattr(folder, owner), method, lambda *_: os._exit(9))
if method == "_discard":
    client.delete_collection("c")
else:
    client.create_collection("new", models.VectorParams(size=2, distance="Dot"))
"""


@pytest.mark.parametrize(
    "place", [("Catalog", "add"), ("FolderStore", "_attach"), ("FolderStore", "_discard")]
)
def test_crash_between_the_files(tmp_path: Path, place: tuple[str, str]) -> None:
    path = str(tmp_path)
    with QdrantClient(path=path) as client:
        for name in "cd":
            client.create_collection(name, PARAMS)
            client.upsert(name, [POINT])
        before = everything(client)
    program = [sys.executable, "-c", CRASH, path, *place]
    assert subprocess.run(program, env=environment(), check=False).returncode == 9
    left = list(tmp_path.glob("*.aqdrant"))
    if place[1] == "_discard":
        del before["c"]
        before["aliases"] = {}
    assert len(left) > len(before) - 1
    with QdrantClient(path=path, read_only=True) as client:
        assert everything(client).keys() == before.keys()
    with QdrantClient(path=path) as client:
        assert everything(client).keys() == before.keys()
        assert everything(client)["d"] == before["d"]
        assert len(list(tmp_path.glob("*.aqdrant"))) == len(before) - 1
        client.create_collection("new", PARAMS)
        client.upsert("new", [POINT])
    with QdrantClient(path=path) as client:
        assert client.count("new").count == 1


def test_file_of_nothing_is_left_alone(tmp_path: Path) -> None:
    """What the catalog does not know may be somebody's: only what it deleted is swept."""
    with QdrantClient(path=str(tmp_path)) as client:
        client.create_collection("c", PARAMS)
    stray = tmp_path / f"{0:016x}.aqdrant"
    stray.write_bytes(next(tmp_path.glob("*.aqdrant")).read_bytes())
    with QdrantClient(path=str(tmp_path)) as client:
        client.create_collection("d", PARAMS)
        client.delete_collection("c")
    assert stray.exists()
