"""How fast do arrays go up over REST, gRPC and in process, with how much memory and what stalls?

    python benchmarks/upload_transports.py [--points 100000] [--official 20000] [--rounds 3]
                                           [--only canned]

`upload_collection` of float32 arrays with 384 dimensions and ids, each with its defaults: ours on
one event loop, the official client's with parallel 1 and 2 (processes; on the host 127.0.0.2, where
it keeps connections alive). They take turns, each time in a process of its own; medians are shown.
Canned servers acknowledge unread what they are sent; "serve" is our own in-process engine behind
both protocols. With parallel 2, and in process, the official client uploads `--official` points.

"processor" is what the client took of it for a point: the same on a busy machine. "memory" is the
peak of the uploading process beyond what it held before, and the whole of its children.
"stall" is the longest wait of a task beside the upload, other processes of the machine included;
"hold" is the longest that the event loop's thread worked without giving others their turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from canned_grpc import canned_grpc_server, upload_answer
from canned_rest import canned_server
from one_upload import SIZE, mebibytes

Place = tuple[str, str, int]
"""Address for ours, for the official client, and the gRPC port."""
OFFICIAL = ("official 1", "official 2")


@contextmanager
def our_server() -> Generator[tuple[int, int]]:
    """Our engine in a process of its own: its two ports."""
    command = [sys.executable, "-m", "aqdrant", "serve", "--memory", "--port", "0"]
    command += ["--grpc-port", "0", "--host", "0.0.0.0", "--open-to-all"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        rest, grpc = (word for word in process.stdout.readline().split() if "://" in word)
        yield int(rest.rpartition(":")[2]), int(grpc.rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(30)


def descendants(process: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{process}/task").iterdir()
        own = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:
        return []
    return [*own, *(pid for child in own for pid in descendants(child))]


def run_one(who: str, points: int, place: Place, canned: bool) -> dict[str, float]:
    """Measure one upload, with the peaks of its children's memory; nothing where it failed."""
    ours, official, grpc_port = place
    script = str(Path(__file__).with_name("one_upload.py"))
    url = ours if who == "ours" else official
    command = [sys.executable, script, who, str(points), url, str(grpc_port)]
    command += ["--canned"] if canned else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    children: dict[int, float] = {}
    while process.poll() is None:
        children |= {pid: mebibytes("VmHWM", pid) or 0.0 for pid in descendants(process.pid)}
        time.sleep(0.1)
    assert process.stdout is not None
    said = process.stdout.read().splitlines()
    if process.returncode or not said:
        return {}
    found: dict[str, float] = json.loads(said[-1])
    found["memory"] += sum(children.values())
    return found


def compare(kind: str, points: int, few: int, rounds: int, place: Place) -> None:
    canned = kind.startswith("canned")
    clients = ("ours", *(OFFICIAL if place[2] or place[0] != ":memory:" else OFFICIAL[:1]))
    found: dict[str, list[dict[str, float]]] = {who: [] for who in clients}
    for _ in range(rounds):
        for who in clients:
            is_slow = who == "official 2" or (who != "ours" and kind == "in process")
            count = min(points, few) if is_slow else points
            if one := run_one(who, count, place, canned):
                found[who].append(one)
    medians = {
        who: {key: statistics.median(one[key] for one in all_) for key in all_[0]}
        for who, all_ in found.items()
        if all_
    }
    for who, one in medians.items():
        show(kind, who, one, medians.get("ours", {}).get("rate", 0.0))


def show(kind: str, who: str, found: dict[str, float], our_rate: float) -> None:
    line = f"{kind:12}{who:11}{found['rate']:9.0f}/s"
    line += f"{'':8}" if who == "ours" else f"{our_rate / found['rate']:7.2f}x"
    line += f"{found['processor']:8.1f} us{found['memory']:8.0f} MiB"
    if who == "ours":
        line += f"{found['stall']:9.1f} ms{found['hold']:9.1f} ms"
    print(line, flush=True)


def main(given: Any) -> None:
    head = f"{'points':>11}   ours is  processor     memory       stall        hold"
    only, sizes = given.only, (given.official, given.rounds)
    for points in given.points:
        print(f"{points:,} points x {SIZE}\n{'':23}{head}")
        if only in ("", "local"):
            compare("in process", points, *sizes, (":memory:", ":memory:", 0))
        if only in ("", "rest", "canned"):
            with canned_server() as port:
                compare("canned REST", points, *sizes, addresses(port))
        if only in ("", "grpc", "canned"):
            with canned_grpc_server(upload_answer(SIZE)) as port:
                compare("canned gRPC", points, *sizes, addresses(6333, port))
        if only in ("", "serve"):
            with our_server() as (rest, grpc):
                compare("serve REST", points, *sizes, addresses(rest))
                compare("serve gRPC", points, *sizes, addresses(rest, grpc))


def addresses(port: int, grpc_port: int = 0) -> Place:
    """Of a server, for ours and for the official client, which keeps no loopback alive but this."""
    ours, theirs = (f"http://127.0.0.{last}:{port}" for last in (1, 1 if grpc_port else 2))
    return ours, theirs, grpc_port


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[100_000])
    parser.add_argument("--official", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", choices=("local", "rest", "grpc", "canned", "serve"))
    main(parser.parse_args())
