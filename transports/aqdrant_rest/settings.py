"""The client's options that only REST takes, read and checked before anything is opened."""

from __future__ import annotations

import difflib
import inspect
import ssl
from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant.transport import TransportConfig
from aqdrant_net import Limits

__all__ = ["HTTPX_OPTIONS", "OPTIONS", "Certificate", "RestSettings", "read_settings"]

Certificate: TypeAlias = str | tuple[str, str] | tuple[str, str, str]
"""A file with certificate and key; or the file of each; or these and the key's password."""

HTTPX_OPTIONS: Final = frozenset(
    {
        "auth",
        "cookies",
        "default_encoding",
        "event_hooks",
        "follow_redirects",
        "max_redirects",
        "mounts",
        "params",
        "proxy",
    }
)
"""Options that an `httpx.AsyncClient` of ours gets: where one is given, it carries the calls."""
OPTIONS: Final = HTTPX_OPTIONS | {
    "cert",
    "compression",
    "grpc_compression",
    "http2",
    "http_client",
    "limits",
    "max_answer_bytes",
    "metadata",
    "trust_env",
    "verify",
}
"""Every option that this transport takes beside those of `TransportConfig`."""

_IDLE_SECONDS: Final = 4.0
"""Qdrant closes an idle connection at 5 s."""
_CONNECT_SECONDS: Final = 10.0
_ANSWER_BYTES: Final = 1 << 30
"""Of an answer that is read whole: thirty times what a server takes at once. What is decoded needs
several times as much memory, and an answer without end would take all there is."""
_FOREIGN: Final = ("grpc_compression",)
"""Options of another transport to the same server, taken and left alone."""


class RestSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say."""

    verify: bool | str | ssl.SSLContext
    """Whether the server's certificate is checked, a file or folder to check it by, or all of it.
    """
    cert: Certificate | None
    http2: bool | None
    """None: as TLS negotiates it."""
    limits: Limits
    compression: bool
    trust_env: bool
    http_client: Any
    """An `httpx.AsyncClient` of the user's, or anything that has its methods."""
    httpx: Mapping[str, Any]
    """Options for an `httpx.AsyncClient` of ours; where there are none, none is needed."""
    headers: Mapping[str, str]


def read_settings(config: TransportConfig) -> RestSettings:
    """Read the options of a client.

    Raises:
        ArgumentError: one is unknown, of the wrong kind, or contradicts another.
    """
    given = {name: value for name, value in config.extra.items() if name not in _FOREIGN}
    for name in given:
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS, n=1)
            fix = (
                f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(sorted(OPTIONS))}."
            )
            raise ArgumentError(f"unknown argument {name!r} for REST.", parameter=name, fix=fix)
    httpx = {name: given[name] for name in HTTPX_OPTIONS if given.get(name) is not None}
    http_client = given.get("http_client")
    if http_client is not None:
        _check_client(http_client, given)
    return RestSettings(
        verify=_verify(given.get("verify", True)),
        cert=_certificate(given.get("cert")),
        http2=_flag(given, "http2"),
        limits=_limits(given, config.pool_size),
        compression=bool(_flag(given, "compression")),
        trust_env=_flag(given, "trust_env") is not False,
        http_client=http_client,
        httpx=httpx,
        headers={**(given.get("metadata") or {}), **config.headers},
    )


def _check_client(http_client: Any, given: Mapping[str, Any]) -> None:
    has_request = callable(getattr(http_client, "build_request", None))
    if not has_request or not inspect.iscoroutinefunction(getattr(http_client, "send", None)):
        raise _refusal("http_client", http_client, "an httpx.AsyncClient")
    own = sorted(given.keys() - {"http_client", "max_answer_bytes", "metadata"})
    if own:
        raise ArgumentError(
            f"http_client= and {own[0]}= are given together.",
            parameter=own[0],
            fix=f"Give {own[0]} to the httpx client.",
        )


def _verify(value: Any) -> bool | str | ssl.SSLContext:
    if isinstance(value, bool | str | ssl.SSLContext):
        return value
    if hasattr(value, "__fspath__"):
        return str(value.__fspath__())
    raise _refusal("verify", value, "a bool, the path of certificates or an ssl.SSLContext")


def _certificate(value: Any) -> Certificate | None:
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "__fspath__"):
        return str(value.__fspath__())
    parts = (
        tuple(map(str, cast("tuple[Any, ...]", value))) if isinstance(value, tuple | list) else ()
    )
    if len(parts) not in (2, 3):
        raise _refusal("cert", value, "a path, or a tuple of the paths of certificate and key")
    return cast("Certificate", parts)


def _flag(given: Mapping[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if not isinstance(value, bool | None):
        raise _refusal(name, value, "True or False")
    return value


def _limits(given: Mapping[str, Any], pool_size: int | None) -> Limits:
    """Read `httpx.Limits`, by its attributes, or the size of the pool alone."""
    value = given.get("limits")
    connections = pool_size
    idle = _IDLE_SECONDS
    if value is not None:
        if pool_size is not None:
            raise ArgumentError(
                "limits= and pool_size= are given together.",
                parameter="limits",
                fix="Give one of them.",
            )
        if not hasattr(value, "max_connections"):
            raise _refusal("limits", value, "an httpx.Limits")
        connections = value.max_connections
        expiry = getattr(value, "keepalive_expiry", None)
        idle = _IDLE_SECONDS if expiry is None else min(float(expiry), _IDLE_SECONDS)
    return Limits(
        connections=100 if connections is None else connections,
        idle_seconds=idle,
        connect_seconds=_CONNECT_SECONDS,
        answer_bytes=_answer_bytes(given.get("max_answer_bytes", _ANSWER_BYTES)),
    )


def _answer_bytes(value: Any) -> int | None:
    if value is None or (type(value) is int and value > 0):
        return value
    shown = repr(value) if type(value) is int else type(value).__name__
    raise ArgumentError(
        f"max_answer_bytes: {shown}, wanted a number of bytes above 0, or None for no bound.",
        parameter="max_answer_bytes",
    )


def _refusal(name: str, value: Any, wanted: str) -> ArgumentError:
    return ArgumentError(f"{name}: {type(value).__name__}, wanted {wanted}.", parameter=name)
