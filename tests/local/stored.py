"""What a client's collections hold, in a form to compare, and a writer to be killed."""

from __future__ import annotations

from typing import Any

from aqdrant import QdrantClient


def everything(client: QdrantClient) -> dict[str, Any]:
    """All that can be read: points, vectors, settings, indexes, aliases."""
    found: dict[str, Any] = {"aliases": client.get_aliases()}
    for described in client.get_collections().collections:
        name = described.name
        points, _ = client.scroll(name, limit=1_000_000, with_vectors=True)
        found[name] = (points, client.get_collection(name))
    return found
