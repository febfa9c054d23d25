"""The conformance kit over the in-process engine, on every event loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdrant.exceptions import UnsupportedOperation
from aqdrant.testing import CASES, Case
from aqdrant_local import LocalTransport
from aqdrant_local.store import Share

NOT_YET = frozenset({"nested"})
"""What the engine does not run yet; a case that needs it fails here on the day it does."""

SUPPORTED = [case for case in CASES if not case.needs & NOT_YET]
REFUSED = [case for case in CASES if case.needs & NOT_YET]


@pytest.mark.parametrize("case", SUPPORTED, ids=lambda case: case.name)
async def test_conformance(case: Case) -> None:
    await case.run(LocalTransport)


@pytest.mark.parametrize("case", SUPPORTED, ids=lambda case: case.name)
async def test_conformance_in_a_folder(case: Case, tmp_path: Path) -> None:
    await case.run(lambda: LocalTransport(share=Share(str(tmp_path), "normal")))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
async def test_what_is_not_there_yet_is_refused(case: Case) -> None:
    with pytest.raises(UnsupportedOperation):
        await case.run(LocalTransport)
