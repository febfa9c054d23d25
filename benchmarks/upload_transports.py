"""How fast do arrays go up over REST, gRPC and in process, with how much memory and what stalls?

    python benchmarks/upload_transports.py [--points 100000] [--official 20000] [--only rest]

`upload_collection` of float32 arrays with 384 dimensions and ids, each with its defaults: ours on
one event loop, the official client's with parallel 1 and 2 (processes). Canned servers acknowledge
unread what they are sent; "serve" is our own in-process engine behind both protocols. Each run has
a process of its own: its peak of memory beyond what it had before, without its child processes.
"Stall" is the longest wait of a task beside the upload, other processes of the machine included;
"hold" is the longest that the event loop's thread worked without giving others their turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from canned_grpc import canned_grpc_server, upload_answer
from canned_rest import canned_server
from stalls import longest_hold, longest_stall

SIZE, NAME = 384, "bench"


@contextmanager
def our_server() -> Generator[tuple[str, int]]:
    """Our engine in a process of its own: its address and its gRPC port."""
    command = [sys.executable, "-m", "aqdrant", "serve", "--memory", "--port", "0"]
    process = subprocess.Popen([*command, "--grpc-port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        rest, grpc = (word for word in process.stdout.readline().split() if "://" in word)
        yield rest, int(grpc.rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(30)


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor_time() -> float:
    """Seconds of processor that this process and its children took: the same on a busy machine."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def arguments_of(url: str, grpc_port: int) -> dict[str, Any]:
    if url == ":memory:":
        return {"location": url}
    more = {"prefer_grpc": True, "grpc_port": grpc_port} if grpc_port else {}
    return {"url": url, "check_compatibility": False, **more}


async def ours(vectors: Any, url: str, grpc_port: int, canned: bool) -> dict[str, float]:
    from aqdrant import AsyncQdrantClient, models

    async with AsyncQdrantClient(**arguments_of(url, grpc_port)) as client:
        if not canned:
            if await client.collection_exists(NAME):
                await client.delete_collection(NAME)
            await client.create_collection(NAME, models.VectorParams(size=SIZE, distance="Cosine"))
        ids = range(len(vectors))
        await client.upload_collection(NAME, vectors[:64], ids=ids[:64])
        before, worked = memory(), processor_time()
        half = len(vectors) // 2
        stall, took = await longest_stall(
            lambda: client.upload_collection(NAME, vectors[:half], ids=ids[:half])
        )
        peak, worked = memory() - before, processor_time() - worked
        hold = await longest_hold(
            lambda: client.upload_collection(NAME, vectors[half:], ids=ids[half:])
        )
    found = {"rate": half / took, "memory": peak, "processor": worked / half * 1e6}
    return found | {"stall": stall * 1e3, "hold": hold * 1e3}


def official(
    vectors: Any, url: str, grpc_port: int, canned: bool, parallel: int
) -> dict[str, float]:
    from qdrant_client import QdrantClient, models

    client = QdrantClient(**arguments_of(url, grpc_port))
    if not canned:
        if client.collection_exists(NAME):
            client.delete_collection(NAME)
        params = models.VectorParams(size=SIZE, distance=models.Distance.COSINE)
        client.create_collection(NAME, params)
    ids = range(len(vectors))
    client.upload_collection(NAME, vectors[:64], ids=ids[:64])
    before, worked, began = memory(), processor_time(), time.perf_counter()
    client.upload_collection(NAME, vectors, ids=ids, parallel=parallel)
    took = time.perf_counter() - began
    worked = (processor_time() - worked) / len(vectors) * 1e6
    return {"rate": len(vectors) / took, "memory": memory() - before, "processor": worked}


def run_one(who: str, points: int, url: str, grpc_port: int, canned: bool) -> None:
    warnings.simplefilter("ignore")
    vectors = np.random.default_rng(0).random((points, SIZE), dtype=np.float32)
    if who == "ours":
        found = asyncio.run(ours(vectors, url, grpc_port, canned))
    else:
        found = official(vectors, url, grpc_port, canned, int(who[-1]))
    print(json.dumps(found))


def measured(who: str, points: int, url: str, grpc_port: int, canned: bool) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", who, "--points", str(points), "--url", url]
    command += ["--grpc-port", str(grpc_port), *(["--canned"] if canned else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-400:], file=sys.stderr)
        return {}
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(kind: str, points: int, few: int, url: str, grpc_port: int = 0) -> None:
    canned = kind.startswith("canned")
    rates: dict[str, float] = {}
    for who in ("ours", "official 1", "official 2"):
        if url == ":memory:" and who == "official 2":
            continue
        found = measured(who, points if who == "ours" else few, url, grpc_port, canned)
        if not found:
            continue
        rates[who] = found["rate"]
        loop = (
            f"   stall {found['stall']:7.1f} ms   hold {found['hold']:6.1f} ms"
            if "stall" in found
            else f"   x{rates.get('ours', 0) / found['rate']:.1f}"
        )
        shown = f"{found['rate']:10.0f} points/s {found['processor']:6.0f} us of processor"
        shown += f"   +{found['memory']:5.0f} MiB"
        print(f"{kind:14}{who:12}{shown}{loop}", flush=True)


def main(points: int, few: int, only: str) -> None:
    if only in ("", "local"):
        compare("in process", points, few // 4, ":memory:")
    if only in ("", "rest", "canned"):
        with canned_server() as port:
            compare("canned REST", points, few, f"http://127.0.0.1:{port}")
    if only in ("", "grpc", "canned"):
        with canned_grpc_server(upload_answer(SIZE)) as port:
            compare("canned gRPC", points, few, "http://127.0.0.1:6333", port)
    if only in ("", "serve"):
        with our_server() as (url, port):
            compare("serve REST", points, few, url)
            compare("serve gRPC", points, few, url, port)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--official", type=int, default=20_000)
    parser.add_argument("--only", default="", choices=("local", "rest", "grpc", "canned", "serve"))
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--grpc-port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--canned", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one, given.points, given.url, given.grpc_port, given.canned)
    else:
        main(given.points, given.official, given.only)
