"""TODO"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from ._model import Model
from ._unions import by_key, declare

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


class ScalarType(str, Enum):
    """TODO"""

    INT8 = "int8"


class CompressionRatio(str, Enum):
    """TODO"""

    X4 = "x4"
    X8 = "x8"
    X16 = "x16"
    X32 = "x32"
    X64 = "x64"


class BinaryQuantizationEncoding(str, Enum):
    """TODO"""

    ONE_BIT = "one_bit"
    TWO_BITS = "two_bits"
    ONE_AND_HALF_BITS = "one_and_half_bits"


class BinaryQuantizationQueryEncoding(str, Enum):
    """TODO"""

    DEFAULT = "default"
    BINARY = "binary"
    SCALAR4BITS = "scalar4bits"
    SCALAR8BITS = "scalar8bits"


class TurboQuantBitSize(str, Enum):
    """TODO"""

    BITS1 = "bits1"
    BITS1_5 = "bits1_5"
    BITS2 = "bits2"
    BITS4 = "bits4"
    BITS8 = "bits8"


class Disabled(str, Enum):
    """TODO"""

    DISABLED = "Disabled"


class Memory(str, Enum):
    """TODO"""

    COLD = "cold"
    CACHED = "cached"
    PINNED = "pinned"


class ScalarQuantization(Model):
    """TODO"""

    scalar: ScalarQuantizationConfig


class ScalarQuantizationConfig(Model):
    """TODO"""

    type: ScalarType
    quantile: float | None = None
    always_ram: bool | None = None
    memory: Memory | None = None


class ProductQuantization(Model):
    """TODO"""

    product: ProductQuantizationConfig


class ProductQuantizationConfig(Model):
    """TODO"""

    compression: CompressionRatio
    always_ram: bool | None = None
    memory: Memory | None = None


class BinaryQuantization(Model):
    """TODO"""

    binary: BinaryQuantizationConfig


class BinaryQuantizationConfig(Model):
    """TODO"""

    always_ram: bool | None = None
    memory: Memory | None = None
    encoding: BinaryQuantizationEncoding | None = None
    query_encoding: BinaryQuantizationQueryEncoding | None = None


class TurboQuantization(Model):
    """TODO"""

    turbo: TurboQuantQuantizationConfig


class TurboQuantQuantizationConfig(Model):
    """TODO"""

    always_ram: bool | None = None
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
