"""The refusal of a request that cannot be read. Raised where requests are read."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(Exception):
    """A request that is answered without running anything.

    Args:
        status: the HTTP status.
        message: the text of the error.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
