"""Points, filters, updates and queries at random, messy on purpose. All of it follows a seed."""

from __future__ import annotations

import random
import uuid
from typing import Any

from aqdrant import models

DISTANCES = list(models.Distance)
VECTORS = {
    "cosine": models.VectorParams(size=6, distance=models.Distance.COSINE),
    "dot": models.VectorParams(size=5, distance=models.Distance.DOT),
    "euclid": models.VectorParams(size=4, distance=models.Distance.EUCLID),
    "manhattan": models.VectorParams(size=3, distance=models.Distance.MANHATTAN),
}
SPARSE = {
    "plain": models.SparseVectorParams(),
    "idf": models.SparseVectorParams(modifier=models.Modifier.IDF),
}
KEYS = [
    "a", "b", "c", "d", "a.b", "a.b.c", "a[].b", "a[].b.c", "c[]", "c[][]", "c[].d", "a.b[]",
    "a.b[].c", "b[].a[]", "b[0]", "b[1].a", "c[0][1]", '"a b"', '"a b".c', "zzz", "a.zzz",
]  # fmt: skip
STRINGS = ["x", "y", "", "x y", "é", "1", "true", "2024-01-01"]
DATES = [
    "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", "2024-01-01 12:30:00",
    "2024-01-01T12:30:00.5Z", "2023-12-31T23:59:59.999999Z", "2024-02-30", "2024-1-1", "soon",
    "2024-01-01T00:00:60Z", "2024-01-01t00:00:00z", "2024-01-01T12:30", "1969-07-20T20:17:40Z",
]  # fmt: skip
NUMBERS = [0, 1, 2, -1, 3, 0.5, 1.0, 2.0, -0.0, 1e300, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63)]

TEXTS = [
    "Hello, World", "hello world again", "say hello_world", "wörld HELLO", "the running foxes ran",
    "world, hello", "hello the world", "a a b a b", "A.B.c x-y", "日本語 text", "हिन्दी ह",
    "run, fox!",
]  # fmt: skip
WORDS = ["hello", "world", "the", "running", "run", "a", "b", "x", "y", "foxes", "wörld", "ह", ","]
DEGREES = [0.0, 0.5, 1.0, 2.0, -1.0, 10.0, 45.0, 89.5, 90.0, -90.0, 179.5, 180.0, -179.5, -180.0]
ARRAYS = ["a", "b", "c", "c[]", "a.b", "a[].b", "b[]", "b[0]", "d", '"a b"', "zzz"]


