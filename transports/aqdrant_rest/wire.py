"""One server as requests see it: its address, the headers it gets, what carries requests there.

Held by the transport; `streams` sends by it, too.
"""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Mapping
from typing import Any, Final

from anyio import to_thread

from aqdrant.exceptions import ArgumentError, ClientClosed
from aqdrant.operations import Operation
from aqdrant.transport import USER_AGENT, CallOptions, TransportConfig

from ._routes import Route
from .carriers import Carrier, Fields
from .errors import Call
from .opening import open_carrier
from .settings import read_settings

__all__ = ["Wire"]

_JSON: Final = (b"content-type", b"application/json")


class Wire:
    """Opens nothing until a carrier is asked for.

    Raises:
        ArgumentError: an option is unknown or wrong.
    """

    def __init__(self, config: TransportConfig) -> None:
        self.config = config
        self.settings = read_settings(config)
        self._prefix = config.prefix or ""
        self._origin = config.target.removesuffix(self._prefix)
        fields = _own_fields(config, self.settings.headers, self.settings.compression)
        self._fields = {False: tuple(fields), True: (*fields, _JSON)}
        self._carrier: Carrier | None = None
        self._opening = threading.Lock()
        self._is_closed = False

    def __repr__(self) -> str:
        status = "not opened" if self._carrier is None else repr(self._carrier)
        return "closed" if self._is_closed else status

    @property
    def connections_made(self) -> int:
        """Connections made so far, on every event loop."""
        return 0 if self._carrier is None else self._carrier.connections_made

    @property
    def ready_carrier(self) -> Carrier | None:
        """What carries requests, once it was opened."""
        return self._carrier

    async def carrier(self) -> Carrier:
        """What carries requests, opened at the first one.

        Raises:
            ClientClosed: the transport was closed.
        """
        if self._is_closed:
            raise ClientClosed("the client is closed.", target=self.config.target)
        if self._carrier is not None:
            return self._carrier
        if self.config.scheme == "https":
            # Reading the system's certificates takes tens of milliseconds.
            return await to_thread.run_sync(self._open)
        return self._open()

    def _open(self) -> Carrier:
        with self._opening:
            if self._carrier is None:
                self._carrier = open_carrier(self.config, self.settings)
            return self._carrier

    def address(
        self, route: Route, operation: Operation[Any], options: CallOptions
    ) -> tuple[Call, bytes]:
        """Tell which call it is, and its request target: path and query."""
        path = self._prefix + route.path_of(operation)
        query = route.query_of(operation, self._told_timeout(options.timeout))
        settings = self.settings
        call = Call(
            route,
            self._origin + path,
            self.config,
            options.timeout,
            settings.compression,
            settings.limits.answer_bytes,
        )
        return call, (f"{path}?{query}" if query else path).encode("ascii")

    def _told_timeout(self, timeout: float | None) -> int | None:
        """Whole seconds for the server: of the call, not the client's own for all calls.

        Those are a bound for this side; collections in strict mode refuse calls that ask for long.
        """
        if timeout is None or timeout == self.config.timeout:
            return None
        return max(1, math.ceil(timeout))

    def ready_headers(self, options: CallOptions, *, has_json: bool) -> Fields | None:
        """The headers of a call that brings none and needs no token."""
        if options.headers or self.config.auth_token_provider is not None:
            return None
        return self._fields[has_json]

    async def headers(self, options: CallOptions, *, has_json: bool = False) -> Fields:
        """Make the headers of a call: its own go before the token, that before the client's."""
        extra: dict[bytes, bytes] = {}
        if self.config.auth_token_provider is not None:
            extra[b"authorization"] = b"Bearer " + (await self._token()).encode()
        extra |= _encoded(options.headers)
        own = [field for field in self._fields[has_json] if field[0] not in extra]
        return own + list(extra.items())

    async def _token(self) -> str:
        given: Any = None
        if self.config.auth_token_provider is not None:
            given = self.config.auth_token_provider()
        token = await given if inspect.isawaitable(given) else given
        if not isinstance(token, str):
            raise ArgumentError(
                f"auth_token_provider returned {type(token).__name__}, wanted str.",
                parameter="auth_token_provider",
            )
        if not token.isascii() or not token.isprintable():
            raise ArgumentError(
                "auth_token_provider returned what no header can carry.",
                parameter="auth_token_provider",
                fix="If it comes from a file, strip() it.",
            )
        return token

    async def aclose(self) -> None:
        """Close every connection; closing again does nothing."""
        self._is_closed = True
        carrier, self._carrier = self._carrier, None
        if carrier is not None:
            await carrier.aclose()


def _own_fields(
    config: TransportConfig, headers: Mapping[str, str], compression: bool
) -> list[tuple[bytes, bytes]]:
    fields = {b"user-agent": USER_AGENT.encode()} | _encoded(headers)
    if compression:
        fields[b"accept-encoding"] = b"gzip, deflate"
    if config.api_key is not None:
        fields[b"api-key"] = _encoded({"api-key": config.api_key})[b"api-key"]
    return list(fields.items())


def _encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode("ascii"): text.encode() for name, text in headers.items()}
