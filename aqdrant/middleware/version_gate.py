"""Nothing is lost in silence: what the server's version does not know is refused.

Over gRPC a server drops every field that it does not know, over REST the top-level ones: a delete
by a condition that it does not know deletes all points. The server is asked for its version by the
operation `Root`, over the layers below, the first time that a call uses a name newer than 1.15.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import anyio

from aqdrant.exceptions import (
    AqdrantError,
    ConnectionFailed,
    OperationTimeout,
    RateLimited,
    ServiceUnavailable,
    UnsupportedOperation,
)
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.middleware.newer_names import Newer, Version, find_newer, read_version
from aqdrant.operations import Operation, Root
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    CallOptions,
    RemoteTransport,
    Transport,
)

__all__ = ["API_VERSION", "LOGGER", "VersionGate"]

R = TypeVar("R")

LOGGER = logging.getLogger("aqdrant.version")

API_VERSION: Version = (1, 19)
"""The version of the server whose ways this client follows."""

_WAIT = 1.0
"""Seconds that the check of the version may hold up the first answer."""
_UNREADABLE = (
    "a server that does not know it would ignore it in silence, and this one does not tell its"
    " version"
)
_TRANSIENT = (ConnectionFailed, OperationTimeout, RateLimited, ServiceUnavailable)


class VersionGate(ForwardingTransport):
    """Refuse what the server's version would drop.

    The version is read again after the transport made a new connection, where it is a
    `RemoteTransport`. Where it cannot be read, writes with newer names are refused, and reads go
    on: they lose nothing. The logger ``aqdrant.version`` tells so once.

    Args:
        inner: the next layer.
        server_version: major and minor version of the server, in place of asking for it.
        connections: what counts the connections; None where the server stays the same.
        check: called once with the version, after the first call that succeeded.
    """

    def __init__(
        self,
        inner: Transport,
        server_version: Version | None = None,
        *,
        connections: RemoteTransport | None = None,
        check: Callable[[Version], None] | None = None,
    ) -> None:
        super().__init__(inner)
        self._is_given = server_version is not None
        self._version = server_version
        self._connections = connections
        self._read_at = -1
        self._is_told = False
        self._check = check

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation, unless the server would drop a part of it."""
        newer = find_newer(operation)
        if newer:
            await self._admit(operation, newer, options)
        result = await self.inner.execute(operation, options)
        if self._check is not None:
            await self._check_once(options)
        return result

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Answer at once what needs no version."""
        if find_newer(operation) or self._check is not None:
            return NotImplemented
        return super().try_execute(operation, options)

    async def _admit(
        self, operation: Operation[Any], newer: list[Newer], options: CallOptions
    ) -> None:
        version = await self._read(options)
        if version is None and not operation.writes:
            if not self._is_told:
                self._is_told = True
                LOGGER.warning("%s uses %s: %s", operation.name, _list(newer), _UNREADABLE)
        elif version is None:
            raise UnsupportedOperation(
                f"it uses {_list(newer)}: {_UNREADABLE}.",
                operation=operation.name,
                target=operation.target,
                fix="Pass server_version= to the client.",
            )
        elif unknown := [name for name in newer if name.since > version]:
            raise UnsupportedOperation(
                f"it uses {_list(unknown)}; the server is version {_write(version)} and would"
                " ignore that in silence.",
                operation=operation.name,
                target=operation.target,
                fix="Leave it out, or update the server.",
            )

    async def _read(self, options: CallOptions) -> Version | None:
        """Give the server's version, asking for it where it is not known any more."""
        if self._is_given or self._read_at == self._count():
            return self._version
        try:
            self._version = read_version((await self.inner.execute(Root(), options)).version)
        except _TRANSIENT:
            raise  # the call itself would have met it
        except AqdrantError as error:
            LOGGER.info("the version of the server cannot be read: %s", type(error).__name__)
            self._version = None
        # Counted afterwards: asking makes the first connection.
        self._read_at = self._count()
        return self._version

    def _count(self) -> int:
        return self._connections.connections_made if self._connections is not None else 0

    async def _check_once(self, options: CallOptions) -> None:
        check, self._check = self._check, None
        version = None
        # The answer is there: nobody waits for long, and a fault of this call is not the user's.
        with anyio.move_on_after(_WAIT):
            try:
                version = await self._read(CallOptions(timeout=_WAIT, headers=options.headers))
            except _TRANSIENT:
                self._check = check
        if check is not None and version is not None:
            check(version)


def _list(newer: list[Newer]) -> str:
    return ", ".join(f"{name} (of {_write(since)})" for name, since in dict.fromkeys(newer))


def _write(version: Version) -> str:
    return ".".join(map(str, version))
