"""The heads of requests, written, and of HTTP/1.1 answers, read.

The usual answer has a clean head with one ``content-length``. It is recognised here, whole and by
one expression, for speed; anything else, and all that is doubtful, is left to h11.
"""

from __future__ import annotations

import re

from .errors import ProtocolError
from .http2_heads import FORBIDDEN, encode_fields, encode_length
from .messages import Fields, Request

__all__ = ["HeadWriter", "find_end", "is_http", "read_fields", "read_head"]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
# What says how long the content is or how long the connection lives.
_FRAMING = rb"(?i:content-length|transfer-encoding|connection|upgrade|keep-alive):"
_OTHERS = rb"((?:(?!" + _FRAMING + rb")" + _TOKEN + rb":" + _TEXT + rb"\r\n)*)"
_USUAL = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: " + _TEXT + rb")?\r\n"
    rb"(" + _OTHERS + rb"(?i:content-length):[ \t]*([0-9]{1,18})[ \t]*\r\n" + _OTHERS + rb")\r\n"
)
_EACH_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*(" + _TEXT + rb")\r\n")
_ODD_END = re.compile(rb"\n\r?\n")
_WITHOUT_CONTENT = frozenset({b"204", b"304"})

_NAME = re.compile(_TOKEN)
_METHOD = re.compile(rb"[A-Z]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_BREAK = re.compile(rb"[\r\n\0]")
_WITH_CONTENT = frozenset({b"POST", b"PUT", b"PATCH"})
_NOT_IN_HTTP2 = FORBIDDEN | {b"host"}
_MISFRAMED = "The headers frame the content otherwise than it is."
_KEPT = 256
"""Heads that are kept written, for calls with the same target and headers."""


class HeadWriter:
    """Writes the heads of one origin's requests.

    Args:
        scheme: ``b"http"`` or ``b"https"``.
        host: the value of ``Host`` and ``:authority``, unless a request brings its own.
    """

    def __init__(self, scheme: bytes, host: bytes) -> None:
        self._scheme = scheme
        self._host = host
        self._heads: dict[tuple[bytes, bytes, Fields], tuple[bytes, bytes | None]] = {}
        self._blocks: dict[tuple[bytes, bytes, Fields], tuple[bytes, bool]] = {}

    def http1(self, request: Request) -> bytes:
        """Write a head, with ``Host`` and what frames the content, unless it has them.

        Raises:
            ProtocolError: of what would break the head; nothing was sent.
        """
        key = (request.method, request.target, request.fields)
        known = self._heads.get(key)
        if known is None:
            if len(self._heads) >= _KEPT:
                self._heads.clear()
            known = self._heads[key] = self._write(request)
        head, framing = known
        size = request.size
        if framing is not None:
            if size is not None and framing != b"%d" % size:
                raise ProtocolError(_MISFRAMED, sent=False)
            return head + b"\r\n"
        if size is None:
            return head + b"Transfer-Encoding: chunked\r\n\r\n"
        if size or request.method in _WITH_CONTENT:
            return b"%bContent-Length: %d\r\n\r\n" % (head, size)
        return head + b"\r\n"

    def http2(self, request: Request) -> bytes:
        """Write the block of headers of a request over HTTP/2.

        Raises:
            ProtocolError: of a header that no request may have; nothing was sent.
        """
        key = (request.method, request.target, request.fields)
        known = self._blocks.get(key)
        if known is None:
            if len(self._blocks) >= _KEPT:
                self._blocks.clear()
            known = self._blocks[key] = self._encode(request)
        block, sized = known
        size = request.size
        if not sized and size is not None and (size or request.method in _WITH_CONTENT):
            return block + encode_length(size)
        return block

    def _encode(self, request: Request) -> tuple[bytes, bool]:
        """Return a block, and whether it tells the length of the content."""
        checked = _checked(request)
        hosts = [value for lower, _, value in checked if lower == b"host"]
        fields = [(lower, value) for lower, _, value in checked if lower not in _NOT_IN_HTTP2]
        block = encode_fields(
            [
                (b":method", request.method),
                (b":scheme", self._scheme),
                (b":authority", hosts[-1] if hosts else self._host),
                (b":path", request.target),
                *fields,
            ]
        )
        return block, any(name == b"content-length" for name, _ in fields)

    def _write(self, request: Request) -> tuple[bytes, bytes | None]:
        """Return the head without the empty line, and what in it frames the content."""
        lines = [b"%b %b HTTP/1.1\r\n" % (request.method, request.target)]
        framing: bytes | None = None
        hosted = False
        for lower, name, value in _checked(request):
            hosted = hosted or lower == b"host"
            if lower in {b"content-length", b"transfer-encoding"}:
                framing = value.lower()
            lines.append(b"%b: %b\r\n" % (name, value))
        if not hosted:
            lines.append(b"Host: %b\r\n" % self._host)
        return b"".join(lines), framing


def _checked(request: Request) -> list[tuple[bytes, bytes, bytes]]:
    """Return name in lower case, name, and value of each header of a request that is sound."""
    if not _METHOD.fullmatch(request.method):
        raise ProtocolError(f"No HTTP method: {request.method!r}", sent=False)
    if not _TARGET.fullmatch(request.target):
        raise ProtocolError(f"No request target: {request.target!r}", sent=False)
    for name, value in request.fields:
        if not _NAME.fullmatch(name):
            raise ProtocolError(f"No header name: {name!r}", sent=False)
        if _BREAK.search(value):
            text = f"The header {name.decode('ascii')} holds a line break or a zero byte."
            raise ProtocolError(text, sent=False)
    return [(name.lower(), name, value) for name, value in request.fields]


def is_http(data: bytes) -> bool:
    """Whether this can be how an answer begins."""
    return data[:7] == b"HTTP/1."[: len(data)]


def find_end(data: bytes, start: int = 0) -> int:
    """Return where the first empty line begins, or -1."""
    end = data.find(b"\r\n\r\n", start)
    if end < 0 and (odd := _ODD_END.search(data, start)) is not None:
        # Some servers leave the carriage returns out; h11 takes that.
        return odd.start()
    return end


def read_head(data: bytes, method: bytes) -> tuple[int, bytes, int, int] | None:
    """Read the head of an answer if it is of the usual shape.

    Returns:
        The status, the header lines, where the content begins and how long it is; None: ask h11.
    """
    usual = _USUAL.match(data)
    if usual is None or method == b"HEAD" or usual[1] in _WITHOUT_CONTENT:
        return None
    return int(usual[1]), usual[2], usual.end(), int(usual[4])


def read_fields(lines: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of lines that `read_head` found."""
    return [(name.lower(), value.rstrip(b" \t")) for name, value in _EACH_FIELD.findall(lines)]
