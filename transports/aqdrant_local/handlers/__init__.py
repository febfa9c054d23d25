"""One handler for each operation, by noun. Importing the modules fills the table."""

from __future__ import annotations

from . import (
    aliases,
    collections,
    facets,
    groups,
    indexes,
    payload,
    points,
    query,
    service,
    vectors,
)
from ._table import HANDLERS, Handler

__all__ = [
    "HANDLERS",
    "Handler",
    "aliases",
    "collections",
    "facets",
    "groups",
    "indexes",
    "payload",
    "points",
    "query",
    "service",
    "vectors",
]
