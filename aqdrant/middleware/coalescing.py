"""Equal reads that are under way at once share one call."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import anyio
from anyio.lowlevel import RunVar

from aqdrant.exceptions import StatusError
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.operations import Operation
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, Transport

__all__ = ["Coalescing"]

R = TypeVar("R")


class _Shared:
    """A read under way, and those who wait for its answer."""

    def __init__(self, operation: Operation[Any], options: CallOptions, writes: int) -> None:
        self.operation = operation
        self.options = options
        self.writes = writes
        self.done = anyio.Event()
        self.answer: Any = NotImplemented

    def is_for(self, operation: Operation[Any], options: CallOptions, writes: int) -> bool:
        """Whether its answer will be right for this call, too."""
        return self.writes == writes and self.options == options and self.operation == operation


_Calls = defaultdict[Any, list[_Shared]]
# As for the limiters: events belong to one event loop, and a client may serve several.
_under_way: RunVar[WeakKeyDictionary[Coalescing, _Calls]] = RunVar("aqdrant_coalescing")


class Coalescing(ForwardingTransport):
    """Answer reads that equal one under way, on the same event loop, with that one's answer.

    Headers and timeout must be equal, too. A read that starts after a write of this client has
    ended never gets an answer from before. Callers share the very same result: treat it as
    read-only. What Qdrant answers is shared, its errors included; a fault on the way, or a first
    caller that is cancelled, is its own, and the others ask again.

    Args:
        inner: the next layer.
    """

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self._writes = 0

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation, or wait for one that equals it."""
        if operation.writes:
            try:
                return await self.inner.execute(operation, options)
            finally:
                self._writes += 1
        writes = self._writes
        while True:
            calls = self._calls()[type(operation), operation.target]
            shared = next((one for one in calls if one.is_for(operation, options, writes)), None)
            if shared is None:
                return await self._lead(operation, _Shared(operation, options, writes))
            await shared.done.wait()
            if isinstance(shared.answer, StatusError):
                raise copy.copy(shared.answer)
            if shared.answer is not NotImplemented:
                return cast("R", shared.answer)

    async def _lead(self, operation: Operation[R], shared: _Shared) -> R:
        key = type(operation), operation.target
        calls = self._calls()
        calls[key].append(shared)
        try:
            answer: R = await self.inner.execute(operation, shared.options)
            shared.answer = answer
        except StatusError as error:
            shared.answer = copy.copy(error)
            raise
        finally:
            calls[key].remove(shared)
            if not calls[key]:
                del calls[key]
            shared.done.set()
        return answer

    def _calls(self) -> _Calls:
        try:
            tables = _under_way.get()
        except LookupError:
            tables = WeakKeyDictionary[Coalescing, _Calls]()
            _under_way.set(tables)
        return tables.setdefault(self, defaultdict(list))
