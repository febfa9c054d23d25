"""What does each kind of filter cost in the in-process engine?

Exact counts behind one condition, so that nothing but the filter is measured. ``cold`` is the first
call on collections that were just filled, which reads the key out of all payloads; ``warm`` the
median of the next ones. Beside it the real engine (qdrant-edge-py) with an index on every key, the
official client's local mode, and the bare numpy of a column that is an array already. Contenders
take turns.

    python benchmarks/local_filters.py --points 10000 100000

With ``--growth`` instead: exact and filtered queries of 384 dimensions, doubled from 12,500 on.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import qdrant_client
import qdrant_edge as edge
from qdrant_client import models as official_models

from aqdrant import models, operations
from aqdrant_local import LocalTransport

WORDS = [f"word{number}" for number in range(1000)]
CORNERS = [(2.0, 0.0), (1.0, 1.7), (-1.0, 1.7), (-2.0, 0.0), (-1.0, -1.7), (1.0, -1.7), (2.0, 0.0)]
"""A polygon, as longitudes and latitudes."""
DATE = "2024-01-10T00:00:00Z"
CENTRE = {"lon": 0.0, "lat": 0.0}
RING = {"points": [{"lon": lon, "lat": lat} for lon, lat in CORNERS]}
NESTED = {
    "must": [{"key": "x", "match": {"value": 3}}, {"key": "y", "range": {"gte": 5}}],
}
FILTERS: dict[str, dict[str, Any]] = {
    "match 1%": {"key": "n", "match": {"value": 7}},
    "match any of 10": {"key": "n", "match": {"any": list(range(10))}},
    "match except": {"key": "n", "match": {"except": [1, 2, 3]}},
    "keyword 1%": {"key": "tag", "match": {"value": "word7"}},
    "keyword in arrays": {"key": "tags", "match": {"value": "word7"}},
    "prefix": {"key": "tag", "match": {"prefix": "word7"}},
    "text, 2 words": {"key": "text", "match": {"text": "word1 word2"}},
    "phrase": {"key": "text", "match": {"phrase": "word1 word2"}},
    "range 10%": {"key": "f", "range": {"lt": 0.1}},
    "datetime range": {"key": "when", "range": {"lt": DATE}},
    "geo box": {
        "key": "place",
        "geo_bounding_box": {
            "top_left": {"lon": -2.0, "lat": 2.0}, "bottom_right": {"lon": 2.0, "lat": -2.0},
        },
    },
    "radius, near": {"key": "place", "geo_radius": {"center": CENTRE, "radius": 1e5}},
    "radius, wide": {"key": "place", "geo_radius": {"center": CENTRE, "radius": 3e6}},
    "polygon": {"key": "place", "geo_polygon": {"exterior": RING}},
    "values_count": {"key": "tags", "values_count": {"gte": 3}},
    "is_empty": {"is_empty": {"key": "maybe"}},
    "is_null": {"is_null": {"key": "maybe"}},
    "has_id, 1000": {"has_id": list(range(1000))},
    "has_vector": {"has_vector": "d"},
    "nested": {"nested": {"key": "list", "filter": NESTED}},
    "slice 1 of 4": {"slice": {"total": 4, "index": 1}},
    "three at once": {
        "must": [
            {"key": "n", "match": {"value": 7}},
            {"key": "f", "range": {"lt": 0.5}},
            {"key": "tag", "match": {"any": WORDS[:50]}},
        ]
    },
}  # fmt: skip
Ask = Callable[[str], Any]


class Data:
    """The same points for everyone."""

    def __init__(self, points: int, size: int = 4) -> None:
        random = np.random.default_rng(0)
        self.points = points
        self.vectors = random.standard_normal((points, size), dtype=np.float32)
        self.n = random.integers(0, 100, points)
        self.f = random.random(points)
        self.seconds = random.integers(0, 100 * 86_400, points)
        self.lon, self.lat = random.uniform(-20, 20, (2, points))
        tag = random.integers(0, 100, points)
        tags, words = random.integers(0, 100, (points, 3)), random.zipf(1.3, (points, 6)) % 1000
        x, y = random.integers(0, 10, (2, points, 3))
        days = np.datetime_as_string(np.datetime64("2024-01-01") + self.seconds.astype("m8[s]"))
        self.payloads = [
            {
                "n": int(self.n[row]),
                "f": float(self.f[row]),
                "when": f"{days[row]}Z",
                "place": {"lon": float(self.lon[row]), "lat": float(self.lat[row])},
                "tag": WORDS[tag[row]],
                "tags": [WORDS[one] for one in tags[row][: 1 + row % 3]],
                "text": " ".join(WORDS[one] for one in words[row]),
                "list": [{"x": int(a), "y": int(b)} for a, b in zip(x[row], y[row], strict=True)],
                **({"maybe": None} if row % 4 == 0 else {}),
            }
            for row in range(points)
        ]


def wrapped(condition: dict[str, Any]) -> dict[str, Any]:
    return condition if "must" in condition else {"must": [condition]}


def floor(data: Data) -> dict[str, Callable[[], Any]]:
    """The numpy expressions that some filters come down to."""
    ten, three, ids = np.arange(10), np.array([1, 2, 3]), np.arange(data.points)
    lon, lat, n, f, seconds = data.lon, data.lat, data.n, data.f, data.seconds
    return {
        "match 1%": lambda: n == 7,
        "match any of 10": lambda: np.isin(n, ten),
        "match except": lambda: ~np.isin(n, three),
        "range 10%": lambda: f < 0.1,
        "datetime range": lambda: seconds < 9 * 86_400,
        "geo box": lambda: (lon > -2) & (lon < 2) & (lat > -2) & (lat < 2),
        "has_id, 1000": lambda: np.isin(ids, ids[:1000]),
    }


def filled(data: Data) -> LocalTransport:
    transport = LocalTransport()
    params = models.VectorParams(size=data.vectors.shape[1], distance=models.Distance.COSINE)
    body = models.CreateCollection(vectors={"d": params})
    transport.try_execute(operations.CreateCollection(collection_name="c", body=body))
    batch = models.Batch(
        ids=list(range(data.points)), vectors={"d": data.vectors}, payloads=data.payloads
    )
    upsert = models.PointsBatch(batch=batch)
    transport.try_execute(operations.UpsertPoints(collection_name="c", body=upsert))
    return transport


def counting(transport: LocalTransport, condition: dict[str, Any]) -> Callable[[], int]:
    body = models.CountRequest(filter=models.Filter.model_validate(wrapped(condition)), exact=True)
    operation = operations.CountPoints(collection_name="c", body=body)
    return lambda: transport.try_execute(operation).count


def edge_filters() -> dict[str, Any]:
    field, ring = edge.FieldCondition, [edge.GeoPoint(lon, lat) for lon, lat in CORNERS]
    centre = edge.GeoPoint(0.0, 0.0)
    box = edge.GeoBoundingBox(edge.GeoPoint(-2.0, 2.0), edge.GeoPoint(2.0, -2.0))
    inner = edge.Filter(
        must=[field("x", match=edge.MatchValue(3)), field("y", range=edge.RangeFloat(gte=5.0))]
    )
    match = field("n", match=edge.MatchValue(7))
    lower = field("f", range=edge.RangeFloat(lt=0.5))
    some = field("tag", match=edge.MatchAny(WORDS[:50]))
    conditions = {
        "match 1%": match,
        "match any of 10": field("n", match=edge.MatchAny(list(range(10)))),
        "match except": field("n", match=edge.MatchExcept([1, 2, 3])),
        "keyword 1%": field("tag", match=edge.MatchValue("word7")),
        "keyword in arrays": field("tags", match=edge.MatchValue("word7")),
        "prefix": field("tag", match=edge.MatchPrefix("word7")),
        "text, 2 words": field("text", match=edge.MatchText("word1 word2")),
        "phrase": field("text", match=edge.MatchPhrase("word1 word2")),
        "range 10%": field("f", range=edge.RangeFloat(lt=0.1)),
        "datetime range": field("when", range=edge.RangeDateTime(lt=DATE)),
        "geo box": field("place", geo_bounding_box=box),
        "radius, near": field("place", geo_radius=edge.GeoRadius(centre, 1e5)),
        "radius, wide": field("place", geo_radius=edge.GeoRadius(centre, 3e6)),
        "polygon": field("place", geo_polygon=edge.GeoPolygon(ring, [])),
        "values_count": field("tags", values_count=edge.ValuesCount(gte=3)),
        "is_empty": edge.IsEmptyCondition("maybe"),
        "is_null": edge.IsNullCondition("maybe"),
        "has_id, 1000": edge.HasIdCondition(set(range(1000))),
        "has_vector": edge.HasVectorCondition("d"),
        "nested": edge.NestedCondition("list", inner),
        "slice 1 of 4": edge.SliceCondition(total=4, index=1),
    }
    made = {name: edge.Filter(must=[condition]) for name, condition in conditions.items()}
    return made | {"three at once": edge.Filter(must=[match, lower, some])}


def real_engine(data: Data) -> Ask:
    size = data.vectors.shape[1]
    config = edge.EdgeConfig(
        vectors={"d": edge.EdgeVectorParams(size=size, distance=edge.Distance.Cosine)},
        wal_enabled=False,
    )
    shard = edge.EdgeShard.create(tempfile.mkdtemp(prefix="edge-"), config)
    update = edge.UpdateOperation
    for start in range(0, data.points, 1000):
        rows = range(start, min(start + 1000, data.points))
        points = [edge.Point(row, {"d": data.vectors[row]}, data.payloads[row]) for row in rows]
        shard.update(update.upsert_points(points))
    kind = edge.PayloadSchemaType
    for key, schema in {
        "n": kind.Integer, "f": kind.Float, "when": kind.Datetime, "place": kind.Geo,
        "tag": kind.Keyword, "tags": kind.Keyword, "maybe": kind.Keyword,
        "list[].x": kind.Integer, "list[].y": kind.Integer,
    }.items():  # fmt: skip
        shard.update(update.create_field_index(key, schema))
    text = edge.TextIndexParams(tokenizer=edge.TokenizerType.Word, phrase_matching=True)
    shard.update(update.create_field_index("text", text))
    filters, query = edge_filters(), data.vectors[0].tolist()

    def ask(question: str) -> Any:
        if question in filters:
            return shard.count(edge.CountRequest(exact=True, filter=filters[question]))
        condition = filters.get(question.partition(": ")[2])
        nearest = edge.Query.Nearest(query, using="d")
        return shard.query(edge.QueryRequest(limit=10, query=nearest, filter=condition))

    return ask


def official(data: Data) -> Ask:
    client = qdrant_client.QdrantClient(":memory:")
    params = official_models.VectorParams(
        size=data.vectors.shape[1], distance=official_models.Distance.COSINE
    )
    client.create_collection("c", {"d": params})
    client.upload_collection("c", {"d": data.vectors}, payload=data.payloads)
    filters = {
        name: official_models.Filter.model_validate(wrapped(condition))
        for name, condition in FILTERS.items()
    }
    return lambda question: client.count("c", filters[question]).count


def timed(ask: Callable[[], Any], rounds: int) -> float:
    spent: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def compare(points: int, rounds: int, without: list[str]) -> None:
    data = Data(points)
    floors = floor(data)
    theirs: dict[str, Ask] = {}
    if "edge" not in without:
        theirs["edge"] = real_engine(data)
    if "official" not in without:
        theirs["official"] = official(data)
    print(f"{points} points, milliseconds")
    print(f"{'':<18}{'cold':>9}{'warm':>9}{'numpy':>9}{'edge':>9}{'official':>10}  counts")
    for name, condition in FILTERS.items():
        transport = filled(data)
        ask = counting(transport, condition)
        cold = timed(ask, 1)
        turns: dict[str, list[float]] = {key: [] for key in ("warm", "numpy", "edge", "official")}
        slow = 1 if points > 20_000 else 3
        for turn in range(rounds):
            turns["warm"].append(timed(ask, 1))
            if name in floors:
                turns["numpy"].append(timed(floors[name], 1))
            for other, theirs_ask in theirs.items():
                if other == "edge" or turn < slow:
                    turns[other].append(timed(lambda: theirs_ask(name), 1))  # noqa: B023
        cells = "".join(
            f"{statistics.median(spent) * 1e3:>9.2f}" if spent else f"{'':>9}"
            for spent in turns.values()
        )
        counts = {ask(), *(int(one(name)) for key, one in theirs.items() if key == "edge")}
        print(f"{name:<18}{cold * 1e3:>9.1f}{cells}   {sorted(counts)}", flush=True)


def grow(rounds: int) -> None:
    """Exact and filtered queries by size, and by how much they grow from the size before."""
    print("queries of 384 dimensions, top 10, milliseconds (times the size before)")
    before: dict[str, float] = {}
    for points in (12_500, 25_000, 50_000, 100_000, 200_000):
        data = Data(points, 384)
        transport = filled(data)
        cells: list[str] = []
        for name in ("exact", "match 1%", "range 10%", "text, 2 words", "nested"):
            condition = None if name == "exact" else FILTERS[name]
            body = models.QueryRequest(
                query=data.vectors[0].tolist(),
                using="d",
                limit=10,
                filter=condition and models.Filter.model_validate(wrapped(condition)),
            )
            operation = operations.QueryPoints(collection_name="c", body=body)
            transport.try_execute(operation)
            spent = timed(lambda: transport.try_execute(operation), rounds)  # noqa: B023
            times = f" (x{spent / before[name]:.1f})" if name in before else ""
            before[name] = spent
            cells.append(f"{name} {spent * 1e3:.2f}{times}")
        print(f"{points:>7}  {'   '.join(cells)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--growth", action="store_true", help="queries by size in place of counts")
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.growth:
        grow(arguments.rounds)
        return
    for points in arguments.points:
        compare(points, arguments.rounds, arguments.without)


if __name__ == "__main__":
    main()
