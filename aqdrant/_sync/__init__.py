"""The sync side of the client, generated from `aqdrant._async` but for the modules it stands on."""

from __future__ import annotations

from aqdrant._sync.client import QdrantClient
from aqdrant._sync.handle import Collection

__all__ = ["Collection", "QdrantClient"]
