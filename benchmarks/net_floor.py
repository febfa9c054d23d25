"""How near our connections come to bare sockets, and how far httpx's stay behind.

    python benchmarks/net_floor.py [--loop asyncio|uvloop|trio] [--seconds 1.0] [--rounds 5]

One process serves ready-made bytes from bare asyncio protocols: HTTP/1.1, the same over TLS, and
HTTP/2 over TLS with head and content as two segments and Nagle's algorithm on, as a real server
writes them. The clients take turns within each round. Printed: median milliseconds of one request
at a time, requests per second of 32 tasks, and each as a ratio to the bare sockets of asyncio.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import socket
import ssl
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import trustme

from aqdrant_net import Origin, Pool

TASKS = 32
QUERY = (
    b'{"query":['
    + b",".join(b"0.%08d" % (n * 7919) for n in range(384))
    + b'],"limit":10,"with_payload":true}'
)
HIT = b'{"id":%d,"version":3,"score":0.87654321,"payload":{"title":"%b","tag":"blue","n":17}}'
ANSWER = (
    b'{"result":{"points":[' + b",".join(HIT % (n, b"text " * 8) for n in range(10)) + b"]},"
    b'"status":"ok","time":0.00012}'
)
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\ncontent-type: application/json\r\n"
    b"vary: accept-encoding, Origin\r\ndate: Sat, 21 Nov 2026 09:12:29 GMT\r\n\r\n" % len(ANSWER)
)
PATH = "/collections/texts/points/query"
REQUEST = (
    b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % (PATH.encode(), len(QUERY))
) + QUERY


class Http1Server(asyncio.Protocol):
    """Answers each request of a known size with the same bytes."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or b"0")
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.transport.write(HEAD + ANSWER)


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


class Http2Server(asyncio.Protocol):
    """Answers each stream that ends, in two writes, without reading its headers."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        transport.write(frame(4, 0, 0, b"\0\4\0\x10\0\0"))  # SETTINGS: windows of 1 MiB
        transport.write(frame(8, 0, 0, (2**30).to_bytes(4, "big")))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.buffer.startswith(b"PRI"):
            self.buffer = self.buffer[24:]
        while len(self.buffer) >= 9:
            size = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + size:
                return
            kind, flags = self.buffer[3], self.buffer[4]
            stream = int.from_bytes(self.buffer[5:9], "big")
            body, self.buffer = self.buffer[9 : 9 + size], self.buffer[9 + size :]
            if kind == 4 and not flags:
                self.transport.write(frame(4, 1, 0, b""))
            elif kind == 6 and not flags:
                self.transport.write(frame(6, 1, 0, body))
            elif kind in (0, 1) and flags & 1:
                # :status 200, content-type: application/json
                head = b"\x88\x0f\x10\x10application/json"
                self.transport.write(frame(1, 4, stream, head))
                self.transport.write(frame(0, 1, stream, ANSWER))


def serve(folder: str, ports: Any) -> None:
    def context(protocols: list[str]) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(f"{folder}/server.pem")
        made.set_alpn_protocols(protocols)
        return made

    async def main() -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(Http1Server, "127.0.0.1", 0, backlog=512),
            await loop.create_server(Http1Server, "127.0.0.1", 0, ssl=context(["http/1.1"])),
            await loop.create_server(Http2Server, "127.0.0.1", 0, ssl=context(["h2"])),
        ]
        ports.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(main())


@contextmanager
def certified() -> Iterator[str]:
    """A folder with `ca.pem`, whom to trust, and `server.pem`, the key and certificate of here."""
    with tempfile.TemporaryDirectory() as place:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(Path(place, "ca.pem")))
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(str(Path(place, "server.pem")))
        yield place


@contextmanager
def canned(place: str) -> Iterator[list[int]]:
    """The ports of the servers: plain, over TLS, and HTTP/2 over TLS."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(place, there), daemon=True
    )
    server.start()
    try:
        yield here.recv()
    finally:
        server.kill()
        server.join()


Call = Callable[[], Awaitable[object]]


