"""The parts of the engine against slow and obvious models of them."""

from __future__ import annotations

import math
import random as stdlib_random
from typing import Any

import msgspec
import numpy as np
import pytest

from aqdrant_local.engine import datetimes
from aqdrant_local.engine.arrays import distinct
from aqdrant_local.engine.datetimes import parse_datetime
from aqdrant_local.engine.ids import IdTable, PointId, encode_ids
from aqdrant_local.engine.intervals import Interval, integer_bounds
from aqdrant_local.engine.paths import parse_path
from aqdrant_local.engine.postings import Postings
from aqdrant_local.engine.products import product, product_of_each
from aqdrant_local.engine.ranking import candidates
from aqdrant_local.engine.segment import Segment
from aqdrant_local.engine.sparse import SparseBatch, SparseVectors
from aqdrant_local.engine.writes import PointWrite

from .generate import NUMBERS, Generator


def test_ids_are_found_as_in_a_dict(seed: int) -> None:
    generator = Generator(seed)
    table = IdTable()
    rows: dict[PointId, int] = {}
    free = list(range(3000))
    for _ in range(60):
        ids = list({generator.point_id(4000) for _ in range(generator.random.randrange(1, 200))})
        fresh = [point_id for point_id in ids if point_id not in rows]
        found = table.find(encode_ids(ids)).tolist()
        assert found == [rows.get(point_id, -1) for point_id in ids]
        at = [free.pop() for _ in fresh]
        table.add(encode_ids(fresh), np.array(at, dtype=np.intp))
        rows.update(zip(fresh, at, strict=True))
        gone = generator.random.sample(list(rows), generator.random.randrange(len(rows) // 2 + 1))
        table.remove(np.array([rows[point_id] for point_id in gone], dtype=np.intp))
        free += [rows.pop(point_id) for point_id in gone]
        assert [table.find_one(point_id) for point_id in gone[:5]] == [-1] * len(gone[:5])
        if generator.random.random() < 0.5:
            numbers = sorted(point_id for point_id in rows if isinstance(point_id, int))
            texts = sorted(point_id for point_id in rows if isinstance(point_id, str))
            assert table.ids(table.order()) == [*numbers, *texts]
    held = np.array(list(rows.values()), dtype=np.intp)
    assert table.ids(held) == list(rows)


def test_ids_cost_little_memory() -> None:
    table = IdTable()
    table.add(encode_ids(list(range(100_000))), np.arange(100_000, dtype=np.intp))
    assert table.nbytes < 40 * 100_000


def test_postings_answer_as_a_list_of_pairs_does(seed: int) -> None:
    random = stdlib_random.Random(seed)
    postings: Postings[np.int64] = Postings(np.int64)
    held: dict[int, list[int]] = {}
    size = 0
    for step in range(200):
        size += random.randrange(30)
        changed = random.sample(range(size), min(size, random.randrange(1, 40)))
        entries = {
            row: [random.randrange(20) for _ in range(random.randrange(3))] for row in changed
        }
        held.update(entries)
        pairs = [(key, row) for row, keys in entries.items() for key in keys]
        postings.replace(
            size,
            np.array(changed, dtype=np.intp),
            np.array([key for key, _ in pairs], dtype=np.int64),
            np.array([row for _, row in pairs], dtype=np.intp),
        )
        if step % 3:
            continue
        flat = [(key, row) for row, keys in held.items() for key in keys]
        key = random.randrange(20)
        assert sorted(postings.equal(key).tolist()) == sorted(row for k, row in flat if k == key)
        some = np.array(sorted(random.sample(range(20), 5)), dtype=np.int64)
        wanted = sorted(row for k, row in flat if k in some)
        assert sorted(postings.any_of(some).tolist()) == wanted
        counts = [sum(k == one for k, _ in flat) for one in some]
        assert postings.frequencies(some).tolist() == counts
        low, high = sorted((random.randrange(20), random.randrange(20)))
        found = postings.between(low, high, open_first=True, open_last=False)
        assert sorted(found.tolist()) == sorted(row for k, row in flat if low < k <= high)


def test_strings_that_are_gone_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqdrant_local.engine.columns._CODES", 10)
    segment = Segment({})
    keys = encode_ids([1, 2, 3])
    for turn in range(100):
        payloads = [msgspec.msgpack.encode({"k": f"{turn} {number}"}) for number in range(3)]
        segment.upsert(PointWrite(keys, {}, {}, payloads), turn)
        column = segment.column(("k",))
        assert [len(column.equal(f"{at} 0")) for at in (turn - 1, turn)] == [0, 1]
        assert len(column.known) < 40


def test_sparse_vectors_score_as_dicts_do(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqdrant_local.engine.postings._TAIL", 20)
    monkeypatch.setattr("aqdrant_local.engine.sparse._SPARE", 20)
    random = stdlib_random.Random(seed)
    size = 40
    ids = IdTable()
    ids.add(encode_ids(list(range(size))), np.arange(size, dtype=np.intp))
    for idf in (False, True):
        store = SparseVectors(idf=idf)
        store.reserve(size)
        held: dict[int, dict[int, float]] = {}
        for _ in range(150):
            rows = sorted(random.sample(range(size), random.randrange(1, 12)))
            if random.random() < 0.3:
                store.remove(np.array(rows, dtype=np.intp))
                held = {row: vector for row, vector in held.items() if row not in rows}
            else:
                fresh = {row: sparse_vector(random) for row in rows}
                held.update(fresh)
                store.put(np.array(rows, dtype=np.intp), sparse_batch(list(fresh.values())))
            query = sparse_vector(random)
            found = store.search(ids, store.weigh(batch_query(query)), 100, None, None)
            full = [vector for vector in held.values() if vector]
            wanted = {}
            for row, vector in held.items():
                parts = [
                    value * vector[index] * (weight_of(index, full) if idf else 1.0)
                    for index, value in query.items()
                    if index in vector
                ]
                if parts:
                    wanted[row] = sum(parts)
            assert store.count == len(held)
            assert dict(zip(found[1].tolist(), found[0].tolist(), strict=True)) == pytest.approx(
                wanted, rel=1e-4, abs=1e-5
            )
            assert found[0].tolist() == sorted(found[0].tolist(), reverse=True)


def sparse_vector(random: stdlib_random.Random) -> dict[int, float]:
    indices = sorted(random.sample(range(12), random.randrange(5)))
    return {index: random.gauss(0.5, 1.0) for index in indices}


def sparse_batch(vectors: list[dict[int, float]]) -> SparseBatch:
    starts = np.cumsum([0, *map(len, vectors)])
    flat = [pair for vector in vectors for pair in vector.items()]
    return SparseBatch(
        starts,
        np.array([index for index, _ in flat], dtype=np.uint32),
        np.array([value for _, value in flat], dtype=np.float32),
    )


def batch_query(vector: dict[int, float]) -> tuple[Any, Any]:
    batch = sparse_batch([vector])
    return batch.indices, batch.values


def weight_of(index: int, vectors: list[dict[int, float]]) -> float:
    found = sum(index in vector for vector in vectors)
    return math.log((len(vectors) - found + 0.5) / (found + 0.5) + 1.0)


@pytest.mark.parametrize("count", [0, 1, 9, 100, 5000, 40_000])
def test_candidates_hold_the_best(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    for values in (
        random.standard_normal(count).astype(np.float32),
        random.integers(0, 5, count).astype(np.float32),
        np.where(random.random(count) < 0.99, -np.inf, 1.0).astype(np.float32),
    ):
        for limit in (1, 10, 1000):
            picks = candidates(values, limit, 0.01)
            best = np.sort(values[values > -np.inf])[::-1][:limit]
            assert len(picks) == len(set(picks.tolist()))
            assert np.sort(values[picks])[::-1][:limit].tolist() == best.tolist()
            if len(best) == limit:
                assert np.count_nonzero(values >= best[-1] - 0.009) <= len(picks)


def test_integers_in_a_range_are_those_whose_floats_are() -> None:
    around = [
        int(number) + step for number in NUMBERS if abs(number) < 1e30 for step in range(-3, 4)
    ]
    integers = sorted({number for number in around if -(2**63) <= number < 2**63})
    bounds = [None, *(float(number) for number in NUMBERS), -math.inf, math.inf]
    for low in bounds:
        for high in bounds:
            for is_open in (True, False):
                interval = (
                    Interval(low, None, high, None) if is_open else Interval(None, low, None, high)
                )
                first, last = integer_bounds(interval) or (1, 0)
                found = [number for number in integers if first <= number <= last]
                assert found == [number for number in integers if interval.has(float(number))]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1969-12-31T23:59:59.5", -500_000),
        ("1970-01-01 01:00:00+01:00", 0),
        ("1970-1-1T00:01", 60_000_000),
        ("2024-02-29", 1_709_164_800_000_000),
        ("0001-01-01", -62_135_596_800_000_000),
        ("1970-01-01T00:00:60Z", 60_000_000),
        ("2023-02-29", None),
        ("1970-01-01T24:00:00", None),
        ("1970-01-01T00:01Z", None),
        ("1970", None),
        ("", None),
        ("now", None),
    ],
)
def test_dates(text: str, moment: int | None) -> None:
    assert parse_datetime(text) == moment


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a-b_1.é", ("a-b_1", "é")),
        ("a[].b[3][]", ("a", -1, "b", 3, -1)),
        ('"a b"."c.d"[]', ("a b", "c.d", -1)),
        ('""', ("",)),
        ("", None),
        ("a..b", None),
        (".a", None),
        ("a.", None),
        ("[0]", None),
        ("a[]b", None),
        ("a.[0]", None),
        ("a[-1]", None),
        ("a b", None),
        ('"a"b', None),
        (f"a[{2**64}]", None),
    ],
)
def test_paths(text: str, path: tuple[str | int, ...] | None) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(("count", "size"), [(1, 3), (70, 130), (1001, 128), (250, 9300), (7, 0)])
@pytest.mark.parametrize("queries", [1, 3, 4, 20])
def test_products_in_pieces_are_those_of_the_whole(
    count: int, size: int, queries: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    vectors = random.integers(-3, 4, (count, size)).astype(np.float32)  # exact in any order
    wanted = random.integers(-3, 4, (queries, size)).astype(np.float32)
    assert np.array_equal(product_of_each(vectors, wanted), wanted @ vectors.T)
    assert np.array_equal(product(vectors, wanted[0]), vectors @ wanted[0])


def test_usual_dates_are_read_as_all_others_are(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = stdlib_random.Random(seed)
    texts = [
        f"{random.choice([0, 1, 1969, 2024, 9999]):04}-{random.randrange(14):02}-"
        f"{random.randrange(33):02}{random.choice('TTT t')}{random.randrange(26):02}:"
        f"{random.randrange(62):02}:{random.randrange(63):02}"
        + random.choice(["", ".123", ".123456", ".1", ".1234567"])
        + random.choice(["", "Z", "z", "+00:00", "-05:30", "+24:00", "-23:59"])
        for _ in range(2000)
    ]
    found = [parse_datetime(text) for text in texts]
    monkeypatch.setattr(datetimes, "_USUAL", lambda text: None)
    assert found == [parse_datetime(text) for text in texts]
    together = datetimes.parse_datetimes([*texts, "\u0662024-01-01T00:00:00"]).tolist()
    assert together == [datetimes.NO_DATE if one is None else one for one in [*found, None]]
    assert any(moment is not None for moment in found)


def test_distinct_numbers_are_ascending_and_each_once(seed: int) -> None:
    random = np.random.default_rng(seed)
    for most, count in ((5, 100), (1000, 100), (10**9, 100), (3, 0), (1, 1)):
        numbers = random.integers(0, most, count).astype(np.intp)
        assert distinct(numbers).tolist() == sorted(set(numbers.tolist()))
