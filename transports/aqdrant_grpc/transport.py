"""The transport: operations over gRPC, on any event loop."""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, TypeVar, cast

import anyio
import anyio.lowlevel

from aqdrant.exceptions import (
    ArgumentError,
    ClientClosed,
    OperationTimeout,
    TransportError,
)
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    USER_AGENT,
    ByteStream,
    CallOptions,
    CallStats,
    Encoded,
    NativeCall,
    TransportConfig,
    is_collecting,
    report,
)
from aqdrant_grpc._methods import METHODS
from aqdrant_grpc.calls import decode_steps, encode_steps, is_supported, unsupported
from aqdrant_grpc.channel import Channel, Metadata
from aqdrant_grpc.errors import Named, place_of, read_message
from aqdrant_grpc.options import make_tls, read_options
from aqdrant_grpc.packing import read_packing
from aqdrant_net import deadline

__all__ = ["GrpcTransport", "open_transport"]

R = TypeVar("R")
A = TypeVar("A")

DEFAULT_TIMEOUT = 60.0
"""Seconds of a call for which neither the client nor the call names any: none waits for ever."""


class GrpcTransport:
    """Runs operations on a server's gRPC port.

    Args:
        config: the address and the options; nothing is opened before the first call.
    """

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._options = read_options(config.grpc_options)
        self._packing = read_packing(config.extra)
        self._lock = threading.Lock()
        self._opened: Channel | None = None
        self._closed = False
        self._metadata = _metadata(config, self._options.user_agent)

    def __repr__(self) -> str:
        return f"<GrpcTransport {self._config.host}:{self._config.grpc_port}>"

    @property
    def connections_made(self) -> int:
        """Connections made so far, on every event loop."""
        return 0 if self._opened is None else self._opened.made

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run one operation.

        Raises:
            AqdrantError: one of the tree in `aqdrant.exceptions`.
        """
        if self._closed:
            raise ClientClosed("the client is closed.", operation=operation.name)
        if not is_supported(operation):
            if isinstance(operation, NativeCall):
                return cast("R", await self._run(operation, options))
            raise unsupported(operation)
        timeout = options.timeout or self._config.timeout or DEFAULT_TIMEOUT
        channel = await self._channel()
        async with _Bounds(operation, timeout, channel.target):
            metadata = await self._metadata_of(options)
            encoded = options.encoded
            if encoded is not None and encoded.fits(operation, self):
                content: bytes = encoded.content
            else:
                content = await self._encode(operation, options.timeout)
            path = METHODS[type(operation)].path
            answer = await channel.run(
                path, metadata, content, timeout, repeatable=operation.idempotent
            )
            message = read_message(answer, operation, timeout, channel.target)
            result, fields = await _step(decode_steps(operation, message))
        if is_collecting():
            time, usage = fields.get("time", 0.0), fields.get("usage")
            report(CallStats(operation=operation.name, time=time, usage=usage))
        return cast("R", result)

    async def prepare(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded | None:
        """Encode an operation that is to run soon.

        Raises:
            AqdrantError: gRPC cannot carry it.
        """
        timeout = options.timeout or self._config.timeout
        return Encoded(operation, self, await self._encode(operation, timeout))

    def stream(
        self, operation: StreamOperation[Any], _options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Refuse: gRPC has no call that carries snapshots."""
        raise unsupported(operation)

    async def call(
        self, path: str, message: Any, answer: type[A], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> A:
        """Make any unary call with messages of one's own, on this channel and with its auth.

        Args:
            path: service and method, for example ``"/qdrant.Points/Count"``.
            message: the request: a message of `aqdrant_grpc.messages`, or whatever else `bytes`
                encodes.
            answer: the class of the answer, which has `parse` as those messages do.
            options: timeout and metadata of this call.

        Raises:
            AqdrantError: one of the tree in `aqdrant.exceptions`.
        """
        parse: Any = getattr(answer, "parse")  # noqa: B009  # protobuf's own have another name
        call = NativeCall(path=path, content=bytes(message))
        return cast("A", parse(await self.execute(call, options)))

    async def _run(self, call: NativeCall, options: CallOptions) -> bytes:
        timeout = options.timeout or self._config.timeout or DEFAULT_TIMEOUT
        channel = await self._channel()
        self._check_size(call.content, call)
        async with _Bounds(call, timeout, channel.target):
            metadata = await self._metadata_of(options)
            answer = await channel.run(
                call.path, metadata, call.content, timeout, repeatable=call.idempotent
            )
            return read_message(answer, call, timeout, channel.target)

    async def _encode(self, operation: Operation[Any], asked: float | None) -> bytes:
        # The client's own default is no wish that the server should know of: strict mode has a
        # limit for those.
        is_own = asked is not None and asked != self._config.timeout
        seconds = max(1, math.ceil(asked)) if is_own and asked is not None else None
        content: bytes = await _step(encode_steps(operation, seconds))
        self._check_size(content, operation)
        return content

    def _check_size(self, content: bytes, operation: Operation[Any]) -> None:
        limit = self._options.max_send
        if limit is not None and len(content) > limit:
            raise ArgumentError(
                f"the request is {len(content)} bytes long, and the limit {limit}.",
                operation=operation.name,
                target=operation.target,
                fix="Send fewer points at once, or raise grpc.max_send_message_length.",
            )

    async def _channel(self) -> Channel:
        channel = self._opened
        if channel is None:
            tls = None
            if self._config.scheme == "https":
                verify, cert = (self._config.extra.get(name) for name in ("verify", "cert"))
                tls = await anyio.to_thread.run_sync(make_tls, self._options, verify, cert)
            with self._lock:
                if self._opened is None:
                    self._opened = Channel(self._config, self._options, tls, self._packing)
                channel = self._opened
        if self._closed:
            raise ClientClosed("the client is closed.", target=channel.target)
        return channel

    # ---- metadata

    async def _metadata_of(self, options: CallOptions) -> Metadata:
        provider = self._config.auth_token_provider
        if provider is None and not options.headers:
            return self._metadata
        own = _encoded(options.headers)
        metadata = [field for field in self._metadata if field[0] not in own]
        metadata += own.items()
        if provider is not None:
            given = provider()
            token = await given if inspect.isawaitable(given) else given
            metadata.append((b"authorization", f"Bearer {token}".encode()))
        return tuple(metadata)

    # ---- the end

    async def aclose(self) -> None:
        """Close all connections; closing again does nothing."""
        with self._lock:
            self._closed = True
            channel = self._opened
        if channel is not None:
            await channel.aclose()


class _Bounds:
    """Around one call: its deadline, and its name in errors."""

    def __init__(self, call: Named, timeout: float, server: str) -> None:
        self._call = call
        self._timeout = timeout
        self._server = server
        self._deadline = deadline(timeout)

    async def __aenter__(self) -> None:
        await self._deadline.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._deadline.__aexit__(kind, error, trace)
        except TimeoutError:
            raise OperationTimeout(
                f"no answer within {self._timeout:g} s.",
                timeout=self._timeout,
                operation=self._call.name,
                target=place_of(self._call, self._server),
                fix="Pass a longer timeout= to the call or to the client.",
            ) from None
        if isinstance(error, TransportError):
            error.operation = error.operation or self._call.name


async def _step(steps: Any) -> Any:
    """Take the steps of a codec, with a turn for the loop between."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
        await anyio.lowlevel.checkpoint()


def _metadata(config: TransportConfig, user_agent: str | None) -> Metadata:
    fields = {b"user-agent": _user_agent(user_agent).encode(), **_encoded(config.headers)}
    if config.api_key is not None:
        fields[b"api-key"] = config.api_key.encode()
    return tuple(fields.items())


def _encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): text.encode() for name, text in headers.items()}


def _user_agent(given: str | None) -> str:
    return f"{given} {USER_AGENT}" if given else USER_AGENT


def open_transport(config: TransportConfig) -> GrpcTransport:
    """Make the transport for an address; its scheme is `https` where the server speaks TLS.

    Raises:
        ArgumentError: `grpc_options` has an unknown name, or `grpc_compression` a way to pack that
            Qdrant does not know.
    """
    return GrpcTransport(config)
