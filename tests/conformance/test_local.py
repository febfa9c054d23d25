"""The conformance kit over the in-process engine, on every event loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdrant.testing import CASES, Case
from aqdrant_local import LocalTransport
from aqdrant_local.store import Share


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    await case.run(LocalTransport)


@pytest.mark.one_loop
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_conformance_in_a_folder(case: Case, tmp_path: Path) -> None:
    await case.run(lambda: LocalTransport(share=Share(str(tmp_path), "normal")))
