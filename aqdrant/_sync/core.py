# Generated from _async/core.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.core`."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, assert_never

from aqdrant._async.client import AsyncQdrantClient
from aqdrant._sync._facade import Facade
from aqdrant.inference.protocol import EmbedderLike
from aqdrant.middleware import Layer
from aqdrant.transport import Transport

__all__ = ["ClientCore"]


class ClientCore(Facade):
    """Holds the configuration; opens nothing until the first call."""

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
        self._attach(
            AsyncQdrantClient(
                location,
                url,
                port,
                grpc_port,
                prefer_grpc,
                https,
                api_key,
                prefix,
                timeout,
                host,
                path,
                force_disable_check_same_thread,
                grpc_options,
                auth_token_provider,
                cloud_inference,
                local_inference_batch_size,
                check_compatibility,
                pool_size,
                headers,
                transport=transport,
                middleware=middleware,
                max_concurrency=max_concurrency,
                retries=retries,
                server_version=server_version,
                coalesce=coalesce,
                tracing=tracing,
                embedders=embedders,
                **kwargs,
            )
        )

    @property
    def init_options(self) -> dict[str, Any]:
        """The constructor's arguments as they were given; those that hold secrets are hidden."""
        return self._async.init_options

    def close(self, grpc_grace: float | None = None) -> None:
        """Close the client. Closing again does nothing.

        Args:
            grpc_grace: accepted for compatibility; calls in flight are cancelled.
        """
        self._shut(self._async.close(grpc_grace))

    @property
    def grpc_points(self) -> NoReturn:
        """Refuse: the methods of this client are the whole gRPC API."""
        assert_never(self._async.grpc_points)

    @property
    def grpc_collections(self) -> NoReturn:
        """Refuse: the methods of this client are the whole gRPC API."""
        assert_never(self._async.grpc_collections)
