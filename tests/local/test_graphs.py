"""Searches by graph (HNSW): what they find, what they never find, and who makes the graphs."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant_local.engine import dense
from aqdrant_local.engine.graph import Graph
from aqdrant_local.graphs.builder import BUILDER

from .clustered import EARLY, LATE, PATIENCE, QUICK, SIZE, Large, around
from .stored import run_script

COUNT = 2000
YELLOW, GREEN, GREY = (
    models.CollectionStatus.YELLOW,
    models.CollectionStatus.GREEN,
    models.CollectionStatus.GREY,
)
RED = models.CollectionStatus.RED


@pytest.fixture(autouse=True)
def _quick_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a graph taken for quicker than a scan, as it is among more vectors."""
    monkeypatch.setattr(dense, "_LINKS", 0)


@pytest.fixture
def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def large() -> Any:
    with Large() as made:
        yield made
    assert BUILDER.rest(PATIENCE)


class TestFound:
    @pytest.mark.parametrize("distance", list(models.Distance))
    def test_nearly_all_that_an_exact_search_finds_and_with_its_scores(
        self, large: Large, random: np.random.Generator, distance: models.Distance
    ) -> None:
        large.create(distance)
        data = around(random, COUNT + 40)
        large.upsert(range(COUNT), data[40:])
        assert large.settled().indexed_vectors_count == COUNT
        assert large.recall(data[:40]) >= 0.95

    @pytest.mark.parametrize("datatype", [models.Datatype.FLOAT16, models.Datatype.UINT8])
    def test_vectors_of_other_types(
        self, large: Large, random: np.random.Generator, datatype: models.Datatype
    ) -> None:
        large.create(datatype=datatype)
        data = np.clip(around(random, COUNT + 20) * 20 + 100, 0, 255)
        large.upsert(range(COUNT), data[20:])
        assert large.settled().indexed_vectors_count == COUNT
        assert large.recall(data[:20]) >= 0.95

    @pytest.mark.parametrize("share", [1, 10, 50, 99])
    def test_what_a_filter_passes_alone(
        self, large: Large, random: np.random.Generator, share: int
    ) -> None:
        large.create()
        data = around(random, COUNT + 30)
        large.upsert(range(COUNT), data[30:])
        large.settled()
        assert large.recall(data[:30], share) >= 0.95

    def test_what_was_written_since(self, large: Large, random: np.random.Generator) -> None:
        large.create()
        data = around(random, 3 * COUNT)
        large.upsert(range(COUNT), data[:COUNT])
        large.settled()
        large.update(optimizers_config=LATE)  # nothing is indexed any more
        large.delete(range(0, COUNT, 3))
        large.upsert(range(1, COUNT, 3), data[COUNT : COUNT + len(range(1, COUNT, 3))])
        large.upsert(range(COUNT, COUNT + 500), data[-500:])
        info = large.settled()
        assert info.indexed_vectors_count == len(range(2, COUNT, 3))
        assert info.points_count == COUNT + 500 - len(range(0, COUNT, 3))
        assert large.graph is not None
        assert large.recall(data[:60]) >= 0.95
        alive = {*range(COUNT + 500)} - {*range(0, COUNT, 3)}
        for place in range(0, COUNT, 97):
            found = large.nearest(data[place], limit=40)
            assert {point.id for point in found} <= alive
        for place in (0, 100, 499):  # new ones are found at once, and old vectors are not
            assert large.nearest(data[place - 500])[0].id == COUNT + place
            moved = large.nearest(data[COUNT + place])[0]
            assert moved.id == 1 + 3 * place
            assert moved.score == pytest.approx(1)

    def test_points_that_move_when_the_segment_is_packed(
        self, large: Large, random: np.random.Generator
    ) -> None:
        large.create()
        data = around(random, 6000)
        large.upsert(range(6000), data)
        large.settled()
        large.update(optimizers_config=LATE)
        large.delete(range(5000))
        assert large.collection.segment.size == 1000
        assert large.info().indexed_vectors_count == 1000
        assert large.recall(data[5000:5040]) >= 0.9
        for place in (5000, 5500, 5999):
            assert large.nearest(data[place])[0].id == place

    def test_other_queries_leave_out_what_they_name(
        self, large: Large, random: np.random.Generator
    ) -> None:
        large.create()
        large.upsert(range(COUNT), around(random, COUNT))
        large.settled()
        ask = large.client.query_points
        assert 7 not in {point.id for point in ask("c", 7).points}
        liked = models.RecommendInput(positive=[1, 2], negative=[3])
        found = {point.id for point in ask("c", models.RecommendQuery(recommend=liked)).points}
        assert len(found) == 10
        assert not found & {1, 2, 3}
        mmr = models.NearestQuery(nearest=5, mmr=models.Mmr(diversity=0.5))
        assert len({point.id for point in ask("c", mmr).points} - {5}) == 10
        nested = models.Prefetch(query=9, limit=30)
        found = {point.id for point in ask("c", 11, prefetch=nested).points}
        assert len(found) == 10
        assert not found & {9, 11}
        batch = large.client.query_batch_points(
            "c", [models.QueryRequest(query=number) for number in range(5)]
        )
        for number, answer in enumerate(batch):
            alone = ask("c", number, with_payload=False).points
            assert answer.points == alone

    def test_large_numbers_among_small_ones(
        self, large: Large, random: np.random.Generator
    ) -> None:
        large.create(models.Distance.DOT)
        data = around(random, COUNT)
        data[::50] *= np.float32(1e17)
        large.upsert(range(COUNT), data)
        large.settled()
        assert len(large.nearest(data[0])) == 10
        assert large.nearest(data[1])


