"""What calls answer: points, groups, counts, matrices, snapshots, usage."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import first, model, only
from aqdrant_grpc.shapes.moments import as_text

__all__ = ["SHAPES"]

_SCORED = model(models.ScoredPoint, "ScoredPoint", vectors="vector")
_RECORD = model(models.Record, "RetrievedPoint", vectors="vector")
_SNAPSHOT = model(models.SnapshotDescription, "SnapshotDescription")


def _take_number(value: Any) -> dict[str, Any]:
    return {"int" if isinstance(value, int) else "float": value}


def _take_group_id(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"string_value": value}
    return {"unsigned_value" if value >= 0 else "integer_value": value}


def _take_facet_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"bool_value": value}
    return {"string_value" if isinstance(value, str) else "integer_value": value}


def _build_snapshot(values: dict[str, Any]) -> models.SnapshotDescription:
    values["creation_time"] = as_text(values.get("creation_time"))
    description: models.SnapshotDescription = _SNAPSHOT.build(values)
    return description


SHAPES: dict[str, Shape] = {
    "ScoredPoint": _SCORED,
    "RetrievedPoint": _RECORD,
    "OrderValue": Shape(_take_number, first),
    "BatchResult": only("result"),
    "GroupId": Shape(_take_group_id, first),
    "PointGroup": model(models.PointGroup, "PointGroup"),
    "GroupsResult": model(models.GroupsResult, "GroupsResult"),
    "CountResult": model(models.CountResult, "CountResult"),
    "FacetValue": Shape(_take_facet_value, first),
    "FacetHit": model(models.FacetValueHit, "FacetHit"),
    "SearchMatrixPairs": model(models.SearchMatrixPairsResponse, "SearchMatrixPairs"),
    "SearchMatrixPair": model(models.SearchMatrixPair, "SearchMatrixPair"),
    "SearchMatrixOffsets": model(models.SearchMatrixOffsetsResponse, "SearchMatrixOffsets"),
    "SnapshotDescription": Shape(_SNAPSHOT.take, _build_snapshot),
    "Usage": model(models.Usage, "Usage"),
    "HardwareUsage": model(models.HardwareUsage, "HardwareUsage"),
    "InferenceUsage": model(models.InferenceUsage, "InferenceUsage"),
    "ModelUsage": model(models.ModelUsage, "ModelUsage"),
    "HealthCheckReply": model(models.VersionInfo, "HealthCheckReply"),
}
