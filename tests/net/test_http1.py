"""HTTP/1.1: what leaves, what is read, what becomes of the connection."""

from __future__ import annotations

from aqdrant_net import Pool

from .servers import Peer, serving


async def echo(peer: Peer) -> None:
    """Answer each request with what it was."""
    while True:
        seen = await peer.read()
        more = "".join(f"x-{name}: {value}\r\n" for name, value in seen.headers.items())
        await peer.answer(f"{seen.method} {seen.target} ".encode() + seen.body, more=more)


async def test_answer_is_read_and_connection_used_again() -> None:
    async with serving(echo) as server:
        pool = Pool(server.origin)
        first = await pool.request(b"GET", b"/a?b=c")
        again = await pool.request(b"POST", b"/d", [(b"X-Key", b"1")], b"content")
        await pool.aclose()
    assert (first.status, first.content, first.http_version) == (200, b"GET /a?b=c ", "HTTP/1.1")
    assert again.content == b"POST /d content"
    assert dict(again.headers)[b"x-x-key"] == b"1"
    assert dict(again.headers)[b"x-content-length"] == b"7"
    assert dict(again.headers)[b"x-host"] == str(server.origin).encode()
    assert (first.reused, again.reused, server.accepted) == (False, True, 1)
