"""Pages of a scroll: as a result, and one read ahead of the other.

Used by the methods that scroll.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import copy_context
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import anyio
from anyio.lowlevel import current_token
from msgspec.structs import replace

from aqdrant import models
from aqdrant.models._tables import Tabular

__all__ = ["Ahead", "ScrollPage", "following", "read_ahead"]

R = TypeVar("R")
Read: TypeAlias = Callable[[models.ScrollRequest], Awaitable[models.ScrollResult]]
Following: TypeAlias = Callable[
    [models.ScrollRequest, models.ScrollRequest, models.ScrollResult], models.ScrollRequest | None
]


class _Page(NamedTuple):
    points: list[models.Record]
    next_page_offset: int | str | None


class ScrollPage(_Page, Tabular):
    """A page of points, and the offset of the next one: a tuple of these two."""

    __slots__ = ()

    def _points(self) -> list[models.Record]:
        return self.points


async def read_ahead(
    read: Read, first: models.ScrollRequest, following: Following, limit: int | None
) -> AsyncGenerator[models.ScrollResult]:
    """Yield pages; the next one is under way while the caller has this one.

    Args:
        read: reads a page.
        first: asks for the first one.
        following: makes the next request of the first one, the last one and its page.
        limit: points at most.
    """
    request: models.ScrollRequest | None = first
    under_way: Ahead[models.ScrollResult] | None = None
    try:
        while request is not None and limit != 0:
            page = await (read(request) if under_way is None else under_way.result())
            under_way = None
            request = following(first, request, page)
            if limit is not None:
                page = replace(page, points=page.points[:limit])
                limit -= len(page.points)
            if request is not None and limit != 0:
                under_way = _started(read, request)
            yield page
    finally:
        if under_way is not None:
            await under_way.cancel()


def _started(read: Read, request: models.ScrollRequest) -> Ahead[models.ScrollResult]:
    return Ahead(lambda: read(request))


def following(
    first: models.ScrollRequest, last: models.ScrollRequest, page: models.ScrollResult
) -> models.ScrollRequest | None:
    """The request for the next page; None after the last one."""
    if first.order_by is None:
        offset = page.next_page_offset
        return None if offset is None else replace(last, offset=offset)
    # Pages in the order of a key have no offset: go on from the last value, without those that
    # were seen with it.
    if not page.points or len(page.points) < (last.limit or 0):
        return None
    value = page.points[-1].order_value
    seen: list[Any] = [point.id for point in page.points if point.order_value == value]
    given = last.order_by
    order = given if isinstance(given, models.OrderBy) else models.OrderBy(key=str(given))
    if order.start_from == value:
        seen += _left_out(last.filter)
    left_out = models.Filter(must_not=[models.HasIdCondition(has_id=seen)])
    if first.filter is not None:
        left_out.must = [first.filter]
    return replace(last, filter=left_out, order_by=replace(order, start_from=value))


def _left_out(given: models.Filter | None) -> list[Any]:
    conditions: Any = given.must_not if given is not None else None
    return list(conditions[0].has_id) if conditions else []


class Ahead(Generic[R]):
    """One async function under way beside the caller, who may be an async generator.

    A task group would tie it to the task that entered it, and a generator may be closed in another.

    Args:
        work: what to run; it starts at once.
    """

    def __init__(self, work: Callable[[], Awaitable[R]]) -> None:
        self._done = anyio.Event()
        self._value: Any = None
        self._error: Exception | None = None
        token: Any = current_token()
        loop: Any = getattr(token, "native_token", token)
        if hasattr(loop, "run_sync_soon"):
            trio: Any = sys.modules["trio"]
            scope = trio.CancelScope()
            self._cancel: Callable[[], object] = scope.cancel

            async def run_in_scope() -> None:
                with scope:
                    await self._run(work)

            trio.lowlevel.spawn_system_task(run_in_scope, context=copy_context())
        else:
            self._task = loop.create_task(self._run(work))
            self._cancel = self._task.cancel

    async def result(self) -> R:
        """Wait for its end."""
        await self._done.wait()
        if self._error is not None:
            raise self._error
        value: R = self._value
        return value

    async def cancel(self) -> None:
        """Cancel it, and wait until it has ended."""
        self._cancel()
        with anyio.CancelScope(shield=True):
            await self._done.wait()

    async def _run(self, work: Callable[[], Awaitable[R]]) -> None:
        try:
            self._value = await work()
        except Exception as error:  # noqa: BLE001  # raised where the result is asked for
            self._error = error
        finally:
            self._done.set()
