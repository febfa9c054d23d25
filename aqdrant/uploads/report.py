"""The account of an upload: what is written, what was refused, where to go on.

Written by `running` while an upload goes on; what users get, also where it was cancelled.
"""

from __future__ import annotations

import msgspec

__all__ = ["UploadFailure", "UploadResult"]


class UploadFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A point that was refused."""

    index: int
    """Its place in what was given, from 0."""
    id: object = None
    """Its id, where it has one that can be read."""
    reason: str
    error: Exception

    @property
    def named_reason(self) -> str:
        """The reason, with the point's id."""
        name = f"point {self.id!r}"
        return self.reason if self.id is None or name in self.reason else f"{name}: {self.reason}"


class UploadResult(msgspec.Struct, kw_only=True):
    """What an upload has done so far.

    Pass an instance of your own as ``result=`` to keep the account of an upload that is cancelled.
    """

    points: int = 0
    """Points that were acknowledged."""
    batches: int = 0
    """Requests that were acknowledged."""
    retries: int = 0
    """Requests that were sent once more after a transient fault."""
    bytes: int = 0
    """Bytes of the acknowledged points as JSON, at most: what batches are cut by."""
    seconds: float = 0.0
    """Since the beginning."""
    total: int | None = None
    """Points that were given, where that is known."""
    checkpoint: int = 0
    """Of the points given, so many from the first on are settled: acknowledged or refused. Pass it
    as ``start`` to go on from here."""
    unanswered: int = 0
    """Points that were on their way when the upload was cancelled or failed: perhaps written."""
    failures: list[UploadFailure] = []
    is_finished: bool = False

    @property
    def points_per_second(self) -> float:
        """How fast it went."""
        return self.points / self.seconds if self.seconds else 0.0

    def __repr__(self) -> str:
        state = "finished" if self.is_finished else f"checkpoint {self.checkpoint}"
        return (
            f"UploadResult({self.points} points in {self.batches} batches, {self.bytes} bytes,"
            f" {self.seconds:.2f} s, {self.retries} retries,"
            f" {len(self.failures)} failures, {state})"
        )
