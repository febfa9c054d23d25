"""Where a client is to connect: the rules by which constructor arguments become an address.

Called by the client's constructor. The rules are those people know from the official client:
without a port the URL means 6333, ``https://`` included; the URL's own scheme, port and path win
over arguments.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from aqdrant.exceptions import ArgumentError

__all__ = ["Address", "parse_address"]


_FOLDER = "A folder is named by path=."


class Address(NamedTuple):
    """An address taken apart."""

    scheme: str
    host: str | None = None
    port: int | None = None
    prefix: str | None = None
    path: str | None = None


def parse_address(
    *,
    location: str | None,
    url: str | None,
    host: str | None,
    path: str | None,
    port: int | None,
    prefix: str | None,
    https: bool,
) -> Address:
    """Decide between memory, a folder and a server.

    Raises:
        ArgumentError: two of the four places are given, or one of them cannot be read.
    """
    given = {"location": location, "url": url, "host": host, "path": path}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise ArgumentError(
            f"{' and '.join(named)} are given together.",
            parameter=named[1],
            fix="Name one of location, url, host and path.",
        )
    # As with the official client, ``path=":memory:"`` names no folder.
    if ":memory:" in (location, path):
        return Address("memory")
    if path is not None:
        return Address("file", path=_text("path", path))
    scheme = "https" if https else "http"
    if host is not None:
        return Address(scheme, _host(host), port, _prefix(prefix))
    text = location if url is None else url
    if text is None:
        return Address(scheme, "localhost", port, _prefix(prefix))
    return _parse_url("location" if url is None else "url", text, scheme, port, prefix)


def _parse_url(name: str, text: str, scheme: str, port: int | None, prefix: str | None) -> Address:
    if _text(name, text) == ":memory:":
        raise ArgumentError(
            "':memory:' is no URL.", parameter=name, fix="Pass it as location=':memory:'."
        )
    parts, own_port = _split(name, text)
    _check_parts(name, text, parts)
    own_prefix = parts.path.rstrip("/")
    if own_prefix and prefix:
        raise ArgumentError(
            f"the URL has a path, {own_prefix!r}, and prefix={prefix!r} is given too.",
            parameter="prefix",
            fix="Give one of them.",
        )
    return Address(
        parts.scheme or scheme,
        parts.hostname,
        port if own_port is None else own_port,
        _prefix(own_prefix or prefix),
    )


def _check_parts(name: str, text: str, parts: SplitResult) -> None:
    if parts.username is not None or parts.password is not None:
        # What is refused here may be a password: the message leaves the URL out.
        raise ArgumentError(
            f"{name} holds a user name or a password, which would not be sent.",
            parameter=name,
            fix="Use api_key=, auth_token_provider= or headers=.",
        )
    if parts.query or parts.fragment:
        raise ArgumentError(f"{text!r} has a query, which would not be sent.", parameter=name)
    if text.startswith(("/", ".", "~")):
        raise ArgumentError(f"{text!r} is no URL.", parameter=name, fix=_FOLDER)
    if not parts.hostname:
        raise ArgumentError(f"{text!r} names no host.", parameter=name)
    if any(character.isspace() for character in text):
        raise ArgumentError(f"{text!r} has white space in it.", parameter=name)


def _split(name: str, text: str) -> tuple[SplitResult, int | None]:
    has_scheme = "://" in text
    try:
        parts = urlsplit(text if has_scheme else f"//{text}")
        return parts, parts.port
    except ValueError as error:
        fix = _FOLDER if "\\" in text else None
        if text.startswith(":"):
            fix = "Did you mean ':memory:'?"
        raise ArgumentError(f"{text!r} is no URL: {error}.", parameter=name, fix=fix) from error


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ArgumentError(f"{name}: {type(value).__name__}, wanted str.", parameter=name)
    if not value.strip():
        raise ArgumentError(f"{name} is empty.", parameter=name)
    return value


def _host(host: str) -> str:
    if "://" in _text("host", host):
        raise ArgumentError(
            f"host {host!r} has a scheme.", parameter="host", fix="Pass the whole as url=."
        )
    if host.count(":") == 1:
        raise ArgumentError(
            f"host {host!r} has a port.", parameter="host", fix="Pass it as port=, or use url=."
        )
    if "/" in host or any(character.isspace() for character in host):
        raise ArgumentError(f"{host!r} is no host name.", parameter="host")
    return host.strip("[]")


def _prefix(prefix: str | None) -> str | None:
    if not prefix:
        return None
    return "/" + prefix.strip("/") if prefix.strip("/") else None
