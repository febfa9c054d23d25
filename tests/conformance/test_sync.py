"""The conformance kit through the sync client, with and without the hop to the portal's thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient
from aqdrant.operations import Operation, StreamOperation
from aqdrant.testing import CASES, Case
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport
from aqdrant_local import LocalTransport

R = TypeVar("R")

FOR_SYNC = [case for case in CASES if not case.needs]


class Awaited:
    """The in-process engine without its answers at once: what a transport over sockets is."""

    def __init__(self) -> None:
        self._inner = LocalTransport()

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        return await self._inner.execute(operation, options)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        return self._inner.stream(operation, options)

    async def aclose(self) -> None:
        await self._inner.aclose()


class InThreads:
    """Each method of a sync client, awaited: it runs in a worker thread."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, "close" if name == "aclose" else name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await anyio.to_thread.run_sync(partial(method, *args, **kwargs))

        return call


def open_sync(transport: Transport) -> AsyncQdrantClient:
    return cast("AsyncQdrantClient", InThreads(QdrantClient(transport=transport)))


@pytest.mark.parametrize("open_transport", [LocalTransport, Awaited])
@pytest.mark.parametrize("case", FOR_SYNC, ids=lambda case: case.name)
def test_conformance(case: Case, open_transport: Callable[[], Transport]) -> None:
    anyio.run(case.run, open_transport, open_sync)
