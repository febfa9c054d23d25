"""What the methods of the client stand on: the constructor, the transport, one way to run a call.

The classes of this package derive from `ClientCore`, one a noun; `client.py` puts them together. A
method suspends in `_execute` alone, so the sync facade can drive it without an event loop (see
`_portal`).
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, cast

from anyio import move_on_after, to_thread
from anyio.lowlevel import checkpoint

from aqdrant._async.former import FormerMethods
from aqdrant._async.layers import LayerOptions, choose_layers
from aqdrant._async.options import (
    checked_layers,
    checked_timeout,
    checked_transport,
    checked_version,
    configure,
    shown,
)
from aqdrant._portal import Hop, in_portal
from aqdrant._registry import open_transport
from aqdrant.context import current_headers
from aqdrant.exceptions import (
    ArgumentError,
    ClientClosed,
    OperationTimeout,
    StatusError,
    UnsupportedOperation,
)
from aqdrant.inference.protocol import EmbedderLike, checked_embedders
from aqdrant.middleware import Layer, build_chain
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    ByteStream,
    CallOptions,
    ImmediateTransport,
    Transport,
)

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient
    from aqdrant._async.http_apis import HttpApis

__all__ = ["ClientCore"]

R = TypeVar("R")
C = TypeVar("C", bound="ClientCore")

_CLOSING = 10.0
"""Seconds that a transport has to close."""


class ClientCore(FormerMethods):
    """Holds the configuration; opens nothing until the first call."""

    _inline = False
    """Set by the sync facade: an operation that must be awaited goes to the portal."""

    def __init__(
        self,
        location: str | None = None,
        url: str | None = None,
        port: int | None = 6333,
        grpc_port: int = 6334,
        prefer_grpc: bool = False,
        https: bool | None = None,
        api_key: str | None = None,
        prefix: str | None = None,
        timeout: float | None = None,
        host: str | None = None,
        path: str | os.PathLike[str] | None = None,
        force_disable_check_same_thread: bool = False,
        grpc_options: Mapping[str, Any] | None = None,
        auth_token_provider: Callable[[], str | Awaitable[str]] | None = None,
        cloud_inference: bool = False,
        local_inference_batch_size: int | None = None,
        check_compatibility: bool = True,
        pool_size: int | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        transport: Transport | None = None,
        middleware: Mapping[str, Layer] | None = None,
        max_concurrency: int | None = None,
        retries: int | None = None,
        server_version: str | None = None,
        coalesce: bool = False,
        tracing: bool = False,
        embedders: Mapping[str, EmbedderLike] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the configuration. Nothing is opened and no thread or task starts.

        Args:
            location: ``":memory:"`` for an engine in this process, or a URL.
            url: scheme, host, port and prefix in one, for example ``"http://localhost:6333"``.
            port: REST port where the URL names none; None for the scheme's own.
            grpc_port: gRPC port.
            prefer_grpc: use gRPC wherever it has the operation.
            https: use TLS where the URL has no scheme; by default when there is an API key.
            api_key: API key.
            prefix: path before every REST path.
            timeout: seconds that a call may take where it names no timeout itself; None for 60 s
                on a server, and no end in process.
            host: host name, in place of a URL.
            path: folder of the local store.
            force_disable_check_same_thread: accepted for compatibility; it disables nothing.
            grpc_options: options of the gRPC channel.
            auth_token_provider: returns a bearer token, or an awaitable of one, for each call.
            cloud_inference: leave documents and images to the server.
            local_inference_batch_size: texts embedded at once.
            check_compatibility: ask for the server's version after the first call, and warn when
                it is further than one minor version from this client's.
            pool_size: connections at once.
            headers: headers, or gRPC metadata, of every call.
            transport: runs the operations in place of the transport that the address names; the
                client closes it.
            middleware: slot → what makes a layer for it; see `aqdrant.middleware.SLOTS`.
            max_concurrency: calls in flight at once, per event loop; None for no bound.
            retries: how often a call is tried again after a transient fault, with growing waits
                and within its timeout (`aqdrant.middleware.Retry` says which, and takes more
                options as ``middleware={"retry": ...}``); 0 for never, None for 3 on a server.
            server_version: the server's version, such as ``"1.18"``, in place of asking for it
                when a call uses what not every server since 1.15 knows.
            coalesce: let equal reads that are under way at once share one call and its result,
                which is read-only then.
            tracing: make a span of OpenTelemetry of each call; needs ``opentelemetry-api``.
            embedders: model name, or ``"*"`` for all others → what embeds its documents: a function
                of a list of texts, or an `aqdrant.inference.Embedder`; fastembed by default.
            **kwargs: options of the transport in question. Of the local store:
                ``durability="full"`` (what was answered survives a power loss; the default) or
                ``"normal"`` (it survives the end of the process), and ``read_only=True`` (the
                folder as it is at the first call, while another process may write to it).

        Raises:
            ArgumentError: the arguments contradict each other or cannot be read.
        """
        given = {name: value for name, value in locals().items() if name in _PARAMETERS}
        self._config = configure(given, kwargs, ClientCore.__init__)
        self._given_transport: Transport | None = checked_transport(transport)
        self._layers = checked_layers(middleware)
        self._layer_options = LayerOptions(
            max_concurrency,
            retries,
            checked_version(server_version),
            coalesce,
            tracing,
            checked_embedders(embedders),
            cloud_inference,
            local_inference_batch_size,
        )
        self._options: dict[str, Any] = {
            name: value for name, value in given.items() if name not in ("transport", "middleware")
        } | kwargs
        self._chain: Transport | None = None
        self._immediate: ImmediateTransport | None = None
        self._closed = False
        self._hopped = False
        self._lock = threading.Lock()
        self._opening = threading.Lock()

    @property
    def init_options(self) -> dict[str, Any]:
        """The constructor's arguments as they were given; those that hold secrets are hidden."""
        return shown(self._options)

    async def _execute(
        self,
        operation: Operation[R],
        timeout: float | None = None,
        *,
        retries: int | None = None,
    ) -> R:
        """Run an operation through the middleware on the transport.

        Args:
            operation: what to run.
            timeout: seconds for the whole call; None for the client's own.
            retries: how often it may be tried again; None for as often as the client does.
        """
        headers = current_headers()
        if timeout is None and not headers and retries is None:
            options = DEFAULT_OPTIONS
        else:
            options = CallOptions(
                timeout=checked_timeout(timeout), headers=headers, retries=retries
            )
        chain = self._chain or await self._opened()
        try:
            if self._inline and not in_portal():
                if self._immediate is not None:
                    result = self._immediate.try_execute(operation, options)
                    if result is not NotImplemented:
                        return cast("R", result)
                self._hopped = True
                hop: Hop[R] = Hop(chain.execute, operation, options)
                return await hop
            return await chain.execute(operation, options)
        except StatusError as error:
            # It is an answer of Qdrant's: the places that it came by would bury the caller's own.
            error.__traceback__ = None
            raise

    async def _pause(self) -> None:
        """Let the event loop have its turn, where this runs on one."""
        if not self._inline or in_portal():
            await checkpoint()

    def _stream(
        self, operation: StreamOperation[Any], timeout: float | None = None
    ) -> AbstractAsyncContextManager[ByteStream]:
        options = CallOptions(timeout=checked_timeout(timeout), headers=current_headers())
        return self._streamed(operation, options)

    @asynccontextmanager
    async def _streamed(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        chain = self._chain or await self._opened()
        self._hopped = True
        async with chain.stream(operation, options) as content:
            yield content

    async def _opened(self) -> Transport:
        """The transport with its layers, made at the first call."""
        if self._given_transport is not None or (self._inline and not in_portal()):
            chain = self._open()
        else:
            # Importing a transport, and looking for one among what is installed, reads many files.
            chain = await to_thread.run_sync(self._open)
        if chain is not None and not self._closed:
            return chain
        if chain is not None:
            await self._finish(chain)  # the client was closed while this was made
        raise ClientClosed("the client is closed.", target=self._target, fix="Make a new client.")

    def _open(self) -> Transport | None:
        # Two locks: the loop waits for the second, at most, which is never held for long.
        with self._opening:
            if self._chain is not None or self._closed:
                return self._chain
            transport = self._given_transport or open_transport(self._config)
            own = choose_layers(
                self._config,
                self._layer_options,
                transport,
                is_given=self._given_transport is not None,
            )
            chain = build_chain(transport, own | self._layers)
            with self._lock:
                if not self._closed:
                    self._immediate = chain if isinstance(chain, ImmediateTransport) else None
                    self._chain = chain
            return chain

    @property
    def _target(self) -> str:
        return self._config.target if self._given_transport is None else repr(self._given_transport)

    async def aclose(self) -> None:
        """Close the client and its transport, even if cancelled. Closing again does nothing.

        Every later call raises `ClientClosed`.

        Raises:
            OperationTimeout: the transport did not close within 10 s.
        """
        with self._lock:
            unused = None if self._closed else self._given_transport
            self._closed = True
            chain, self._chain, self._immediate = self._chain or unused, None, None
        if chain is not None:
            await self._finish(chain)

    async def _finish(self, chain: Transport) -> None:
        if self._inline and not in_portal() and (self._hopped or self._config.scheme == "file"):
            # Connections belong to the event loop that made them; files are closed in a worker
            # thread, and those need one, too.
            hop: Hop[None] = Hop(self._finish, chain)
            await hop
            return
        if self._inline and not in_portal():
            await chain.aclose()
            return
        # Who leaves `async with` is often cancelled, and connections and locks are to go even so.
        with move_on_after(_CLOSING, shield=True):
            await chain.aclose()
            return
        raise OperationTimeout(
            f"the transport did not close within {_CLOSING:g} s.",
            timeout=_CLOSING,
            target=self._target,
        )

    async def close(self, grpc_grace: float | None = None) -> None:
        """Close the client, as `aclose` does.

        Args:
            grpc_grace: accepted for compatibility; calls in flight are cancelled.
        """
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._chain is not None else "not opened"
        return f"<{type(self).__name__} {self._target} {state}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given_transport is not None or self._config.scheme in ("memory", "file"):
            raise ArgumentError(
                f"a client of {self._target} cannot be pickled: its state is in this process.",
                fix="Make a client where it is needed, or use a server.",
            )
        return _reopen, (type(self), self._options, self._layers)

    @property
    def http(self) -> HttpApis:
        """The calls of the REST API by its own names, in groups, on whatever this client uses.

        An answer has its ``result``, ``status`` and ``time``, as in
        ``(await client.http.collections_api.get_collections()).result``.
        """
        from aqdrant._async.http_apis import HttpApis  # many signatures, and few programs use them

        return HttpApis(cast("AsyncQdrantClient", self))

    @property
    def grpc_points(self) -> NoReturn:
        """Refuse: the methods of this client are the whole gRPC API."""
        raise _no_raw_client("grpc_points")

    @property
    def grpc_collections(self) -> NoReturn:
        """Refuse: the methods of this client are the whole gRPC API."""
        raise _no_raw_client("grpc_collections")


def _reopen(kind: type[C], options: dict[str, Any], layers: dict[str, Layer]) -> C:
    return kind(**options, middleware=layers)


class _NoSuchClient(UnsupportedOperation, AttributeError):
    """So that `hasattr` says no, and what looks at all attributes passes over this one."""


def _no_raw_client(name: str) -> UnsupportedOperation:
    return _NoSuchClient(
        f"there is no {name}: every call of the API is a method of the client.",
        fix="For example metrics(), telemetry(), get_issues(), download_snapshot();"
        " aqdrant.operations lists all of them.",
    )


_PARAMETERS = frozenset(inspect.signature(ClientCore.__init__).parameters) - {"self", "kwargs"}
