"""One handler for each operation, by noun. Importing the modules fills the table."""

from __future__ import annotations

from . import (
    aliases,
    cluster,
    collections,
    facets,
    groups,
    indexes,
    payload,
    points,
    query,
    service,
    snapshots,
    vectors,
)
from ._table import HANDLERS, Handler, no_cost

__all__ = [
    "HANDLERS",
    "Handler",
    "aliases",
    "cluster",
    "collections",
    "facets",
    "groups",
    "indexes",
    "no_cost",
    "payload",
    "points",
    "query",
    "service",
    "snapshots",
    "vectors",
]
