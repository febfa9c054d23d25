"""What surrounds a call: extra headers going out, timings and usage coming back.

Users enter the two context managers; the client reads the headers, transports report the
statistics. Both follow the task (`contextvars`), so concurrent tasks do not see each other's.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant.models import Usage
from aqdrant.models._reading import read
from aqdrant.models._scalars import kind_of

__all__ = [
    "CallStats",
    "check_line",
    "checked_headers",
    "collect_stats",
    "context_headers",
    "current_headers",
    "is_collecting",
    "report",
    "retried",
]


class CallStats(msgspec.Struct, frozen=True, kw_only=True):
    """What Qdrant said about one call beside its result."""

    operation: str
    """Name of the operation, for example ``"QueryPoints"``."""
    time: float
    """Seconds that Qdrant itself spent."""
    usage: Usage | None = None
    """Hardware and inference usage, where the server reports them."""
    retries: int = 0
    """How often the call had failed before this answer, and was tried again."""


_collectors: ContextVar[tuple[list[CallStats], ...]] = ContextVar("aqdrant_collectors", default=())
_headers: ContextVar[Mapping[str, str]] = ContextVar("aqdrant_headers")
_retries: ContextVar[int] = ContextVar("aqdrant_retries", default=0)


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
    retries = _retries.get()
    if retries:
        stats = msgspec.structs.replace(stats, retries=retries)
    for collector in _collectors.get():
        collector.append(stats)


@contextmanager
def retried(times: int) -> Generator[None]:
    """Count a call inside as tried again so many times."""
    token = _retries.set(times)
    try:
        yield
    finally:
        _retries.reset(token)


@contextmanager
def context_headers(headers: Mapping[str, str]) -> Generator[None]:
    """Send these headers with every call made inside.

    They go beneath the headers of the call and above those of the client. Inner ones win, however
    their names are capitalized.

    Raises:
        ArgumentError: a name or a value is no text, or none that a header can have.
    """
    inner = checked_headers(headers)
    names = {name.lower() for name in inner}
    outer = {name: text for name, text in current_headers().items() if name.lower() not in names}
    token = _headers.set({**outer, **inner})
    try:
        yield
    finally:
        _headers.reset(token)


def current_headers() -> Mapping[str, str]:
    """The headers of the contexts entered now."""
    return _headers.get({})


_is_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_find_control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search


def checked_headers(headers: object) -> dict[str, str]:
    """Headers as HTTP and gRPC take them; a line break in one would begin another.

    Raises:
        ArgumentError: naming the header; never its value, which may be a secret.
    """
    read_headers: dict[str, str] = read(headers, Mapping[str, str], "headers")
    for name, text in read_headers.items():
        if not _is_name(name):
            raise ArgumentError(f"headers: {kind_of(name)} is no name.", parameter="headers")
        check_line(text, f"headers.{name}")
    return read_headers


def check_line(text: str, parameter: str) -> None:
    """Refuse what does not stay on one line.

    Raises:
        ArgumentError: naming the parameter, and not what it holds.
    """
    if _find_control(text):
        raise ArgumentError(
            f"{parameter} has a line break or another control character in it.",
            parameter=parameter,
            fix="If it comes from a file, strip() it.",
        )
