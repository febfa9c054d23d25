"""Which event loop runs, and a `Runtime` for it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .loop_asyncio import AsyncioLink, AsyncioRuntime
    from .loop_trio import TrioLink, TrioRuntime

__all__ = ["AnyLink", "AnyRuntime", "current_token", "deadline", "is_trio", "make_runtime"]

AnyRuntime: TypeAlias = "AsyncioRuntime | TrioRuntime"
AnyLink: TypeAlias = "AsyncioLink | TrioLink"


def is_trio() -> bool:
    """Whether the caller runs on trio."""
    # Asked first: in trio's guest mode asyncio runs as well.
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_task())


def current_token() -> object:
    """Return what tells the running event loop from any other.

    Raises:
        RuntimeError: no event loop runs here.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    if task is not None:  # it is not under trio, not even where trio is asyncio's guest
        return task.get_loop()
    if is_trio():
        import trio

        return trio.lowlevel.current_trio_token()
    return asyncio.get_running_loop()


def make_runtime() -> AnyRuntime:
    """Make the `Runtime` of the running event loop."""
    if is_trio():
        from .loop_trio import TrioRuntime

        return TrioRuntime()
    from .loop_asyncio import AsyncioRuntime

    return AsyncioRuntime()


def deadline(seconds: float) -> AbstractAsyncContextManager[object]:
    """Bound the time of a block, which ends with a `TimeoutError`.

    As ``anyio.fail_after``, by the event loop's own means, which cost a third of it.
    """
    if is_trio():
        from .loop_trio import TrioDeadline

        return TrioDeadline(seconds)
    return asyncio.timeout(seconds)
