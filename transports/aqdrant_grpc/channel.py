"""Unary calls over HTTP/2: gRPC's headers and message prefix, on a pool of `aqdrant_net`.

Called by the transport. What fails on the wire comes out as an error of `aqdrant.exceptions`.
"""

from __future__ import annotations

import math
import ssl
import struct
import zlib

from aqdrant.exceptions import (
    AqdrantError,
    ClientClosed,
    ConnectionFailed,
    DecodeError,
    TLSFailed,
)
from aqdrant.transport import TransportConfig
from aqdrant_grpc.options import ChannelOptions
from aqdrant_grpc.packing import Packing, pack
from aqdrant_net import (
    AnswerTooLarge,
    ConnectError,
    Limits,
    NetError,
    Origin,
    Pool,
    PoolClosed,
    ReadError,
    Response,
)
from aqdrant_net.unpacking import GZIP, unpack

__all__ = ["Channel", "Metadata"]

Metadata = tuple[tuple[bytes, bytes], ...]

_CONNECTIONS = 3
_CALLS = 1024
"""Calls at once on a connection, before one more is opened."""
_JOINED = 256 * 1024
"""Messages up to this size are copied behind their prefix; longer ones follow it."""
_PREFIX = 5
_UNPACKED = 1 << 30
"""Bytes that an answer may unpack to, where no limit is set."""
_OF_GRPC = ((b"te", b"trailers"), (b"content-type", b"application/grpc"))
_TLS_KINDS = ("tls", "certificate", "tls-to-plain", "plain-to-tls", "protocol")
_FIXES = {
    "refused": "Check that the server runs, and its gRPC port (6334 by default).",
    "unreachable": "Check that the server runs, and its gRPC port (6334 by default).",
    "dns": "Check the host name.",
    "tls-to-plain": "Use http:// or https=False.",
    "plain-to-tls": "Use https:// or https=True.",
    "certificate": (
        "Pass the authority's certificate as root_certificates in grpc_options, or its file as"
        " verify=; another name in the certificate as grpc.ssl_target_name_override."
    ),
    "protocol": "Check grpc_port (6334 by default): this may be the server's REST port (6333).",
}
# Of a server that hangs up without a word.
_UNHEARD = {
    "http": "If it speaks TLS, use https:// or https=True; check that this is its gRPC port.",
    "https": "If it asks for a certificate: cert= takes it, or certificate_chain in grpc_options.",
}


class Channel:
    """The connections to one server, on every event loop.

    Args:
        config: the address, and how many connections there may be.
        options: limits, names and pings.
        tls: the context, where the server speaks TLS.
        packing: what is packed.
    """

    def __init__(
        self,
        config: TransportConfig,
        options: ChannelOptions,
        tls: ssl.SSLContext | None,
        packing: Packing,
    ) -> None:
        origin = Origin(config.host or "localhost", config.grpc_port or 6334)
        self.target = f"{'http' if tls is None else 'https'}://{origin}"
        self.made = 0
        """Connections made so far."""
        self._largest = _UNPACKED if options.max_receive is None else options.max_receive
        self._packing = packing
        self._fields: Metadata = (*_OF_GRPC, *packing.fields)
        if options.server_name is not None:
            self._fields += ((b"host", options.server_name.encode()),)
        limits = Limits(
            connections=config.pool_size or _CONNECTIONS,
            streams=_CALLS,
            ping_seconds=options.keepalive,
            pong_seconds=options.keepalive_timeout,
            answer_bytes=None if options.max_receive is None else options.max_receive + _PREFIX,
        )
        self._pool = Pool(
            origin, limits=limits, tls=tls, server_name=options.server_name, http2=True
        )

    async def run(
        self, path: str, metadata: Metadata, content: bytes, timeout: float, *, repeatable: bool
    ) -> Response:
        """Make a unary call.

        Args:
            path: service and method.
            metadata: of the call.
            content: the request's message.
            timeout: seconds, to be told to the server.
            repeatable: whether it may run again, if a connection ends without an answer.

        Raises:
            AqdrantError: no connection, none any more, or an answer that is none of gRPC's.
        """
        fields = (*self._fields, (b"grpc-timeout", _encode_timeout(timeout)), *metadata)
        is_packed = self._packing.requests
        if is_packed:
            content = await pack(content)
        prefix = struct.pack(">?I", is_packed, len(content))
        try:
            answer = await self._pool.request(
                b"POST",
                path.encode(),
                fields,
                prefix + content if len(content) < _JOINED else (prefix, content),
                repeatable=repeatable,
            )
            if not answer.reused:
                self.made += 1
            # Some servers pack what nobody asked them to; no gzip is left to who reads it.
            if answer.content[:1] == b"\1" and (b"grpc-encoding", b"gzip") in answer.headers:
                answer.content = await self._unpacked(answer.content)
        except NetError as error:
            raise self._failure(error) from error
        return answer

    async def _unpacked(self, content: bytes) -> bytes:
        try:
            message = await unpack(content[_PREFIX:], GZIP, self.target, self._largest)
        except zlib.error as error:
            raise DecodeError(
                f"the answer cannot be unpacked: {error}.", processed=True, target=self.target
            ) from error
        return struct.pack(">?I", False, len(message)) + message

    async def aclose(self) -> None:
        """Close all connections; the calls in flight fail."""
        await self._pool.aclose()

    def _failure(self, error: NetError) -> AqdrantError:
        if isinstance(error, PoolClosed):
            return ClientClosed("the client is closed.", target=self.target)
        if isinstance(error, AnswerTooLarge):
            return DecodeError(
                f"the answer is larger than {self._largest} bytes.",
                processed=True,
                target=self.target,
                fix="Ask for less, or raise grpc.max_receive_message_length in grpc_options.",
            )
        message = error.message if error.message.endswith(".") else f"{error.message}."
        if isinstance(error, ConnectError):
            is_plain = error.kind == "protocol" and self.target.startswith("http:")
            of_tls = error.kind in _TLS_KINDS and not is_plain
            kind = TLSFailed if of_tls else ConnectionFailed
            fix = _FIXES.get(error.kind)
            return kind(message, processed=False, target=self.target, fix=fix)
        processed = True if error.answered else None if error.sent else False
        fix = None
        if isinstance(error, ReadError) and not error.heard:
            fix = _UNHEARD[self.target.partition(":")[0]]
        return ConnectionFailed(message, processed=processed, target=self.target, fix=fix)


def _encode_timeout(timeout: float) -> bytes:
    """Eight digits and a unit, as gRPC has it."""
    milliseconds = max(1, math.ceil(timeout * 1000))
    if milliseconds < 10**8:
        return b"%dm" % milliseconds
    return b"%dS" % min(math.ceil(timeout), 10**8 - 1)
