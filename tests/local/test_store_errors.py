"""A folder that cannot be opened says why and what to do, and nothing in it is changed."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import AqdrantError, FolderInUse, StorageError, StoreDamaged

from .stored import everything

DAMAGES = int(os.environ.get("AQDRANT_DAMAGES", "30"))
ROOT = Path(__file__).resolve().parents[2]

HOLDER = """
import sys
from aqdrant import QdrantClient, models
client = QdrantClient(path=sys.argv[1])
client.upsert("c", [models.PointStruct(id=1000, vector=[1.0] * 64)])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two collections, closed."""
    path = tmp_path / "db"
    with QdrantClient(path=str(path)) as client:
        rng = np.random.default_rng(3)
        for name in ("c", "d"):
            client.create_collection(
                name,
                models.VectorParams(size=64, distance=models.Distance.COSINE),
                {"words": models.SparseVectorParams()},
            )
            vectors = rng.normal(size=(400, 64))
            words = [models.SparseVector(indices=[1, n + 7], values=[1, n]) for n in range(400)]
            payloads = [{"n": n, "text": f"text number {n}"} for n in range(400)]
            client.upsert(
                name,
                models.Batch(
                    ids=list(range(400)),
                    vectors={"": vectors.tolist(), "words": words},
                    payloads=payloads,
                ),
            )
        client.create_payload_index("c", "n", "integer")
        client.update_collection_aliases(
            [{"create_alias": {"collection_name": "c", "alias_name": "alias"}}]
        )
    return path


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def refusal(path: Path, **options: bool) -> StorageError:
    """The error at the first call."""
    client = QdrantClient(path=str(path), **options)  # pyright: ignore[reportArgumentType]
    with pytest.raises(StorageError) as caught:
        client.get_collections()
    client.close()
    assert caught.value.fix
    assert str(path) in str(caught.value)
    assert caught.value.operation == "GetCollections"
    return caught.value


@pytest.fixture
def writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the folder open."""
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'transports'}"}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


def test_second_process_is_told_the_holder(folder: Path, writer: subprocess.Popen[str]) -> None:
    client = QdrantClient(path=str(folder))
    with pytest.raises(FolderInUse) as caught:
        client.get_collections()
    error = caught.value
    assert error.pid == writer.pid
    assert error.host
    assert error.since is not None
    assert error.since.startswith("20")
    assert f"process {writer.pid} on {error.host}, since {error.since}" in str(error)
    assert "read_only=True" in str(error)

    with QdrantClient(path=str(folder), read_only=True) as reader:
        assert reader.count("c").count == 401

    writer.kill()
    writer.wait()
    assert client.count("c").count == 401  # the lock died with its holder
    client.close()


def test_reader_beside_a_killed_writer(folder: Path, writer: subprocess.Popen[str]) -> None:
    writer.kill()
    writer.wait()
    assert any(log.stat().st_size for log in folder.glob("*-wal"))
    with QdrantClient(path=str(folder), read_only=True) as reader:
        assert reader.count("c").count == 401


def test_path_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    assert "is a file" in str(refusal(path))
    assert "is a file" in str(refusal(path, read_only=True))
    assert path.read_text() == "text"
    assert refusal(path / "below")


def test_folder_of_the_official_client(tmp_path: Path) -> None:
    path = tmp_path / "official"
    program = (
        "import sys; from qdrant_client import QdrantClient, models\n"
        "client = QdrantClient(path=sys.argv[1])\n"
        "client.create_collection('c', models.VectorParams(size=2, distance='Dot'))\n"
        "client.close()"
    )
    # In a process of its own: it leaves a connection to its database open.
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
    before = content(path)
    for read_only in (False, True):
        assert "qdrant-client" in str(refusal(path, read_only=read_only))
    assert content(path) == before


def test_nothing_to_read(tmp_path: Path) -> None:
    assert "no store" in str(refusal(tmp_path / "none", read_only=True))
    assert not any(tmp_path.iterdir())


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE a(b)")
    database.close()


def of_format(version: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as database:
            database.execute(f"PRAGMA user_version = {version}")
        database.close()

    return change


def files(folder: Path) -> dict[str, Path]:
    """The files of each kind."""
    return {"catalog": folder / "aqdrant.db", "collection": next(folder.glob("*.aqdrant"))}


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "foreign": (lambda path: (path.unlink(), foreign(path)), "another program"),
    "newer": (of_format(3), "by a newer aqdrant: {} has format 3"),
    "older": (of_format(1), "by an older aqdrant: {} has format 1"),
    "text": (lambda path: path.write_text("text " * 1000), "no database"),
    "empty": (lambda path: path.write_bytes(b""), "no database"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-50_000]), "damaged"),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "cannot be used"),
}


