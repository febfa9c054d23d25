"""What httpx raises, as what a pool of ours would have raised.

Used by `httpx_face`. Classes are known by their names: they may be httpx's or those of its kin.
"""

from __future__ import annotations

import socket
import ssl

from aqdrant_net import (
    ConnectError,
    ConnectKind,
    NetError,
    PoolTimeout,
    ProtocolError,
    ReadError,
    WriteError,
)

from .carriers import Expired

__all__ = ["Translated"]


class Translated:
    """Turns httpx's errors, and those of its kin, into a `NetError`; others pass."""

    def __init__(self, origin: str, proxied: bool = False) -> None:
        self.origin = origin
        self.proxied = proxied

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None:
            return
        if isinstance(error.__cause__, NetError):
            raise error.__cause__
        names = {kind.__name__ for kind in type(error).__mro__}
        if names & {"RequestError", "TransportError"} and "HTTPError" in names:
            raise _net_error(error, names, self.origin, self.proxied) from error


def _net_error(error: BaseException, names: set[str], origin: str, proxied: bool) -> NetError:
    text = str(error) or type(error).__name__
    if "PoolTimeout" in names:
        return PoolTimeout(text)
    if names & {"ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol"}:
        kind = _kind(error, names)
        if proxied and kind in ("dns", "refused", "unreachable", "other"):
            kind = "proxy"
        return ConnectError(text, kind=kind, target=origin)
    if "TimeoutException" in names:
        return Expired(f"the httpx client gave up: {text}")
    if "WriteError" in names:
        return WriteError(text)
    return ReadError(text) if "NetworkError" in names else ProtocolError(text)


def _kind(error: BaseException, names: set[str]) -> ConnectKind:
    if "ConnectTimeout" in names:
        return "unreachable"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(cause, ssl.SSLError):
            return "tls-to-plain" if cause.reason == "WRONG_VERSION_NUMBER" else "tls"
        if isinstance(cause, socket.gaierror):
            return "dns"
        if isinstance(cause, ConnectionRefusedError):
            return "refused"
        cause = cause.__cause__ or cause.__context__
    return "refused" if "attempts failed" in str(error) else "other"
