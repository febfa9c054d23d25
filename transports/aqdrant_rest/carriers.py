"""What carries requests: a pool of ours, or an httpx client (`httpx_face`).

Both are made without I/O and speak in the bytes of the wire; what fails raises a `NetError` of
`aqdrant_net`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from aqdrant_net import NetError, Pool

__all__ = ["Answer", "Carrier", "Expired", "Fields", "PoolCarrier", "StreamedAnswer"]

Fields: TypeAlias = Sequence[tuple[bytes, bytes]]


class Expired(NetError):
    """A time limit of the carrier's own passed."""

    sent = True


class Answer(Protocol):
    """A whole answer."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Fields:
        """As they came, names in lower case."""
        ...

    @property
    def content(self) -> bytes:
        """The body."""
        ...


class StreamedAnswer(Protocol):
    """An answer whose content is read piece by piece."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Fields:
        """As they came, names in lower case."""
        ...

    async def read(self) -> bytes:
        """Read the next piece; ``b""`` at the end."""
        ...


class Carrier(Protocol):
    """Sends requests to one server."""

    connections_made: int
    """Connections made so far, as far as it can be told."""

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Fields,
        content: bytes | Sequence[bytes | memoryview] | AsyncIterable[bytes],
        *,
        repeatable: bool,
    ) -> Answer:
        """Send a request and read its whole answer."""
        ...

    def stream(
        self, method: bytes, target: bytes, headers: Fields, content: bytes
    ) -> AbstractAsyncContextManager[StreamedAnswer]:
        """Send a request, and read its answer piece by piece."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class PoolCarrier:
    """Sends requests by a pool of ours."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.connections_made = 0

    def __repr__(self) -> str:
        return repr(self.pool)

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Fields,
        content: bytes | Sequence[bytes | memoryview] | AsyncIterable[bytes],
        *,
        repeatable: bool,
    ) -> Answer:
        """Send a request and read its whole answer."""
        answer = await self.pool.request(method, target, headers, content, repeatable=repeatable)
        if not answer.reused:
            self.connections_made += 1
        return answer

    def stream(
        self, method: bytes, target: bytes, headers: Fields, content: bytes
    ) -> AbstractAsyncContextManager[StreamedAnswer]:
        """Send a request, and read its answer piece by piece."""
        return self.pool.stream(method, target, headers, content)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()
