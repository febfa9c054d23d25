"""What a user may set of a channel: the official client's `grpc_options`, by their own names."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from aqdrant.exceptions import ArgumentError
from aqdrant_net.trust import make_context

__all__ = ["ChannelOptions", "make_tls", "read_options"]


class ChannelOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a channel."""

    max_send: int | None = None
    """Bytes of a request at most; no limit by default, but for the server's own."""
    max_receive: int | None = None
    """Bytes of an answer at most; no limit by default."""
    keepalive: float | None = 30.0
    """Seconds of silence, while calls are in flight, after which the server is pinged."""
    keepalive_timeout: float = 10.0
    """Seconds that it has to answer."""
    user_agent: str | None = None
    server_name: str | None = None
    """The name that the server's certificate is checked against, in place of the host."""
    root_certificates: bytes | None = None
    private_key: bytes | None = None
    certificate_chain: bytes | None = None


_NAMES = {
    "grpc.max_send_message_length": "max_send",
    "grpc.max_receive_message_length": "max_receive",
    "grpc.keepalive_time_ms": "keepalive",
    "grpc.keepalive_timeout_ms": "keepalive_timeout",
    "grpc.primary_user_agent": "user_agent",
    "grpc.ssl_target_name_override": "server_name",
    "root_certificates": "root_certificates",
    "private_key": "private_key",
    "certificate_chain": "certificate_chain",
}


def read_options(options: Mapping[str, Any]) -> ChannelOptions:
    """Read `grpc_options`; other names of gRPC's own say nothing to this channel.

    Raises:
        ArgumentError: a name that gRPC has not, or a value of the wrong kind.
    """
    read: dict[str, Any] = {}
    for name, value in options.items():
        known = _NAMES.get(name)
        if known is None:
            if name.startswith("grpc."):
                continue
            raise ArgumentError(
                f"grpc_options: unknown option {name!r} (there are {', '.join(_NAMES)}).",
                parameter="grpc_options",
            )
        if name.endswith("_ms") and isinstance(value, int | float):
            read[known] = value / 1000
        elif known in ("max_send", "max_receive") and value == -1:
            read[known] = None
        else:
            read[known] = value
    try:
        return msgspec.convert(read, ChannelOptions)
    except msgspec.ValidationError as error:
        raise ArgumentError(f"grpc_options: {error}.", parameter="grpc_options") from None


def make_tls(options: ChannelOptions, verify: Any = None, cert: Any = None) -> ssl.SSLContext:
    """Make the TLS context of a channel; it reads files, so not on an event loop.

    Args:
        options: certificates of one's own among them, which go before the files.
        verify: as for REST: a context to use, a file or a folder of authorities, or False to check
            no certificate.
        cert: as for REST: a file with the client's certificate and key, or a tuple of two.

    Raises:
        ArgumentError: the certificates or the key cannot be read.
    """
    try:
        context = verify if isinstance(verify, ssl.SSLContext) else _trusting(options, verify)
        if options.certificate_chain is not None and context is not verify:
            _load_identity(context, options.certificate_chain, options.private_key)
        elif cert is not None:
            parts: Any = cert if cert.__class__ in (tuple, list) else (cert,)
            context.load_cert_chain(*parts)
    except (OSError, TypeError, ValueError) as error:
        raise ArgumentError(
            f"the certificates or the key cannot be read: {error}.",
            parameter="grpc_options",
            fix="Pass bytes in PEM form in grpc_options, or paths as verify= and cert=.",
        ) from error
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trusting(options: ChannelOptions, verify: Any) -> ssl.SSLContext:
    if options.root_certificates is not None:
        return ssl.create_default_context(cadata=options.root_certificates.decode())
    return make_context(None if verify in (None, True, False) else str(verify))


def _load_identity(context: ssl.SSLContext, chain: bytes, key: bytes | None) -> None:
    # Python's ssl takes an identity from files alone.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "identity.pem"
        path.touch(mode=0o600)
        path.write_bytes(chain + b"\n" + (key or b""))
        context.load_cert_chain(path)
