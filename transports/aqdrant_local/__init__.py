"""The in-process engine of aqdrant: exact search over numpy columns, with a server's semantics.

General layout: `transport` runs operations by the handlers of `handlers/<noun>`, which work on the
collections of `state` under the locks of `locks`. `encoding` turns models into columns, `records`
rows into models, `queries` filters and queries into calls of `engine`, which is numpy alone, and
faiss where graphs are wanted (`graphs` says where, and makes them). `sharding` tells points apart
by shard keys, `limits` hold callers back. `store` keeps all of it in a folder, where one is given;
`snapshots` takes it elsewhere and back, `official` takes over the official client's folders.
`unsupported` lists what is refused.
"""

from __future__ import annotations

from aqdrant.transport import TransportConfig

from .transport import LocalTransport

__all__ = ["LocalTransport", "open_transport"]


def open_transport(config: TransportConfig) -> LocalTransport:
    """Make an empty engine in memory, or one that opens a folder at its first call.

    ``extra`` may have ``durability``, ``"full"`` or ``"normal"``, ``read_only``, and
    ``is_confined``: callers are other machines, and name no files of this one but its snapshots.
    """
    is_confined = config.extra.get("is_confined", False)
    if config.path is None:
        return LocalTransport(is_confined=is_confined)
    from .store import Share  # only here: it imports SQLite

    options = config.extra
    return LocalTransport(
        is_confined=is_confined,
        share=Share(
            config.path,
            options.get("durability", "full"),
            read_only=options.get("read_only", False),
        ),
    )
