"""What does an import cost, in seconds and memory?

Each line is a fresh interpreter; the kinds are run in turn, so a busy machine hits all alike.
Run it alone: ``python benchmarks/import_cost.py [--rounds 15]``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

KINDS = {
    "python alone": "pass",
    "msgspec + anyio": "import msgspec, anyio",
    "aqdrant": "import aqdrant",
    "aqdrant + gRPC": "import aqdrant, aqdrant_grpc",
    "aqdrant + engine": "import aqdrant, asyncio\n"
    "asyncio.run(aqdrant.AsyncQdrantClient(':memory:').get_collections())",
    "official client": "import qdrant_client",
}

PROBE = """
import json, resource, time
start = time.perf_counter()
exec({code!r})
took = time.perf_counter() - start
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def measure(code: str) -> tuple[float, float]:
    """Seconds of the import itself, and peak resident MiB, of one fresh interpreter."""
    probe = PROBE.format(code=code)
    out = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True)
    seconds, memory = json.loads(out.stdout)
    return seconds, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    results: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind, code in KINDS.items():
            results[kind].append(measure(code))
    best = {kind: min(seconds for seconds, _ in runs) for kind, runs in results.items()}
    memory = {kind: statistics.median(mib for _, mib in runs) for kind, runs in results.items()}
    print(f"{'import':18}{'best':>9}{'median':>9}{'to official':>13}{'memory':>11}")
    for kind, runs in results.items():
        median = statistics.median(seconds for seconds, _ in runs)
        ratio = best[kind] / best["official client"]
        print(
            f"{kind:18}{best[kind]:8.3f}s{median:8.3f}s{ratio:13.3f}{memory[kind]:7.1f} MiB"
            f"  (+{memory[kind] - memory['python alone']:.1f})"
        )


if __name__ == "__main__":
    main()
