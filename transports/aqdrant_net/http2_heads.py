"""The header blocks of HTTP/2 (HPACK, RFC 7541): written without a trace, read through hpack.

`heads` writes with it, `http2_frames` reads. What is written leaves nothing in the server's table,
so that it can be kept and sent again; what was read is remembered as long as our table stays as it
is, for a server says the same in most of its answers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import hpack

__all__ = [
    "FORBIDDEN",
    "FORGET",
    "Head",
    "HeadError",
    "HeadReader",
    "encode_fields",
    "encode_length",
]

FORGET = b"\x20"
"""Opens the first block on a connection: the server's table for us shall have no size.

So it may announce any limit of that table, without an answer of ours.
"""
FORBIDDEN = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
"""Headers of HTTP/1.1 alone."""
_KEPT = 256
_NEVER_INDEXED = b"\x10"
_CONTENT_LENGTH = b"\x0f\x0d"  # by its number in the static table, indexed nowhere
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_BREAK = re.compile(rb"[\r\n\0]")
_STATUS = re.compile(rb"[1-9][0-9][0-9]")

Field = tuple[bytes, bytes]


class HeadError(ValueError):
    """A block that cannot be read, after which none can: our table is not the server's any more."""


class Head(NamedTuple):
    """A block, read; shared by all that say the same."""

    status: int
    """0: it has none, as trailers."""
    fields: list[Field]
    """Without the status."""
    length: int | None
    """What ``content-length`` says."""
    fault: str | None
    """What is against the rules in it."""


def encode_fields(fields: list[Field]) -> bytes:
    """Encode headers as literals that no table keeps."""
    return b"".join([_NEVER_INDEXED + _text(name) + _text(value) for name, value in fields])


def encode_length(size: int) -> bytes:
    """Encode ``content-length``."""
    return _CONTENT_LENGTH + _text(b"%d" % size)


def _text(text: bytes) -> bytes:
    rest = len(text) - 127
    if rest < 0:
        return bytes((len(text),)) + text
    prefix = bytearray(b"\x7f")
    while rest > 127:
        prefix.append(rest & 0x7F | 0x80)
        rest >>= 7
    prefix.append(rest)
    return bytes(prefix) + text


class HeadReader:
    """Reads the blocks of one connection, in their order.

    Args:
        largest: bytes that one may have when it is unpacked.
    """

    def __init__(self, largest: int) -> None:
        self._decoder = hpack.Decoder(largest)
        self._known: dict[bytes, Head] = {}

    def read(self, block: bytes) -> Head:
        """Read a block.

        Raises:
            HeadError: it cannot be read.
        """
        known = self._known.get(block)
        if known is not None:
            return known
        before = self._state()
        try:
            head = _check([(bytes(n), bytes(v)) for n, v in self._decoder.decode(block, raw=True)])
        except (hpack.HPACKError, IndexError, ValueError) as error:
            raise HeadError(f"headers that cannot be read ({type(error).__name__})") from error
        after = self._state()
        if before[0] is not after[0] or before[1:] != after[1:]:
            # What a block means hangs on the table.
            self._known.clear()
        else:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[block] = head
        return head

    def _state(self) -> tuple[object, int, int]:
        """What is another after any change of the table, whose entries come in at its front."""
        table = self._decoder.header_table
        entries = table.dynamic_entries
        return entries[0] if entries else None, len(entries), table.maxsize


def _check(fields: list[Field]) -> Head:
    fault: str | None = None
    status = 0
    plain: list[Field] = []
    lengths: set[bytes] = set()
    for name, value in fields:
        if name[:1] == b":":
            if name != b":status" or status or plain or not _STATUS.fullmatch(value):
                fault = f"the pseudo-header {name!r} in a wrong place or with a wrong value"
            else:
                status = int(value)
            continue
        plain.append((name, value))
        if not _NAME.fullmatch(name) or name in FORBIDDEN or _BREAK.search(value):
            fault = f"the header {name!r}, which HTTP/2 does not allow"
        elif name == b"content-length":
            lengths.add(value)
    length = next(iter(lengths)) if lengths else None
    if length is not None and (len(lengths) > 1 or not length.isdigit() or len(length) > 18):
        fault, length = "a content-length that is none", None
    return Head(status, plain, None if length is None else int(length), fault)
