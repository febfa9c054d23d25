"""Threads, tasks and readers on one folder: every answer is one that some order explains."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import anyio
import numpy as np

from aqdrant import AsyncQdrantClient, QdrantClient, models

from .stored import environment

IDS = 5
FIRST = -1.0  # a moment before all others
NEVER = float("inf")
KILLS = min(int(os.environ.get("AQDRANT_KILLS", "5")) // 2, 150)  # values fit a float32


class Event(NamedTuple):
    """A write or a read of one point: the value, and when the call began and ended."""

    value: int
    began: float
    ended: float


class Registers:
    """What happened to each point, each value written once."""

    def __init__(self) -> None:
        self.writes: dict[int, list[Event]] = defaultdict(list)
        self.reads: dict[int, list[Event]] = defaultdict(list)

    def check(self) -> None:
        """Some order of all calls, each somewhere between its beginning and its end, explains all.

        By the zones of Gibbons and Korach, "Testing shared memories" (1997): exact for registers
        whose values are written once.
        """
        for point_id, reads in self.reads.items():
            clusters = {write.value: [write] for write in self.writes[point_id]}
            for read in reads:
                cluster = clusters[read.value]
                assert cluster[0].began < read.ended, f"{read} comes before {cluster[0]}"
                cluster.append(read)
            # A write that nobody saw, and whose writer died in it, may never have happened.
            known = [one for one in clusters.values() if len(one) > 1 or one[0].ended < NEVER]
            zones = [zone_of(cluster) for cluster in known]
            forward = sorted(zone for zone in zones if zone[0] < zone[1])
            for earlier, later in pairwise(forward):
                assert earlier[1] < later[0], f"point {point_id}: {earlier} and {later} overlap"
            for end, begin in (zone for zone in zones if zone[0] >= zone[1]):
                for first, last in forward:
                    assert not first < begin <= end < last, f"point {point_id}: {begin} is hidden"


def zone_of(cluster: list[Event]) -> tuple[float, float]:
    """The first end and the last beginning of the calls about one value."""
    return min(event.ended for event in cluster), max(event.began for event in cluster)


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


WRITER = """
import sys
from tests.local.test_store_concurrency import write_on
write_on(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
"""


def tell(kind: str, ids: list[int], value: int, began: float) -> None:
    """Tell the parent of a call, in one piece."""
    os.write(1, (json.dumps([kind, ids, value, began, time.perf_counter()]) + "\n").encode())


def write_on(path: str, seed: int, turn: int) -> None:
    """Write and read on and on, in threads and tasks, and tell all of it."""

    def work(number: int) -> None:
        with QdrantClient(path=path, durability="normal") as client:
            for step in range(15_000):
                rng = random.Random(f"{seed} {turn} {number} {step}")
                ids = rng.sample(range(IDS), rng.choice([1, 3]))
                value, began = turn * 100_000 + number * 15_000 + step, time.perf_counter()
                if rng.random() < 0.7:
                    tell("begin", ids, value, began)
                    client.upsert("c", [point(n, value) for n in ids])
                    tell("write", ids, value, began)
                else:
                    for record in client.retrieve("c", ids, with_vectors=True):
                        tell("read", [int(record.id)], value_of(record), began)

    async def tasks() -> None:
        async with AsyncQdrantClient(path=path, durability="normal") as client:

            async def work(number: int) -> None:
                for step in range(15_000):
                    ids = [(number + step) % IDS]
                    value, began = turn * 100_000 + number * 15_000 + step, time.perf_counter()
                    tell("begin", ids, value, began)
                    await client.upsert("c", [point(n, value) for n in ids])
                    tell("write", ids, value, began)
                    began = time.perf_counter()
                    for record in await client.retrieve("c", ids, with_vectors=True):
                        tell("read", [int(record.id)], value_of(record), began)

            async with anyio.create_task_group() as group:
                for number in range(4, 6):
                    group.start_soon(work, number)

    for number in range(3):
        threading.Thread(target=work, args=(number,)).start()
    anyio.run(tasks)


def killed_writer(path: str, seed: int, turn: int, calls: int, registers: Registers) -> None:
    """Run a writer, kill it once it told so much, and note all of it."""
    program = [sys.executable, "-c", WRITER, path, str(seed), str(turn)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, env=environment()) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(calls)]
        writer.kill()
        told += writer.stdout.readlines()
        writer.wait()
    died = time.perf_counter()
    pending: dict[tuple[int, int], Event] = {}
    for line in told:
        kind, ids, value, began, ended = json.loads(line)
        for n in ids:
            if kind == "begin":
                pending[n, value] = Event(value, began, NEVER)
            elif kind == "write":
                del pending[n, value]
                registers.writes[n].append(Event(value, began, ended))
            else:
                registers.reads[n].append(Event(value, began, ended))
    assert told[calls - 1]
    for (n, _), write in pending.items():
        assert write.began < died
        registers.writes[n].append(write)


def test_killed_writers_and_readers_are_linearizable(tmp_path: Path, seed: int) -> None:
    registers, path, rng = Registers(), str(tmp_path), random.Random(seed)
    with QdrantClient(path=path) as client:
        client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
        client.upsert("c", [point(n, 0) for n in range(IDS)])
    for n in range(IDS):
        registers.writes[n].append(Event(0, FIRST, FIRST))
    is_done, failures = threading.Event(), list[BaseException]()

    def read(*, opens_anew: bool) -> None:
        try:
            reader = QdrantClient(path=path, read_only=True)
            while not is_done.is_set():
                began = time.perf_counter()
                if opens_anew:
                    reader.close()
                    reader = QdrantClient(path=path, read_only=True)
                reader.refresh()
                ended = time.perf_counter()  # what is read below is of a moment between the two
                for record in reader.retrieve("c", list(range(IDS)), with_vectors=True):
                    event = Event(value_of(record), began, ended)
                    registers.reads[int(record.id)].append(event)
            reader.close()
        except BaseException as error:  # noqa: BLE001  # the test's own thread raises it
            failures.append(error)

    readers = [
        threading.Thread(target=read, kwargs={"opens_anew": opens})
        for opens in (False, False, True)
    ]
    for reader in readers:
        reader.start()
    try:
        for turn in range(1, KILLS + 1):
            killed_writer(path, seed, turn, rng.randrange(1, 40), registers)
    finally:
        is_done.set()
        for reader in readers:
            reader.join()
    assert not failures, failures
    began = time.perf_counter()
    with QdrantClient(path=path) as client:
        for record in client.retrieve("c", list(range(IDS)), with_vectors=True):
            event = Event(value_of(record), began, time.perf_counter())
            registers.reads[int(record.id)].append(event)
    assert sum(map(len, registers.writes.values())) > KILLS
    registers.check()


async def test_large_writes_leave_the_loop_alone(tmp_path: Path) -> None:
    turns: list[float] = []

    async def tick() -> None:
        last = time.thread_time()
        while True:
            await anyio.sleep(0.001)
            now = time.thread_time()
            turns.append(now - last)
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
    assert len(turns) > 20
    # What the loop's own thread worked in a turn: the benchmark measures how long others waited.
    assert max(turns) < 0.25


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
