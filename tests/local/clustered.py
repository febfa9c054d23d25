"""Collections large enough for a graph, as far as the tests' settings go, and what to expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from aqdrant import QdrantClient, models
from aqdrant.transport import TransportConfig
from aqdrant_local import open_transport
from aqdrant_local.engine.graph import Graph
from aqdrant_local.graphs.builder import BUILDER
from aqdrant_local.state import Collection

Floats = NDArray[np.float32]

SIZE = 24
QUICK = models.HnswConfigDiff(m=12, ef_construct=64, full_scan_threshold=10)
EARLY = models.OptimizersConfigDiff(indexing_threshold=50, vacuum_min_vector_number=100)
LATE = models.OptimizersConfigDiff(indexing_threshold=0)
EXACT = models.SearchParams(exact=True)
PATIENCE = 120.0  # seconds that a busy machine may take for a graph


def around(random: np.random.Generator, count: int, size: int = SIZE) -> Floats:
    """Vectors around some centres, of different lengths."""
    centres = random.standard_normal((40, size)).astype(np.float32)
    found = centres[random.integers(0, len(centres), count)]
    found += random.standard_normal((count, size), dtype=np.float32) * np.float32(0.6)
    return found * random.uniform(0.5, 2.0, (count, 1)).astype(np.float32)


class Large:
    """An engine with a collection `c`, and a client of it; in a folder where one is given."""

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        scheme = "memory" if folder is None else "file"
        path = None if folder is None else str(folder)
        config = TransportConfig(scheme=scheme, path=path, extra={"read_only": read_only})
        self.transport = open_transport(config)
        self.client = QdrantClient(transport=self.transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.client.close()
        self.transport.close()

    def create(
        self,
        distance: models.Distance = models.Distance.COSINE,
        optimizers: models.OptimizersConfigDiff = EARLY,
        hnsw: models.HnswConfigDiff = QUICK,
        **params: Any,
    ) -> None:
        self.client.create_collection(
            "c",
            models.VectorParams(size=SIZE, distance=distance, **params),
            optimizers_config=optimizers,
            hnsw_config=hnsw,
        )

    def upsert(self, ids: range, vectors: Floats) -> None:
        payloads = [{"n": point_id % 100} for point_id in ids]
        self.client.upsert("c", models.Batch(ids=list(ids), vectors=vectors, payloads=payloads))

    def delete(self, ids: range) -> None:
        self.client.delete("c", list(ids))

    def update(self, **changes: Any) -> None:
        self.client.update_collection("c", **changes)

    def info(self) -> models.CollectionInfo:
        return self.client.get_collection("c")

    def settled(self) -> models.CollectionInfo:
        """The collection when nothing is left to do."""
        self.info()  # opens the folder
        assert BUILDER.rest(PATIENCE)
        info = self.info()
        assert info.optimizer_status == models.OptimizersStatusOneOf.OK
        return info

    @property
    def collection(self) -> Collection:
        return self.transport._state.find("c")

    @property
    def graph(self) -> Graph | None:
        return self.collection.segment.dense[""].approximation.graph

    def nearest(self, query: Floats, share: int = 100, **request: Any) -> list[models.ScoredPoint]:
        below = models.FieldCondition(key="n", range=models.Range(lt=share))
        condition = None if share == 100 else models.Filter(must=[below])
        found = self.client.query_points("c", query, query_filter=condition, **request)
        return found.points

    def recall(self, queries: Floats, share: int = 100) -> float:
        """That of searches by graph; what they find has the scores that it has exactly."""
        good = every = 0
        for query in queries:
            exact = self.nearest(query, share, search_params=EXACT)
            found = self.nearest(query, share)
            scores = {point.id: point.score for point in exact}
            assert len(found) == len(exact)
            assert all(scores.get(point.id, point.score) == point.score for point in found)
            assert all(point.payload is None or point.payload["n"] < share for point in found)
            good += len(scores.keys() & {point.id for point in found})
            every += len(scores)
        return good / every
