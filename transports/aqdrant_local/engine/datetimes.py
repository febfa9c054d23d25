"""Dates in payloads, read as the server reads them: microseconds since 1970, or no date.

Used by payload columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask

__all__ = ["NO_DATE", "microseconds", "parse_datetime", "parse_datetimes"]

NO_DATE: Final = np.iinfo(np.int64).min
"""Stands for the moment of a text that is no date."""

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
# How many digits of a fraction and what of a zone the usual date has, by its length.
_SHAPES = {
    19: (0, 0), 20: (0, 1), 25: (0, 6), 23: (3, 0), 24: (3, 1), 29: (3, 6), 26: (6, 0), 27: (6, 1),
    32: (6, 6),
}  # fmt: skip
_FEW = 16  # texts that are read one by one
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


def parse_datetimes(texts: Sequence[str]) -> NDArray[np.int64]:
    """Read many dates (n,) as `parse_datetime` does; NO_DATE for what is none."""
    moments = np.full(len(texts), NO_DATE, dtype=np.int64)
    is_read = np.zeros(len(texts), dtype=np.bool_)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for length in _SHAPES:
        places = np.flatnonzero(lengths == length)
        joined = "".join([texts[place] for place in places.tolist()])
        if len(places) > _FEW and joined.isascii():
            letters = np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, length)
            found, is_usual = _usual(letters)
            moments[places[is_usual]] = found[is_usual]
            is_read[places[is_usual]] = True
    for place in np.flatnonzero(~is_read).tolist():
        moment = parse_datetime(texts[place])
        if moment is not None:
            moments[place] = moment
    return moments


def _usual(letters: NDArray[np.uint8]) -> tuple[NDArray[np.int64], Mask]:
    """Moments of texts (n, length), and which of these are dates as they usually are."""
    fraction, zone = _SHAPES[letters.shape[1]]
    digits = letters - np.uint8(ord("0"))
    is_usual = (letters[:, 10] == ord("T")) | (letters[:, 10] == ord(" "))
    for place, mark in ((4, "-"), (7, "-"), (13, ":"), (16, ":"), *([(19, ".")] * bool(fraction))):
        is_usual &= letters[:, place] == ord(mark)

    def number(first: int, count: int, most: int = 10**6) -> NDArray[np.int64]:
        nonlocal is_usual
        value = np.zeros(len(letters), dtype=np.int64)
        for place in range(first, first + count):
            is_usual &= digits[:, place] <= 9
            value = value * 10 + digits[:, place]
        is_usual &= value <= most
        return value

    year, month, day = number(0, 4), number(5, 2, 12), number(8, 2)
    seconds = (number(11, 2, 23) * 60 + number(14, 2, 59)) * 60 + number(17, 2, 59)
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = np.array(_MONTHS)[(month - 1) % 12] + (is_leap & (month == 2))
    is_usual &= (month > 0) & (day > 0) & (day <= longest)
    moments = np.asarray(_day_number(year, month, day) * _DAY + seconds * _SECOND, dtype=np.int64)
    if fraction:
        moments += number(20, fraction) * 10 ** (6 - fraction)
    end = letters.shape[1] - zone
    if zone == 1:
        is_usual &= letters[:, end] == ord("Z")
    elif zone:
        sign = letters[:, end]
        is_usual &= ((sign == ord("+")) | (sign == ord("-"))) & (letters[:, end + 3] == ord(":"))
        offset = (number(end + 1, 2, 23) * 60 + number(end + 4, 2, 59)) * 60 * _SECOND
        moments += np.where(sign == ord("-"), offset, -offset)
    return moments, is_usual


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
    number: int = _day_number(year, month, day)
    return number


def _day_number(year: Any, month: Any, day: Any) -> Any:
    """Days since 1970 of a day that there is; numbers, or arrays of them."""
    before = year - (month <= 2)  # years begin in March, so that the leap day is their last
    era, of_era = divmod(before, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
