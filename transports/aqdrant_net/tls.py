"""TLS between a link and its user, on the standard library's `ssl` without sockets.

The same code serves every event loop, answers the server's key updates without a task, and ends at
once when it is told to.
"""

from __future__ import annotations

import ssl

from .errors import ConnectError, ConnectKind
from .links import Early, Link, LinkUser, Runtime, Waiter
from .settings import Origin

__all__ = ["TlsLink"]

RECORD = 16 * 1024
SEALED = 64 * 1024
"""Bytes that are encrypted at a time, so that a large write does not double in memory."""


class TlsLink:
    """A `Link` over a link, of which it is the user."""

    def __init__(
        self, runtime: Runtime, raw: Link, context: ssl.SSLContext, server_name: str
    ) -> None:
        self._raw = raw
        self._early = Early()
        self._user: LinkUser = self._early
        self.alpn: str | None = None
        self._runtime = runtime
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._shaken = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: Waiter | None = None

    async def shake_hands(self, origin: Origin) -> None:
        """Begin.

        Raises:
            ConnectError: kind ``tls``, ``certificate``, ``tls-to-plain`` or ``closed``.
        """
        self._raw.begin(self)
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
            except ssl.SSLError as error:
                self._flush()  # the alert that tells the server why
                raise _refusal(origin, error) from error
            else:
                break
            if self._ended:
                raise ConnectError(
                    f"{origin} closed the connection during the TLS handshake"
                    + (f": {self._error}" if self._error is not None else "."),
                    kind="closed",
                    target=str(origin),
                ) from self._error
            waiter = self._waiter = self._runtime.waiter()
            await waiter.wait()
            self._waiter = None
        self._flush()
        self._shaken = True
        self.alpn = self._tls.selected_alpn_protocol()
        self._read()  # what the server sent right behind the handshake

    def begin(self, user: LinkUser) -> None:
        self._user = user
        self._early.hand_over(user)

    # ---- called by the raw link

    def received(self, data: bytes) -> None:
        self._incoming.write(data)
        if self._shaken:
            self._read()
        elif self._waiter is not None:
            self._waiter.set()

    def writable(self) -> None:
        self._user.writable()

    def lost(self, error: Exception | None) -> None:
        # An end without TLS's own goodbye may be a cut: content that ends with the connection
        # must not pass for whole.
        self._end(error or ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the connection ended within TLS"))

    # ---- called by the user

    @property
    def clogged(self) -> bool:
        return self._raw.clogged

    @property
    def live(self) -> bool:
        return self._raw.live and not self._ended

    def write(self, data: bytes | memoryview) -> None:
        if not self.live:
            return
        if len(data) <= SEALED:
            self._tls.write(data)
            self._flush()
            return
        with memoryview(data) as view:
            for start in range(0, len(view), SEALED):
                self._tls.write(view[start : start + SEALED])
                self._flush()

    def is_quiet(self) -> bool:
        return not self._ended and self._raw.is_quiet()

    def hurry(self) -> None:
        self._raw.hurry()

    def acknowledge(self) -> None:
        self._raw.acknowledge()

    def hold(self) -> None:
        self._raw.hold()

    def resume(self) -> None:
        self._raw.resume()

    def close(self) -> None:
        self._ended = True
        self._raw.close()

    def forsake(self) -> None:
        """Close the socket alone."""
        self._ended = True
        self._raw.forsake()

    async def wait_closed(self) -> None:
        await self._raw.wait_closed()

    # ---- the inside

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._raw.write(self._outgoing.read())

    def _read(self) -> None:
        pieces: list[bytes] = []
        end: Exception | None = None
        over = False
        try:
            while piece := self._tls.read(RECORD):
                pieces.append(piece)
            over = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            over = True
        except ssl.SSLError as error:
            over, end = True, error
        self._flush()
        if pieces:
            self._user.received(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if over:
            self._end(end)
            self._raw.close()

    def _end(self, error: Exception | None) -> None:
        if self._ended:
            return
        self._ended = True
        self._error = error
        if self._shaken:
            self._user.lost(error)
        elif self._waiter is not None:
            self._waiter.set()


def _refusal(origin: Origin, error: ssl.SSLError) -> ConnectError:
    kind: ConnectKind = "tls"
    reason = error.reason or ""
    if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE" in reason:
        kind = "certificate"
        text = f"The TLS certificate was refused: {error}"
    elif reason in {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
    }:
        kind = "tls-to-plain"
        text = "The server does not speak TLS on this port."
    else:
        text = f"The TLS handshake failed: {error}"
    return ConnectError(f"{origin}: {text}", kind=kind, target=str(origin))
