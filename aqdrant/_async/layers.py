"""Which layers a client puts around its transport: an option that is off builds none.

Called by `aqdrant._async.core` alone, when the transport is opened.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from aqdrant._async.notices import warn
from aqdrant._registry import open_transport
from aqdrant.inference.protocol import EmbedderLike
from aqdrant.middleware import (
    Coalescing,
    Deadline,
    Layer,
    Limiter,
    Retry,
    Router,
    Spans,
    Tracing,
    VersionGate,
)
from aqdrant.middleware.newer_names import Version
from aqdrant.middleware.tracing import LOGGER
from aqdrant.middleware.version_gate import API_VERSION
from aqdrant.transport import RemoteTransport, Transport, TransportConfig

__all__ = ["LayerOptions", "choose_layers"]

_RETRIES = 3
_LIMIT = 60.0
"""Seconds that a call to a server may take where nobody names a timeout."""


class LayerOptions(NamedTuple):
    """Those arguments of the client's constructor that the layers are about."""

    max_concurrency: int | None
    retries: int | None
    server_version: Version | None
    coalesce: bool
    tracing: bool
    embedders: Mapping[str, EmbedderLike] | None = None
    cloud_inference: bool = False
    batch_size: int | None = None


def choose_layers(
    config: TransportConfig, options: LayerOptions, transport: Transport, *, is_given: bool
) -> dict[str, Layer]:
    """Name the layers that a client is to have, by slot.

    Args:
        config: the client's configuration.
        options: what its layers are about.
        transport: what they go around.
        is_given: the user brought it, so its address is none of ours.
    """
    remote = transport if isinstance(transport, RemoteTransport) else None
    limit = None if remote is None else _LIMIT
    layers: dict[str, Layer] = {"deadline": lambda inner: Deadline(inner, config.timeout, limit)}
    if options.tracing:
        server = (None, None) if is_given else (config.host, config.port)
        layers["tracing"] = lambda inner: Spans(_logged(inner), server=server)
    elif LOGGER.isEnabledFor(logging.DEBUG):
        layers["tracing"] = Tracing
    layers["inference"] = lambda inner: _inference(inner, options, has_server=remote is not None)
    known = options.server_version
    if remote is not None or known is not None:
        check = _Check(config.target) if config.check_compatibility and known is None else None
        layers["version_gate"] = lambda inner: VersionGate(
            inner, known, connections=remote, check=check
        )
    if options.coalesce:
        layers["coalescing"] = Coalescing
    retries = _RETRIES if options.retries is None and remote is not None else options.retries
    if retries:
        layers["retry"] = lambda inner: Retry(inner, retries)
    bound = options.max_concurrency
    if bound is not None:
        layers["limiter"] = lambda inner: Limiter(inner, bound)
    if config.scheme in ("http", "https") and not is_given:
        other = replace(config, prefer_grpc=not config.prefer_grpc)
        name = "rest" if config.prefer_grpc else "grpc"
        layers["router"] = lambda inner: Router(inner, name, lambda: open_transport(other))
    return layers


def _inference(inner: Transport, options: LayerOptions, *, has_server: bool) -> Transport:
    from aqdrant.inference.choosing import Embedders
    from aqdrant.inference.layer import Inference

    embedders = Embedders(
        options.embedders,
        is_cloud=options.cloud_inference,
        has_server=has_server,
        batch_size=options.batch_size,
    )
    return Inference(inner, embedders)


def _logged(inner: Transport) -> Transport:
    return Tracing(inner) if LOGGER.isEnabledFor(logging.DEBUG) else inner


class _Check:
    """Warns where a server's version is further than one minor version from ours."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __call__(self, version: Version) -> None:
        major, minor = API_VERSION
        if version[0] != major or abs(version[1] - minor) > 1:
            warn(
                f"This client follows Qdrant {major}.{minor}, and the server at {self.target} is"
                f" version {version[0]}.{version[1]}: calls that it does not know are refused."
                " check_compatibility=False leaves this check out."
            )
