"""JSON in slices: equal to what one call gives, small enough for the loop, float32 as its text."""

from __future__ import annotations

import json
import random
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import models
from aqdrant.exceptions import ArgumentError, DecodeError
from aqdrant_rest import _decoding, _encoding
from aqdrant_rest._decoding import decode_envelope
from aqdrant_rest._encoding import LIMIT, encode, encode_in_pieces

from .canned import canned, client_of, result

RNG = np.random.default_rng(7)
BODIES: dict[str, Any] = {
    "points": models.PointsList(
        points=[
            models.PointStruct(id=n, vector=RNG.random(700, dtype=np.float32), payload={"n": None})
            for n in range(200)
        ],
        update_mode=models.UpdateMode.INSERT_ONLY,
    ),
    "lists": models.PointsList(
        points=[models.PointStruct(id=n, vector=[0.5] * 3000) for n in range(50)]
    ),
    "columns": models.PointsBatch(
        batch=models.Batch(ids=[1, 2, 3], vectors=RNG.random((3, 50_000), dtype=np.float32))
    ),
    "named": models.PointsList(
        points=[
            models.PointStruct(
                id=1,
                vector={
                    "many": RNG.random((900, 128), dtype=np.float32),
                    "sparse": models.SparseVector(
                        indices=np.arange(40_000), values=RNG.random(40_000, dtype=np.float32)
                    ),
                },
            )
        ]
    ),
    "searches": models.QueryRequestBatch(
        searches=[models.QueryRequest(query=RNG.random(512, dtype=np.float32))] * 200
    ),
    "ids": models.PointIdsList(points=list(range(100_000))),
    "payload": models.SetPayload(payload={"a": [{"b": 1.5}] * 50_000}, points=[1]),
    "small": models.QueryRequest(query=[1.0], filter=models.Filter(must=[])),
    "empty": models.PointsList(points=[]),
}


@pytest.mark.parametrize("name", BODIES)
def test_pieces_are_what_one_call_gives(name: str) -> None:
    joined = b"".join(encode_in_pieces(BODIES[name]))
    assert json.loads(joined) == json.loads(encode(BODIES[name]))


@pytest.mark.parametrize("name", [name for name in BODIES if name not in ("small", "empty")])
def test_no_piece_is_large(name: str) -> None:
    pieces = list(encode_in_pieces(BODIES[name]))
    assert len(pieces) > 3
    # A float32 takes 22 letters at most, and a slice of points may be a little over the size.
    assert max(map(len, pieces)) < LIMIT * 22


def test_points_of_unlike_sizes_are_cut_alike() -> None:
    points = [
        models.PointStruct(id=n, vector=RNG.random(8 if n % 7 else 90_000, dtype=np.float32))
        for n in range(40)
    ]
    pieces = list(encode_in_pieces(models.PointsList(points=points)))
    assert max(map(len, pieces)) < LIMIT * 22
    assert len(json.loads(b"".join(pieces))["points"]) == 40


def test_float32_is_written_as_its_shortest_text() -> None:
    vector = np.array([0.1, 1 / 3, 1e-7], dtype=np.float32)
    assert encode(vector) == b"[0.1,0.33333334,1e-7]"
    assert encode(vector.astype(np.float64)) == encode(vector)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.astype(np.float16),
        lambda a: a.astype(">f4"),
        lambda a: a[:, ::2],
        np.asfortranarray,
        lambda a: a[0][::-1],
        lambda a: (a * 100).astype(np.int16),
    ],
)
def test_arrays_of_every_make_are_written(change: Any) -> None:
    array = change(RNG.random((4, 6), dtype=np.float32))
    assert np.allclose(json.loads(encode(array)), array, rtol=1e-3)


def test_what_float32_cannot_hold_is_left_to_the_server() -> None:
    assert json.loads(encode(np.array([1e39, 1.0]))) == [1e39, 1.0]


def test_none_is_not_sent_but_in_payloads() -> None:
    point = models.PointStruct(id=1, vector=[1.0], payload={"a": None})
    assert json.loads(encode(point)) == {"id": 1, "vector": [1.0], "payload": {"a": None}}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
async def test_what_is_no_number_is_refused_with_its_place(bad: float) -> None:
    async with canned() as server, client_of(server) as client:
        vectors = np.zeros((3, 4), dtype=np.float32)
        vectors[1, 2] = bad
        points = [models.PointStruct(id=n, vector=v) for n, v in enumerate(vectors)]
        with pytest.raises(ArgumentError, match=r"points\[1\].vector: .* at position 2"):
            await client.upsert("texts", points)
        with pytest.raises(ArgumentError, match=r"payload\.a"):
            await client.set_payload("texts", {"a": bad}, [1])
        assert server.seen == []


