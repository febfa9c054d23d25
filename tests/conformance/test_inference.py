"""Documents on every transport: a real model in the client, BM25 in the client or in the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.bm25 import Bm25
from aqdrant.exceptions import AqdrantError
from aqdrant.inference import FastEmbed
from tests.fix_databases import KINDS, client_of
from tests.fix_models import DIMENSIONS, MINILM, model_folder

__all__ = ["model_folder"]

C = "texts"
TEXTS = ["A cat sleeps on the sofa.", "Stocks fell on Monday.", "Kittens nap all day."]
ALONE = Bm25().embed_document("Cats rest.")


def vectors(text: str) -> dict[str, Any]:
    return {
        "meaning": models.Document(text=text, model=MINILM),
        "words": models.Document(text=text, model="qdrant/bm25"),
    }


async def ids_of(client: AsyncQdrantClient, **query: Any) -> set[Any]:
    return {point.id for point in (await client.query_points(C, **query)).points}


@pytest.mark.parametrize("kind", KINDS)
async def test_documents_are_stored_and_found(
    kind: str, tmp_path: Path, model_folder: Path
) -> None:
    embedder = FastEmbed(models={MINILM: {"specific_model_path": str(model_folder)}}, threads=1)
    async with client_of(kind, tmp_path / "db", embedders={MINILM: embedder}) as client:
        await client.create_collection(
            C,
            {"meaning": models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)},
            sparse_vectors_config={"words": models.SparseVectorParams()},
        )
        points = [{"id": n, "vector": vectors(text)} for n, text in enumerate(TEXTS)]
        await client.upload_points(C, points[:2], wait=True)
        await client.upsert(C, points[2:], wait=True)
        rest, stocks = vectors("pets that rest"), vectors("stocks")
        assert await ids_of(client, query=rest["meaning"], using="meaning", limit=2) == {0, 2}
        assert await ids_of(client, query=stocks["words"], using="words") == {1}
        both = [models.Prefetch(query=query, using=name) for name, query in stocks.items()]
        fused = models.FusionQuery(fusion=models.Fusion.RRF)
        assert await ids_of(client, prefetch=both, query=fused, limit=1) == {1}
        recommend = models.RecommendQuery(
            recommend=models.RecommendInput(positive=[rest["meaning"]], negative=[1])
        )
        assert 1 not in await ids_of(client, query=recommend, using="meaning", limit=2)

        await client.update_vectors(C, [{"id": 1, "vector": vectors("Cats rest.")}], wait=True)
        assert await ids_of(client, query=stocks["words"], using="words") == set()
        (record,) = await client.retrieve(C, [1], with_vectors=["words"])
        stored: Any = record.vector
        assert sorted(stored["words"].indices) == sorted(map(int, ALONE.indices))


@pytest.mark.parametrize("kind", ["rest", "grpc"])
async def test_model_of_a_server_goes_there_and_comes_back_refused(
    kind: str, tmp_path: Path
) -> None:
    async with client_of(kind, tmp_path, cloud_inference=True) as client:
        await client.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
        with pytest.raises(AqdrantError, match=r"vendor/model|nference"):
            await client.query_points(C, models.Document(text="a", model="vendor/model"))
