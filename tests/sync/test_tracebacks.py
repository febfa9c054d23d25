"""What a user sees of an error: the call, the transport, and none of the threads between."""

from __future__ import annotations

import traceback

import pytest

from aqdrant import QdrantClient
from aqdrant.exceptions import ClientClosed, ConnectionFailed
from aqdrant.operations import CountPoints, GetSnapshot
from aqdrant.testing import RecordingTransport


def test_portal_leaves_no_frames() -> None:
    with QdrantClient(
        transport=RecordingTransport({CountPoints: ConnectionFailed("no.")})
    ) as client:
        with pytest.raises(ConnectionFailed) as caught:
            client.count("texts")
        frames = traceback.extract_tb(caught.value.__traceback__)
    names = [frame.name for frame in frames]
    assert not {"run", "result", "_perform", "wait"} & set(names)
    assert names[-3:] == ["execute", "execute", "_given"]
    assert len(names) <= 11


def test_ended_stream_says_so() -> None:
    with QdrantClient(transport=RecordingTransport({GetSnapshot: b"abc"})) as client:
        with client.stream_snapshot("texts", "s") as content:
            pass
        with pytest.raises(ClientClosed, match="has ended"):
            list(content)