class Generator:
    """A stream of random data."""

    def __init__(self, seed: int, *, ties: bool = True) -> None:
        self.random = random.Random(seed)
        self._ties = ties  # whether vectors are made that score alike

    def point_id(self, among: int = 60) -> int | str:
        number = self.random.randrange(among)
        if number % 4 == 3:
            return str(uuid.UUID(int=number * 0x1234_5678_9ABC_DEF0_1234_5678_9ABC))
        return number if number % 5 else 2**64 - 1 - number

    # Payloads

    def scalar(self) -> Any:
        choice = self.random.randrange(10)
        if choice < 4:
            return self.random.choice(NUMBERS)
        if choice < 6:
            return self.random.choice(STRINGS)
        if choice < 7:
            return self.random.choice(TEXTS)
        if choice < 8:
            return self.random.choice(DATES)
        return self.random.choice([True, False, None])

    def value(self, depth: int = 3) -> Any:
        choice = self.random.randrange(10)
        if choice == 9 and self.random.random() < 0.6:
            return self.place()
        if depth and choice < 2:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        if depth and choice < 5:
            return self.payload(depth - 1)
        return self.scalar()

    def place(self) -> dict[str, Any]:
        place: dict[str, Any] = {
            "lon": self.random.choice([*DEGREES, self.random.uniform(-3, 3), 200, 2**70]),
            "lat": self.random.choice([*DEGREES[:9], self.random.uniform(-3, 3), 0, -95]),
        }
        if self.random.random() < 0.1:
            place[self.random.choice(["lon", "lat", "b"])] = self.scalar()
        return place

    def payload(self, depth: int = 3) -> dict[str, Any]:
        keys = ["a", "b", "c", "d", "a b"]
        return {key: self.value(depth) for key in keys if self.random.random() < 0.55}

    # Vectors

    def numbers(self, size: int) -> list[float]:
        kind = self.random.randrange(12) if self._ties else 2
        if kind == 0:
            return [0.0] * size
        if kind == 1:
            return [float(self.random.randrange(-2, 3)) for _ in range(size)]
        return [self.random.gauss(0.0, 1.0) for _ in range(size)]

    def sparse(self) -> models.SparseVector:
        count = self.random.randrange(6)
        indices = self.random.sample([*range(12), 1000, 2**32 - 1], count)
        return models.SparseVector(
            indices=indices, values=[self.random.gauss(0.5, 1.0) for _ in indices]
        )

    def vector(self, name: str) -> Any:
        return self.numbers(VECTORS[name].size) if name in VECTORS else self.sparse()

    def vectors(self, share: float = 0.75) -> dict[str, Any]:
        names = [*VECTORS, *SPARSE]
        return {name: self.vector(name) for name in names if self.random.random() < share}

    def point(self) -> models.PointStruct:
        payload = self.payload() if self.random.random() < 0.9 else None
        return models.PointStruct(id=self.point_id(), vector=self.vectors(), payload=payload)

    # Filters

    def condition(self, depth: int = 2) -> models.Condition:
        choice = self.random.randrange(20)
        if depth and choice < 3:
            return self.filter(depth - 1)
        if choice == 3:
            ids = [self.point_id() for _ in range(self.random.randrange(8))]
            return models.HasIdCondition(has_id=ids)
        if choice == 4:
            return models.HasVectorCondition(has_vector=self.random.choice([*VECTORS, *SPARSE]))
        if choice == 7 and depth:
            return self.nested(depth - 1)
        if choice == 8:
            total = self.random.randrange(1, 5)
            part = models.Slice(total=total, index=self.random.randrange(total))
            return models.SliceCondition(slice=part)
        key = self.random.choice(KEYS)
        if choice == 5:
            return models.IsEmptyCondition(is_empty=models.PayloadField(key=key))
        if choice == 6:
            return models.IsNullCondition(is_null=models.PayloadField(key=key))
        return self.field_condition(key)

    def nested(self, depth: int) -> models.NestedCondition:
        nested = models.Nested(key=self.random.choice(ARRAYS), filter=self.filter(depth))
        return models.NestedCondition(nested=nested)

    def geo_point(self) -> models.GeoPoint:
        lat = self.random.choice([*DEGREES[:9], self.random.uniform(-3, 3)])
        return models.GeoPoint(
            lon=self.random.choice([*DEGREES, self.random.uniform(-3, 3)]), lat=lat
        )

    def ring(self) -> models.GeoLineString:
        corners = [self.geo_point() for _ in range(self.random.randrange(3, 7))]
        return models.GeoLineString(points=[*corners, corners[0]])

    def geo(self, name: str) -> Any:
        if name == "geo_radius":
            near = [0.0, 1.0, 111_195.0, 157_249.0, 2e6, 2e7, 1e9, self.random.uniform(0, 4e5)]
            return models.GeoRadius(center=self.geo_point(), radius=self.random.choice(near))
        if name == "geo_bounding_box":
            return models.GeoBoundingBox(top_left=self.geo_point(), bottom_right=self.geo_point())
        holes = [self.ring() for _ in range(self.random.randrange(3))]
        return models.GeoPolygon(exterior=self.ring(), interiors=holes or None)

    def field_condition(self, key: str) -> models.FieldCondition:
        tests: dict[str, Any] = {}
        for _ in range(2 if self.random.random() < 0.1 else 1):
            name = self.random.choice(
                ["match"] * 5
                + ["range", "range", "values_count", "is_empty", "is_null"]
                + ["geo_radius", "geo_bounding_box", "geo_polygon"]
            )
            if name.startswith("geo"):
                tests[name] = self.geo(name)
            elif name == "match":
                tests[name] = self.match()
            elif name == "range":
                tests[name] = self.range()
            elif name == "values_count":
                tests[name] = models.ValuesCount(**self.bounds([0, 1, 2, 3]))
            else:
                tests[name] = self.random.random() < 0.5
        return models.FieldCondition(key=key, **tests)

    def bounds(self, values: list[Any]) -> dict[str, Any]:
        names = self.random.sample(["gt", "gte", "lt", "lte"], self.random.randrange(1, 4))
        return {name: self.random.choice(values) for name in names}

    def range(self) -> models.Range | models.DatetimeRange:
        if self.random.random() < 0.25:
            valid = [text for text in DATES if text not in ("soon", "2024-02-30")]
            return models.DatetimeRange(**self.bounds(valid))
        return models.Range(**self.bounds([float(number) for number in NUMBERS]))

    def match(self) -> models.Match:
        integers = [number for number in NUMBERS if isinstance(number, int) and number < 2**63]
        choice = self.random.randrange(9)
        if choice > 4:
            return self.text_match()
        if choice == 0:
            return models.MatchValue(value=self.random.random() < 0.5)
        some: Any = self.random.choice([integers, STRINGS])
        if choice < 3:
            return models.MatchValue(value=self.random.choice(some))
        several = self.random.sample(some, self.random.randrange(4))
        return models.MatchAny(any=several) if choice == 3 else models.MatchExcept(except_=several)

    def text_match(self) -> models.Match:
        text = self.random.choice([*TEXTS, *STRINGS])
        if self.random.random() < 0.6:
            text = " ".join(self.random.choices(WORDS, k=self.random.randrange(1, 4)))
        kind = self.random.randrange(5)
        if kind == 0:
            return models.MatchText(text=text)
        if kind == 1:
            return models.MatchTextAny(text_any=text)
        if kind == 2:
            return models.MatchPhrase(phrase=text)
        start = self.random.randrange(3)
        part = text[start : start + self.random.randrange(4)]
        if kind == 3:
            return models.MatchPrefix(prefix=part)
        return models.MatchSubstring(substring=part)

    def text_params(self) -> models.TextIndexParams:
        def maybe(*values: Any) -> Any:
            return self.random.choice([None, *values])

        languages = [models.Language.ENGLISH, models.Language.GERMAN]
        custom = models.StopwordsSet(languages=maybe(languages), custom=["Hello", "a"])
        stemmer = models.SnowballParams(
            type=models.Snowball.SNOWBALL, language=models.SnowballLanguage.ENGLISH
        )
        kinds = [kind for kind in models.TokenizerType if kind.value != "multilingual"]
        return models.TextIndexParams(
            type=models.TextIndexType.TEXT,
            tokenizer=maybe(*kinds),
            min_token_len=maybe(1, 2, 3),
            max_token_len=maybe(3, 5),
            lowercase=maybe(True, False),
            ascii_folding=maybe(True, False),
            phrase_matching=maybe(True, True, False),
            stopwords=maybe(models.Language.ENGLISH, custom),
            stemmer=maybe(stemmer),
        )

    def filter(self, depth: int = 2) -> models.Filter:
        clauses: dict[str, Any] = {}
        for name in ("must", "should", "must_not"):
            if self.random.random() < 0.45:
                count = self.random.choice([0, 1, 1, 2, 3])
                clauses[name] = [self.condition(depth) for _ in range(count)]
        if self.random.random() < 0.15:
            some = [self.condition(depth) for _ in range(self.random.randrange(1, 4))]
            count = self.random.randrange(1, 4)
            clauses["min_should"] = models.MinShould(conditions=some, min_count=count)
        return models.Filter(**clauses)

    def maybe_filter(self) -> models.Filter | None:
        # Wrapped: of a root's and a prefetch's `should` the real engine makes one, so that either
        # is enough; here a filter filters.
        return models.Filter(must=[self.filter(1)]) if self.random.random() < 0.5 else None

    # Queries

    def leaf(self, ids: list[int | str]) -> dict[str, Any]:
        name = self.random.choice([*VECTORS, *SPARSE])
        query: Any = self.vector(name)
        if ids and self.random.random() < 0.15:
            query = self.random.choice(ids)
        threshold = None
        if self.random.random() < 0.25:  # whole numbers are scores of vectors made to tie
            threshold = self.random.choice(
                [self.random.gauss(0.5, 1.5), self.random.randrange(-2, 5)]
            )
        return {"query": query, "using": name, "score_threshold": threshold}

    def prefetch(self, ids: list[int | str], depth: int) -> models.Prefetch:
        shape: dict[str, Any] = self.shape(ids, depth)
        limit = self.random.choice([None, 1, 3, 20])
        return models.Prefetch(filter=self.maybe_filter(), limit=limit, **shape)

    def shape(self, ids: list[int | str], depth: int, *, is_root: bool = False) -> dict[str, Any]:
        choice = self.random.randrange(6)
        if not depth or choice < 3:
            return self.leaf(ids)
        prefetches = [self.prefetch(ids, depth - 1) for _ in range(self.random.randrange(1, 4))]
        # A fusion ties easily, and the engine breaks ties anew in every call: at the root alone.
        if choice == 3 or not is_root:
            return {**self.leaf(ids), "prefetch": prefetches}
        fusion: Any = models.FusionQuery(fusion=self.random.choice(list(models.Fusion)))
        if choice == 5:
            weights = [self.random.choice([0.5, 1.0, 3.0]) for _ in prefetches]
            given = weights if self.random.random() < 0.5 else None
            k = self.random.choice([None, 1, 2, 60])
            fusion = models.RrfQuery(rrf=models.Rrf(k=k, weights=given))
        return {"query": fusion, "prefetch": prefetches}

    def query(self, ids: list[int | str], depth: int = 2) -> models.QueryRequest:
        return models.QueryRequest(
            filter=self.maybe_filter(),
            limit=self.random.choice([None, 1, 5, 100, 2**40]),
            offset=self.random.choice([None, None, 0, 2, 59, 1000]),
            **self.shape(ids, depth, is_root=True),
        )
