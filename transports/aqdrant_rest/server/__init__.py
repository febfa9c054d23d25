"""Qdrant's REST API served from any transport: an ASGI application made from the client's table.

General layout: `application` is the ASGI callable, `requests` reads operations out of requests,
`replies` writes results and errors, `running` runs the application on hypercorn for
``python -m aqdrant serve``.
"""

from __future__ import annotations

from .application import RestApplication

__all__ = ["RestApplication"]
