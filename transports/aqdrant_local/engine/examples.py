"""Scores by examples: points like some and unlike others. Used by queries.

A rule turns the closeness of points to each example, (m, n), into parts (k, n), and these into
scores (n,). The formulas are those that Qdrant documents under "Explore the data"; all is float32.

The parts of all points come from one product of matrices and are off by rounding; the best are
then scored once more, exactly, so that equal vectors tie. Where a part is a weighted sum, the
product is with that sum of the examples: a pair costs one product, not two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows
from .ids import IdTable
from .ranking import best, candidates, passing
from .selection import Selection

__all__ = ["BestScore", "Context", "Discovery", "Feedback", "Rule", "SumOfScores", "rank_by"]

Ranking: TypeAlias = tuple[Floats, Rows]
Slacks: TypeAlias = NDArray[np.float64]

_EPSILON = np.finfo(np.float32).eps
_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_PRODUCTS = 1 << 24  # products that are held at once


class Rule:
    """How the closeness to examples becomes a score."""

    def weights(self, examples: int) -> Floats | None:
        """Weights (k, m) by which each part sums up the closeness; None where it does not."""
        return None

    def parts(self, similarities: Floats) -> Floats:
        """Parts (k, n) from the closeness (m, n) to each example."""
        return similarities

    def scores(self, parts: Floats) -> Floats:
        """Scores (n,) from parts (k, n)."""
        raise NotImplementedError

    def slack(self, slacks: Slacks) -> float:
        """How far scores may be off where the parts may be off by so much."""
        raise NotImplementedError

    def doubtful(self, parts: Floats, slacks: Slacks) -> Mask | None:
        """Points (n,) whose scores may be off by more, because they stand at a border."""
        return None

    def settled(self, parts: Floats, slacks: Slacks) -> Mask | None:
        """Points (n,) whose scores are not off at all; None where there may be no such."""
        return None


class Comparable(Protocol):
    """Vectors of any kind, as far as rules need them."""

    @property
    def ascending(self) -> bool:
        """Whether a smaller distance is the better score."""
        ...

    def held(self, among: Selection | None) -> Rows:
        """Rows that have a vector, of these."""
        ...

    def slack(self, query: Any) -> float:
        """How far `similarities` to this query may be from `exact`."""
        ...

    def similarities(self, queries: list[Any], rows: Rows) -> Floats:
        """Closeness (m, n) of rows to queries, up to rounding."""
        ...

    def sums(self, queries: list[Any], weights: Floats, rows: Rows) -> Floats | None:
        """Sums (k, n) of the closeness of rows to queries by weights (k, m), up to rounding.

        None where there is no quicker way to them than `similarities`.
        """
        ...

    def exact(self, queries: list[Any], rows: Rows) -> Floats:
        """Closeness (m, n) of rows to queries."""
        ...


class BestScore(Rule):
    """The best match among the liked examples counts, or that among the disliked if it is better.

    The liked ones come first.
    """

    def __init__(self, positives: int) -> None:
        self._positives = positives

    def scores(self, parts: Floats) -> Floats:
        """1/2 to 1 for the liked, -1 to 0 for the disliked."""
        liked, disliked = self._peaks(parts)
        scores = _scaled(np.maximum(liked, disliked))
        np.negative(scores, out=scores, where=~(liked > disliked))
        return scores

    def slack(self, slacks: Slacks) -> float:
        """The sigmoid is nowhere steeper than a half."""
        return float(slacks.max()) / 2

    def doubtful(self, parts: Floats, slacks: Slacks) -> Mask | None:
        """Points as close to the liked as to the disliked."""
        if not 0 < self._positives < len(parts):
            return None
        liked, disliked = self._peaks(parts)
        mask: Mask = np.abs(liked - disliked) <= np.float32(2 * slacks.max())
        return mask

    def _peaks(self, similarities: Floats) -> tuple[Floats, Floats]:
        liked = np.maximum.reduce(similarities[: self._positives], axis=0, initial=-np.inf)
        disliked = np.maximum.reduce(similarities[self._positives :], axis=0, initial=-np.inf)
        return liked, disliked


class _Sum(Rule):
    """The one part there is."""

    def scores(self, parts: Floats) -> Floats:
        """A sum without bounds."""
        total: Floats = parts[0]
        return total

    def slack(self, slacks: Slacks) -> float:
        """That of the sum."""
        return slacks.item(0)


class SumOfScores(_Sum):
    """The closeness to all liked examples, less that to all disliked. The liked ones come first."""

    def __init__(self, positives: int) -> None:
        self._positives = positives

    def weights(self, examples: int) -> Floats:
        """One sum."""
        weights = np.full((1, examples), -1.0, dtype=np.float32)
        weights[0, : self._positives] = 1.0
        return weights

    def parts(self, similarities: Floats) -> Floats:
        """One sum."""
        liked, disliked = similarities[: self._positives], similarities[self._positives :]
        total: Floats = np.add.reduce(liked, axis=0) - np.add.reduce(disliked, axis=0)
        return total[None]


class Discovery(Rule):
    """Pairs of examples rank, and the closeness to a target orders within the rank.

    The target comes first, then the wanted and the unwanted side of each pair.
    """

    def weights(self, examples: int) -> Floats:
        """The target, and the difference of each pair."""
        weights = np.zeros((1 + examples // 2, examples), dtype=np.float32)
        weights[0, 0] = 1.0
        weights[1:, 1:] = _differences(examples - 1)
        return weights

    def parts(self, similarities: Floats) -> Floats:
        """The target, and the difference of each pair."""
        return np.concatenate([similarities[:1], similarities[1::2] - similarities[2::2]])

    def scores(self, parts: Floats) -> Floats:
        """A whole number for the rank, and 0 to 1 for the target."""
        ranks = np.sign(parts[1:]).sum(axis=0, dtype=np.float32)
        scores: Floats = ranks + _scaled(parts[0])
        return scores

    def slack(self, slacks: Slacks) -> float:
        """The sigmoid is nowhere steeper than a half."""
        return slacks.item(0) / 2

    def doubtful(self, parts: Floats, slacks: Slacks) -> Mask | None:
        """Points as close to one side of a pair as to the other."""
        if len(parts) == 1:
            return None
        mask: Mask = np.logical_or.reduce(np.abs(parts[1:]) <= slacks[1:, None], axis=0)
        return mask


class Context(Rule):
    """The loss of each pair of examples: how much closer the unwanted side is than the wanted."""

    def weights(self, examples: int) -> Floats:
        """The difference of each pair."""
        return _differences(examples)

    def parts(self, similarities: Floats) -> Floats:
        """The difference of each pair."""
        parts: Floats = similarities[0::2] - similarities[1::2]
        return parts

    def scores(self, parts: Floats) -> Floats:
        """0 where no loss is, and less for each pair that has one."""
        losses = _sigmoid(np.minimum(parts - _EPSILON, np.float32(0.0)))
        scores: Floats = np.add.reduce(losses, axis=0)
        return scores

    def slack(self, slacks: Slacks) -> float:
        """The sigmoid is nowhere steeper than one."""
        return float(slacks.sum())

    def settled(self, parts: Floats, slacks: Slacks) -> Mask | None:
        """Points that are clearly on the wanted side of every pair: they lose nothing."""
        mask: Mask = np.logical_and.reduce(parts > slacks[:, None] + 2 * _EPSILON, axis=0)
        return mask


class Feedback(_Sum):
    """The closeness to a target, moved by judgements of earlier results.

    Every pair of which one was judged better than the other by c adds `(c ** b) * c_weight` times
    how much closer a point is to the better one. The target comes first, then the results.

    Args:
        judgements: one for each result, more is better.
        a, b, c: weight of the target, power of the confidence, weight of the pairs.
    """

    def __init__(self, judgements: Sequence[float], a: float, b: float, c: float) -> None:
        scores = np.array(judgements, dtype=np.float32)
        confidence = scores[:, None] - scores
        better = confidence > 0.0
        parts = np.zeros(confidence.shape, dtype=np.float32)
        parts[better] = confidence[better] ** np.float32(b) * np.float32(c)
        moves = parts.sum(axis=1) - parts.sum(axis=0)
        self._weights = np.concatenate([[np.float32(a)], moves]).astype(np.float32)

    def weights(self, examples: int) -> Floats:
        """One sum."""
        weights: Floats = self._weights[None]
        return weights

    def parts(self, similarities: Floats) -> Floats:
        """One sum."""
        total: Floats = np.add.reduce(similarities * self._weights[:, None], axis=0)
        return total[None]


def rank_by(
    ids: IdTable,
    vectors: Comparable,
    rule: Rule,
    queries: list[Any],
    limit: int,
    threshold: float | None,
    among: Selection | None,
) -> Ranking:
    """The `limit` best rows by a rule as `(scores, rows)`, best first, ties by id.

    Args:
        queries: the examples, prepared, in the order that the rule has them.
        threshold: the ranking ends at the first score that is not above it, or not below where
            nearness is a small distance: the real engine asks the distance, whatever the rule.
        among: the only rows to consider; all that have a vector when None.
    """
    rows = vectors.held(among)
    if not queries:  # a context without pairs: nothing is lost
        scores, rows = best(ids, rows, np.zeros(len(rows), dtype=np.float32), limit)
        return passing(scores, rows, threshold, ascending=vectors.ascending)
    slacks: Slacks = np.array([vectors.slack(query) for query in queries], dtype=np.float64)
    weights = rule.weights(len(queries))
    if weights is not None:
        slacks = 2.0 * np.abs(weights) @ slacks  # a sum of queries is rounded, too
    step = max(1, _PRODUCTS // len(queries))
    values = np.empty(len(rows), dtype=np.float32)
    exact = np.zeros(len(rows), dtype=np.bool_)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        parts = None if weights is None else vectors.sums(queries, weights, part)
        if parts is None:
            parts = rule.parts(vectors.similarities(queries, part))
        scores = rule.scores(parts)
        doubtful = rule.doubtful(parts, slacks)
        if doubtful is not None and doubtful.any():
            scores[doubtful] = _exact(vectors, rule, queries, part[doubtful])
        values[start : start + step] = scores
        settled = rule.settled(parts, slacks)
        if settled is not None:
            exact[start : start + step] = settled
    picks = candidates(values, limit, rule.slack(slacks))
    rest = picks[~exact[picks]]
    if len(rest):
        values[rest] = _exact(vectors, rule, queries, rows[rest])
    scores, rows = best(ids, rows[picks], values[picks], limit)
    return passing(scores, rows, threshold, ascending=vectors.ascending)


def _exact(vectors: Comparable, rule: Rule, queries: list[Any], rows: Rows) -> Floats:
    return rule.scores(rule.parts(vectors.exact(queries, rows)))


def _differences(examples: int) -> Floats:
    """Weights (m / 2, m) of the first of each pair less the second."""
    pairs = np.arange(examples // 2)
    weights = np.zeros((examples // 2, examples), dtype=np.float32)
    weights[pairs, 2 * pairs] = 1.0
    weights[pairs, 2 * pairs + 1] = -1.0
    return weights


def _sigmoid(values: Floats) -> Floats:
    result: Floats = np.divide(values, _ONE + np.abs(values), dtype=np.float32)
    return result


def _scaled(values: Floats) -> Floats:
    """From 0 to 1."""
    result: Floats = _HALF * (_sigmoid(values) + _ONE)
    return result
