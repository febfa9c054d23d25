"""The health service of gRPC's own: whether the server serves, once or for as long as it lasts.

Called by the application. Qdrant has `Check` alone, and says of any service that it serves; `Watch`
is what gRPC's own libraries ask for when a client is to leave a server that ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from anyio import move_on_after, sleep_forever

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
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def watch(send: Send, ended: Ended | None, deadline: float | None) -> None:
    """Say that the server serves, and when it no longer does; cancelled when the client goes.

    Args:
        send: the answer's side of the call.
        ended: returns when the server is about to end; None where nothing tells.
        deadline: seconds that the client watches; None without end.
    """

    async def say(message: bytes) -> None:
        body = frame((message,))
        await send({"type": "http.response.body", "body": body, "more_body": True})

    await send(dict(START))
    await say(SERVING)
    ending = trailers("CANCELLED", "Timeout expired")
    with move_on_after(deadline):
        await (sleep_forever() if ended is None else ended())
        await say(_NOT_SERVING)
        ending = trailers("OK")
    await send({"type": "http.response.body", "body": b""})
    await send({"type": TRAILERS, "headers": ending})
