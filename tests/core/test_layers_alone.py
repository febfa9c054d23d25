"""Layers as users put them together themselves."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.exceptions import ArgumentError
from aqdrant.middleware import Limiter
from aqdrant.operations import GetSnapshot
from aqdrant.testing import RecordingTransport


@pytest.mark.parametrize("bound", [0, -1, True, "3", 1.5, None])
def test_bound_that_lets_nothing_through_is_refused(bound: Any) -> None:
    with pytest.raises(ArgumentError, match="max_concurrency: "):
        Limiter(RecordingTransport(), bound)


async def test_stream_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "aqdrant.calls")
    client = AsyncQdrantClient(transport=RecordingTransport({GetSnapshot: b"abc"}))
    async with client.stream_snapshot("texts", "s") as content:
        assert caplog.messages == []
        assert [chunk async for chunk in content] == [b"abc"]
    with pytest.raises(KeyError):
        async with client.stream_snapshot("texts", "s"):
            raise KeyError
    first, second = caplog.messages
    assert first.startswith("GetSnapshot collection 'texts' ok ")
    assert second.startswith("GetSnapshot collection 'texts' KeyError ")
