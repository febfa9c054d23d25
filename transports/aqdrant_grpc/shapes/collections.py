"""Collections: what they are created with, and what they tell of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import choice, empty, model, only, recast

__all__ = ["SHAPES", "build_collection", "take_info"]


def _take_vectors(value: Any) -> dict[str, Any]:
    return {"params_map" if isinstance(value, Mapping) else "params": value}


def _take_vectors_diff(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"params": value[""]} if list(value) == [""] else {"params_map": value}


def _build_vectors(values: dict[str, Any]) -> Any:
    return next(iter(values.values()), None)


def _build_vectors_diff(values: dict[str, Any]) -> Any:
    return {"": values["params"]} if "params" in values else values.get("params_map")


# ---- quantization

_CONFIG = choice(
    "QuantizationConfig",
    {
        models.ScalarQuantization: ("scalar", "scalar"),
        models.ProductQuantization: ("product", "product"),
        models.BinaryQuantization: ("binary", "binary"),
        models.TurboQuantization: ("turboquant", "turbo"),
    },
)


def _take_quantization_diff(value: Any) -> Mapping[str, Any]:
    return {"disabled": True} if value == models.Disabled.DISABLED else _CONFIG.take(value)


def _build_quantization_diff(values: dict[str, Any]) -> Any:
    return models.Disabled.DISABLED if "disabled" in values else _CONFIG.build(values)


# ---- optimizer


def _take_threads(value: Any) -> dict[str, Any]:
    return {"setting" if isinstance(value, str) else "value": value}


def _build_threads(values: dict[str, Any]) -> Any:
    # Nothing known is a setting of another version: a server refuses it, a client leaves it out.
    return next(iter(values.values()), values)


_OPTIMIZERS = model(models.OptimizersConfigDiff, "OptimizersConfigDiff")


def _take_optimizers(
    value: models.OptimizersConfigDiff | models.OptimizersConfig,
) -> Mapping[str, Any]:
    taken = _OPTIMIZERS.take(value)
    if isinstance(value, models.OptimizersConfig) and value.max_optimization_threads is None:
        return {**taken, "max_optimization_threads": models.MaxOptimizationThreadsSetting.AUTO}
    if isinstance(value.max_optimization_threads, int):
        # The only one that servers before 1.14 know.
        return {
            **taken,
            "deprecated_max_optimization_threads": value.max_optimization_threads,
        }
    return taken


def _build_optimizers(values: dict[str, Any]) -> models.OptimizersConfigDiff:
    former = values.pop("deprecated_max_optimization_threads", None)
    if former is not None:
        values.setdefault("max_optimization_threads", former)
    diff: models.OptimizersConfigDiff = _OPTIMIZERS.build(values)
    return diff


# ---- what a collection tells

_PARAMS = model(
    models.CollectionParams,
    "CollectionParams",
    vectors_config="vectors",
    sparse_vectors_config="sparse_vectors",
)
_CONFIGURATION = model(models.CollectionConfig, "CollectionConfig")
_INFO = model(models.CollectionInfo, "CollectionInfo")


def _take_params(value: models.CollectionParams) -> dict[str, Any]:
    # Told also where they are the default, which other clients do not fill in.
    return {
        **_PARAMS.take(value),
        "replication_factor": value.replication_factor,
        "write_consistency_factor": value.write_consistency_factor,
    }


def _build_configuration(values: dict[str, Any]) -> models.CollectionConfig:
    optimizers = recast(
        models.OptimizersConfig, values.get("optimizer_config") or models.OptimizersConfigDiff()
    )
    if not isinstance(optimizers.max_optimization_threads, int):
        optimizers.max_optimization_threads = None  # The server chooses.
    values["optimizer_config"] = optimizers
    values["hnsw_config"] = recast(
        models.HnswConfig, values.get("hnsw_config") or models.HnswConfigDiff()
    )
    if "wal_config" in values:
        values["wal_config"] = recast(models.WalConfig, values["wal_config"])
    strict = values.get("strict_mode_config")
    if strict is not None:
        values["strict_mode_config"] = _strict_output(strict)
    values.setdefault("params", models.CollectionParams())
    configuration: models.CollectionConfig = _CONFIGURATION.build(values)
    return configuration


def _strict_output(strict: models.StrictModeConfig) -> models.StrictModeConfigOutput:
    output = recast(models.StrictModeConfigOutput, strict)
    if strict.multivector_config is not None:
        output.multivector_config = {
            name: recast(models.StrictModeMultivectorOutput, limits)
            for name, limits in strict.multivector_config.items()
        }
    if strict.sparse_config is not None:
        output.sparse_config = {
            name: recast(models.StrictModeSparseOutput, limits)
            for name, limits in strict.sparse_config.items()
        }
    return output


def _take_status(value: Any) -> dict[str, Any]:
    if isinstance(value, models.OptimizersStatusOneOf1):
        return {"ok": False, "error": value.error}
    return {"ok": True}


def _build_status(values: dict[str, Any]) -> Any:
    if values["ok"]:
        return models.OptimizersStatusOneOf.OK
    return models.OptimizersStatusOneOf1(error=values["error"])


def build_collection(values: dict[str, Any]) -> models.CollectionInfo:
    """What a collection tells of itself."""
    values.setdefault("optimizer_status", models.OptimizersStatusOneOf.OK)
    if "config" not in values:
        values["config"] = _build_configuration({})
    info: models.CollectionInfo = _INFO.build(values)
    return info


take_info = _INFO.take

SHAPES: dict[str, Shape] = {
    "VectorParams": model(models.VectorParams, "VectorParams"),
    "VectorParamsDiff": model(models.VectorParamsDiff, "VectorParamsDiff"),
    "VectorParamsMap": only("map"),
    "VectorParamsDiffMap": only("map"),
    "VectorsConfig": Shape(_take_vectors, _build_vectors),
    "VectorsConfigDiff": Shape(_take_vectors_diff, _build_vectors_diff),
    "SparseVectorParams": model(models.SparseVectorParams, "SparseVectorParams"),
    "SparseVectorConfig": only("map"),
    "SparseIndexConfig": model(models.SparseIndexParams, "SparseIndexConfig"),
    "MultiVectorConfig": model(models.MultiVectorConfig, "MultiVectorConfig"),
    "DenseVectorCreationConfig": model(models.DenseVectorConfig, "DenseVectorCreationConfig"),
    "SparseVectorCreationConfig": model(models.SparseVectorConfig, "SparseVectorCreationConfig"),
    "HnswConfigDiff": model(models.HnswConfigDiff, "HnswConfigDiff"),
    "WalConfigDiff": model(models.WalConfigDiff, "WalConfigDiff"),
    "OptimizersConfigDiff": Shape(_take_optimizers, _build_optimizers),
    "MaxOptimizationThreads": Shape(_take_threads, _build_threads),
    "ScalarQuantization": model(models.ScalarQuantizationConfig, "ScalarQuantization"),
    "ProductQuantization": model(models.ProductQuantizationConfig, "ProductQuantization"),
    "BinaryQuantization": model(models.BinaryQuantizationConfig, "BinaryQuantization"),
    "BinaryQuantizationQueryEncoding": only("setting"),
    "TurboQuantization": model(models.TurboQuantQuantizationConfig, "TurboQuantization"),
    "QuantizationConfig": _CONFIG,
    "QuantizationConfigDiff": Shape(_take_quantization_diff, _build_quantization_diff),
    "Disabled": empty(models.Disabled.DISABLED),
    "StrictModeConfig": model(models.StrictModeConfig, "StrictModeConfig"),
    "StrictModeMultivectorConfig": only("multivector_config"),
    "StrictModeMultivector": model(models.StrictModeMultivector, "StrictModeMultivector"),
    "StrictModeSparseConfig": only("sparse_config"),
    "StrictModeSparse": model(models.StrictModeSparse, "StrictModeSparse"),
    "PayloadStorageParams": model(models.PayloadStorageParams, "PayloadStorageParams"),
    "IdTrackerParams": model(models.IdTrackerParams, "IdTrackerParams"),
    "CollectionParams": Shape(_take_params, _PARAMS.build),
    "CollectionParamsDiff": model(models.CollectionParamsDiff, "CollectionParamsDiff"),
    "CollectionConfig": Shape(_CONFIGURATION.take, _build_configuration),
    "CollectionInfo": Shape(_INFO.take, build_collection),
    "CollectionWarning": model(models.CollectionWarning, "CollectionWarning"),
    "UpdateQueueInfo": model(models.UpdateQueueInfo, "UpdateQueueInfo"),
    "OptimizerStatus": Shape(_take_status, _build_status),
    "CollectionDescription": model(models.CollectionDescription, "CollectionDescription"),
    "CollectionExists": model(models.CollectionExistence, "CollectionExists"),
    "AliasDescription": model(models.AliasDescription, "AliasDescription"),
    "AliasOperations": choice(
        "AliasOperations",
        {
            models.CreateAliasOperation: ("create_alias", "create_alias"),
            models.RenameAliasOperation: ("rename_alias", "rename_alias"),
            models.DeleteAliasOperation: ("delete_alias", "delete_alias"),
        },
    ),
    "CreateAlias": model(models.CreateAlias, "CreateAlias"),
    "RenameAlias": model(models.RenameAlias, "RenameAlias"),
    "DeleteAlias": model(models.DeleteAlias, "DeleteAlias"),
}
