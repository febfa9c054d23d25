"""Updates: points to write, and which points an update is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.columns import points_of
from aqdrant_grpc.shapes._forms import choice, model, only
from aqdrant_grpc.wire import CodecError

__all__ = ["SHAPES", "build_selection", "build_upsert", "select_points", "take_upsert"]


# ---- which points


def _take_selector(value: Any) -> dict[str, Any]:
    if isinstance(value, models.PointIdsList):
        return {"points": value.points}
    if isinstance(value, models.FilterSelector):
        return {"filter": value.filter}
    return {"filter" if isinstance(value, models.Filter) else "points": value}


def _build_selector(values: dict[str, Any]) -> Any:
    if "points" in values:
        return models.PointIdsList(points=values["points"])
    if "filter" in values:
        return models.FilterSelector(filter=values["filter"])
    # Nothing, or what a newer client knows: it must not become a selection of all points.
    raise CodecError("PointSelector is missing")


def select_points(value: Any) -> dict[str, Any]:
    """The fields of an update of points that are chosen by ids or by a filter."""
    chosen = value.points if value.points is not None else value.filter
    return {"points_selector": chosen, "shard_key_selector": value.shard_key}


def build_selection(values: dict[str, Any]) -> dict[str, Any]:
    """What `select_points` takes, as the fields of a model."""
    selector = values.get("points_selector")
    return {
        "points": getattr(selector, "points", None),
        "filter": getattr(selector, "filter", None),
        "shard_key": values.get("shard_key_selector"),
    }


# ---- points to write

_POINT = model(models.PointStruct, "PointStruct", vectors="vector")


_POINT_VECTORS = model(models.PointVectors, "PointVectors", vectors="vector")


def _build_point(values: dict[str, Any]) -> models.PointStruct:
    point: models.PointStruct = _POINT.build(_with_vectors(values))
    return point


def _build_point_vectors(values: dict[str, Any]) -> models.PointVectors:
    point: models.PointVectors = _POINT_VECTORS.build(_with_vectors(values))
    return point


def _with_vectors(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("vectors") is None:
        # None by name is said by an empty map; what is not there may be what a newer client knows.
        raise CodecError("Expected some vectors")
    return values


class _Point:
    """One point of a batch by column."""

    def __init__(self, id_: Any, vector: Any, payload: Any) -> None:
        self.id = id_
        self.vector = vector
        self.payload = payload


def take_upsert(value: Any) -> dict[str, Any]:
    """The fields of an upsert."""
    points: Any = [_Point(*point) for point in points_of(value)]
    return {**take_conditions(value), "points": points}


def take_conditions(value: Any) -> dict[str, Any]:
    """The fields of an upsert but for its points."""
    return {
        "shard_key_selector": value.shard_key,
        "update_filter": value.update_filter,
        "update_mode": value.update_mode,
    }


def build_upsert(values: dict[str, Any]) -> models.PointsList:
    """An upsert out of its fields."""
    return models.PointsList(
        points=values["points"],
        shard_key=values.get("shard_key_selector"),
        update_filter=values.get("update_filter"),
        update_mode=values.get("update_mode"),
    )


# ---- updates in a batch

_UPDATES: dict[type[Any], tuple[str, str]] = {
    models.UpsertOperation: ("upsert", "upsert"),
    models.SetPayloadOperation: ("set_payload", "set_payload"),
    models.OverwritePayloadOperation: ("overwrite_payload", "overwrite_payload"),
    models.DeletePayloadOperation: ("delete_payload", "delete_payload"),
    models.UpdateVectorsOperation: ("update_vectors", "update_vectors"),
    models.DeleteVectorsOperation: ("delete_vectors", "delete_vectors"),
    models.DeleteOperation: ("delete_points", "delete"),
    models.ClearPayloadOperation: ("clear_payload", "clear_payload"),
}
_FORMER = {"delete_deprecated": "delete_points", "clear_payload_deprecated": "clear_payload"}
_UPDATE = choice("PointsUpdateOperation", {kind: (f, i) for kind, (f, i) in _UPDATES.items()})


def _build_update(values: dict[str, Any]) -> Any:
    return _UPDATE.build({_FORMER.get(field, field): value for field, value in values.items()})


def _take_payload(value: models.SetPayload) -> dict[str, Any]:
    return {"payload": value.payload, "key": value.key, **select_points(value)}


def _build_payload(values: dict[str, Any]) -> models.SetPayload:
    return models.SetPayload(
        payload=values["payload"], key=values.get("key"), **build_selection(values)
    )


def _select(message: str, kind: Callable[..., Any], field: str, name: str) -> tuple[str, Shape]:
    """An update of chosen points with one list of names."""

    def take(value: Any) -> dict[str, Any]:
        return {field: getattr(value, name), **select_points(value)}

    def build(values: dict[str, Any]) -> Any:
        return kind(**{name: values.get(field, [])}, **build_selection(values))

    return f"PointsUpdateOperation.{message}", Shape(take, build)


def _take_chosen(value: Any) -> dict[str, Any]:
    return {"points": value, "shard_key_selector": value.shard_key}


def _build_chosen(values: dict[str, Any]) -> Any:
    chosen = values.get("points")
    if chosen is None:
        raise CodecError("PointSelector is missing")
    chosen.shard_key = values.get("shard_key_selector")
    return chosen


_UPDATE_VECTORS = "PointsUpdateOperation.UpdateVectors"

SHAPES: dict[str, Shape] = {
    "PointsSelector": Shape(_take_selector, _build_selector),
    "PointsIdsList": only("ids"),
    "PointStruct": Shape(_POINT.take, _build_point),
    "PointVectors": Shape(_POINT_VECTORS.take, _build_point_vectors),
    "PointsUpdateOperation": Shape(_UPDATE.take, _build_update),
    "PointsUpdateOperation.PointStructList": Shape(take_upsert, build_upsert),
    "PointsUpdateOperation.SetPayload": Shape(_take_payload, _build_payload),
    "PointsUpdateOperation.OverwritePayload": Shape(_take_payload, _build_payload),
    **dict(
        (
            _select("DeletePayload", models.DeletePayload, "keys", "keys"),
            _select("DeleteVectors", models.DeleteVectors, "vectors", "vector"),
        )
    ),
    _UPDATE_VECTORS: model(models.UpdateVectors, _UPDATE_VECTORS, shard_key_selector="shard_key"),
    "PointsUpdateOperation.DeletePoints": Shape(_take_chosen, _build_chosen),
    "PointsUpdateOperation.ClearPayload": Shape(_take_chosen, _build_chosen),
    "WriteOrdering": only("type"),
    "UpdateResult": model(models.UpdateResult, "UpdateResult"),
}
