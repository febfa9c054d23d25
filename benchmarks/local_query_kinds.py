"""How fast does the in-process engine answer the queries that are more than the nearest?

Recommendations, discovery, diversity, formulas, texts, multivectors, groups, matrices and batches,
top 10. Beside it the real engine (qdrant-edge-py), where its bindings have the query, and the
official client's local mode. Contenders take turns, and the ratios are of medians.

    python benchmarks/local_query_kinds.py --points 20000
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import qdrant_client
import qdrant_edge as edge
from qdrant_client import models as official

from aqdrant import QdrantClient, models

SIZE = 128
SMALL = 32
EACH = 8  # vectors of a multivector
WORDS = [f"word{number}" for number in range(2000)]
Questions = dict[str, Callable[[], Any]]


class Data:
    """The same points for everyone."""

    def __init__(self, count: int) -> None:
        random = np.random.default_rng(0)
        self.count = count
        self.dense = random.standard_normal((count, SIZE), dtype=np.float32)
        self.multi = random.standard_normal((count, EACH, SMALL), dtype=np.float32)
        picks = random.zipf(1.3, (count, 12)) % len(WORDS)
        self.payloads = [
            {
                "n": number % 1000,
                "kind": f"k{number % 100}",
                "text": " ".join(WORDS[i] for i in row),
            }
            for number, row in enumerate(picks.tolist())
        ]
        self.examples = random.standard_normal((20, SIZE)).astype(np.float32).tolist()
        self.query = random.standard_normal((4, SMALL)).astype(np.float32).tolist()


def requests(made: Any, data: Data) -> dict[str, dict[str, Any]]:
    """The queries, of models that both clients have under the same names."""
    one, two, three, four, *_ = data.examples
    pair = made.ContextPair(positive=three, negative=four)
    examples = {"positive": [one, two], "negative": [three, four]}
    nearest = made.Prefetch(query=one, using="d", limit=200)
    formula = made.SumExpression(sum=["$score", made.MultExpression(mult=[0.001, "n"])])
    return {
        "recommend, average": {
            "query": made.RecommendQuery(recommend=made.RecommendInput(**examples)),
            "using": "d",
        },
        "recommend, best score": {
            "query": made.RecommendQuery(
                recommend=made.RecommendInput(
                    **examples, strategy=made.RecommendStrategy.BEST_SCORE
                )
            ),
            "using": "d",
        },
        "discover": {
            "query": made.DiscoverQuery(discover=made.DiscoverInput(target=one, context=[pair])),
            "using": "d",
        },
        "context": {"query": made.ContextQuery(context=[pair]), "using": "d"},
        "mmr, 100 candidates": {
            "query": made.NearestQuery(
                nearest=one, mmr=made.Mmr(diversity=0.5, candidates_limit=100)
            ),
            "using": "d",
        },
        "formula over 200": {"query": made.FormulaQuery(formula=formula), "prefetch": [nearest]},
        "text": {"query": made.TextQuery(text="word3 word40 word500"), "using": "text"},
        "multivector": {"query": data.query, "using": "m"},
    }


def created(client: Any, made: Any, data: Data) -> None:
    multi = made.MultiVectorConfig(comparator=made.MultiVectorComparator.MAX_SIM)
    vectors = {
        "d": made.VectorParams(size=SIZE, distance=made.Distance.COSINE),
        "m": made.VectorParams(size=SMALL, distance=made.Distance.COSINE, multivector_config=multi),
    }
    client.create_collection("c", vectors)
    for start in range(0, data.count, 1000):
        rows = range(start, min(start + 1000, data.count))
        points = [
            made.PointStruct(
                id=row,
                vector={"d": data.dense[row].tolist(), "m": data.multi[row].tolist()},
                payload=data.payloads[row],
            )
            for row in rows
        ]
        client.upsert("c", points)
    index = made.TextIndexParams(
        type=made.TextIndexType.TEXT, tokenizer=made.TokenizerType.WORD, scoring=True
    )
    client.create_payload_index("c", "text", index)


def of_client(client: Any, made: Any, data: Data) -> Questions:
    created(client, made, data)

    def asking(request: dict[str, Any]) -> Callable[[], Any]:
        return lambda: client.query_points("c", limit=10, **request)

    questions = {name: asking(request) for name, request in requests(made, data).items()}
    one = data.examples[0]
    batch = [made.QueryRequest(query=vector, using="d", limit=10) for vector in data.examples]
    questions["groups"] = lambda: client.query_points_groups(
        "c", group_by="kind", query=one, using="d", limit=10, group_size=3
    )
    questions["matrix, 50 points"] = lambda: client.search_matrix_pairs(
        "c", sample=50, limit=5, using="d"
    )
    questions["batch of 20"] = lambda: client.query_batch_points("c", batch)
    return questions


def of_engine(data: Data) -> Questions:
    compared = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    cosine = edge.Distance.Cosine
    config = edge.EdgeConfig(
        vectors={
            "d": edge.EdgeVectorParams(size=SIZE, distance=cosine),
            "m": edge.EdgeVectorParams(size=SMALL, distance=cosine, multivector_config=compared),
        },
        wal_enabled=False,
    )
    shard: Any = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
    for start in range(0, data.count, 1000):
        points: list[Any] = [
            edge.Point(
                row,
                {"d": data.dense[row].tolist(), "m": data.multi[row].tolist()},
                data.payloads[row],
            )
            for row in range(start, min(start + 1000, data.count))
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    made: Any = edge
    params = made.TextIndexParams(tokenizer=edge.TokenizerType.Word, scoring=True)
    shard.update(edge.UpdateOperation.create_field_index("text", params))
    one, two, three, four, *_ = data.examples
    query, given = made.Query, made.RecommendQuery([one, two], [three, four])
    pair = made.ContextPair(three, four)
    formula = made.Expression.Sum(
        [
            made.Expression.Variable("$score"),
            made.Expression.Mult([made.Expression.Constant(0.001), made.Expression.Variable("n")]),
        ]
    )
    nearest = made.Prefetch(limit=200, query=query.Nearest(one, using="d"))
    queries: dict[str, tuple[Any, Any]] = {
        "recommend, best score": (query.RecommendBestScore(given, using="d"), None),
        "discover": (query.Discover(made.DiscoverQuery(one, [pair]), using="d"), None),
        "context": (query.Context(made.ContextQuery([pair]), using="d"), None),
        "mmr, 100 candidates": (made.Mmr(one, 0.5, 100, "d"), None),
        "formula over 200": (made.Formula(formula), [nearest]),
        "text": (made.TextQuery("text", "word3 word40 word500"), None),
        "multivector": (query.Nearest(data.query, using="m"), None),
    }

    def asking(asked: Any, prefetches: Any) -> Callable[[], Any]:
        request = made.QueryRequest(limit=10, query=asked, prefetches=prefetches, with_payload=True)
        return lambda: shard.query(request)

    questions = {name: asking(*parts) for name, parts in queries.items()}
    batch = [
        made.QueryRequest(limit=10, query=query.Nearest(vector, using="d"), with_payload=False)
        for vector in data.examples
    ]
    questions["batch of 20"] = lambda: [shard.query(request) for request in batch]
    return questions


def median(ask: Callable[[], Any], rounds: int, seconds: float) -> float:
    ask()
    times: list[float] = []
    while len(times) < rounds and sum(times) < seconds:
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--without-official", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = Data(options.points)
    contenders = {
        "aqdrant": of_client(QdrantClient(":memory:"), models, data),
        "engine": of_engine(data),
    }
    if not options.without_official:
        client: Any = qdrant_client.QdrantClient(":memory:")
        contenders["official"] = of_client(client, official, data)
    print(f"{options.points} points; ms, and the ratio of ours to each")
    for question in contenders["aqdrant"]:
        times = {
            name: median(questions[question], options.rounds, 10.0)
            for name, questions in contenders.items()
            if question in questions
        }
        own = times["aqdrant"]
        shown = "  ".join(
            f"{name} {spent * 1e3:9.2f} ({own / spent:6.3f})" for name, spent in times.items()
        )
        print(f"{question:24} {shown}", flush=True)


if __name__ == "__main__":
    main()
