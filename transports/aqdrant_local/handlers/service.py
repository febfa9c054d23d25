"""What a server tells about itself, told by the engine: health, numbers, quotas."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from aqdrant import models
from aqdrant.exceptions import BadRequest
from aqdrant.operations import (
    ClearIssues,
    GetIssues,
    GetOptimizations,
    GetQuotas,
    Healthz,
    Livez,
    Metrics,
    Readyz,
    Root,
    Telemetry,
    UpdateQuotas,
)
from aqdrant_local.limits.quotas import check_percents, quota_status
from aqdrant_local.locks import Patience
from aqdrant_local.state import State
from aqdrant_local.telemetry import SEMANTICS, metrics_text, telemetry_of

from ._table import handles, off_the_loop


@handles(Root)
def root(state: State, operation: Root, patience: Patience) -> models.VersionInfo:
    """Name the engine, and the version of the server whose semantics it follows."""
    return models.VersionInfo(title="aqdrant in-process engine", version=SEMANTICS)


@handles(Healthz)
def healthz(state: State, operation: Healthz, patience: Patience) -> str:
    """Say what a healthy server says."""
    return "healthz check passed"


@handles(Livez)
def livez(state: State, operation: Livez, patience: Patience) -> str:
    """Say what a live server says."""
    return "healthz check passed"


@handles(Readyz)
def readyz(state: State, operation: Readyz, patience: Patience) -> str:
    """Say what a ready server says."""
    return "all shards are ready"


@handles(Telemetry, cost=off_the_loop)
def telemetry(state: State, operation: Telemetry, patience: Patience) -> Any:
    """Tell of the engine and its collections, the more the higher the level."""
    is_anonymous = bool(operation.anonymize)
    return telemetry_of(state, operation.details_level or 0, patience, is_anonymous=is_anonymous)


@handles(Metrics, cost=off_the_loop)
def metrics(state: State, operation: Metrics, patience: Patience) -> str:
    """Tell the numbers of the collections as Prometheus reads them."""
    return metrics_text(state, patience, is_anonymous=bool(operation.anonymize))


@handles(GetIssues)
def get_issues(state: State, operation: GetIssues, patience: Patience) -> dict[str, Any]:
    """List no issues: the engine looks for none."""
    return {"issues": []}


@handles(ClearIssues)
def clear_issues(state: State, operation: ClearIssues, patience: Patience) -> bool:
    """Forget no issues."""
    return True


@handles(GetQuotas, cost=off_the_loop)
def get_quotas(state: State, operation: GetQuotas, patience: Patience) -> models.QuotaStatus:
    """Tell the quotas, and what of memory and disk is used."""
    return quota_status(state)


@handles(UpdateQuotas)
def update_quotas(state: State, operation: UpdateQuotas, patience: Patience) -> bool:
    """Replace the quotas."""
    check_percents(operation.body)
    with state.gate.exclusive(patience):
        state.keep_quotas(operation.body.model_copy(deep=True))
    return True


_PARTS = ("queued", "completed", "idle_segments")
_SEGMENTS = UUID("3b1f8d5e-6f0b-4f57-9d51-0d2a60f1c9ab")


@handles(GetOptimizations)
def get_optimizations(
    state: State, operation: GetOptimizations, patience: Patience
) -> models.OptimizationsResponse:
    """Say that nothing waits to be optimized: there is one segment, and it is as it should be."""
    collection = state.find(operation.collection_name)
    asked = (operation.with_ or "").split(",") if operation.with_ else []
    for part in asked:
        if part not in _PARTS:
            raise BadRequest(f"Unknown field in 'with' parameter: {part}", parameter="with")
    with collection.gate.shared(patience):
        count = collection.still_there().segment.count
    segment = models.OptimizationSegmentInfo(
        uuid=uuid5(_SEGMENTS, collection.name), points_count=count
    )
    return models.OptimizationsResponse(
        summary=models.OptimizationsSummary(
            queued_optimizations=0, queued_segments=0, queued_points=0, idle_segments=1
        ),
        running=[],
        queued=[] if "queued" in asked else None,
        completed=[] if "completed" in asked else None,
        idle_segments=[segment] if "idle_segments" in asked else None,
    )
