"""An HTTP/2 server for one connection, on the h2 library, that misbehaves as a test asks.

By itself it does what the real one does: it announces large windows, writes HEADERS and DATA as two
segments, pings, and closes when a ping is not answered.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    PingAckReceived,
    PingReceived,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes, Settings

from .servers import GONE, Peer

Fields = list[tuple[str, str]]


@dataclass
class Call:
    """A request on a stream."""

    number: int
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)
    whole: anyio.Event = field(default_factory=anyio.Event)
    reset: int | None = None


class Http2Peer:
    """The server's side of one HTTP/2 connection: `serve` runs `respond` for each request."""

    def __init__(
        self,
        peer: Peer,
        respond: Callable[[Http2Peer, Call], Awaitable[None]],
        *,
        settings: dict[SettingCodes, int] | None = None,
        ping_every: float | None = None,
        at_head: bool = False,
    ) -> None:
        self.peer = peer
        self.respond = respond
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.local_settings = Settings(client=False, initial_values=dict(settings or {}))
        self.calls: dict[int, Call] = {}
        self.ping_every = ping_every
        self.pings_answered = 0
        self.pings_received = 0
        self.at_head = at_head
        self.acknowledging = True
        self.changed = anyio.Event()
        self.turn = anyio.Lock()

    async def serve(self) -> None:
        self.h2.initiate_connection()
        await self.flush()
        async with anyio.create_task_group() as group:
            if self.ping_every is not None:
                group.start_soon(self.ping, self.ping_every)
            try:
                while True:
                    data = await self.peer.stream.receive()
                    for event in self.h2.receive_data(data):
                        self.handle(event, group.start_soon)
                    changed, self.changed = self.changed, anyio.Event()
                    changed.set()
                    await self.flush()
            except (*GONE, ssl.SSLError):  # an alert of the client's is an error of TLS
                group.cancel_scope.cancel()

    async def ping(self, every: float) -> None:
        """Ping, and close on silence."""
        while True:
            answered = self.pings_answered
            self.h2.ping(b"12345678")
            await self.flush()
            await anyio.sleep(every)
            if self.pings_answered == answered:
                await self.peer.stream.aclose()

    def handle(self, event: object, start: Callable[..., object]) -> None:
        if isinstance(event, RequestReceived):
            call = self.calls[event.stream_id] = Call(
                event.stream_id, {str(name): str(value) for name, value in event.headers}
            )
            if self.at_head:
                start(self.run, call)
        elif isinstance(event, DataReceived):
            self.calls[event.stream_id].body += event.data
            if self.acknowledging:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.calls[event.stream_id].whole.set()
            if not self.at_head:
                start(self.run, self.calls[event.stream_id])
        elif isinstance(event, StreamReset):
            self.calls[event.stream_id].reset = int(event.error_code)
        elif isinstance(event, PingAckReceived):
            self.pings_answered += 1
        elif isinstance(event, PingReceived):
            self.pings_received += 1
        elif isinstance(event, ConnectionTerminated):
            raise anyio.EndOfStream

    async def run(self, call: Call) -> None:
        # A stream that the client reset meanwhile takes nothing more.
        with suppress(*GONE, StreamClosedError, ProtocolError):
            await self.respond(self, call)

    async def flush(self) -> None:
        async with self.turn:
            if data := self.h2.data_to_send():
                await self.peer.send(data)

    async def head(self, call: Call, status: int = 200, more: Fields | None = None) -> None:
        self.h2.send_headers(call.number, [(":status", str(status)), *(more or [])])
        await self.flush()

    async def data(self, call: Call, content: bytes, *, end: bool = True) -> None:
        rest = memoryview(content)
        while rest:
            size = min(
                len(rest),
                self.h2.local_flow_control_window(call.number),
                self.h2.max_outbound_frame_size,
            )
            if size == 0:
                await self.changed.wait()
                continue
            self.h2.send_data(call.number, bytes(rest[:size]), end and size == len(rest))
            rest = rest[size:]
            await self.flush()
        if end and not content:
            self.h2.end_stream(call.number)
            await self.flush()

    async def answer(self, call: Call, content: bytes = b"", status: int = 200) -> None:
        """Answer as the real server does: the head as one segment, the content as another."""
        await self.head(call, status, [("x-number", str(call.number))])
        await self.data(call, content)


async def echo(peer: Http2Peer, call: Call) -> None:
    """Answer with what was asked."""
    words = f"{call.headers[':method']} {call.headers[':path']} ".encode()
    await peer.answer(call, words + call.body)
