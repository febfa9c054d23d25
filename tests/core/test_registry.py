"""Which transport serves an address: ours by name, others by entry point, none before a call."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant._registry import BUILT_IN, open_transport
from aqdrant.exceptions import UnsupportedOperation
from aqdrant.operations import CountPoints, Operation, StreamOperation
from aqdrant.testing import RecordingTransport
from aqdrant.transport import TransportConfig

NO_TRANSPORT = "nothing://localhost:6333"
"""An address without a transport: a client can be made, and its first call says so."""


async def test_address_without_transport_is_told_at_the_first_call() -> None:
    client = AsyncQdrantClient(url=NO_TRANSPORT)
    for _ in range(2):
        with pytest.raises(
            UnsupportedOperation, match="this version has no transport for"
        ) as caught:
            await client.get_collections()
        assert caught.value.supported_by == tuple(sorted(BUILT_IN))
        assert caught.value.target is not None
        assert "localhost:6333" in caught.value.target
        assert ":memory:" in str(caught.value)
    await client.aclose()


def test_address_without_transport_is_told_to_sync_callers() -> None:
    client = QdrantClient(NO_TRANSPORT)
    with pytest.raises(UnsupportedOperation, match="this version has no transport for"):
        client.get_collections()
    client.close()


def test_every_built_in_transport_is_there() -> None:
    assert set(BUILT_IN) == {"file", "http", "https", "memory"}
    for scheme in BUILT_IN:
        path = "./never-opened" if scheme == "file" else None
        assert open_transport(TransportConfig(scheme=scheme, host="localhost", path=path))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package that registers the scheme ``other``."""
    (tmp_path / "other_transport.py").write_text(
        "from aqdrant import models\n"
        "from aqdrant.operations import CountPoints\n"
        "from aqdrant.testing import RecordingTransport\n"
        "configs = []\n"
        "def open(config):\n"
        "    configs.append(config)\n"
        "    return RecordingTransport({CountPoints: models.CountResult(count=42)})\n"
    )
    info = tmp_path / "other_transport-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-transport\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[aqdrant.transports]\nother = other_transport:open\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("other_transport", None)


@pytest.mark.usefixtures("installed")
async def test_installed_package_serves_its_scheme() -> None:
    client = AsyncQdrantClient(
        url="other://host:5/pre", api_key="k", headers={"a": "b"}, timeout=3, option=7
    )
    assert "other_transport" not in sys.modules
    assert (await client.count("texts")).count == 42
    (config,) = sys.modules["other_transport"].configs
    assert config.target == "other://host:5/pre"
    assert (config.api_key, config.headers, config.timeout) == ("k", {"a": "b"}, 3.0)
    assert config.extra == {"option": 7}
    assert repr(config) == "TransportConfig('other://host:5/pre')"


class Counter:
    """A transport that knows nothing of ours but the protocol."""

    def __init__(self) -> None:
        self.closed = False

    async def execute(self, operation: Operation[Any], options: Any = None, /) -> Any:
        assert isinstance(operation, CountPoints)
        return models.CountResult(count=len(operation.collection_name))

    def stream(self, operation: StreamOperation[Any], options: Any = None, /) -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        self.closed = True


async def test_any_instance_of_the_protocol_can_be_passed() -> None:
    transport = Counter()
    async with AsyncQdrantClient(transport=transport) as client:
        assert (await client.count("texts")).count == 5
    assert transport.closed


def test_sync_client_takes_it_too() -> None:
    transport = Counter()
    with QdrantClient(transport=transport) as client:
        assert client.count("texts").count == 5
    assert transport.closed


async def test_transport_of_a_client_that_made_no_call_is_closed_with_it() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    await client.aclose()
    await client.aclose()
    assert transport.closed == 1
