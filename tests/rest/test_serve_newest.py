"""What only the newest servers know, asked of the served engine: none of it is refused or lost."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from aqdrant import AsyncQdrantClient, models
from aqdrant.transport import TransportConfig
from aqdrant_local import open_transport
from aqdrant_rest.server import RestApplication


@asynccontextmanager
async def served_engine() -> AsyncGenerator[AsyncQdrantClient]:
    engine = open_transport(TransportConfig(scheme="memory"))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(RestApplication(engine)))
    async with http, AsyncQdrantClient("http://engine:6333", http_client=http) as client:
        yield client
    await engine.aclose()


async def test_names_of_1_20_pass_the_gate_and_count() -> None:
    async with served_engine() as client:
        params = models.VectorParams(
            size=2, distance=models.Distance.DOT, datatype=models.Datatype.TURBO8
        )
        await client.create_collection("c", params, id_tracker=models.IdTrackerParams())
        scoring = models.TextScoringParams(type=models.TextScoringType.BM25)
        for key, tokenizer in (
            ("text", models.TokenizerType.WORD),
            ("source", models.TokenizerType.CODE),
        ):
            index = models.TextIndexParams(
                type=models.TextIndexType.TEXT, tokenizer=tokenizer, scoring=scoring
            )
            await client.create_payload_index("c", key, index)
        await client.upsert(
            "c",
            [
                {"id": 1, "vector": [1, 0], "payload": {"text": "red rose", "source": "getName"}},
                {"id": 2, "vector": [2, 0], "payload": {"text": "blue sea", "source": "setName"}},
            ],
        )
        substring = models.MatchSubstring(substring="ed ro")
        found = models.Filter(must=models.FieldCondition(key="text", match=substring))
        assert (await client.count("c", found)).count == 1
        words = models.Filter(
            must=models.FieldCondition(key="source", match=models.MatchText(text="set"))
        )
        assert (await client.count("c", words)).count == 1
        text = models.TextQuery(text=models.TextQueryInput(query="sea"))
        best = (await client.query_points("c", text, using="text")).points
        assert [point.id for point in best] == [2]
        formula = models.FormulaQuery(
            formula=models.MaxExpression(max=["$score", models.AcoshExpression(acosh=1.0)])
        )
        prefetch = models.Prefetch(query=[1.0, 0.0])
        scores = (await client.query_points("c", formula, prefetch=prefetch)).points
        assert [point.score for point in scores] == [2.0, 1.0]


async def test_its_version_suits_our_clients() -> None:
    with warnings.catch_warnings(action="error"):
        async with served_engine() as client:
            assert (await client.info()).version == "1.20.0"
