"""A transport that passes everything on: what layers derive from."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import (
    DEFAULT_OPTIONS,
    ByteStream,
    CallOptions,
    Encoded,
    ImmediateTransport,
    PreparingTransport,
    Transport,
)

__all__ = ["ForwardingTransport"]

R = TypeVar("R")


class ForwardingTransport:
    """Hold a transport and hand every call to it; a layer overrides what it is about.

    Args:
        inner: the next layer, or the transport itself.
    """

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self._try_inner = inner.try_execute if isinstance(inner, ImmediateTransport) else None
        self._prepare_inner = inner.prepare if isinstance(inner, PreparingTransport) else None

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Hand the operation on."""
        return await self.inner.execute(operation, options)

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Hand the stream on."""
        return self.inner.stream(operation, options)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Hand the operation on, where the inner transport can answer at once."""
        if self._try_inner is None:
            return NotImplemented
        return self._try_inner(operation, options)

    async def prepare(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded | None:
        """Have the operation encoded, where the inner transport can do that beforehand."""
        if self._prepare_inner is None:
            return None
        return await self._prepare_inner(operation, options)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self.inner.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.inner!r})"
