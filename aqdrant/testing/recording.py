"""A transport that records what it is asked and answers what it was told: a fake for tests.

For tests of code that uses a client, where no engine is wanted: what was sent is looked at as
operations, and every answer or failure can be had. The project's own tests of the client and its
middleware stand on it.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NamedTuple, TypeVar, cast, get_origin

import anyio.lowlevel

from aqdrant import models
from aqdrant.exceptions import ClientClosed, UnsupportedOperation
from aqdrant.operations import (
    BatchUpdate,
    CollectionExists,
    CountPoints,
    GetCollectionAliases,
    GetCollections,
    GetCollectionsAliases,
    Operation,
    QueryBatchPoints,
    QueryPoints,
    Root,
    ScrollPoints,
    StreamOperation,
    result_type,
)
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions

__all__ = [
    "Call",
    "ImmediateRecordingTransport",
    "RecordingTransport",
    "RemoteRecordingTransport",
]

R = TypeVar("R")


class Call(NamedTuple):
    """One call that came to a `RecordingTransport`."""

    operation: Operation[Any]
    options: CallOptions


class RecordingTransport:
    """Record every call, and answer with canned results.

    What has no answer of its own gets the answer of an empty server that takes every write:
    True, a completed `UpdateResult`, no points, a count of 0.

    An answer is a result; or an exception, which is raised; or a function of the operation, plain
    or async, that returns one or the other. Where an operation has several, each is used once and
    the last one stays.

    Args:
        answers: operation class → its answer.

    Example:
        >>> transport = RecordingTransport({CountPoints: models.CountResult(count=3)})
        >>> client = AsyncQdrantClient(transport=transport)
        >>> await client.count("texts")
        CountResult(count=3)
        >>> transport.operations[0].collection_name
        'texts'
    """

    def __init__(self, answers: Mapping[type[Operation[Any]], Any] | None = None) -> None:
        self.calls: list[Call] = []
        self.streams: list[RecordedStream] = []
        self.closed = 0
        """How often it was closed."""
        self._answers: dict[type[Operation[Any]], list[Any]] = {}
        for operation, answer in (answers or {}).items():
            self.answer(operation, answer)

    def answer(self, operation: type[Operation[Any]], *answers: Any) -> None:
        """Set the answers of an operation, in the order of its calls.

        Args:
            operation: the class of the operation.
            *answers: at least one; the last one stays.
        """
        self._answers[operation] = list(answers)

    @property
    def operations(self) -> list[Operation[Any]]:
        """The operations that came, in their order."""
        return [call.operation for call in self.calls]

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Record the call and give its answer."""
        self._record(operation, options)
        await anyio.lowlevel.checkpoint()
        answer = self._next(operation)
        if callable(answer) and not isinstance(answer, type):
            answer = answer(operation)
            if inspect.isawaitable(answer):
                answer = await answer
        return cast("R", _given(answer))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Record the call; its answer is the content, bytes or chunks, or an upload's result."""
        return self._stream(operation, options)

    async def aclose(self) -> None:
        """Count the call; later operations are refused."""
        self.closed += 1

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__name__} [{len(self.calls)} calls, {state}]>"

    def _record(self, operation: Operation[Any], options: CallOptions) -> None:
        if self.closed:
            raise ClientClosed("the transport is closed.", operation=operation.name)
        self.calls.append(Call(operation, options))

    def _next(self, operation: Operation[Any]) -> Any:
        answers = self._answers.get(type(operation))
        if answers is None:
            return _empty(operation)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        self._record(operation, options)
        await anyio.lowlevel.checkpoint()
        answers = self._answers.get(type(operation))
        answer = _given(self._next(operation) if answers else None if operation.uploads else b"")
        stream = RecordedStream(operation, answer)
        self.streams.append(stream)
        yield stream


class ImmediateRecordingTransport(RecordingTransport):
    """A `RecordingTransport` that answers at once, where the answer is no async function."""

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Record the call and give its answer, without an event loop."""
        answers = self._answers.get(type(operation))
        if answers and inspect.iscoroutinefunction(answers[0]):
            return NotImplemented
        self._record(operation, options)
        answer = self._next(operation)
        if callable(answer) and not isinstance(answer, type):
            answer = answer(operation)
        return _given(answer)


class RemoteRecordingTransport(RecordingTransport):
    """A `RecordingTransport` that stands for a server: a client retries, and asks for its version.

    Args:
        answers: as of `RecordingTransport`.
        version: what it says its version is.
    """

    def __init__(
        self, answers: Mapping[type[Operation[Any]], Any] | None = None, version: str = "1.19.0"
    ) -> None:
        info = models.VersionInfo(title="recorded", version=version)
        super().__init__({Root: info, **(answers or {})})
        self.connections_made = 1
        """Raise it, and the server may have been restarted as another version."""


class RecordedStream:
    """The content of a recorded stream: what was answered, or what was sent.

    Args:
        operation: what opened it.
        answer: the content of a download, as bytes or chunks of bytes; the result of an upload.
    """

    def __init__(self, operation: StreamOperation[Any], answer: Any) -> None:
        self.operation = operation
        self.sent: list[bytes] = []
        self.is_finished = False
        self._answer = answer

    @property
    def size(self) -> int | None:
        """Bytes of a download whose answer was bytes."""
        return len(self._answer) if isinstance(self._answer, bytes) else None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def send(self, chunk: bytes, /) -> None:
        """Keep a piece of an upload."""
        await anyio.lowlevel.checkpoint()
        self.sent.append(chunk)

    async def finish(self) -> Any:
        """End the upload."""
        await anyio.lowlevel.checkpoint()
        self.is_finished = True
        return self._answer

    async def _chunks(self) -> AsyncGenerator[bytes]:
        answer = self._answer
        chunks: Iterable[bytes] = (answer,) if isinstance(answer, bytes) else answer
        for chunk in chunks:
            await anyio.lowlevel.checkpoint()
            yield chunk


def _given(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _empty(operation: Operation[Any]) -> Any:
    """Answer as an empty server does that takes every write."""
    answer = _EMPTY.get(type(operation))
    if answer is not None:
        return answer(operation)
    wanted: Any = result_type(type(operation))
    kind = get_origin(wanted) or wanted
    if kind is list:
        return []
    if wanted is str:
        return ""
    if wanted is models.UpdateResult:
        return _update_result()
    if wanted is bool or wanted == bool | None:
        return True
    raise UnsupportedOperation(
        f"this fake has no answer for {operation.name}.",
        operation=operation.name,
        target=operation.target,
        fix=f"Give it one: RecordingTransport({{{operation.name}: ...}}).",
    )


def _update_result() -> models.UpdateResult:
    return models.UpdateResult(status=models.UpdateStatus.COMPLETED, operation_id=0)


_EMPTY: dict[type[Operation[Any]], Callable[[Any], Any]] = {
    BatchUpdate: lambda operation: [_update_result() for _ in operation.body.operations],
    CollectionExists: lambda _: models.CollectionExistence(exists=True),
    CountPoints: lambda _: models.CountResult(count=0),
    GetCollectionAliases: lambda _: models.CollectionsAliasesResponse(aliases=[]),
    GetCollections: lambda _: models.CollectionsResponse(collections=[]),
    GetCollectionsAliases: lambda _: models.CollectionsAliasesResponse(aliases=[]),
    QueryBatchPoints: lambda operation: [
        models.QueryResponse(points=[]) for _ in operation.body.searches
    ],
    QueryPoints: lambda _: models.QueryResponse(points=[]),
    ScrollPoints: lambda _: models.ScrollResult(points=[]),
}
