"""What a scroll asks for next: in the order of ids, or of a key, for which no server has an offset.

Used by `pages`. In the order of a key a request starts from the last value seen, and what came
already is dropped. A point with several values comes once for each, so its id must not be left out
of later pages. Where one value fills a page, its points are read in the order of their ids.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, cast

from msgspec.structs import replace

from aqdrant import models

__all__ = ["ByKey", "Course", "IsTime", "Step", "by_id"]

IsTime: TypeAlias = Callable[[str], Awaitable[bool]]
"""Tells whether a key of the payload has moments in time."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK: Final = 2
"""Floats between a value and where the next page starts: a server's JSON may be one off."""


class Step(NamedTuple):
    """Points of a page that are new, and the request for the next one; None after the last."""

    points: list[models.Record]
    offset: int | str | None
    request: models.ScrollRequest | None


class Course(Protocol):
    """Goes from page to page."""

    async def __call__(self, request: models.ScrollRequest, page: models.ScrollResult, /) -> Step:
        """Look at a page, and say what comes next."""
        ...


async def by_id(request: models.ScrollRequest, page: models.ScrollResult, /) -> Step:
    """Go on from the page's own offset."""
    offset = page.next_page_offset
    following = None if offset is None else replace(request, offset=offset)
    return Step(page.points, offset, following)


class ByKey:
    """Goes on from the last value of a page.

    Args:
        first: asks for the first page.
        is_time: asked where the points of one value fill a page.
    """

    def __init__(self, first: models.ScrollRequest, is_time: IsTime) -> None:
        given = first.order_by
        self._first = first
        self._order = given if isinstance(given, models.OrderBy) else models.OrderBy(key=str(given))
        self._sign = -1 if self._order.direction == models.Direction.DESC else 1
        self._is_time = is_time
        self._tie: Any = None
        """The value whose points are read in the order of ids."""
        self._from: Any = None
        """Where the last request started."""
        self._seen: set[tuple[int | str, Any]] = set()
        """Points that came with a value from there on, each with that value."""

    async def __call__(self, request: models.ScrollRequest, page: models.ScrollResult, /) -> Step:
        """Drop what came before, and go on behind it."""
        if self._tie is not None:
            return self._tied(request, page)
        new = [point for point in page.points if _pair(point) not in self._seen]
        if not page.points or len(page.points) < (request.limit or 0):
            return Step(new, None, None)
        last: Any = page.points[-1].order_value
        start = _moved(last, -self._sign * _SLACK)
        ending = {_pair(point) for point in page.points if self._is_behind(point, start)}
        self._seen = ending | self._seen if start == self._from else ending
        self._from = start
        if all(self._is_behind(point, start) for point in page.points):
            self._tie = last
            return Step(new, None, await self._of_value(last))
        return Step(new, None, self._starting(start))

    def _is_behind(self, point: models.Record, start: Any) -> bool:
        return bool((cast("Any", point.order_value) - start) * self._sign >= 0)

    def _starting(self, start: Any) -> models.ScrollRequest:
        limit = (self._first.limit or 0) + len(self._seen)
        return replace(self._first, limit=limit, order_by=replace(self._order, start_from=start))

    def _tied(self, request: models.ScrollRequest, page: models.ScrollResult) -> Step:
        seen = {point_id for point_id, _ in self._seen}
        new = [point for point in page.points if point.id not in seen]
        for point in new:
            point.order_value = self._tie
        if page.next_page_offset is not None:
            return Step(new, None, replace(request, offset=page.next_page_offset))
        behind = _moved(self._tie, self._sign * (_SLACK + 1), self._sign)
        self._tie, self._from, self._seen = None, behind, set()
        return Step(new, None, self._starting(behind))

    async def _of_value(self, value: Any) -> models.ScrollRequest:
        """The request for the points that have one value, in the order of ids."""
        key, low, high = self._order.key, _moved(value, -_SLACK), _moved(value, _SLACK)
        between: models.Range | models.DatetimeRange = models.Range(gte=low, lte=high)
        if await self._is_time(key):
            moment = _EPOCH + timedelta(microseconds=value)
            between = models.DatetimeRange(gte=moment, lte=moment)
        conditions: list[Any] = [models.FieldCondition(key=key, range=between)]
        if self._first.filter is not None:
            conditions.append(self._first.filter)
        return replace(self._first, order_by=None, filter=models.Filter(must=conditions))


def _pair(point: models.Record) -> tuple[int | str, Any]:
    return point.id, point.order_value


def _moved(value: Any, floats: int, integers: int = 0) -> Any:
    """The number so many floats further on, or before; or so many integers, where it is one."""
    if isinstance(value, int):
        return value + integers
    toward = math.inf if floats > 0 else -math.inf
    for _ in range(abs(floats)):
        value = math.nextafter(value, toward)
    return value
