"""Recorded exchanges, replayed on our own server over the local engine: points, queries, shards.

`replay_differs.json` names each exchange that our server answers in another way, with the reason.
Where a server 1.19.0 answered otherwise than the recorded 1.18.3, ours follows 1.19.0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aqdrant_local.snapshots.shelf import collection_place

from .exchanges import Exchange, exchanges
from .replaying import replay

FILES = ("query", "points", "vectors", "payload", "indexes", "strict", "snapshots", "cluster")
OURS = {
    "4611686018427387": "1",
    "/qdrant/snapshots/s": f"${{snapshots}}/{collection_place('s')}",
    "/qdrant/snapshots": "${snapshots}",
    "127.0.0.1:6333": "127.0.0.1:1",
}
"""What a recording names → what it is here: the peer, the folder, and an address nobody serves."""
EQUAL = frozenset({"equal", "worded"})
VARYING = Path(__file__).parents[1] / "data" / "wire" / "varying.json"
DIFFERS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("replay_differs.json").read_text(encoding="utf-8")
)
"""File → name of an exchange → why our answer is another."""


def lines_of(file: str) -> list[str]:
    """The exchanges of a file as `replay` takes them."""
    known = exchanges()
    varying: dict[str, dict[str, Any]] = json.loads(VARYING.read_text(encoding="utf-8"))
    lines: list[str] = []
    for name, sent in known.items():
        of, _, short = name.partition("/")
        if of == file:
            newer = known.get(f"changed/{file}-{short}", sent)
            line = _line(short, sent, newer) | varying.get(name, {})
            # After it the numbers of updates are those of another recording.
            lines.append(_ours(json.dumps(line | {"newer": newer is not sent})))
    return lines


def _ours(line: str) -> str:
    for theirs, ours in OURS.items():
        line = line.replace(theirs, ours)
    return line


def _line(name: str, sent: Exchange, answered: Exchange) -> dict[str, Any]:
    request = {
        "method": sent.method,
        "path": sent.path,
        "query": sent.query,
        "headers": sent.headers,
        "body": sent.body,
    }
    response = {"status": answered.status, "body": answered.told}
    return {"name": name, "request": request, "response": response}


@pytest.mark.one_loop
@pytest.mark.parametrize("file", FILES)
async def test_answers_are_those_of_a_server(file: str) -> None:
    judged = await replay(lines_of(file))
    differing = {name for name, kind in judged.items() if kind not in EQUAL}
    assert len(judged) > 50
    assert differing == set(DIFFERS[file])


async def test_replay_can_fail() -> None:
    (first, *_) = lines_of("points")
    line = json.loads(first)
    line["response"]["body"]["result"] = "another"
    assert set((await replay([json.dumps(line)])).values()) == {"differs"}
