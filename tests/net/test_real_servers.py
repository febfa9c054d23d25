"""Against hypercorn, a real HTTP/2 server; and what `TCP_QUICKACK` is for."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme
from hypercorn.config import Config

from aqdrant_net import Origin, Pool, SocketOptions


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the version, the path, and the content."""
    while scope["type"] == "lifespan":
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
    content = bytearray()
    while True:
        event = await receive()
        content += event.get("body", b"")
        if not event.get("more_body"):
            break
    start = f"{scope['http_version']} {scope['path']} ".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": start, "more_body": True})
    await send({"type": "http.response.body", "body": bytes(content)})


@pytest.mark.parametrize("http2", [True, False])
async def test_hypercorn_answers(
    http2: bool, tmp_path: Path, anyio_backend_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if anyio_backend_name == "trio":
        from hypercorn.trio import serve
    else:
        from hypercorn.asyncio import serve
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    config.loglevel = "CRITICAL"
    config.graceful_timeout = 0.1
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    ended, ready = anyio.Event(), anyio.Event()

    async def run_server() -> None:
        await serve(app, config, shutdown_trigger=ended.wait)  # type: ignore[arg-type]

    async with anyio.create_task_group() as group:
        group.start_soon(run_server)
        while not ready.is_set():
            try:
                await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
                ready.set()
            except OSError:
                await anyio.lowlevel.checkpoint()
        pool = Pool(Origin("127.0.0.1", port), tls=trusting, http2=http2)
        version = b"2" if http2 else b"1.1"

        async def ask(number: int) -> None:
            content = bytes([number]) * number * 1000
            response = await pool.request(b"POST", b"/%d" % number, (), content)
            assert response.content == version + b" /%d " % number + content

        with anyio.fail_after(30):
            async with anyio.create_task_group() as askers:
                for number in range(40):
                    askers.start_soon(ask, number)
            large = b"x" * (4 << 20)
            response = await pool.request(b"PUT", b"/large", (), large)
            assert response.content == version + b" /large " + large
        await pool.aclose()
        ended.set()


@pytest.fixture
def nagling() -> Iterator[Origin]:
    """A server that writes each answer as two segments, with Nagle's algorithm on."""

    def serve(connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
                connection.sendall(b"o")
                connection.sendall(b"k")

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=listen)
    thread.start()
    yield Origin("127.0.0.1", server.getsockname()[1])
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_QUICKACK is Linux's")
async def test_quickack_spares_the_wait_for_a_delayed_acknowledgement(nagling: Origin) -> None:
    """Each answer waits about 40 ms without, so that half of that tells the two apart."""

    async def median(quickack: bool) -> float:
        pool = Pool(nagling, options=SocketOptions(quickack=quickack))
        taken: list[float] = []
        for _ in range(30):
            start = time.perf_counter()
            assert (await pool.request(b"GET", b"/")).content == b"ok"
            taken.append(time.perf_counter() - start)
        await pool.aclose()
        return sorted(taken)[15]

    assert await median(quickack=False) > 0.02
    # A busy machine makes answers slow as well, but not five times in a row.
    assert min([await median(quickack=True) for _ in range(5)]) < 0.02
