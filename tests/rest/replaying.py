"""How many recorded exchanges does our own server answer as a Qdrant server did?

Called by `test_replay`, and run as `python tests/rest/replaying.py FOLDER_OF_JSONL [--list]`. Each
file starts on an empty engine. An exchange is *equal* when status and body are, but for what the
recording calls volatile or unordered, the time, the number of segments, which follows the machine,
and scores within 1e-5; *worded* when it is an error of the same status and kind in words of ours;
*not supported* when the engine says so itself. Points of one score may come in another order, and
where a limit cuts through them others of that score may come. What differs often only follows from
one of those: a collection that could not be made.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import anyio
import httpx

from aqdrant._serve import with_inference
from aqdrant_local import LocalTransport
from aqdrant_local.state import State
from aqdrant_rest.server import RestApplication

_VARIABLE: Final = re.compile(r'"\$num\{(\w+)\}"|\$\{(\w+)\}')
_NOT_IMPLEMENTED: Final = 501
_TOLERANCE: Final = 1e-5
_KEY: Final = "full-access-key-0123456789abcdef0123456789abcdef"
"""The key of the server on which the exchanges of `auth` were recorded."""


_BOUNDARY: Final = "wire-boundary-7d1f"
"""Between the parts of every form that was recorded."""


def request_body(body: Any, contents: Mapping[str, bytes]) -> bytes:
    """The bytes of a recorded request.

    Args:
        contents: what was answered before, by the name of the exchange; a form may carry it.

    Raises:
        ValueError: they are not recorded.
    """
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict) and len(body) == 1:
        if "$text" in body:
            return str(body["$text"]).encode()
        if "$base64" in body:
            return base64.b64decode(body["$base64"])
        if "$multipart" in body:
            return _form(body["$multipart"], contents)
        if any(key.startswith("$") for key in body):
            raise ValueError("this body is not recorded")
    return json.dumps(body).encode()


def _form(parts: Iterable[Mapping[str, Any]], contents: Mapping[str, bytes]) -> bytes:
    form = b""
    for part in parts:
        named = "; ".join(f'{key}="{part[key]}"' for key in ("name", "filename") if key in part)
        head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {named}\r\n\r\n"
        content = part["content"]
        carried = content.encode() if isinstance(content, str) else contents[content["$response"]]
        form += head.encode() + carried + b"\r\n"
    return form + f"--{_BOUNDARY}--\r\n".encode()


def fill(line: str, variables: Mapping[str, Any]) -> str:
    """Put the values that earlier answers had in their places."""

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1] or match[2])
        return match[0] if found is None else str(found)

    return _VARIABLE.sub(value, line)


def at_pointer(body: Any, pointer: str) -> Any:
    """The value at a JSON pointer; None where there is none."""
    for part in pointer.split("/")[1:]:
        try:
            body = body[int(part)] if isinstance(body, list) else body[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return body


def forget(body: Any, pointers: Iterable[str]) -> Any:
    """Leave out what varies from run to run."""
    for pointer in pointers:
        *parents, last = pointer.split("/")[1:] or [""]
        for holder in _holders(body, parents):
            keys: Iterable[Any] = holder.keys() if isinstance(holder, dict) else range(len(holder))
            for key in list(keys):
                if last in ("*", str(key)):
                    holder[key] = None
    return body


def _holders(body: Any, parts: list[str]) -> list[Any]:
    found = [body]
    for part in parts:
        inner: list[Any] = []
        for one in found:
            pairs = one.items() if isinstance(one, dict) else enumerate(one) if one else ()
            inner += [value for key, value in pairs if part in ("*", str(key))]
        found = [one for one in inner if isinstance(one, dict | list)]
    return [one for one in found if isinstance(one, dict | list)]


def arrange(body: Any, pointers: Iterable[str]) -> Any:
    """Sort the arrays whose order varies from run to run."""
    for pointer in pointers:
        array = at_pointer(body, pointer)
        if isinstance(array, list):
            array.sort(key=_order)
    return body


def _order(item: Any) -> str:
    """What tells items apart but for their scores, which are compared with a tolerance."""
    named = item.get("id", item) if isinstance(item, dict) else item
    return json.dumps(named, sort_keys=True)


def is_equal(ours: Any, theirs: Any) -> bool:
    """Whether two JSON values are the same, scores up to float32."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = ours.keys() | theirs.keys()
        return all(is_equal(ours.get(key), theirs.get(key)) for key in keys)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_equal, ours, theirs))
    if isinstance(ours, float) or isinstance(theirs, float):
        if not (isinstance(ours, int | float) and isinstance(theirs, int | float)):
            return False
        return math.isclose(ours, theirs, rel_tol=_TOLERANCE, abs_tol=1e-7)
    return bool(ours == theirs)


class Numbers:
    """The numbers of updates: an exchange that differs shifts those after it on one side."""

    def __init__(self) -> None:
        self._shifts: dict[str, int] = {}
        self._disturbed: set[str] = set()

    def disturb(self, collection: str) -> None:
        """Have the next number of a collection tell by how much ours are others from here on."""
        self._disturbed.add(collection)

    def align(self, collection: str, ours: Any, theirs: Any) -> None:
        """Write our numbers as those of the server."""
        own, wanted = list(_updates(ours)), list(_updates(theirs))
        if not own or not wanted:
            return
        if collection in self._disturbed:
            self._disturbed.discard(collection)
            self._shifts[collection] = own[0]["operation_id"] - wanted[0]["operation_id"]
        for update in own:
            update["operation_id"] -= self._shifts.get(collection, 0)


