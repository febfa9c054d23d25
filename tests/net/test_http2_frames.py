"""The framing of HTTP/2 without sockets: against the h2 library, cut anywhere, broken, hostile."""

from __future__ import annotations

import random
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.settings import SettingCodes, Settings
from hypothesis import given

from aqdrant_net.http2_frames import CANCEL, STREAM_WINDOW
from aqdrant_net.http2_heads import HeadReader, encode_fields
from aqdrant_net.http2_parties import FrameError

from .frames import (
    CONTINUATION,
    DATA,
    GOAWAY,
    HEADERS,
    HELLO,
    OK,
    PING,
    PRIORITY,
    PUSH,
    REQUEST,
    RESET,
    SETTINGS,
    WINDOW,
    Client,
    frame,
    setting,
)

FIELD = encode_fields([(b"x-a", b"b" * 100)])


def is_huge(count: int) -> bytes:
    return b"".join(frame(CONTINUATION, 0, 1, FIELD * 100) for _ in range(count))


# ---- what breaks the rules


@pytest.mark.parametrize(
    "raw",
    [
        frame(PING, 0, 0, bytes(8)),
        frame(SETTINGS, 1, 0),
        HELLO + b"\xff\xff\xff\0\0\0\0\0\1",
        HELLO + frame(DATA, 0, 0, b"x"),
        HELLO + frame(DATA, 0, 2, b"x"),
        HELLO + frame(DATA, 0, 7, b"x"),
        HELLO + frame(DATA, 8, 1, b""),
        HELLO + frame(HEADERS, 4, 1, OK) + frame(DATA, 8, 1, b"\3ab"),
        HELLO + frame(HEADERS, 4, 0, OK),
        HELLO + frame(HEADERS, 4, 2, OK),
        HELLO + frame(HEADERS, 4, 9, OK),
        HELLO + frame(HEADERS, 4, 1, b"\xff"),
        HELLO + frame(HEADERS, 4, 1, b"\xbf"),
        HELLO + frame(HEADERS, 4, 1, b"\x3f\xe1\xff\xff\x7f"),
        HELLO + frame(HEADERS, 4, 1, b"\x10\x7f" + b"\xff" * 60),
        HELLO + frame(HEADERS, 4, 1, FIELD * 600),
        HELLO + frame(HEADERS, 0, 1, FIELD) + is_huge(7),
        HELLO + frame(HEADERS, 0, 1, OK) + frame(CONTINUATION, 0, 1) * 100,
        HELLO + frame(HEADERS, 0, 1, OK) + frame(PING, 0, 0, bytes(8)),
        HELLO + frame(HEADERS, 0, 1, OK) + frame(CONTINUATION, 4, 3),
        HELLO + frame(HEADERS, 4 | 8, 1, b"\5" + OK),
        HELLO + frame(HEADERS, 4 | 32, 1, OK),
        HELLO + frame(CONTINUATION, 4, 1, OK),
        HELLO + frame(PRIORITY, 0, 1, bytes(4)),
        HELLO + frame(PRIORITY, 0, 0, bytes(5)),
        HELLO + frame(RESET, 0, 0, bytes(4)),
        HELLO + frame(RESET, 0, 1, bytes(3)),
        HELLO + frame(RESET, 0, 5, bytes(4)),
        HELLO + frame(PUSH, 4, 1, b"\0\0\0\2" + OK),
        HELLO + frame(SETTINGS, 0, 1),
        HELLO + frame(SETTINGS, 0, 0, bytes(5)),
        HELLO + frame(SETTINGS, 1, 0, bytes(6)),
        setting(2, 1),
        setting(4, 2**31),
        setting(5, 16383),
        setting(5, 2**24),
        HELLO + frame(PING, 0, 0, bytes(7)),
        HELLO + frame(PING, 0, 1, bytes(8)),
        HELLO + frame(GOAWAY, 0, 0, bytes(7)),
        HELLO + frame(GOAWAY, 0, 1, bytes(8)),
        HELLO + frame(WINDOW, 0, 0, bytes(4)),
        HELLO + frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff"),
        HELLO + frame(WINDOW, 0, 1, bytes(3)),
        HELLO + frame(WINDOW, 0, 5, b"\0\0\0\1"),
        HELLO + frame(HEADERS, 4, 1, OK) + frame(DATA, 0, 1, bytes(65536)) * 129,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_frames_that_break_the_rules_end_the_connection(raw: bytes) -> None:
    client = Client()
    client.ask()
    with pytest.raises(FrameError):
        client.frames.receive(raw)


@pytest.mark.parametrize(
    "raw",
    [
        frame(HEADERS, 4, 1, encode_fields([(b":status", b"20")])),
        frame(HEADERS, 4, 1, OK + OK),
        frame(HEADERS, 4, 1, OK + encode_fields([(b":path", b"/")])),
        frame(HEADERS, 4, 1, FIELD + OK),
        frame(HEADERS, 4, 1, OK + encode_fields([(b"X-Upper", b"a")])),
        frame(HEADERS, 4, 1, OK + encode_fields([(b"", b"a")])),
        frame(HEADERS, 4, 1, OK + encode_fields([(b"a", b"b\r\nc: d")])),
        frame(HEADERS, 4, 1, OK + encode_fields([(b"connection", b"close")])),
        frame(HEADERS, 4, 1, OK + encode_fields([(b"content-length", b"-1")])),
        frame(
            HEADERS,
            4,
            1,
            OK + encode_fields([(b"content-length", b"1"), (b"content-length", b"2")]),
        ),
        frame(HEADERS, 4, 1, OK) + frame(HEADERS, 4, 1, FIELD),
        frame(WINDOW, 0, 1, bytes(4)),
        frame(WINDOW, 0, 1, b"\x7f\xff\xff\xff"),
    ],
)
def test_messages_that_break_the_rules_end_their_stream_alone(raw: bytes) -> None:
    client = Client()
    first, second = client.ask(is_last=False), client.ask()
    client.frames.receive(HELLO)
    client.sent()
    client.frames.receive(raw + frame(HEADERS, 5, 3, OK))
    assert first.reason is not None
    assert (RESET, 0, 1, b"\0\0\0\1") in client.sent()
    assert second.whole
    assert not client.frames.streams


def test_frames_of_a_stream_that_was_given_up_are_passed_over() -> None:
    client = Client()
    stream = client.ask()
    client.frames.receive(HELLO)
    client.frames.reset(stream, CANCEL)
    # The block still goes into our table.
    table = b"\x40\x01a\x01b"
    client.frames.receive(frame(HEADERS, 4, 1, OK + table) + frame(DATA, 1, 1, b"late"))
    client.frames.receive(frame(WINDOW, 0, 1, b"\0\0\0\1") + frame(RESET, 0, 1, bytes(4)))
    assert stream.heads == []
    again = client.ask()
    client.frames.receive(frame(HEADERS, 5, 3, OK + b"\xbe"))
    assert again.heads[0].fields == [(b"a", b"b")]


def test_a_block_means_what_the_table_says_at_its_time() -> None:
    reader = HeadReader(1000)
    assert reader.read(OK + b"\x40\x01a\x01b").fields == [(b"a", b"b")]
    assert [reader.read(OK + b"\xbe").fields for _ in range(2)] == [[(b"a", b"b")]] * 2
    assert reader.read(OK + b"\x40\x01a\x01c").fields == [(b"a", b"c")]
    assert reader.read(OK + b"\xbe").fields == [(b"a", b"c")]
    assert reader.read(b"\x20\x3f\xe1\x1f" + OK).fields == []
    with pytest.raises(ValueError, match="cannot be read"):
        reader.read(OK + b"\xbe")


def test_windows_follow_a_setting_that_changes_midway() -> None:
    client = Client()
    stream = client.ask(is_last=False)
    client.frames.receive(setting(4, 100))
    client.frames.send(stream, bytes(80), is_last=False)
    client.frames.receive(setting(4, 50))
    assert client.frames.room(stream) == -30
    client.frames.receive(frame(WINDOW, 0, 1, b"\0\0\0\x1f"))
    assert client.frames.room(stream) == 1
    client.frames.receive(setting(3, 7) + setting(1, 0) + setting(99, 5))
    assert client.frames.max_streams == 7


def test_windows_are_opened_by_what_was_read() -> None:
    client = Client()
    stream = client.ask()
    client.frames.receive(HELLO + frame(HEADERS, 4, 1, OK))
    client.sent()
    half = STREAM_WINDOW // 2
    for _ in range(half // 65536):
        client.frames.receive(frame(DATA, 8, 1, b"\x0f" + bytes(65535)))
    assert (len(stream.content), stream.flow) == (half - half // 65536 * 16, half)
    assert client.sent() == []
    client.frames.read(stream, stream.flow)
    assert client.sent() == [(WINDOW, 0, 1, half.to_bytes(4, "big"))]
    assert stream.receive_window == STREAM_WINDOW


# ---- against h2


def serve(rng: random.Random, h2: H2Connection, number: int) -> list[object]:
    """Answer a request in one of many ways; give what the client should know of it."""
    fields = [(f"x-{i}", "v" * rng.choice([1, 5, 200, 9000])) for i in range(rng.randrange(4))]
    if rng.random() < 0.2:
        h2.send_headers(number, [(":status", "103"), ("link", "a")])
    h2.send_headers(number, [(":status", str(rng.choice([200, 404]))), *fields])
    content = b""
    for _ in range(rng.randrange(4)):
        piece = rng.randbytes(rng.choice([0, 1, 100, 9000]))
        room = h2.local_flow_control_window(number) - 260
        if len(piece) <= room:
            h2.send_data(number, piece, pad_length=rng.choice([None, 0, 1, 255]))
            content += piece
    end = rng.choice(["reset", "trailers", "end"])
    if end == "reset":
        h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
    elif end == "trailers":
        h2.send_headers(number, [("grpc-status", "0")], end_stream=True)
    else:
        h2.end_stream(number)
    return [fields, content, end]


def randomly_configured(rng: random.Random) -> H2Connection:
    h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    h2.max_inbound_frame_size = rng.choice([16384, 70000])
    h2.local_settings = Settings(
        client=False,
        initial_values={
            SettingCodes.INITIAL_WINDOW_SIZE: rng.choice([1, 1000, 65535, 2**20]),
            SettingCodes.MAX_FRAME_SIZE: h2.max_inbound_frame_size,
        },
    )
    h2.initiate_connection()
    h2.update_settings({SettingCodes.HEADER_TABLE_SIZE: rng.choice([0, 100, 4096, 65536])})
    return h2


class Talk:
    """Requests that h2 answers."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.client, self.h2 = Client(), randomly_configured(rng)
        self.bodies = [rng.randbytes(rng.choice([0, 10, 20000, 50000])) for _ in range(4)]
        self.rest = [memoryview(body) for body in self.bodies]
        for body in self.bodies:
            self.client.ask(is_last=not body)
        self.came: dict[int, bytes] = {}
        self.expected: dict[int, list[object]] = {}
        self.said = b""
        self.window = 2**20

    def run(self) -> bytes:
        """Go on until all is said; give what h2 sent."""
        while len(self.expected) < len(self.bodies) or self.client.frames.pending:
            self.listen()
            if self.rng.random() < 0.1:
                self.h2.ping(b"12345678")
            if self.rng.random() < 0.05:
                # A window that shrinks to less than nothing is not opened again by h2.
                self.window += self.rng.randrange(20000)
                self.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: self.window})
            self.answer()
        return self.said

    def listen(self) -> None:
        for event in self.h2.receive_data(bytes(self.client.frames.take())):
            if isinstance(event, RequestReceived):
                assert event.headers[:2] == [(":method", "POST"), (":scheme", "http")]
                self.came[event.stream_id] = b""
            elif isinstance(event, DataReceived):
                self.came[event.stream_id] += event.data
                flow = event.flow_controlled_length
                self.h2.acknowledge_received_data(flow, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.expected[event.stream_id] = serve(self.rng, self.h2, event.stream_id)

    def answer(self) -> None:
        """Have the client read what h2 says, and send what it may."""
        frames = self.client.frames
        answer = self.h2.data_to_send()
        self.said += answer
        while answer:
            size = self.rng.choice([1, 5, 100, 100000])
            frames.receive(answer[:size])
            answer = answer[size:]
        for index, stream in enumerate(self.client.streams):
            room = min(frames.room(stream), len(self.rest[index]))
            if room > 0:
                part, self.rest[index] = self.rest[index][:room], self.rest[index][room:]
                frames.send(stream, part, is_last=not self.rest[index])

    def check(self) -> None:
        """Compare what either side was told with what the other said."""
        assert [self.came[stream.number] for stream in self.client.streams] == self.bodies
        for stream in self.client.streams:
            fields, content, end = self.expected[stream.number]
            first, *others = [head for head in stream.heads if head.status != 103]
            assert [(n.decode(), v.decode()) for n, v in first.fields] == fields
            assert stream.content == content
            assert stream.whole == (end != "reset")
            assert stream.code == (7 if end == "reset" else None)
            trailers = [[(b"grpc-status", b"0")]] if end == "trailers" else []
            assert [head.fields for head in others] == trailers
        assert not self.client.frames.streams


def test_h2_and_ours_understand_each_other(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        talk = Talk(rng)
        talk.run()
        talk.check()


# ---- anything


def feed(data: bytes, sizes: list[int]) -> None:
    """Give bytes to a client with three streams: it may refuse them, and nothing else."""
    client = Client()
    for number in range(3):
        client.ask(is_last=number > 0)
    turn = 0
    with suppress(FrameError):
        while data:
            size = sizes[turn % len(sizes)]
            client.frames.receive(data[:size])
            data, turn = data[size:], turn + 1
    assert client.frames.pending < 1_000_000


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), min_size=1))
def test_random_bytes(data: bytes, sizes: list[int]) -> None:
    feed(data, sizes)
    feed(HELLO + data, sizes)


@given(
    st.lists(
        st.builds(
            frame,
            st.integers(0, 11),
            st.integers(0, 255),
            st.integers(0, 8),
            st.one_of(st.binary(max_size=40), st.just(OK), st.just(REQUEST), st.just(bytes(8))),
        )
    ),
    st.lists(st.integers(1, 50), min_size=1),
)
def test_random_frames(frames: list[bytes], sizes: list[int]) -> None:
    feed(HELLO + b"".join(frames), sizes)


def test_mutated_answers_of_h2(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        said = Talk(rng).run()
        for _ in range(20):
            data = bytearray(said)
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            feed(bytes(data[: rng.randrange(len(data) + 1)]), [rng.choice([7, 1000, 10**6])])
