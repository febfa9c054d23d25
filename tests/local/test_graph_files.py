"""Graphs in a folder: loaded in place of built, and of no harm whatever stands in their files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from aqdrant import models
from aqdrant_local.engine import dense
from aqdrant_local.engine.distances import Distance
from aqdrant_local.engine.graph import Graph, Shape
from aqdrant_local.graphs.builder import BUILDER
from aqdrant_local.store.graph_files import GraphFiles

from .clustered import EARLY, EXACT, LATE, PATIENCE, SIZE, Floats, Large, around
from .stored import killed_after

COUNT = 1500
KILLS = int(os.environ.get("AQDRANT_KILLS", "5"))


@pytest.fixture(autouse=True)
def _quick_walks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a graph taken for quicker than a scan, as it is among more vectors."""
    monkeypatch.setattr(dense, "_LINKS", 0)
    yield
    assert BUILDER.rest(PATIENCE)


@pytest.fixture
def data(seed: int) -> Floats:
    return around(np.random.default_rng(seed), 3 * COUNT)


@pytest.fixture
def folder(tmp_path: Path, data: Floats) -> Path:
    """A folder with a collection and its graph."""
    path = tmp_path / "db"
    with Large(path) as large:
        large.create()
        large.upsert(range(COUNT), data[:COUNT])
        assert large.settled().indexed_vectors_count == COUNT
    return path


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors were added to graphs, each time."""
    found: list[int] = []
    add = Graph.add

    def told(graph: Graph, vectors: Any, threads: int) -> None:
        found.append(len(vectors))
        add(graph, vectors, threads)

    monkeypatch.setattr(Graph, "add", told)
    return found


def graph_of(folder: Path) -> Path:
    (found,) = folder.glob("*.graph")
    return found


def is_right(large: Large, queries: Floats) -> bool:
    """Whether searches find what exact ones do, as the graph is or beside it."""
    return large.recall(queries) >= 0.9


def test_reopened_folder_has_its_graph_without_a_build(
    folder: Path, data: Floats, built: list[int]
) -> None:
    before = graph_of(folder).stat()
    with Large(folder) as large:
        info = large.settled()
        assert (info.indexed_vectors_count, info.status) == (COUNT, models.CollectionStatus.GREEN)
        assert large.graph is not None
        assert is_right(large, data[:30])
    assert not built
    assert graph_of(folder).stat().st_mtime_ns == before.st_mtime_ns


def test_what_was_written_since_is_added_and_the_rest_is_not_built_again(
    folder: Path, data: Floats, built: list[int]
) -> None:
    with Large(folder) as large:
        large.update(optimizers_config=LATE)
        large.upsert(range(COUNT, 2 * COUNT), data[COUNT : 2 * COUNT])
        large.delete(range(100))
        large.upsert(range(100, 150), data[2 * COUNT : 2 * COUNT + 50])
    with Large(folder) as large:
        large.update(optimizers_config=EARLY)
        assert large.settled().indexed_vectors_count == 2 * COUNT - 100
        assert large.nearest(data[2 * COUNT])[0].id == 100
        assert is_right(large, data[200:230])
        assert sum(built) == COUNT + 50
    built.clear()
    with Large(folder) as large:  # and this was saved
        assert large.settled().indexed_vectors_count == 2 * COUNT - 100
    assert not built


def test_file_of_an_older_state_does_no_harm(
    folder: Path, data: Floats, tmp_path: Path, built: list[int]
) -> None:
    old = shutil.copy(graph_of(folder), tmp_path / "old")
    with Large(folder) as large:
        large.upsert(range(0, COUNT, 2), data[COUNT : COUNT + COUNT // 2])
        large.delete(range(1, COUNT, 6))
        large.settled()
    shutil.copy(old, graph_of(folder))
    with Large(folder) as large:
        large.update(optimizers_config=LATE)
        gone = {*range(1, COUNT, 6)}
        for place in range(0, COUNT, 50):
            found = large.nearest(data[place], limit=30)
            assert not gone & {point.id for point in found}
            assert found[0].id != place or place % 2
        assert is_right(large, data[:40])
        large.update(optimizers_config=EARLY)
        assert large.settled().indexed_vectors_count == COUNT - len(gone)
        assert is_right(large, data[:40])


@pytest.mark.parametrize("harm", ["empty", "short", "long", "flip", "zeros", "folder", "missing"])
def test_damaged_file_is_made_anew(
    folder: Path, data: Floats, built: list[int], seed: int, harm: str
) -> None:
    path = graph_of(folder)
    content = bytearray(path.read_bytes())
    if harm == "flip":
        content[np.random.default_rng(seed).integers(len(content))] ^= 1 << (seed % 8)
    elif harm == "zeros":
        content[len(content) // 2 :][:4096] = bytes(4096)
    changed = {
        "empty": b"",
        "short": content[:-1000],
        "long": content + b"\0",
        "flip": content,
        "zeros": content[: len(content) // 2] + bytes(len(content) - len(content) // 2),
    }
    path.unlink()
    if harm == "folder":
        path.mkdir()
    elif harm != "missing":
        path.write_bytes(changed[harm])
    with Large(folder) as large:
        assert large.settled().indexed_vectors_count == COUNT
        assert is_right(large, data[:30])
    assert sum(built) == COUNT


def test_file_of_another_collection_is_not_believed(
    folder: Path, data: Floats, tmp_path: Path, built: list[int]
) -> None:
    other = tmp_path / "other"
    with Large(other) as large:
        large.create()
        large.upsert(range(COUNT), data[COUNT : 2 * COUNT])
        large.settled()
    shutil.copy(graph_of(other), graph_of(folder))
    built.clear()
    with Large(folder) as large:
        assert large.settled().indexed_vectors_count == COUNT
        assert is_right(large, data[:30])
    assert sum(built) == COUNT


def test_links_that_lead_nowhere_are_refused(tmp_path: Path, data: Floats) -> None:
    """A file may be whole and still be made by somebody who means ill, or by a defect."""
    shape = Shape(SIZE, Distance.DOT, 4, 16)
    graph = Graph(shape)
    graph.add(data[:200], 1)
    files = GraphFiles(tmp_path / "0.aqdrant")

    def kept(new: Path, path: Path) -> bool:
        new.replace(path)
        return True

    assert files.save("", graph, np.arange(200), kept)
    found = files.load("", shape)
    assert found is not None
    assert len(found[0]) == 200
    path = graph_of(tmp_path)
    whole = path.read_bytes()[:-4]
    links = graph._links.tobytes()
    start = whole.index(links)
    wrong = np.frombuffer(links, np.int32).copy()
    wrong[0] = 2_000_000
    harmed = whole[:start] + wrong.tobytes() + whole[start + len(links) :]
    path.write_bytes(harmed + crc32(harmed).to_bytes(4, "little"))
    assert files.load("", shape) is None


def test_settings_of_the_file_are_those_wanted(folder: Path, built: list[int]) -> None:
    with Large(folder) as large:
        large.settled()
        large.update(hnsw_config=models.HnswConfigDiff(m=6), optimizers_config=EARLY)
        large.settled()
        assert large.graph is not None
        assert large.graph.shape.m == 6
    assert sum(built) == COUNT
    built.clear()
    with Large(folder) as large:
        assert large.settled().indexed_vectors_count == COUNT
    assert not built


def test_reader_uses_the_graph_and_makes_none(folder: Path, data: Floats, built: list[int]) -> None:
    with Large(folder, read_only=True) as reader:
        assert reader.settled().indexed_vectors_count == COUNT
        assert is_right(reader, data[:30])
        graph_of(folder).unlink()
    with Large(folder, read_only=True) as reader:
        info = reader.settled()
        assert (info.indexed_vectors_count, info.status) == (0, models.CollectionStatus.GREY)
        assert reader.nearest(data[9])[0].id == 9
        assert not list(folder.glob("*.graph*"))
    assert not built


def test_files_go_with_their_collection(folder: Path) -> None:
    with Large(folder) as large:
        large.settled()
        large.client.delete_collection("c")
        assert not list(folder.glob("*.graph*"))


WRITER = """
import sys
from tests.local.test_graph_files import write
write(sys.argv[1], int(sys.argv[2]))
"""


def write(folder: str, seed: int) -> None:
    """Write, and have each graph saved, until somebody ends it."""
    import aqdrant_local.graphs.building as building

    building._WORTH_SAVING = -1.0
    random = np.random.default_rng(seed)
    with Large(Path(folder)) as large:
        if not large.client.collection_exists("c"):
            large.create(optimizers=models.OptimizersConfigDiff(indexing_threshold=1))
        sys.stdout.write("open\n")
        sys.stdout.flush()
        while True:
            first = int(random.integers(0, COUNT))
            large.upsert(range(first, first + 100), around(random, 100))
            large.delete(range(first + 10, first + 20))


def test_writer_that_is_killed_while_it_builds_and_saves(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    for number in range(min(KILLS, 300) // 2):
        folder = str(tmp_path / "db")
        killed_after(float(random.uniform(0.05, 1.0)), WRITER, folder, str(seed + number))
        with Large(tmp_path / "db") as large:
            info = large.settled()
            points, _ = large.client.scroll("c", limit=2 * COUNT)
            assert info.points_count == len(points)
            ids = {point.id for point in points}
            for query in around(random, 10):
                exact = large.nearest(query, search_params=EXACT, limit=20)
                found = large.nearest(query, limit=20)
                assert {point.id for point in found} <= ids
                scores = {point.id: point.score for point in exact}
                assert all(scores.get(point.id, point.score) == point.score for point in found)
            assert not list((tmp_path / "db").glob("*.new"))
