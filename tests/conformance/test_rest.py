"""The conformance kit over REST: a real socket, our server, the in-process engine behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from aqdrant.testing import CASES, Case
from aqdrant.transport import TransportConfig
from aqdrant_rest import RestTransport
from tests.fix_databases import served


@pytest.fixture(scope="module")
async def config(anyio_backend: object) -> AsyncGenerator[TransportConfig]:
    """Where the engine is served, to all cases on this event loop."""
    async with served() as config:
        yield config


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case, config: TransportConfig) -> None:
    await case.run(lambda: RestTransport(config))
