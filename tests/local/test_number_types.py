"""What types of numbers and quantization change in answers, beside the real engine."""

from __future__ import annotations

from contextlib import closing
from random import Random

import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import BadRequest

from .pair import Pair

SIZE = 6
QUANTIZATIONS: dict[str, models.QuantizationConfig] = {
    "scalar": models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8)
    ),
    "product": models.ProductQuantization(
        product=models.ProductQuantizationConfig(compression=models.CompressionRatio.X16)
    ),
    "binary": models.BinaryQuantization(binary=models.BinaryQuantizationConfig()),
    "turbo": models.TurboQuantization(turbo=models.TurboQuantQuantizationConfig()),
}


def filled(random: Random, params: models.VectorParams) -> Pair:
    pair = Pair({"v": params})
    low, high = (-20.0, 280.0) if params.datatype == models.Datatype.UINT8 else (-1.0, 1.0)
    points = [
        models.PointStruct(
            id=number, vector={"v": [random.uniform(low, high) for _ in range(SIZE)]}
        )
        for number in range(40)
    ]
    pair.upsert(points)
    return pair


@pytest.mark.parametrize("distance", ["Cosine", "Dot", "Euclid"])  # by Manhattan corners tie
@pytest.mark.parametrize("datatype", ["float32", "float16", "uint8"])
def test_diversity_compares_what_is_shown(distance: str, datatype: str, seed: int) -> None:
    random = Random(seed)
    params = models.VectorParams(
        size=SIZE, distance=models.Distance(distance), datatype=models.Datatype(datatype)
    )
    pair = filled(random, params)
    high = 255.0 if datatype == "uint8" else 1.0
    with closing(pair.edge):
        for diversity in (0.2, 0.5, 0.8):
            vector = [random.uniform(-high / 20, high) for _ in range(SIZE)]
            mmr = models.Mmr(diversity=diversity, candidates_limit=30)
            query = models.NearestQuery(nearest=vector, mmr=mmr)
            request = models.QueryRequest(query=query, using="v", limit=8)
            ours, theirs = pair.query(request), pair.edge.query(request)
            assert [point for point, _ in ours] == [point for point, _ in theirs]


@pytest.mark.parametrize("kind", QUANTIZATIONS)
def test_quantized_vectors_are_compared_in_full(kind: str, seed: int) -> None:
    random = Random(seed)
    params = models.VectorParams(
        size=SIZE, distance=models.Distance.COSINE, quantization_config=QUANTIZATIONS[kind]
    )
    pair = filled(random, params)  # the real engine without quantization
    with closing(pair.edge):
        vector = [random.uniform(-1.0, 1.0) for _ in range(SIZE)]
        exact = pair.edge.query(models.QueryRequest(query=vector, using="v"))
        for rescore in (None, False, True):
            quantization = models.QuantizationSearchParams(rescore=rescore, oversampling=1.5)
            asked = models.SearchParams(quantization=quantization)
            ours = pair.query(models.QueryRequest(query=vector, using="v", params=asked))
            assert [point for point, _ in ours] == [point for point, _ in exact]
            assert dict(ours) == pytest.approx(dict(exact), abs=1e-6)


def test_number_that_float16_cannot_hold_is_refused_without_a_warning() -> None:
    half = models.VectorParams(
        size=2, distance=models.Distance.DOT, datatype=models.Datatype.FLOAT16
    )
    with QdrantClient(":memory:") as client:
        client.create_collection("c", half)
        with pytest.raises(BadRequest, match="a number that float16 cannot"):
            client.upsert("c", [models.PointStruct(id=1, vector=[1e6, 1.0])])
        assert client.count("c").count == 0
