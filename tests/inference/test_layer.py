"""What the layer does with documents: own embedders, what is left to a server, errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import (
    ArgumentError,
    InferenceError,
    OperationTimeout,
)
from aqdrant.inference import Batched, Inputs
from aqdrant.operations import QueryPoints, UpsertPoints
from aqdrant.testing import RecordingTransport

C = "texts"
DATA = Path(__file__).parents[1] / "data" / "inference.jsonl"


def document(text: str, model: str = "letters", **options: Any) -> models.Document:
    return models.Document(text=text, model=model, options=options or None)


def letters(texts: Sequence[str]) -> Any:
    """Count two letters: an embedder that a test can check by eye."""
    return np.array([[text.count("a"), text.count("b")] for text in texts], dtype=np.float32)


class Asked:
    """An embedder that notes what it was asked."""

    def __init__(self) -> None:
        self.inputs: list[Inputs] = []

    async def embed(self, inputs: Inputs, /) -> Any:
        self.inputs.append(inputs)
        return [[1.0, 0.0]] * len(inputs.values)


def recording(**arguments: Any) -> tuple[AsyncQdrantClient, RecordingTransport]:
    transport = RecordingTransport()
    return AsyncQdrantClient(transport=transport, **arguments), transport


async def test_documents_become_vectors_in_storage_and_in_queries() -> None:
    async with AsyncQdrantClient(":memory:", embedders={"letters": letters}) as client:
        params = models.VectorParams(size=2, distance=models.Distance.COSINE)
        await client.create_collection(C, params)
        points = [
            models.PointStruct(id=n, vector=document(text)) for n, text in enumerate(["aa", "b"])
        ]
        await client.upsert(C, points)
        found = await client.query_points(C, document("abbb"), limit=1)
        assert [point.id for point in found.points] == [1]
        assert points[0].vector == document("aa")  # what the user passed stays what it was


async def test_one_call_asks_once_a_model_and_once_a_text() -> None:
    asked = Asked()
    client, transport = recording(embedders={"Letters": asked})
    points = [
        models.PointStruct(id=1, vector={"x": document("a"), "y": document("a")}),
        models.PointStruct(id=2, vector={"x": document("b"), "y": document("b", mode="short")}),
    ]
    await client.upsert(C, points)
    whole, short = sorted(asked.inputs, key=lambda inputs: len(inputs.options))
    assert (whole.values, whole.options) == (["a", "b"], {})
    assert (short.values, short.options) == (["b"], {"mode": "short"})
    assert not any(inputs.is_query for inputs in asked.inputs)
    (operation,) = transport.operations
    assert isinstance(operation, UpsertPoints)
    assert "Document" not in repr(operation.body)
    await client.query_points(C, document("a"))
    assert asked.inputs[-1].is_query


async def test_function_runs_in_a_worker_thread_and_an_async_one_on_the_loop() -> None:
    threads: list[int] = []

    def plain(texts: Sequence[str]) -> Any:
        threads.append(threading.get_ident())
        return letters(texts)

    async def on_loop(texts: Sequence[str]) -> Any:
        threads.append(threading.get_ident())
        return letters(texts)

    client, _ = recording(embedders={"plain": plain, "*": on_loop})
    await client.query_points(C, document("a", "plain"))
    await client.query_points(C, document("a", "another"))
    assert threads[0] != threading.get_ident() == threads[1]


async def test_batched_function_runs_once_at_a_time_for_all_that_wait() -> None:
    runs: list[list[str]] = []
    began, go = threading.Event(), threading.Event()

    def model(texts: Sequence[str]) -> Any:
        runs.append(sorted(texts))
        began.set()
        assert go.wait(10)
        return letters(texts)

    client, transport = recording(embedders={"*": Batched(model)})
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.query_points, C, document("a"))
        assert await anyio.to_thread.run_sync(began.wait, 10)
        for count in range(2, 7):
            tasks.start_soon(client.query_points, C, document("a" * count, f"model {count}"))
        await anyio.wait_all_tasks_blocked()
        go.set()
    assert runs == [["a"], ["a" * count for count in range(2, 7)]]
    asked: Any = transport.operations
    assert sorted(operation.body.query[0] for operation in asked) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (Asked().embed, {}, "An async function is passed as an embedder itself"),
        ("model", {}, "function: str 'model', wanted a function"),
        (letters, {"batch_size": 0}, "batch_size: 0, wanted 1 or more"),
    ],
)
def test_what_cannot_be_batched(function: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Batched(function, **options)


def test_sync_client_embeds_too() -> None:
    with QdrantClient(":memory:", embedders={"letters": letters}) as client:
        client.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
        client.upsert(C, [models.PointStruct(id=1, vector=document("ab"))])
        assert client.query_points(C, document("aab")).points[0].score == 3.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda texts: [[1.0]], "gave 1 vectors for 2 inputs"),
        (lambda texts: ["x" for _ in texts], r"vectors of model 'letters'"),
        (lambda texts: 1 / 0, "ZeroDivisionError"),
        (lambda texts: None, "gave a NoneType for 2 inputs"),
    ],
)
async def test_wrong_embedder_is_named(given: Any, message: str) -> None:
    client, transport = recording(embedders={"letters": given})
    with pytest.raises(InferenceError, match=message) as caught:
        await client.upsert(C, models.Batch(ids=[1, 2], vectors=[document("a"), document("b")]))
    assert caught.value.model == "letters"
    assert transport.calls == []


@pytest.mark.parametrize("given", [5, {"m": 5}, {5: letters}, {"m": Asked}])
def test_what_is_no_embedder_is_refused(given: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        AsyncQdrantClient(":memory:", embedders=given)
    assert caught.value.parameter == "embedders"


async def test_cloud_inference_leaves_all_but_the_users_own_models() -> None:
    transport = RecordingTransport()
    asked = Asked()
    client = AsyncQdrantClient(transport=transport, cloud_inference=True, embedders={"own": asked})
    await client.query_points(C, document("a", "vendor/model"))
    await client.query_points(C, document("a", "qdrant/bm25"))
    await client.query_points(C, document("a", "own"))
    sent = [op.body.query for op in transport.operations if isinstance(op, QueryPoints)]
    assert sent == [document("a", "vendor/model"), document("a", "qdrant/bm25"), [1.0, 0.0]]
    with pytest.raises(ArgumentError, match=r"image: \w+Path, which has no form"):
        await client.query_points(C, models.Image(image=Path("x"), model="vendor/model"))


async def test_timeout_ends_the_wait_for_an_embedder() -> None:
    class Slow:
        async def embed(self, inputs: Inputs, /) -> Any:
            await anyio.sleep_forever()

    client, transport = recording(embedders={"*": Slow()})
    with pytest.raises(OperationTimeout):
        await client.query_points(C, document("a"), timeout=0.01)
    assert transport.calls == []


async def test_transport_is_told_what_is_left_of_the_timeout() -> None:
    client, transport = recording(embedders={"*": letters})
    await client.query_points(C, document("a"), timeout=5)
    (call,) = transport.calls
    assert call.options.timeout is not None
    assert 0 < call.options.timeout < 5


async def test_terms_are_those_of_a_server() -> None:
    """Replay what a server of 1.18 was asked and answered."""
    lines = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    async with AsyncQdrantClient(":memory:") as client:
        sparse: dict[str, Any] = {"bm25": {"modifier": "idf"}, "raw": {}}
        await client.create_collection(
            "d", {"dense": {"size": 2, "distance": "Dot"}}, sparse_vectors_config=sparse
        )
        compared = 0
        for line in lines:
            if line["kind"] == "upsert":
                await client.upsert("d", line["points"])
                continue
            if line["kind"] == "query":
                found = await client.query_points("d", **line["query"])
                assert [point.id for point in found.points] == [p["id"] for p in line["points"]]
                scores = [point.score for point in found.points]
                assert scores == pytest.approx([p["score"] for p in line["points"]], rel=1e-5)
                compared += 1
                continue
            stored = {
                p.id: p.vector for p in await client.retrieve("d", line["ids"], with_vectors=True)
            }
            for point in line["points"]:
                for name, vector in point["vector"].items():
                    ours: Any = stored[point["id"]]
                    if name != "dense":
                        assert list(ours[name].indices) == vector["indices"]
                        assert list(ours[name].values) == pytest.approx(vector["values"])
                        compared += 1
        assert compared > 20


@pytest.mark.parametrize(
    ("vector", "error", "message"),
    [
        (document("a", "qdrant/bm25", k="x"), ArgumentError, "options.k"),
        (document("a", "qdrant/bm25", b=2.0), ArgumentError, "from 0 to 1"),
        (document("a", "qdrant/bm25", languag="german"), ArgumentError, "did you mean 'language'"),
        (models.Image(image="data:,", model="qdrant/bm25"), ArgumentError, "texts alone"),
    ],
)
async def test_wrong_use_of_terms(vector: Any, error: type[Exception], message: str) -> None:
    client, _ = recording()
    with pytest.raises(error, match=message):
        await client.upsert(C, [models.PointStruct(id=1, vector={"words": vector})])


async def test_many_texts_for_terms_leave_the_loop() -> None:
    client, transport = recording()
    texts = ["the quick brown fox " * 50] * 40
    points = [
        {"id": n, "vector": {"w": document(f"{text} {n}", "qdrant/bm25")}}
        for n, text in enumerate(texts)
    ]
    await client.upsert(C, points)
    (operation,) = transport.operations
    assert isinstance(operation, UpsertPoints)
    assert "SparseVector" in repr(operation.body)
