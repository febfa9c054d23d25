"""Spans of OpenTelemetry, made by its own SDK and kept in memory."""

from __future__ import annotations

import logging
import sys
from typing import Any

import anyio
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import NotFound, UnsupportedOperation
from aqdrant.middleware import Spans
from aqdrant.operations import CountPoints, GetCollections, GetSnapshot, Operation
from aqdrant.testing import ImmediateRecordingTransport, RecordingTransport
from aqdrant.transport import CallOptions

COUNT = CountPoints("texts", models.CountRequest())


class Recorder:
    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


async def test_call_is_a_span(recorder: Recorder) -> None:
    layer = Spans(RecordingTransport(), recorder.provider, server=("example.org", 6333))
    await layer.execute(COUNT)
    await layer.execute(GetCollections())
    counted, listed = recorder.spans
    assert counted.name == "CountPoints texts"
    assert counted.kind is trace.SpanKind.CLIENT
    assert dict(counted.attributes or {}) == {
        "db.system.name": "qdrant",
        "db.operation.name": "CountPoints",
        "db.collection.name": "texts",
        "server.address": "example.org",
        "server.port": 6333,
    }
    assert counted.status.status_code is trace.StatusCode.UNSET
    assert listed.name == "GetCollections"
    assert "db.collection.name" not in (listed.attributes or {})


async def test_failure_has_its_kind_and_no_text(recorder: Recorder) -> None:
    transport = RecordingTransport({CountPoints: NotFound("a private text.")})
    with pytest.raises(NotFound):
        await Spans(transport, recorder.provider).execute(COUNT)
    (span,) = recorder.spans
    attributes = span.attributes or {}
    assert attributes["error.type"] == "NotFound"
    assert attributes["db.response.status_code"] == "404"
    assert span.status.status_code is trace.StatusCode.ERROR
    assert "private" not in span.to_json()


async def test_cancelled_call_is_a_failure(recorder: Recorder) -> None:
    async def hang(_: Operation[Any]) -> None:
        await anyio.sleep_forever()

    layer = Spans(RecordingTransport({CountPoints: hang}), recorder.provider)
    with anyio.move_on_after(0.01):
        await layer.execute(COUNT)
    (span,) = recorder.spans
    assert (span.attributes or {})["error.type"] == anyio.get_cancelled_exc_class().__name__


async def test_context_goes_out_and_around(recorder: Recorder) -> None:
    inside: list[Any] = []

    def look(_: Operation[Any]) -> models.CountResult:
        inside.append(trace.get_current_span().get_span_context())
        return models.CountResult(count=1)

    transport = RecordingTransport({CountPoints: look})
    layer = Spans(transport, recorder.provider)
    tracer = recorder.provider.get_tracer("test")
    with tracer.start_as_current_span("outer"):
        await layer.execute(COUNT, CallOptions(headers={"a": "b"}, timeout=3.0))
    span, outer = recorder.spans
    assert span.parent == outer.context
    assert inside == [span.context]
    (call,) = transport.calls
    assert call.options.timeout == 3.0
    assert call.options.headers == {
        "a": "b",
        "traceparent": f"00-{inside[0].trace_id:032x}-{inside[0].span_id:016x}"
        f"-{inside[0].trace_flags:02x}",
    }


async def test_header_that_the_caller_sends_is_left(recorder: Recorder) -> None:
    transport = RecordingTransport()
    headers = {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-00"}
    await Spans(transport, recorder.provider).execute(COUNT, CallOptions(headers=headers))
    assert transport.calls[0].options.headers == headers


async def test_stream_is_a_span_and_its_body_is_not(recorder: Recorder) -> None:
    transport = RecordingTransport({GetSnapshot: b"abc"})
    layer = Spans(transport, recorder.provider)
    async with layer.stream(GetSnapshot("c", "s")):
        assert not trace.get_current_span().get_span_context().is_valid
        assert recorder.spans == ()
    (span,) = recorder.spans
    assert span.name == "GetSnapshot c"
    assert "traceparent" in transport.calls[0].options.headers
    with pytest.raises(ZeroDivisionError):
        async with layer.stream(GetSnapshot("c", "s")):
            raise ZeroDivisionError
    assert (recorder.spans[1].attributes or {})["error.type"] == "ZeroDivisionError"


def test_answer_at_once_is_left_to_who_can_await(recorder: Recorder) -> None:
    layer = Spans(ImmediateRecordingTransport(), recorder.provider)
    assert layer.try_execute(COUNT) is NotImplemented
    assert recorder.spans == ()


async def test_client_makes_spans_when_asked(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: recorder.provider)
    transport = RecordingTransport()
    await AsyncQdrantClient(transport=transport).count("texts")
    assert recorder.spans == ()
    with caplog.at_level(logging.DEBUG, "aqdrant.calls"):
        await AsyncQdrantClient(transport=transport, tracing=True).count("texts")
    assert [span.name for span in recorder.spans] == ["CountPoints texts"]
    assert len(caplog.records) == 1


async def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    client = AsyncQdrantClient(transport=RecordingTransport(), tracing=True)
    with pytest.raises(UnsupportedOperation, match=r"aqdrant\[opentelemetry\]"):
        await client.count("texts")
