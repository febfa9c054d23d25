"""What a pool is told: where to, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits", "Origin", "SocketOptions"]


@dataclass(frozen=True, slots=True)
class Origin:
    """A host and a port; whether TLS is spoken there is told to the pool.

    Args:
        host: a name or an IP address, an IPv6 one without brackets.
        port: 1 to 65535.
    """

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def authority(self, default_port: int) -> bytes:
        """Return the value of ``Host`` and ``:authority``, without the port where it is implied."""
        if self.port != default_port:
            return str(self).encode("idna" if not self.host.isascii() else "ascii")
        return str(self).rpartition(":")[0].encode("idna" if not self.host.isascii() else "ascii")


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a pool, each per event loop.

    Args:
        connections: sockets at once.
        streams: requests at once on one HTTP/2 connection; the server may allow fewer.
        idle_seconds: an HTTP/1.1 connection that was idle for longer is not used again. Qdrant
            closes at 5 s, without a word.
        connect_seconds: for one connection to be made, name look-up and TLS included; None: no
            bound but the caller's.
        wait_seconds: for a connection to come free, before `PoolTimeout`; None: no bound but the
            caller's.
        ping_seconds: how long an HTTP/2 connection may be silent under a request before it is
            asked for a sign of life; None: it is not asked.
        pong_seconds: how long it has to give one; None: as long as `ping_seconds`.
        head_bytes: the head of an answer.
        answer_bytes: the content of an answer that is read whole; None: no bound.
    """

    connections: int = 100
    streams: int = 128
    idle_seconds: float = 4.0
    connect_seconds: float | None = None
    wait_seconds: float | None = None
    ping_seconds: float | None = 15.0
    pong_seconds: float | None = None
    head_bytes: int = 128 * 1024
    answer_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("connections", "streams", "head_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)}, wanted 1 or more")


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """How sockets are made.

    Args:
        quickack: acknowledge at once (``TCP_QUICKACK``, Linux; elsewhere without effect) what is
            not the end of an answer, against servers that write their answers in pieces with
            Nagle's algorithm on.
        keepalive: have the system probe idle peers.
        local_address: the address to connect from.
    """

    quickack: bool = False
    keepalive: bool = True
    local_address: str | None = None
