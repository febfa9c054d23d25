"""What a client's collections hold, in a form to compare, and a writer to be killed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from aqdrant import QdrantClient, models

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """What a program of the tests needs to find the packages."""
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'transports'}"}


def versions(client: QdrantClient, name: str, info: models.CollectionInfo) -> list[Any]:
    """The points with a dense vector, and which update changed each last."""
    vectors = info.config.params.vectors
    named = {"": vectors} if isinstance(vectors, models.VectorParams) else vectors or {}
    found: list[Any] = []
    for using, params in named.items():
        query = [1.0] * params.size
        points = client.query_points(name, query, using=using, limit=100_000).points
        found.append([(point.id, point.version, point.score) for point in points])
    return found


def everything(client: QdrantClient) -> dict[str, Any]:
    """All that can be read: points, vectors, settings, indexes, aliases."""
    found: dict[str, Any] = {"aliases": client.get_aliases()}
    for described in client.get_collections().collections:
        name = described.name
        points, _ = client.scroll(name, limit=1_000_000, with_vectors=True)
        info = client.get_collection(name)
        found[name] = (points, info, versions(client, name, info))
    return found
