"""What an inline coroutine says to its driver; see the package's docstring.

Imports no event loop: the async client uses this on any.
"""

from __future__ import annotations

import contextvars
from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from aqdrant._portal.calls import Call

R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
Ts = TypeVarTuple("Ts")

current_call: contextvars.ContextVar[Call[Any] | None] = contextvars.ContextVar(
    "aqdrant_portal_call", default=None
)
"""The call that a task of the portal serves."""


class Hop(Generic[R]):
    """Ask the driver of an inline coroutine to run ``function(*args)`` on the portal.

    Args:
        function: an async function; its result is the result of awaiting the hop.
        args: its positional arguments.
    """

    __slots__ = ("args", "function")

    def __init__(self, function: Callable[[*Ts], Awaitable[R]], *args: *Ts) -> None:
        self.function: Callable[..., Awaitable[R]] = function
        self.args: tuple[Any, ...] = args

    def __await__(self) -> Generator[Hop[R], R, R]:
        return (yield self)


def on_loop(method: F) -> F:
    """Mark an async method that the sync client runs on the portal as a whole."""
    method.__dict__["__on_loop__"] = True
    return method