@pytest.mark.parametrize("file", ["catalog", "collection"])
@pytest.mark.parametrize("kind", SPOILED)
def test_spoiled_database(folder: Path, kind: str, file: str) -> None:
    spoil, text = SPOILED[kind]
    path = files(folder)[file]
    spoil(path)
    before = content(folder)
    assert text.format(path.name) in str(refusal(folder))
    if kind not in ("folder", "empty"):
        assert text.format(path.name) in str(refusal(folder, read_only=True))
    after = content(folder)
    assert {name: after[name] for name in before} == before


def test_missing_file_of_a_collection(folder: Path) -> None:
    path = files(folder)["collection"]
    path.unlink()
    before = content(folder)
    for read_only in (False, True):
        error = refusal(folder, read_only=read_only)
        assert isinstance(error, StoreDamaged)
        assert f"{path.name} is missing" in str(error)
    assert content(folder) == before


def test_files_of_two_collections_exchanged(folder: Path) -> None:
    first, second = folder.glob("*.aqdrant")
    text = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(text)
    for read_only in (False, True):
        assert "another collection" in str(refusal(folder, read_only=read_only))


@pytest.mark.parametrize("file", ["catalog", "collection"])
def test_damaged_page(folder: Path, file: str, seed: int) -> None:
    """Bytes changed anywhere are noticed, or belong to nothing."""
    rng = random.Random(seed)
    with QdrantClient(path=str(folder), read_only=True) as client:
        before = everything(client)
    path = files(folder)[file]
    whole = path.read_bytes()
    used = [place for place, byte in enumerate(whole) if byte]  # most of a small file is empty
    noticed = 0
    for _ in range(DAMAGES):
        damaged = bytearray(whole)
        start = rng.choice(used) if rng.random() < 0.7 else rng.randrange(len(whole))
        for place in range(start, min(start + rng.choice([1, 8, 5000]), len(whole))):
            damaged[place] = rng.randrange(256) if rng.random() < 0.5 else 0
        path.write_bytes(damaged)
        client = QdrantClient(path=str(folder), read_only=rng.random() < 0.2)
        try:
            found = everything(client)
        except StorageError:
            noticed += 1
            assert path.read_bytes() == damaged
        else:
            assert found == before, f"at {start}"
        client.close()
    assert noticed > DAMAGES / 10


NO_RIGHTS = """
import os, sys
import numpy.ma  # numpy loads it when it is first wanted
import anyio._backends._asyncio, aqdrant._portal.thread, aqdrant_local.store
from aqdrant import QdrantClient, models
from aqdrant.exceptions import StorageError
path = sys.argv[1]
QdrantClient(":memory:").get_collections()
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
for _ in range(2):
    try:
        QdrantClient(path=path).get_collections()
    except StorageError as error:
        assert "no right to write" in str(error) and "read_only=True" in str(error), error
    else:
        raise SystemExit("no error")
    with QdrantClient(path=path, read_only=True) as client:
        assert client.count("c").count == 400
try:
    QdrantClient(path=path + "/below").get_collections()
except StorageError as error:
    assert path in str(error)
else:
    raise SystemExit("no error")
for read_only in (False, True):
    try:
        QdrantClient(path=sys.argv[2], read_only=read_only).get_collections()
    except StorageError as error:
        assert "no right to enter" in str(error) and sys.argv[2] in str(error), error
    else:
        raise SystemExit("no error")
print("fine")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")
def test_folder_without_rights(folder: Path) -> None:
    before = content(folder)
    closed = folder.parent / "closed"
    closed.mkdir(0o000)
    if not os.geteuid():  # root runs the script as nobody
        for above in folder.parents:
            if not above.stat().st_mode & stat.S_IXOTH:
                above.chmod(0o755)
    folder.chmod(0o555)
    for file in folder.iterdir():
        file.chmod(0o444)
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'transports'}"}
    done = subprocess.run(
        [sys.executable, "-c", NO_RIGHTS, str(folder), str(closed / "db")],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    folder.chmod(0o755)
    assert done.stdout == "fine\n", done.stderr[-2000:]
    assert content(folder) == before


def test_errors_say_nothing_was_changed() -> None:
    error = FolderInUse("x", pid=1, host="h", since="s")
    assert isinstance(error, AqdrantError)
    assert (error.pid, error.host, error.since) == (1, "h", "s")
    assert issubclass(StoreDamaged, OSError)
