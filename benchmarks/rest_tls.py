"""What a query over REST costs through TLS, in HTTP/1.1 and in HTTP/2.

    python benchmarks/rest_tls.py [--loop asyncio|uvloop] [--seconds 0.8] [--rounds 5] [--serve]

The servers are those of `net_floor`, in a process of their own: ready-made answers, over HTTP/2 in
two segments with Nagle's algorithm on, as a real server writes them; or, with `--serve`, the
in-process engine with 2,000 points, served. Ours and the official client
(which speaks HTTP/1.1, unless told) take turns with raw sockets that speak HTTP/1.1 on a connection
for each task. Printed: median milliseconds of one query at a time, queries per second of 32 tasks,
and both as ratios to the raw sockets.
"""

from __future__ import annotations

import argparse
import random
import ssl
import statistics
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio
import numpy as np
from net_floor import Raw, canned, certified, median_ms, per_second
from qdrant_client import AsyncQdrantClient as OfficialClient

from aqdrant import AsyncQdrantClient, QdrantClient, models

VECTOR = [random.Random(1).gauss(0, 1) for _ in range(384)]
Close = Callable[[], Awaitable[object]]


@contextmanager
def served(place: str) -> Iterator[list[int]]:
    """The port of `aqdrant serve` behind TLS, thrice."""
    words = [sys.executable, "-m", "aqdrant", "serve", "--memory", "--port", "0"]
    tls = ["--tls-cert", f"{place}/server.pem", "--tls-key", f"{place}/server.pem"]
    with subprocess.Popen([*words, *tls], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().strip().rpartition(":")[2])
            rng = np.random.default_rng(1)
            with QdrantClient(f"https://127.0.0.1:{port}", verify=f"{place}/ca.pem") as client:
                params = models.VectorParams(size=384, distance=models.Distance.COSINE)
                client.create_collection("texts", params)
                client.upload_collection(
                    "texts",
                    rng.standard_normal((2000, 384), np.float32),
                    payload=({"title": "text " * 8, "n": number} for number in range(2000)),
                )
            yield [port] * 3
        finally:
            server.terminate()


async def main(ports: list[int], authority: str, seconds: float, rounds: int) -> None:
    _, over_tls, over_http2 = ports
    warnings.simplefilter("ignore")
    raw = Raw(over_tls, ssl.create_default_context(cafile=authority))
    calls: dict[str, Callable[[], Awaitable[object]]] = {"raw, HTTP/1.1": raw.request}
    closes: list[Close] = [raw.aclose]
    for name, port, http2 in (("HTTP/1.1", over_tls, False), ("HTTP/2", over_http2, True)):
        ours = AsyncQdrantClient(
            f"https://127.0.0.1:{port}", verify=authority, http2=http2, check_compatibility=False
        )
        official = OfficialClient(
            url=f"https://127.0.0.1:{port}",
            verify=ssl.create_default_context(cafile=authority),
            http2=http2,
            check_compatibility=False,
        )
        for who, client in (("aqdrant", ours), ("official", official)):
            calls[f"{who}, {name}"] = lambda client=client: client.query_points(
                "texts", query=VECTOR
            )
            closes.append(client.close)
    ms: dict[str, list[float]] = {name: [] for name in calls}
    rate: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name in random.sample(list(calls), len(calls)):
            await raw.aclose()  # servers end connections that were idle through the others' turns
            await calls[name]()
            ms[name].append(await median_ms(calls[name], seconds))
            rate[name].append(await per_second(calls[name], seconds))
    base = [statistics.median(table["raw, HTTP/1.1"]) for table in (ms, rate)]
    for name in calls:
        p50, many = statistics.median(ms[name]), statistics.median(rate[name])
        print(
            f"{name:18} {p50:7.3f} ms ({p50 / base[0]:6.2f}) {many:7.0f}/s ({many / base[1]:.2f})"
        )
    for close in closes:
        await close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--seconds", type=float, default=0.8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    with certified() as place, (served if options.serve else canned)(place) as ports:
        anyio.run(
            main,
            *(ports, f"{place}/ca.pem", options.seconds, options.rounds),
            backend_options={"use_uvloop": options.loop == "uvloop"},
        )
