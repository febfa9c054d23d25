"""Which authorities a connection trusts: those that the user names, or the system's.

Called by both transports to a server, in a worker thread: it reads files.
"""

from __future__ import annotations

import ssl
from pathlib import Path

__all__ = ["make_context"]


def make_context(path: str | None = None) -> ssl.SSLContext:
    """Make a context that trusts a file or a folder of certificates, or what the system trusts.

    Raises:
        OSError: the file cannot be read.
        ssl.SSLError: it holds no certificate.
    """
    if path is not None and Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    context = ssl.create_default_context(cafile=path)
    if path is None and not context.cert_store_stats()["x509_ca"]:
        _trust_certifi(context)
    return context


def _trust_certifi(context: ssl.SSLContext) -> None:
    # Systems whose Python knows no certificates by itself: macOS, slim containers.
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())
