"""From an origin to a connection that speaks HTTP: socket, TLS, and the version agreed on."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio

from .errors import ConnectError
from .http1 import Http1Connection
from .links import Link
from .loops import AnyRuntime
from .settings import Limits, Origin, SocketOptions
from .tls import TlsLink

__all__ = ["Connection", "Settings", "open_connection"]

Connection = Http1Connection


@dataclass(frozen=True, slots=True)
class Settings:
    """What `Pool` was made with."""

    origin: Origin
    limits: Limits
    tls: ssl.SSLContext | None
    server_name: str
    http2: bool | None
    options: SocketOptions
    host: bytes


async def open_connection(
    runtime: AnyRuntime, settings: Settings, on_end: Callable[[Any], None]
) -> Connection:
    """Connect.

    Raises:
        ConnectError: it could not be done, in full or in time.
    """
    origin, seconds = settings.origin, settings.limits.connect_seconds
    with anyio.move_on_after(seconds):
        link = await _open_link(runtime, settings)
        connection = Http1Connection(runtime, origin, settings.limits, settings.host, on_end)
        connection.link = link
        link.begin(connection)
        return connection
    raise ConnectError(
        f"{origin} could not be connected to within {seconds} s.",
        kind="unreachable",
        target=str(origin),
    )


async def _open_link(runtime: AnyRuntime, settings: Settings) -> Link:
    raw = await runtime.dial(settings.origin, settings.options)
    if settings.tls is None:
        return raw
    try:
        # Here and not once, since the context may be shared with a pool that wants otherwise.
        settings.tls.set_alpn_protocols(["http/1.1"])
        link = TlsLink(runtime, raw, settings.tls, settings.server_name)
        await link.shake_hands(settings.origin)
    except BaseException:
        raw.close()
        raise
    return link
