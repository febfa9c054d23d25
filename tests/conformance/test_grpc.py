"""The conformance kit over gRPC: real sockets, our server, the in-process engine behind it.

What gRPC has no call for goes to the REST port of the same server, as in a client's own routing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from aqdrant.middleware.router import Router
from aqdrant.testing import CASES, Case
from aqdrant.transport import Transport, TransportConfig
from aqdrant_grpc import GrpcTransport
from aqdrant_rest import RestTransport
from tests.fix_databases import served


@pytest.fixture(scope="module")
async def config(anyio_backend: object) -> AsyncGenerator[TransportConfig]:
    """Where the engine is served, to all cases on this event loop."""
    async with served() as config:
        yield config


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case, config: TransportConfig) -> None:

    def connect() -> Transport:
        return Router(GrpcTransport(config), "rest", lambda: RestTransport(config))

    await case.run(connect)
