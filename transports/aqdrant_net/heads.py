"""HTTP/1.1 heads: requests are written here, and answers of the usual shape read.

The usual shape is what nearly every answer has: a clean head with one ``content-length``. It is
read here for speed; `read_head` gives anything else, and all that is doubtful, to h11 by saying so.
"""

from __future__ import annotations

import re

from .errors import ProtocolError
from .messages import Request

__all__ = ["encode_head", "find_end", "is_http", "read_head"]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?\r\n")
_FIELD = rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r\n"
_FIELDS = re.compile(rb"(?:" + _FIELD.replace(b"(", b"(?:") + rb")*")
_EACH_FIELD = re.compile(_FIELD)
# What says how long the content is or how long the connection lives.
_FRAMING = frozenset(
    {b"content-length", b"transfer-encoding", b"connection", b"upgrade", b"keep-alive"}
)
_EMPTY = frozenset({204, 304})
_ODD_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"[0-9]{1,18}")

_known_names: dict[bytes, bytes] = {}
_KNOWN_NAMES = 512
_WITH_CONTENT = frozenset({b"POST", b"PUT", b"PATCH"})


def encode_head(request: Request, host: bytes) -> bytes:
    """Write the head of a request.

    Adds ``Host`` and what frames the content, unless the request has them.

    Raises:
        ProtocolError: of a header that would break the head; nothing was sent.
    """
    parts = [request.method, b" ", request.target, b" HTTP/1.1\r\n"]
    length: bytes | None = None
    hosted = chunked = False
    for name, value in request.fields:
        lower = _known_names.get(name) or _check_name(name)
        if lower == b"host":
            hosted = True
        elif lower == b"content-length":
            length = value
        elif lower == b"transfer-encoding":
            chunked = True
        parts += (name, b": ", value, b"\r\n")
    if not hosted:
        parts += (b"Host: ", host, b"\r\n")
    size = request.size
    if size is None:
        if length is None and not chunked:
            parts.append(b"Transfer-Encoding: chunked\r\n")
    elif chunked or (length is not None and length != b"%d" % size):
        raise ProtocolError("The headers frame the content otherwise than it is.", sent=False)
    elif length is None and (size or request.method in _WITH_CONTENT):
        parts.append(b"Content-Length: %d\r\n" % size)
    parts.append(b"\r\n")
    _check_lines(request)
    return b"".join(parts)


def _check_lines(request: Request) -> None:
    values = b"".join([value for _, value in request.fields])
    if b"\n" in values or b"\r" in values or b"\0" in values:
        raise ProtocolError("A header holds a line break or a zero byte.", sent=False)


def _check_name(name: bytes) -> bytes:
    if not _TOKEN.fullmatch(name):
        raise ProtocolError(f"No header name: {name!r}", sent=False)
    lower = name.lower()
    if len(_known_names) < _KNOWN_NAMES:
        _known_names[name] = lower
    return lower


def is_http(data: bytes) -> bool:
    """Whether this can be how an answer begins."""
    return data[:7] == b"HTTP/1."[: len(data)]


def find_end(data: bytes) -> int:
    """Return where the first empty line begins, or -1."""
    end = data.find(b"\r\n\r\n")
    if end < 0 and (odd := _ODD_END.search(data)) is not None:
        # Some servers leave the carriage returns out; h11 takes that.
        return odd.start()
    return end


def read_head(
    data: bytes, end: int, method: bytes
) -> tuple[int, list[tuple[bytes, bytes]], int] | None:
    """Read the head of an answer if it is of the usual shape.

    Args:
        data: what arrived.
        end: where in it the first empty line begins.
        method: of the request.

    Returns:
        The status, the headers and the bytes of content; None: ask h11.
    """
    end += 2
    started = _STATUS.match(data, 0, end)
    if started is None or _FIELDS.fullmatch(data, started.end(), end) is None:
        return None
    status = int(started[1])
    length = 0 if method == b"HEAD" or status in _EMPTY else -1
    headers: list[tuple[bytes, bytes]] = []
    for name, value in _EACH_FIELD.findall(data, started.end(), end):
        lower, content = name.lower(), value.rstrip(b" \t")
        if lower in _FRAMING:
            if lower != b"content-length" or length >= 0 or not _LENGTH.fullmatch(content):
                return None
            length = int(content)
        headers.append((lower, content))
    return None if length < 0 else (status, headers, length)
