"""A program on the official Python client, and our server in a process of its own for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    from qdrant_client import models

IS_POSIX = os.name == "posix"


class Server:
    """``python -m aqdrant serve`` in a process of its own."""

    def __init__(self, *arguments: str, key: str | None = None) -> None:
        environment = dict(os.environ)
        environment.pop("AQDRANT_API_KEY", None)
        if key is not None:
            environment["AQDRANT_API_KEY"] = key
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aqdrant", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(self.process.communicate(timeout=20))
        self.url, *others = line.split()[1:]
        self.grpc_port = int(others[0].rpartition(":")[2]) if others else 0

    def end(self) -> tuple[int, str, str]:
        """End it as an operator does; give the exit code and what it printed after ``ready``."""
        self.process.send_signal(signal.SIGTERM if IS_POSIX else signal.SIGINT)
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


def scenario() -> list[tuple[str, dict[str, Any]]]:
    """The calls of a program that uses most of what the engine has."""
    cities = ["Berlin", "Paris", "Rome", "Berlin"]
    points = [
        models.PointStruct(
            id=number,
            vector={"dense": [float(number), 1.0], "words": words},
            payload={"city": city, "n": number},
        )
        for number, city in enumerate(cities, 1)
        if (words := models.SparseVector(indices=[number, 9], values=[1.0, 0.5]))
    ]
    berlin = models.Filter(
        must=[models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))]
    )
    prefetch = [
        models.Prefetch(query=[1.0, 0.0], using="dense", limit=3),
        models.Prefetch(
            query=models.SparseVector(indices=[9], values=[1.0]), using="words", limit=3
        ),
    ]
    name: dict[str, Any] = {"collection_name": "c"}
    return [
        (
            "create_collection",
            name
            | {
                "vectors_config": {
                    "dense": models.VectorParams(size=2, distance=models.Distance.COSINE)
                },
                "sparse_vectors_config": {"words": models.SparseVectorParams()},
            },
        ),
        ("collection_exists", name),
        ("upsert", name | {"points": points}),
        ("create_payload_index", name | {"field_name": "city", "field_schema": "keyword"}),
        ("count", name | {"count_filter": berlin}),
        ("query_points", name | {"query": [1.0, 0.0], "using": "dense", "limit": 2}),
        ("query_points", name | {"query": 2, "using": "dense", "query_filter": berlin}),
        ("query_points", name | {"prefetch": prefetch, "query": models.RrfQuery(rrf=models.Rrf())}),
        (
            "query_batch_points",
            name
            | {
                "requests": [
                    models.QueryRequest(query=[0.0, 1.0], using="dense", limit=1, filter=berlin)
                ]
            },
        ),
        ("scroll", name | {"limit": 3, "with_vectors": True}),
        ("retrieve", name | {"ids": [1, 4, 99], "with_vectors": ["dense"]}),
        ("facet", name | {"key": "city"}),
        ("set_payload", name | {"payload": {"seen": True}, "points": [1]}),
        ("overwrite_payload", name | {"payload": {"only": 1}, "points": [2]}),
        ("delete_payload", name | {"keys": ["n"], "points": [3]}),
        ("clear_payload", name | {"points_selector": [4]}),
        (
            "update_vectors",
            name | {"points": [models.PointVectors(id=1, vector={"dense": [0.0, 2.0]})]},
        ),
        ("delete_vectors", name | {"vectors": ["words"], "points": [1]}),
        ("delete", name | {"points_selector": berlin}),
        ("scroll", name | {"with_vectors": True}),
        (
            "update_collection_aliases",
            {
                "change_aliases_operations": [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(collection_name="c", alias_name="a")
                    )
                ]
            },
        ),
        ("get_aliases", {}),
        ("get_collection_aliases", name),
        ("get_collection", name),
        ("get_collections", {}),
        ("delete_collection", name),
        ("info", {}),
    ]


def check(results: list[Any]) -> None:
    """Hold the answers against what a server gives."""
    named = dict(zip([name for name, _ in scenario()], results, strict=True))
    queries = [result for result in results if type(result).__name__ == "QueryResponse"]
    assert results[0] is True
    assert results[1] is True
    assert results[4].count == 2
    assert [hit.id for hit in queries[0].points] == [4, 3]
    assert [hit.id for hit in queries[1].points] == [4, 1]
    assert len(queries[2].points) == 4
    assert [hit.id for hit in named["query_batch_points"][0].points] == [1]
    first_page, offset = results[9]
    assert [record.id for record in first_page] == [1, 2, 3]
    assert offset == 4
    assert sorted(first_page[0].vector) == ["dense", "words"]
    assert [sorted(record.vector) for record in named["retrieve"]] == [["dense"], ["dense"]]
    assert {hit.value: hit.count for hit in named["facet"].hits}["Berlin"] == 2
    assert named["update_vectors"].status == "completed"
    records, offset = named["scroll"]
    assert [(record.id, record.payload) for record in records] == [
        (2, {"only": 1}),
        (3, {"city": "Rome"}),
        (4, {}),
    ]
    assert offset is None
    assert [alias.alias_name for alias in named["get_aliases"].aliases] == ["a"]
    assert named["get_collection"].points_count == 3
    assert [one.name for one in named["get_collections"].collections] == ["c"]
    assert named["info"].version == "1.20.0"
