"""One upload of arrays by one client, in this process alone; prints what it found as JSON.

    python benchmarks/one_upload.py WHO POINTS URL GRPC_PORT [--canned]

Started by `upload_transports`, for each of its measurements anew. WHO is `ours` or `official N`, N
being the `parallel` of the official client. Memory is the peak of this process during the upload
beyond what it held before, the vectors among that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Self

import numpy as np
from stalls import longest_hold, longest_stall

SIZE, NAME = 384, "bench"


def mebibytes(field: str, process: int | str = "self") -> float:
    """A field of the kernel's account of a process; 0 where there is none."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), 0.0)


def forget_peak() -> None:
    """Let the peak of this process's memory count from now on."""
    Path("/proc/self/clear_refs").write_text("5")


def processor_time() -> float:
    """Seconds of processor that this process took, and its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


class Measured:
    """The time, the processor's time and the memory of a block."""

    def __enter__(self) -> Self:
        forget_peak()
        self._memory, self._worked = mebibytes("VmRSS"), processor_time()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.took = time.perf_counter() - self._began
        self.worked = processor_time() - self._worked
        self.memory = mebibytes("VmHWM") - self._memory

    def of(self, points: int) -> dict[str, float]:
        """What it says of an upload of so many points."""
        per_point = self.worked / points * 1e6
        return {"rate": points / self.took, "processor": per_point, "memory": self.memory}


def arguments_of(url: str, grpc_port: int) -> dict[str, Any]:
    if url == ":memory:":
        return {"location": url}
    more = {"prefer_grpc": True, "grpc_port": grpc_port} if grpc_port else {}
    return {"url": url, "check_compatibility": False, **more}


async def ours(vectors: Any, url: str, grpc_port: int, canned: bool) -> dict[str, float]:
    """Half is measured with nothing beside it, a quarter for stalls, and a quarter for holds."""
    from aqdrant import AsyncQdrantClient, models

    async with AsyncQdrantClient(**arguments_of(url, grpc_port)) as client:
        if not canned:
            await client.delete_collection(NAME)
            await client.create_collection(NAME, models.VectorParams(size=SIZE, distance="Cosine"))

        async def upload(first: int, end: int) -> None:
            await client.upload_collection(NAME, vectors[first:end], ids=range(first, end))

        await upload(0, 64)
        half, rest = len(vectors) // 2, len(vectors) * 3 // 4
        with Measured() as measured:
            await upload(0, half)
        stall, _ = await longest_stall(lambda: upload(half, rest))
        hold = await longest_hold(lambda: upload(rest, len(vectors)))
    return measured.of(half) | {"stall": stall * 1e3, "hold": hold * 1e3}


def official(
    vectors: Any, url: str, grpc_port: int, canned: bool, parallel: int
) -> dict[str, float]:
    from qdrant_client import QdrantClient, models

    client = QdrantClient(**arguments_of(url, grpc_port))
    if not canned:
        client.delete_collection(NAME)
        params = models.VectorParams(size=SIZE, distance=models.Distance.COSINE)
        client.create_collection(NAME, params)
    ids = range(len(vectors))
    client.upload_collection(NAME, vectors[:64], ids=ids[:64])
    with Measured() as measured:
        client.upload_collection(NAME, vectors, ids=ids, parallel=parallel)
    return measured.of(len(vectors))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("who")
    parser.add_argument("points", type=int)
    parser.add_argument("url")
    parser.add_argument("grpc_port", type=int)
    parser.add_argument("--canned", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    vectors = np.random.default_rng(0).random((given.points, SIZE), dtype=np.float32)
    where = (vectors, given.url, given.grpc_port, given.canned)
    if given.who == "ours":
        found = asyncio.run(ours(*where))
    else:
        found = official(*where, int(given.who.rpartition(" ")[2]))
    print(json.dumps(found))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
