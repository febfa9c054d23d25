"""Qdrant's gRPC API served from any transport: an ASGI application made from the client's table.

General layout: `application` is the ASGI callable, `framing` takes messages out of bodies,
`requests` reads operations out of messages, `replies` writes results and errors.

It is ASGI, with HTTP/2's trailers, and no server of its own: hypercorn, which carries the REST port
of ``python -m aqdrant serve``, so carries this one as well, on asyncio, uvloop and trio alike.
"""

from __future__ import annotations

from .application import GrpcApplication

__all__ = ["GrpcApplication"]
