"""Dates in payloads, read as the server reads them: microseconds since 1970, or no date.

Used by payload columns.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["microseconds", "parse_datetime"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_LAST_YEAR = 262_142
# White space is let through before every number, as the server's parser does.
_DATE = r"\s*(?P<year>\d{1,4}|[+-]\d{1,6})-\s*(?P<month>\d{1,2})-\s*(?P<day>\d{1,2})"
_TIME = r"\s*(?P<hour>\d{1,2}):\s*(?P<minute>\d{1,2})"
_SECONDS = r":\s*(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?"
_ZONE = r"\s*(?:[Zz]|[Uu][Tt][Cc]|(?P<sign>[+\-\u2212])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)\s*"
_ZONED = re.compile(rf"{_DATE}(?P<mark>[Tt]|\s+){_TIME}{_SECONDS}{_ZONE}", re.ASCII)
_LOCAL = re.compile(rf"{_DATE}(?:(?:T|\s+){_TIME}(?:{_SECONDS})?)?", re.ASCII)
# What Python itself reads, ten times faster, and reads alike.
_USUAL = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?(?:Z|[+-]\d\d:\d\d)?",
    re.ASCII,
).fullmatch
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_datetime(text: str) -> int | None:
    """Read a date, or a date and time; without a zone it is UTC.

    Returns:
        Microseconds since 1970, or None where the text is no date.
    """
    if _USUAL(text):
        try:
            return microseconds(datetime.fromisoformat(text))
        except ValueError:  # such as a leap second
            pass
    match = _ZONED.fullmatch(text) or _LOCAL.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict(default="0")
    if part.get("mark") == "t" and match["sign"] and not match["minutes"]:
        return None  # a zone of hours alone goes with a capital T
    days = _days(int(part["year"]), int(part["month"]), int(part["day"]))
    hour, minute, second = int(part["hour"]), int(part["minute"]), int(part["second"])
    # 60 is a leap second, and counts as the second after it.
    if days is None or hour > 23 or minute > 59 or second > 60:
        return None
    moment = days * _DAY + ((hour * 60 + minute) * 60 + second) * _SECOND
    moment += int(part["fraction"][:6].ljust(6, "0"))
    hours, minutes = int(part.get("hours", 0)), int(part.get("minutes", 0))
    if hours > 23 or minutes > 59:
        return None
    offset = (hours * 60 + minutes) * 60 * _SECOND
    return moment - offset if part.get("sign") == "+" else moment + offset


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a moment; without a zone it is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970 in the Gregorian calendar, which runs backwards for ever."""
    if abs(year) > _LAST_YEAR or not 1 <= month <= 12:
        return None
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _MONTHS[month - 1] + (is_leap and month == 2):
        return None
    before = year - (month <= 2)  # years begin in March, so that the leap day is their last
    era, of_era = divmod(before, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
