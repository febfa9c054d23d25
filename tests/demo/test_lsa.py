"""Latent semantic analysis: an exact SVD agrees, neighbours make sense, queries fold in."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from aqdrant._demo.lsa import LatentSemanticModel
from aqdrant.bm25 import Bm25

TEXTS = {
    "car": "the car has an engine and wheels and drives on a road",
    "truck": "a truck is a vehicle with an engine and big wheels",
    "auto": "an automobile is a vehicle that drives on a road",
    "bus": "the bus is a vehicle with many seats; it drives on the road with its engine",
    "cat": "the cat eats fish and sleeps in the house",
    "dog": "the dog eats meat and sleeps in the house",
    "pet": "a pet sleeps in the house and eats meat or fish",
    "lion": "the lion is a wild cat and eats meat",
}
BM25 = Bm25()


@pytest.fixture(scope="module")
def model() -> LatentSemanticModel:
    return LatentSemanticModel([BM25.terms(text) for text in TEXTS.values()], dimensions=2)


def neighbours(model: LatentSemanticModel, vector: np.ndarray) -> list[str]:
    order = np.argsort(-(model.vectors @ vector))
    return [list(TEXTS)[row] for row in order]


def test_texts_of_one_topic_are_neighbours(model: LatentSemanticModel) -> None:
    vehicles = {"car", "truck", "auto", "bus"}
    for row, name in enumerate(TEXTS):
        near = set(neighbours(model, model.vectors[row])[:4])
        assert near == (vehicles if name in vehicles else TEXTS.keys() - vehicles)


def test_a_query_finds_its_topic_without_sharing_a_word(model: LatentSemanticModel) -> None:
    words = BM25.terms("wheels")
    without = [name for name, text in TEXTS.items() if not set(words) & set(BM25.terms(text))]
    assert "auto" in without
    scores = dict(zip(TEXTS, model.vectors @ model.fold_in(words), strict=True))
    assert scores["auto"] > 0.5 > max(scores[name] for name in ("cat", "dog", "pet", "lion"))


def test_a_document_folded_in_lands_on_itself(model: LatentSemanticModel) -> None:
    for row, text in enumerate(TEXTS.values()):
        np.testing.assert_allclose(
            model.fold_in(BM25.terms(text)), model.vectors[row], rtol=1e-4, atol=1e-5
        )


def test_vectors_have_length_one(model: LatentSemanticModel) -> None:
    assert model.vectors.dtype == np.float32
    assert model.vectors.shape == (len(TEXTS), model.dimensions) == (len(TEXTS), 2)
    np.testing.assert_allclose(np.linalg.norm(model.vectors, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("terms", [[], [123456789]])
def test_unknown_words_have_no_direction(model: LatentSemanticModel, terms: list[int]) -> None:
    assert not model.fold_in(terms).any()


def test_the_same_texts_give_the_same_vectors(model: LatentSemanticModel) -> None:
    again = LatentSemanticModel([BM25.terms(text) for text in TEXTS.values()], dimensions=2)
    np.testing.assert_array_equal(again.vectors, model.vectors)


def weighed(documents: list[list[int]]) -> np.ndarray:
    """Build the dense matrix of `(1 + log count) * idf` by the definition, rows of length 1."""
    frequency = Counter(term for terms in documents for term in set(terms))
    known = sorted(term for term, number in frequency.items() if number > 1)
    rows = [
        [
            (1 + math.log(terms.count(term)))
            * (math.log((1 + len(documents)) / (1 + frequency[term])) + 1)
            if term in terms
            else 0.0
            for term in known
        ]
        for terms in documents
    ]
    matrix = np.array(rows)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths > 0, lengths, 1)


def test_similarities_are_those_of_an_exact_svd() -> None:
    random = np.random.default_rng(7)
    topics = random.dirichlet(np.full(60, 0.05), size=6)
    documents = [random.choice(60, size=25, p=topics[row % 6]).tolist() for row in range(90)] + [
        [],
        [999],
    ]
    left, values, _ = np.linalg.svd(weighed(documents), full_matrices=False)
    exact = left[:, :6] * values[:6]
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    exact /= np.where(lengths > 1e-9, lengths, 1)
    vectors = LatentSemanticModel(documents, dimensions=6).vectors
    assert not vectors[-2:].any()
    np.testing.assert_allclose(vectors[:90] @ vectors[:90].T, exact[:90] @ exact[:90].T, atol=0.01)


def test_progress_reaches_its_end() -> None:
    seen: list[tuple[int, int]] = []
    LatentSemanticModel(
        [[1, 2], [1, 2, 3], [3]], progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]
