"""What every message is in our models, and the codec that works by it."""

from __future__ import annotations

from enum import Enum

from aqdrant import models
from aqdrant_grpc import points, values
from aqdrant_grpc._codec import Codec, Shape
from aqdrant_grpc._reading import Decode
from aqdrant_grpc._schema import Field
from aqdrant_grpc._writing import Encode
from aqdrant_grpc.shapes import (
    answers,
    cluster,
    collections,
    filters,
    formulas,
    indexes,
    moments,
    queries,
    updates,
    vectors,
)

__all__ = ["CODEC", "ENUM_TYPES", "SHAPES"]

SHAPES: dict[str, Shape] = {
    **answers.SHAPES,
    **cluster.SHAPES,
    **collections.SHAPES,
    **filters.SHAPES,
    **formulas.SHAPES,
    **indexes.SHAPES,
    **moments.SHAPES,
    **queries.SHAPES,
    **updates.SHAPES,
    **vectors.SHAPES,
}

ENUM_TYPES: dict[str, type[Enum]] = {
    "BinaryQuantizationEncoding": models.BinaryQuantizationEncoding,
    "BinaryQuantizationQueryEncoding.Setting": models.BinaryQuantizationQueryEncoding,
    "CollectionStatus": models.CollectionStatus,
    "CompressionRatio": models.CompressionRatio,
    "Datatype": models.Datatype,
    "Direction": models.Direction,
    "Distance": models.Distance,
    "FieldType": models.PayloadSchemaType,
    "Fusion": models.Fusion,
    "MaxOptimizationThreads.Setting": models.MaxOptimizationThreadsSetting,
    "Memory": models.Memory,
    "Modifier": models.Modifier,
    "MultiVectorComparator": models.MultiVectorComparator,
    "PayloadSchemaType": models.PayloadSchemaType,
    "QuantizationType": models.ScalarType,
    "ReadConsistencyType": models.ReadConsistencyType,
    "RecommendStrategy": models.RecommendStrategy,
    "ReplicaState": models.ReplicaState,
    "ReshardingDirection": models.ReshardingDirection,
    "Sample": models.Sample,
    "ShardTransferMethod": models.ShardTransferMethod,
    "ShardingMethod": models.ShardingMethod,
    "TextScoringType": models.TextScoringType,
    "TokenizerType": models.TokenizerType,
    "TurboQuantBitSize": models.TurboQuantBitSize,
    "UpdateMode": models.UpdateMode,
    "UpdateStatus": models.UpdateStatus,
    "WriteOrderingType": models.WriteOrdering,
}


def _build() -> Codec:
    slow = Codec(SHAPES, ENUM_TYPES)
    codec = Codec(
        SHAPES,
        ENUM_TYPES,
        encoders={
            "PointId": values.encode_id,
            "Value": values.encode_value,
            **vectors.ENCODERS,
        },
        decoders={
            "PointId": values.decode_id,
            "Value": values.decode_value,
            "Vector": points.decode_sent_vector,
            "Vectors": points.decode_sent_vectors,
            "VectorOutput": points.decode_vector,
            "VectorsOutput": points.decode_vectors,
            "ScoredPoint": points.decode_scored_point,
            "RetrievedPoint": points.decode_record,
        },
    )

    def decode_entry() -> Decode:
        return slow.entry_decoder(Field(2, "value", "Value", "?", None))

    def encode_input() -> Encode:
        return codec.encode_with("VectorInput", SHAPES["VectorInput"].take)

    values.SLOW.use(slow.decoder, entry=decode_entry)
    points.SLOW.use(slow.decoder)
    points.SELDOM.use(codec.encoder, VectorInput=encode_input)
    return codec


CODEC = _build()
"""Between messages and our models."""
