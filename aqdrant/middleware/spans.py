"""A span of OpenTelemetry for each call, by the conventions for database clients.

Needs the package ``opentelemetry-api``: the extra ``opentelemetry``.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from aqdrant._version import __version__
from aqdrant.exceptions import StatusError, UnsupportedOperation
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.operations import Operation, StreamOperation
from aqdrant.transport import DEFAULT_OPTIONS, ByteStream, CallOptions, Transport

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

__all__ = ["Spans"]

R = TypeVar("R")


class Spans(ForwardingTransport):
    """Make a span of each call, and send its context along in the headers (``traceparent``).

    The attributes are those of the semantic conventions for database clients: operation,
    collection, server, status and kind of error; never an argument, a payload or an error's text.

    Args:
        inner: the next layer.
        provider: makes the tracer; None for the one that the program set.
        server: host and port, for the attributes.

    Raises:
        UnsupportedOperation: ``opentelemetry-api`` is not installed.
    """

    def __init__(
        self,
        inner: Transport,
        provider: TracerProvider | None = None,
        *,
        server: tuple[str | None, int | None] = (None, None),
    ) -> None:
        super().__init__(inner)
        try:
            from opentelemetry import propagate, trace
        except ImportError as error:
            raise UnsupportedOperation(
                "spans need the package opentelemetry-api.",
                fix="pip install 'aqdrant[opentelemetry]'",
            ) from error
        self._trace = trace
        self._inject = propagate.inject
        self._tracer = trace.get_tracer("aqdrant", __version__, provider)
        host, port = server
        self._server = {"server.address": host, "server.port": port}

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Run the operation in a span of its own."""
        with self._span(operation) as span, self._current(span):
            return await self.inner.execute(operation, self._with_context(options, span))

    def stream(
        self, operation: StreamOperation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> AbstractAsyncContextManager[ByteStream]:
        """Run the stream in a span, which is not the current one: the body is the caller's."""
        return self._stream(operation, options)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Refuse: a span that was begun could not be taken back if there is no answer at once."""
        return NotImplemented

    @asynccontextmanager
    async def _stream(
        self, operation: StreamOperation[Any], options: CallOptions
    ) -> AsyncGenerator[ByteStream]:
        with self._span(operation) as span:
            async with self.inner.stream(operation, self._with_context(options, span)) as content:
                yield content

    @contextmanager
    def _span(self, operation: Operation[Any]) -> Generator[Span]:
        collection = getattr(operation, "collection_name", None)
        attributes = {
            "db.system.name": "qdrant",
            "db.operation.name": operation.name,
            "db.collection.name": collection,
            **self._server,
        }
        span = self._tracer.start_span(
            f"{operation.name} {collection}" if collection else operation.name,
            kind=self._trace.SpanKind.CLIENT,
            attributes={name: value for name, value in attributes.items() if value is not None},
        )
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            if isinstance(error, StatusError):
                span.set_attribute("db.response.status_code", str(error.status_code))
            span.set_status(self._trace.StatusCode.ERROR)
            raise
        finally:
            span.end()

    def _current(self, span: Span) -> AbstractContextManager[Any]:
        return self._trace.use_span(span, record_exception=False, set_status_on_exception=False)

    def _with_context(self, options: CallOptions, span: Span) -> CallOptions:
        carrier: dict[str, str] = {}
        self._inject(carrier, context=self._trace.set_span_in_context(span))
        headers: Mapping[str, str] = carrier | dict(options.headers)
        return replace(options, headers=headers) if carrier else options
