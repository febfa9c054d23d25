"""Servers for one test: each connection is handled by a function of the test, on real sockets."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
from anyio.abc import AnyByteStream, SocketAttribute
from anyio.streams.tls import TLSListener

from aqdrant_net import Origin

Handler = Callable[["Peer"], Awaitable[None]]
GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


@dataclass
class Seen:
    """A request, as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


class Peer:
    """The server's side of one connection."""

    def __init__(self, stream: AnyByteStream, number: int) -> None:
        self.stream = stream
        self.number = number
        self.buffer = bytearray()

    async def more(self) -> None:
        self.buffer += await self.stream.receive()

    async def read_head(self) -> Seen:
        while b"\r\n\r\n" not in self.buffer:
            await self.more()
        head = self.cut(self.buffer.index(b"\r\n\r\n") + 4)[:-4]
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (x.split(": ", 1) for x in lines)}
        return Seen(method, target, headers)

    async def read_exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            await self.more()
        return self.cut(count)

    def cut(self, count: int) -> bytes:
        data = bytes(memoryview(self.buffer)[:count])
        del self.buffer[:count]
        return data

    async def read(self) -> Seen:
        seen = await self.read_head()
        if seen.headers.get("transfer-encoding") == "chunked":
            while True:
                while b"\r\n" not in self.buffer:
                    await self.more()
                size = self.cut(self.buffer.index(b"\r\n") + 2)
                seen.body += (await self.read_exactly(int(size, 16) + 2))[:-2]
                if int(size, 16) == 0:
                    return seen
        seen.body = await self.read_exactly(int(seen.headers.get("content-length", "0")))
        return seen

    async def send(self, data: bytes) -> None:
        await self.stream.send(data)

    async def answer(self, content: bytes = b"", status: int = 200, more: str = "") -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n{more}\r\n"
        await self.send(head.encode() + content)

    async def reset(self) -> None:
        """Close with a reset in place of an orderly end."""
        import socket
        import struct

        raw = self.stream.extra(SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await self.stream.aclose()


@dataclass
class Server:
    """A listening server."""

    origin: Origin
    accepted: int = 0
    open: int = 0
    changed: anyio.Event = field(default_factory=anyio.Event)

    async def until_open(self, count: int) -> None:
        """Wait until so many connections are open."""
        while self.open != count:
            await self.changed.wait()

    def change(self, by: int) -> None:
        self.accepted += max(by, 0)
        self.open += by
        changed, self.changed = self.changed, anyio.Event()
        changed.set()


@asynccontextmanager
async def serving(
    handler: Handler,
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncGenerator[Server]:
    """Run a server whose connections the handler serves; its end closes them."""
    listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
    async with listener:
        server = Server(Origin(host, listener.extra(SocketAttribute.local_port)))

        async def handle(stream: AnyByteStream) -> None:
            server.change(1)
            try:
                with suppress(*GONE):
                    await handler(Peer(stream, server.accepted))
            finally:
                with suppress(*GONE), anyio.CancelScope(shield=True):
                    await stream.aclose()
                server.change(-1)

        async with anyio.create_task_group() as group:
            encrypted = (
                listener if tls is None else TLSListener(listener, tls, standard_compatible=False)
            )
            group.start_soon(encrypted.serve, handle)
            yield server
            group.cancel_scope.cancel()
