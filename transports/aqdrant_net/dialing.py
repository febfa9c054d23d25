"""From a host name to a connected socket: look-up, happy eyeballs, options, kinds of failure.

Loop-neutral; `loop_asyncio` and `loop_trio` give the one call that differs. The socket comes out
bare, because the links need it so: for `TCP_QUICKACK`, and to read a last answer off a broken one.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio

from .errors import ConnectError, ConnectKind
from .settings import Origin, SocketOptions

__all__ = ["connect_socket", "is_quiet", "rearm_quickack"]

STAGGER_SECONDS = 0.25
"""How long an address may be tried alone (RFC 8305, section 8)."""

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
Connect = Callable[[socket.socket, tuple[object, ...]], Awaitable[object]]

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None) if sys.platform == "linux" else None
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.EADDRNOTAVAIL}


def rearm_quickack(sock: socket.socket) -> None:
    """Have the next segments acknowledged at once; Linux forgets it again after a few."""
    if _QUICKACK is not None:
        # Not by `suppress`, which would take as long as the call: this is done after every read.
        try:  # noqa: SIM105
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        except OSError:
            pass


def is_quiet(sock: socket.socket) -> bool:
    """Whether nothing is there to be read, not even the end."""
    try:
        sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


async def connect_socket(origin: Origin, options: SocketOptions, connect: Connect) -> socket.socket:
    """Connect to whichever address of the host answers first.

    Args:
        origin: where to.
        options: for each socket.
        connect: the event loop's own way of connecting a non-blocking socket.

    Raises:
        ConnectError: none answered.
    """
    addresses = await _look_up(origin)
    if len(addresses) == 1:
        try:
            return await _try(addresses[0], options, connect)
        except OSError as error:
            raise _refusal(origin, [error]) from error
    return await _race(origin, addresses, options, connect)


async def _look_up(origin: Origin) -> list[Address]:
    """Return the host's addresses, IPv6 and IPv4 in turns; a numeric one costs no thread."""
    with suppress(ValueError):
        version = ipaddress.ip_address(origin.host).version
        if version == 4:
            return [(socket.AF_INET, (origin.host, origin.port))]
        return [(socket.AF_INET6, (origin.host, origin.port, 0, 0))]
    try:
        found = await anyio.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise ConnectError(
            f"The host name {origin.host!r} was not found: {error}",
            kind="dns",
            target=str(origin),
        ) from error
    first = [(family, address) for family, *_, address in found if family == found[0][0]]
    second = [(family, address) for family, *_, address in found if family != found[0][0]]
    turns: list[Address] = []
    for place in range(max(len(first), len(second))):
        turns += first[place : place + 1] + second[place : place + 1]
    return list(dict.fromkeys(turns))


async def _race(
    origin: Origin, addresses: list[Address], options: SocketOptions, connect: Connect
) -> socket.socket:
    won: list[socket.socket] = []
    errors: list[OSError] = []

    async def attempt(address: Address, failed: anyio.Event) -> None:
        try:
            sock = await _try(address, options, connect)
        except OSError as error:
            errors.append(error)
            failed.set()
        else:
            if won:
                sock.close()
            else:
                won.append(sock)
                group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(STAGGER_SECONDS):
                    await failed.wait()
    except BaseException:
        for sock in won:
            sock.close()
        raise
    if not won:
        raise _refusal(origin, errors) from errors[0]
    return won[0]


async def _try(address: Address, options: SocketOptions, connect: Connect) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if options.keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if options.local_address is not None:
            sock.bind((options.local_address, 0))
        await connect(sock, where)
        if options.quickack:
            rearm_quickack(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _refusal(origin: Origin, errors: list[OSError]) -> ConnectError:
    kind: ConnectKind = "other"
    if any(error.errno == errno.ECONNREFUSED for error in errors):
        kind = "refused"
    elif any(error.errno in _UNREACHABLE for error in errors):
        kind = "unreachable"
    told = "; ".join(dict.fromkeys(str(error) for error in errors))
    return ConnectError(
        f"{origin} could not be connected to: {told}", kind=kind, target=str(origin)
    )
