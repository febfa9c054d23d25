"""A stand-in for a Qdrant server's gRPC port: it acknowledges upserts unread, and knows no more.

    python benchmarks/canned_grpc.py

Started by other benchmarks, in a process of its own; prints its port.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import grpclib.const
from grpclib import GRPCError
from grpclib.encoding.base import CodecBase
from grpclib.server import Server

ACKNOWLEDGED = bytes.fromhex("0a0408011002")
"""A result of operation 1, completed."""


class Unread(CodecBase):
    """Messages as the bytes that they are."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


class Sink:
    """The methods that uploads call; who only writes need not know the collection."""

    async def get(self, stream: Any) -> None:
        raise GRPCError(grpclib.const.Status.PERMISSION_DENIED)

    async def upsert(self, stream: Any) -> None:
        await stream.recv_message()
        await stream.send_message(ACKNOWLEDGED)

    def __mapping__(self) -> dict[str, Any]:
        unary = grpclib.const.Cardinality.UNARY_UNARY
        methods = {"Points/Upsert": self.upsert, "Collections/Get": self.get}
        return {
            f"/qdrant.{name}": grpclib.const.Handler(method, unary, bytes, bytes)
            for name, method in methods.items()
        }


@contextmanager
def canned_grpc_server() -> Generator[int]:
    """Run it in a process of its own, and tell its port."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


async def main() -> None:
    server = Server([Sink()], codec=Unread())
    await server.start("127.0.0.1", 0)
    [sock] = server._server.sockets
    print(sock.getsockname()[1], flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
