"""Whole answers."""

from __future__ import annotations

from .heads import read_fields

__all__ = ["Response"]


class Response:
    """A whole answer.

    Args:
        status: 200 to 599.
        headers: in the order of the wire, names in lower case; or their lines, read when asked for.
        content: all of it.
        http_version: ``"HTTP/1.0"``, ``"HTTP/1.1"`` or ``"HTTP/2"``.
        trailers: headers that followed the content.
        reused: whether the connection had carried a request before.
    """

    __slots__ = ("_headers", "content", "http_version", "reused", "status", "trailers")

    def __init__(
        self,
        status: int,
        headers: bytes | list[tuple[bytes, bytes]],
        content: bytes = b"",
        *,
        http_version: str = "HTTP/1.1",
        reused: bool = False,
    ) -> None:
        self.status = status
        self._headers = headers
        self.content = content
        self.http_version = http_version
        self.trailers: list[tuple[bytes, bytes]] = []
        self.reused = reused

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names in lower case and values, in the order of the wire."""
        if isinstance(self._headers, bytes):
            self._headers = read_fields(self._headers)
        return self._headers

    def header(self, name: bytes) -> bytes | None:
        """Return the first value of a header, whose name is given in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.content)} bytes, {self.http_version}>"
