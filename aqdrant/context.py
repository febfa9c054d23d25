"""What surrounds a call: extra headers going out, timings and usage coming back.

Users enter the two context managers; the client reads the headers, transports report the
statistics. Both follow the task (`contextvars`), so concurrent tasks do not see each other's.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec

from aqdrant.models import Usage
from aqdrant.models._reading import read

__all__ = [
    "CallStats",
    "collect_stats",
    "context_headers",
    "current_headers",
    "is_collecting",
    "report",
]


class CallStats(msgspec.Struct, frozen=True, kw_only=True):
    """What Qdrant said about one call beside its result."""

    operation: str
    """Name of the operation, for example ``"QueryPoints"``."""
    time: float
    """Seconds that Qdrant itself spent."""
    usage: Usage | None = None
    """Hardware and inference usage, where the server reports them."""


_collectors: ContextVar[tuple[list[CallStats], ...]] = ContextVar("aqdrant_collectors", default=())
_headers: ContextVar[Mapping[str, str]] = ContextVar("aqdrant_headers")


@contextmanager
def collect_stats() -> Generator[list[CallStats]]:
    """Collect time and usage of every call made inside, one entry a call, in the order of answers.

    Tasks started inside are included, and so are calls of the sync client. Collectors nest.

    Example:
        >>> with collect_stats() as stats:
        ...     await client.query_points("texts", query=[0.1, 0.2])
        >>> stats[0].time
    """
    stats: list[CallStats] = []
    token = _collectors.set((*_collectors.get(), stats))
    try:
        yield stats
    finally:
        _collectors.reset(token)


def is_collecting() -> bool:
    """Whether somebody waits for statistics: transports ask before they measure."""
    return bool(_collectors.get())


def report(stats: CallStats) -> None:
    """Hand the statistics of a call to everyone who collects."""
    for collector in _collectors.get():
        collector.append(stats)


@contextmanager
def context_headers(headers: Mapping[str, str]) -> Generator[None]:
    """Send these headers with every call made inside.

    They go beneath the headers of the call and above those of the client. Inner ones win.

    Raises:
        ArgumentError: a name or a value is no text.
    """
    token = _headers.set({**current_headers(), **read(headers, Mapping[str, str], "headers")})
    try:
        yield
    finally:
        _headers.reset(token)


def current_headers() -> Mapping[str, str]:
    """The headers of the contexts entered now."""
    return _headers.get({})