class TestSettings:
    def test_kilobytes_from_which_vectors_are_indexed(self, large: Large) -> None:
        # As of the real engine: 50 kB are 51,200 bytes, which are enough.
        enough = 51_200 // (4 * SIZE)
        large.create(hnsw=models.HnswConfigDiff(full_scan_threshold=10))
        large.upsert(range(enough), np.ones((enough, SIZE), dtype=np.float32))
        assert 4 * SIZE * enough < 51_200
        assert large.settled().indexed_vectors_count == 0
        large.upsert(range(enough, enough + 1), np.ones((1, SIZE), dtype=np.float32))
        assert large.settled().indexed_vectors_count == enough + 1

    @pytest.mark.parametrize(
        ("optimizers", "hnsw"),
        [
            (LATE, QUICK),
            (EARLY, models.HnswConfigDiff(m=0)),
            (models.OptimizersConfigDiff(), QUICK),
        ],
    )
    def test_without_a_graph(
        self, large: Large, optimizers: models.OptimizersConfigDiff, hnsw: models.HnswConfigDiff
    ) -> None:
        large.create(optimizers=optimizers, hnsw=hnsw)
        large.upsert(range(COUNT), np.ones((COUNT, SIZE), dtype=np.float32))
        info = large.settled()
        assert (info.indexed_vectors_count, info.status) == (0, GREEN)
        assert large.graph is None

    def test_those_of_a_vector_go_first(self, large: Large, random: np.random.Generator) -> None:
        large.create(hnsw=models.HnswConfigDiff(m=0), hnsw_config=QUICK)
        large.upsert(range(COUNT), around(random, COUNT))
        assert large.settled().indexed_vectors_count == COUNT
        assert large.graph is not None
        assert (large.graph.shape.m, large.graph.shape.ef_construct) == (12, 64)
        other = {"": models.VectorParamsDiff(hnsw_config=models.HnswConfigDiff(m=8))}
        large.update(vectors_config=other)
        large.settled()
        assert large.graph.shape.m == 8
        large.update(
            vectors_config={"": models.VectorParamsDiff(hnsw_config=models.HnswConfigDiff(m=0))}
        )
        assert large.settled().indexed_vectors_count == 0
        assert large.graph is None

    def test_status_tells_what_is_left(
        self, large: Large, random: np.random.Generator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held, add = threading.Event(), Graph.add

        def slow(graph: Graph, vectors: Any, threads: int) -> None:
            held.wait(PATIENCE)
            add(graph, vectors, threads)

        monkeypatch.setattr(Graph, "add", slow)
        stopped = models.OptimizersConfigDiff(indexing_threshold=50, max_optimization_threads=0)
        large.create(optimizers=stopped)
        assert large.info().status == GREEN
        large.upsert(range(COUNT), around(random, COUNT))
        assert large.info().status == GREY
        large.update(optimizers_config=models.OptimizersConfigDiff(max_optimization_threads=1))
        assert large.info().status == YELLOW
        assert large.info().indexed_vectors_count == 0
        held.set()
        info = large.settled()
        assert (info.status, info.indexed_vectors_count) == (GREEN, COUNT)

    def test_only_what_is_indexed(self, large: Large, random: np.random.Generator) -> None:
        indexed = models.SearchParams(indexed_only=True)
        large.create(optimizers=LATE)
        data = around(random, 2 * COUNT)
        large.upsert(range(COUNT), data[:COUNT])
        assert large.nearest(data[0], search_params=indexed)[0].id == 0  # nothing ever will be
        paused = models.OptimizersConfigDiff(indexing_threshold=50, max_optimization_threads=0)
        large.update(optimizers_config=paused)
        assert large.nearest(data[0], search_params=indexed) == []
        assert large.nearest(data[0], share=5, search_params=indexed)[0].id == 0  # so few are seen
        large.update(optimizers_config=models.OptimizersConfigDiff(max_optimization_threads=1))
        large.settled()
        assert large.nearest(data[0], search_params=indexed)[0].id == 0
        large.update(optimizers_config=paused)
        large.upsert(range(COUNT, 2 * COUNT), data[COUNT:])
        assert large.nearest(data[COUNT])[0].id == COUNT
        found = large.nearest(data[COUNT], search_params=indexed, limit=50)
        assert len(found) == 50
        assert all(int(point.id) < COUNT for point in found)

    def test_graph_is_made_anew_where_much_of_it_is_deleted(
        self, large: Large, random: np.random.Generator
    ) -> None:
        large.create()
        large.upsert(range(COUNT), around(random, COUNT))
        large.settled()
        large.delete(range(100))
        large.settled()
        assert large.graph is not None
        assert len(large.graph) == COUNT
        large.delete(range(100, 600))
        assert large.settled().indexed_vectors_count == COUNT - 600
        assert len(large.graph) == COUNT - 600


class TestBuilding:
    def test_while_points_come_and_go(self, large: Large, random: np.random.Generator) -> None:
        large.create()
        data = around(random, 4000)
        for start in range(0, 4000, 200):
            large.upsert(range(start, start + 200), data[start : start + 200])
            assert large.nearest(data[start])[0].id == start
            large.delete(range(start, start + 10))
            assert large.nearest(data[start])[0].id != start
            if start:
                large.upsert(range(start - 100, start), data[start - 100 : start])
        info = large.settled()
        assert info.points_count == 4000 - 200
        waiting = 3800 - (info.indexed_vectors_count or 0)
        assert waiting * SIZE * 4 < 50 * 1024
        assert large.recall(data[50:4000:100]) >= 0.95

    def test_no_thread_stays(self, large: Large, random: np.random.Generator) -> None:
        before = threading.active_count()
        large.create()
        large.upsert(range(COUNT), around(random, COUNT))
        large.settled()
        assert threading.active_count() <= before

    @pytest.mark.parametrize("end", ["close", "delete", "forget"])
    def test_ends_where_nobody_wants_it(
        self, random: np.random.Generator, monkeypatch: pytest.MonkeyPatch, end: str
    ) -> None:
        begun, go_on, add = threading.Event(), threading.Event(), Graph.add
        added: list[int] = []

        def slow(graph: Graph, vectors: Any, threads: int) -> None:
            begun.set()
            go_on.wait(PATIENCE)
            added.append(len(vectors))
            add(graph, vectors, threads)

        monkeypatch.setattr(Graph, "add", slow)
        large = Large()
        large.create()
        large.upsert(range(COUNT), around(random, COUNT))
        assert begun.wait(PATIENCE)
        if end == "delete":
            large.client.delete_collection("c")
        elif end == "close":
            large.close()
        else:
            large.client.close()
            large.transport._state.collections.clear()
            gc.collect()
        go_on.set()
        assert BUILDER.rest(PATIENCE)
        assert len(added) == 1
        large.close()

    def test_failure_is_told_and_searches_go_on(
        self, large: Large, random: np.random.Generator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(graph: Graph, vectors: Any, threads: int) -> None:
            raise MemoryError("no room")

        large.create()
        data = around(random, COUNT)
        with monkeypatch.context() as patched:
            patched.setattr(Graph, "add", fail)
            large.upsert(range(COUNT), data)
            assert BUILDER.rest(PATIENCE)
        info = large.info()
        assert info.optimizer_status == models.OptimizersStatusOneOf1(error="MemoryError: no room")
        assert (info.status, info.indexed_vectors_count) == (RED, 0)
        assert large.nearest(data[3])[0].id == 3
        large.update(optimizers_config=EARLY)  # tries again
        assert large.settled().indexed_vectors_count == COUNT

    async def test_on_every_loop(self, seed: int) -> None:
        data = around(np.random.default_rng(seed), COUNT)
        async with AsyncQdrantClient(":memory:") as client:
            params = models.VectorParams(size=SIZE, distance=models.Distance.COSINE)
            await client.create_collection("c", params, optimizers_config=EARLY, hnsw_config=QUICK)

            async def write(start: int) -> None:
                part = range(start, start + 200)
                batch = models.Batch(ids=list(part), vectors=data[start : start + 200])
                await client.upsert("c", batch)
                found = await client.query_points("c", data[start])
                assert found.points[0].id == start

            async with anyio.create_task_group() as tasks:
                for start in range(0, COUNT, 200):
                    tasks.start_soon(write, start)
            assert await anyio.to_thread.run_sync(BUILDER.rest, PATIENCE)
            for start in range(0, COUNT, 100):
                assert (await client.query_points("c", data[start])).points[0].id == start
            info = await client.get_collection("c")
            assert info.indexed_vectors_count

    @pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    def test_fork_while_building(self, large: Large, random: np.random.Generator) -> None:
        large.create()
        data = around(random, 4 * COUNT)
        large.upsert(range(COUNT), data[:COUNT])
        large.settled()
        large.upsert(range(COUNT, 3 * COUNT), data[COUNT : 3 * COUNT])
        child = os.fork()
        if not child:
            code = 1
            try:
                signal.alarm(int(PATIENCE))
                large.upsert(range(3 * COUNT, 4 * COUNT), data[3 * COUNT :])
                near = large.nearest(data[5])[0].id == 5
                done = large.settled().indexed_vectors_count == 4 * COUNT
                code = 0 if near and done and large.recall(data[:20]) >= 0.9 else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert large.settled().indexed_vectors_count == 3 * COUNT


WITHOUT = """
import sys
sys.modules["faiss"] = None
import numpy as np
from aqdrant_local.engine import dense
from tests.local.clustered import Large, around, EXACT
from aqdrant import models
dense._LINKS = 0
data = around(np.random.default_rng(0), 1500)
with Large() as large:
    large.create()
    large.upsert(range(1500), data)
    info = large.settled()
    assert info.status == models.CollectionStatus.GREEN, info
    assert info.indexed_vectors_count == 0
    for params in (None, EXACT, models.SearchParams(hnsw_ef=5, indexed_only=True)):
        assert [point.id for point in large.nearest(data[4], search_params=params)][0] == 4
print("right")
"""

UNUSED = """
import sys
import numpy as np
from tests.local.clustered import Large, around
with Large() as large:
    large.create()
    large.upsert(range(100), around(np.random.default_rng(0), 100))
    large.nearest(np.ones(24))
print("faiss" in sys.modules)
"""

EXIT = """
import sys
import numpy as np
from aqdrant_local.engine.graph import Graph
from tests.local.clustered import Large, around
begun, add = __import__("threading").Event(), Graph.add
def told(graph, vectors, threads):
    add(graph, vectors, threads)
    begun.set()
Graph.add = told
large = Large()
large.create()
large.upsert(range(60_000), around(np.random.default_rng(0), 60_000))
begun.wait()
print("bye")
"""


def test_without_faiss_searches_are_exact() -> None:
    assert run_script(WITHOUT) == "right"


def test_faiss_is_loaded_for_a_graph_alone() -> None:
    assert run_script(UNUSED) == "False"


def test_python_ends_in_the_middle_of_a_build() -> None:
    assert run_script(EXIT) == "bye"
