"""What the handles of both clients, `AsyncCollection` and `Collection`, are made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

__all__ = ["Bound", "Handle"]

P = ParamSpec("P")
R = TypeVar("R")


class Handle:
    """A client and the name of one of its collections."""

    client: Any

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r} of {self.client!r})"


class Bound(Generic[P, R]):
    """A method of a client, whose first argument is the name that the handle has."""

    def __init__(self, method: Callable[Concatenate[Any, str, P], R]) -> None:
        self._name = method.__name__
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, handle: None, kind: type) -> Self: ...
    @overload
    def __get__(self, handle: Handle, kind: type) -> Callable[P, R]: ...
    def __get__(self, handle: Handle | None, kind: type) -> Self | Callable[P, R]:
        """Return the method of the handle's client, found when it is called for."""
        if handle is None:
            return self
        call: Callable[P, R] = partial(getattr(handle.client, self._name), handle.name)
        call.__doc__ = self.__doc__
        return call
