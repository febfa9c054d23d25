"""From an origin to a connection that speaks HTTP: socket, TLS, and the version agreed on."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import anyio

from .errors import ConnectError
from .heads import HeadWriter
from .http1 import Http1Connection
from .http2 import Http2Connection
from .links import Link
from .loops import AnyRuntime
from .settings import Limits, Origin, SocketOptions
from .tls import TlsLink

__all__ = ["Connection", "Settings", "open_connection"]

Connection: TypeAlias = Http1Connection | Http2Connection


_PROTOCOLS: dict[bool | None, list[str]] = {
    None: ["h2", "http/1.1"],
    True: ["h2"],
    False: ["http/1.1"],
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `Pool` was made with."""

    origin: Origin
    limits: Limits
    tls: ssl.SSLContext | None
    server_name: str
    http2: bool | None
    options: SocketOptions
    heads: HeadWriter


async def open_connection(
    runtime: AnyRuntime,
    settings: Settings,
    on_end: Callable[[Any], None],
    on_room: Callable[[], None],
) -> Connection:
    """Connect.

    Raises:
        ConnectError: it could not be done, in full or in time.
    """
    origin, limits = settings.origin, settings.limits
    with anyio.move_on_after(limits.connect_seconds):
        link = await _open_link(runtime, settings)
        if settings.http2 if settings.tls is None else link.alpn == "h2":
            shared = Http2Connection(runtime, origin, limits, settings.heads, on_end, on_room)
            shared.link = link
            link.hurry()
            shared.begin()
            link.begin(shared)
            return shared
        quickack = settings.options.quickack
        single = Http1Connection(runtime, origin, limits, settings.heads, on_end, quickack=quickack)
        single.link = link
        if quickack and settings.tls is not None:
            link.hurry()  # a part of a record is nothing that the connection is told of
        link.begin(single)
        return single
    raise ConnectError(
        f"{origin} could not be connected to within {limits.connect_seconds} s.",
        kind="unreachable",
        target=str(origin),
    )


async def _open_link(runtime: AnyRuntime, settings: Settings) -> Link:
    raw = await runtime.dial(settings.origin, settings.options)
    if settings.tls is None:
        return raw
    try:
        # Here and not once, since the context may be shared with a pool that wants otherwise.
        settings.tls.set_alpn_protocols(_PROTOCOLS[settings.http2])
        link = TlsLink(runtime, raw, settings.tls, settings.server_name)
        await link.shake_hands(settings.origin)
        if settings.http2 and link.alpn != "h2":
            raise ConnectError(
                f"{settings.origin} speaks no HTTP/2.",
                kind="protocol",
                target=str(settings.origin),
            )
    except BaseException:
        raw.close()
        raise
    return link
