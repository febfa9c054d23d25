"""Dates in payloads, read as the server reads them: microseconds since 1970, or no date.

Used by payload columns.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["microseconds", "parse_datetime"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FORM = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>[Zz]| ?UTC|[+-]\d{2}:?(?:\d{2})?)?)?",
    re.ASCII,
)


def parse_datetime(text: str) -> int | None:
    """Read a date, or a date and time; without a zone it is UTC.

    Returns:
        Microseconds since 1970, or None where the text is no date.
    """
    if not "0" <= text[:1] <= "9":
        return None
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    second = int(match["second"] or 0)
    leap = second == 60  # a leap second counts as the second after it
    try:
        moment = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            second - leap,
            int((match["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=_zone(match["zone"]),
        )
        return microseconds(moment) + (1_000_000 if leap else 0)
    except (ValueError, OverflowError):
        return None


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a moment; without a zone it is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
