"""TODO"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from ._model import Model
from ._unions import Untagged, by_key, declare

__all__ = [
    "Optimization",
    "OptimizationSegmentInfo",
    "OptimizationsResponse",
    "OptimizationsSummary",
    "PendingOptimization",
    "ProgressTree",
    "TrackerStatus",
    "TrackerStatusOneOf",
    "TrackerStatusOneOf1",
    "TrackerStatusOneOf2",
]


class TrackerStatusOneOf(str, Enum):
    """TODO"""

    OPTIMIZING = "optimizing"
    DONE = "done"


class OptimizationsResponse(Model):
    """TODO"""

    summary: OptimizationsSummary
    running: list[Optimization]
    queued: list[PendingOptimization] | None = None
    completed: list[Optimization] | None = None
    idle_segments: list[OptimizationSegmentInfo] | None = None


class OptimizationsSummary(Model):
    """TODO"""

    queued_optimizations: int
    queued_segments: int
    queued_points: int
    idle_segments: int


class Optimization(Model):
    """TODO"""

    uuid: UUID
    optimizer: str
    status: Untagged[TrackerStatus]
    segments: list[OptimizationSegmentInfo]
    progress: ProgressTree


class OptimizationSegmentInfo(Model):
    """TODO"""

    uuid: UUID
    points_count: int


class PendingOptimization(Model):
    """TODO"""

    optimizer: str
    segments: list[OptimizationSegmentInfo]


class ProgressTree(Model):
    """TODO"""

    name: str
    started_at: Untagged[datetime | date] | None = None
    finished_at: Untagged[datetime | date] | None = None
    duration_sec: float | None = None
    done: int | None = None
    total: int | None = None
    children: list[ProgressTree] | None = None


class TrackerStatusOneOf1(Model):
    """TODO"""

    cancelled: str


class TrackerStatusOneOf2(Model):
    """TODO"""

    error: str


TrackerStatus: TypeAlias = TrackerStatusOneOf | TrackerStatusOneOf1 | TrackerStatusOneOf2

declare(TrackerStatus, by_key(cancelled=TrackerStatusOneOf1, error=TrackerStatusOneOf2))
