"""A server over HTTP/1.1, TLS or HTTP/2 that does with each request what a test's script says.

One script serves the three lines alike; every call through it is watched for what it leaves behind.
"""

from __future__ import annotations

import gc
import ssl
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import trustme
from anyio.abc import AnyByteStream
from anyio.streams.tls import TLSStream
from h2.errors import ErrorCodes

from aqdrant import AsyncQdrantClient
from tests.net.http2_server import Call, Http2Peer
from tests.net.servers import GONE, Peer, Server, serving

from .canned import ROOT, connect, result

LINES = ("http1", "tls", "http2")


@dataclass(frozen=True)
class Line:
    """A version of HTTP, with the contexts of both sides where it is spoken over TLS."""

    name: str
    server_tls: ssl.SSLContext | None = None
    client_tls: ssl.SSLContext | None = None

    def client(self, server: Server, **options: Any) -> AsyncQdrantClient:
        if self.client_tls is None:
            return connect(f"http://{server.origin}", **options)
        return connect(f"https://{server.origin}", verify=self.client_tls, **options)


def make_line(name: str, authority: trustme.CA) -> Line:
    if name == "http1":
        return Line(name)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    server.set_alpn_protocols(["h2" if name == "http2" else "http/1.1"])
    return Line(name, server, client)


@dataclass
class Asked:
    """A request over HTTP/1.1, and what can be done with it."""

    peer: Peer
    target: str

    @property
    def number(self) -> int:
        """What the test put in the place of the collection's name: who asks."""
        return int(self.target.split("/")[2])

    @property
    def is_text(self) -> bool:
        """Whether heads are text here, as HTTP/2's are not."""
        return True

    @property
    def below(self) -> AnyByteStream:
        """What carries the connection's bytes: beneath TLS, where it is spoken."""
        stream = self.peer.stream
        return stream.transport_stream if isinstance(stream, TLSStream) else stream

    async def answer(self, body: bytes | None = None, status: int = 200, **more: str) -> None:
        """Answer; by itself with the number of who asked."""
        body = result({"count": self.number}) if body is None else body
        await self.begin(len(body), status, **more)
        await self.send(body, end=True)

    async def begin(self, length: int, status: int = 200, **more: str) -> None:
        """Send a head that promises so many bytes."""
        more = {"content-length": str(length)} | more
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
        await self.peer.send(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode())

    async def send(self, data: bytes, *, end: bool = False) -> None:
        await self.peer.send(data)

    async def hang_up(self) -> None:
        await self.peer.stream.aclose()

    async def stop_reading(self) -> None:
        """Take no more of the request's body."""
        await self.hang_up()

    async def until_given_up(self) -> None:
        """Wait until the client wants no answer."""
        try:
            while True:
                await self.peer.more()
        except (*GONE, ssl.SSLError):  # an alert, where garbage was sent under TLS
            return


@dataclass
class Asked2(Asked):
    """The same over HTTP/2."""

    http2: Http2Peer
    call: Call

    @property
    def is_text(self) -> bool:
        return False

    async def begin(self, length: int, status: int = 200, **more: str) -> None:
        more = {"content-length": str(length)} | more
        fields = [(name.replace("_", "-"), value) for name, value in more.items()]
        await self.http2.head(self.call, status, fields)

    async def send(self, data: bytes, *, end: bool = False) -> None:
        await self.http2.data(self.call, data, end=end)

    async def stop_reading(self) -> None:
        self.http2.h2.reset_stream(self.call.number, ErrorCodes.NO_ERROR)
        await self.http2.flush()

    async def until_given_up(self) -> None:
        while self.call.reset is None:
            await self.http2.changed.wait()


Script = Callable[[Asked], Awaitable[None]]


@asynccontextmanager
async def scripted(
    line: Line, script: Script, *, at_head: bool = False, port: int = 0
) -> AsyncGenerator[Server]:
    """Run a server that follows the script for each request; with `at_head`, before its body."""

    async def respond(peer: Http2Peer, call: Call) -> None:
        await follow(Asked2(peer.peer, call.headers[":path"], peer, call))

    async def follow(asked: Asked) -> None:
        await (asked.answer(ROOT) if asked.target == "/" else script(asked))

    async def handle(peer: Peer) -> None:
        if line.name == "http2":
            server = Http2Peer(peer, respond, at_head=at_head)
            server.acknowledging = not at_head
            await server.serve()
            return
        while True:
            seen = await (peer.read_head() if at_head else peer.read())
            await follow(Asked(peer, seen.target))

    async with serving(handle, tls=line.server_tls, port=port) as server:
        yield server


@asynccontextmanager
async def client_of(
    line: Line, script: Script, *, at_head: bool = False, **options: Any
) -> AsyncGenerator[tuple[AsyncQdrantClient, Server]]:
    """Open a client of such a server; when both are closed, nothing of them is left."""
    async with nothing_left(), scripted(line, script, at_head=at_head) as server:
        async with line.client(server, **options) as client:
            yield client, server
        await server.until_open(0)


async def ask(client: AsyncQdrantClient, number: int, **options: Any) -> None:
    """Ask as a number, and get that number."""
    assert (await client.count(str(number), **options)).count == number


# ---- what is left


@asynccontextmanager
async def nothing_left() -> AsyncGenerator[None]:
    """Count sockets, tasks and threads before and after; bounded in time, as nothing may hang."""
    gc.collect()
    tasks, sockets = len(anyio.get_running_tasks()), open_sockets()
    threads = lasting_threads()
    with anyio.fail_after(30):
        yield
    with anyio.fail_after(5):
        while len(anyio.get_running_tasks()) > tasks or open_sockets() > sockets:
            await anyio.lowlevel.checkpoint()
    assert lasting_threads() <= threads


def open_sockets() -> int:
    """Sockets of this process; 0 on systems that do not tell."""
    held = 0
    folder = Path("/proc/self/fd")
    for name in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):  # the descriptor of this listing
            held += str(name.readlink()).startswith("socket:")
    return held


def lasting_threads() -> set[threading.Thread]:
    """Threads but for the idle workers that an event loop keeps."""
    workers = ("AnyIO worker", "Trio thread", "trio.", "asyncio_")
    return {thread for thread in threading.enumerate() if not thread.name.startswith(workers)}
