"""The demo keeps its index in a folder: a second run only searches, and nothing stops it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant._demo import keeping, run
from aqdrant._demo.keeping import Place, default_folder, shown
from aqdrant._demo.show import Screen
from aqdrant.exceptions import ArgumentError, StorageError

HOLDER = """
import sys
from aqdrant import QdrantClient
client = QdrantClient(path=sys.argv[1])
client.get_collections()
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """Have the folder open in another process, of this number."""
    words = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "open\n"
        yield other.pid
        other.stdin.close()


@pytest.fixture
def place(small_library: Path, tmp_path: Path) -> Place:
    return Place(tmp_path / "kept", is_default=False)


async def printed(place: Place | None, words: str = "copy files") -> list[str]:
    stream = io.StringIO()
    await run.run_demo(words, limit=2, screen=Screen(stream), place=place)
    return stream.getvalue().splitlines()


def hits(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("  ")]


async def test_the_second_run_only_searches(place: Place) -> None:
    first = await printed(place)
    assert first[1].startswith("read 7 docstrings")
    assert first[-1] == f"Kept in {place.folder}: the next run only searches."
    second = await printed(place)
    assert second[1].startswith("opened the 7 points that an earlier run indexed")
    assert not second[2]
    assert hits(second) == hits(first)
    assert hits(first) == hits(await printed(None))


async def test_changed_sources_are_read_again(place: Place, small_library: Path) -> None:
    await printed(place)
    with small_library.open("a") as file:
        file.write('def swim():\n    """Swim in the sea."""\n')
    lines = await printed(place, "swim")
    assert lines[1].startswith("read 8 docstrings")
    assert "things.swim" in hits(lines)[0]
    assert (await printed(place))[1].startswith("opened the 8 points")


async def test_an_index_left_half_made_is_made_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "_points", stop)
        with pytest.raises(KeyboardInterrupt):
            await printed(place)
    assert (await printed(place))[1].startswith("read 7 docstrings")
    assert (await printed(place))[1].startswith("opened the 7 points")


DYING = """
import os, sys
from aqdrant._demo import corpus, run
paths = {"stdlib": sys.argv.pop(1)}
corpus.sysconfig.get_paths = lambda: paths
corpus._IN_C = ()
run._BATCH = 2
made = run._points
run._points = lambda index, first, last: made(index, first, last) if first < 4 else os._exit(9)
from aqdrant.__main__ import main
main(sys.argv[1:])
"""


@pytest.mark.one_loop
async def test_a_killed_run_is_made_good(place: Place, small_library: Path) -> None:
    words = [str(small_library.parent), "demo", "--folder", str(place.folder), "copy"]
    died = await anyio.run_process([sys.executable, "-c", DYING, *words], check=False)
    assert died.returncode == 9
    assert (await printed(place))[1].startswith("read 7")
    assert (await printed(place))[1].startswith("opened the 7")


@pytest.mark.one_loop
@pytest.mark.parametrize("is_filled", [True, False])
async def test_beside_another_run_it_reads_or_keeps_nothing(place: Place, is_filled: bool) -> None:
    if is_filled:
        await printed(place)
    with held(place.folder) as pid:
        lines = await printed(place)
    told = "\n".join(lines)
    assert f"in use by process {pid} on" in told
    assert ("It is only read." in told) is is_filled
    assert ("Nothing is kept." in told) is not is_filled
    assert len(hits(lines)) == 4


async def test_where_nothing_can_be_kept_memory_will_do(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        lines = await printed(Place(folder, is_default=True))
        assert lines[2].endswith("Nothing is kept.")
        assert len(hits(lines)) == 4
        with pytest.raises(StorageError):
            await printed(Place(folder, is_default=False))
    assert (tmp_path / "file").read_text() == "text"


async def test_a_collection_that_is_not_the_demos_stays(place: Place) -> None:
    async with AsyncQdrantClient(path=str(place.folder)) as client:
        params = models.VectorParams(size=1, distance=models.Distance.DOT)
        await client.create_collection(run.COLLECTION, params)
        await client.upsert(run.COLLECTION, [models.PointStruct(id=1, vector=[1.0])])
    with pytest.raises(ArgumentError, match="not the demo's"):
        await printed(place)
    async with AsyncQdrantClient(path=str(place.folder)) as client:
        assert (await client.count(run.COLLECTION)).count == 1


def test_the_default_is_among_the_users_caches(
    caches: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    version = f"demo-{sys.version_info.major}.{sys.version_info.minor}"
    assert default_folder() == caches / "aqdrant" / version
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(keeping.Path, "home", lambda: tmp_path)
    for platform, folder in (
        ("linux", ".cache"), ("darwin", "Library/Caches"), ("win32", "AppData/Local"),
    ):  # fmt: skip
        monkeypatch.setattr(keeping.sys, "platform", platform)
        monkeypatch.delenv("LOCALAPPDATA", raising=False)
        assert default_folder() == tmp_path / folder / "aqdrant" / version
        assert shown(default_folder()) == os.path.join("~", folder, "aqdrant", version)  # noqa: PTH118
