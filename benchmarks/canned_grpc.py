"""A stand-in for a Qdrant server's gRPC port: all calls get the same bytes, and none is looked at.

    python benchmarks/canned_grpc.py ANSWER_AS_HEX

It parses no message and no headers, so that it is not the limit. Started by the other benchmarks,
in a process of its own; prints its port.
"""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from hpack import Encoder


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack(">I", len(content))[1:] + struct.pack(">BBI", kind, flags, stream) + content


class Canned(asyncio.Protocol):
    """HTTP/2 as far as a unary call needs it."""

    content = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""
        self.greeted = False
        # A large window, so that clients never wait for one.
        settings = struct.pack(">HI", 4, 2**31 - 1)
        transport.write(frame(4, 0, 0, settings) + frame(8, 0, 0, struct.pack(">I", 2**30)))
        encoder = Encoder()
        encoder.header_table_size = 0
        self.headers = encoder.encode([(":status", "200"), ("content-type", "application/grpc")])
        self.trailers = encoder.encode([("grpc-status", "0")])

    def data_received(self, data: bytes) -> None:
        self.buffer = buffer = self.buffer + data if self.buffer else data
        position = 0
        if not self.greeted:
            if len(buffer) < 24:
                return
            position, self.greeted = 24, True
        out: list[bytes] = []
        received = 0
        while len(buffer) >= position + 9:
            size = int.from_bytes(buffer[position : position + 3], "big")
            start = position + 9
            if len(buffer) < start + size:
                break
            kind, flags, stream = struct.unpack_from(">BBI", buffer, position + 3)
            position = start + size
            if kind == 4 and not flags & 1:
                out.append(frame(4, 1, 0, b""))
            elif kind == 6 and not flags & 1:
                out.append(frame(6, 1, 0, buffer[start:position]))
            elif kind == 0 and flags & 1:
                out += self.answer(stream)
            if kind == 0:
                received += size
        self.buffer = buffer[position:]
        if received:
            out.append(frame(8, 0, 0, struct.pack(">I", received)))
        self.transport.write(b"".join(out))

    def answer(self, stream: int) -> list[bytes]:
        body = b"\0" + struct.pack(">I", len(self.content)) + self.content
        pieces = (body[start : start + 16384] for start in range(0, len(body), 16384))
        return [
            frame(1, 4, stream, self.headers),
            *(frame(0, 0, stream, piece) for piece in pieces),
            frame(1, 5, stream, self.trailers),
        ]


def upload_answer(size: int) -> bytes:
    """What uploads ask for: a collection, and an update that is done, in one.

    Numbers that both have differ in their type, and each reader passes over the other's.
    """
    from qdrant_client import grpc

    vectors = grpc.VectorParams(size=size, distance=grpc.Distance.Cosine)
    params = grpc.CollectionParams(vectors_config=grpc.VectorsConfig(params=vectors))
    info = grpc.CollectionInfo(config=grpc.CollectionConfig(params=params))
    done = grpc.UpdateResult(operation_id=1, status=grpc.UpdateStatus.Completed)
    content = info.SerializeToString() + done.SerializeToString()
    assert len(content) < 128
    return bytes((0x0A, len(content))) + content


@contextmanager
def canned_grpc_server(answer: bytes) -> Generator[int]:
    """Run it in a process of its own, and tell its port."""
    command = [sys.executable, __file__, answer.hex()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    Canned.content = bytes.fromhex(sys.argv[1])
    asyncio.run(main())
