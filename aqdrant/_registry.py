"""Which transport serves an address.

Asked once by a client, at its first call. Transports are named by text, so that none is imported
before it is needed; schemes that are not ours are looked up among the entry points.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from aqdrant.exceptions import UnsupportedOperation
from aqdrant.transport import Transport, TransportConfig

__all__ = ["BUILT_IN", "ENTRY_POINTS", "open_transport"]

OpenTransport: TypeAlias = Callable[[TransportConfig], Transport]

ENTRY_POINTS = "aqdrant.transports"

BUILT_IN: dict[str, str] = {
    "file": "aqdrant_local:open_transport",
    "memory": "aqdrant_local:open_transport",
}
"""URL scheme → ``"module:function"`` of our own transports."""


def open_transport(config: TransportConfig) -> Transport:
    """Make the transport for an address; it connects later.

    Raises:
        UnsupportedOperation: nothing installed serves this scheme.
    """
    return _find(config)(config)


def _find(config: TransportConfig) -> OpenTransport:
    reference = BUILT_IN.get(config.scheme)
    if reference is not None:
        module, _, function = reference.partition(":")
        found: OpenTransport = getattr(import_module(module), function)
        return found
    # The scan of installed distributions takes tens of milliseconds: only for what is not ours.
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS, name=config.scheme):
        loaded: OpenTransport = entry.load()
        return loaded
    raise UnsupportedOperation(
        f"no transport is installed for {config.scheme!r}.",
        target=config.target,
        supported_by=tuple(sorted(BUILT_IN)),
        fix="Use location=':memory:', or install a package that registers the scheme"
        f" under the entry-point group {ENTRY_POINTS!r}.",
    )
