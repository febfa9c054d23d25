"""Connections alone: sockets, TLS, a pool, HTTP/1.1 and HTTP/2, on asyncio, uvloop and trio.

    pool = Pool(Origin("localhost", 6333))
    with anyio.fail_after(5):
        response = await pool.request(b"GET", b"/collections")
    await pool.aclose()

General layout: a `Pool` (`pool`) keeps a `Lender` (`lending`) for each event loop, which lends
connections that `opening` makes: a `Link` from `loop_asyncio` or `loop_trio`, with `tls` on it,
under an `Http1Connection` (`http1`) or an `Http2Connection` (`http2`). `links` has the interfaces
between them, `errors` the tree of what is raised; `unpacking` is for who asks for packed answers.
Nothing of aqdrant is imported.
"""

from __future__ import annotations

from .errors import (
    AnswerTooLarge,
    ConnectError,
    ConnectKind,
    ExchangeError,
    NetError,
    PoolClosed,
    PoolTimeout,
    ProtocolError,
    ReadError,
    StreamReset,
    WriteError,
)
from .exchange import Exchange, StreamedResponse
from .loops import deadline
from .messages import Content, Fields
from .pool import Pool
from .responses import Response
from .settings import Limits, Origin, SocketOptions

__all__ = [
    "AnswerTooLarge",
    "ConnectError",
    "ConnectKind",
    "Content",
    "Exchange",
    "ExchangeError",
    "Fields",
    "Limits",
    "NetError",
    "Origin",
    "Pool",
    "PoolClosed",
    "PoolTimeout",
    "ProtocolError",
    "ReadError",
    "Response",
    "SocketOptions",
    "StreamReset",
    "StreamedResponse",
    "WriteError",
    "deadline",
]
