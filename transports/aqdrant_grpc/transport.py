"""The transport: operations over gRPC, on any event loop."""

from __future__ import annotations

import asyncio
import inspect
import math
import os
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

import anyio

from aqdrant.exceptions import (
    AqdrantError,
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
    TransportConfig,
    is_collecting,
    report,
)
from aqdrant_grpc._methods import METHODS
from aqdrant_grpc.bridge import Bridge, is_asyncio
from aqdrant_grpc.calls import decode_steps, encode_steps, is_supported, unsupported
from aqdrant_grpc.channel import Channel
from aqdrant_grpc.connection import Headers
from aqdrant_grpc.errors import Named, read_message
from aqdrant_grpc.options import make_tls, read_options

__all__ = ["GrpcTransport", "open_transport"]

R = TypeVar("R")
A = TypeVar("A")

DEFAULT_TIMEOUT = 60.0
"""Seconds of a call for which neither the client nor the call names any: none waits for ever."""
_CONNECTIONS = 3


class _Native(NamedTuple):
    """A native call, as errors name it."""

    name: str
    target: str | None


class GrpcTransport:
    """Runs operations on a server's gRPC port.

    Args:
        config: the address and the options; nothing is opened before the first call.
    """

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._options = read_options(config.grpc_options)
        self._host = config.host or "localhost"
        self._port = config.grpc_port or 6334
        self._channels: WeakKeyDictionary[asyncio.AbstractEventLoop, Channel] = WeakKeyDictionary()
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._tls: Any = None
        self._bridge = Bridge()
        self._closed = False
        self._made = 0
        self._metadata = _metadata(config, self._options.user_agent)

    def __repr__(self) -> str:
        return f"<GrpcTransport {self._host}:{self._port}>"

    @property
    def connections_made(self) -> int:
        """Connections made so far, on every event loop."""
        return self._made

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
            raise unsupported(operation)
        timeout = options.timeout or self._config.timeout or DEFAULT_TIMEOUT
        metadata = await self._prepare(options)
        work = partial(self._call, operation, options.timeout, timeout, metadata)
        result, fields = await self._cross(work, operation, timeout)
        if is_collecting():
            time, usage = fields.get("time", 0.0), fields.get("usage")
            report(CallStats(operation=operation.name, time=time, usage=usage))
        return cast("R", result)

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
        call = _Native(path.rpartition("/")[2], None)
        if self._closed:
            raise ClientClosed("the client is closed.", operation=call.name)
        timeout = options.timeout or self._config.timeout or DEFAULT_TIMEOUT
        metadata = await self._prepare(options)
        work = partial(self._exchange, path, bytes(message), call, timeout, metadata)
        content = await self._cross(work, call, timeout)
        parse: Any = getattr(answer, "parse")  # noqa: B009  # protobuf's own have another name
        return cast("A", parse(content))

    async def _prepare(self, options: CallOptions) -> Headers:
        if self._tls is None and self._config.scheme == "https":
            verify = self._config.extra.get("verify")
            self._tls = await anyio.to_thread.run_sync(make_tls, self._options, verify)
        return await self._metadata_of(options)

    async def _cross(
        self, work: Callable[[], Coroutine[Any, Any, A]], call: Named, timeout: float
    ) -> A:
        """Run a call on asyncio: here, or on the loop of the bridge."""
        if is_asyncio():
            return await self._run(work, call, timeout)
        return await self._bridge.run(self._run, work, call, timeout)

    # ---- on asyncio

    async def _run(
        self, work: Callable[[], Coroutine[Any, Any, A]], call: Named, timeout: float
    ) -> A:
        try:
            async with asyncio.timeout(timeout):
                return await work()
        except TimeoutError as error:
            if isinstance(error, AqdrantError):
                raise
            raise OperationTimeout(
                f"no answer within {timeout:g} s.",
                timeout=timeout,
                operation=call.name,
                target=call.target,
                fix="Pass a longer timeout= to the call or to the client.",
            ) from None
        except TransportError as error:
            error.operation = error.operation or call.name
            raise

    async def _call(
        self, operation: Operation[Any], asked: float | None, timeout: float, metadata: Headers
    ) -> tuple[Any, Mapping[str, Any]]:
        # The client's own default is no wish that the server should know of: strict mode has a
        # limit for those.
        is_own = asked is not None and asked != self._config.timeout
        seconds = max(1, math.ceil(asked)) if is_own and asked is not None else None
        content: bytes = await _step(encode_steps(operation, seconds))
        limit = self._options.max_send
        if limit is not None and len(content) > limit:
            raise ArgumentError(
                f"the request is {len(content)} bytes long, and the limit {limit}.",
                operation=operation.name,
                target=operation.target,
                fix="Send fewer points at once, or raise grpc.max_send_message_length.",
            )
        path = METHODS[type(operation)].path
        message = await self._exchange(path, content, operation, timeout, metadata)
        result: tuple[Any, Mapping[str, Any]] = await _step(decode_steps(operation, message))
        return result

    async def _exchange(
        self, path: str, content: bytes, call: Named, timeout: float, metadata: Headers
    ) -> bytes:
        channel = self._channel()
        headers = [
            (":method", "POST"),
            (":scheme", "http" if self._tls is None else "https"),
            (":path", path),
            (":authority", channel.authority),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("grpc-timeout", _encode_timeout(timeout)),
            *metadata,
        ]
        answer = await channel.run(headers, content)
        return read_message(answer, call, timeout)

    def _channel(self) -> Channel:
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed.")
            if self._pid != os.getpid():
                # The connections belong to the process that made them.
                self._channels = WeakKeyDictionary()
                self._pid = os.getpid()
            channel = self._channels.get(loop)
            if channel is None:
                size = self._config.pool_size or _CONNECTIONS
                channel = self._channels[loop] = Channel(
                    self._host, self._port, size, self._options, self._tls, self._count
                )
            return channel

    def _count(self) -> None:
        self._made += 1

    # ---- metadata

    async def _metadata_of(self, options: CallOptions) -> Headers:
        provider = self._config.auth_token_provider
        if provider is None and not options.headers:
            return self._metadata
        own = {name.lower(): text for name, text in options.headers.items()}
        metadata = [(name, text) for name, text in self._metadata if name not in own]
        metadata += own.items()
        if provider is not None:
            given = provider()
            token = await given if inspect.isawaitable(given) else given
            metadata.append(("authorization", f"Bearer {token}"))
        return metadata

    # ---- the end

    async def aclose(self) -> None:
        """Close all connections; closing again does nothing."""
        with self._lock:
            self._closed = True
            channels = dict(self._channels)
            self._channels = WeakKeyDictionary()
        if self._pid != os.getpid():
            return
        here = asyncio.get_running_loop() if is_asyncio() else None
        for loop, channel in channels.items():
            if loop is here:
                channel.close()
            elif not loop.is_closed():
                loop.call_soon_threadsafe(channel.close)
        self._bridge.release()
        if here is not None:
            await asyncio.sleep(0)  # Transports close in the loop's next turn.


async def _step(steps: Any) -> Any:
    """Take the steps of a codec, with a turn for the loop between."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
        await asyncio.sleep(0)


def _encode_timeout(timeout: float) -> str:
    """Eight digits and a unit, as gRPC has it."""
    milliseconds = max(1, math.ceil(timeout * 1000))
    return f"{milliseconds}m" if milliseconds < 10**8 else f"{min(math.ceil(timeout), 10**8 - 1)}S"


def _metadata(config: TransportConfig, user_agent: str | None) -> Headers:
    headers = {name.lower(): text for name, text in config.headers.items()}
    headers.setdefault("user-agent", _user_agent(user_agent))
    if config.api_key is not None:
        headers["api-key"] = config.api_key
    return list(headers.items())


def _user_agent(given: str | None) -> str:
    return f"{given} {USER_AGENT}" if given else USER_AGENT


def open_transport(config: TransportConfig) -> GrpcTransport:
    """Make the transport for an address; its scheme is `https` where the server speaks TLS.

    Raises:
        ArgumentError: `grpc_options` has a name that is unknown.
    """
    return GrpcTransport(config)
