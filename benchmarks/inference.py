"""What does embedding by the client cost: beside fastembed, for the loop, and without a text?

Documents a second with a real model (all-MiniLM-L6-v2 in 8 bits, which two packages of the dev
extra bring), fastembed alone and the client by one caller and by 64; the longest stall of the event
loop meanwhile; and the time of the inference layer on calls that hold no document.

    python benchmarks/inference.py [--texts 256]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from stalls import longest_stall

from aqdrant import AsyncQdrantClient, models
from aqdrant.inference import Embedders, FastEmbed, Inference
from aqdrant.middleware import ForwardingTransport
from aqdrant.operations import QueryPoints, UpsertPoints
from aqdrant_local import LocalTransport
from tests.fix_models import MINILM, lay_out_model

WORDS = "vector database stores many texts of a quick brown fox and finds those like it".split()  # noqa: SIM905


def make_texts(count: int) -> list[str]:
    chance = random.Random(0)
    return [" ".join(chance.choices(WORDS, k=chance.randint(4, 40))) for _ in range(count)]


async def run_model(folder: Path, count: int) -> None:
    from fastembed import TextEmbedding

    texts = make_texts(count)
    options = {"specific_model_path": str(folder), "threads": 1}
    alone = TextEmbedding(MINILM, **options)
    list(alone.embed(texts[:8]))
    client = AsyncQdrantClient(":memory:", embedders={"*": FastEmbed(**options)})
    await client.create_collection("c", models.VectorParams(size=384, distance="Cosine"))

    def points(first: int, end: int) -> list[models.PointStruct]:
        return [
            models.PointStruct(id=n, vector=models.Document(text=texts[n], model=MINILM))
            for n in range(first, end)
        ]

    await client.upsert("c", points(0, 8))

    async def one_caller() -> None:
        await client.upload_points("c", points(0, count))

    async def many_callers() -> None:
        step = max(1, count // 64)
        parts = [points(n, min(n + step, count)) for n in range(0, count, step)]
        await asyncio.gather(*(client.upsert("c", part) for part in parts))

    async def queries() -> None:
        documents = [models.Document(text=text, model=MINILM) for text in texts[:64]]
        await asyncio.gather(*(client.query_points("c", one) for one in documents))

    for _ in range(2):
        began = time.perf_counter()
        list(alone.embed(texts))
        floor = time.perf_counter() - began
        print(f"{'fastembed alone':34}{count / floor:10.0f} documents/s")
        for name, work, number in (
            ("aqdrant, one upload", one_caller, count),
            ("aqdrant, 64 callers at once", many_callers, count),
            ("aqdrant, 64 queries at once", queries, 64),
        ):
            stall, took = await longest_stall(work)
            rate = number / took
            ratio = rate / (count / floor)
            print(f"{name:34}{rate:10.0f} documents/s   x{ratio:.2f}   stall {stall * 1e3:.1f} ms")
    await client.aclose()


def run_layer() -> None:
    transport = LocalTransport()
    layer = Inference(transport, Embedders())
    through = ForwardingTransport(transport)
    rows = np.random.default_rng(0).normal(size=(1000, 384)).tolist()
    points = [models.PointStruct(id=n, vector=row) for n, row in enumerate(rows)]
    named = [models.PointStruct(id=n, vector={"a": row, "b": row}) for n, row in enumerate(rows)]
    query = models.QueryRequest(query=rows[0], prefetch=[models.Prefetch(query=rows[1])])
    operations = {
        "upsert of 1000 points": UpsertPoints("c", models.PointsList(points=points)),
        "upsert of 1000 points, two names": UpsertPoints("c", models.PointsList(points=named)),
        "query with a prefetch": QueryPoints("c", query),
    }
    layer._try_inner = through._try_inner = lambda *_: None
    for name, operation in operations.items():
        times: list[float] = []
        for one in (through, layer):
            repeats = 2000 if "query" in name else 50
            began = time.perf_counter()
            for _ in range(repeats):
                one.try_execute(operation)
            times.append((time.perf_counter() - began) / repeats)
        print(f"inference layer on {name:36}{(times[1] - times[0]) * 1e6:8.1f} us")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=256)
    arguments = parser.parse_args()
    run_layer()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run_model(lay_out_model(Path(folder)), arguments.texts))
