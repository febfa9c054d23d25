"""The sync sides of async iterators, async context managers and byte streams.

Made by `aqdrant._sync._facade`; each is stepped in one task on the portal (a `Resident`).
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from aqdrant._portal import Lease, in_caller
from aqdrant.transport import ByteStream

if TYPE_CHECKING:
    from aqdrant._portal.residents import Resident

__all__ = ["PagedIterator", "Stream", "SyncByteStream", "to_async"]

T = TypeVar("T")

# A page ends with the first of these: so many items, or so many seconds since it was asked for.
_PAGE_ITEMS: Final = 1000
_PAGE_SECONDS: Final = 0.005

_WHOLE: Final = (str, bytes, bytearray, os.PathLike, Mapping)


def _new_resident(lease: Lease, cleanup: Callable[[], Awaitable[object]]) -> Resident:
    from aqdrant._portal.residents import Resident  # and with it asyncio, when it is needed

    return Resident(lease, cleanup)


class PagedIterator(Iterator[T]):
    """Iterates an async iterator; items cross in pages, so that many cost one hop.

    Args:
        owner: the client, kept alive with the iterator.
        lease: the client's share in the portal.
        source: the async iterator; it runs ahead of the reader by less than a page.
    """

    def __init__(self, owner: object, lease: Lease, source: AsyncIterator[T]) -> None:
        self._owner = owner
        self._pages = _Pages(source)
        self._resident = _new_resident(lease, self._pages.close)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        pages = self._pages
        if not pages.items and not pages.is_over:
            self._resident.run(pages.read)
        if pages.items:
            return pages.items.popleft()
        self.close()
        if pages.error is not None:
            error, pages.error = pages.error, None
            raise error
        raise StopIteration

    def close(self) -> None:
        """End the async iterator; what was not read is dropped."""
        self._pages.is_over = True
        self._pages.items.clear()
        self._resident.end()

    def __del__(self) -> None:
        resident = getattr(self, "_resident", None)
        if resident is not None:
            resident.abandon()


class _Pages(Generic[T]):
    """The portal's side of an iterator. It knows nothing of the reader, who may be dropped."""

    def __init__(self, source: AsyncIterator[T]) -> None:
        self._source = source
        self.items: deque[T] = deque()
        self.is_over = False
        self.error: Exception | None = None

    async def read(self) -> None:
        deadline = time.monotonic() + _PAGE_SECONDS
        try:
            while len(self.items) < _PAGE_ITEMS:
                self.items.append(await anext(self._source))
                if time.monotonic() >= deadline:
                    return
        except StopAsyncIteration:
            self.is_over = True
        except Exception as error:  # noqa: BLE001  raised when the items before it are read
            self.is_over = True
            self.error = error

    async def close(self) -> None:
        close: Callable[[], Awaitable[object]] | None = getattr(self._source, "aclose", None)
        if close is not None:
            await close()


class SyncByteStream:
    """The content of a download, iterated for chunks of bytes, or of an upload, sent in chunks."""

    def __init__(self, resident: Resident, content: ByteStream) -> None:
        self._resident = resident
        self._content = content
        self._chunks: AsyncIterator[bytes] | None = None

    @property
    def size(self) -> int | None:
        """Bytes of the whole content, where that is known."""
        return self._content.size

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := self._resident.run(self._next_chunk)) is not None:
            yield chunk

    def send(self, chunk: bytes, /) -> None:
        """Send the next piece of an upload."""
        self._resident.run(self._content.send, chunk)

    def finish(self) -> Any:
        """End an upload and wait for the operation's result."""
        return self._resident.run(self._content.finish)

    async def _next_chunk(self) -> bytes | None:
        if self._chunks is None:
            self._chunks = aiter(self._content)
        return await anext(self._chunks, None)


class Stream:
    """The sync side of a byte stream's context manager."""

    def __init__(
        self, owner: object, lease: Lease, source: AbstractAsyncContextManager[ByteStream]
    ) -> None:
        self._owner = owner
        self._visit = _Visit(source)
        self._resident = _new_resident(lease, self._visit.close)

    def __enter__(self) -> SyncByteStream:
        return SyncByteStream(self._resident, self._resident.run(self._visit.enter))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        try:
            return self._resident.run(self._visit.exit, kind, error, traceback)
        finally:
            self._resident.end()

    def __del__(self) -> None:
        resident = getattr(self, "_resident", None)
        if resident is not None:
            resident.abandon()


class _Visit:
    """The portal's side of a context manager; like `_Pages` it knows nothing of the user's."""

    def __init__(self, source: AbstractAsyncContextManager[ByteStream]) -> None:
        self._source = source
        self._is_entered = False

    async def enter(self) -> ByteStream:
        content = await self._source.__aenter__()
        self._is_entered = True
        return content

    async def exit(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        self._is_entered = False
        return await self._source.__aexit__(kind, error, traceback)

    async def close(self) -> None:
        if self._is_entered:
            await self.exit(None, None, None)


def to_async(content: Any) -> Any:
    """Turn an iterable of chunks into an async one that is read in the caller's thread.

    Paths, bytes and dicts, which are iterable too, stay what they are.
    """
    return _read_in_caller(content) if _is_chunks(content) else content


def _is_chunks(content: object) -> bool:
    return hasattr(content, "__iter__") and not isinstance(content, _WHOLE)


async def _read_in_caller(content: Iterable[T]) -> AsyncIterator[T]:
    chunks = iter(content)
    end: Any = object()
    while (chunk := await in_caller(next, chunks, end)) is not end:
        yield chunk
