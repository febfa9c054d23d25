"""Threads, tasks and readers on one folder: every answer is one that some order explains."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import anyio
import numpy as np

from aqdrant import AsyncQdrantClient, QdrantClient, models

IDS = 5
FIRST = -1.0  # a moment before all others


class Event(NamedTuple):
    """A write or a read of one point: the value, and when the call began and ended."""

    value: int
    began: float
    ended: float


class Registers:
    """What happened to each point."""

    def __init__(self) -> None:
        self.writes: dict[int, list[Event]] = defaultdict(list)
        self.reads: dict[int, list[Event]] = defaultdict(list)

    def check(self) -> None:
        """Each read is of a write that had begun and that no later one had replaced before it."""
        for point_id, reads in self.reads.items():
            writes = {write.value: write for write in self.writes[point_id]}
            for read in reads:
                source = writes[read.value]
                assert source.began < read.ended, f"{read} comes before {source}"
                for other in writes.values():
                    hidden = source.ended < other.began and other.ended < read.began
                    assert not hidden, f"{read} does not see {other}"
            for earlier in reads:
                for later in reads:
                    if earlier.ended < later.began:
                        back = writes[later.value].ended < writes[earlier.value].began
                        assert not back, f"{later} goes back behind {earlier}"


def point(point_id: int, value: int) -> models.PointStruct:
    return models.PointStruct(id=point_id, vector=[float(value), 1.0], payload={"v": value})


def value_of(record: models.Record) -> int:
    vector = record.vector
    assert isinstance(vector, list)
    assert isinstance(vector[0], float)
    assert record.payload == {"v": vector[0]}
    return int(vector[0])


def test_registers_are_linearizable(tmp_path: Path, seed: int) -> None:
    registers = Registers()
    path = str(tmp_path)
    params = models.VectorParams(size=2, distance=models.Distance.DOT)
    with QdrantClient(path=path, durability="normal") as client:
        client.create_collection("c", params)
        client.upsert("c", [point(n, 0) for n in range(IDS)])
        for n in range(IDS):
            registers.writes[n].append(Event(0, FIRST, FIRST))

        failures: list[BaseException] = []

        def work(number: int) -> None:
            rng = random.Random(f"{seed} {number}")
            try:
                with QdrantClient(path=path, durability="normal") as own:
                    for step in range(60):
                        chosen = rng.sample(range(IDS), rng.choice([1, 3]))
                        began = time.perf_counter()
                        if rng.random() < 0.5:
                            value = number * 1000 + step + 1
                            own.upsert("c", [point(n, value) for n in chosen])
                            found = dict.fromkeys(chosen, value)
                            log = registers.writes
                        else:
                            records = own.retrieve("c", chosen, with_vectors=True)
                            found = {int(r.id): value_of(r) for r in records}
                            log = registers.reads
                        ended = time.perf_counter()
                        for n, value in found.items():
                            log[n].append(Event(value, began, ended))
            except BaseException as error:  # noqa: BLE001  # the test's own thread raises it
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        readers = 0
        while any(thread.is_alive() for thread in threads):
            began = time.perf_counter()
            with QdrantClient(path=path, read_only=True) as reader:
                for record in reader.retrieve("c", list(range(IDS)), with_vectors=True):
                    event = Event(value_of(record), began, time.perf_counter())
                    registers.reads[int(record.id)].append(event)
            readers += 1
        for thread in threads:
            thread.join()
        assert not failures, failures
        assert readers
    with QdrantClient(path=path) as client:
        moment = time.perf_counter()
        for record in client.retrieve("c", list(range(IDS)), with_vectors=True):
            event = Event(value_of(record), moment, moment)
            registers.reads[int(record.id)].append(event)
    registers.check()


async def test_large_writes_leave_the_loop_alone(tmp_path: Path) -> None:
    gaps: list[float] = []

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await anyio.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    vectors = np.ones((20_000, 256), dtype=np.float32)
    params = models.VectorParams(size=256, distance=models.Distance.DOT)
    for turn in range(2):
        client = AsyncQdrantClient(path=str(tmp_path))
        await client.get_collections()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            await anyio.sleep(0.01)
            if not turn:
                await client.create_collection("c", params)
                await client.upsert("c", models.Batch(ids=list(range(20_000)), vectors=vectors))
            else:
                assert (await client.count("c")).count == 20_000
            await client.aclose()
            tasks.cancel_scope.cancel()
    assert len(gaps) > 20
    # Far from the goal of 10 ms, which the benchmark measures: this machine may be busy.
    assert max(gaps) < 0.25


async def test_collections_and_tasks_side_by_side(tmp_path: Path) -> None:
    params = models.VectorParams(size=2, distance=models.Distance.DOT)
    async with AsyncQdrantClient(path=str(tmp_path), durability="normal") as client:

        async def fill(name: str) -> None:
            await client.create_collection(name, params)
            for value in range(20):
                await client.upsert(name, [point(value, value)])
                assert (await client.count(name)).count == value + 1

        async with anyio.create_task_group() as tasks:
            for name in "abcdef":
                tasks.start_soon(fill, name)
        await client.delete_collection("a")
    async with AsyncQdrantClient(path=str(tmp_path)) as client:
        for name in "bcdef":
            assert (await client.count(name)).count == 20
        assert not await client.collection_exists("a")
