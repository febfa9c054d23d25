"""Moments: datetimes and their text, as protobuf's `Timestamp`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aqdrant_grpc._codec import Shape
from aqdrant_grpc.wire import CodecError

__all__ = ["SHAPES", "as_text", "from_timestamp"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_fraction = re.compile(r"(?<=:\d\d)\.(\d+)")
_LEAST, _GREATEST = -62135596800, 253402300799


def _read_text(text: str) -> tuple[int, int]:
    """Seconds and nanoseconds of a text in one of the forms that Qdrant reads."""
    found = _fraction.search(text)
    nanos = int(found[1][:9].ljust(9, "0")) if found else 0
    rest = _fraction.sub("", text, count=1).strip()
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d|[zZ]$)", "", rest).upper())
    except ValueError:
        raise CodecError(f"{text[:60]!r} is no moment, wanted RFC 3339 text") from None
    return _seconds(moment)[0], nanos


def _seconds(moment: datetime) -> tuple[int, int]:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    passed = moment - _EPOCH
    return passed // _SECOND, passed % _SECOND // timedelta(microseconds=1) * 1000


def _take(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        seconds, nanos = _read_text(value)
    elif isinstance(value, datetime):
        seconds, nanos = _seconds(value)
    elif isinstance(value, date):
        seconds, nanos = _seconds(datetime(value.year, value.month, value.day))
    else:
        raise CodecError(f"{type(value).__name__}, wanted a datetime or RFC 3339 text")
    return {"seconds": seconds, "nanos": nanos}


def from_timestamp(values: dict[str, Any]) -> datetime:
    """The moment of a `Timestamp`, to the microsecond."""
    seconds, nanos = values["seconds"], values["nanos"]
    if not _LEAST <= seconds <= _GREATEST or not 0 <= nanos < 10**9:
        raise CodecError(f"a moment of {seconds} s and {nanos} ns")
    return _EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)


def as_text(moment: datetime | None) -> str | None:
    """A moment as snapshots have it: in UTC, without a zone."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat()


SHAPES: dict[str, Shape] = {"google.protobuf.Timestamp": Shape(_take, from_timestamp)}
