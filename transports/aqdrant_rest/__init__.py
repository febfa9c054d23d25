"""Qdrant over REST: operations as HTTP requests, JSON answers as results.

General layout: `_routes` is the table of the API, one row for each class of operation, read in both
directions. `transport` runs operations by it: `_encoding` and `_decoding` turn models into JSON and
back, `wire` knows the server's address and headers, `carriers` bring requests there, `opening`
makes them out of `settings` and `tls`, and `httpx_face` puts httpx between where it is asked for.
`answers` and `errors` tell what came of it, `streams` carries snapshots.
"""

from __future__ import annotations

from aqdrant.transport import TransportConfig

from .transport import RestTransport

__all__ = ["RestTransport", "open_transport"]


def open_transport(config: TransportConfig) -> RestTransport:
    """Make a transport to a server; it connects at the first call.

    Raises:
        ArgumentError: an option is unknown or wrong.
    """
    return RestTransport(config)
