"""What coding costs alone: bodies of upserts, answers with and without vectors.

    python benchmarks/rest_codec.py

Ours, and the official client's models as its REST client codes them, take turns on the same data.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import orjson
from qdrant_client.common.response_parsing import parse_response
from qdrant_client.http import models as official_models

from aqdrant import models
from aqdrant_rest._decoding import decode_envelope
from aqdrant_rest._encoding import encode_in_pieces

ROUNDS, CALLS = 40, 5
POINTS, WIDTH = 100, 384


async def measure(variants: dict[str, Callable[[], Awaitable[object]]]) -> None:
    """Print the median milliseconds of each, and the ratios to the one named first."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(ROUNDS):
        for name, call in variants.items():
            await call()
            begun = time.perf_counter()
            for _ in range(CALLS):
                await call()
            times[name].append((time.perf_counter() - begun) / CALLS)
    medians = {name: statistics.median(found) for name, found in times.items()}
    first = next(iter(medians.values()))
    for name, seconds in medians.items():
        print(f"  {name:34} {seconds * 1e3:7.3f} ms   {seconds / first:5.2f}")


def payload(number: int) -> dict[str, Any]:
    return {"title": f"point {number}", "n": number, "tags": ["a", "b"], "weight": 0.5}


async def upserts(vectors: np.ndarray[Any, Any]) -> None:
    rows = vectors.tolist()
    arrays = models.PointsList(
        points=[
            models.PointStruct(id=n, vector=v, payload=payload(n)) for n, v in enumerate(vectors)
        ]
    )
    lists = models.PointsList(
        points=[models.PointStruct(id=n, vector=v, payload=payload(n)) for n, v in enumerate(rows)]
    )
    theirs = official_models.PointsList(
        points=[
            official_models.PointStruct(id=n, vector=v, payload=payload(n))
            for n, v in enumerate(rows)
        ]
    )

    async def official() -> object:
        return theirs.model_dump_json(by_alias=True, exclude_unset=True, exclude_none=True)

    async def ours(body: models.PointsList) -> object:
        return b"".join(encode_in_pieces(body))

    async def floor() -> object:
        return orjson.dumps(vectors, option=orjson.OPT_SERIALIZE_NUMPY)

    size = len(b"".join(encode_in_pieces(arrays)))
    print(
        f"upsert of {POINTS} x {WIDTH} with payload: {size} bytes; official {len(await official())}"
    )  # type: ignore[arg-type]
    await measure(
        {
            "official, from lists": official,
            "aqdrant, from lists": lambda: ours(lists),
            "aqdrant, from arrays": lambda: ours(arrays),
            "orjson, the array alone": floor,
        }
    )


async def answers(vectors: np.ndarray[Any, Any] | None, count: int) -> None:
    points: list[dict[str, Any]] = [
        {"id": n, "version": 1, "score": 0.5 + n / 1000, "payload": payload(n)}
        for n in range(count)
    ]
    if vectors is not None:
        for point, vector in zip(points, vectors, strict=True):
            point["vector"] = vector
    answer = {"result": {"points": points}, "status": "ok", "time": 0.001}
    # As a server does it, each float32 as its shortest text.
    text = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)

    async def official() -> object:
        return parse_response(text, official_models.InlineResponse20022)

    async def ours() -> object:
        return await decode_envelope(text, models.QueryResponse)

    print(
        f"answer of {count} points{'' if vectors is None else ' with vectors'}: {len(text)} bytes"
    )
    await measure({"official": official, "aqdrant": ours})


async def main() -> None:
    vectors = np.random.default_rng(1).random((POINTS, WIDTH), dtype=np.float32)
    await upserts(vectors)
    await answers(None, 10)
    await answers(vectors, POINTS)


if __name__ == "__main__":
    asyncio.run(main())
