"""The async side of the client, one module a noun; the sync side is generated from it."""

from __future__ import annotations

from aqdrant._async.client import AsyncQdrantClient
from aqdrant._async.handle import AsyncCollection

__all__ = ["AsyncCollection", "AsyncQdrantClient"]
