"""Scores by examples: points like some and unlike others. Used by queries.

A rule turns the closeness of points to each example, (m, n), into scores (n,). The formulas are
those that Qdrant documents under "Explore the data"; all is float32.

The closeness of all points comes from one product of matrices and is off by rounding; the best
are then scored once more, exactly, so that equal vectors tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from .arrays import Floats, Mask, Rows
from .ids import IdTable
from .ranking import best, candidates, passing
from .selection import Selection

__all__ = ["BestScore", "Context", "Discovery", "Feedback", "Rule", "SumOfScores", "rank_by"]

Ranking: TypeAlias = tuple[Floats, Rows]

_EPSILON = np.finfo(np.float32).eps
_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_PRODUCTS = 1 << 24  # products that are held at once


class Rule(Protocol):
    """How the closeness to examples becomes a score."""

    def scores(self, similarities: Floats) -> Floats:
        """Scores (n,) from the closeness (m, n) to each example."""
        ...

    def slack(self, slacks: Sequence[float]) -> float:
        """How far scores may be off where the closeness to each example may be off by so much."""
        ...

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """Points (n,) whose scores may be off by more, because they stand at a border."""
        ...

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """Points (n,) whose scores are not off at all; None where there may be no such."""
        ...


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

    def exact(self, queries: list[Any], rows: Rows) -> Floats:
        """Closeness (m, n) of rows to queries."""
        ...


class BestScore:
    """The best match among the liked examples counts, or that among the disliked if it is better.

    The liked ones come first.
    """

    def __init__(self, positives: int) -> None:
        self._positives = positives

    def scores(self, similarities: Floats) -> Floats:
        """1/2 to 1 for the liked, -1 to 0 for the disliked."""
        liked, disliked = self._peaks(similarities)
        with np.errstate(invalid="ignore"):  # infinite where there are no examples of a kind
            scores: Floats = np.where(liked > disliked, _scaled(liked), -_scaled(disliked))
        return scores

    def slack(self, slacks: Sequence[float]) -> float:
        """The sigmoid is nowhere steeper than a half."""
        return max(slacks) / 2

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """Points as close to the liked as to the disliked."""
        liked, disliked = self._peaks(similarities)
        apart: Floats = np.abs(np.subtract(liked, disliked, dtype=np.float32))
        mask: Mask = apart <= np.float32(2 * max(slacks))
        return mask

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: every bit of the closeness counts."""
        return None

    def _peaks(self, similarities: Floats) -> tuple[Floats, Floats]:
        worst = np.full((1, similarities.shape[1]), -np.inf, dtype=np.float32)
        liked = similarities[: self._positives] if self._positives else worst
        disliked = similarities[self._positives :]
        if not len(disliked):
            disliked = worst
        return liked.max(axis=0), disliked.max(axis=0)


class SumOfScores:
    """The closeness to all liked examples, less that to all disliked. The liked ones come first."""

    def __init__(self, positives: int) -> None:
        self._positives = positives

    def scores(self, similarities: Floats) -> Floats:
        """A sum without bounds."""
        liked, disliked = similarities[: self._positives], similarities[self._positives :]
        scores: Floats = np.add.reduce(liked, axis=0) - np.add.reduce(disliked, axis=0)
        return scores

    def slack(self, slacks: Sequence[float]) -> float:
        """All of them may add up."""
        return sum(slacks)

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: it has no borders."""
        return None

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: every bit of the closeness counts."""
        return None


class Discovery:
    """Pairs of examples rank, and the closeness to a target orders within the rank.

    The target comes first, then the wanted and the unwanted side of each pair.
    """

    def scores(self, similarities: Floats) -> Floats:
        """A whole number for the rank, and 0 to 1 for the target."""
        ranks = np.sign(similarities[1::2] - similarities[2::2]).sum(axis=0, dtype=np.float32)
        scores: Floats = ranks + _scaled(similarities[0])
        return scores

    def slack(self, slacks: Sequence[float]) -> float:
        """The sigmoid is nowhere steeper than a half."""
        return slacks[0] / 2

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """Points as close to one side of a pair as to the other."""
        if len(similarities) == 1:
            return None
        room = np.array(slacks[1::2]) + np.array(slacks[2::2])
        apart = np.abs(similarities[1::2] - similarities[2::2])
        mask: Mask = np.logical_or.reduce(apart <= room[:, None], axis=0)
        return mask

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: every bit of the closeness counts."""
        return None


class Context:
    """The loss of each pair of examples: how much closer the unwanted side is than the wanted."""

    def scores(self, similarities: Floats) -> Floats:
        """0 where no loss is, and less for each pair that has one."""
        loss = similarities[0::2] - similarities[1::2] - _EPSILON
        losses = _sigmoid(np.minimum(loss, np.float32(0.0)))
        scores: Floats = np.add.reduce(losses, axis=0)
        return scores

    def slack(self, slacks: Sequence[float]) -> float:
        """The sigmoid is nowhere steeper than one."""
        return sum(slacks)

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: the loss begins at 0."""
        return None

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """Points that are clearly on the wanted side of every pair: they lose nothing."""
        room = np.array(slacks[0::2]) + np.array(slacks[1::2]) + 2 * _EPSILON
        ahead = similarities[0::2] - similarities[1::2]
        mask: Mask = np.logical_and.reduce(ahead > room[:, None], axis=0)
        return mask


class Feedback:
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
        self._weights = np.concatenate([[np.float32(a)], moves]).astype(np.float32)[:, None]

    def scores(self, similarities: Floats) -> Floats:
        """A sum without bounds."""
        scores: Floats = np.add.reduce(similarities * self._weights, axis=0)
        return scores

    def slack(self, slacks: Sequence[float]) -> float:
        """All of them may add up, by their weights."""
        return float(np.abs(self._weights[:, 0]) @ np.array(slacks))

    def doubtful(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: it has no borders."""
        return None

    def settled(self, similarities: Floats, slacks: Sequence[float]) -> Mask | None:
        """None: every bit of the closeness counts."""
        return None


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
    slacks = [vectors.slack(query) for query in queries]
    step = max(1, _PRODUCTS // len(queries))
    values = np.empty(len(rows), dtype=np.float32)
    exact = np.zeros(len(rows), dtype=np.bool_)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        similarities = vectors.similarities(queries, part)
        scores = rule.scores(similarities)
        doubtful = rule.doubtful(similarities, slacks)
        if doubtful is not None and doubtful.any():
            scores[doubtful] = rule.scores(vectors.exact(queries, part[doubtful]))
        values[start : start + step] = scores
        settled = rule.settled(similarities, slacks)
        if settled is not None:
            exact[start : start + step] = settled
    picks = candidates(values, limit, rule.slack(slacks))
    rest = picks[~exact[picks]]
    if len(rest):
        values[rest] = rule.scores(vectors.exact(queries, rows[rest]))
    scores, rows = best(ids, rows[picks], values[picks], limit)
    return passing(scores, rows, threshold, ascending=vectors.ascending)


def _sigmoid(values: Floats) -> Floats:
    result: Floats = np.divide(values, _ONE + np.abs(values), dtype=np.float32)
    return result


def _scaled(values: Floats) -> Floats:
    """From 0 to 1."""
    result: Floats = _HALF * (_sigmoid(values) + _ONE)
    return result
