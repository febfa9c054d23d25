"""HTTP/2 against h2 over real sockets, which does at random whatever a server may do."""

from __future__ import annotations

import random

import anyio
import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from aqdrant_net import Limits, NetError, Pool, Response

from .frames import GOAWAY, frame
from .http2_server import Call, Fields, Http2Peer
from .servers import Peer, serving

REQUESTS = 60


class Moody:
    """Answers in any way that is right, and keeps what it was asked and what it said."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.window = 100_000
        self.last: dict[Http2Peer, int] = {}
        """The last stream that each connection takes."""
        self.said: dict[str, tuple[object, ...]] = {}

    async def handle(self, peer: Peer) -> None:
        settings = {
            SettingCodes.INITIAL_WINDOW_SIZE: self.rng.choice([65535, 100_000]),
            SettingCodes.MAX_CONCURRENT_STREAMS: self.rng.choice([1, 7, 100]),
        }
        await Http2Peer(peer, self.respond, settings=settings).serve()

    async def respond(self, peer: Http2Peer, call: Call) -> None:
        if call.number > self.last.get(peer, call.number):
            return
        if self.rng.random() < 0.1:
            peer.h2.reset_stream(call.number, ErrorCodes.REFUSED_STREAM)
            await peer.flush()
            return
        self.interrupt(peer)
        await self.answer(peer, call)
        if self.rng.random() < 0.1:
            # All that came before is answered still.
            last = self.last.setdefault(peer, max(peer.calls))
            async with peer.turn:
                await peer.peer.send(frame(GOAWAY, 0, 0, last.to_bytes(4, "big") + bytes(4)))

    def interrupt(self, peer: Http2Peer) -> None:
        """Change windows and tables, and ping."""
        if self.rng.random() < 0.1:
            # Growing: h2 takes the acknowledgement of one change for that of a later one, too.
            self.window += self.rng.randrange(2**17)
            peer.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: self.window})
        if self.rng.random() < 0.1:
            size = self.rng.choice([0, 100, 65536])
            peer.h2.update_settings({SettingCodes.HEADER_TABLE_SIZE: size})
        if self.rng.random() < 0.1:
            peer.h2.ping(b"12345678")

    async def answer(self, peer: Http2Peer, call: Call) -> None:
        """With 1xx, headers too long for a frame, padding and trailers."""
        rng, path = self.rng, call.headers[":path"]
        fields = [(f"x-{n}", "v" * rng.choice([1, 300, 9000])) for n in range(rng.randrange(4))]
        content = rng.randbytes(rng.choice([0, 1, 1000, 200_000]))
        trailers = [("x-last", path)] if rng.random() < 0.5 else []
        status = rng.choice([200, 404, 503])
        self.said[path] = (bytes(call.body), status, content, fields, trailers)
        if rng.random() < 0.3:
            await peer.head(call, 103, [("link", "a")])
        await peer.head(call, status, fields)
        peer.h2.send_data(call.number, b"", pad_length=rng.randrange(200))
        await peer.data(call, content, end=not trailers)
        if trailers:
            peer.h2.send_headers(call.number, trailers, end_stream=True)
            await peer.flush()


def texts(fields: list[tuple[bytes, bytes]]) -> Fields:
    return [(name.decode(), value.decode()) for name, value in fields]


async def ask(pool: Pool, path: str, body: bytes) -> Response:
    """Ask until the server takes it: what it did not take may be sent again."""
    while True:
        try:
            return await pool.request(b"POST", path.encode(), (), body)
        except NetError as error:
            if error.sent:
                raise


@pytest.mark.parametrize("connections", [1, 3])
async def test_answers_are_what_h2_said(connections: int, seed: int) -> None:
    rng = random.Random(seed)
    moody = Moody(rng)

    async def check(number: int) -> None:
        path, body = f"/{number}", rng.randbytes(rng.choice([0, 10, 100_000]))
        answer = await ask(pool, path, body)
        heard = (texts(answer.headers), texts(answer.trailers))
        assert (body, answer.status, answer.content, *heard) == moody.said[path]

    async with serving(moody.handle) as server:
        pool = Pool(server.origin, http2=True, limits=Limits(connections=connections))
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                for number in range(REQUESTS):
                    group.start_soon(check, number)
        await pool.aclose()
    assert len(moody.said) == REQUESTS
