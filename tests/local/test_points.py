"""Points: what is stored comes back, what is wrong changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aqdrant import models, operations
from aqdrant.exceptions import BadRequest, NotFound
from aqdrant_local.engine import arrays, dense, ids, postings, segment, sparse

from .conftest import Engine

UUID = "550e8400-e29b-41d4-a716-446655440000"
LARGEST = 2**64 - 1


def test_ids_of_every_kind_come_back_in_order(engine: Engine) -> None:
    engine.dense()
    ids = [UUID, LARGEST, 0, 2**53 + 1, "00000000-0000-0000-0000-000000000000", 7]
    engine.upsert(*(models.PointStruct(id=point_id, vector=[1.0, 0.0]) for point_id in ids))
    ordered = [0, 7, 2**53 + 1, LARGEST, "00000000-0000-0000-0000-000000000000", UUID]
    assert engine.ids() == ordered
    pages: list[int | str] = []
    offset: int | str | None = 0
    while offset is not None:
        body = models.ScrollRequest(limit=2, offset=offset)
        page = engine.run(operations.ScrollPoints, body=body)
        pages += [point.id for point in page.points]
        offset = page.next_page_offset
    assert pages == ordered


def test_scroll_begins_at_the_first_id_not_below_the_offset(engine: Engine) -> None:
    engine.fill(*({"n": number % 2} for number in range(10)))
    odd = models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=1))])
    body = models.ScrollRequest(limit=2, offset=4, filter=odd)
    page = engine.run(operations.ScrollPoints, body=body)
    assert [point.id for point in page.points] == [5, 7]
    assert page.next_page_offset == 9
    with pytest.raises(BadRequest, match="limit must be 1 or more"):
        engine.run(operations.ScrollPoints, body=models.ScrollRequest(limit=0))


def test_of_all_reads_only_scroll_shows_payload_unasked(engine: Engine) -> None:
    engine.fill({"n": 1})
    page = engine.run(operations.ScrollPoints, body=models.ScrollRequest())
    assert page.points[0].payload == {"n": 1}
    body = models.ScrollRequest(with_payload=False)
    assert engine.run(operations.ScrollPoints, body=body).points[0].payload is None
    found = engine.run(operations.GetPoints, body=models.PointRequest(ids=[0]))
    assert found[0].payload is None
    assert engine.query()[0].payload is None


def test_retrieve_keeps_the_order_and_gives_each_point_once(engine: Engine) -> None:
    engine.fill({}, {}, {})
    assert list(engine.get(2, 1, 999, 2, 0)) == [2, 1, 0]
    with pytest.raises(NotFound, match="Point with id 9 does not exist!"):
        engine.run(operations.GetPoint, id=9)
    point = engine.run(operations.GetPoint, id=1)
    assert (point.payload, point.vector) == ({}, [1.0, 1.0])


def test_cosine_vectors_are_normalised(engine: Engine) -> None:
    engine.dense(distance=models.Distance.COSINE)
    for vector in ([3.0, 4.0], [0.6, 0.8], [0.0, 0.0]):
        engine.upsert(models.PointStruct(id=1, vector=vector))
        stored: Any = engine.get(1)[1].vector
        engine.upsert(models.PointStruct(id=1, vector=stored))
        assert engine.get(1)[1].vector == stored
    assert stored == [0.0, 0.0]


def test_payload_comes_back_as_a_copy(engine: Engine) -> None:
    payload = {"int": 2**64 - 1, "neg": -(2**63), "f": -0.0, "nested": {"a": [1, None, "é"]}}
    engine.dense()
    engine.upsert(models.PointStruct(id=1, vector=[1.0, 0.0], payload=payload))
    first: Any = engine.get(1)[1].payload
    assert first == payload
    first["nested"]["a"].append(1)
    assert engine.get(1)[1].payload == payload
    engine.upsert(
        models.PointStruct(id=1, vector=[1.0, 0.0], payload={"big": 2**64, "l": [-(2**70)]})
    )
    assert engine.get(1)[1].payload == {"big": float(2**64), "l": [float(-(2**70))]}


@pytest.mark.parametrize(
    ("payload", "text"), [({"x": "\ud800"}, "lone surrogate"), (None, "nested too deeply")]
)
def test_payloads_that_cannot_be_stored(
    engine: Engine, payload: dict[str, Any] | None, text: str
) -> None:
    if payload is None:
        payload = {}
        for _ in range(100_000):
            payload = {"x": payload}
    engine.dense()
    with pytest.raises(BadRequest, match=f"point 5 .*{text}"):
        engine.upsert(
            models.PointStruct(id=4, vector=[1.0, 0.0]),
            models.PointStruct(id=5, vector=[1.0, 0.0], payload=payload),
        )
    assert engine.ids() == []


def test_unnamed_vectors_stand_alone(engine: Engine) -> None:
    engine.fill({}, {})
    assert engine.get(1)[1].vector == [1.0, 1.0]
    engine.run(
        operations.DeleteVectors, body=models.DeleteVectors(points=[1], vector=[""]), wait=True
    )
    assert engine.get(1)[1].vector == {}
    assert [hit.id for hit in engine.query(query=[1.0, 1.0])] == [0]
    records = engine.run(operations.GetPoints, body=models.PointRequest(ids=[0], with_vector=[]))
    assert records[0].vector == {}
    assert records[0].payload is None


NAMED = {"d": models.VectorParams(size=2, distance=models.Distance.DOT)}
SPARSE = {"s": models.SparseVectorParams()}


@pytest.mark.parametrize(
    ("vector", "text"),
    [
        ([1.0, 2.0], "no vector without a name.*'d', 's'.*using="),
        ({"x": [1.0, 2.0]}, "no vector 'x'"),
        ({"d": [1.0]}, "[Pp]oint 7's vector 'd' has 1 dimensions; the collection's has 2"),
        ({"d": np.ones(3)}, "point 7's vector 'd' has 3 dimensions"),
        ({"d": [[1.0, 2.0], [1.0, 2.0]]}, "point 7's vector 'd' is a multivector"),
        ({"d": np.ones((1, 2))}, "point 7's vector 'd' is a .* Pass one row of it"),
        ({"d": [1e39, 0.0]}, "point 7's vector 'd' holds a number that float32 cannot"),
        ({"d": np.array([1e39, 0.0])}, "point 7's vector 'd' holds a number that float32 cannot"),
        ({"d": models.SparseVector(indices=[1, 2], values=[1.0, 1.0])}, "'d' is sparse"),
        ({"s": [1.0, 2.0]}, "point 7's vector 's' is dense; the collection's is sparse"),
        ({"s": models.SparseVector(indices=[1, 1], values=[1.0, 1.0])}, "Index 1 repeats point 7"),
        ({"s": models.SparseVector(indices=[1], values=[1.0, 1.0])}, "1 indices and 2 values"),
        ({"s": models.SparseVector(indices=[2**32], values=[1.0])}, "no 32-bit number"),
    ],
)
def test_one_bad_point_changes_nothing(engine: Engine, vector: Any, text: str) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)
    good = models.PointStruct(id=1, vector={"d": [1.0, 2.0]}, payload={"old": 1})
    engine.upsert(good)
    fresh = models.PointStruct(id=1, vector={"d": [9.0, 9.0]}, payload={"new": 1})
    with pytest.raises(BadRequest, match=f"(?i){text}"):
        engine.upsert(fresh, models.PointStruct(id=7, vector=vector))
    assert engine.ids() == [1]
    assert engine.get(1)[1].payload == {"old": 1}
    bad = models.PointVectors(id=1, vector=vector)
    with pytest.raises(BadRequest):
        engine.run(operations.UpdateVectors, body=models.UpdateVectors(points=[bad]))
    assert engine.get(1)[1].vector == {"d": [1.0, 2.0]}


def test_a_write_that_finds_no_memory_changes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)

    def points(first: int, value: float) -> list[models.PointStruct]:
        sparse = models.SparseVector(indices=[*range(50)], values=[value] * 50)
        return [
            models.PointStruct(id=i, vector={"d": [value, 1.0], "s": sparse}, payload={"v": value})
            for i in range(first, first + 40)
        ]

    engine.upsert(*points(0, 1.0))
    before = engine.get(*range(200))
    left, real = 0, arrays.grown

    def grown(array: Any, rows: int, filler: int = 0) -> Any:
        nonlocal left
        if len(array) < rows:
            left -= 1
            if left < 0:
                raise MemoryError
        return real(array, rows, filler)

    for module in (segment, ids, dense, sparse, postings):
        monkeypatch.setattr(module, "grown", grown)
    failures = 0
    while failures < 100:
        left = failures
        try:
            engine.upsert(*points(20, 2.0 + failures))
            break
        except MemoryError:
            failures += 1
        assert engine.get(*range(200)) == before
        assert engine.ids() == list(range(40))
        assert len(engine.query(query=[1.0, 0.0], using="d", limit=100)) == 40
        query = models.SparseVector(indices=[3], values=[1.0])
        assert {hit.score for hit in engine.query(query=query, using="s", limit=100)} == {1.0}
    assert failures > 4
    assert engine.ids() == list(range(60))
    changed = [record.payload for record in engine.get(*range(20, 60)).values()]
    assert changed == [{"v": 2.0 + failures}] * 40


def test_points_as_arrays(engine: Engine) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)
    sparse = [models.SparseVector(indices=np.array([5, 2]), values=np.array([0.5, 0.2]))] * 3
    for dtype in (np.float32, np.float64, np.int64):
        batch = models.Batch(
            ids=[1, UUID, 3],
            vectors={"d": np.arange(6, dtype=dtype).reshape(3, 2), "s": sparse},
            payloads=[{"n": 1}, None, {"n": 3}],  # type: ignore[list-item]  # as servers take it
        )
        body = models.PointsBatch(batch=batch)
        engine.run(operations.UpsertPoints, body=body)
    found = engine.get(1, UUID, 3)
    assert [record.payload for record in found.values()] == [{"n": 1}, {}, {"n": 3}]
    vector: Any = found[UUID].vector
    assert vector["d"] == [2.0, 3.0]
    assert vector["s"].indices == [2, 5]


@pytest.mark.parametrize(
    ("batch", "text"),
    [
        (models.Batch(ids=[1, 2], vectors={"d": np.ones((1, 2))}), "2 ids and 1 vectors"),
        (models.Batch(ids=[1], vectors={"d": [[1.0, 2.0]]}, payloads=[]), "1 ids and 0 payloads"),
        (models.Batch(ids=[], vectors={}), "no points"),
        (models.Batch(ids=[4], vectors={"d": np.ones((1, 3))}), "Point 4.* 3 dimensions"),
    ],
)
def test_bad_batches(engine: Engine, batch: models.Batch, text: str) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)
    with pytest.raises(BadRequest, match=text):
        engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    assert engine.ids() == []


def test_of_one_id_the_last_counts(engine: Engine) -> None:
    engine.dense()
    points = [
        models.PointStruct(id=1, vector=[1.0, 0.0], payload={"v": 1}),
        models.PointStruct(id=1, vector=[0.0, 1.0], payload={"v": 2}),
    ]
    engine.upsert(*points)
    assert engine.get(1)[1].payload == {"v": 2}
    batch = models.Batch(ids=[1, 2, 1], vectors=np.eye(3, 2), payloads=[{"v": 3}, {}, {"v": 4}])
    engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    assert engine.get(1)[1].payload == {"v": 4}
    assert engine.get(1)[1].vector == [0.0, 0.0]


def test_update_modes_and_filters(engine: Engine) -> None:
    engine.fill({"v": 0}, {"v": 1})

    def put(*ids: int, **body: Any) -> dict[int | str, Any]:
        points = [models.PointStruct(id=i, vector=[9.0, 9.0], payload={"v": 9}) for i in ids]
        engine.upsert(*points, **body)
        return {i: record.payload for i, record in engine.get(0, 1, 2, 3).items()}

    only = models.UpdateMode
    assert put(0, 2, update_mode=only.INSERT_ONLY) == {0: {"v": 0}, 1: {"v": 1}, 2: {"v": 9}}
    is_one = models.Filter(must=[models.FieldCondition(key="v", match=models.MatchValue(value=1))])
    assert put(0, 1, 3, update_filter=is_one, update_mode=only.UPDATE_ONLY) == {
        0: {"v": 0},
        1: {"v": 9},
        2: {"v": 9},
    }
    assert put(0, 3, update_filter=is_one)[3] == {"v": 9}
    assert engine.get(0)[0].payload == {"v": 0}


def test_updates_of_missing_points_change_nothing(engine: Engine) -> None:
    engine.fill({"n": 0})
    vector = [models.PointVectors(id=i, vector=[5.0, 5.0]) for i in (0, 99)]
    both: list[int | str] = [0, 99]
    for kind, body in (
        (operations.UpdateVectors, models.UpdateVectors(points=vector)),
        (operations.DeleteVectors, models.DeleteVectors(points=both, vector=[""])),
        (operations.SetPayload, models.SetPayload(payload={"x": 1}, points=both)),
        (operations.OverwritePayload, models.SetPayload(payload={"x": 1}, points=both)),
        (operations.DeletePayload, models.DeletePayload(keys=["n"], points=both)),
        (operations.ClearPayload, models.PointIdsList(points=both)),
    ):
        with pytest.raises(NotFound, match="No point with id 99 found"):
            engine.run(kind, body=body)
        record = engine.get(0)[0]
        assert (record.payload, record.vector) == ({"n": 0}, [0.0, 1.0])


def test_deletes_give_rows_back(engine: Engine, seed: int) -> None:
    random = np.random.default_rng(seed)
    engine.dense()
    alive: set[int] = set()
    for _ in range(30):
        fresh = random.integers(0, 30_000, 1500).tolist()
        vectors = np.stack([np.array(fresh, dtype=np.float32), np.ones(1500, np.float32)], axis=1)
        batch = models.Batch(ids=fresh, vectors=vectors, payloads=[{"n": i % 7} for i in fresh])
        engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
        alive |= set(fresh)
        gone = random.choice(sorted(alive), size=int(len(alive) * 0.7), replace=False).tolist()
        engine.run(operations.DeletePoints, body=models.PointIdsList(points=gone))
        alive -= set(gone)
        assert engine.ids() == sorted(alive)
        three = models.FieldCondition(key="n", match=models.MatchValue(value=3))
        wanted = sorted(i for i in alive if i % 7 == 3)
        assert engine.ids(models.Filter(must=[three])) == wanted
        hits = engine.query(query=[1.0, 0.0], limit=3, filter=models.Filter(must=[three]))
        assert [hit.id for hit in hits] == wanted[::-1][:3]


def test_batches_of_updates_run_in_order(engine: Engine) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)
    upsert = models.PointsList(
        points=[
            models.PointStruct(id=1, vector={"d": [1.0, 2.0]}, payload={"x": 1}),
            models.PointStruct(id=2, vector={"d": [3.0, 4.0]}),
        ]
    )
    steps: list[Any] = [
        models.UpsertOperation(upsert=upsert),
        models.SetPayloadOperation(set_payload=models.SetPayload(payload={"y": 2}, points=[1])),
        models.SetPayloadOperation(
            set_payload=models.SetPayload(payload={"z": 1}, points=[1], key="deep.er")
        ),
        models.DeletePayloadOperation(delete_payload=models.DeletePayload(keys=["x"], points=[1])),
        models.DeleteOperation(delete=models.PointIdsList(points=[2, 3])),
    ]
    body = models.UpdateOperations(operations=steps)
    results = engine.run(operations.BatchUpdate, body=body, wait=True)
    assert [result.operation_id for result in results] == [1, 2, 3, 4, 5]
    assert engine.ids() == [1]
    assert engine.get(1)[1].payload == {"y": 2, "deep": {"er": {"z": 1}}}
    bad = models.PointsList(points=[models.PointStruct(id=4, vector={"d": [1.0]})])
    steps = [
        models.ClearPayloadOperation(clear_payload=models.PointIdsList(points=[1])),
        models.UpsertOperation(upsert=bad),
    ]
    with pytest.raises(BadRequest, match="Point 4"):
        engine.run(operations.BatchUpdate, body=models.UpdateOperations(operations=steps))
    assert engine.get(1)[1].payload == {"y": 2, "deep": {"er": {"z": 1}}}


def test_who_does_not_wait_is_told_so(engine: Engine) -> None:
    engine.fill({})
    for wait, status in ((True, "completed"), (None, "acknowledged"), (False, "acknowledged")):
        body = models.PointIdsList(points=[5])
        result = engine.run(operations.DeletePoints, body=body, wait=wait)
        assert result.status == status
    with pytest.raises(BadRequest, match="names no points"):
        engine.upsert()
    with pytest.raises(BadRequest, match='Shard key "k" not found'):
        engine.upsert(models.PointStruct(id=1, vector=[1.0, 1.0]), shard_key="k")


def test_selectors_of_payload(engine: Engine) -> None:
    payload = {"a": {"b": {"c": 1}, "d": 2}, "l": [{"x": 1, "y": 2}, 3], "s": "t", "q r": 1}
    engine.dense()
    engine.upsert(models.PointStruct(id=1, vector=[1.0, 0.0], payload=payload))

    def shown(selector: Any) -> Any:
        body = models.PointRequest(ids=[1], with_payload=selector)
        return engine.run(operations.GetPoints, body=body)[0].payload

    assert shown(True) == payload
    assert shown(False) is None
    assert shown(["a.b", "s", "missing"]) == {"a": {"b": {"c": 1}}, "s": "t"}
    assert shown(["l[].x", '"q r"']) == {"l": [{"x": 1}], "q r": 1}
    assert shown(["l[0]"]) == {"l": []}
    assert shown([]) == {}
    hidden = models.PayloadSelectorExclude(exclude=["a.b", "l[].y", '"q r"'])
    assert shown(hidden) == {"a": {"d": 2}, "l": [{"x": 1}, 3], "s": "t"}
    with pytest.raises(BadRequest, match=r"Invalid payload key 'a\.\.b'"):
        shown(["a..b"])


def test_what_was_passed_in_may_be_changed_afterwards(engine: Engine) -> None:
    engine.create(vectors=NAMED, sparse_vectors=SPARSE)
    block = np.array([[1.0, 2.0]], dtype=np.float32)
    one = np.array([3.0, 4.0], dtype=np.float32)
    indices, values = np.array([2, 5], dtype=np.uint32), np.array([1.0, 2.0], dtype=np.float32)
    payload = {"deep": [1]}
    batch = models.Batch(ids=[1], vectors={"d": block}, payloads=[payload])
    engine.run(operations.UpsertPoints, body=models.PointsBatch(batch=batch))
    sparse_one = models.SparseVector(indices=indices, values=values)
    engine.upsert(models.PointStruct(id=2, vector={"d": one, "s": sparse_one}, payload=payload))
    for array in (block, one, indices, values):
        array[...] = 9
    payload["deep"].append(2)
    for _ in range(2):  # what came out is the caller's as well
        found: dict[Any, Any] = dict(engine.get(1, 2))
        assert found[1].vector == {"d": [1.0, 2.0]}
        assert found[2].vector["d"] == [3.0, 4.0]
        assert (found[2].vector["s"].indices, found[2].vector["s"].values) == ([2, 5], [1.0, 2.0])
        assert found[1].payload == found[2].payload == {"deep": [1]}
        for record in found.values():
            record.payload["deep"].append(3)
            record.vector["d"][0] = 7.0
