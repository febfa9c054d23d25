"""Downloads sent on piece by piece, whole or the part that a `Range` header asks for.

Called by the application.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from time import perf_counter
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

from aqdrant.exceptions import AqdrantError
from aqdrant.transport import ByteStream, Transport
from aqdrant_rest._routes import Route

from .refusing import Refused
from .replies import Reply, error_reply, reply
from .requests import read_operation

__all__ = ["send_download"]

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

_RANGE: Final = re.compile(rb"bytes=(\d*)-(\d*)")


@runtime_checkable
class Skips(Protocol):
    """A download that can begin further on."""

    async def skip(self, count: int) -> None:
        """Leave out the next bytes."""
        ...


class Part(NamedTuple):
    """Bytes of a content from `start` on, before `end`."""

    start: int
    end: int


async def send_download(
    transport: Transport,
    route: Route,
    in_path: dict[str, str],
    scope: Mapping[str, Any],
    answer: Callable[[Reply], Awaitable[None]],
    send: Send,
    added: Headers,
) -> None:
    """Send the content of a download, or an answer where there is nothing to send."""
    begun = perf_counter()
    has_begun = False
    try:
        operation: Any = read_operation(route, in_path, scope["query_string"], b"").operation
        async with transport.stream(operation) as content:
            size = content.size
            part = None if size is None else _part(dict(scope["headers"]), size)
            if part is not None and part.start >= part.end:
                nothing = (b"content-range", b"bytes */%d" % (size or 0))
                await answer(Reply(416, more=[nothing]))
                return
            fields = [*added, *_described(size, part, in_path.get("snapshot_name"))]
            status = 200 if part is None else 206
            await send({"type": "http.response.start", "status": status, "headers": fields})
            has_begun = True
            async for chunk in content if part is None else _cut(content, part):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
    except (AqdrantError, Refused) as error:
        if has_begun:
            raise  # the server breaks the connection off: half a snapshot is none
        if isinstance(error, Refused):
            told = reply(error.status, error.message, begun)
        else:
            told = error_reply(error, begun)
        await answer(told)


def _part(headers: Mapping[bytes, bytes], size: int) -> Part | None:
    """What of the content is asked for: nothing where it has no such part, None for all of it.

    Several ranges, and ranges of a version of the content that we cannot tell, count as none.
    """
    found = _RANGE.fullmatch(headers.get(b"range", b""))
    if found is None or b"if-range" in headers or found[0] == b"bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        return Part(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return Part(int(first), min(size, int(last) + 1) if last else size)


def _described(size: int | None, part: Part | None, name: str | None) -> Headers:
    fields = [(b"content-type", b"application/octet-stream")]
    if name is not None and name.isascii():
        shown = name.replace("\\", "_").replace('"', "_").encode()
        fields.append((b"content-disposition", b'attachment; filename="%s"' % shown))
    if size is not None:
        fields.append((b"accept-ranges", b"bytes"))
        length = size if part is None else part.end - part.start
        fields.append((b"content-length", b"%d" % length))
    if part is not None:
        told = b"bytes %d-%d/%d" % (part.start, part.end - 1, size or 0)
        fields.append((b"content-range", told))
    return fields


async def _cut(content: ByteStream, part: Part) -> AsyncIterator[bytes]:
    place = 0
    if isinstance(content, Skips):
        await content.skip(part.start)
        place = part.start
    async for chunk in content:
        here = chunk[max(0, part.start - place) : part.end - place]
        place += len(chunk)
        if here:
            yield here
        if place >= part.end:
            return
