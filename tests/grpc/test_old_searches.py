"""The search calls of before 1.10 on the served engine, beside what a real server answered."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict

from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc.server import GrpcApplication
from aqdrant_grpc.server.old_searches import OLD_SEARCHES
from aqdrant_local import LocalTransport

from .generated import official_class
from .pairs import calls
from .test_server import ask, framed

SAME_SCORES = {"legacy/discover-context-only"}
"""All points have one score, and any of them may come first."""


def meaning(value: Any) -> Any:
    """A message's content, its numbers as exact as float32 is after a few sums."""
    if isinstance(value, dict):
        left_out = ("time", "usage")
        return {name: meaning(one) for name, one in value.items() if name not in left_out}
    if isinstance(value, list):
        return [meaning(one) for one in value]
    return round(value, 5) if isinstance(value, float) else value


def test_all_deprecated_calls_are_served() -> None:
    assert {path for path, row in PROTOS.items() if "deprecated" in row} == set(OLD_SEARCHES)


async def test_old_searches_answer_what_a_server_answered() -> None:
    transport = LocalTransport()
    app = GrpcApplication(transport)
    seen: set[str] = set()
    for call in calls():
        if call.file != "legacy":
            continue
        answer = await ask(app, call.method, framed(call.request))
        assert answer.code == call.line["status"], call.name
        if answer.code != "OK":
            # Our engine has words of its own for a vector of another size.
            assert answer.text == call.line["message"] or "dimension" in answer.text, call.name
            continue
        kind = official_class(PROTOS[call.method].split(" ")[1])
        ours, theirs = (
            meaning(MessageToDict(kind.FromString(content)))
            for content in (answer.message, call.answer)
        )
        if call.name in SAME_SCORES:
            ours, theirs = len(ours["result"]), len(theirs["result"])
        assert ours == theirs, call.name
        seen.add(call.method)
    assert seen >= set(OLD_SEARCHES)
    await transport.aclose()
