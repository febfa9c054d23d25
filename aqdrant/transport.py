"""The protocol between the client and what runs operations.

Implemented by our three transports, by every middleware (a transport that holds another) and by
third parties: pass an instance as ``AsyncQdrantClient(transport=...)``, or register a function that
takes a `TransportConfig` under the entry-point group ``aqdrant.transports``.
"""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

import msgspec

from aqdrant._version import __version__
from aqdrant.context import CallStats, is_collecting, report
from aqdrant.operations import Operation, StreamOperation

__all__ = [
    "DEFAULT_OPTIONS",
    "USER_AGENT",
    "ByteStream",
    "CallOptions",
    "CallStats",
    "Encoded",
    "ImmediateTransport",
    "NativeCall",
    "PreparingTransport",
    "Refresh",
    "RemoteTransport",
    "RepeatableCall",
    "Transport",
    "TransportConfig",
    "is_collecting",
    "report",
]

R = TypeVar("R")

USER_AGENT = f"aqdrant/{__version__} python/{platform.python_version()}"
"""How this client presents itself to servers."""


class Encoded(msgspec.Struct, frozen=True):
    """An operation that a transport has encoded before it runs it."""

    operation: Operation[Any]
    transport: Transport
    content: Any
    """What this very transport sends for this very operation."""

    def fits(self, operation: Operation[Any], transport: Transport) -> bool:
        """Whether the content is what this transport would make of this operation."""
        return self.operation is operation and self.transport is transport


class CallOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to one call and not to the operation."""

    timeout: float | None = None
    """Seconds for the whole call, retries and waiting included; None for the transport's
    default."""
    headers: Mapping[str, str] = {}
    """Headers, or gRPC metadata, of this call alone."""
    retries: int | None = None
    """How often this call may be tried again; None for as often as the client does."""
    encoded: Encoded | None = None
    """What `PreparingTransport.prepare` gave; of use for the same operation alone."""


DEFAULT_OPTIONS = CallOptions()


class Refresh(Operation[None], frozen=True):
    """Have a transport that answers from a snapshot take the newest state.

    No call of Qdrant's API: where every answer is of the newest state it has nothing to do, and a
    transport may refuse it with `UnsupportedOperation`.
    """


class NativeCall(Operation[bytes], frozen=True, kw_only=True):
    """An RPC by its own name: bytes that the caller encoded, to bytes that he decodes.

    No call of Qdrant's API, and what it does is known to no layer: a transport that has no RPCs
    refuses it with `UnsupportedOperation`.
    """

    path: str
    """Service and method, for example ``"/qdrant.Points/Count"``."""
    content: bytes
    """The request's message."""
    collection_name: str | None = None
    """The collection in question, for logs and errors."""

    idempotent: ClassVar[bool] = False
    writes: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.path.rpartition("/")[2]


class RepeatableCall(NativeCall, frozen=True, kw_only=True):
    """A `NativeCall` that may be run again after a fault."""

    idempotent: ClassVar[bool] = True


class ByteStream(Protocol):
    """The content of a `StreamOperation`: iterated when it comes in, sent when it goes out."""

    @property
    def size(self) -> int | None:
        """Bytes of the whole content, where that is known."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def send(self, chunk: bytes, /) -> None:
        """Send the next piece of an upload."""
        ...

    async def finish(self) -> Any:
        """End an upload and wait for the operation's result."""
        ...


class Transport(Protocol):
    """Runs operations.

    A transport is made without I/O and without an event loop; it opens what it needs at the first
    call and keeps what belongs to an event loop apart for each. One instance serves many tasks at
    once.
    """

    async def execute(self, operation: Operation[R], options: CallOptions = ..., /) -> R:
        """Run one operation.

        Raises:
            AqdrantError: one of the tree in `aqdrant.exceptions`; never a library's own. What a
                transport cannot run raises `UnsupportedOperation` before anything is sent, with
                the transports that can in `supported_by`: a client that has one of them goes there.
                A `TransportError` says in `processed` whether the call may have been acted on, and
                a `StatusError` in `retry_after` when to come back.
        """
        ...

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = ..., /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run an operation whose content is too large for a value."""
        ...

    async def aclose(self) -> None:
        """Release everything; calling it again does nothing."""
        ...


@runtime_checkable
class ImmediateTransport(Protocol):
    """A transport that can often answer at once, without an event loop."""

    def try_execute(self, operation: Operation[Any], options: CallOptions = ..., /) -> Any:
        """Run an operation in the caller's thread, or return NotImplemented to have it awaited.

        It never suspends and uses nothing of anyio; the deadline is held by the clock.
        """
        ...


@runtime_checkable
class PreparingTransport(Protocol):
    """A transport that can encode an operation while another one is under way."""

    async def prepare(
        self, operation: Operation[Any], options: CallOptions = ..., /
    ) -> Encoded | None:
        """Encode an operation that is to run soon; None where nothing is to be gained."""
        ...


@runtime_checkable
class RemoteTransport(Protocol):
    """A transport to a server: its faults may pass, and its version may change.

    A client tries a call again after a transient fault, asks for the server's version and refuses
    what it does not know on transports that have this property; the others run in this process.
    """

    @property
    def connections_made(self) -> int:
        """Connections made so far, on every event loop. It never goes down.

        Where it has grown, the server may have been restarted as another version.
        """
        ...


class TransportConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The client's constructor arguments, the address taken apart."""

    scheme: str
    """``"memory"``, ``"file"``, ``"http"``, ``"https"``, or one that an entry point registers."""
    host: str | None = None
    port: int | None = None
    grpc_port: int | None = None
    prefix: str | None = None
    path: str | None = None
    prefer_grpc: bool = False
    api_key: str | None = None
    auth_token_provider: Callable[[], str | Awaitable[str]] | None = None
    timeout: float | None = None
    pool_size: int | None = None
    headers: Mapping[str, str] = {}
    grpc_options: Mapping[str, Any] = {}
    check_compatibility: bool = True
    extra: Mapping[str, Any] = {}
    """Whatever else the transport in question takes."""

    @property
    def target(self) -> str:
        """The address, for logs and errors; it holds no secret."""
        if self.scheme == "memory":
            return ":memory:"
        if self.scheme == "file":
            return str(self.path)
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix or ''}"

    def __repr__(self) -> str:
        return f"TransportConfig({self.target!r})"
