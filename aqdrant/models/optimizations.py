"""What the optimizer is doing: running, queued and finished work."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_key, declare

__all__ = [
    "Optimization",
    "OptimizationSegmentInfo",
    "OptimizationsResponse",
    "OptimizationsSummary",
    "OptimizationsWith",
    "PendingOptimization",
    "ProgressTree",
    "TrackerStatus",
    "TrackerStatusOneOf",
    "TrackerStatusOneOf1",
    "TrackerStatusOneOf2",
]


class TrackerStatusOneOf(StrEnum):
    """The state of an optimization that did not fail."""

    OPTIMIZING = "optimizing"
    DONE = "done"


class OptimizationsResponse(Model):
    """Optimizations of a collection: how much is waiting, running, done."""

    summary: OptimizationsSummary
    running: list[Optimization]
    queued: list[PendingOptimization] | None = None
    completed: list[Optimization] | None = None
    idle_segments: list[OptimizationSegmentInfo] | None = None


class OptimizationsSummary(Model):
    """How much optimization is left to do."""

    queued_optimizations: int
    queued_segments: int
    queued_points: int
    idle_segments: int


class Optimization(Model):
    """One optimization, running or done."""

    uuid: UUID
    optimizer: str
    status: Untagged[TrackerStatus]
    segments: list[OptimizationSegmentInfo]
    progress: ProgressTree


class OptimizationSegmentInfo(Model):
    """A segment that an optimization is about."""

    uuid: UUID
    points_count: int


class PendingOptimization(Model):
    """One optimization that waits for its turn."""

    optimizer: str
    segments: list[OptimizationSegmentInfo]


class ProgressTree(Model):
    """Progress of a task and of its parts."""

    name: str
    started_at: Untagged[datetime | date] | None = None
    finished_at: Untagged[datetime | date] | None = None
    duration_sec: float | None = None
    done: int | None = None
    total: int | None = None
    children: list[ProgressTree] | None = None


class TrackerStatusOneOf1(Model):
    """The optimization was cancelled."""

    cancelled: str


class TrackerStatusOneOf2(Model):
    """The optimization failed."""

    error: str


OptimizationsWith: TypeAlias = Literal["queued", "completed", "idle_segments"]
TrackerStatus: TypeAlias = TrackerStatusOneOf | TrackerStatusOneOf1 | TrackerStatusOneOf2

declare(TrackerStatus, by_key(cancelled=TrackerStatusOneOf1, error=TrackerStatusOneOf2))
