"""From options to what carries requests: a pool of ours, with httpx over it where that is asked.

Called by `Wire`, maybe in a worker thread: it builds TLS contexts.
"""

from __future__ import annotations

import os
import re
import urllib.request
from typing import Final

from aqdrant.transport import TransportConfig
from aqdrant_net import Origin, Pool, SocketOptions

from .carriers import Carrier, PoolCarrier
from .settings import RestSettings
from .tls import tls_context

__all__ = ["open_carrier"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def open_carrier(config: TransportConfig, settings: RestSettings) -> Carrier:
    """Make what carries requests; it connects later.

    Raises:
        ArgumentError: a file of certificates cannot be read.
    """
    origin = _origin(config)
    if settings.http_client is not None:
        from .httpx_face import HttpxCarrier

        return HttpxCarrier(
            origin, lambda: settings.http_client, answer_bytes=settings.limits.answer_bytes
        )
    secure = config.scheme == "https"
    context = tls_context(settings.verify, settings.cert) if secure else None
    options = dict(settings.httpx)
    if settings.trust_env and (proxy := _proxy(config)) is not None:
        options.setdefault("proxy", proxy)
    if options.keys() & {"proxy", "mounts"}:
        from .httpx_face import through_proxies

        return through_proxies(origin, settings, context, options)
    pool = Pool(
        Origin(str(config.host), config.port or _DEFAULT_PORTS[config.scheme]),
        limits=settings.limits,
        tls=context,
        http2=settings.http2 if secure else None,
        options=SocketOptions(quickack=True),
    )
    if not options:
        return PoolCarrier(pool)
    from .httpx_face import over_pool

    return over_pool(pool, origin, options)


def _origin(config: TransportConfig) -> str:
    return config.target.removesuffix(config.prefix or "")


def _proxy(config: TransportConfig) -> str | None:
    """The proxy that the environment names for this address; never one for this machine."""
    host = str(config.host)
    if host == "localhost" or re.fullmatch(r"127(\.\d+){3}|::1", host):
        return None
    if os.name == "posix" and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(config.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(f"{host}:{config.port}"):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
