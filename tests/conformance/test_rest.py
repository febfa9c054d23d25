"""The conformance kit over REST: a real socket, our server, the in-process engine behind it."""

from __future__ import annotations

import pytest

from aqdrant.testing import CASES, Case
from aqdrant_rest import RestTransport
from tests.fix_databases import served


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    async with served() as config:
        await case.run(lambda: RestTransport(config))
