"""fastembed with a real model: what it gives alone is what the client stores and looks for."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from anyio import from_thread
from anyio.lowlevel import current_token

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ArgumentError, InferenceError, OperationTimeout, UnsupportedOperation
from aqdrant.inference import FastEmbed, Inputs
from aqdrant.inference import fastembed_models as module
from tests.fix_models import DIMENSIONS, MINILM

TEXTS = ["A cat sleeps on the sofa.", "Stocks fell on Monday.", "Kittens nap all day."]


def document(text: str, **options: Any) -> models.Document:
    return models.Document(text=text, model=MINILM, options=options or None)


@pytest.fixture
def embedders(model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return {"*": FastEmbed(cache_dir=str(model_cache), threads=1, local_files_only=True)}


def inputs(values: list[Any], model: str = MINILM, **fields: Any) -> Inputs:
    return Inputs(model=model, values=values, **fields)


async def test_texts_are_found_by_their_meaning(embedders: dict[str, Any]) -> None:
    async with AsyncQdrantClient(":memory:", embedders=embedders) as client:
        params = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
        await client.create_collection("texts", params)
        await client.upsert(
            "texts",
            [models.PointStruct(id=n, vector=document(text)) for n, text in enumerate(TEXTS)],
        )
        found = await client.query_points("texts", document("pets that rest"), limit=2)
        assert {point.id for point in found.points} == {0, 2}
        found = await client.query_points("texts", document("the market"), limit=1)
        assert found.points[0].id == 1


async def test_vectors_are_fastembeds_own(embedders: dict[str, Any], model_cache: Path) -> None:
    from fastembed import TextEmbedding

    ours = await embedders["*"].embed(inputs(TEXTS))

    def alone() -> list[Any]:
        model = TextEmbedding(MINILM, cache_dir=str(model_cache), local_files_only=True)
        return list(model.embed(TEXTS))

    for vector, theirs in zip(ours, await anyio.to_thread.run_sync(alone), strict=True):
        # Weights of 8 bits: how texts are batched shows in the last digits.
        assert float(np.dot(vector, theirs)) > 0.99


async def test_callers_at_once_share_runs_in_a_thread_with_its_settings(
    model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[tuple[int, str]] = []
    embed = module._Runner.run

    def noted(runner: Any, kind: Any, is_query: bool, values: Any) -> Any:
        runs.append((len(values), threading.current_thread().name))
        return embed(runner, kind, is_query, values)

    monkeypatch.setattr(module._Runner, "run", noted)
    monkeypatch.setattr(module, "_lanes", {})
    options = {"cache_dir": str(model_cache), "threads": 2, "local_files_only": True}
    embedder = FastEmbed(**options)
    async with (
        AsyncQdrantClient(":memory:", embedders={"*": embedder}) as one,
        AsyncQdrantClient(":memory:", embedders={"*": FastEmbed(**options)}) as other,
    ):
        params = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
        for client in (one, other):
            await client.create_collection("texts", params)
        async with anyio.create_task_group() as tasks:
            for number in range(64):
                point = models.PointStruct(id=number, vector=document(f"text {number}"))
                tasks.start_soon((one, other)[number % 2].upsert, "texts", [point])
        for client in (one, other):
            assert (await client.count("texts")).count == 32
    sizes = [size for size, _ in runs]
    assert sum(sizes) == 64
    assert len(sizes) <= 8  # the first runs alone while the model is loaded, the others together
    assert max(sizes) == 32
    assert all(name.startswith("aqdrant-embedder") for _, name in runs)
    ((_, lane),) = module._lanes.items()
    session = lane._run.__self__._loaded.model.model.model  # type: ignore[attr-defined]
    assert session.get_session_options().intra_op_num_threads == 2


async def test_timeout_and_cancellation_end_the_wait_for_a_model_that_is_loaded(
    model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, began, go = module._load, anyio.Event(), threading.Event()
    token = current_token()

    def held(name: str, options: Any) -> Any:
        from_thread.run_sync(began.set, token=token)
        assert go.wait(30)
        return load(name, options)

    monkeypatch.setattr(module, "_load", held)
    monkeypatch.setattr(module, "_lanes", {})
    embedder = FastEmbed(cache_dir=str(model_cache), local_files_only=True)
    async with AsyncQdrantClient(":memory:", embedders={"*": embedder}) as client:
        params = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
        await client.create_collection("texts", params)
        with pytest.raises(OperationTimeout):
            await client.query_points("texts", document("a"), timeout=0.01)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.query_points, "texts", document("b"))
                await began.wait()
                scope.cancel()
        assert scope.cancelled_caught
        go.set()
        assert (await client.query_points("texts", document("c"))).points == []


def test_model_is_loaded_once_for_all_clients(embedders: dict[str, Any], model_cache: Path) -> None:
    with (
        QdrantClient(":memory:", embedders=embedders) as one,
        QdrantClient(":memory:", embedders=embedders) as other,
    ):
        for client in (one, other):
            client.create_collection(
                "t", models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
            )
            client.upsert("t", [{"id": 1, "vector": document("a")}])
    path = str(model_cache)
    assert sum(path in options for name, options in module._lanes if name == MINILM.lower()) == 1


async def test_sparse_vectors(model_folder: Path) -> None:
    # The same real weights behind a sparse class of fastembed: what counts is the kind of vector.
    sparse = "prithivida/Splade_PP_en_v1"
    embedder = FastEmbed(models={sparse: {"specific_model_path": str(model_folder), "threads": 1}})
    (words,) = await embedder.embed(inputs(["a cat"], sparse, kind="object"))
    assert isinstance(words, models.SparseVector)
    assert len(words.indices) == len(words.values) > 0


@pytest.mark.one_loop
async def test_model_that_was_added_to_fastembed_is_known(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType
    from fastembed.text.custom_text_embedding import CustomTextEmbedding

    monkeypatch.setattr(CustomTextEmbedding, "SUPPORTED_MODELS", [])
    TextEmbedding.add_custom_model(
        model="ours/pets",
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(url="file://"),
        dim=DIMENSIONS,
        model_file="model.onnx",
    )
    own = {"ours/pets": {"specific_model_path": str(model_folder)}}
    embedders = {"*": FastEmbed(models=own, threads=1)}
    async with AsyncQdrantClient(":memory:", embedders=embedders) as client:
        assert client.get_embedding_size("ours/pets") == DIMENSIONS
        params = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
        await client.create_collection("texts", params)
        cat = models.Document(text=TEXTS[0], model="ours/pets")
        await client.upsert("texts", [models.PointStruct(id=1, vector=cat)])
        assert (await client.query_points("texts", cat)).points[0].score > 0.99


async def test_unknown_model_is_refused_with_the_nearest(embedders: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=r"Did you mean 'sentence-transformers/all-MiniLM-L6"):
        await embedders["*"].embed(inputs(["a"], "sentence-transformers/all-MiniLM-L6"))


async def test_model_that_cannot_be_fetched(tmp_path: Path) -> None:
    embedder = FastEmbed(cache_dir=str(tmp_path), local_files_only=True)
    with pytest.raises(InferenceError, match="specific_model_path") as caught:
        await embedder.embed(inputs(["a"], "BAAI/bge-small-en-v1.5"))
    assert caught.value.model == "BAAI/bge-small-en-v1.5"
    assert isinstance(caught.value.__cause__, Exception)


async def test_wrong_option_and_wrong_kind(embedders: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="embeds text, and this is an image"):
        await embedders["*"].embed(inputs([b"x"], kind="image"))


async def test_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastembed", None)
    with pytest.raises(UnsupportedOperation, match=r"pip install 'aqdrant\[fastembed\]'"):
        await FastEmbed(cache_dir="nowhere").embed(inputs(["a"]))


async def test_lists_and_sizes_are_those_of_the_official_client() -> None:
    import qdrant_client

    official = qdrant_client.QdrantClient
    for name in (
        "list_text_models",
        "list_image_models",
        "list_late_interaction_text_models",
        "list_late_interaction_multimodal_models",
    ):
        ours = await getattr(AsyncQdrantClient, name)()
        assert ours == getattr(official, name)()
    assert (await AsyncQdrantClient.list_sparse_models()).keys() == (
        official.list_sparse_models().keys()
    )
    client = AsyncQdrantClient(":memory:")
    assert client.get_embedding_size(MINILM) == DIMENSIONS
    for name in ("no/model", "prithivida/Splade_PP_en_v1"):
        with pytest.raises(ArgumentError):
            client.get_embedding_size(name)


def test_sync_client_lists_models() -> None:
    assert QdrantClient.list_text_models()[MINILM] == (DIMENSIONS, models.Distance.COSINE)
