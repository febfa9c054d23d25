"""The same collection in the in-process engine and in the real one, for tests that compare them.

`AQDRANT_EDGE_CASES=50000` runs that many cases of each kind in place of a share that fits CI.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant_local import LocalTransport
from aqdrant_local.engine import (
    columns,
    dense,
    extraction,
    fields,
    multivectors,
    postings,
    ranking,
    segment,
    sparse,
    strings,
    words,
)

from .edge import EdgeOracle
from .edge_models import Ranked
from .generate import SPARSE, VECTORS

CASES = int(os.environ.get("AQDRANT_EDGE_CASES", "0"))


def small_thresholds(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Let few points take the ways of many: lists merge, blocks are rewritten, segments packed."""
    for module, name, usual in (
        (strings, "_FEW", 64),
        (postings, "_TAIL", 1024),
        (segment, "_PACK_FROM", 4096),
        (sparse, "_SPARE", 65_536),
        (multivectors, "_SPARE", 65_536),
        (multivectors, "_PRODUCTS", 1 << 20),
        (extraction, "_CHUNK", 512),
        (dense, "_GATHER_BELOW", 0.15),
        (ranking, "_GROUPS_OF", 32),
        (columns, "_CODES", 4096),
        (fields, "_SPARE", 4096),
        (words, "_BLOCK", 8192),
    ):
        small = {
            "_GATHER_BELOW": [0.0, 0.5, 1.1],
            "_CHUNK": [1, 7],
            "_GROUPS_OF": [2, 3],
            "_BLOCK": [1, 7],
        }
        chosen = Random(f"{seed}{name}").choice([*small.get(name, [0, 5, 50]), usual])
        monkeypatch.setattr(module, name, chosen)


class Pair:
    """The same collection in both engines."""

    def __init__(self, vectors: Mapping[str, models.VectorParams] = VECTORS) -> None:
        self.edge = EdgeOracle(vectors, SPARSE)
        self.local = LocalTransport()
        body = models.CreateCollection(vectors=dict(vectors), sparse_vectors=dict(SPARSE))
        self.run(operations.CreateCollection, body=body)

    def run(self, kind: Any, **fields: Any) -> Any:
        return self.local.try_execute(kind(collection_name="c", **fields))

    def upsert(self, points: list[models.PointStruct]) -> None:
        self.run(operations.UpsertPoints, body=models.PointsList(points=points))
        self.edge.upsert(points)

    def index(self, key: str, schema: models.PayloadFieldSchema) -> None:
        body = models.CreateFieldIndex(field_name=key, field_schema=schema)
        self.run(operations.CreateFieldIndex, body=body)
        self.edge.index(key, schema)

    def ids(self, condition: models.Filter | None = None) -> list[int | str]:
        body = models.ScrollRequest(limit=1_000_000, filter=condition)
        return [record.id for record in self.run(operations.ScrollPoints, body=body).points]

    def query(self, request: models.QueryRequest) -> Ranked:
        found = self.run(operations.QueryPoints, body=request).points
        return [(point.id, point.score) for point in found]


def show(value: Any) -> str:
    return (
        str(value.model_dump_json(exclude_none=True))
        if hasattr(value, "model_dump_json")
        else repr(value)
    )
