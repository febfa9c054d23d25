"""The health service of gRPC's own: whether the server serves, once or for as long as it lasts.

Called by the application. Qdrant has `Check` alone, and says of any service that it serves; `Watch`
is what gRPC's own libraries ask for when a client is to leave a server that ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from anyio import create_task_group, move_on_after

from aqdrant_grpc._methods import HEALTH

from .framing import START, TRAILERS, frame
from .replies import trailers

__all__ = ["CHECK", "SERVING", "WATCH", "Ended", "watch"]

CHECK: Final = HEALTH
WATCH: Final = "/grpc.health.v1.Health/Watch"
SERVING: Final = b"\x08\x01"
"""A message with the status 1."""
_NOT_SERVING: Final = b"\x08\x02"

Ended: TypeAlias = Callable[[], Awaitable[Any]]
"""Returns when the server is about to end."""
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def watch(receive: Receive, send: Send, ended: Ended | None, deadline: float | None) -> None:
    """Say that the server serves, and when it no longer does.

    Args:
        receive: the client's side of the call, of which only its end is left.
        send: the answer's.
        ended: returns when the server is about to end; None where nothing tells.
        deadline: seconds that the client watches; None without end.
    """

    async def say(message: bytes) -> None:
        body = frame((message,))
        await send({"type": "http.response.body", "body": body, "more_body": True})

    await send(dict(START))
    await say(SERVING)
    is_ending = False
    with move_on_after(deadline) as patience:
        async with create_task_group() as tasks:

            async def leave() -> None:
                nonlocal is_ending
                if ended is not None:
                    await ended()
                    is_ending = True
                    tasks.cancel_scope.cancel()

            tasks.start_soon(leave)
            while (await receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()
    if is_ending:
        await say(_NOT_SERVING)
    is_late = patience.cancelled_caught
    ending = trailers("CANCELLED", "Timeout expired") if is_late else trailers("OK")
    await send({"type": "http.response.body", "body": b""})
    await send({"type": TRAILERS, "headers": ending})
