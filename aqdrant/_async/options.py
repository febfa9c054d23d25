"""The constructor's arguments: checked, and made into the configuration of a transport.

Called by `aqdrant._async.core` alone. Errors name an argument and its kind, never a secret.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from aqdrant._address import Address, parse_address
from aqdrant._async.notices import warn
from aqdrant._async.shaping import at_least, nearest, optional, read
from aqdrant._registry import is_transport
from aqdrant.context import check_line, checked_headers
from aqdrant.exceptions import ArgumentError
from aqdrant.middleware import Layer, check_slots
from aqdrant.middleware.newer_names import Version, read_version
from aqdrant.models._scalars import kind_of
from aqdrant.transport import TransportConfig

__all__ = [
    "checked_layers",
    "checked_timeout",
    "checked_transport",
    "checked_version",
    "configure",
    "shown",
]

_SECRETS = frozenset(
    {
        *("api_key", "auth_token_provider", "headers", "grpc_options", "metadata"),
        # Of httpx: passwords stand in tuples, in URLs and in cookies.
        *("auth", "cert", "cookies", "params", "proxy", "mounts"),
    }
)
_HIDDEN = "<hidden>"
_FLAGS = (
    "prefer_grpc",
    "force_disable_check_same_thread",
    "cloud_inference",
    "check_compatibility",
    "coalesce",
    "tracing",
)
_COUNTS = ("local_inference_batch_size", "pool_size", "max_concurrency")
_LAST_PORT = 65535
_STORE_OPTIONS: Mapping[str, tuple[Any, ...]] = {
    "durability": ("full", "normal"),
    "read_only": (True, False),
}
"""Options of the local store → what they may be."""
_NO_OPTIONS: Mapping[str, tuple[Any, ...]] = {}
_SERVER_OPTIONS = frozenset(
    {
        *("auth", "cert", "compression", "cookies", "default_encoding", "event_hooks"),
        *("follow_redirects", "grpc_compression", "http2", "http_client", "limits"),
        *(
            "max_answer_bytes",
            "max_redirects",
            "metadata",
            "mounts",
            "params",
            "proxy",
            "trust_env",
            "verify",
        ),
    }
)
"""Options of the transports to a server, which check their values; in process they mean nothing."""


def configure(
    given: Mapping[str, Any], extra: Mapping[str, Any], constructor: Callable[..., None]
) -> TransportConfig:
    """Make the configuration of a transport.

    Args:
        given: the constructor's named arguments.
        extra: the others, for the transport in question.
        constructor: its signature has the names that exist.

    Raises:
        ArgumentError: an argument is wrong, or two contradict each other.
    """
    _check_kinds(given)
    https = optional(given["https"], bool, "https")
    address = parse_address(
        location=given["location"],
        url=given["url"],
        host=given["host"],
        path=_folder(given["path"]),
        port=None if given["port"] is None else _port(given["port"], "port"),
        prefix=given["prefix"],
        https=given["api_key"] is not None if https is None else https,
    )
    if given["transport"] is None:
        _check_together(address, given, extra, constructor)
    return TransportConfig(
        scheme=address.scheme,
        host=address.host,
        port=address.port,
        grpc_port=_port(given["grpc_port"], "grpc_port"),
        prefix=address.prefix,
        path=address.path,
        prefer_grpc=given["prefer_grpc"],
        api_key=given["api_key"],
        auth_token_provider=given["auth_token_provider"],
        timeout=checked_timeout(given["timeout"]),
        pool_size=given["pool_size"],
        headers=checked_headers({} if given["headers"] is None else given["headers"]),
        grpc_options=dict(given["grpc_options"] or {}),
        check_compatibility=given["check_compatibility"],
        extra=extra,
    )


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments without those that hold secrets."""
    return {
        name: _HIDDEN if name in _SECRETS and value else value for name, value in options.items()
    }


def checked_timeout(timeout: Any) -> float | None:
    """Seconds above 0, or None."""
    if timeout is None:
        return None
    seconds: float = read(timeout, float, "timeout")
    if seconds <= 0:
        raise ArgumentError(f"timeout: {seconds:g} s, wanted more than 0.", parameter="timeout")
    return seconds


def checked_version(server_version: Any) -> Version | None:
    """Major and minor version of a server, or None."""
    if server_version is None:
        return None
    version = read_version(read(server_version, str, "server_version"))
    if version is None:
        raise ArgumentError(
            f"server_version: {server_version!r}, wanted one such as '1.18'.",
            parameter="server_version",
        )
    return version


