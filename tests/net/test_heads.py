"""The quick reader of heads against h11, on answers of every kind."""

from __future__ import annotations

import h11
import hypothesis.strategies as st
from hypothesis import example, given

from aqdrant_net.heads import find_end, read_fields, read_head

NAMES = st.sampled_from(
    b"content-length Content-Length content-type date Transfer-Encoding connection vary "
    b"Upgrade x-content-length x( ".split(b" ")
)
VALUES = st.one_of(
    st.sampled_from(
        [b"5", b"0", b"007", b"+5", b"5 5", b"5,5", b"chunked", b"close", b"", b"\x80"]
    ),
    st.binary(max_size=6),
)
SPACES = st.sampled_from([b"", b" ", b"\t ", b"\r\n ", b"\n"])
LINES = st.builds(
    lambda name, before, value, after, end: name + b":" + before + value + after + end,
    NAMES,
    SPACES,
    VALUES,
    SPACES,
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]),
)
STATUSES = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 404\r\n", b"HTTP/1.0 200 OK\r\n"),
        *(b"HTTP/1.1 100 C\r\n", b"HTTP/1.1 204 No\r\n", b"HTTP/1.1 20 OK\r\n"),
        *(b"HTTP/1.1 200 a\0b\r\n", b"HTTP/1.1  200 OK\r\n"),
    ]
)


def by_h11(data: bytes, method: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes, bool] | None:
    """What h11 makes of an answer; None: no answer."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target=b"/", headers=[(b"host", b"x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    content = b""
    try:
        head = connection.next_event()
        if not isinstance(head, h11.Response):
            return None
        while isinstance(event := connection.next_event(), h11.Data):
            content += event.data
    except h11.RemoteProtocolError:
        return None
    whole = isinstance(event, h11.EndOfMessage)
    return head.status_code, list(head.headers), content, whole


@given(
    STATUSES,
    st.lists(LINES, max_size=5),
    st.binary(max_size=12),
    st.sampled_from([b"GET", b"HEAD"]),
)
@example(b"HTTP/1.1 200 OK\r\n", [b"content-length: 5\r\n"], b"abcde", b"GET")
@example(b"HTTP/1.1 200 OK\r\n", [b"content-length: 2\r\n", b"x: a \t\r\n"], b"abcde", b"GET")
@example(b"HTTP/1.1 200 OK\r\n", [b"content-length: 5\r\n"] * 2, b"abcde", b"GET")
def test_what_the_quick_reader_takes_h11_reads_alike(
    status: bytes, lines: list[bytes], content: bytes, method: bytes
) -> None:
    data = status + b"".join(lines) + b"\r\n" + content
    if find_end(data) < 0 or (usual := read_head(data, method)) is None:
        return
    oracle = by_h11(data, method)
    assert oracle is not None
    code, fields, start, length = usual
    body = data[start : start + length]
    assert (code, read_fields(fields), body) == oracle[:3]
    assert oracle[3] == (len(body) == length)


def test_the_quick_reader_takes_what_a_real_server_sends() -> None:
    data = (
        b"HTTP/1.1 200 OK\r\ncontent-length: 62\r\ncontent-type: application/json\r\n"
        b"vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n"
        b"date: Sat, 21 Nov 2026 09:12:29 GMT\r\n\r\n"
    )
    usual = read_head(data, b"GET")
    assert usual is not None
    assert (usual[0], usual[2], usual[3]) == (200, len(data), 62)
    assert [name for name, _ in read_fields(usual[1])] == [
        *(b"content-length", b"content-type", b"vary", b"date")
    ]