def _updates(body: Any) -> Iterator[dict[str, Any]]:
    result = at_pointer(body, "/result")
    for one in result if isinstance(result, list) else [result]:
        if isinstance(one, dict) and isinstance(one.get("operation_id"), int):
            yield one


def judge(exchange: Mapping[str, Any], status: int, content: bytes, numbers: Numbers) -> str:
    """Say how our answer compares: by one of the words of the module."""
    kind = _judge(exchange, status, content, numbers)
    if kind not in ("equal", "worded") or exchange.get("newer"):
        numbers.disturb(_collection(exchange))
    return kind


def _collection(exchange: Mapping[str, Any]) -> str:
    return "/".join(exchange["request"]["path"].split("/")[:3])


def _judge(exchange: Mapping[str, Any], status: int, content: bytes, numbers: Numbers) -> str:
    wanted = exchange["response"]
    volatile = list(exchange.get("volatile", ()))
    if status == _NOT_IMPLEMENTED:
        return "not supported"
    if status != wanted["status"] and "status" not in volatile:
        return "differs"
    try:
        ours: Any = json.loads(content) if content else None
    except ValueError:
        ours = content.decode(errors="replace")
    theirs = wanted["body"]
    if "" in volatile or (isinstance(theirs, dict) and "$size" in theirs):
        return "equal"
    numbers.align(_collection(exchange), ours, theirs)
    pointers = [*volatile, "/time", "/result/segments_count"]
    unordered = exchange.get("unordered", ())
    sides = (arrange(forget(body, pointers), unordered) for body in (ours, theirs))
    limit = at_pointer(exchange["request"].get("body"), "/limit")
    if is_equal(*(_with_ties(body, limit) for body in sides)):
        return "equal"
    return "worded" if _kind(ours) is not None and _kind(ours) == _kind(theirs) else "differs"


def _with_ties(body: Any, limit: Any) -> Any:
    """A ranking with its ties by id, and without what tells those apart that a limit cuts through.

    Where the limit is met, others of the last score may be among the points, if it is twice there.
    """
    points = at_pointer(body, "/result/points")
    if not isinstance(points, list) or not all("score" in point for point in points):
        return body
    scores = [point["score"] for point in points]
    points.sort(key=lambda point: (scores.index(point["score"]), _order(point)))
    if len(points) == limit and scores.count(scores[-1]) > 1:
        for point in points[scores.index(scores[-1]) :]:
            point.update(id=None, version=None)
    return body


def _kind(body: Any) -> str | None:
    """The beginning of an error's text, up to the colon; None of what is no error."""
    text = at_pointer(body, "/status/error")
    return text.partition(": ")[0] if isinstance(text, str) else None


async def replay(lines: Sequence[str], api_key: str | None = None) -> dict[str, str]:
    """Replay a file on an empty engine; give how each of its exchanges went, by name."""
    state = State()
    engine = LocalTransport(state, is_confined=True)
    app = RestApplication(with_inference(engine), api_key=api_key)
    judged: dict[str, str] = {}
    numbers = Numbers()
    shelf = await anyio.to_thread.run_sync(lambda: state.shelf.root)
    variables: dict[str, Any] = {"snapshots": shelf.as_posix()}
    contents: dict[str, bytes] = {}
    carrier = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=carrier, base_url="http://engine") as client:
        for line in lines:
            exchange = json.loads(fill(line, variables))
            request = exchange["request"]
            try:
                content = request_body(request.get("body"), contents)
            except ValueError:
                judged[exchange["name"]] = "not recorded"
                continue
            query = urlencode(request.get("query") or {}, doseq=True)
            url = httpx.URL(f"http://engine{request['path']}{'?' if query else ''}{query}")
            headers = request.get("headers") or {}
            response = await client.request(
                request["method"], url, content=content, headers=headers
            )
            contents[exchange["name"]] = response.content
            judged[exchange["name"]] = judge(
                exchange, response.status_code, response.content, numbers
            )
            for name, pointer in (exchange.get("capture") or {}).items():
                variables[name] = at_pointer(_json(response.content), pointer)
    await engine.aclose()
    return judged


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay every file of a folder, and say how many exchanges are equal."""
    parser = argparse.ArgumentParser(description="Replay recorded exchanges on our own server.")
    parser.add_argument("folder", type=Path, help="the folder of the recorded files")
    parser.add_argument("--list", action="store_true", help="name the exchanges that differ")
    chosen = parser.parse_args(arguments)
    totals: Counter[str] = Counter()
    for path in sorted(chosen.folder.glob("*.jsonl")):
        # Not by splitlines: texts have separators of other kinds in them.
        lines = path.read_text(encoding="utf-8").strip().split("\n")
        judged = anyio.run(replay, lines, _KEY if path.stem == "auth" else None)
        counts = Counter(judged.values())
        sys.stdout.write(f"{path.stem}: {len(judged)}: {dict(counts)}\n")
        totals += counts
        if chosen.list:
            names = (name for name, kind in judged.items() if kind == "differs")
            sys.stdout.writelines(f"  {path.stem}/{name}\n" for name in names)
    sys.stdout.write(f"all: {totals.total()}: {dict(totals)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
