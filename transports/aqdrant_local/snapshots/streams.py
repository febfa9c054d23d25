"""Content of snapshots carried in and out, piece by piece. Opened by the transport.

Files are read and written in worker threads.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Self, TypeAlias

import anyio
import anyio.to_thread

from aqdrant.exceptions import ArgumentError, StorageError

__all__ = ["Download", "Upload", "opened_download", "opened_upload"]

_PIECE = 1 << 20

Scratch: TypeAlias = Callable[[], AbstractContextManager[Path]]


@asynccontextmanager
async def in_threads(made: AbstractContextManager[Path]) -> AsyncGenerator[Path]:
    """Enter and leave a context in worker threads."""
    path = await anyio.to_thread.run_sync(made.__enter__)
    try:
        yield path
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(made.__exit__, None, None, None)


class Download:
    """The content of a file."""

    def __init__(self, file: anyio.AsyncFile[bytes], size: int) -> None:
        self._file = file
        self._size = size

    @property
    def size(self) -> int | None:
        """Bytes of the whole."""
        return self._size

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._file.read(_PIECE)
        if not piece:
            raise StopAsyncIteration
        return piece

    async def skip(self, count: int) -> None:
        """Leave out the next bytes."""
        await self._file.seek(count, 1)

    async def send(self, chunk: bytes, /) -> None:
        """Refuse: this is a download."""
        raise ArgumentError("this stream downloads.", fix="Iterate over it.")

    async def finish(self) -> None:
        """Do nothing: a download ends by itself."""


@asynccontextmanager
async def opened_download(path: Path) -> AsyncGenerator[Download]:
    """Read a file."""
    async with await anyio.open_file(path, "rb") as file:
        size = await file.seek(0, 2)
        await file.seek(0)
        yield Download(file, size)


class Upload:
    """Content on its way into a file, and what is done with it in the end."""

    def __init__(self, file: anyio.AsyncFile[bytes], restore: Callable[[], Awaitable[Any]]) -> None:
        self._file = file
        self._restore = restore

    @property
    def size(self) -> int | None:
        """Nobody knows before the end."""
        return None

    async def send(self, chunk: bytes, /) -> None:
        """Send the next piece.

        Raises:
            StorageError: the disk does not take it.
        """
        try:
            await self._file.write(chunk)
        except OSError as error:
            raise StorageError(
                f"The snapshot cannot be kept: {error.strerror or error}; nothing was changed.",
                fix="Make room, then try again.",
            ) from error

    async def finish(self) -> Any:
        """End the content, and wait until it is restored."""
        await self._file.aclose()
        return await self._restore()

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise ArgumentError("this stream uploads.", fix="Use send() and finish().")


@asynccontextmanager
async def opened_upload(
    path: Path, restore: Callable[[Path], Awaitable[Any]]
) -> AsyncGenerator[Upload]:
    """Write a file, which `restore` then takes."""
    async with await anyio.open_file(path, "wb") as file:
        yield Upload(file, lambda: restore(path))
