"""Folders of the official client, written by it, become folders of ours that answer the same."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import aqdrant_local.official.importing as importing
from aqdrant import QdrantClient, models
from aqdrant.__main__ import main
from aqdrant.exceptions import FolderInUse, StorageError, StoreDamaged
from aqdrant.folders import import_folder

from . import official_client

DATA = json.loads((Path(__file__).parents[1] / "data/official_folders.json").read_text("utf-8"))


def official(command: str, path: Path, *more: str) -> str:
    words = [sys.executable, official_client.__file__, command, str(path), *more]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def seeded() -> int:
    return 5


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, seeded: int) -> Path:
    path = tmp_path_factory.mktemp("official") / "folder"
    official("write", path, str(seeded))
    return path


def rebuilt(path: Path, version: str) -> Path:
    """A folder of an older official client, from what it wrote."""
    held = DATA[version]
    path.mkdir(parents=True)
    (path / "meta.json").write_text(json.dumps(held["meta"]), "utf-8")
    for name, rows in held["rows"].items():
        store(path, name, [(key, base64.b64decode(row)) for key, row in rows])
    return path


def store(path: Path, name: str, rows: list[tuple[str, bytes]]) -> None:
    folder = path / "collection" / name
    folder.mkdir(parents=True)
    database = sqlite3.connect(folder / "storage.sqlite")
    database.execute("CREATE TABLE points (id TEXT PRIMARY KEY, point BLOB)")
    database.executemany("INSERT INTO points VALUES (?, ?)", rows)
    database.commit()
    database.close()


def one_row(path: Path, pickled: bytes) -> Path:
    """A folder with one collection `c`, of two dimensions, with one row."""
    path.mkdir()
    config = {"vectors": {"size": 2, "distance": "Dot"}}
    (path / "meta.json").write_text(json.dumps({"collections": {"c": config}, "aliases": {}}))
    store(path, "c", [("key", pickled)])
    return path


def alike(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=1e-6)
    return type(ours) is type(theirs) and ours == theirs


def by_score(found: Any) -> Any:
    """Hits whose order does not hang on the last digit of a score."""
    return sorted([point_id, round(score, 4)] for point_id, score in found)


def test_the_new_folder_answers_as_the_old_one(written: Path, tmp_path: Path) -> None:
    before = content(written)
    seen: list[tuple[str, int]] = []
    counts = import_folder(written, tmp_path / "new", progress=lambda *step: seen.append(step))
    assert counts == {"c": 148, "plain": 3, "empty": 0}
    assert seen == [("c", 148), ("plain", 3)]
    assert content(written) == before
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    theirs = json.loads(official("answer", written))
    with QdrantClient(path=str(tmp_path / "new")) as client:
        ours = json.loads(json.dumps(official_client.answers(client, models)))
        assert ours.keys() == theirs.keys()
        for question, answer in theirs.items():
            if not question.startswith("{"):
                assert alike(ours[question], answer), question
                continue
            assert ours[question].pop("ids") == answer.pop("ids"), question
            for name, hits in answer.items():
                assert len(hits) == len(ours[question][name]), (question, name)
                pairs = zip(by_score(ours[question][name]), by_score(hits), strict=True)
                assert all(alike(mine, other) for mine, other in pairs), (question, name)


def test_settings_come_along(written: Path, tmp_path: Path) -> None:
    import_folder(written, tmp_path / "new")
    with QdrantClient(path=str(tmp_path / "new")) as client:
        info = client.get_collection("c")
        assert info.config.metadata == {"made": "by the official client", "numbers": [1, 2.5, None]}
        assert isinstance(info.config.params.vectors, dict)
        sizes = {name: params.size for name, params in info.config.params.vectors.items()}
        assert sizes == official_client.VECTORS
        assert info.config.params.sparse_vectors is not None
        assert info.config.params.sparse_vectors["words"].modifier == models.Modifier.IDF
        params = info.payload_schema["text"].params
        assert isinstance(params, models.TextIndexParams)
        assert (params.min_token_len, params.phrase_matching) == (2, True)


@pytest.mark.parametrize("version", DATA)
def test_folders_of_older_clients(version: str, tmp_path: Path) -> None:
    old = rebuilt(tmp_path / "old", version)
    import_folder(old, tmp_path / "new")
    with QdrantClient(path=str(tmp_path / "new")) as client:
        points = [*client.scroll("a")[0], *client.scroll("b", with_vectors=True)[0]]
        payloads = [point.payload or {} for point in points]
        dated = next(payload for payload in payloads if "dt" in payload)
        assert dated["dt"].startswith("2026-11-21T17:47:1")
        assert dated["dt"].endswith("Z")
        assert (dated["date"], dated["time"], dated["td"]) == ("2026-11-21", "01:00:00", "P1D")
        assert len(dated["u"]) == 36
        by_numbers = next((payload for payload in payloads if "arr" in payload), None)
        if version.startswith("1.6"):
            assert by_numbers == {
                "n": 1.5, "arr": [0, 1, 2], "tup": [1, 2], "set": [1, 2], "dec": "1.5",
            }  # fmt: skip
            assert [len(point.vector or ()) for point in points[-3:]] == [3, 3, 3]
        assert client.get_aliases().aliases[0].alias_name == "al"


def test_the_same_by_the_command_line(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(written), str(tmp_path / "new")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "imported c: 148 points"
    assert lines[-1] == f"imported 3 collections into {tmp_path / 'new'}"
    assert main(["import", str(written), str(tmp_path / "new")]) == 1
    assert "something at the new folder's place" in capsys.readouterr().err


def test_neither_qdrant_client_nor_pickle_is_used(written: Path, tmp_path: Path) -> None:
    program = (
        "import pickle, sys\n"
        "sys.modules['qdrant_client'] = pickle.loads = pickle.Unpickler = None\n"
        "from aqdrant.folders import import_folder\n"
        "print(import_folder(sys.argv[1], sys.argv[2])['c'])"
    )
    words = [sys.executable, "-c", program, str(written), str(tmp_path / "new")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("148\n", "")


def test_the_stores_refusal_names_the_command(written: Path) -> None:
    with (
        QdrantClient(path=str(written)) as client,
        pytest.raises(StorageError, match=r"python -m aqdrant import \S+folder NEW_FOLDER"),
    ):
        client.get_collections()


def test_a_folder_in_use_is_told(written: Path, tmp_path: Path) -> None:
    words = [sys.executable, official_client.__file__, "hold", str(written)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(FolderInUse, match="in use by a qdrant-client"):
            import_folder(written, tmp_path / "new")
        assert holder.stdin is not None
        holder.stdin.close()
        holder.wait(timeout=60)
    assert not any(tmp_path.iterdir())
    assert import_folder(written, tmp_path / "new")["c"] == 148


def test_the_official_client_keeps_out_meanwhile(written: Path, tmp_path: Path) -> None:
    tried: list[int] = []

    def look(_name: str, _count: int) -> None:
        words = [sys.executable, official_client.__file__, "answer", str(written)]
        tried.append(subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_folder(written, tmp_path / "new", progress=look)
    assert tried == [1]
    assert not any(tmp_path.iterdir())  # whole or absent
    official("answer", written)  # and the lock is free again


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="POSIX rights")
def test_a_folder_that_cannot_be_written_is_read(written: Path, tmp_path: Path) -> None:
    folders = [written, *(path for path in written.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert import_folder(written, tmp_path / "new")["c"] == 148
    finally:
        for folder in folders:
            folder.chmod(0o755)


def unfinished(path: Path) -> Iterator[Path]:
    """Leave the storage as a writer does that dies in the middle of a transaction."""
    storage = path / "collection" / "c" / "storage.sqlite"
    database = sqlite3.connect(storage, isolation_level=None)
    database.execute("PRAGMA cache_size = 1")
    database.execute("BEGIN")
    database.execute("DELETE FROM points")
    database.execute("INSERT INTO points VALUES ('x', zeroblob(1000000))")
    kept = {path: path.read_bytes() for path in storage.parent.iterdir()}
    database.execute("ROLLBACK")
    database.close()
    for file, data in kept.items():
        file.write_bytes(data)
    yield storage


def test_what_a_killed_writer_began_is_undone_in_a_copy(tmp_path: Path) -> None:
    official("write", tmp_path / "old", "8")
    for storage in unfinished(tmp_path / "old"):
        assert storage.with_name("storage.sqlite-journal").stat().st_size
    before = content(tmp_path / "old")
    assert import_folder(tmp_path / "old", tmp_path / "new")["c"] == 148
    assert content(tmp_path / "old") == before


def test_what_a_killed_import_left_is_swept_away(written: Path, tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from aqdrant.folders import import_folder\n"
        "import_folder(sys.argv[1], sys.argv[2], progress=lambda *_: os._exit(9))"
    )
    words = [sys.executable, "-c", program, str(written), str(tmp_path / "new")]
    assert subprocess.run(words, check=False).returncode == 9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".new.")
    import_folder(written, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_two_imports_to_one_place(written: Path, tmp_path: Path) -> None:
    def again(name: str, _count: int) -> None:
        if name == "c":
            import_folder(written, tmp_path / "new")

    with pytest.raises(StorageError, match=r"cannot be (written|opened)"):
        import_folder(written, tmp_path / "new", progress=again)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    with QdrantClient(path=str(tmp_path / "new")) as client:
        assert client.count("c").count == 148


def test_an_empty_folder_is_a_place(written: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    import_folder(written, tmp_path / "new")
    assert (tmp_path / "new" / "aqdrant.lock").exists()


def test_wrong_places_are_told(written: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thing").write_text("text")
    before = content(written)
    for source, path, said in (
        (tmp_path / "none", tmp_path / "new", "no meta.json"),
        (tmp_path / "full", tmp_path / "new", "no meta.json"),
        (written, tmp_path / "file", "something at"),
        (written, tmp_path / "full", "something at"),
        (written, tmp_path / "file" / "new", "cannot be written"),
        (written, written / "new", "lies in the one"),
        (written, written, "lies in the one"),
    ):
        with pytest.raises(StorageError, match=said):
            import_folder(source, path)
    assert content(written) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ("", "meta.json"),
        ("[]", "meta.json"),
        ("[" * 100_000, "nested too deeply"),
        ('{"collections": {}}', "aliases"),
        ('{"collections": {"c": 1}, "aliases": {}}', "meta.json"),
        ('{"collections": {}, "aliases": {"a": {}}}', "alias"),
        ('{"collections": {"../../x": {"vectors": {}}}, "aliases": {}}', "outside"),
        ('{"collections": {"/etc": {"vectors": {}}}, "aliases": {}}', "outside"),
        ('{"collections": {"c": {"vectors": {}}}, "aliases": {}}', "no storage.sqlite"),
        ('{"collections": {"c": {"vectors": {"size": "x"}}}, "aliases": {}}', "c"),
    ],
)
def test_a_spoiled_description_is_refused(meta: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "meta.json").write_text(meta)
    with pytest.raises(StorageError, match=said):
        import_folder(tmp_path / "old", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_spoiled_database_is_refused(tmp_path: Path) -> None:
    path = one_row(tmp_path / "old", b"")
    with pytest.raises(StoreDamaged, match="Row 1 of collection 'c' is not read"):
        import_folder(path, tmp_path / "new")
    (path / "collection/c/storage.sqlite").write_bytes(b"text" * 10_000)
    with pytest.raises(StoreDamaged, match="not a database"):
        import_folder(path, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_folder_older_than_sqlite_is_told(tmp_path: Path) -> None:
    path = one_row(tmp_path / "old", b"")
    (path / "collection/c/storage.sqlite").rename(path / "collection/c/storage.dbm")
    with pytest.raises(StorageError, match=r"as dbm.*from 1\.1\.7"):
        import_folder(path, tmp_path / "new")


WITH_MULTIVECTORS = """
import sys
from qdrant_client import QdrantClient, models
with_max_sim = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
params = models.VectorParams(size=2, distance="Dot", multivector_config=with_max_sim)
client = QdrantClient(path=sys.argv[1])
client.create_collection("c", params)
client.upsert("c", [models.PointStruct(id=1, vector=[[1, 0], [0, 2]], payload={})])
plain = models.VectorParams(size=2, distance="Dot")
client.create_collection("named", {"many": params, "one": plain})
both = {"many": [[3, 4]], "one": [1, 2]}
client.upsert("named", [models.PointStruct(id=1, vector=both, payload={})])
client.upsert("named", [models.PointStruct(id=2, vector={"many": [[1, 0]] * 3}, payload={})])
client.upsert("named", [models.PointStruct(id=3, vector={"one": [5, 6]}, payload={})])
client.close()
"""


def test_multivectors_come_too(tmp_path: Path) -> None:
    path = tmp_path / "old"
    subprocess.run([sys.executable, "-c", WITH_MULTIVECTORS, str(path)], check=True)
    import_folder(path, tmp_path / "new")
    with QdrantClient(path=str(tmp_path / "new")) as client:
        found = client.query_points("c", [[1.0, 1.0]], with_vectors=True).points
        assert [(hit.id, hit.score, hit.vector) for hit in found] == [
            (1, 2.0, [[1.0, 0.0], [0.0, 2.0]])
        ]
        records, _ = client.scroll("named", with_vectors=True)
        assert {record.id: record.vector for record in records} == {
            1: {"many": [[3.0, 4.0]], "one": [1.0, 2.0]},
            2: {"many": [[1.0, 0.0]] * 3},
            3: {"one": [5.0, 6.0]},
        }
        config = client.get_collection("named").config.params.vectors
        assert isinstance(config, dict)
        assert [params.multivector_config is None for params in config.values()] == [False, True]


def test_a_failure_at_the_very_end_leaves_nothing(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing, "_publish", fail)
    with pytest.raises(StorageError, match="No space left"):
        import_folder(written, tmp_path / "new")
    assert not any(tmp_path.iterdir())
