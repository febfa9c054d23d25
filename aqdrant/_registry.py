"""Which transport serves an address.

Asked once by a client, at its first call. Transports are named by text, so that none is imported
before it is needed; schemes that are not ours are looked up among the entry points.
"""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import Any, TypeGuard

from aqdrant.exceptions import UnsupportedOperation
from aqdrant.transport import Transport, TransportConfig

__all__ = ["BUILT_IN", "ENTRY_POINTS", "is_transport", "load_service", "open_transport"]

ENTRY_POINTS = "aqdrant.transports"

BUILT_IN: dict[str, str] = {
    "file": "aqdrant_local:open_transport",
    "grpc": "aqdrant_grpc:open_transport",
    "http": "aqdrant_rest:open_transport",
    "https": "aqdrant_rest:open_transport",
    "memory": "aqdrant_local:open_transport",
}
"""URL scheme → ``"module:function"`` of our own transports; gRPC, whose addresses are
those of HTTP, is ``"grpc"``."""


def open_transport(config: TransportConfig) -> Transport:
    """Make the transport for an address; it connects later.

    Raises:
        UnsupportedOperation: nothing installed serves this scheme, or what does cannot be loaded.
    """
    wants_grpc = config.prefer_grpc and config.scheme in ("http", "https")
    scheme = "grpc" if wants_grpc else config.scheme
    reference = BUILT_IN.get(scheme) or _installed(config)
    module, _, function = reference.partition("[")[0].strip().partition(":")
    try:
        found: Any = attrgetter(function)(import_module(module))
    except Exception as error:
        # An import runs foreign code: what it needs is missing, of another version, or broken.
        raise UnsupportedOperation(
            f"the transport for {config.scheme!r} cannot be loaded from {reference!r}:"
            f" {type(error).__name__}: {error}.",
            target=config.target,
            fix="Install or update the package, and what it needs.",
        ) from error
    transport: object = found(config) if callable(found) else found
    if not is_transport(transport):
        raise UnsupportedOperation(
            f"{reference!r}, registered for {config.scheme!r}, gives {type(transport).__name__},"
            " which is no transport.",
            target=config.target,
            fix="Register a function that takes a TransportConfig and returns a Transport.",
        )
    return transport


def load_service(name: str) -> Any:
    """Give the class of a service of gRPC's, for native calls."""
    return getattr(import_module("aqdrant_grpc.services"), name)


def is_transport(value: object) -> TypeGuard[Transport]:
    """Whether this is an instance with the methods of a transport."""
    names = ("execute", "stream", "aclose")
    return not isinstance(value, type) and all(callable(getattr(value, n, None)) for n in names)


def _installed(config: TransportConfig) -> str:
    # The scan of installed distributions takes tens of milliseconds: only for what is not ours.
    from importlib.metadata import entry_points

    found = {entry.value for entry in entry_points(group=ENTRY_POINTS, name=config.scheme)}
    if len(found) > 1:
        raise UnsupportedOperation(
            f"several packages serve {config.scheme!r}: {', '.join(sorted(found))}.",
            target=config.target,
            fix="Remove all but one of them, or pass an instance as transport=.",
        )
    if not found:
        raise UnsupportedOperation(
            f"this version has no transport for {config.scheme!r} addresses, and no installed"
            f" package registers one under the entry-point group {ENTRY_POINTS!r}.",
            target=config.target,
            supported_by=tuple(sorted(BUILT_IN)),
            fix="Use http://, https://, location=':memory:' or path=, or pass an instance as"
            " transport=.",
        )
    return found.pop()
