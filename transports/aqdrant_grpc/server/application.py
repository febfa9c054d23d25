"""The ASGI application: one call, one operation on the transport, one answer.

Run by ``python -m aqdrant serve --grpc-port``, or by users on an ASGI server that has HTTP/2 and
its trailers, as hypercorn does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from time import perf_counter
from typing import Any, Final, TypeAlias, cast

from anyio import create_task_group, move_on_after, sleep, to_thread
from anyio.lowlevel import checkpoint

from aqdrant.exceptions import AqdrantError
from aqdrant.operations import Operation
from aqdrant.transport import CallOptions, Transport
from aqdrant_grpc.wire import Unsayable

from .framing import (
    START,
    TRAILERS,
    Refused,
    check_key,
    frame,
    read_body,
    read_deadline,
    read_message,
    unpack,
)
from .health import CHECK, SERVING, WATCH, Ended, watch
from .replies import encode_result, error_trailers, trailers, with_doubles
from .requests import find_call, read_operation

__all__ = ["GrpcApplication"]

LOGGER: Final = logging.getLogger("aqdrant.server")

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_MOMENT: Final = 1 << 16
"""Bytes of a message that are read in less than about a millisecond; longer ones in a thread."""
_PATIENCE: Final = 0.1
"""Seconds that the end of an answer may take once the client has gone."""
_NO_HTTP2: Final = b"This is the gRPC port, which needs HTTP/2 with trailers. REST has its own.\n"


class GrpcApplication:
    """Qdrant's gRPC API as an ASGI application, in front of any transport.

    It does not close the transport, which belongs to who made it. Calls without a counterpart among
    the operations (reflection) are answered UNIMPLEMENTED.

    Args:
        transport: runs the operations.
        api_key: the key that calls must bring, in the metadata ``api-key`` or as a bearer token;
            None asks for none.
        ended: returns when the server is about to end, which those who watch its health are told;
            without it they are told by the end of the connection.
    """

    def __init__(
        self, transport: Transport, *, api_key: str | None = None, ended: Ended | None = None
    ) -> None:
        self.transport = transport
        self._ended = ended
        self._key = None if api_key is None else api_key.encode()

    def __repr__(self) -> str:
        return f"<GrpcApplication over {self.transport!r}>"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http" and TRAILERS in scope.get("extensions", ()):
            await self._answer(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 505, "headers": []})
            await send({"type": "http.response.body", "body": _NO_HTTP2})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        begun = perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if headers.get(b"te") != b"trailers" and isinstance(scope["headers"], list):
            # Hypercorn keeps the trailers from who does not ask for them, as some proxies do not.
            cast("list[tuple[bytes, bytes]]", scope["headers"]).append((b"te", b"trailers"))
        body = await read_body(receive)
        if body is not None:
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            work = partial(self._reply, path, headers, body, begun, send)
            await _run_while_wanted(work, receive, send)

    async def _reply(
        self, path: str, headers: dict[bytes, bytes], body: bytes, begun: float, send: Send
    ) -> list[Message]:
        """Run a call; give the events of its answer, as far as they are not sent already."""
        content: list[bytes] = []
        try:
            check_key(headers, self._key)
            deadline = read_deadline(headers)
            if path == WATCH:
                read_message(body)
                await watch(send, self._ended, deadline)
                return []
            with move_on_after(deadline):
                content = await self._run(path, headers, body, begun)
            # Of a deadline a real server says so, and not DEADLINE_EXCEEDED.
            ending = trailers("OK") if content else trailers("CANCELLED", "Timeout expired")
        except Refused as error:
            ending = trailers(error.code, error.message)
        except AqdrantError as error:
            ending = error_trailers(error)
        except Exception:
            LOGGER.exception("%s failed", path)
            reason = "Service internal error: a defect; the log has more"
            ending = trailers("INTERNAL", reason)
        answer = frame(content) if content else b""
        return [
            dict(START),
            {"type": "http.response.body", "body": answer},
            {"type": TRAILERS, "headers": ending},
        ]

    async def _run(
        self, path: str, headers: dict[bytes, bytes], body: bytes, begun: float
    ) -> list[bytes]:
        is_packed, message = read_message(body)
        if is_packed:
            message = await to_thread.run_sync(unpack, message, headers.get(b"grpc-encoding", b""))
        if path == CHECK:
            return [SERVING]
        kind = find_call(path)
        if kind is None:
            raise Refused("UNIMPLEMENTED", "")
        if len(message) > _MOMENT:
            asked = await to_thread.run_sync(read_operation, kind, message, path)
        else:
            asked = read_operation(kind, message, path)
        result = await self.transport.execute(asked.operation, CallOptions(timeout=asked.timeout))
        return await _encode(kind, result, begun)


async def _run_while_wanted(
    work: Callable[[], Awaitable[list[Message]]], receive: Receive, send: Send
) -> None:
    """Run a call and answer it, unless the client goes or cancels the call before.

    Hypercorn lets an answer to a client that has gone wait for ever; of one that is sent it tells
    that the client has gone, too, and then has something left to do.
    """
    is_done = False
    async with create_task_group() as tasks:

        async def watch() -> None:
            # The body has ended: what comes next is the end of the call.
            if (await receive())["type"] == "http.disconnect":
                if is_done:
                    await sleep(_PATIENCE)
                tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        answer = await work()
        is_done = True
        for event in answer:
            await send(event)
        tasks.cancel_scope.cancel()


async def _encode(kind: type[Operation[Any]], result: Any, begun: float) -> list[bytes]:
    pieces: list[bytes] = []
    try:
        for piece in encode_result(kind, result, begun):
            if pieces:
                await checkpoint()
            pieces.append(piece)
    except Unsayable:
        # Written over REST, where such a number has a place.
        return list(encode_result(kind, with_doubles(result), begun))
    return pieces


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
