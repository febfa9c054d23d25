"""What does a graph (HNSW) of the in-process engine find, how fast, and what does it cost?

Clustered vectors with Cosine, the nearest 10, without a filter and with ones that 50%, 10% and 1%
pass. For each size: how long inserting takes and then building, what the graph takes in memory and
on disk, how long opening takes; then recall@10 and the time of a query, beside the same query with
``exact=True``, in turns, and the time that the real engine (qdrant-edge-py) takes with a graph of
the same settings.

    python benchmarks/local_hnsw.py --points 10000 100000 --size 384

``--folder`` keeps the folders, and finds them again.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as edge

from aqdrant import models, operations
from aqdrant.transport import TransportConfig
from aqdrant_local import LocalTransport, open_transport

LIMIT = 10
QUERIES = 100
BATCH = 2000
SHARES = {"all": 100, "50%": 50, "10%": 10, "1%": 1}


class Data:
    """Points around centres, and queries around the same ones."""

    def __init__(self, points: int, size: int) -> None:
        random = np.random.default_rng(0)
        centres = random.standard_normal((max(10, points // 200), size)).astype(np.float32)

        def around(count: int) -> Any:
            found = centres[random.integers(0, len(centres), count)]
            found += random.standard_normal((count, size), dtype=np.float32) * np.float32(0.8)
            found /= np.linalg.norm(found, axis=1, keepdims=True)
            return found

        self.vectors, self.queries = around(points), around(QUERIES)
        self.numbers = random.integers(0, 100, points)


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - began, result


def resident() -> int:
    """Bytes that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def described(transport: LocalTransport) -> models.CollectionInfo:
    return transport.try_execute(operations.GetCollection(collection_name="c"))


def insert(transport: LocalTransport, data: Data) -> None:
    params = models.VectorParams(size=data.vectors.shape[1], distance=models.Distance.COSINE)
    body = models.CreateCollection(
        vectors=params, optimizers_config=models.OptimizersConfigDiff(max_optimization_threads=0)
    )
    transport.try_execute(operations.CreateCollection(collection_name="c", body=body))
    for start in range(0, len(data.vectors), BATCH):
        end = min(start + BATCH, len(data.vectors))
        payloads = [{"n": number} for number in data.numbers[start:end].tolist()]
        batch = models.Batch(
            ids=list(range(start, end)), vectors=data.vectors[start:end], payloads=payloads
        )
        upsert = models.PointsBatch(batch=batch)
        transport.try_execute(operations.UpsertPoints(collection_name="c", body=upsert))


def build(transport: LocalTransport, threshold: int) -> None:
    changed = models.OptimizersConfigDiff(indexing_threshold=threshold, max_optimization_threads=1)
    body = models.UpdateCollection(optimizers_config=changed)
    transport.try_execute(operations.UpdateCollection(collection_name="c", body=body))
    wait(transport)


def wait(transport: LocalTransport) -> None:
    while described(transport).status is models.CollectionStatus.YELLOW:
        time.sleep(0.05)


def prepared(folder: Path, data: Data) -> LocalTransport:
    points = len(data.vectors)
    is_new = not folder.exists()
    config = TransportConfig(scheme="file", path=str(folder))
    if is_new:
        transport = open_transport(config)
        inserting, _ = timed(insert, transport, data)
        before, used = resident(), time.process_time()
        building, _ = timed(build, transport, 100)
        used, grown = time.process_time() - used, resident() - before
        print(f"{points:>9,} insert {inserting:8.2f} s, {inserting / points * 1e6:5.1f} µs a point")
        print(
            f"{points:>9,} build  {building:8.2f} s, {used:.2f} s of processor time,"
            f" {used / points * 1e3:.3f} ms a point; {grown / points:,.0f} bytes of memory a point"
        )
        transport.close()
    transport = open_transport(config)
    opening, _ = timed(described, transport)
    loading, _ = timed(wait, transport)
    graphs = sum(path.stat().st_size for path in folder.glob("*.graph"))
    rows = sum(path.stat().st_size for path in folder.glob("*.aqdrant"))
    print(
        f"{points:>9,} open   {opening:8.2f} s, and {loading:.2f} s until the graph is there;"
        f" {graphs / points:,.0f} bytes of graph and {rows / points:,.0f} of points on disk"
    )
    return transport


