"""Queries of every kind at random, over vectors of every kind. All of it follows a seed."""

from __future__ import annotations

from typing import Any

from aqdrant import models

from .generate import SPARSE, Generator

MULTI = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)


def params(
    size: int, distance: models.Distance, datatype: str | None = None, *, multi: bool = False
) -> models.VectorParams:
    return models.VectorParams(
        size=size,
        distance=distance,
        datatype=None if datatype is None else models.Datatype(datatype),
        multivector_config=MULTI if multi else None,
    )


KINDS = {
    "cosine": params(6, models.Distance.COSINE),
    "dot": params(5, models.Distance.DOT),
    "euclid": params(4, models.Distance.EUCLID),
    "manhattan": params(3, models.Distance.MANHATTAN),
    "half": params(4, models.Distance.DOT, "float16"),
    "half_cosine": params(4, models.Distance.COSINE, "float16"),
    "whole": params(4, models.Distance.EUCLID, "uint8"),
    "whole_cosine": params(4, models.Distance.COSINE, "uint8"),
    "many_cosine": params(3, models.Distance.COSINE, multi=True),
    "many_dot": params(3, models.Distance.DOT, multi=True),
    "many_euclid": params(3, models.Distance.EUCLID, multi=True),
    "many_manhattan": params(2, models.Distance.MANHATTAN, multi=True),
    "many_half": params(3, models.Distance.DOT, "float16", multi=True),
    "many_whole": params(3, models.Distance.COSINE, "uint8", multi=True),
}
"""A vector name for each kind of vectors."""

NUMBERS = ["n", "x", "list", "deep.x", "mixed"]
TEXT = models.TextIndexParams(
    type=models.TextIndexType.TEXT,
    tokenizer=models.TokenizerType.WORD,
    scoring=True,
)
TERMS = ["fox", "dog", "cat", "the", "quick", "lazy", "runs", "sleeps", "Fox,"]


