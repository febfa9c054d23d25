"""HTTP/2: streams, windows, pings, farewells."""

from __future__ import annotations

import anyio

from aqdrant_net import Pool

from .http2_server import Http2Peer, echo
from .servers import Peer, serving


async def test_requests_share_one_connection() -> None:
    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, echo).serve()

    answers: dict[int, bytes] = {}

    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)

        async def ask(number: int) -> None:
            response = await pool.request(b"POST", b"/%d" % number, (), b"x" * number)
            assert response.http_version == "HTTP/2"
            answers[number] = response.content

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(ask, number)
        await pool.aclose()
    assert answers == {n: b"POST /%d " % n + b"x" * n for n in range(50)}
    assert server.accepted == 1


async def test_large_content_goes_both_ways() -> None:
    async def handle(peer: Peer) -> None:
        await Http2Peer(peer, echo).serve()

    content = bytes(range(256)) * 4096 * 32
    async with serving(handle) as server:
        pool = Pool(server.origin, http2=True)
        with anyio.fail_after(60):
            response = await pool.request(b"POST", b"/", (), content)
        await pool.aclose()
    assert response.content == b"POST / " + content
