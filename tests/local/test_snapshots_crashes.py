"""Snapshots and recoveries that fail, or are killed, at any moment: before or after, never between.

`AQDRANT_KILLS=300` kills that many in place of a share that fits CI.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import AqdrantError, BadRequest
from aqdrant_local.engine.ids import IdTable
from aqdrant_local.snapshots import archive, restoring, shelf
from aqdrant_local.store import folder
from aqdrant_local.store.catalog import Catalog

from .stored import everything, killed_after

KILLS = int(os.environ.get("AQDRANT_KILLS", "5"))
OLD, NEW = 300, 500

WRITER = """
import sys
from tests.local.test_snapshots_crashes import work
work(sys.argv[1])
"""


def points(count: int) -> list[models.PointStruct]:
    return [
        models.PointStruct(id=number, vector=[float(number), float(count)], payload={"n": count})
        for number in range(count)
    ]


def prepared(path: Path) -> tuple[QdrantClient, str, str]:
    """A client, and the names of two snapshots of its collection `c`: with OLD and NEW points."""
    client = QdrantClient(path=str(path))
    client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
    client.upsert("c", points(OLD))
    old = client.create_snapshot("c")
    client.upsert("c", points(NEW))
    new = client.create_snapshot("c")
    assert old is not None
    assert new is not None
    return client, old.name, new.name


def work(path: str) -> None:
    """Recover the two in turn and take snapshots, for ever."""
    client = QdrantClient(path=path)
    old, new = (one.name for one in client.list_snapshots("c")[:2])
    print("open", flush=True)  # noqa: T201  # what the test waits for
    number = 0
    while True:
        number += 1
        client.recover_snapshot("c", (old, new)[number % 2])
        print(number, flush=True)  # noqa: T201
        client.recover_snapshot(f"other{number % 3}", old)
        made = client.create_snapshot("c")
        assert made is not None
        client.delete_snapshot("c", made.name)


@pytest.mark.parametrize("number", range(KILLS))
def test_kill_leaves_before_or_after(number: int, seed: int, tmp_path: Path) -> None:
    client, old, new = prepared(tmp_path)
    client.close()
    seconds = random.Random(f"{seed} {number}").uniform(0, 0.4)
    told = killed_after(seconds, WRITER, str(tmp_path))
    client = QdrantClient(path=str(tmp_path))
    count = client.count("c").count
    last = int(told[-1]) if told else 0
    known = {OLD if last % 2 == 0 else NEW, NEW if last % 2 == 0 else OLD}
    assert count in known
    found = client.scroll("c", limit=1000, with_vectors=True)[0]
    assert [point.payload for point in found] == [{"n": count}] * count
    listed = client.list_snapshots("c")
    assert [one.name for one in listed[:2]] == [old, new]
    for one in listed:  # one that is listed is whole
        client.recover_snapshot("c", one.name, checksum=one.checksum)
    client.recover_snapshot("c", new)
    assert client.count("c").count == NEW
    for name in client.get_collections().collections:
        assert client.count(name.name).count in (OLD, NEW)
    client.close()
    with QdrantClient(path=str(tmp_path)) as client:
        names = client.get_collections().collections
    assert not list((tmp_path / "snapshots").glob("*.part*"))
    assert len(list(tmp_path.glob("*.aqdrant"))) == len(names)


def test_file_that_could_not_be_deleted_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, old, _ = prepared(tmp_path)

    def fail(path: Path) -> None:
        raise PermissionError(13, "somebody reads it")

    with monkeypatch.context() as patched:
        patched.setattr(folder, "delete_database", fail)
        client.recover_snapshot("c", old)
    client.close()
    assert len(list(tmp_path.glob("*.aqdrant"))) == 2
    client = QdrantClient(path=str(tmp_path))
    assert client.count("c").count == OLD
    client.close()
    assert len(list(tmp_path.glob("*.aqdrant"))) == 1


FAULTS = [
    (shutil, "copyfileobj"),
    (restoring, "_check_alike"),
    (Catalog, "put"),
    (IdTable, "add"),
]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[1])
@pytest.mark.parametrize("is_new", [True, False])
def test_fault_of_a_recovery_changes_nothing(
    fault: Any, error: BaseException, is_new: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, old, _ = prepared(tmp_path)
    before = everything(client)
    location = str(next(tmp_path.glob(f"snapshots/*/{old}")))

    def fail(*args: Any, **fields: Any) -> None:
        raise error

    name = "new" if is_new else "c"
    with monkeypatch.context() as patched:
        patched.setattr(fault[0], fault[1], fail)
        if fault[1] == "_check_alike" and is_new:
            client.recover_snapshot(name, location)
            before = everything(client)
        else:
            with pytest.raises((AqdrantError, OSError, KeyboardInterrupt)):
                client.recover_snapshot(name, location)
    assert everything(client) == before
    client.close()
    client = QdrantClient(path=str(tmp_path))
    assert everything(client) == before
    client.recover_snapshot("c", location)
    assert client.count("c").count == OLD
    client.close()
    assert len(list(tmp_path.glob("*.aqdrant"))) == len(before) - 1


def test_fault_of_a_snapshot_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _, _ = prepared(tmp_path)
    before = client.list_snapshots("c")

    def fail(file: Path) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shelf, "sum_of", fail)
        with pytest.raises(AqdrantError, match="No space left on device; nothing was changed"):
            client.create_snapshot("c")
    assert client.list_snapshots("c") == before
    assert not list((tmp_path / "snapshots").glob("*.part*"))
    client.close()


def test_snapshot_that_would_run_something_is_refused(tmp_path: Path) -> None:
    client, old, _ = prepared(tmp_path / "db")
    file = tmp_path / "x.aqdrant"
    with archive.opened(next(tmp_path.glob(f"db/snapshots/*/{old}")), "x") as held:
        held.extract(held.contents.collections[0], file)
        contents = held.contents
    raw = sqlite3.connect(file)
    raw.execute("CREATE TRIGGER t AFTER INSERT ON points BEGIN DELETE FROM points; END")
    raw.commit()
    raw.close()
    bad = tmp_path / "bad.snapshot"

    archive.write_archive(bad, contents, {contents.collections[0].file: file})
    with pytest.raises(BadRequest, match="more than tables"):
        client.recover_snapshot("new", str(bad))
    client.close()
