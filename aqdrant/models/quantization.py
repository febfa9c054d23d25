"""Compressed copies of vectors, and where data lives in memory."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import by_key, declare

__all__ = [
    "BinaryQuantization",
    "BinaryQuantizationConfig",
    "BinaryQuantizationEncoding",
    "BinaryQuantizationQueryEncoding",
    "CompressionRatio",
    "Disabled",
    "Memory",
    "ProductQuantization",
    "ProductQuantizationConfig",
    "QuantizationConfig",
    "QuantizationConfigDiff",
    "ScalarQuantization",
    "ScalarQuantizationConfig",
    "ScalarType",
    "TurboQuantBitSize",
    "TurboQuantQuantizationConfig",
    "TurboQuantization",
]


class ScalarType(StrEnum):
    """The number type of scalar quantization."""

    INT8 = "int8"


class CompressionRatio(StrEnum):
    """By how much product quantization shrinks a vector."""

    X4 = "x4"
    X8 = "x8"
    X16 = "x16"
    X32 = "x32"
    X64 = "x64"


class BinaryQuantizationEncoding(StrEnum):
    """How many bits binary quantization spends on a dimension."""

    ONE_BIT = "one_bit"
    TWO_BITS = "two_bits"
    ONE_AND_HALF_BITS = "one_and_half_bits"


class BinaryQuantizationQueryEncoding(StrEnum):
    """How precisely the query is kept against binary vectors."""

    DEFAULT = "default"
    BINARY = "binary"
    SCALAR4BITS = "scalar4bits"
    SCALAR8BITS = "scalar8bits"


class TurboQuantBitSize(StrEnum):
    """How many bits TurboQuant spends on a dimension."""

    BITS1 = "bits1"
    BITS1_5 = "bits1_5"
    BITS2 = "bits2"
    BITS4 = "bits4"
    BITS8 = "bits8"


class Disabled(StrEnum):
    """The value that turns a feature off in an update."""

    DISABLED = "Disabled"


class Memory(StrEnum):
    """Where data lives: on disk, in the page cache, or locked in memory."""

    COLD = "cold"
    CACHED = "cached"
    PINNED = "pinned"


class ScalarQuantization(Model):
    """Quantization to one byte a dimension."""

    scalar: ScalarQuantizationConfig


class ScalarQuantizationConfig(Model):
    """Options of scalar quantization."""

    type: ScalarType
    quantile: float | None = None
    """Share of values that is kept in range, 0.5 to 1."""
    always_ram: bool | None = None
    """Keep the compressed vectors in memory; `memory` says more."""
    memory: Memory | None = None


class ProductQuantization(Model):
    """Quantization of chunks by their nearest centroid."""

    product: ProductQuantizationConfig


class ProductQuantizationConfig(Model):
    """Options of product quantization."""

    compression: CompressionRatio
    always_ram: bool | None = None
    """Keep the compressed vectors in memory; `memory` says more."""
    memory: Memory | None = None


class BinaryQuantization(Model):
    """Quantization to one or two bits a dimension."""

    binary: BinaryQuantizationConfig


class BinaryQuantizationConfig(Model):
    """Options of binary quantization."""

    always_ram: bool | None = None
    """Keep the compressed vectors in memory; `memory` says more."""
    memory: Memory | None = None
    encoding: BinaryQuantizationEncoding | None = None
    query_encoding: BinaryQuantizationQueryEncoding | None = None


class TurboQuantization(Model):
    """Quantization by TurboQuant: a random rotation, then few bits a dimension."""

    turbo: TurboQuantQuantizationConfig


class TurboQuantQuantizationConfig(Model):
    """Options of TurboQuant."""

    always_ram: bool | None = None
    """Keep the compressed vectors in memory; `memory` says more."""
    memory: Memory | None = None
    bits: TurboQuantBitSize | None = None


QuantizationConfig: TypeAlias = (
    ScalarQuantization | ProductQuantization | BinaryQuantization | TurboQuantization
)
QuantizationConfigDiff: TypeAlias = (
    ScalarQuantization | ProductQuantization | BinaryQuantization | TurboQuantization | Disabled
)

declare(
    QuantizationConfig,
    by_key(
        scalar=ScalarQuantization,
        product=ProductQuantization,
        binary=BinaryQuantization,
        turbo=TurboQuantization,
    ),
)
declare(
    QuantizationConfigDiff,
    by_key(
        scalar=ScalarQuantization,
        product=ProductQuantization,
        binary=BinaryQuantization,
        turbo=TurboQuantization,
    ),
)
