"""What the generated sync client stands on: how its methods drive those of the async client.

A method's coroutine is stepped in the caller's thread. It suspends only to hop (`aqdrant._portal`),
so a call that the transport answers at once never leaves the thread and works without an event
loop, or inside one. The modules beside this one are generated, but for ``_streams``.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeGuard, TypeVar

from aqdrant._async.former import FormerMethods
from aqdrant._portal import Hop, Lease, in_portal
from aqdrant._sync._streams import PagedIterator, Stream, SyncByteStream
from aqdrant.exceptions import AqdrantError
from aqdrant.transport import ByteStream

if TYPE_CHECKING:
    from aqdrant._async import AsyncCollection, AsyncQdrantClient
    from aqdrant._sync.handle import Collection
    from aqdrant._sync.http_apis import HttpApis

__all__ = ["Facade", "drive_alone"]

R = TypeVar("R")
T = TypeVar("T")


class Facade(FormerMethods):
    """Holds an async client that is driven inline, and a share in the portal."""

    _async: AsyncQdrantClient
    _lease: Lease

    def _attach(self, client: AsyncQdrantClient) -> None:
        client._inline = True  # pyright: ignore[reportPrivateUsage]  # its half of the facade
        self._async = client
        self._lease = Lease()

    def _drive(self, work: Coroutine[Any, Any, R]) -> R:
        """Step a coroutine to its end in this thread; only its hops run elsewhere."""
        if in_portal():
            work.close()
            raise _on_portal(work)
        try:
            request = work.send(None)
        except StopIteration as stop:
            result: R = stop.value
            return result
        return self._drive_on(work, request)

    def _drive_on(self, work: Coroutine[Any, Any, R], request: object) -> R:
        while True:
            if not _is_hop(request):
                work.close()
                raise _suspended(work)
            try:
                try:
                    answer: Any = self._lease.run(request.function, *request.args)
                except BaseException as error:  # noqa: BLE001  the coroutine sees it first
                    request = work.throw(_trimmed(error))
                else:
                    request = work.send(answer)
            except StopIteration as stop:
                result: R = stop.value
                return result

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine on the portal as a whole."""
        try:
            return self._lease.run(_finish, work)
        finally:
            if inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
                work.close()

    def _iterate(self, source: AsyncIterator[T]) -> Iterator[T]:
        return PagedIterator(self, self._lease, source)

    def _open_stream(
        self, source: AbstractAsyncContextManager[ByteStream]
    ) -> AbstractContextManager[SyncByteStream]:
        return Stream(self, self._lease, source)

    def _shut(self, work: Coroutine[Any, Any, None]) -> None:
        # What was opened on the portal's loop must be closed there; what was not has no loop.
        if in_portal():
            work.close()
            raise _on_portal(work)
        try:
            if self._lease.used:
                self._run(work)
            else:
                self._drive(work)
        finally:
            self._lease.release()

    @property
    def http(self) -> HttpApis:
        """The calls of the REST API by its own names, in groups, on whatever this client uses.

        An answer has its ``result``, ``status`` and ``time``, as in
        ``client.http.collections_api.get_collections().result``.
        """
        from aqdrant._sync.http_apis import HttpApis  # many signatures, and few programs use them

        return HttpApis(self)

    def _handle(self, handle: AsyncCollection) -> Collection:
        from aqdrant._sync.handle import Collection  # which takes methods derived from this class

        return Collection(self, handle.name)

    def close(self) -> None:
        """Close the client and its transport. Closing again does nothing."""
        self._shut(self._async.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self, _is_finalizing: Any = sys.is_finalizing) -> None:
        lease = getattr(self, "_lease", None)  # None where the constructor failed
        if lease is None or _is_finalizing() or not lease.used:
            return
        if self._async._config.scheme != "memory":  # pyright: ignore[reportPrivateUsage]
            # In memory nothing stays open, and tests by the thousand never close theirs.
            warnings.warn(
                f"{self!r} was not closed: call close(), or use it in a `with` block.",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )
        lease.dispose(self._async.aclose)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reattach, (type(self), self._async)

    def __repr__(self) -> str:
        inner = type(self._async).__name__
        return repr(self._async).replace(inner, type(self).__name__, 1)


def drive_alone(work: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine that belongs to no client, that of a class method, on the portal."""
    facade = Facade()
    facade._lease = lease = Lease()  # pyright: ignore[reportPrivateUsage]  # same module
    try:
        return facade._run(work)  # pyright: ignore[reportPrivateUsage]
    finally:
        lease.release()


F = TypeVar("F", bound=Facade)


def _reattach(kind: type[F], client: AsyncQdrantClient) -> F:
    facade = kind.__new__(kind)
    facade._attach(client)  # pyright: ignore[reportPrivateUsage]  # same module
    return facade


def _trimmed(error: BaseException) -> BaseException:
    """The error without the frames between two threads, unless it comes from there."""
    traceback = error.__traceback__
    while traceback is not None and _is_machinery(traceback.tb_frame.f_globals["__name__"]):
        traceback = traceback.tb_next
    return error if traceback is None else error.with_traceback(traceback)


def _is_machinery(module: str) -> bool:
    return module == __name__ or module.startswith("aqdrant._portal")


def _is_hop(request: object) -> TypeGuard[Hop[Any]]:
    return isinstance(request, Hop)


async def _finish(work: Coroutine[Any, Any, R]) -> R:
    return await work


def _name(work: Coroutine[Any, Any, Any]) -> str:
    return getattr(work, "__name__", repr(work))


def _on_portal(work: Coroutine[Any, Any, Any]) -> AqdrantError:
    return AqdrantError(
        "A sync client was called on the event-loop thread that serves sync clients: a deadlock.",
        operation=_name(work),
        fix="Use AsyncQdrantClient in code that the client calls back, or another thread.",
    )


def _suspended(work: Coroutine[Any, Any, Any]) -> AqdrantError:
    return AqdrantError(
        "The method waited for an event loop outside a hop.",
        operation=_name(work),
        fix="Mark the async method with on_loop, or have try_execute answer at once.",
    )
