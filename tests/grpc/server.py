"""A gRPC server on a real socket that does what a test tells it, call by call.

It runs in a thread of its own, so that it serves clients on any event loop.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset, WindowUpdated
from h2.settings import SettingCodes, Settings
from qdrant_client import grpc as official

from aqdrant import AsyncQdrantClient

Script = Callable[["Exchange"], None]
COUNTED = official.CountResponse(result=official.CountResult(count=7)).SerializeToString()


class Exchange:
    """One call as the server sees it; a script answers it, or not."""

    def __init__(self, link: Link, stream: int, headers: dict[str, str]) -> None:
        self.link = link
        self.stream = stream
        self.headers = headers
        self.body = bytearray()
        self.outbox = memoryview(b"")
        self.trailers: list[tuple[str, str]] = []
        self.number = 0

    @property
    def message(self) -> bytes:
        return bytes(self.body[5:])

    def answer(
        self, message: bytes, *, flag: int = 0, length: int | None = None, encoding: str = "gzip"
    ) -> None:
        """Answer as a good server does, or with a prefix that lies."""
        size = len(message) if length is None else length
        self.begin({"grpc-encoding": encoding} if flag else {})
        self.data(bytes([flag]) + size.to_bytes(4, "big") + message)
        self.end({"grpc-status": "0"})

    def begin(self, more: Mapping[str, str] = MappingProxyType({})) -> None:
        headers = {":status": "200", "content-type": "application/grpc", **more}
        self.link.h2.send_headers(self.stream, list(headers.items()))
        self.link.flush()

    def data(self, data: bytes) -> None:
        self.outbox = memoryview(data)
        self.pump()

    def end(self, trailers: dict[str, str]) -> None:
        self.trailers = list(trailers.items())
        self.pump()

    def pump(self) -> None:
        """Send what the client has room for, and the trailers after it."""
        h2 = self.link.h2
        while self.outbox:
            room = min(h2.local_flow_control_window(self.stream), h2.max_outbound_frame_size)
            if room <= 0:
                break
            h2.send_data(self.stream, self.outbox[:room])
            self.outbox = self.outbox[room:]
        if not self.outbox and self.trailers:
            h2.send_headers(self.stream, self.trailers, end_stream=True)
            self.trailers = []
        self.link.flush()

    def fail(self, code: int | str, message: str, **more: str) -> None:
        """Answer with trailers alone."""
        headers = {":status": "200", "content-type": "application/grpc", "grpc-status": str(code)}
        headers |= {"grpc-message": message} | {k.replace("_", "-"): v for k, v in more.items()}
        self.end(headers)

    def reset(self, code: int) -> None:
        self.link.h2.reset_stream(self.stream, code)
        self.link.flush()


class Link(asyncio.Protocol):
    """A connection on the server's side."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        if server.max_streams is not None:
            limit = {SettingCodes.MAX_CONCURRENT_STREAMS: server.max_streams}
            self.h2.local_settings = Settings(client=False, initial_values=limit)
        self.exchanges: dict[int, Exchange] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.server.links.append(self)
        self.h2.initiate_connection()
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.server.links.remove(self)
        self.server.lost.set()

    def data_received(self, data: bytes) -> None:
        for event in self.h2.receive_data(data):
            if isinstance(event, RequestReceived):
                headers: Any = event.headers
                exchange = Exchange(self, event.stream_id, dict(headers))
                self.exchanges[event.stream_id] = exchange
                self.server.most_open = max(self.server.most_open, len(self.exchanges))
            elif isinstance(event, DataReceived):
                self.exchanges[event.stream_id].body += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, WindowUpdated):
                for exchange in list(self.exchanges.values()):
                    if exchange.outbox:
                        exchange.pump()
            elif isinstance(event, StreamReset):
                self.exchanges.pop(event.stream_id, None)
                self.server.resets += 1
            elif isinstance(event, StreamEnded):
                exchange = self.exchanges[event.stream_id]
                exchange.number = len(self.server.calls)
                self.server.calls.append(exchange)
                if self._is_open(exchange):  # a reset may have come along with the request
                    self.server.script(exchange)
                if not self._is_open(exchange):
                    self.exchanges.pop(exchange.stream, None)
        self.flush()

    def _is_open(self, exchange: Exchange) -> bool:
        stream = self.h2.streams.get(exchange.stream)
        return stream is not None and not stream.closed

    def flush(self) -> None:
        self.transport.write(self.h2.data_to_send())


class Server:
    """The server, and what came to it."""

    def __init__(self, script: Script, max_streams: int | None) -> None:
        self.script = script
        self.max_streams = max_streams
        self.calls: list[Exchange] = []
        self.links: list[Link] = []
        self.lost = threading.Event()
        self.resets = 0
        self.most_open = 0
        self.port = 0
        self.loop = asyncio.new_event_loop()

    def run(self, function: Callable[[], object]) -> None:
        """Call a function in the server's thread, and wait for it."""
        done = threading.Event()

        def call() -> None:
            function()
            done.set()

        self.loop.call_soon_threadsafe(call)
        assert done.wait(10)


@contextmanager
def serving(
    script: Script, *, max_streams: int | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Serve while the context is open."""
    server = Server(script, max_streams)
    ready = threading.Event()

    async def main() -> None:
        listener = await server.loop.create_server(lambda: Link(server), "127.0.0.1", 0, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
        server.stop = asyncio.Event()  # type: ignore[attr-defined]
        ready.set()
        async with listener:
            await server.stop.wait()  # type: ignore[attr-defined]
            for link in list(server.links):
                link.transport.abort()
            await asyncio.sleep(0)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: server.loop) as runner:
            runner.run(main())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        server.loop.call_soon_threadsafe(server.stop.set)  # type: ignore[attr-defined]
        thread.join(10)


def open_client(port: int, *, tls: bool = False, **options: Any) -> AsyncQdrantClient:
    """A client of the gRPC port; nothing listens on the REST port."""
    scheme = "https" if tls else "http"
    return AsyncQdrantClient(
        f"{scheme}://127.0.0.1:1", grpc_port=port, prefer_grpc=True, timeout=20, **options
    )
