"""aqdrant: an async client for the Qdrant vector database.

One API over several engines, on any event loop.
"""

# General layout:
#
# exceptions   the tree of errors                     models/     plain data, as Qdrant names it
# operations/  one struct for each call of the API    context     headers out, statistics back
# transport    the protocol that runs operations      middleware/ transports that hold a transport
# _async/      AsyncQdrantClient, one file a noun     _sync/      QdrantClient, generated from it
# _portal      the event loop behind the sync client  _registry   address → transport
# inference/   documents → vectors                    uploads/    many points into a collection
# migration/   collections from client to client
# bm25/        text → sparse vector                   _demo/      python -m aqdrant demo
# testing      the conformance kit for transports     _tools/     generators and checks
#
# Transports are packages of their own (aqdrant_local), named here by text and imported when used.

from __future__ import annotations

from aqdrant import exceptions, models
from aqdrant._async import AsyncCollection, AsyncQdrantClient
from aqdrant._sync import Collection, QdrantClient
from aqdrant._version import __version__
from aqdrant.context import CallStats, collect_stats, context_headers

__all__ = [
    "AsyncCollection",
    "AsyncQdrantClient",
    "CallStats",
    "Collection",
    "QdrantClient",
    "__version__",
    "collect_stats",
    "context_headers",
    "exceptions",
    "models",
]
