"""What can go wrong on a connection, and whether the server may have seen the request.

NetError
├── ConnectError        no connection came about; `kind` says why
├── PoolTimeout         no connection came free in time
├── PoolClosed          the pool was closed before or during the exchange
└── ExchangeError       a connection failed under a request
    ├── WriteError      while the request was being sent
    ├── ReadError       while its answer was awaited or read
    ├── StreamReset     HTTP/2: the server gave this one request up
    ├── AnswerTooLarge  its content has more bytes than `Limits.answer_bytes`
    └── ProtocolError   the peer does not speak HTTP as it should
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "AnswerTooLarge",
    "ConnectError",
    "ConnectKind",
    "ExchangeError",
    "NetError",
    "PoolClosed",
    "PoolTimeout",
    "ProtocolError",
    "ReadError",
    "StreamReset",
    "WriteError",
]

ConnectKind = Literal[
    "refused",
    "dns",
    "unreachable",
    "tls",
    "certificate",
    "tls-to-plain",
    "plain-to-tls",
    "protocol",
    "closed",
    "proxy",
    "other",
]
"""Why no connection came about.

``refused``: nothing listens there. ``dns``: the name is not known. ``unreachable``: no route, or no
answer. ``tls``: the handshake failed; ``certificate``: because of a certificate, the server's or
ours. ``tls-to-plain``: we spoke TLS, the server does not. ``plain-to-tls``: the reverse.
``protocol``: HTTP/2 was asked for and the server does not offer it. ``closed``: the server hung up
before anything was said. ``proxy``: the way leads through a proxy, which may be what failed.
"""


class NetError(Exception):
    """The first of them all."""

    sent: bool = False
    """Whether the server may have acted on the request: False means that it surely has not."""
    answered: bool = False
    """Whether any byte of an answer arrived."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConnectError(NetError):
    """No connection could be made, so nothing was sent.

    Args:
        kind: why.
        target: host and port.
    """

    def __init__(self, message: str, *, kind: ConnectKind, target: str) -> None:
        super().__init__(message)
        self.kind: ConnectKind = kind
        self.target = target


class PoolTimeout(NetError):
    """All connections were in use for too long."""


class PoolClosed(NetError):
    """The pool was closed."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class ExchangeError(NetError):
    """A connection failed under a request."""

    heard: bool = True
    """Whether the server had given any sign on the connection that it speaks as we do."""

    def __init__(self, message: str, *, sent: bool = True, answered: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.answered = answered


class WriteError(ExchangeError):
    """The connection broke while the request was being sent."""


class ReadError(ExchangeError):
    """The connection broke, or ended, before the answer was whole."""


class AnswerTooLarge(ExchangeError):
    """The answer is larger than it may be.

    Args:
        origin: who answered.
        most: bytes that it may have.
    """

    def __init__(self, origin: object, most: int) -> None:
        super().__init__(f"{origin} answered with more than {most} bytes.", answered=True)
        self.most = most


class ProtocolError(ExchangeError):
    """The peer sent what is no HTTP, or broke its rules."""


class StreamReset(ExchangeError):
    """The server reset the HTTP/2 stream of this request.

    Args:
        code: the HTTP/2 error code; 7 is REFUSED_STREAM, after which the server has done nothing.
    """

    def __init__(
        self, message: str, *, code: int, sent: bool = True, answered: bool = False
    ) -> None:
        super().__init__(message, sent=sent, answered=answered)
        self.code = code
