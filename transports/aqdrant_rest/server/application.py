"""The ASGI application: one request, one operation on the transport, one answer.

Mounted by users in an application of theirs, and run by `running`. It is a plain ASGI callable, so
any server and any framework takes it.
"""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from time import perf_counter
from typing import Any, Final, TypeAlias

from anyio import CancelScope, create_task_group, sleep, to_thread
from anyio.lowlevel import checkpoint

from aqdrant.exceptions import AqdrantError
from aqdrant.operations import StreamOperation
from aqdrant.transport import CallOptions, Transport
from aqdrant_rest._routes import Route, find_route

from .downloads import send_download
from .old_searches import OldSearch, find_old_search, points_alone
from .refusing import Refused
from .replies import Reply, accepted_reply, error_reply, reply, result_reply, text_reply
from .requests import BODY_LIMIT, Asked, read_operation, unpack
from .uploads import take_upload

__all__ = ["RestApplication"]

LOGGER: Final = logging.getLogger("aqdrant.server")

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

_SLASHES: Final = re.compile("//+")
_PATIENCE: Final = 0.1
"""Seconds that the end of an answer may take once the client has gone."""
_MOMENT: Final = 1 << 16
"""Bytes of a body that are read in less than about a millisecond; longer ones are in a thread."""
_OPEN_PATHS: Final = frozenset({"/", "/healthz", "/livez", "/readyz"})
"""What is answered without a key."""
_METHODS: Final = b"POST, HEAD, PATCH, CONNECT, TRACE, GET, PUT, DELETE, OPTIONS"
_VARY: Final = (
    b"vary",
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
)


class RestApplication:
    """Qdrant's REST API as an ASGI application, in front of any transport.

    It does not close the transport, which belongs to who made it.

    Args:
        transport: runs the operations.
        api_key: the key that requests must bring, in the header ``api-key`` or as a bearer token;
            None asks for none.

    Example:
        >>> app = FastAPI()
        >>> app.mount("/qdrant", RestApplication(LocalTransport()))
    """

    def __init__(self, transport: Transport, *, api_key: str | None = None) -> None:
        self.transport = transport
        self._key = None if api_key is None else api_key.encode()

    def __repr__(self) -> str:
        return f"<RestApplication over {self.transport!r}>"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            # Tasks that start eagerly run before hypercorn knows of them: an answer would be lost.
            await checkpoint()
            if scope.get("http_version") == "2":
                await _while_there(self._answer, scope, receive, send)
            else:
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        added: Headers = [_VARY]
        if origin := headers.get(b"origin"):
            added.append((b"access-control-allow-origin", origin))
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            added.append((b"access-control-allow-methods", _METHODS))
            if wanted := headers.get(b"access-control-request-headers"):
                added.append((b"access-control-allow-headers", wanted))
            await _send(send, Reply(200), added)
            return
        path = _path(scope)
        refusal = None if path in _OPEN_PATHS else self._refusal(headers)
        if refusal is not None:
            await _send(send, text_reply(401, refusal), added)
            return
        found = find_route(scope["method"], path)
        old = find_old_search(scope["method"], path) if found is None else None
        if old is not None:
            found = old.route, old.in_path
        if found is None:
            await _send(send, Reply(404), added)
            return
        route, in_path = found
        if issubclass(route.operation, StreamOperation):
            carried = (self.transport, route, in_path, scope)
            if route.takes_form:
                await _send(send, await take_upload(*carried, receive), added)
            else:
                await send_download(*carried, partial(_send, send, added=added), send, added)
            return
        begun = perf_counter()
        try:
            content = await _body(receive, headers)
            if encoding := headers.get(b"content-encoding"):
                content = await to_thread.run_sync(unpack, content, encoding.lower())
            request = (route, in_path, scope["query_string"], content)
            if len(content) > _MOMENT:
                asked = await to_thread.run_sync(_read, old, *request)
            else:
                asked = _read(old, *request)
            del content, request
            answer = await self._run(route, asked, begun, is_old=old is not None)
        except Refused as error:
            answer = reply(error.status, error.message, begun)
        await _send(send, answer, added)

    async def _run(self, route: Route, asked: Asked, begun: float, *, is_old: bool) -> Reply:
        try:
            options = CallOptions(timeout=asked.timeout)
            result = await self.transport.execute(asked.operation, options)
        except AqdrantError as error:
            return error_reply(error, begun)
        except Exception:
            LOGGER.exception("%s failed", asked.operation.name)
            return reply(500, "Service internal error: a defect; the log has more", begun)
        if result is None and getattr(asked.operation, "wait", None) is False:
            return accepted_reply(begun)
        return await result_reply(route, points_alone(result) if is_old else result, begun)

    def _refusal(self, headers: dict[bytes, bytes]) -> str | None:
        """Why a request may not come in; None where it may."""
        if self._key is None:
            return None
        given = headers.get(b"api-key")
        if given is None:
            scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
            given = token if scheme == b"Bearer" else None
        if given is None:
            return "Must provide an API key or an Authorization bearer token"
        return None if hmac.compare_digest(given, self._key) else "Invalid API key or JWT"


def _read(
    old: OldSearch | None, route: Route, in_path: dict[str, str], query: bytes, content: bytes
) -> Asked:
    if old is not None:
        content = old.rewritten(content)
    return read_operation(route, in_path, query, content)


def _path(scope: Message) -> str:
    """The path as it came, percent-encoded, without where the application is mounted."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    root: str = scope.get("root_path", "")
    # As a server has it, slashes count once, and the last one not at all.
    return _SLASHES.sub("/", path.removeprefix(root) if root else path).rstrip("/") or "/"


async def _body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_LIMIT:
        size = int(length)
        raise Refused(
            400,
            f"JSON payload ({size} bytes) is larger than allowed (limit: {BODY_LIMIT} bytes).",
        )
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "Error that occur during reading payload: connection closed")
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > BODY_LIMIT:
            limit = f"(limit: {BODY_LIMIT} bytes)"
            raise Refused(400, f"JSON payload has exceeded limit {limit}.")
        pieces.append(piece)
        if not message.get("more_body"):
            await checkpoint()
            return b"".join(pieces)


async def _send(send: Send, answer: Reply, added: Iterable[tuple[bytes, bytes]]) -> None:
    headers = [*added, *answer.more, (b"content-length", b"%d" % len(answer.content))]
    if answer.kind is not None:
        headers.append((b"content-type", answer.kind))
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % -(-answer.retry_after // 1)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})


async def _while_there(
    answer: Callable[[Message, Receive, Send], Awaitable[None]],
    scope: Message,
    receive: Receive,
    send: Send,
) -> None:
    """Answer over HTTP/2, unless the client goes: hypercorn would have the answer wait for ever."""
    is_gone = False

    async def receive_noting() -> Message:
        nonlocal is_gone
        message = await receive()
        is_gone = is_gone or message["type"] == "http.disconnect"
        return message

    with CancelScope() as whole:

        async def send_watching(message: Message) -> None:
            async with create_task_group() as tasks:

                async def watch() -> None:
                    while not is_gone:
                        await receive_noting()
                    # It is told at the end of a whole answer, too, with something left to do.
                    await sleep(_PATIENCE)
                    whole.cancel()

                tasks.start_soon(watch)
                await send(message)
                tasks.cancel_scope.cancel()

        await answer(scope, receive_noting, send_watching)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
