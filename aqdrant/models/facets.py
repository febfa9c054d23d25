"""Counts of payload values, and distances between sampled points."""

from __future__ import annotations

from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models.filters import Filter
from aqdrant.models.ids import ShardKeySelector

__all__ = [
    "FacetRequest",
    "FacetResponse",
    "FacetValue",
    "FacetValueHit",
    "SearchMatrixOffsetsResponse",
    "SearchMatrixPair",
    "SearchMatrixPairsResponse",
    "SearchMatrixRequest",
]


class FacetRequest(Model):
    """How often each value of a payload key occurs."""

    shard_key: ShardKeySelector | None = None
    key: str
    limit: int | None = None
    """How many values to return; 10 by default."""
    filter: Filter | None = None
    exact: bool | None = None
    """False by default: quick counts, which may be off."""


class FacetResponse(Model):
    """Values of a payload key with their counts, most frequent first."""

    hits: list[FacetValueHit]


class FacetValueHit(Model):
    """One value of a payload key and how many points have it."""

    value: FacetValue
    count: int


class SearchMatrixRequest(Model):
    """Distances between points of a sample."""

    shard_key: ShardKeySelector | None = None
    filter: Filter | None = None
    sample: int | None = None
    """How many points to take; 10 by default."""
    limit: int | None = None
    """How many neighbours a point; 3 by default."""
    using: str | None = None


class SearchMatrixPair(Model):
    """Two points and their score."""

    a: int | str
    b: int | str
    score: float


class SearchMatrixPairsResponse(Model):
    """A matrix of scores as pairs of points."""

    pairs: list[SearchMatrixPair]


class SearchMatrixOffsetsResponse(Model):
    """A matrix of scores in sparse coordinates."""

    offsets_row: list[int]
    """For each score, the index into `ids` of its one point."""
    offsets_col: list[int]
    """For each score, the index into `ids` of its other point."""
    scores: list[float]
    ids: list[int | str]


FacetValue: TypeAlias = bool | int | str
