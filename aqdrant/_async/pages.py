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

from aqdrant import models
from aqdrant._async.ordering import Course
from aqdrant.models._tables import Tabular

__all__ = ["Ahead", "ScrollPage", "read_ahead"]

R = TypeVar("R")
Read: TypeAlias = Callable[[models.ScrollRequest], Awaitable[models.ScrollResult]]


class _Page(NamedTuple):
    points: list[models.Record]
    next_page_offset: int | str | None


class ScrollPage(_Page, Tabular):
    """A page of points, and the offset of the next one: a tuple of these two."""

    __slots__ = ()

    def _points(self) -> list[models.Record]:
        return self.points


async def read_ahead(
    read: Read, first: models.ScrollRequest, course: Course, limit: int | None
) -> AsyncGenerator[ScrollPage]:
    """Yield pages; the next one is under way while the caller has this one.

    Args:
        read: reads a page.
        first: asks for the first one.
        course: goes from page to page.
        limit: points at most.
    """
    request: models.ScrollRequest | None = first
    under_way: Ahead[models.ScrollResult] | None = None
    try:
        while request is not None and limit != 0:
            page = await (read(request) if under_way is None else under_way.result())
            under_way = None
            points, offset, request = await course(request, page)
            if limit is not None:
                points = points[:limit]
                limit -= len(points)
            if request is not None and limit != 0:
                under_way = _started(read, request)
            if points or request is None:
                yield ScrollPage(points, offset)
    finally:
        if under_way is not None:
            await under_way.cancel()


def _started(read: Read, request: models.ScrollRequest) -> Ahead[models.ScrollResult]:
    return Ahead(lambda: read(request))


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
            # One that is cancelled before its first step never runs, not to its `finally` either.
            self._task.add_done_callback(self._ended)

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

    def _ended(self, _task: object) -> None:
        self._done.set()

    async def _run(self, work: Callable[[], Awaitable[R]]) -> None:
        try:
            self._value = await work()
        except Exception as error:  # noqa: BLE001  # raised where the result is asked for
            self._error = error
        finally:
            self._done.set()
