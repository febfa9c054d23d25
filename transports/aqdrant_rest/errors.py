"""From what went wrong on the wire to the errors of `aqdrant.exceptions`.

Called by the transport and its carriers. No header of ours and no body gets into a text: they may
hold secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from aqdrant.exceptions import (
    AqdrantError,
    ClientClosed,
    ConnectionFailed,
    DecodeError,
    OperationTimeout,
    PayloadTooLarge,
    TLSFailed,
    status_error,
)
from aqdrant.transport import TransportConfig
from aqdrant_net import (
    AnswerTooLarge,
    ConnectError,
    ExchangeError,
    NetError,
    PoolClosed,
    PoolTimeout,
)

from ._routes import Route
from .carriers import Expired

__all__ = ["Call", "answer_error", "net_error", "not_json", "too_large"]

_SHOWN: Final = 300
"""Characters of a foreign page that are shown."""


class Call(msgspec.Struct, frozen=True):
    """Which call it was, as errors and log lines tell it."""

    route: Route
    url: str
    """Without the query."""
    config: TransportConfig
    timeout: float | None = None
    compression: bool = False
    """Whether the answer may be packed."""
    answer_bytes: int | None = None
    """Bytes that it may have at most."""

    @property
    def operation(self) -> str:
        """The operation's name."""
        return self.route.operation.__name__

    @property
    def target(self) -> str:
        """Method and URL."""
        return f"{self.route.method} {self.url}"


# ---- the server's own answers


def answer_error(call: Call, status: int, headers: Mapping[str, str], body: bytes) -> AqdrantError:
    """Make the error for an answer that is none of success."""
    reason = _reason(body)
    if status == 408 or (status == 500 and _is_timeout(reason)):
        cause = status_error(status, reason or "", headers=headers, body=body)
        error = OperationTimeout(
            reason or "the server gave up.",
            timeout=call.timeout,
            operation=call.operation,
            target=call.target,
            fix="Pass a longer timeout=.",
        )
        error.__cause__ = cause
        return error
    message, fix = _told(call, status, headers, body, reason)
    details: dict[str, Any] = {
        "reason": reason,
        "body": body,
        "headers": headers,
        "operation": call.operation,
        "target": call.target,
        "fix": fix,
    }
    if status == 400 and reason and _find_limit(reason):
        details["fix"] = "Send less at once, or raise the server's max_request_size_mb."
        return PayloadTooLarge(message, status_code=status, **details)
    return status_error(status, message, **details)


_find_limit = re.compile(r"larger than allowed|has exceeded limit").search


def _is_timeout(reason: str | None) -> bool:
    return reason is not None and "Timeout error: Operation" in reason


def _reason(body: bytes) -> str | None:
    """The server's own text: out of its envelope, or the plain body."""
    try:
        answer = msgspec.json.decode(body, type=_Refusal)
    except msgspec.MsgspecError:
        return None if _is_page(body) else _shortened(body) or None
    return answer.status.error


class _Status(msgspec.Struct):
    error: str


class _Refusal(msgspec.Struct):
    status: _Status


def _told(
    call: Call, status: int, headers: Mapping[str, str], body: bytes, reason: str | None
) -> tuple[str, str | None]:
    """Say what happened, and what to do about it."""
    location = headers.get("location")
    if 300 <= status < 400 and location:
        where = location.partition("?")[0]
        return f"status {status}, a redirect to {where}.", "Pass that address as url=."
    told = reason or _page_text(body)
    message = f"status {status}: {told}" if told else f"status {status}, without a reason."
    if status == 401:
        return message, "Pass an api_key= or an auth_token_provider= that may do this."
    if status == 403:
        return message, "If it is a matter of rights: pass an api_key= that may do this."
    if status == 404 and reason is None:
        since = call.route.since
        if since is not None:
            return message, f"Servers know {call.route.method} {call.route.path} since {since}."
        return message, "Is this the address of a Qdrant server, with the right prefix=?"
    return message, None


def not_json(call: Call, status: int, headers: Mapping[str, str], body: bytes) -> DecodeError:
    """Make the error for a success whose body is not Qdrant's."""
    kind = headers.get("content-type", "no content type")
    return DecodeError(
        f"status {status}, but the answer ({kind}) is not Qdrant's: {_page_text(body)!r}.",
        processed=True,
        operation=call.operation,
        target=call.target,
        fix="Is this the address of a Qdrant server, and no proxy or login page before it?",
    )


def too_large(call: Call, most: int) -> DecodeError:
    """Make the error for an answer with more bytes than one may have that is read whole."""
    return DecodeError(
        f"the answer is larger than {most} bytes.",
        processed=True,
        operation=call.operation,
        target=call.target,
        fix="Ask for less at once, or raise max_answer_bytes=.",
    )


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _page_text(body: bytes) -> str:
    """A page's title, or its text."""
    if not _is_page(body):
        return _shortened(body)
    title = re.search(rb"<title[^>]*>(.*?)</title", body, re.IGNORECASE | re.DOTALL)
    return _shortened(title[1] if title else re.sub(rb"<[^>]*>", b" ", body[: 64 * _SHOWN]))


def _shortened(text: bytes) -> str:
    told = " ".join(text[: 4 * _SHOWN].decode("utf-8", "replace").split())
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]} ..."


# ---- the connection


def net_error(call: Call, error: NetError) -> AqdrantError:
    """Make the error for a connection that failed."""
    where: dict[str, Any] = {"operation": call.operation, "target": call.target}
    if isinstance(error, ConnectError):
        tls = error.kind in ("tls", "certificate", "tls-to-plain", "plain-to-tls", "protocol")
        kind = TLSFailed if tls else ConnectionFailed
        return kind(
            _sentence(error.message), processed=False, fix=_connect_fix(call, error.kind), **where
        )
    if isinstance(error, PoolClosed):
        return ClientClosed("the client was closed during the call.", **where)
    if isinstance(error, AnswerTooLarge):
        return too_large(call, error.most)
    if isinstance(error, Expired):
        return OperationTimeout(_sentence(error.message), timeout=call.timeout, **where)
    if isinstance(error, PoolTimeout):
        return OperationTimeout(
            _sentence(error.message),
            timeout=call.timeout,
            processed=False,
            fix="Raise pool_size=, or bound the calls in flight by max_concurrency=.",
            **where,
        )
    processed = None if error.sent else False
    if error.answered:
        processed = True
    fix = None
    if isinstance(error, ExchangeError) and not error.heard and call.config.scheme == "http":
        # A server that speaks TLS alone may hang up at once, without an alert.
        fix = "Is this its REST port? If it speaks TLS there, pass https=True, or an https:// URL."
    return ConnectionFailed(_sentence(error.message), processed=processed, fix=fix, **where)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _connect_fix(call: Call, kind: str) -> str | None:
    config = call.config
    secure = config.scheme == "https"
    if kind in ("refused", "unreachable"):
        if secure and config.port == 6333:
            return "Pass port=443 if the server is behind a proxy or in the cloud."
        return "Is the server running, and are host and port those of its REST API?"
    if kind == "proxy":
        return "The way leads through a proxy: does it run, and reach the server?"
    if kind == "dns":
        return f"Check the host name {config.host!r}."
    if kind == "tls-to-plain":
        return "Pass https=False, or an http:// URL."
    if kind == "plain-to-tls":
        return "Pass https=True, or an https:// URL."
    if kind == "certificate":
        return (
            "Pass verify= the path of the certificate authority's file, or cert= if it asks yours."
        )
    if kind == "protocol":
        return "Pass http2=False."
    return None