def real_engine(data: Data) -> Callable[[Any, int], list[int]]:
    config = edge.EdgeConfig(
        vectors={"": edge.EdgeVectorParams(data.vectors.shape[1], edge.Distance.Cosine)},
        hnsw_config=edge.HnswIndexConfig(16, 100, 10_000),
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=100),
        wal_enabled=False,
    )
    shard = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
    for start in range(0, len(data.vectors), BATCH):
        rows = range(start, min(start + BATCH, len(data.vectors)))
        points = [
            edge.Point(row, {"": data.vectors[row]}, {"n": int(data.numbers[row])}) for row in rows
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.update(edge.UpdateOperation.create_field_index("n", edge.PayloadSchemaType.Integer))
    used = time.process_time()
    building, _ = timed(shard.optimize)
    used = time.process_time() - used
    print(f"{len(data.vectors):>9,} edge builds {building:.2f} s, {used:.2f} s of processor time")

    def ask(query: Any, share: int) -> list[int]:
        below = edge.FieldCondition("n", range=edge.RangeFloat(lt=float(share)))
        found = shard.query(
            edge.QueryRequest(
                limit=LIMIT,
                query=edge.Query.Nearest(query, using=""),
                filter=None if share == 100 else edge.Filter(must=[below]),
            )
        )
        return [int(point.id) for point in found]

    return ask


def ours(transport: LocalTransport) -> Callable[[Any, int, bool], list[int]]:
    def ask(query: Any, share: int, is_exact: bool) -> list[int]:
        below = models.FieldCondition(key="n", range=models.Range(lt=share))
        body = models.QueryRequest(
            query=query,
            limit=LIMIT,
            filter=None if share == 100 else models.Filter(must=[below]),
            params=models.SearchParams(exact=is_exact),
        )
        found = transport.try_execute(operations.QueryPoints(collection_name="c", body=body))
        return [int(point.id) for point in found.points]

    return ask


def compare(data: Data, transport: LocalTransport, *, with_edge: bool) -> None:
    asked, other = ours(transport), real_engine(data) if with_edge else None
    for name, share in SHARES.items():
        spent: dict[str, list[float]] = {}
        found: dict[str, list[float]] = {}
        for query in data.queries:
            values = query.tolist()
            took, truth = timed(asked, values, share, True)
            spent.setdefault("exact", []).append(took)
            took, result = timed(asked, values, share, False)
            spent.setdefault("graph", []).append(took)
            found.setdefault("graph", []).append(len(set(result) & set(truth)) / len(truth))
            if other is not None:
                took, result = timed(other, values, share)
                spent.setdefault("edge", []).append(took)
                found.setdefault("edge", []).append(len(set(result) & set(truth)) / len(truth))
        medians = {who: statistics.median(times[1:]) * 1e3 for who, times in spent.items()}
        parts = [
            f"{who} {medians[who]:8.3f} ms"
            + (f" (recall {statistics.mean(found[who]):.3f})" if who in found else "")
            for who in medians
        ]
        print(f"{len(data.vectors):>9,} {name:>4}  " + "  ".join(parts), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--edge", type=int, default=100_000, help="up to so many points")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for points in options.points:
            data = Data(points, options.size)
            folder = (options.folder or Path(temporary)) / f"{points}x{options.size}"
            print(f"load {os.getloadavg()[0]:.1f}", flush=True)
            transport = prepared(folder, data)
            compare(data, transport, with_edge=points <= options.edge)
            transport.close()


if __name__ == "__main__":
    main()
