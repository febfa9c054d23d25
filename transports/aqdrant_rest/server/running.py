"""Run the applications on hypercorn: what ``python -m aqdrant serve`` does after its options.

The REST port is run here, and the gRPC port beside it where one is asked for: its application is
ASGI too, so that one server carries both, in front of one transport, on any event loop. The sockets
are bound here and not by hypercorn, so that a port that is taken is told before anything starts,
and ``ready`` names the port that port 0 became.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from typing import Any, Final, TypeAlias

import anyio
import msgspec

from aqdrant.exceptions import ArgumentError, ConnectionFailed, UnsupportedOperation
from aqdrant.transport import Transport
from aqdrant_net.loops import is_trio

from .application import RestApplication

__all__ = ["Place", "serve", "serve_until"]

LOGGER: Final = logging.getLogger("aqdrant.server")

_BACKLOG = 512
_GRACE = 10.0
"""Seconds that requests under way have when the server ends."""
_IDLE = 5.0
"""Seconds after which an idle connection is closed, as Qdrant does."""
_IDLE_GRPC = 86_400.0
_STREAMS = 4096
"""Calls that a connection of gRPC may have under way."""

Application: TypeAlias = Callable[..., Any]
"""Makes an ASGI application of a transport and a key, and for gRPC of `ended`."""
Ready: TypeAlias = Callable[..., None]
"""Takes the URL of each port."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to serve, and for whom.

    Args:
        host: address to listen on; one beyond this machine needs a key, or `open_to_all`.
        port: the REST port; 0 for any that is free.
        grpc_port: the gRPC port; None serves none.
        api_key: the key that requests must bring.
        certificate: file of the TLS certificate, with its chain; TLS is on where it is given.
        private_key: file of its key.
        open_to_all: serve other machines without a key.
    """

    host: str = "127.0.0.1"
    port: int = 6333
    grpc_port: int | None = None
    api_key: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    open_to_all: bool = False

    def __repr__(self) -> str:
        return f"Place({self.host!r}, {self.port})"  # the key is a secret

    def check(self) -> None:
        """Refuse what would be unsafe, or cannot be.

        Raises:
            ArgumentError: the address is open to others and there is no key, or half of TLS.
        """
        if self.api_key == "":
            raise ArgumentError("the API key is empty.", parameter="api_key")
        if self.api_key is None and not self.open_to_all and not _is_loopback(self.host):
            raise ArgumentError(
                f"other machines can reach {self.host}, and there is no API key.",
                parameter="host",
                fix="Give --api-key, or say --open-to-all.",
            )
        if (self.certificate is None) != (self.private_key is None):
            raise ArgumentError(
                "TLS needs both a certificate and its private key.", parameter="certificate"
            )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def serve(
    transport: Transport, place: Place, ready: Ready, grpc: Application | None = None
) -> None:
    """Serve a transport until SIGTERM or SIGINT; what is under way then is answered first.

    Args:
        transport: runs the operations; it is closed at the end.
        place: where, and for whom.
        ready: called once with the URLs, when requests are taken.
        grpc: makes the application of the gRPC port; it is also told of the end, as `ended`.
    """
    await serve_until(_signalled, transport, place, ready, grpc)


async def _signalled() -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            return


async def serve_until(
    ended: Callable[[], Awaitable[Any]],
    transport: Transport,
    place: Place,
    ready: Ready,
    grpc: Application | None = None,
) -> None:
    """Serve a transport until `ended` returns.

    Raises:
        ArgumentError: as `Place.check`.
        ConnectionFailed: an address cannot be listened on.
        UnsupportedOperation: hypercorn is not installed.
    """
    place.check()
    ending = anyio.Event()
    applications: list[tuple[int, str, Application]] = [(place.port, "http", RestApplication)]
    if grpc is not None and place.grpc_port is not None:
        applications.append((place.grpc_port, "grpc", partial(grpc, ended=ending.wait)))
    urls: list[str] = []
    waiting = len(applications)

    def start() -> None:
        nonlocal waiting
        waiting -= 1
        if not waiting:
            ready(*urls)

    listeners: list[socket.socket] = []
    runs: list[Callable[..., Awaitable[None]]] = []
    try:
        # In threads: they read files, and ask for names.
        loop = "trio" if is_trio() else "asyncio"
        for port, scheme, make in applications:
            run, config = await anyio.to_thread.run_sync(_hypercorn, place, loop, scheme)
            listener = await anyio.to_thread.run_sync(_listen, place, port)
            listeners.append(listener)
            urls.append(_url(place, scheme, listener))
            config.bind = [f"fd://{listener.fileno()}"]
            app = _Announced(make(transport, api_key=place.api_key), start)
            runs.append(partial(run, app, config, mode="asgi"))
        for listener in listeners:
            listener.detach()  # It is hypercorn's now, by its number.
        await _run_whole(runs, ended, ending)
    finally:
        for listener in listeners:
            listener.close()
        with anyio.CancelScope(shield=True):
            await transport.aclose()


def _url(place: Place, scheme: str, listener: socket.socket) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"{scheme}{'s' if place.certificate else ''}://{host}:{listener.getsockname()[1]}"


def _settle_grpc(config: Any) -> None:
    """A connection of gRPC stays while the client wants it, and has all its calls at once."""
    config.alpn_protocols = ["h2"]
    config.keep_alive_timeout = _IDLE_GRPC
    config.h2_max_concurrent_streams = _STREAMS


async def _run_whole(
    runs: list[Callable[..., Awaitable[None]]],
    ended: Callable[[], Awaitable[Any]],
    ending: anyio.Event,
) -> None:
    """Run hypercorn to its own end, which also comes when this task is cancelled."""

    async def wait() -> None:
        try:
            await ended()
        finally:
            ending.set()

    async def run_one(run: Callable[..., Awaitable[None]]) -> None:
        try:
            with anyio.CancelScope(shield=True):
                await run(shutdown_trigger=ending.wait)
        finally:
            ending.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        async with anyio.create_task_group() as servers:
            for run in runs:
                servers.start_soon(run_one, run)
        tasks.cancel_scope.cancel()


def _hypercorn(place: Place, loop: str, scheme: str) -> tuple[Callable[..., Awaitable[None]], Any]:
    """Hypercorn's function for this kind of event loop, and its configuration."""
    try:
        from hypercorn.config import Config

        run = import_module(f"hypercorn.{loop}").serve
    except ImportError as error:
        raise UnsupportedOperation(
            "serving needs the package hypercorn.", fix="pip install 'aqdrant[server]'"
        ) from error
    config = Config()
    config.certfile = place.certificate
    config.keyfile = place.private_key
    config.errorlog = LOGGER
    config.graceful_timeout = _GRACE
    config.keep_alive_timeout = _IDLE
    config.keep_alive_max_requests = 1 << 30
    config.h11_max_incomplete_size = 1 << 17
    config.include_server_header = False
    if scheme == "grpc":
        _settle_grpc(config)
    if place.certificate:
        try:
            context = config.create_ssl_context()
        except (OSError, ssl.SSLError) as error:
            raise ArgumentError(
                f"the certificate or its key cannot be read: {error}.", parameter="certificate"
            ) from error
        setattr(config, "create_ssl_context", lambda: context)  # noqa: B010  # read once, and here
    return run, config


def _listen(place: Place, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            place.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(place, port, error) from error
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted ones inherit it
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(place, port, error) from error
    return listener


def _cannot_listen(place: Place, port: int, error: OSError) -> ConnectionFailed:
    option = "--port" if port == place.port else "--grpc-port"
    return ConnectionFailed(
        f"cannot listen on {place.host} port {port}: {error.strerror or error}.",
        processed=False,
        fix=f"Give another {option}, or 0 for any that is free.",
    )


class _Announced:
    """Tells when the application has been started: connections wait in the socket until then."""

    def __init__(self, app: Callable[..., Awaitable[None]], tell: Callable[[], None]) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._tell()

        await self._app(scope, receive, told if scope["type"] == "lifespan" else send)
