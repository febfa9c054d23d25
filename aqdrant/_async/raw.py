"""What the groups of `client.http` stand on: one way from a call's arguments to its answer.

The groups, in `http_apis.py`, are generated from the operations (`aqdrant._tools.generate_http`).
A call is the same operation, on the same layers and on any transport, as that of the client's own
method; it takes the API's parameters and body as they are, and leaves defaults to the server.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import IO, TYPE_CHECKING, Any, TypeVar

from anyio import to_thread

from aqdrant._async.shaping import build, checked_name, points_body
from aqdrant.context import CallStats, collect_stats
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import ByteStream

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient
    from aqdrant._async.snapshots import Content

__all__ = ["ApiGroup"]

E = TypeVar("E")
Op = TypeVar("Op", bound=Operation[Any])
R = TypeVar("R")

_PIECE = 1 << 20


class ApiGroup:
    """The calls of one part of the REST API."""

    def __init__(self, client: AsyncQdrantClient) -> None:
        """Take the client that runs the calls."""
        self._client = client

    async def _call(
        self,
        kind: type[Operation[Any]],
        envelope: type[E],
        timeout: float | None,
        body_name: str = "",
        **fields: Any,
    ) -> E:
        """Run an operation; put around its result what the server said of the call."""
        with collect_stats() as stats:
            result = await self._run(kind, timeout, body_name, **fields)
        return _enveloped(
            envelope, result, [call for call in stats if call.operation == kind.__name__]
        )

    async def _run(
        self,
        kind: type[Operation[R]],
        timeout: float | None,
        body_name: str = "",
        **fields: Any,
    ) -> R:
        """Run an operation whose answer has no envelope."""
        if body_name == "point_insert_operations" and fields["body"] is not None:
            pause = self._client._pause  # pyright: ignore[reportPrivateUsage]  # its own part
            fields["body"] = await points_body(fields["body"], None, None, None, pause)
        operation = _build(kind, body_name, fields)
        return await self._client._execute(operation, timeout)  # pyright: ignore[reportPrivateUsage]

    def _open(
        self, kind: type[StreamOperation[Any]], timeout: float | None, **fields: Any
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Begin a download."""
        return self._client._stream(_build(kind, "", fields), timeout)  # pyright: ignore[reportPrivateUsage]

    async def _upload(
        self,
        envelope: type[E],
        timeout: float | None,
        snapshot: Content | IO[bytes],
        *,
        wait: bool | None,
        **fields: Any,
    ) -> E:
        """Send a snapshot along."""
        content: Any = _pieces(snapshot) if hasattr(snapshot, "read") else snapshot
        wait = True if wait is None else wait  # as the server does
        with collect_stats() as stats:
            result = await self._client.upload_snapshot(
                content=content, wait=wait, timeout=timeout, **fields
            )
        return _enveloped(envelope, result, stats)


def _build(kind: type[Op], body_name: str, fields: dict[str, Any]) -> Op:
    for name, value in fields.items():
        if name.endswith("_name"):
            checked_name(value, name)
    return build(kind, {"body": body_name, "with_": "_with"}, **fields)


def _enveloped(envelope: type[E], result: object, stats: Sequence[CallStats]) -> E:
    # What is only accepted has no result yet.
    said: dict[str, Any] = {"result": result, "status": "accepted" if result is None else "ok"}
    if stats:
        said["time"] = stats[-1].time
        if stats[-1].usage is not None:
            said["usage"] = stats[-1].usage
    return envelope(**said)


async def _pieces(file: Any) -> AsyncGenerator[bytes]:
    while piece := await to_thread.run_sync(file.read, _PIECE):
        yield piece
