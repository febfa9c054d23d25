"""The conformance kit over the in-process engine, on every event loop."""

from __future__ import annotations

import pytest

from aqdrant.testing import CASES, Case
from aqdrant_local import LocalTransport


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    await case.run(LocalTransport)
