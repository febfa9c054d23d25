"""The in-process engine of aqdrant: exact search over numpy columns, with a server's semantics.

General layout: `transport` runs operations by the handlers of `handlers/<noun>`, which work on the
collections of `state` under the locks of `locks`. `encoding` turns models into columns, `records`
rows into models, `filtering` and `querying` filters and queries into calls of `engine`, which is
numpy alone, and faiss where graphs are wanted (`graph_settings` says where, `graph_builder` makes
them). `store` keeps all of it in a folder, where one is given. `unsupported` lists what is
refused.
"""

from __future__ import annotations

from aqdrant.transport import TransportConfig

from .transport import LocalTransport

__all__ = ["LocalTransport", "open_transport"]


def open_transport(config: TransportConfig) -> LocalTransport:
    """Make an empty engine in memory, or one that opens a folder at its first call.

    ``extra`` may have ``durability``, ``"full"`` or ``"normal"``, and ``read_only``.
    """
    if config.path is None:
        return LocalTransport()
    from .store import Share  # only here: it imports SQLite

    options = config.extra
    return LocalTransport(
        share=Share(
            config.path,
            options.get("durability", "full"),
            read_only=options.get("read_only", False),
        )
    )
