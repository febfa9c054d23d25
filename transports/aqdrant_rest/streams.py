"""Downloads and uploads of snapshots, piece by piece.

Opened by the transport. A download is the body of an answer; an upload is a form with one file,
sent while the caller hands over its pieces.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from aqdrant.exceptions import ArgumentError
from aqdrant.operations import StreamOperation
from aqdrant.transport import ByteStream, CallOptions
from aqdrant_net import NetError

from ._routes import Route
from .answers import raise_unless_success, read_result, texts
from .carriers import Answer, Carrier, Fields, StreamedAnswer
from .errors import Call, net_error
from .wire import Wire

__all__ = ["open_stream"]

_LONGEST_ERROR: Final = 1 << 16
"""Bytes of an answer that are read for the text of its error."""


def open_stream(
    wire: Wire, route: Route, operation: StreamOperation[Any], options: CallOptions
) -> AbstractAsyncContextManager[ByteStream]:
    """Begin a download or an upload."""
    if route.takes_form:
        return _open_upload(wire, route, operation, options)
    return _open_download(wire, route, operation, options)


# ---- downloads


@asynccontextmanager
async def _open_download(
    wire: Wire, route: Route, operation: StreamOperation[Any], options: CallOptions
) -> AsyncGenerator[ByteStream]:
    carrier = await wire.carrier()
    call, target = wire.address(route, operation, options)
    # A snapshot is packed already, and its checksum is of the bytes as they are.
    fields = [field for field in await wire.headers(options) if field[0] != b"accept-encoding"]
    manager = carrier.stream(route.method.encode(), target, fields, b"")
    try:
        answer = await manager.__aenter__()
    except NetError as error:
        raise net_error(call, error) from error
    try:
        if not 200 <= answer.status < 300:
            raise_unless_success(call, answer.status, answer.headers, await _beginning(answer))
        yield Download(call, answer)
    except BaseException as error:
        await manager.__aexit__(type(error), error, error.__traceback__)
        raise
    await manager.__aexit__(None, None, None)


async def _beginning(answer: StreamedAnswer) -> bytes:
    read = b""
    async for piece in answer:
        read += piece
        if len(read) > _LONGEST_ERROR:
            break
    return read


class Download:
    """A snapshot that comes in."""

    def __init__(self, call: Call, answer: StreamedAnswer) -> None:
        length = texts(answer.headers).get("content-length", "")
        self._size = int(length) if length.isdecimal() else None
        self._call = call
        self._answer = answer

    @property
    def size(self) -> int | None:
        """Bytes of the whole, where the server says so."""
        return self._size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer:
                yield piece
        except NetError as error:
            raise net_error(self._call, error) from error

    async def send(self, chunk: bytes, /) -> None:
        """Refuse: this is a download."""
        raise _wrong_way(self._call, "downloads", "Iterate over it.")

    async def finish(self) -> None:
        """Do nothing: a download ends by itself."""


# ---- uploads


@asynccontextmanager
async def _open_upload(
    wire: Wire, route: Route, operation: StreamOperation[Any], options: CallOptions
) -> AsyncGenerator[ByteStream]:
    carrier = await wire.carrier()
    call, target = wire.address(route, operation, options)
    upload = Upload(call, carrier, target, await wire.headers(options))
    failure: BaseException | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(upload.run)
        try:
            yield upload
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001  # a task group would wrap it
            failure = error
        group.cancel_scope.cancel()
    if failure is not None:
        raise failure


class Upload:
    """A snapshot that goes out: `run` sends what `send` hands over."""

    def __init__(self, call: Call, carrier: Carrier, target: bytes, fields: Fields) -> None:
        self._call = call
        self._carrier = carrier
        self._target = target
        self._boundary = secrets.token_hex(16).encode()
        kind = b"multipart/form-data; boundary=" + self._boundary
        self._fields = [*fields, (b"content-type", kind)]
        pipe: tuple[MemoryObjectSendStream[bytes], MemoryObjectReceiveStream[bytes]]
        pipe = anyio.create_memory_object_stream(0)
        self._sending, self._receiving = pipe
        self._done = anyio.Event()
        self._answer: Answer | None = None
        self._error: NetError | None = None

    @property
    def size(self) -> int | None:
        """Nobody knows before the end."""
        return None

    async def run(self) -> None:
        """Send the request and read its answer."""
        try:
            self._answer = await self._carrier.request(
                b"POST", self._target, self._fields, self._form(), repeatable=False
            )
        except NetError as error:
            self._error = error
        finally:
            self._receiving.close()
            self._sending.close()
            self._done.set()

    async def _form(self) -> AsyncGenerator[bytes]:
        yield (
            b"--" + self._boundary + b'\r\ncontent-disposition: form-data; name="snapshot"; '
            b'filename="snapshot"\r\ncontent-type: application/octet-stream\r\n\r\n'
        )
        async for chunk in self._receiving:
            yield chunk
        yield b"\r\n--" + self._boundary + b"--\r\n"

    async def send(self, chunk: bytes, /) -> None:
        """Send the next piece.

        Raises:
            AqdrantError: the server has refused the upload, or the connection is lost.
        """
        if not chunk:
            return
        try:
            await self._sending.send(chunk)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            # The answer is here before the content is at its end: it is no success.
            await self._outcome()
            raise _wrong_way(self._call, "is over", "Send before finish().") from None

    async def finish(self) -> Any:
        """End the content, and wait for the result."""
        self._sending.close()
        return await read_result(self._call, await self._outcome())

    async def _outcome(self) -> Answer:
        await self._done.wait()
        if self._error is not None:
            raise net_error(self._call, self._error) from self._error
        if self._answer is None:
            raise _wrong_way(self._call, "is over", "Send before finish().")
        raise_unless_success(
            self._call, self._answer.status, self._answer.headers, self._answer.content
        )
        return self._answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        raise _wrong_way(self._call, "uploads", "Use send() and finish().")
        yield b""


def _wrong_way(call: Call, what: str, fix: str) -> ArgumentError:
    return ArgumentError(
        f"this stream {what}.", operation=call.operation, target=call.target, fix=fix
    )
