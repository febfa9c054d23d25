"""For tests: a fake transport, and a conformance kit that any transport can run.

A transport is held against the kit by one parametrised test::

    from aqdrant.testing import CASES

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    async def test_conformance(case):
        await case.run(MyTransport)

The cases are plain async functions with plain ``assert``; ``pytest.register_assert_rewrite
("aqdrant.testing")`` before the import makes their failures tell the values.
"""

from __future__ import annotations

from aqdrant.testing.cases import CASES
from aqdrant.testing.kit import Case, Lab
from aqdrant.testing.recording import (
    Call,
    ImmediateRecordingTransport,
    RecordingTransport,
    RemoteRecordingTransport,
)

__all__ = [
    "CASES",
    "Call",
    "Case",
    "ImmediateRecordingTransport",
    "Lab",
    "RecordingTransport",
    "RemoteRecordingTransport",
]
