"""TLS contexts: built once for the same options, as one takes tens of milliseconds.

Called by the transport in a worker thread.
"""

from __future__ import annotations

import ssl
import threading
from typing import Final

from aqdrant.exceptions import ArgumentError
from aqdrant_net.trust import make_context

from .settings import Certificate

__all__ = ["tls_context"]

_CONTEXTS: Final[dict[tuple[bool | str, Certificate | None], ssl.SSLContext]] = {}
_LOCK: Final = threading.Lock()


def tls_context(verify: bool | str | ssl.SSLContext, cert: Certificate | None) -> ssl.SSLContext:
    """Give the context for these options; the user's own, where `verify` is one.

    Raises:
        ArgumentError: a file cannot be read, or holds no certificate.
    """
    if isinstance(verify, ssl.SSLContext):
        if cert is not None:
            _load(verify, cert)
        return verify
    with _LOCK:
        context = _CONTEXTS.get((verify, cert))
        if context is None:
            context = _CONTEXTS[verify, cert] = _build(verify, cert)
        return context


def _build(verify: bool | str, cert: Certificate | None) -> ssl.SSLContext:
    context = _trusting(verify) if isinstance(verify, str) else make_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert is not None:
        _load(context, cert)
    return context


def _trusting(path: str) -> ssl.SSLContext:
    try:
        return make_context(path)
    except (OSError, ssl.SSLError) as error:
        raise ArgumentError(
            f"verify: no certificates can be read from {path!r}: {error}.",
            parameter="verify",
            fix="Name a file in PEM format, or a folder of them.",
        ) from error


def _load(context: ssl.SSLContext, cert: Certificate) -> None:
    parts = (cert,) if isinstance(cert, str) else cert
    try:
        context.load_cert_chain(*parts)
    except (OSError, ssl.SSLError) as error:
        raise ArgumentError(
            f"cert: no certificate with its key can be read from {parts[0]!r}: {error}.",
            parameter="cert",
            fix="Name a file in PEM format with both, or a tuple of two files.",
        ) from error