class QueryGenerator(Generator):
    """A stream of points and of queries that look for them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, ties=False)

    # Points

    def vector(self, name: str) -> Any:
        if name in SPARSE:
            return self.sparse()
        shape = KINDS[name]
        if shape.multivector_config is None:
            return self.row(shape)
        return [self.row(shape) for _ in range(self.random.randrange(1, 4))]

    def row(self, shape: models.VectorParams) -> list[float]:
        if shape.datatype == models.Datatype.UINT8:
            return [self.random.uniform(-20.0, 280.0) for _ in range(shape.size)]
        return [self.random.gauss(0.0, 1.0) for _ in range(shape.size)]

    def vectors(self, share: float = 0.8) -> dict[str, Any]:
        names = [*KINDS, *SPARSE]
        return {name: self.vector(name) for name in names if self.random.random() < share}

    def payload(self, depth: int = 3) -> dict[str, Any]:
        payload: dict[str, Any] = {"n": self.random.randrange(-5, 40)}
        if self.random.random() < 0.8:
            payload["x"] = self.random.uniform(-2.0, 9.0)
        if self.random.random() < 0.5:
            payload["list"] = self.random.choice([[3], [2.5], [], 7, [1]])
        if self.random.random() < 0.5:
            payload["deep"] = {"x": self.random.randrange(5)}
        payload["mixed"] = self.random.choice([1, 2, 3, 4, 5, 6, 7, "no", None, [1, 2], True])
        if self.random.random() < 0.8:
            texts = [self.text() for _ in range(self.random.randrange(1, 3))]
            payload["text"] = texts if len(texts) > 1 else texts[0]
        if self.random.random() < 0.9:
            payload["when"] = f"20{self.random.randrange(10, 30)}-0{self.random.randrange(1, 9)}-11"
        if self.random.random() < 0.9:
            lon, lat = self.random.uniform(-180, 180), self.random.uniform(-90, 90)
            payload["place"] = {"lon": lon, "lat": lat}
        return payload

    def text(self) -> str:
        return " ".join(self.random.choices(TERMS, k=self.random.randrange(7)))

    # Queries

    def input(self, name: str, ids: list[int | str]) -> Any:
        if ids and self.random.random() < 0.15:
            return self.random.choice(ids)
        return self.vector(name)

    def inputs(self, name: str, ids: list[int | str], least: int, most: int) -> list[Any]:
        return [self.input(name, ids) for _ in range(self.random.randrange(least, most + 1))]

    def prefetch(self, ids: list[int | str], depth: int) -> models.Prefetch:
        """One whose results hardly tie: what ties, the real engine cuts and ranks as it pleases."""
        while True:
            prefetch = super().prefetch(ids, depth)
            query, using = prefetch.query, prefetch.using or ""
            is_plain = not isinstance(query, models.Model) or isinstance(
                query, models.NearestQuery | models.SparseVector
            )
            ties = isinstance(query, models.ContextQuery | models.TextQuery)
            if using in KINDS and KINDS[using].datatype is not None:
                continue
            if is_plain or not (ties or using in SPARSE):
                return prefetch

    def single(self, ids: list[int | str], *, is_root: bool) -> dict[str, Any]:
        """A query without prefetches."""
        name = self.random.choice([*KINDS, *SPARSE])
        threshold = self.random.gauss(0.3, 1.0) if self.random.random() < 0.2 else None
        shape: dict[str, Any] = {"using": name, "score_threshold": threshold}
        choice = self.random.randrange(10)
        if choice < 2:
            shape["query"] = self.input(name, ids)
        elif choice < 5:
            shape["query"] = self.recommend(name, ids)
        elif choice == 5:
            shape["query"] = self.discover(name, ids)
        elif choice == 6:
            pairs = self.pairs(name, ids, least=1)
            shape["query"] = models.ContextQuery(context=pairs)
        elif choice == 7 and "whole" not in name:  # whose large scores hardly leave a difference
            shape["query"] = self.feedback(name, ids)
        elif choice == 8:
            shape |= {"query": self.words(), "using": "text"}
        elif is_root and name in KINDS and "manhattan" not in name:
            # In a prefetch the real engine takes no notice of diversity, and of sparse vectors it
            # does not know the kind. By Manhattan whole corners of the space tie.
            shape["query"] = models.NearestQuery(nearest=self.input(name, ids), mmr=self.mmr())
        else:
            shape["query"] = models.NearestQuery(nearest=self.input(name, ids))
        if name == "idf" and self.random.random() < 0.5:
            corpus = models.Filter(must=[self.few()])
            shape["params"] = models.SearchParams(idf=models.IdfCorpusParams(corpus=corpus))
        return shape

    def few(self) -> models.FieldCondition:
        bounds = models.Range(gte=self.random.randrange(-5, 20))
        return models.FieldCondition(key="n", range=bounds)

    def maybe_filter(self) -> models.Filter | None:
        return models.Filter(must=[self.few()]) if self.random.random() < 0.4 else None

    def mmr(self) -> models.Mmr:
        return models.Mmr(
            diversity=self.random.choice([None, 0.0, 0.2, 0.7]),
            candidates_limit=self.random.choice([None, 5, 30]),
        )

    def recommend(self, name: str, ids: list[int | str]) -> models.RecommendQuery:
        strategy = self.random.choice([None, *models.RecommendStrategy])
        averages = strategy in (None, models.RecommendStrategy.AVERAGE_VECTOR)
        liked = self.inputs(name, ids, 1 if averages else 0, 3)
        disliked = self.inputs(name, ids, 0 if liked else 1, 3)
        given = models.RecommendInput(positive=liked, negative=disliked, strategy=strategy)
        return models.RecommendQuery(recommend=given)

    def pairs(self, name: str, ids: list[int | str], least: int = 0) -> list[models.ContextPair]:
        return [
            models.ContextPair(positive=self.input(name, ids), negative=self.input(name, ids))
            for _ in range(self.random.randrange(least, 4))
        ]

    def discover(self, name: str, ids: list[int | str]) -> models.DiscoverQuery:
        target = self.input(name, ids)
        return models.DiscoverQuery(
            discover=models.DiscoverInput(target=target, context=self.pairs(name, ids))
        )

    def feedback(self, name: str, ids: list[int | str]) -> models.RelevanceFeedbackQuery:
        items = [
            models.FeedbackItem(example=example, score=self.random.uniform(-1, 1))
            for example in self.inputs(name, ids, 1, 4)
        ]
        weights = models.NaiveFeedbackStrategyParams(
            a=self.random.uniform(-1, 1),
            b=self.random.choice([0.0, 0.5, 1.0, 2.0]),
            c=self.random.uniform(-1, 1),
        )
        return models.RelevanceFeedbackQuery(
            relevance_feedback=models.RelevanceFeedbackInput(
                target=self.input(name, ids),
                feedback=items,
                strategy=models.NaiveFeedbackStrategy(naive=weights),
            )
        )

    def words(self) -> models.TextQuery:
        text = " ".join(self.random.choices([*TERMS, "absent"], k=self.random.randrange(4)))
        if self.random.random() < 0.5:
            return models.TextQuery(text=text)
        k, b = self.random.choice([None, 0.0, 2.0]), self.random.choice([None, 0.0, 1.0])
        scoring = models.Bm25Scoring(bm25=models.Bm25Params(k=k, b=b))
        return models.TextQuery(text=models.TextQueryInput(query=text, scoring=scoring))

    def shape(self, ids: list[int | str], depth: int, *, is_root: bool = False) -> dict[str, Any]:
        choice = self.random.randrange(8)
        if not depth or choice < 4:
            return self.single(ids, is_root=is_root)
        prefetches = [self.prefetch(ids, depth - 1) for _ in range(self.random.randrange(1, 4))]
        if not is_root or choice < 6:
            rescoring = self.single(ids, is_root=False)
            while isinstance(rescoring["query"], models.TextQuery):  # those cannot
                rescoring = self.single(ids, is_root=False)
            return {**rescoring, "prefetch": prefetches}
        if choice == 6:
            defaults = {"n": 1, "x": 2.0, "list": 3, "deep.x": 4, "when": "2024-01-01"}
            defaults |= {"place": {"lon": 1, "lat": 2}, "$score[1]": 0.25}
            query: Any = models.FormulaQuery(formula=self.expression(3), defaults=defaults)
            threshold = self.random.uniform(-1, 5) if self.random.random() < 0.2 else None
            return {"query": query, "prefetch": prefetches, "score_threshold": threshold}
        return {**super().shape(ids, 0, is_root=True), **self.fusion(prefetches)}

    def fusion(self, prefetches: list[models.Prefetch]) -> dict[str, Any]:
        fusion: Any = models.FusionQuery(fusion=self.random.choice(list(models.Fusion)))
        if self.random.random() < 0.5:
            weights = [self.random.choice([0.5, 1.0, 3.0, 0.0]) for _ in prefetches]
            given = weights if self.random.random() < 0.7 else None
            k = self.random.choice([None, 1, 2, 60])
            fusion = models.RrfQuery(rrf=models.Rrf(k=k, weights=given))
        empty = {"using": None, "score_threshold": None, "params": None}
        return {**empty, "query": fusion, "prefetch": prefetches}

    # Formulas

    def expression(self, depth: int) -> Any:
        choice = self.random.randrange(12) if depth else self.random.randrange(5)
        if choice < 5:
            return self.operand()
        inner = self.expression(depth - 1)
        if choice < 7:
            parts = [inner, *(self.expression(depth - 1) for _ in range(self.random.randrange(3)))]
            kinds: list[Any] = [
                models.SumExpression,
                models.MultExpression,
                models.MaxExpression,
                models.MinExpression,
            ]
            kind = self.random.choice(kinds)
            return kind(**{kind.__struct_fields__[0]: parts})
        if choice < 9:
            singles: list[Any] = [
                models.NegExpression,
                models.AbsExpression,
                models.SqrtExpression,
                models.ExpExpression,
                models.Log10Expression,
                models.LnExpression,
                models.AcoshExpression,
            ]
            kind = self.random.choice(singles[: 4 if self.random.random() < 0.7 else 7])
            return kind(**{kind.__struct_fields__[0]: inner})
        if choice == 9:
            by_zero = self.random.choice([None, 0.5])
            right = self.expression(depth - 1)
            div = models.DivParams(left=inner, right=right, by_zero_default=by_zero)
            return models.DivExpression(div=div)
        if choice == 10:
            exponent = self.random.choice([2.0, 0.5, -1.0, 3])
            return models.PowExpression(pow=models.PowParams(base=inner, exponent=exponent))
        return self.decay(inner)

    def decay(self, inner: Any) -> Any:
        shape = models.DecayParamsExpression(
            x=inner,
            target=self.random.choice([None, 1.0, "n"]),
            scale=self.random.choice([None, 0.5, 10.0]),
            midpoint=self.random.choice([None, 0.25, 0.9]),
        )
        kind = self.random.randrange(3)
        if kind == 0:
            return models.LinDecayExpression(lin_decay=shape)
        if kind == 1:
            return models.ExpDecayExpression(exp_decay=shape)
        return models.GaussDecayExpression(gauss_decay=shape)

    def operand(self) -> Any:
        choice = self.random.randrange(12)
        if choice < 3:
            return self.random.choice([0.0, 1.0, 0.5, -2.0, 3])
        if choice < 6:
            return self.random.choice(["$score", "$score[0]", "$score[1]", "$score[5]"])
        if choice < 9:
            keys = NUMBERS if self.random.random() < 0.1 else NUMBERS[:4]
            return self.random.choice(keys)
        if choice == 9:
            return self.few()
        if choice == 10:
            origin = models.GeoPoint(lon=13.4, lat=52.5)
            to = models.GeoDistanceParams(origin=origin, to="place")
            scaled = [models.GeoDistance(geo_distance=to), 1e-6]
            return models.MultExpression(mult=scaled)
        moment = models.DatetimeKeyExpression(datetime_key="when")
        seconds = models.NegExpression(neg=models.DatetimeExpression(datetime="2020-02-03"))
        return models.MultExpression(mult=[models.SumExpression(sum=[moment, seconds]), 1e-8])
