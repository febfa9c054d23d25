"""What the sync groups of `client.http` stand on; the generated ones are in `http_apis.py`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Any, TypeAlias, TypeVar

from aqdrant._async.raw import ApiGroup as AsyncGroup
from aqdrant._sync._streams import SyncByteStream, to_async
from aqdrant.operations import Operation, StreamOperation

if TYPE_CHECKING:
    from aqdrant._async.snapshots import FilePath
    from aqdrant._sync._facade import Facade

__all__ = ["ApiGroup", "Content"]

E = TypeVar("E")
R = TypeVar("R")
Content: TypeAlias = "FilePath | bytes | Iterable[bytes]"


class ApiGroup:
    """The calls of one part of the REST API."""

    def __init__(self, facade: Facade) -> None:
        """Take the client that drives the calls."""
        self._facade = facade
        self._group = AsyncGroup(facade._async)  # pyright: ignore[reportPrivateUsage]  # its own part

    def _call(
        self,
        kind: type[Operation[Any]],
        envelope: type[E],
        timeout: float | None,
        body_name: str = "",
        **fields: Any,
    ) -> E:
        call = self._group._call(kind, envelope, timeout, body_name, **fields)  # pyright: ignore[reportPrivateUsage]
        return self._facade._drive(call)  # pyright: ignore[reportPrivateUsage]

    def _run(self, kind: type[Operation[R]], timeout: float | None, **fields: Any) -> R:
        call = self._group._run(kind, timeout, **fields)  # pyright: ignore[reportPrivateUsage]
        return self._facade._drive(call)  # pyright: ignore[reportPrivateUsage]

    def _open(
        self, kind: type[StreamOperation[Any]], timeout: float | None, **fields: Any
    ) -> AbstractContextManager[SyncByteStream]:
        stream = self._group._open(kind, timeout, **fields)  # pyright: ignore[reportPrivateUsage]
        return self._facade._open_stream(stream)  # pyright: ignore[reportPrivateUsage]

    def _upload(
        self,
        envelope: type[E],
        timeout: float | None,
        snapshot: Content | IO[bytes],
        **fields: Any,
    ) -> E:
        content: Any = snapshot if hasattr(snapshot, "read") else to_async(snapshot)
        call = self._group._upload(envelope, timeout, content, **fields)  # pyright: ignore[reportPrivateUsage]
        return self._facade._run(call)  # pyright: ignore[reportPrivateUsage]