def checked_layers(middleware: Any) -> dict[str, Layer]:
    """The layers that the user gave, by slot."""
    if middleware is None:
        return {}
    _want(isinstance(middleware, Mapping), "middleware", middleware, "a dict of slots and layers")
    layers = cast("dict[str, Layer]", dict(middleware))
    check_slots(layers)
    for slot, layer in layers.items():
        _want(callable(layer), f"middleware.{slot}", layer, "a function that makes a layer")
    return layers


def checked_transport(transport: Any) -> Any:
    """A transport that the user gave: an instance with the methods of one."""
    if transport is not None:
        _want(
            is_transport(transport),
            "transport",
            transport,
            "an instance with execute(), stream() and aclose(), as aqdrant.transport.Transport has",
        )
    return transport


def _check_kinds(given: Mapping[str, Any]) -> None:
    for name in _FLAGS:
        read(given[name], bool, name)
    for name in _COUNTS:
        if given[name] is not None:
            at_least(1, given[name], name)
    for name in ("api_key", "prefix"):
        # Not by `read`, which quotes short texts and numbers: this one may be a secret.
        if not isinstance(given[name], str | None):
            _refuse(name, type(given[name]).__name__, "str")
        check_line(given[name] or "", name)
    provider = given["auth_token_provider"]
    if provider is not None and not callable(provider):
        _refuse("auth_token_provider", type(provider).__name__, "a function without arguments")
    if given["retries"] is not None:
        at_least(0, given["retries"], "retries")
    options = given["grpc_options"]
    _want(isinstance(options, Mapping | None), "grpc_options", options, "a dict")


def _check_together(
    address: Address,
    given: Mapping[str, Any],
    extra: Mapping[str, Any],
    constructor: Callable[..., None],
) -> None:
    if address.scheme in ("memory", "file"):
        if given["cloud_inference"]:
            raise ArgumentError(
                "cloud_inference=True needs a server.",
                parameter="cloud_inference",
                fix="Leave it out: the embedded engine embeds in this process.",
            )
        known = _STORE_OPTIONS if address.scheme == "file" else _NO_OPTIONS
        for name, value in extra.items():
            if name in _SERVER_OPTIONS:
                continue  # As `api_key` and `headers`: one set of arguments, any address.
            if name not in known:
                names = [*inspect.signature(constructor).parameters, *known, *_SERVER_OPTIONS]
                raise ArgumentError(
                    f"unknown argument {name!r} for the embedded engine.",
                    parameter=name,
                    fix=nearest(name, names),
                )
            if (type(value), value) not in [(type(one), one) for one in known[name]]:
                wanted = " or ".join(repr(one) for one in known[name])
                raise ArgumentError(f"{name}: {value!r}, wanted {wanted}.", parameter=name)
    elif address.scheme in ("http", "https"):
        _check_names(extra, constructor)
    if address.scheme == "http" and not _is_loopback(address.host):
        for name in ("api_key", "auth_token_provider"):
            if given[name] is not None:
                what = "API key" if name == "api_key" else "token"
                warn(f"The {what} would be sent in plain text: the address is http.")


def _check_names(extra: Mapping[str, Any], constructor: Callable[..., None]) -> None:
    for name in extra:
        if name not in _SERVER_OPTIONS:
            raise ArgumentError(
                f"unknown argument {name!r}.",
                parameter=name,
                fix=nearest(name, [*inspect.signature(constructor).parameters, *_SERVER_OPTIONS]),
            )


def _folder(path: Any) -> Any:
    return path.__fspath__() if hasattr(path, "__fspath__") else path


def _port(value: Any, name: str) -> int:
    port = at_least(0, value, name)
    if port > _LAST_PORT:
        raise ArgumentError(f"{name}: {port}, wanted {_LAST_PORT} or less.", parameter=name)
    return port


def _is_loopback(host: str | None) -> bool:
    return host in ("localhost", "::1") or bool(re.fullmatch(r"127(\.\d+){3}", host or ""))


def _want(fits: bool, name: str, value: Any, wanted: str) -> None:
    if not fits:
        _refuse(name, kind_of(value), wanted)


def _refuse(name: str, kind: str, wanted: str) -> None:
    raise ArgumentError(f"{name}: {kind}, wanted {wanted}.", parameter=name)