class Raw:
    """Bare asyncio streams, a list of connections as the pool."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        self.port, self.tls = port, tls
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def request(self) -> bytes:
        if self.idle:
            reader, writer = self.idle.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls)
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        content = await reader.readexactly(length)
        self.idle.append((reader, writer))
        return content

    async def aclose(self) -> None:
        for _, writer in self.idle:
            writer.transport.abort()
        self.idle.clear()
        await asyncio.sleep(0.01)


class Ours:
    def __init__(self, port: int, tls: ssl.SSLContext | None, http2: bool) -> None:
        self.pool = Pool(Origin("127.0.0.1", port), tls=tls, http2=http2)
        self.aclose = self.pool.aclose

    async def request(self) -> bytes:
        headers = ((b"Content-Type", b"application/json"),)
        response = await self.pool.request(b"POST", PATH.encode(), headers, QUERY)
        return response.content


class Httpx:
    def __init__(self, port: int, tls: ssl.SSLContext | None, http2: bool) -> None:
        url = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
        limits = httpx.Limits(max_connections=TASKS, max_keepalive_connections=TASKS)
        verify = True if tls is None else tls
        self.client = httpx.AsyncClient(
            base_url=url,
            limits=limits,
            verify=verify,
            http2=http2,
            headers={"accept-encoding": "identity"},
        )
        self.aclose = self.client.aclose

    async def request(self) -> bytes:
        headers = {"content-type": "application/json"}
        return (await self.client.post(PATH, content=QUERY, headers=headers)).content


async def median_ms(call: Call, seconds: float) -> float:
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        await call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


async def per_second(call: Call, seconds: float) -> float:
    count = 0
    start = time.perf_counter()

    async def work() -> None:
        nonlocal count
        while time.perf_counter() < start + seconds:
            await call()
            count += 1

    async with anyio.create_task_group() as group:
        for _ in range(TASKS):
            group.start_soon(work)
    return count / (time.perf_counter() - start)


async def measure(clients: dict[str, Any], seconds: float, rounds: int) -> dict[str, list[float]]:
    ms: dict[str, list[float]] = {name: [] for name in clients}
    rate: dict[str, list[float]] = {name: [] for name in clients}
    for client in clients.values():
        assert await client.request() == ANSWER
    for _ in range(rounds):
        for name, client in clients.items():
            ms[name].append(await median_ms(client.request, seconds))
        for name, client in clients.items():
            rate[name].append(await per_second(client.request, seconds))
    for client in clients.values():
        await client.aclose()
    return {name: [statistics.median(ms[name]), statistics.median(rate[name])] for name in clients}


async def main(loop: str, ports: list[int], folder: str, seconds: float, rounds: int) -> None:
    plain, over_tls, over_http2 = ports

    def tls() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=f"{folder}/ca.pem")

    raw = loop != "trio"
    tables: dict[str, dict[str, Any]] = {
        "HTTP/1.1": {
            **({"raw": Raw(plain, None)} if raw else {}),
            "ours": Ours(plain, None, False),
            "httpx": Httpx(plain, None, False),
        },
        "over TLS": {
            **({"raw": Raw(over_tls, tls())} if raw else {}),
            "ours, HTTP/1.1": Ours(over_tls, tls(), False),
            "ours, HTTP/2": Ours(over_http2, tls(), True),
            "httpx, HTTP/1.1": Httpx(over_tls, tls(), False),
        },
    }
    print(f"{loop}: median of {rounds} rounds of {seconds} s")
    for title, clients in tables.items():
        found = await measure(clients, seconds, rounds)
        base_ms, base_rate = next(iter(found.values()))
        for name, (ms, rate) in found.items():
            print(
                f"{title:9} {name:16} {ms:7.3f} ms ({ms / base_ms:5.2f})"
                f" {rate:9.0f}/s ({rate / base_rate:4.2f})"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--loop", choices=("asyncio", "uvloop", "trio"), default="asyncio")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with certified() as place, canned(place) as ports:
        anyio.run(
            main,
            *(options.loop, ports, place, options.seconds, options.rounds),
            backend="trio" if options.loop == "trio" else "asyncio",
            backend_options={"use_uvloop": True} if options.loop == "uvloop" else {},
        )
