"""Every recorded exchange over a real socket: what we send means the same, what comes is read.

`left_out.json` names the exchanges that are not replayed, by the reason: requests that our client
does not send. A name that can be replayed after all fails the test.
"""

from __future__ import annotations

import json
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from aqdrant.exceptions import (
    AqdrantError,
    DecodeError,
    OperationTimeout,
    PayloadTooLarge,
    StatusError,
)
from aqdrant.models._reading import LENIENT, reader
from aqdrant.operations import ALL_OPERATIONS, StreamOperation
from aqdrant.transport import TransportConfig
from aqdrant_rest import RestTransport
from aqdrant_rest._routes import Answer
from tests.meaning import same, without_defaults
from tests.net.servers import Peer, Seen, serving

from .exchanges import Call, Exchange, LeftOut, call_of, exchanges, meaning

LEFT_OUT = Path(__file__).with_name("left_out.json")


class Player:
    """A server that answers with what is recorded, and keeps what it was sent."""

    def __init__(self) -> None:
        self.exchange = next(iter(exchanges().values()))
        self.seen: Seen | None = None

    async def __call__(self, peer: Peer) -> None:
        while True:
            self.seen = await peer.read()
            headers = self.exchange.answer_headers.items()
            more = "".join(f"{name}: {text}\r\n" for name, text in headers)
            await peer.answer(self.exchange.content, self.exchange.status, more)


def playable() -> tuple[list[tuple[Exchange, Call]], dict[str, list[str]]]:
    """The exchanges with their operations, and the names of the others by reason."""
    found: list[tuple[Exchange, Call]] = []
    left_out: dict[str, list[str]] = {}
    for name, exchange in exchanges().items():
        try:
            found.append((exchange, call_of(exchange)))
        except LeftOut as reason:
            told = "refused before it is sent" if reason.__cause__ else str(reason)
            told += ", though the server takes it" if exchange.status < 300 else ""
            left_out.setdefault(told, []).append(name)
    return found, left_out


def test_nothing_is_left_out_but_what_no_client_of_ours_sends() -> None:
    found, left_out = playable()
    assert left_out == json.loads(LEFT_OUT.read_text(encoding="utf-8"))
    assert len(found) > 1930
    assert {type(call.operation) for _, call in found} == set(ALL_OPERATIONS)


@pytest.mark.one_loop
async def test_every_exchange_is_had_over_a_socket() -> None:
    player = Player()
    found, _ = playable()
    async with serving(player) as server:
        config = TransportConfig(scheme="http", host=server.origin.host, port=server.origin.port)
        transport = RestTransport(config)
        for exchange, call in found:
            player.exchange, player.seen = exchange, None
            await check_outcome(exchange, call, transport)
            check_request(exchange, call, player.seen)
        await transport.aclose()
        assert transport.connections_made < 10


def check_request(exchange: Exchange, call: Call, seen: Seen | None) -> None:
    assert seen is not None, exchange.name
    assert seen.method == exchange.method, exchange.name
    path, query = meaning(seen.target)
    wanted, _ = meaning(exchange.path)
    assert len(path) == len(wanted), exchange.name
    assert all(map(is_same_name, path, wanted)), exchange.name
    assert query == exchange.query, exchange.name
    for name, text in call.options.headers.items():
        if name == "accept-encoding" and call.route.answer is Answer.CONTENT:
            continue  # a snapshot is packed already
        assert seen.headers[name.lower()] == text, exchange.name
    if call.route.body is not None:
        assert seen.headers["content-type"] == "application/json"
        encoded = json.loads(seen.body)
        dumped = call.operation.body.model_dump(mode="json", by_alias=True)  # type: ignore[attr-defined]
        expected = without_defaults(exchange.json, encoded, dumped)
        assert same(encoded, expected), exchange.name
    elif call.route.takes_form:
        check_form(exchange, seen)
    else:
        assert seen.body == b"", exchange.name


def is_same_name(ours: str, theirs: str) -> bool:
    """Equal, or the same id of a point in another spelling."""
    if ours.isdecimal() and theirs.isdecimal():
        return int(ours) == int(theirs)
    return same(ours, theirs)


def check_form(exchange: Exchange, seen: Seen) -> None:
    kind = seen.headers["content-type"]
    form: Any = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + seen.body)
    (part,) = form.get_payload()
    assert part.get_param("name", header="content-disposition") == "snapshot"
    assert part.get_filename()
    assert part.get_payload(decode=True) == exchange.file, exchange.name


async def check_outcome(exchange: Exchange, call: Call, transport: RestTransport) -> None:
    try:
        result = await run(exchange, call, transport)
    except AqdrantError as error:
        check_error(exchange, call, error)
        return
    assert 200 <= exchange.status < 300, exchange.name
    if isinstance(result, bytes | str):
        assert result == (exchange.content if isinstance(result, bytes) else exchange.told)
        return
    answer: Any = exchange.told
    plain = answer if call.route.operation.__name__ == "Root" else answer.get("result")
    expected = None if plain is None else reader(call.route.result, LENIENT)(plain)
    assert result == expected, exchange.name


async def run(exchange: Exchange, call: Call, transport: RestTransport) -> Any:
    if not isinstance(call.operation, StreamOperation):
        return await transport.execute(call.operation, call.options)
    async with transport.stream(call.operation, call.options) as stream:
        if call.operation.uploads:
            await stream.send(exchange.file)
            return await stream.finish()
        content = b"".join([piece async for piece in stream])
        assert stream.size == len(content)
        return content


def check_error(exchange: Exchange, call: Call, error: AqdrantError) -> None:
    assert exchange.status >= 400, (exchange.name, error)
    assert not isinstance(error, DecodeError), exchange.name
    assert error.operation == call.operation.name
    assert error.target is not None
    assert exchange.method in error.target
    body = exchange.told
    text = body["status"]["error"] if isinstance(body, dict) else body
    if isinstance(error, OperationTimeout):
        assert "timed out" in text, exchange.name
        return
    assert isinstance(error, StatusError), exchange.name
    assert (error.status_code, error.body) == (exchange.status, exchange.content), exchange.name
    assert error.reason == (text and " ".join(text.split())) or error.reason == text, exchange.name
    retry_after = exchange.answer_headers.get("retry-after")
    assert error.retry_after == (None if retry_after is None else float(retry_after))
    if text and "larger than allowed" in text:
        assert isinstance(error, PayloadTooLarge)