# ---- answers


def point(number: int, payload: Any = None) -> dict[str, Any]:
    rng = random.Random(number)
    return {"id": number, "payload": payload or {}, "vector": [rng.random() for _ in range(384)]}


def scored(number: int, payload: Any = None) -> dict[str, Any]:
    found = point(number, payload)
    return {
        "id": number,
        "version": 1,
        "score": 0.5,
        **{k: found[k] for k in ("payload", "vector")},
    }


POINTS = [point(n) for n in range(300)]
SCORED = [scored(n) for n in range(300)]
HOSTILE = [
    {"a": [{"x": 1}, {"id": 2}, {"id": 3}]},
    {"text": '},{"id":4,"payload":{}},{"id":5,"version":1,"'},
    {"a": [{"id": n, "payload": 1, "version": 2} for n in range(3000)]},
]
ANSWERS: dict[str, tuple[Any, Any]] = {
    "records": (POINTS, list[models.Record]),
    "scroll": ({"points": POINTS, "next_page_offset": 7}, models.ScrollResult),
    "query": ({"points": SCORED}, models.QueryResponse),
    "batch": ([{"points": SCORED[:20]}] * 20, list[models.QueryResponse]),
    "large in a batch": ([{"points": SCORED}] * 2, list[models.QueryResponse]),
    "groups": ({"groups": [{"hits": SCORED[:9], "id": "a"}] * 30}, models.GroupsResult),
    "pairs": (
        {"pairs": [{"a": 1, "b": 2, "score": 0.5}] * 50_000},
        models.SearchMatrixPairsResponse,
    ),
    "matrix": (
        {"offsets_row": [1] * 99_999, "offsets_col": [2] * 99_999, "scores": [0.5] * 99_999}
        | {"ids": [1, 2]},
        models.SearchMatrixOffsetsResponse,
    ),
    "hostile records": (
        [point(n, HOSTILE[n % 3]) for n in range(120)],
        list[models.Record],
    ),
    "hostile points": (
        {"points": [scored(n, HOSTILE[n % 3]) for n in range(120)]},
        models.QueryResponse,
    ),
    "an enum of tomorrow": (
        [{"points": SCORED[:20]}] * 20 + [{"points": [], "new": 1}],
        list[models.QueryResponse],
    ),
}


def compact(value: Any) -> bytes:
    answer = {"result": value, "status": "ok", "time": 0.25}
    return json.dumps(answer, separators=(",", ":")).encode()


@pytest.mark.one_loop
@pytest.mark.parametrize("name", ANSWERS)
async def test_long_answer_is_what_one_call_gives(name: str) -> None:
    value, kind = ANSWERS[name]
    text = compact(value)
    assert len(text) > _decoding._SLICE
    envelope = await decode_envelope(text, kind)
    assert envelope.result == _decoding.decode(compact(value), _decoding._enveloped(kind)).result
    assert envelope.time == 0.25


@pytest.mark.parametrize("name", ["records", "query", "large in a batch", "groups", "pairs"])
async def test_long_answer_is_read_in_slices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    decode = _decoding.decode

    def spy(text: bytes, annotation: Any) -> Any:
        sizes.append(len(text))
        return decode(text, annotation)

    monkeypatch.setattr(_decoding, "decode", spy)
    value, kind = ANSWERS[name]
    await decode_envelope(compact(value), kind)
    assert len(sizes) > 2
    assert max(sizes) <= _decoding._SLICE + 2


async def test_answer_with_spaces_is_read_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = await decode_envelope(result(POINTS), list[models.Record])
    assert [record.id for record in envelope.result] == [one["id"] for one in POINTS]


@pytest.mark.parametrize("cut", [1, 100, 400_000, 700_000])
async def test_long_answer_cut_short_is_told(cut: int) -> None:
    text = compact(POINTS)
    with pytest.raises(DecodeError, match="not JSON"):
        await decode_envelope(text[:-cut], list[models.Record])


async def test_the_loop_has_its_turns() -> None:
    turns = decoded = 0
    working = True

    async def count() -> None:
        nonlocal turns
        while working:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count)
        await decode_envelope(compact(POINTS), list[models.Record])
        decoded = turns
        answer = result({"status": "completed"})
        async with canned(lambda _: answer) as server, client_of(server) as client:
            await client.upsert("texts", BODIES["points"].points)
        working = False
    # Turns lie between slices, and on trio the counting may begin behind the first.
    assert decoded >= len(compact(POINTS)) // _decoding._SLICE - 1
    assert turns - decoded >= 200 * 700 * 8 // _encoding._SIZE
